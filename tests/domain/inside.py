"""How the tests of the domain let a company approve inside itself: its people, whose names give them away, and their moves."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.decision.approving import (
    DecideInternalApproval,
    SubmitInternalApproval,
)
from teikei.domain.decision.voting import RecordInternalApproval
from teikei.domain.errors import Refused
from teikei.domain.house import Route, RouteStep, StandIn
from tests.domain.cast import companies, drafted, freeze
from tests.support.story_domain import World

A, B, C = companies(3)
CLERK, CHIEF, HEAD, DEPUTY, BOSS = (f"カナリア{n}" for n in ("係", "課長", "部長", "次長", "社長"))
NAMES = (CLERK, CHIEF, HEAD, DEPUTY, BOSS)
SUBMIT, APPROVE, RETURN = (
    SubmitInternalApproval(reference="カナリア番号"),
    DecideInternalApproval(choice="approve", comment="カナリア所見"),
    DecideInternalApproval(choice="return", comment="カナリア所見"),
)
RECORD = RecordInternalApproval(status="approved", reference="稟議")


def route(*steps: tuple[tuple[str, ...], int], **more: Any) -> Route:
    return Route(steps=tuple(RouteStep(people=p, need=n) for p, n in steps), **more)


TWO_STEPS = route(((CHIEF, HEAD), 1), ((BOSS,), 1))


def away(world: World, person: str, by: str, days: int = 3) -> StandIn:
    last = world.today() + timedelta(days=days)
    return StandIn(person=person, by=by, first=world.today(), last=last, reason="カナリア出張")


def arrange(world: World, *routes: Route, who: str = A, **more: Any) -> None:
    world.say(world.root, ArrangeHouse(routes=routes, **more), who, CLERK)


def called(n: int = 2) -> tuple[World, str]:
    """An open decision: the approval of the main agreement."""
    world = _called(n).copy()
    return world, world.decision().id


@cache
def _called(n: int) -> World:
    world = drafted(n)
    freeze(world, "main")
    return world


def status(world: World, matter: str, who: str = A) -> str:
    stands = world.states[matter].approved_inside(who)  # type: ignore[attr-defined]
    return stands.status if stands else ""


def code(world: World, matter: str, act: Any, person: str, who: str = A) -> str:
    before = dict(world.states)
    try:
        world.say(matter, act, who, person)
    except Refused as refusal:
        assert world.states == before
        return refusal.code
    return ""
