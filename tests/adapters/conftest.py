"""Both databases: every test that asks for `engine` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import Engine

from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.tables import METADATA
from tests.support.postgres import Cluster, PostgresMissingError, start_cluster

DATABASE = "adapters"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One cluster with one migrated database for the session."""
    try:
        made = start_cluster()
    except PostgresMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    migrate(made.create_database(DATABASE))
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a migrated, empty database."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'teikei.db'}"
        migrate(address)
        return address
    made: Cluster = request.getfixturevalue("cluster")
    emptied(made)
    return made.url_of(DATABASE)


def emptied(cluster: Cluster) -> None:
    """Delete every row, past the triggers: only the superuser of a test cluster can."""
    with cluster.connect(DATABASE) as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for name in METADATA.tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database in which nothing was ever made."""
    made = None if request.param == "sqlite" else request.getfixturevalue("cluster")
    engine = open_engine(made.create_database() if made else f"sqlite:///{tmp_path / 'blank.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database."""
    made = open_engine(url)
    yield made
    made.dispose()
