"""The folded texts that `q` looks through; rows for the matters that are there already.

The states are read by today's shapes: stored fields are only ever added to, so
these read every state that revision 0001 can hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.search import fill

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "searches",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("matter", "alliance_id", "folded")),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_searches")),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_searches_matter_matters")),
        sa.ForeignKeyConstraint(["alliance_id"], ["alliances.id"], name=op.f("fk_searches_alliance_id_alliances")),
    )
    op.create_index(op.f("ix_searches_alliance_id"), "searches", ["alliance_id"], unique=False)
    fill(op.get_bind())


def downgrade() -> None:
    op.drop_table("searches")
