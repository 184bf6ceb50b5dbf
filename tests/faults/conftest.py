"""How much is done, with which seed, on which database. `make faults` and `make soak` do much, `make test` a little.

`TEIKEI_SEED=7 make faults` repeats the choices of seed 7: order and moments of
the kills, and what each client says. `TEIKEI_DATABASES=postgresql` takes that one only.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.faults.siege import KINDS, Siege, siege
from tests.support.postgres import PostgresMissingError, start_cluster


@dataclass(frozen=True, slots=True)
class Campaign:
    """How often everything is killed, by database."""

    name: str
    kills: dict[str, int]
    rounds: int
    """Of every failpoint."""
    back_within: float
    """Seconds from a kill to the first act that was begun after it and is stored; more when other tests share the cores."""

    acts_since_copy: int = 200
    kinds: tuple[str, ...] = tuple(KINDS)

    @property
    def full(self) -> bool:
        return self.name != "quick"


CAMPAIGNS = {
    "": Campaign("quick", {"sqlite": 1, "postgresql": 1}, 1, 60.0, 30, ("api", "worker+temporal")),
    "faults": Campaign("faults", {"sqlite": 20, "postgresql": 5}, 1, 15.0),
    "soak": Campaign("soak", {"sqlite": 200, "postgresql": 100}, 10, 15.0),
}
CAMPAIGN = CAMPAIGNS[os.environ.get("TEIKEI_CAMPAIGN", "")]
DATABASES = os.environ.get("TEIKEI_DATABASES", "sqlite,postgresql" if CAMPAIGN.full else "sqlite").split(",")
SEED = int(os.environ.get("TEIKEI_SEED", "") or (secrets.randbelow(10**6) if CAMPAIGN.full else 1))


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    return CAMPAIGN


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Progress for a person, past pytest's capturing."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def line(words: str) -> None:
        with capture.global_and_fixture_disabled():
            print(words, flush=True)  # noqa: T201  (progress is for eyes)

    return line


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """(name, SQLAlchemy URL; empty for SQLite in the stack's own folder)."""
    if request.param == "sqlite":
        yield "sqlite", ""
        return
    try:
        cluster = start_cluster()
    except PostgresMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield "postgresql", cluster.create_database()
    cluster.stop()


@pytest_asyncio.fixture(scope="session")
async def under_siege(
    database: tuple[str, str], tmp_path_factory: pytest.TempPathFactory, say: Callable[[str], None]
) -> AsyncIterator[Siege]:
    """One stack for all tests of a database; each leaves it running."""
    name, url = database
    say(f"\n{name}: seed {SEED} (TEIKEI_SEED={SEED} repeats it), campaign {CAMPAIGN.name}")
    async with siege(tmp_path_factory.mktemp(name), name, url, SEED, say if CAMPAIGN.full else _quiet) as one:
        yield one


def _quiet(_words: str) -> None:
    """`make test` shows its own progress."""
