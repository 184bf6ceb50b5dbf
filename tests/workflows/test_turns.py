"""A run may turn anywhere: what comes of a life is the same however often its runs begin anew."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from tests.domain import cast
from tests.support.live import Live, at_work, database, ports
from tests.support.story_domain import START, World
from tests.workflows.conftest import CACHED
from tests.workflows.histories import runs
from workflows import options
from workflows.ids import workflow_id


def whole_life(world: Any) -> None:
    """From the first word to the end, with every kind of matter."""
    world.open(cast.opening(sandbox_from=START), cast.company(0), cast.directory(2))
    world.say(world.root, cast.intake(), cast.company(0))
    cast.agree(world, "nda")
    cast.score(world)
    cast.decide(world)
    world.say(world.root, cast.DraftAgreement(terms=cast.terms(term_from=START.date())), cast.company(1))
    cast.freeze(world, "main")
    cast.decide(world)
    cast.sign(world, "main")
    cast.review(world)
    cast.begin_exit(world)
    cast.agree(world, "termination")
    cast.tick(world)
    cast.settle_period(world)
    world.until(lambda: world.alliance.over)


@pytest.mark.parametrize("events", [1000, 4], ids=["seldom", "after every act"])
async def test_a_whole_life_is_what_the_rules_alone_make_of_it(
    server: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    monkeypatch.setattr(options, "TURN_EVENTS", events)
    pure = World(calendar=calendar("JP"))
    whole_life(pure)
    live = ports(server, database(tmp_path))
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(whole_life, live)
    assert live.states == pure.states
