"""The tables, and the triggers that make the record append-only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from teikei.adapters.sql.types import UtcInstant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Columns = list[sa.Column[Any]]
GUARDED = (("entries", "UPDATE"), ("entries", "DELETE"), ("contents", "UPDATE"))
"""Leaves stay as they are; content may be erased, never rewritten."""


def text(*names: str, nullable: bool = False) -> Columns:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def big(*names: str) -> Columns:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def at(*names: str, nullable: bool = False) -> Columns:
    return [sa.Column(name, UtcInstant(timezone=True), nullable=nullable) for name in names]


def integer(*names: str) -> Columns:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def home(table: str, matter: str = "matter") -> list[sa.ForeignKeyConstraint]:
    return [refers(table, "alliance_id", "alliances"), refers(table, matter, "matters")]


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def upgrade() -> None:
    _directory()
    _alliances()
    _matters()
    _record()
    _outbox()
    _inbox()
    _guards()


def downgrade() -> None:
    _unguard()
    for table in (
        "inbox", "outbox", "answers", "contents", "entries", "files", "items", "due", "matters",
        "memberships", "alliances", "api_keys", "companies",
    ):  # fmt: skip
        op.drop_table(table)


def _directory() -> None:
    names = ("id", "name_ja", "name_en", "address", "representative_title", "representative_name")
    op.create_table("companies", *text(*names), *at("created_at"), primary("companies", "id"))
    op.create_table(
        "api_keys",
        *text("id"),
        *text("company_id", nullable=True),
        *text("person", "hash"),
        *at("created_at"),
        *at("revoked_at", nullable=True),
        primary("api_keys", "id"),
        refers("api_keys", "company_id", "companies"),
        unique("api_keys", "hash"),
    )


def _alliances() -> None:
    op.create_table(
        "alliances",
        *text("id"),
        *big("head"),
        *at("clock", nullable=True),
        *text("calendar", "opened_by"),
        primary("alliances", "id"),
        refers("alliances", "opened_by", "companies"),
    )
    op.create_table(
        "memberships",
        *text("alliance_id", "company_id", "label"),
        primary("memberships", "alliance_id", "company_id"),
        refers("memberships", "alliance_id", "alliances"),
        refers("memberships", "company_id", "companies"),
    )
    index("memberships", "company_id")


def _matters() -> None:
    op.create_table(
        "matters",
        *text("id", "kind", "alliance_id", "parent", "title", "title_en", "stage", "form"),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("over", "suspended")),
        *text("attention"),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        *integer("owes"),
        *at("next_due", nullable=True),
        *big("version"),
        *text("state"),
        *big("position"),
        primary("matters", "id"),
        refers("matters", "alliance_id", "alliances"),
    )
    index("matters", "alliance_id", "kind", "position")
    index("matters", "over", "id")
    op.create_table("due", *text("matter", "key", "alliance_id"), *at("at"), primary("due", "matter", "key"), *home("due"))
    index("due", "alliance_id", "at")
    op.create_table(
        "items",
        *text("matter", "kind", "id", "alliance_id"),
        *big("position"),
        *text("data", "private_to"),
        *at("closed_at"),
        primary("items", "matter", "kind", "id"),
        *home("items"),
    )
    op.create_table(
        "files",
        *text("alliance_id", "matter", "sha256", "name", "kind"),
        *big("size", "position"),
        *at("at"),
        primary("files", "alliance_id", "matter", "sha256", "name"),
        *home("files"),
    )
    index("files", "sha256")


def _record() -> None:
    op.create_table(
        "entries",
        *text("alliance_id"),
        *big("seq"),
        *text("at"),
        *integer("v"),
        *text("commit_hash", "leaf_hash", "matter", "key"),
        primary("entries", "alliance_id", "seq"),
        *home("entries"),
    )
    index("entries", "key")
    op.create_table(
        "contents",
        *text("alliance_id"),
        *big("seq"),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("salt", "payload")),
        *text("private_to"),
        primary("contents", "alliance_id", "seq"),
        sa.ForeignKeyConstraint(
            ["alliance_id", "seq"], ["entries.alliance_id", "entries.seq"], name=op.f("fk_contents_alliance_id_entries")
        ),
    )
    op.create_table(
        "answers",
        *text("key", "alliance_id", "matter"),
        *big("version", "first", "last"),
        *text("body_hash", "company", "receipt"),
        *at("at", "stored_at"),
        primary("answers", "key"),
        unique("answers", "matter", "version"),
        *home("answers"),
    )
    index("answers", "stored_at")


def _outbox() -> None:
    op.create_table(
        "outbox",
        *text("id", "alliance_id", "matter"),
        *big("position"),
        *text("kind", "target", "payload", "company"),
        *text("intent", nullable=True),
        *text("status"),
        *integer("attempts"),
        *text("detail"),
        *at("at", "stored_at"),
        *at("not_before", nullable=True),
        primary("outbox", "id"),
        unique("outbox", "intent"),
        *home("outbox"),
    )
    index("outbox", "status", "stored_at")
    index("outbox", "alliance_id", "company", "position")
    index("outbox", "target", "status")


def _inbox() -> None:
    op.create_table(
        "inbox",
        *text("id", "key", "alliance_id", "matter", "company", "by", "act", "body_hash", "status", "receipt", "problem"),
        *integer("attempts"),
        *at("at"),
        *at("not_before", nullable=True),
        primary("inbox", "id"),
        unique("inbox", "key"),
        *home("inbox"),
    )
    index("inbox", "alliance_id")
    index("inbox", "status", "at")


def _guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, what in GUARDED:
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION teikei_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are append-only', TG_TABLE_NAME; END $$"
    )
    for table, what in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION teikei_append_only()"
        )
    op.execute(
        "CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION teikei_append_only()"
    )


def _unguard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, what in GUARDED:
            op.execute(f"DROP TRIGGER {table}_no_{what.lower()}")
        return
    op.execute("DROP FUNCTION teikei_append_only() CASCADE")
