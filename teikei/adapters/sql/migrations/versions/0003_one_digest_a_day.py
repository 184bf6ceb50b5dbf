"""Mails that share a message, and when each one left.

Rows that are there already go by themselves, as they would have.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXTS = ("digest", "carrier")
INSTANTS = ("fixed_at", "sent_at", "failed_at")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("outbox", sa.Column(name, sa.Text(), nullable=True))
        op.create_index(op.f(f"ix_outbox_{name}"), "outbox", [name], unique=False)
    for name in INSTANTS:
        op.add_column("outbox", sa.Column(name, UtcInstant(timezone=True), nullable=True))


def downgrade() -> None:
    for name in TEXTS:
        op.drop_index(op.f(f"ix_outbox_{name}"), table_name="outbox")
    for name in (*TEXTS, *INSTANTS):
        op.drop_column("outbox", name)
