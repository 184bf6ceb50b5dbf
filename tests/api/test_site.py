"""What everyone may see: health, version, the description and its page."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from activities import record
from api.app import create_app
from api.examples import EXAMPLES
from api.routers.alliance_reads import Advance
from api.routers.companies import NewAccount, NewCompany, NewKey
from api.routers.company_wide import CompanyEvent, CompanyEventWithdrawal, CompanyHandOver
from api.routers.library import Filled, Preview
from api.routers.selections import DropRest
from teikei.domain.clock import ClearAttention
from teikei.domain.selections import OpenSelection
from tests.api.memory_house import MemoryHouse
from tests.api.scene import Site


def house_of(site: Site) -> MemoryHouse:
    assert isinstance(site.house, MemoryHouse)
    return site.house


async def test_health_names_what_is_missing(memory: Site) -> None:
    store = house_of(memory).store
    assert (await memory.ask("GET", "/livez")).json() == {"status": "ok"}
    ready = await memory.ask("GET", "/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["degraded"]) == (200, "ready", [])
    store.temporal = False
    degraded = await memory.ask("GET", "/readyz")
    assert (degraded.status_code, degraded.json()["status"], degraded.json()["degraded"]) == (
        200,
        "degraded",
        ["temporal"],
    )
    store.sql = False
    down = await memory.ask("GET", "/readyz")
    assert (down.status_code, down.json()["status"], down.json()["parts"]) == (
        503,
        "down",
        {"sql": False, "temporal": False, "libreoffice": True},
    )
    assert (await memory.ask("GET", "/version")).json() == {"name": "teikei", "version": "1.2.3"}


async def test_health_waits_for_nobody(memory: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleeps(_self: Any) -> bool:
        await asyncio.sleep(60)
        return True

    def breaks(_self: Any) -> bool:
        raise OSError

    monkeypatch.setattr(type(memory.house.services.desk), "alive", sleeps)
    assert (await memory.ask("GET", "/readyz")).json()["degraded"] == ["temporal"]
    monkeypatch.setattr(type(memory.house.services.reads), "healthy", breaks)
    assert (await memory.ask("GET", "/readyz")).status_code == 503


async def test_reads_and_openings_work_with_temporal_down(memory: Site) -> None:
    house_of(memory).store.temporal = False
    alliance = await memory.open()
    assert (await memory.get(f"/v1/alliances/{alliance}", memory.companies[0]))["stage"] == "intake"


async def test_the_docs_page_loads_nothing_from_elsewhere(memory: Site) -> None:
    for path, media in (
        ("/docs", "text/html"),
        ("/docs/docs.js", "text/javascript"),
        ("/docs/docs.css", "text/css"),
    ):
        answer = await memory.ask("GET", path)
        assert answer.headers["content-type"].startswith(media)
        assert "http://" not in answer.text
        assert "https://" not in answer.text
        assert "innerHTML" not in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    page = (await memory.ask("GET", "/docs")).text
    for used in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert (await memory.ask("GET", used)).status_code == 200, used
    assert not re.search(r"<script[^>]*>[^<]|style=|onclick", page)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(MemoryHouse(tmp_path_factory.mktemp("x")).services).openapi()


def operations(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, item in spec["paths"].items() for method, one in item.items()]


def test_the_description_names_every_operation(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    ids = [one["operationId"] for _, _, one in operations(spec)]
    assert len(set(ids)) == len(ids)
    assert {
        "alliances_list",
        "alliances_create",
        "decisions_votes_create",
        "agreements_versions_list",
    } <= set(ids)
    assert all(re.fullmatch("[a-z_]+", one) for one in ids)
    assert all(one.get("description") for _, _, one in operations(spec))


def test_every_body_has_an_example_and_every_problem_its_media_type(spec: dict[str, Any]) -> None:
    for path, method, one in operations(spec):
        content = one.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            assert "example" in content, path
        if method == "post":
            assert [p for p in one["parameters"] if p["name"] == "Idempotency-Key"], path
            assert {"400", "409", "413", "415", "422"} <= set(one["responses"])
        if path.startswith("/v1"):
            assert one["security"] == [{"key": []}]
            assert "application/problem+json" in one["responses"]["401"]["content"]
        names = re.findall(r"\{(\w+)\}", path)
        assert [p["name"] for p in one.get("parameters", ()) if p["in"] == "path"] == names


def test_links_lead_to_operations(spec: dict[str, Any]) -> None:
    ids = {one["operationId"] for _, _, one in operations(spec)}
    links = [
        link
        for _, _, one in operations(spec)
        for r in one["responses"].values()
        for link in r.get("links", {}).values()
    ]
    assert links
    assert {link["operationId"] for link in links} <= ids


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_example_is_well_formed(name: str) -> None:
    shapes = (
        *(Advance, NewAccount, NewCompany, NewKey, ClearAttention),
        *(Preview, Filled, OpenSelection, DropRest, CompanyHandOver, CompanyEvent, CompanyEventWithdrawal),
    )
    own = {c.__name__: c for c in shapes}
    TypeAdapter(own.get(name) or getattr(record, name)).validate_python(EXAMPLES[name])
