"""Acts at the door: stored before they are acknowledged, once per key, as an order when nobody answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.guard import Call
from api.services import Services
from teikei.domain.errors import Busy, Rollover, Stale, TeikeiError, Unavailable
from tests.api.memory_house import MemoryHouse
from tests.api.scene import Life, Site


async def test_an_act_answers_with_its_receipt_and_the_place_of_what_it_made(site: Site) -> None:
    answer = await site.ask(
        "POST", "/v1/alliances", site.companies[0], site.opening(), Idempotency_Key="open 1"
    )
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/alliances/{made['matter']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["idempotency-key"] == made["key"] == "open 1"
    assert {"matter", "kind", "version", "at", "first", "last", "created", "key"} == set(made)
    assert (made["kind"], made["version"], made["first"], made["created"]) == (
        "alliance",
        1,
        1,
        [made["matter"]],
    )
    view = await site.ask("GET", answer.headers["location"], site.companies[1])
    assert view.headers["etag"] == '"1"'


async def test_what_an_act_made_is_where_location_says(life: Life) -> None:
    site, fresh = life.site, Life(life.site, await life.site.open())
    stated = await site.ask("POST", f"{fresh.path}/intake", fresh.pair[0], site.intake())
    assert stated.headers["location"] == fresh.path
    nda = (await fresh.view())["nda"]
    sha = (await site.get(f"/v1/agreements/{nda}", fresh.pair[0]))["version_now"]["sha256"]
    frozen = await site.ask("POST", f"/v1/agreements/{nda}/freezes", fresh.pair[0], {"sha256": sha})
    assert frozen.headers["location"] == f"/v1/decisions/{frozen.json()['created'][0]}"
    assert (await site.get(frozen.headers["location"], fresh.pair[1]))["sha256"] == sha


async def test_the_same_key_gives_the_same_answer_and_writes_once(site: Site) -> None:
    a, body = site.companies[0], site.opening()
    first, again = [
        await site.ask("POST", "/v1/alliances", a, body, Idempotency_Key="same") for _ in range(2)
    ]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    path, before = f"/v1/alliances/{first.json()['matter']}/suspensions", site.house.count()
    answers = [await site.ask("POST", path, a, {"reason": "点検"}, Idempotency_Key="same") for _ in range(3)]
    assert {(x.status_code, x.content) for x in answers} == {(201, answers[0].content)}
    assert site.house.count() > before
    wrote = site.house.count()
    other = await site.ask("POST", path, a, {"reason": "別の理由"}, Idempotency_Key="same")
    assert (other.status_code, other.json()["code"]) == (409, "key.other_body")
    assert other.headers["idempotency-key"] == "same"
    assert site.house.count() == wrote


async def test_a_key_counts_per_company_and_per_path(site: Site) -> None:
    one, two = await site.open(), await site.open()
    answers = [
        await site.ask("POST", f"/v1/alliances/{alliance}/{act}", who, body, Idempotency_Key="k")
        for alliance in (one, two)
        for act, who, body in (
            ("suspensions", site.companies[0], {"reason": "x"}),
            ("resumptions", site.companies[0], {}),
            ("suspensions", site.companies[1], {"reason": "x"}),
        )
    ]
    assert [a.status_code for a in answers] == [201] * 6
    assert len({a.content for a in answers}) == 6


async def test_without_a_key_one_is_made_and_returned(site: Site) -> None:
    answers = [await site.ask("POST", "/v1/alliances", site.companies[0], site.opening()) for _ in range(2)]
    keys = [a.headers["idempotency-key"] for a in answers]
    assert len(set(keys)) == 2
    again = await site.ask(
        "POST", "/v1/alliances", site.companies[0], site.opening(), Idempotency_Key=keys[0]
    )
    assert again.json() == answers[0].json()


async def test_the_directory_repeats_a_company_but_never_a_secret(site: Site) -> None:
    facts = dict.fromkeys(
        ("name_ja", "name_en", "address", "representative_title", "representative_name"), "x"
    )
    made, again = [
        await site.ask("POST", "/v1/companies", "operator", facts, Idempotency_Key="c") for _ in range(2)
    ]
    assert (made.status_code, again.status_code, made.json()) == (201, 201, again.json())
    assert made.headers["location"] == f"/v1/companies/{made.json()['id']}"
    other = await site.ask(
        "POST", "/v1/companies", "operator", {**facts, "address": "y"}, Idempotency_Key="c"
    )
    assert (other.status_code, other.json()["code"]) == (409, "company.other_facts")
    path = f"/v1/companies/{made.json()['id']}/keys"
    key, twice = [
        await site.ask("POST", path, "operator", {"person": "p"}, Idempotency_Key="k") for _ in range(2)
    ]
    assert (key.status_code, bool(key.json()["secret"])) == (201, True)
    assert (twice.status_code, twice.json()["code"]) == (409, "key.secret_shown_once")
    assert key.json()["secret"] not in twice.text


async def test_what_nobody_answers_becomes_an_order(memory: Site) -> None:
    alliance = await memory.open()
    house = memory.house
    assert isinstance(house, MemoryHouse)
    house.nobody_answers(now=True)
    a, before = memory.companies[0], house.count()
    answer = await memory.ask(
        "POST", f"/v1/alliances/{alliance}/suspensions", a, {"reason": "x"}, Idempotency_Key="k"
    )
    order = answer.json()["order"]
    assert (answer.status_code, answer.json()) == (202, {"order": order, "key": "k"})
    assert answer.headers["location"] == f"/v1/orders/{order}"
    waiting = {"id": order, "status": "open", "matter": alliance, "receipt": None, "problem": None}
    assert await memory.get(answer.headers["location"], a) == waiting
    assert (await memory.ask("GET", answer.headers["location"], memory.companies[1])).status_code == 404
    assert house.count() == before


async def test_an_order_that_was_refused_tells_the_problem_as_the_act_would_have(memory: Site) -> None:
    house = memory.house
    assert isinstance(house, MemoryHouse)
    told = {"class": "Conflict", "code": "matter.over", "pointer": "", "params": {"stage": "closed"}}

    class Refused(type(house.services.reads)):  # type: ignore[misc]
        def waiting(self, subject: Any, order: str) -> dict[str, Any]:
            return {"id": order, "status": "refused", "matter": "m", "problem": told}

    house.services.reads.__class__ = Refused
    path = "/v1/orders/ord_" + "a" * 26
    view = (await memory.ask("GET", path, memory.companies[0], Accept_Language="ja")).json()
    assert view["problem"]["status"] == 409
    assert view["problem"]["title"] == view["problem"]["title_ja"] != view["problem"]["title_en"]
    assert view["receipt"] is None


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Busy("matter.busy"), 429),
        (Unavailable("temporal.unavailable"), 503),
        (Rollover("matter.rollover"), 503),
        (Stale("clock.moved"), 503),
    ],
)
async def test_trouble_says_when_to_come_back(memory: Site, trouble: TeikeiError, status: int) -> None:
    house = memory.house
    assert isinstance(house, MemoryHouse)
    house.store.trouble = trouble
    answer = await memory.ask(
        "POST", "/v1/alliances", memory.companies[0], memory.opening(), Idempotency_Key="k"
    )
    assert (answer.status_code, answer.json()["code"]) == (status, trouble.code)
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["idempotency-key"] == "k"
    house.store.trouble = None
    again = await memory.ask(
        "POST", "/v1/alliances", memory.companies[0], memory.opening(), Idempotency_Key="k"
    )
    assert again.status_code == 201


async def test_the_failpoint_lies_between_storing_and_answering(memory: Site) -> None:
    house = memory.house
    assert isinstance(house, MemoryHouse)
    seen: list[int] = []
    house.points.clear()
    count = house.count()
    await memory.open()
    seen.append(house.count())
    assert house.points == ["api.before_answer"]
    assert seen[0] > count
    await memory.get("/v1/alliances", memory.companies[0])
    assert house.points == ["api.before_answer"]


async def test_many_callers_are_answered_at_once(memory: Site) -> None:
    answers = await asyncio.gather(
        *(memory.ask("POST", "/v1/alliances", memory.companies[0], memory.opening()) for _ in range(30))
    )
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["matter"] for a in answers}) == 30


def test_the_key_of_an_act_is_a_hash_that_no_other_call_shares(services: Services) -> None:
    def key(**changes: Any) -> str:
        given = {
            "company": "cmp_a",
            "route": "/v1/x/{id}",
            "path": {"id": "1"},
            "idempotency": "k",
            **changes,
        }
        from activities.ports import Subject

        subject = Subject(company=given.pop("company"), person="", key_id="any")
        return Call(services=services, subject=subject, **given).key

    keys = [
        key(),
        key(company="cmp_b"),
        key(route="/v1/y/{id}"),
        key(path={"id": "2"}),
        key(idempotency="k2"),
    ]
    assert len(set(keys)) == 5
    assert key() == keys[0]
    assert all(len(k) == 64 and int(k, 16) for k in keys)


@pytest.fixture
def services(memory: Site) -> Services:
    return memory.house.services
