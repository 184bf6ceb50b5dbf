"""Both databases: every test that asks for `engine` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from tests.support.postgres import Cluster, PostgresMissingError, start_cluster

PATTERN = "pattern"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One cluster for the session, with a migrated database to copy from."""
    try:
        made = start_cluster()
    except PostgresMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    migrate(made.create_database(PATTERN))
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a migrated, empty database of the test's own."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'teikei.db'}"
        migrate(address)
        return address
    made: Cluster = request.getfixturevalue("cluster")
    name = f"t_{secrets.token_hex(6)}"
    with made.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {PATTERN}")  # type: ignore[arg-type]
    return made.url_of(name)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on that database."""
    made = open_engine(url)
    yield made
    made.dispose()
