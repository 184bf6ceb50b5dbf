"""An alliance from before this system on its real story: reviews, the period that holds today, renewal and exit come by themselves."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from teikei.adapters.calendars import calendar
from teikei.adapters.sql.tables import OutboxRow
from tests.domain import cast
from tests.support.live import at_work, database, ports
from tests.support.story_domain import START, World
from tests.workflows.conftest import CACHED

A, B = cast.companies(2)
SIGNED = cast.contract(effective_on=date(2024, 4, 1), term_until=date(2026, 3, 31))
"""The notice day has passed: it renews, and then the parties leave."""


def lived(world: Any) -> None:
    act = cast.bringing(days=SIGNED, renewal_years=1, review_months=2)
    world.open(replace(act, sandbox_from=START), A, cast.directory(2))
    if isinstance(world, World):
        world.pump()
    assert world.alliance.review == 11, "the review of February is called, none of the years before"
    cast.review(world)
    world.until(lambda: world.agreement("main").term_until == date(2027, 3, 31))
    world.until(lambda: world.alliance.open_period != "")
    assert world.period().number == 2
    cast.settle_period(world)
    cast.begin_exit(world)
    cast.agree(world, "termination")
    cast.tick(world)
    cast.settle_period(world)
    assert world.alliance.over


def test_the_life_holds_in_the_rules_alone() -> None:
    world = World(calendar=calendar("JP"))
    lived(world)
    cast.nothing_left(world)


@pytest.mark.slow
async def test_its_story_goes_on_by_itself(server: Client, tmp_path: Path) -> None:
    pure = World(calendar=calendar("JP"))
    lived(pure)
    live = ports(server, database(tmp_path))
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(lived, live)
    assert sorted((s.kind, s.title, s.stage) for s in live.states.values()) == sorted(
        (s.kind, s.title, s.stage) for s in pure.states.values()
    )
    mails = [json.loads(p) for kind, p in live.rows(OutboxRow, "kind", "payload") if kind == "mail"]
    assert [m["company"] for m in mails if m["template"] == "entered"] == [B]
    renewed = [m["item"] for m in mails if m["template"] == "notice"]
    assert all("2027-03-31" in item for item in renewed), "none about the day that had passed"
