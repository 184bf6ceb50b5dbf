"""Clause texts that made papers, which made which, and a firm's own templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GUARDED = [(table, what) for table in ("clauses", "paper_clauses") for what in ("UPDATE", "DELETE")]
"""What is written once; the function of 0001 says no on PostgreSQL."""


def upgrade() -> None:
    op.create_table(
        "clauses",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_used_at", UtcInstant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_clauses")),
    )
    op.create_table(
        "paper_clauses",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clause"], ["clauses.sha256"], name=op.f("fk_paper_clauses_clause_clauses")),
        sa.PrimaryKeyConstraint("paper", "place", name=op.f("pk_paper_clauses")),
    )
    op.create_table(
        "templates",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", UtcInstant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "sha256", name=op.f("pk_templates")),
    )
    for table, what in GUARDED:
        said = f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"{said} BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END")
        else:
            op.execute(f"{said} FOR EACH ROW EXECUTE FUNCTION teikei_append_only()")


def downgrade() -> None:
    for name in ("templates", "paper_clauses", "clauses"):
        op.drop_table(name)
