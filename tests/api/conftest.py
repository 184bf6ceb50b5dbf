"""One site per house: worlds in memory, and real SQL behind the same ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from tests.api.memory_house import MemoryHouse
from tests.api.papers import CHILD
from tests.api.scene import House, Life, Site
from tests.api.sql_house import SqlHouse

MAKERS: dict[str, Callable[[Path], House]] = {"memory": MemoryHouse, "sql": SqlHouse}


@pytest.fixture(scope="session", autouse=True)
def no_child_is_left() -> Iterator[None]:
    """The process that reads templates ends with the tests."""
    yield
    CHILD.close()


async def opened(house: House) -> AsyncIterator[Site]:
    """A site with four companies."""
    transport = ASGITransport(app=create_app(house.services), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://teikei.test") as client:
        site = Site(client, house)
        await site.settle_in(4)
        yield site


@pytest.fixture(scope="session", params=list(MAKERS))
async def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """Shared by tests: each opens its own alliance."""
    async for one in opened(MAKERS[request.param](tmp_path_factory.mktemp(request.param))):
        yield one


@pytest.fixture(scope="session")
async def life(site: Site) -> Life:
    """An alliance that went from intake to its close."""
    life = Life(site, await site.open())
    for chapter in (life.to_diligence, life.to_negotiation, life.to_operation, life.to_exit, life.to_close):
        await chapter()
    return life


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[Site]:
    """A site of its own over worlds in memory, whose house can be made to fail."""
    async for one in opened(MemoryHouse(tmp_path)):
        yield one
