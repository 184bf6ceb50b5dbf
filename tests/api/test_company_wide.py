"""A company's act for all its alliances at the door: looked at, ordered, repeated; and the same act for one alliance."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import MAKERS, opened
from tests.api.scene import Site, example

HEIR = {"name": "後任", "email": "heir@example.com", "language": "ja"}


@pytest.fixture(params=list(MAKERS))
async def mine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A site of its own: an act for all alliances touches all of them."""
    async for one in opened(MAKERS[request.param](tmp_path)):
        yield one


def body(**more: Any) -> dict[str, Any]:
    given = {"leaver": "甲野 一郎", "successor": HEIR, "on": "2026-01-05", "reason": "異動"}
    return {**given, **more}


async def test_a_dry_run_then_the_orders_and_a_repeat(mine: Site) -> None:
    a, b = mine.companies[:2]
    alliances = sorted([await mine.open(), await mine.open()])
    before = mine.house.count()
    looked = await mine.ask("POST", "/v1/handovers", a, body(dry_run=True))
    assert looked.status_code == 200
    found = looked.json()["alliances"]
    assert [(one["alliance"], one["problem"]) for one in found] == [(x, None) for x in alliances]
    assert [m["title_ja"] for m in found[0]["moves"]] == ["連絡担当者"]
    first = await mine.ask("POST", "/v1/handovers", a, body(), Idempotency_Key="k")
    again = await mine.ask("POST", "/v1/handovers", a, body(), Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert [one["alliance"] for one in first.json()["orders"]] == alliances
    assert mine.house.count() == before, "orders are heard by their matters, not here"
    for one in first.json()["orders"]:
        shown = await mine.get(f"/v1/orders/{one['order']}", a)
        assert (shown["status"], shown["matter"]) == ("open", one["alliance"])
        assert (await mine.ask("GET", f"/v1/orders/{one['order']}", b)).status_code == 404
    other = await mine.ask("POST", "/v1/handovers", a, body(reason="別"), Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (409, "key.other_body")


async def test_delivered_orders_do_it_and_the_repeat_still_answers(tmp_path: Path) -> None:
    async for site in opened(MAKERS["sql"](tmp_path)):
        a, b = site.companies[:2]
        alliance = await site.open()
        first = await site.ask("POST", "/v1/handovers", a, body(), Idempotency_Key="k")
        site.house.desk.deliver()  # type: ignore[attr-defined]
        [order] = first.json()["orders"]
        assert (await site.get(f"/v1/orders/{order['order']}", a))["status"] == "done"
        parties = (await site.get(f"/v1/alliances/{alliance}", b))["parties"]
        assert [p["contact"]["name"] for p in parties] == ["後任", "甲野 一郎"]
        again = await site.ask("POST", "/v1/handovers", a, body(), Idempotency_Key="k")
        assert (again.status_code, again.json()) == (202, first.json())
        fresh = await site.ask("POST", "/v1/handovers", a, body())
        assert (fresh.status_code, fresh.json()["code"]) == (409, "handover.nothing")


async def test_who_would_be_refused_gets_no_order_and_is_told_why(mine: Site) -> None:
    a = mine.companies[0]
    here, there = await mine.open(), await mine.open()
    house = {"routes": [{"steps": [{"people": ["甲野 一郎", "後任"], "need": 1}]}]}
    await mine.post(f"/v1/alliances/{here}/house", a, house)
    answer = (await mine.ask("POST", "/v1/handovers", a, body())).json()
    assert [one["alliance"] for one in answer["orders"]] == [there]
    assert [(one["alliance"], one["problem"]["code"]) for one in answer["refused"]] == [
        (here, "house.person_twice")
    ]
    await mine.post(f"/v1/alliances/{there}/house", a, house)
    nowhere = await mine.ask("POST", "/v1/handovers", a, body())
    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "/successor/name")


async def test_company_events_list_what_they_touch(mine: Site) -> None:
    a, b = mine.companies[:2]
    alliance = await mine.open()
    await mine.post(f"/v1/alliances/{alliance}/intake", a, mine.intake())
    event = example("CompanyEvent", on="2026-01-05")
    [found] = (await mine.ask("POST", "/v1/company-events", b, event)).json()["alliances"]
    assert [x["title"] for x in found["agreements"]] == ["秘密保持契約書"]
    done = await mine.ask("POST", "/v1/company-events", b, {**event, "dry_run": False})
    assert (done.status_code, len(done.json()["orders"])) == (202, 1)
    taken = example("CompanyEventWithdrawal", event=event["event"], on="2026-01-05")
    late = await mine.ask("POST", "/v1/company-event-withdrawals", b, {**taken, "dry_run": False})
    assert (late.status_code, late.json()["code"]) == (409, "event.not_announced"), "the order is on its way"
    none = await mine.ask("POST", "/v1/company-events", mine.companies[3], {**event, "dry_run": False})
    assert (none.status_code, none.json()["code"]) == (409, "event.no_alliance")
