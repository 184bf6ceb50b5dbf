"""Seats: who reads which matter of an alliance whose parties have changed, and from where to where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seats",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("alliance_id", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "matter", name=op.f("pk_seats")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_seats_company_id_companies")),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_seats_matter_matters")),
        sa.ForeignKeyConstraint(
            ["alliance_id"], ["alliances.id"], name=op.f("fk_seats_alliance_id_alliances")
        ),
    )
    op.create_index(op.f("ix_seats_alliance_id"), "seats", ["alliance_id"], unique=False)


def downgrade() -> None:
    op.drop_table("seats")
