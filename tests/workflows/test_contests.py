"""A contest turns a story back to where it was: it tells the chapter again, and what comes of it is what the rules make of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from teikei.adapters.calendars import calendar
from teikei.domain.alliance.diligence import ShareScores
from teikei.domain.contests import ContestRecorded
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.recording import RecordFor
from tests.domain import cast
from tests.domain.cast import EVIDENCE
from tests.support.live import at_work, database, ports
from tests.support.story_domain import START, World
from tests.workflows.conftest import CACHED

A, B = cast.companies(2)


def entered(world: Any, matter: str, act: Any) -> str:
    made = world.say(matter, RecordFor(company=B, how="書面", evidence_sha256=EVIDENCE, act=act), A)
    return str(made.created[-1])


def contested(world: Any) -> None:
    """Marks are contested while all decide on them: they are given again, and a second decision stands."""
    parties = tuple(replace(p, off_platform=p.company == B) for p in cast.opening().parties)
    world.open(replace(cast.opening(sandbox_from=START), parties=parties), A, cast.directory(2))
    world.say(world.root, cast.intake(), A)
    cast.agree(world, "nda")
    for c in (A, B):
        cast.marks(world, c)
    world.say(world.root, ShareScores(), A)
    shared = entered(world, world.root, ShareScores())
    first = world.alliance.go_no_go
    entered(world, first, CastVote(choice="yes"))
    world.say(world.root, ContestRecorded(recorded=shared, reason="当社の評価ではない"), B)
    world.say(world.root, ShareScores(), B)
    second = world.alliance.go_no_go
    assert second not in ("", first)
    for c in (A, B):
        world.say(second, RecordInternalApproval(status="approved", reference="稟議"), c)
        world.say(second, CastVote(choice="yes"), c)
    assert world.alliance.stage == "negotiation"


def test_the_life_holds_in_the_rules_alone() -> None:
    contested(World(calendar=calendar("JP")))


@pytest.mark.slow
async def test_the_story_of_due_diligence_calls_a_second_decision(server: Client, tmp_path: Path) -> None:
    pure = World(calendar=calendar("JP"))
    contested(pure)
    live = ports(server, database(tmp_path))
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(contested, live)
    assert live.alliance.stage == "negotiation"
    assert {s.id for s in live.states.values()} == set(pure.states)
