"""Who may call what: every route has its guard, every kind of caller meets it, and foreign looks like absent."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.app import ROUTERS, create_app
from api.examples import EXAMPLES, SHA
from api.guard import (
    ANYONE,
    COMPANY,
    OPERATOR,
    PUBLIC,
    Call,
    GuardedRoute,
    Require,
    UnguardedRouteError,
    inventory,
    require,
)
from tests.api.memory_house import MemoryHouse
from tests.api.scene import Life

PREFIX = {
    "alliances": "aln",
    "agreements": "agr",
    "decisions": "dec",
    "periods": "alc",
    "companies": "cmp",
    "outbox": "out",
    "orders": "ord",
    "selections": "sel",
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Require]:
    """Those of the API; pages have doors of their own (test_pages.py)."""
    all_of_them = inventory(create_app(MemoryHouse(tmp_path_factory.mktemp("x")).services))
    return {name: guard for name, guard in all_of_them.items() if not guard.page}


def filled(route: str, life: Life | None) -> str:
    """The path of a route with the ids of this life, or with ids that nobody has."""
    collection = route.split("/")[2] if route.count("/") > 1 else ""
    unknown = f"{PREFIX.get(collection, 'aln')}_{'z' * 26}"
    known = {}
    if life is not None:
        known = {
            "alliances": life.alliance, "agreements": life.main, "decisions": life.go_no_go,
            "periods": life.period, "companies": life.pair[0], "attention": life.alliance,
        }  # fmt: skip
    sha = "0" * 64
    return route.replace("{id}", known.get(collection, unknown)).replace("{sha256}", sha)


async def status_of(life: Life, name: str, who: str, target: Life | None) -> tuple[int, bytes]:
    """With a body that is well formed (the example), so that nothing but the guard can refuse."""
    method, route = name.split(" ")
    body = None
    if method == "POST":
        described = (await life.site.ask("GET", "/openapi.json")).json()["paths"][route]["post"]
        body = (
            described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example", {})
        )
    answer = await life.site.ask(method, filled(route, target), who, body)
    return answer.status_code, answer.content


async def test_nobody_and_strangers_are_stopped_on_every_route_that_is_not_public(
    life: Life, routes: dict[str, Require]
) -> None:
    before = life.site.house.count()
    for name, guard in routes.items():
        for key, code in (
            (None, "auth.missing"),
            ("Bearer nobody", "auth.unknown_key"),
            ("Basic eDp5", "auth.unknown_key"),
        ):
            headers = {"Authorization": key} if key else {}
            method, route = name.split(" ")
            answer = await life.site.ask(
                method, filled(route, life), "", {} if method == "POST" else None, **headers
            )
            if guard.action is PUBLIC:
                assert answer.status_code == 200, name
                continue
            assert (answer.status_code, answer.json()["code"]) == (401, code), name
            assert answer.headers["www-authenticate"] == 'Bearer realm="teikei"'
    assert life.site.house.count() == before


async def test_what_is_not_yours_gives_the_bytes_of_what_is_not_there(
    life: Life, routes: dict[str, Require]
) -> None:
    outsider, before = life.site.companies[3], life.site.house.count()
    tried = 0
    for name, guard in routes.items():
        if guard.action is not COMPANY or "{" not in name:
            continue
        foreign = await status_of(life, name, outsider, life)
        absent = await status_of(life, name, outsider, None)
        shapeless = await life.site.ask("GET", "/v1/alliances/no-such-shape", outsider)
        assert foreign == absent == (404, shapeless.content), name
        tried += 1
    assert tried > 30
    assert life.site.house.count() == before


async def test_ids_of_papers_and_mails_of_others_are_not_there_either(life: Life) -> None:
    a, outsider = life.pair[0], life.site.companies[3]
    sha = (await life.site.get(f"{life.path}/papers", a))["data"][0]["sha256"]
    mail = (await life.site.get(f"{life.path}/outbox", a))["data"][0]["id"]
    for path, other in (
        (f"/v1/papers/{sha}", f"/v1/papers/{SHA}"),
        (f"/v1/outbox/{mail}.eml", f"/v1/outbox/out_{'z' * 26}.eml"),
    ):
        assert (await life.site.ask("GET", path, a)).status_code == 200
        foreign, absent = [await life.site.ask("GET", one, outsider) for one in (path, other)]
        assert (foreign.status_code, foreign.content) == (404, absent.content)


async def test_a_matter_is_not_found_under_another_kind(life: Life) -> None:
    for path in (
        f"/v1/decisions/{life.main}",
        f"/v1/agreements/{life.alliance}",
        f"/v1/alliances/{life.main}",
    ):
        assert (await life.site.ask("GET", path, life.pair[0])).status_code == 404


async def test_the_operator_reads_no_alliance_and_learns_of_no_id(
    life: Life, routes: dict[str, Require]
) -> None:
    before = life.site.house.count()
    for name, guard in routes.items():
        if guard.action is not COMPANY:
            continue
        known = await status_of(life, name, "operator", life)
        unknown = await status_of(life, name, "operator", None)
        assert known == unknown, name
        assert known[0] == 403
        assert b'"auth.company_only"' in known[1]
    assert life.site.house.count() == before


async def test_a_company_does_not_do_what_is_the_operators(life: Life, routes: dict[str, Require]) -> None:
    names = [name for name, guard in routes.items() if guard.action is OPERATOR]
    assert set(names) == {
        "POST /v1/companies", "GET /v1/companies", "POST /v1/companies/{id}/keys",
        "POST /v1/companies/{id}/accounts",
        "GET /v1/attention", "POST /v1/attention/{id}/resolutions",
    }  # fmt: skip
    for name in names:
        known, unknown = [await status_of(life, name, life.pair[0], target) for target in (life, None)]
        assert known == unknown, name
        assert (known[0], b'"act.operator_only"' in known[1]) == (403, True), name


async def test_a_company_is_read_by_whoever_holds_a_key(life: Life) -> None:
    for who in ("operator", life.site.companies[3]):
        assert (await life.site.get(f"/v1/companies/{life.pair[0]}", who))["id"] == life.pair[0]
        gone = await life.site.ask("GET", f"/v1/companies/cmp_{'z' * 26}", who)
        assert gone.status_code == 404


async def test_the_guard_is_asked_before_the_body_is_read(life: Life) -> None:
    for who, status in (("", 401), ("operator", 403), (life.site.companies[3], 404)):
        answer = await life.site.ask("POST", f"{life.path}/scores", who, {"unknown": 1})
        assert answer.status_code == status


async def test_only_these_routes_are_public(routes: dict[str, Require]) -> None:
    public = {name for name, guard in routes.items() if guard.action is PUBLIC}
    assert public == {
        f"GET {p}"
        for p in (
            "/livez",
            "/readyz",
            "/version",
            "/openapi.json",
            "/docs",
            "/docs/docs.js",
            "/docs/docs.css",
            "/docs/paper.css",
            "/static/pico.css",
            "/static/teikei.css",
        )
    }
    assert {name for name, guard in routes.items() if guard.action is ANYONE} == {"GET /v1/companies/{id}"}


def test_every_route_with_an_id_has_a_loader_except_the_list_of_accidents(routes: dict[str, Require]) -> None:
    bare = [name for name, guard in routes.items() if re.search(r"\{\w+\}", name) and guard.loader is None]
    assert bare == ["POST /v1/attention/{id}/resolutions"]


def test_a_route_without_its_guard_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)

    async def bare() -> Response:
        return Response()

    async def twice(
        one: Annotated[Call, Depends(require(PUBLIC))], two: Annotated[Call, Depends(require(COMPANY))]
    ) -> Response:
        return Response()

    for endpoint in (bare, twice):
        with pytest.raises(UnguardedRouteError):
            router.add_api_route("/x", endpoint)


def test_the_app_does_not_start_with_a_route_of_another_class(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    class Plain:
        router = APIRouter()

    async def bare() -> Response:
        return Response()

    Plain.router.add_api_route("/bare", bare)
    monkeypatch.setattr("api.app.ROUTERS", (*ROUTERS, Plain))
    with pytest.raises(UnguardedRouteError, match="/bare"):
        create_app(MemoryHouse(tmp_path).services)  # type: ignore[arg-type]


def test_every_public_act_has_exactly_one_route_for_each_kind_of_matter_that_hears_it() -> None:
    import typing

    from activities.record import PublicAct

    bodies = [
        (typing.get_type_hints(route.endpoint).get("body"), module)
        for module in ROUTERS
        for route in module.router.routes
        if isinstance(route, GuardedRoute)
    ]
    heard_by_two = {"HandOver", "WithdrawHandover"}  # of what survives an alliance, an agreement hears it
    for act in typing.get_args(PublicAct):
        routers = [module for body, module in bodies if body is act]
        assert len(routers) == len(set(routers)) == 1 + (act.__name__ in heard_by_two), act
        assert act.__name__ in EXAMPLES
