"""A candidate that is dropped, on real stories: the letter is written and the run ends, told anew each time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from teikei.adapters.calendars import calendar
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from tests.domain import cast
from tests.support.live import at_work, database, ports
from tests.support.story_domain import START, World
from tests.workflows.conftest import CACHED

A, B = cast.companies(2)
DROP = DropCandidate(reason="時期が合わない", note="内緒の評価")


def dropped(world: Any) -> None:
    world.open(cast.opening(sandbox_from=START, selection=cast.selected()), A, cast.directory(2))
    world.say(world.root, cast.intake(), A)
    cast.agree(world, "nda")
    cast.score(world)
    world.say(world.root, ChooseCandidate(), A)
    world.say(world.root, DROP, A)
    assert (world.alliance.stage, world.alliance.reason) == ("abandoned", "not_chosen")
    assert all(s.over for s in world.states.values())


def test_the_life_holds_in_the_rules_alone() -> None:
    dropped(World(calendar=calendar("JP")))


@pytest.mark.slow
async def test_the_story_writes_the_letter_and_is_over(server: Client, tmp_path: Path) -> None:
    pure = World(calendar=calendar("JP"))
    dropped(pure)
    live = ports(server, database(tmp_path))
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(dropped, live)
    assert {s.id: s.stage for s in live.states.values()} == {s.id: s.stage for s in pure.states.values()}
