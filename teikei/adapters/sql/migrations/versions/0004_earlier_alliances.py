"""Files that companies handed in, dry runs of imports, and the rows that can come in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcInstant(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "uploads",
        *texts("company", "sha256", "name"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *texts("person"),
        instant("at"),
        sa.PrimaryKeyConstraint("company", "sha256", "name", name=op.f("pk_uploads")),
    )
    op.create_table(
        "imports",
        *texts("id", "company", "person", "sha256", "faults"),
        instant("at"),
        instant("sandbox_from", nullable=True),
        instant("confirmed_at", nullable=True),
        *texts("confirmed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "import_lines",
        *texts("import_id"),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        *texts("company", "reference", "act", "flags", "places", "status", "alliance", "problem"),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_lines")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_lines_import_id_imports")),
    )
    op.create_index(op.f("ix_import_lines_company_reference"), "import_lines", ["company", "reference"], unique=False)


def downgrade() -> None:
    for name in ("import_lines", "imports", "uploads"):
        op.drop_table(name)
