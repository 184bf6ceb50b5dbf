"""Tables come from migrations only, and the models say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from teikei.adapters.sql.engine import writing
from teikei.adapters.sql.migrate import config, migrate
from teikei.adapters.sql.tables import METADATA

ROOM = Path(__file__).parents[2] / "teikei" / "adapters" / "sql"


def test_autogenerate_finds_no_difference(engine: Engine) -> None:
    with writing(engine) as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_migrating_again_changes_nothing(url: str, engine: Engine) -> None:
    before = set(inspect(engine).get_table_names())
    migrate(url)
    migrate(engine)
    assert set(inspect(engine).get_table_names()) == before == {*METADATA.tables, "alembic_version"}


def test_up_down_and_up_again(blank: Engine) -> None:
    migrate(blank)
    with writing(blank) as db:
        command.downgrade(config(db), "base")
    assert inspect(blank).get_table_names() == ["alembic_version"]
    migrate(blank)
    assert set(inspect(blank).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_a_failed_migration_leaves_nothing(blank: Engine) -> None:
    def interrupted() -> None:
        with writing(blank) as db:
            command.upgrade(config(db), "head")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert inspect(blank).get_table_names() == []


def test_every_constraint_has_a_name() -> None:
    for table in METADATA.tables.values():
        assert all(c.name for c in table.constraints), table.name
        assert all(i.name for i in table.indexes), table.name


def test_nothing_creates_tables_past_the_migrations() -> None:
    assert not [
        p
        for p in ROOM.rglob("*.py")
        if "create_all" in p.read_text(encoding="utf-8").replace("never by create_all", "")
    ]
