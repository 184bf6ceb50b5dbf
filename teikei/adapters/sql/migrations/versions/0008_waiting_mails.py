"""What waits for its hour is passed over by an index, whatever its number."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = (("status", "stored_at"), ("digest",))
AFTER = (("status", "not_before"), ("digest", "status"))


def upgrade() -> None:
    _swap(BEFORE, AFTER)


def downgrade() -> None:
    _swap(AFTER, BEFORE)


def _swap(gone: tuple[tuple[str, ...], ...], new: tuple[tuple[str, ...], ...]) -> None:
    for columns in gone:
        op.drop_index(op.f(f"ix_outbox_{'_'.join(columns)}"), table_name="outbox")
    for columns in new:
        op.create_index(op.f(f"ix_outbox_{'_'.join(columns)}"), "outbox", list(columns), unique=False)
