"""The gate of the NDA on real stories: passed by a waiver and by an upload, closed again by contests, told anew each time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from teikei.adapters.calendars import calendar
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.contests import ContestRecorded
from tests.domain import cast
from tests.support.live import at_work, database, ports
from tests.support.story_domain import START, World
from tests.workflows.conftest import CACHED

A, B = cast.companies(2)
SIGNED = UploadSigned(
    contract=cast.contract(title="秘密保持契約書"),
    signatories=tuple(Signatory(company=c, signatory="代表", title="社長") for c in (A, B)),
)


def contested(world: Any, matter: str) -> None:
    entered = next(r.id for r in world.states[matter].recorded if (r.company, r.status) == (B, "open"))
    world.say(matter, ContestRecorded(recorded=entered, reason="異なる"), B)
    assert world.alliance.stage == "nda"


def gates(world: Any) -> None:
    world.open(cast.opening(sandbox_from=START), A, cast.directory(2))
    world.say(world.root, cast.intake(), A)
    world.say(world.root, WaiveGate(reason="急ぐ"), A)
    assert world.alliance.stage == "due_diligence"
    contested(world, world.root)
    paper = world.agreement("nda").id
    world.say(paper, SIGNED, A)
    assert world.alliance.stage == "due_diligence"
    contested(world, paper)
    cast.agree(world, "nda")
    cast.score(world)
    cast.decide(world)
    assert world.alliance.stage == "negotiation"


def test_the_life_holds_in_the_rules_alone() -> None:
    gates(World(calendar=calendar("JP")))


@pytest.mark.slow
async def test_the_stories_stand_before_the_gate_as_often_as_it_closes(
    server: Client, tmp_path: Path
) -> None:
    pure = World(calendar=calendar("JP"))
    gates(pure)
    live = ports(server, database(tmp_path))
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(gates, live)
    assert {s.id: s.stage for s in live.states.values()} == {s.id: s.stage for s in pure.states.values()}
