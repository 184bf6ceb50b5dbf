"""Bring a database to the newest revision. Tables are made by migrations only, never by create_all."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from teikei.adapters.sql.engine import open_engine, writing

FOLDER = Path(__file__).parent / "migrations"
_TURN = 7_235_911_004
"""Advisory lock of PostgreSQL: two processes that start at once migrate one after the other."""


def config(connection: Connection) -> Config:
    """Alembic's configuration over a connection of ours; no ini file."""
    settings = Config()
    settings.set_main_option("script_location", FOLDER.as_posix())
    settings.attributes["connection"] = connection
    return settings


def migrate(where: str | Engine, revision: str = "head") -> None:
    """Migrate the database behind a URL or an engine, in one transaction; `Unavailable` when it does not answer."""
    engine = open_engine(where) if isinstance(where, str) else where
    try:
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
            command.upgrade(config(connection), revision)
    finally:
        if isinstance(where, str):
            engine.dispose()
