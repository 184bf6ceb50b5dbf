"""People who sign in to the pages: accounts, one-time links, sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcInstant(timezone=True), nullable=True),
        sa.Column("created_at", UtcInstant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_accounts_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("mail", name=op.f("uq_accounts_mail")),
    )
    op.create_index(op.f("ix_accounts_company_id"), "accounts", ["company_id"])
    for table, mark in (("links", "used_at"), ("sessions", "ended_at")):
        op.create_table(
            table,
            sa.Column("hash", sa.Text(), nullable=False),
            sa.Column("account_id", sa.Text(), nullable=False),
            sa.Column("until", UtcInstant(timezone=True), nullable=False),
            sa.Column(mark, UtcInstant(timezone=True), nullable=True),
            sa.ForeignKeyConstraint(
                ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")
            ),
            sa.PrimaryKeyConstraint("hash", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])


def downgrade() -> None:
    for table in ("sessions", "links"):
        op.drop_index(op.f(f"ix_{table}_account_id"), table)
        op.drop_table(table)
    op.drop_index(op.f("ix_accounts_company_id"), "accounts")
    op.drop_table("accounts")
