"""Two matters fall due at one instant and no order is promised between them: whichever is first, the same comes of it.

The last day of a term is the last day of a period too.  When the day after it is a business day, the end of the main
agreement and the opening of the last period fall at the same 09:00, on two runs that know nothing of each other.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from teikei.domain.act import TEIKEI
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import FellDue
from tests.domain import cast
from tests.support.story_domain import World

TERM: dict[str, Any] = {"term_from": date(2026, 6, 1), "term_until": date(2028, 5, 31)}
"""1 June 2028 is a Thursday."""
ITEMS = ("period/open", "term/end")


def before_the_end(*, refused: bool = False, **more: Any) -> World:
    """Both items are due now, neither has fallen."""
    world = cast.at("operation", **TERM, **more)
    world.until(lambda: world.alliance.period == 1)
    cast.settle_period(world)
    if refused:
        no = RefuseRenewal(arrived_on=world.today(), evidence_sha256=cast.EVIDENCE, reason="方針")
        world.say(world.agreement("main").id, no, cast.company(0))
    world.until(lambda: world.due()[1].key in ITEMS)  # type: ignore[index]
    due = {d.key: (s.id, d.at) for s in world.states.values() for d in s.due if d.key in ITEMS}
    assert due["period/open"][1] == due["term/end"][1]
    return world


def fall(world: World, *order: str) -> None:
    """The items in this order, each with the news that it has for others; one that is gone by then does not fall."""
    due = {d.key: (s.id, d) for s in world.states.values() for d in s.due if d.key in ITEMS}
    world.now = due[order[0]][1].at or world.now
    for key in order:
        matter, item = due[key]
        if item in world.states[matter].due:
            world._apply(matter, FellDue(item=key), TEIKEI)
            world.pump()


def periods(world: World) -> list[tuple[date, date, int, str]]:
    found = [s for s in world.states.values() if isinstance(s, Allocation)]
    return [(p.period_from, p.period_until, p.pool, p.stage) for p in found]


def left(*order: str, refused: bool = False) -> World:
    """The whole way out."""
    world = before_the_end(**({"renewal_years": 1} if refused else {}), refused=refused)
    fall(world, *order)
    assert world.alliance.stage == "exit"
    cast.settle_period(world)
    cast.tick(world)
    cast.nothing_left(world)
    assert world.alliance.stage == "closed"
    return world


def test_the_end_of_a_term_and_of_a_period() -> None:
    one, other = left(*ITEMS), left(*reversed(ITEMS))
    assert periods(one) == periods(other)
    assert [p[:2] for p in periods(one)] == [
        (date(2026, 6, 1), date(2027, 5, 31)),
        (date(2027, 6, 1), date(2028, 5, 31)),
    ]


@pytest.mark.parametrize("order", [ITEMS, ITEMS[::-1]])
def test_the_renewal_of_a_term_and_a_period(order: tuple[str, str]) -> None:
    """The period that ends with the old term opens, and the first one of the new term is planned."""
    world = before_the_end(renewal_years=1)
    fall(world, *order)
    assert [p[:2] for p in periods(world)][-1] == (date(2027, 6, 1), date(2028, 5, 31))
    planned = world.alliance.due_item("period/open")
    assert planned is not None
    assert planned.base.date() == date(2029, 5, 31)


@pytest.mark.parametrize("order", [ITEMS, ITEMS[::-1]])
def test_the_last_period_is_the_final_one_in_either_order(order: tuple[str, str]) -> None:
    """Also where the end was refused renewal, which the alliance hears only with the end."""
    for refused in (False, True):
        found = [s for s in left(*order, refused=refused).states.values() if isinstance(s, Allocation)]
        assert [p.final for p in found] == [False, True]
