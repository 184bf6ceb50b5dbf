"""How this room speaks to SQLite and PostgreSQL: engines, the writing transaction, and which errors may be retried.

SQLite: WAL, synchronous=FULL, foreign keys on; the driver's own transaction
handling is off, a writer begins IMMEDIATE, a reader deferred.  Writers of one process
queue on a lock first, since SQLite's busy handler sleeps and is not fair.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from teikei.domain.errors import Unavailable

PATIENCE = 4
"""Seconds to wait for a lock; the whole of a waited-for commit has five."""
FENCES = (
    "uq_answers_matter_version", "pk_answers", "pk_entries", "pk_alliances", "pk_inbox", "uq_inbox_key",
    "pk_companies", "pk_api_keys", "uq_api_keys_hash", "pk_uploads", "pk_imports", "pk_selections",
    "pk_renditions", "pk_parts", "pk_clauses", "pk_paper_clauses", "pk_templates",
    "answers.matter", "answers.key", "entries.alliance_id", "alliances.id", "inbox.id", "inbox.key",
    "companies.id", "api_keys.id", "api_keys.hash", "uploads.company", "imports.id",
    "selections.id", "renditions.source", "parts.name", "clauses.sha256", "paper_clauses.paper",
    "templates.company",
)  # fmt: skip
"""What two writers of the same thing collide on, as PostgreSQL and SQLite name it: the second finds it at its next try."""
_POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 30, "pool_timeout": PATIENCE}
_LOCKS: dict[str, threading.Lock] = {}


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql+psycopg://…`; nothing is connected yet."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    options = f"-c timezone=UTC -c lock_timeout={PATIENCE}s -c statement_timeout=30s"
    return create_engine(url, **_POOL, connect_args={"options": options, "connect_timeout": 3})


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, **_POOL, connect_args={"timeout": PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(raw: sqlite3.Connection, _record: Any) -> None:
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={PATIENCE * 1000}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        mode = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


@lru_cache(maxsize=64)
def _writer(engine: Engine) -> tuple[Engine, threading.Lock]:
    return engine.execution_options(begin="IMMEDIATE"), _LOCKS.setdefault(str(engine.url), threading.Lock())


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end, rolled back by any exception."""
    with _translated():
        if engine.dialect.name != "sqlite":
            with engine.begin() as db:
                yield db
            return
        writer, lock = _writer(engine)
        if not lock.acquire(timeout=PATIENCE):
            raise Unavailable("sql.unavailable")
        try:
            with writer.begin() as db:
                yield db
        finally:
            lock.release()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One reading transaction."""
    with _translated(), engine.begin() as db:
        yield db


@contextmanager
def _translated() -> Iterator[None]:
    """Database trouble that another try may heal becomes `Unavailable`; everything else stays what it is."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise Unavailable("sql.unavailable") from error
    except IntegrityError as error:
        if any(name in str(error.orig) for name in FENCES):
            raise Unavailable("sql.unavailable") from error
        raise
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("sql.unavailable") from error
        raise
