"""What the machine's lives begin with beyond a stage, and which of many acts a rule would take now.

Random acts are mostly refused: sixty lives of them left three acts in four undone.  A guided step asks the rules, which
are functions, and says the act of which this life has seen the fewest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from teikei.domain.act import Act, Actor, judge
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.exits import BeginExit
from teikei.domain.alliance.obligations import TakeOnObligation
from teikei.domain.alliance.standing import Abandon, Suspend
from teikei.domain.amendments import ChangeParties, ChangeVoting
from teikei.domain.errors import Refused
from teikei.domain.house import Route, RouteStep
from teikei.domain.papers import LABELS
from teikei.domain.recording import RecordFor
from tests.domain import cast, moving
from tests.support.story_domain import World

ENDS = (Abandon, BeginExit, Suspend)
"""Acts after which little else fits."""
HOUSE = ArrangeHouse(routes=(Route(steps=(RouteStep(people=("担当者",), need=1),)),), sole=True)

Offer = tuple[str, Act, str]
"""(matter, act, company)."""


def name(act: Act) -> str:
    """Its kind; of what is entered for another party also what that is."""
    kind = getattr(act, "kind", "")
    return f"{kind} {name(act.act)}" if isinstance(act, RecordFor) else kind


def taken(world: World, offers: Iterable[Offer], done: Counter[str], *, ending: bool) -> Offer | None:
    """The offer that a rule takes now, of the act that was done least; nothing: no rule takes any.

    `ending`: what ends much comes first, else after all that was done as seldom.
    """
    end = -1 if ending else 1
    by_want = sorted(offers, key=lambda o: done[name(o[1])] + (end if isinstance(o[1], ENDS) else 0))
    return next((offer for offer in by_want if _takes(world, *offer)), None)


def _takes(world: World, matter: str, act: Act, company: str) -> bool:
    try:
        judge(act, world.states[matter], Actor(company=company, person="担当者"), world.now)
    except Refused:
        return False
    return True


def rotated(items: list[Offer], by: int) -> Iterator[Offer]:
    """The items in an order that depends on `by`."""
    first = by % max(1, len(items))
    yield from items[first:]
    yield from items[:first]


def duty(world: World) -> TakeOnObligation:
    """What the first company owes every month."""
    return TakeOnObligation(
        owner=cast.company(0), person="担当", what="月報", basis="第5条", every_months=1,
        first=world.today() + timedelta(days=30),
    )  # fmt: skip


@cache
def _a_year_on(n: int, form: Any, more: tuple[tuple[str, Any], ...], *, locked: bool) -> World:
    """The first period is open, or decided and waits for its payments."""
    world = cast.at("operation", n, form, **dict(more))
    world.until(lambda: world.alliance.open_period != "")
    if locked:
        cast.settle_period(world, pay=False)
    return world


@cache
def _brought(n: int) -> World:
    world = World()
    world.open(cast.bringing(n), cast.company(0), cast.directory(n))
    world.pump()
    return world


@cache
def _moving(n: int, form: Any, more: tuple[tuple[str, Any], ...]) -> World:
    """All have signed that the last party leaves and another joins; its day has not come."""
    world = cast.at("operation", n, form, **dict(more))
    *stay, last = cast.companies(n)
    newcomer = cast.company(n)
    change = ChangeParties(leave=(last,), join=(moving.joining(newcomer, place_of=last),))
    rules = (ChangeVoting(voting=()),) if dict(more).get("voting") else ()  # one of them may name who leaves
    day = world.today() + timedelta(days=60)
    moving.drafted(world, change, moving.shares(*stay, newcomer), *rules, on=day)
    moving.signed(world)
    return world


def begun(stage: str, n: int, form: Any, seed: int, **more: Any) -> World:
    """An alliance in a stage; the bits of `seed` say what has happened there already."""
    if stage == "operation" and seed & 8 and n < len(LABELS):
        world = _moving(n, form, tuple(sorted(more.items()))).copy()
    elif stage == "operation" and seed & 1:
        world = _a_year_on(n, form, tuple(sorted(more.items())), locked=seed & 2 > 0).copy()
    elif stage == "operation" and seed & 2:
        world = _brought(n).copy()
    else:
        world = cast.at(stage, n, form, **more)
    if stage == "due_diligence" and n < 10:
        cast.marks(world, cast.company(0))
    if stage == "operation":
        world.say(world.root, duty(world), cast.company(0))
    if seed & 4:
        for company in world.alliance.companies():
            world.say(world.root, HOUSE, company)
    return world
