"""Selections of a partner: which alliances belong together, for their opener alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "selections",
        *texts("id", "company", "person", "name_ja", "name_en", "form", "body_hash"),
        sa.Column("at", UtcInstant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
    )
    op.create_index(op.f("ix_selections_company_name_ja"), "selections", ["company", "name_ja"], unique=False)
    op.create_table(
        "candidates",
        *texts("selection_id"),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        *texts("company", "candidate", "alliance"),
        sa.PrimaryKeyConstraint("selection_id", "position", name=op.f("pk_candidates")),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selections.id"], name=op.f("fk_candidates_selection_id_selections")
        ),
    )


def downgrade() -> None:
    for name in ("candidates", "selections"):
        op.drop_table(name)
