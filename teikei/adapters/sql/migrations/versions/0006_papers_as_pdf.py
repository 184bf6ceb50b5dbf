"""Papers as PDF: what made a paper, the one PDF that was made of it, and what the documents worker has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "renditions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("made_at", UtcInstant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_renditions")),
    )
    op.create_table(
        "parts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("well", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", UtcInstant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_parts")),
    )


def downgrade() -> None:
    for name in ("parts", "renditions"):
        op.drop_table(name)
