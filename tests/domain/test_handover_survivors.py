"""A handover reaches what survives a closed alliance: contacts move at once or on their day, and the look says so first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from teikei.domain.act import Actor
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.announcing import AnnounceEvent
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
from teikei.domain.company_wide import ahead, targets
from teikei.domain.matter import Person
from teikei.domain.views import row, view
from tests.domain.cast import agree, at, begin_exit, company, nothing_left, refused, settle_period, tick
from tests.support.story_domain import World

A, B = company(0), company(1)
HEIR = Person(name="後任", email="heir@example.com", language="en")
LEAVER = "担当0"


@cache
def _closed() -> World:
    world = at("operation")
    begin_exit(world, date(2026, 8, 31))
    agree(world, "termination")
    world.until(lambda: world.alliance.open_period != "")
    settle_period(world)
    tick(world)
    nothing_left(world)
    return world


def closed() -> tuple[World, Agreement]:
    world = _closed().copy()
    assert world.alliance.stage == "closed"
    return world, world.agreement("survival")


def hand(world: World, days: int = 0, **more: Any) -> HandOver:
    given = {
        "leaver": LEAVER,
        "successor": HEIR,
        "on": world.today() + timedelta(days=days),
        "reason": "異動",
    }
    return HandOver(**{**given, **more})


def test_who_is_told_when_a_duty_ends_is_the_successor() -> None:
    world, kept = closed()
    since = len(world.mails)
    world.say(kept.id, hand(world), A)
    world.advance(datetime(2032, 1, 1, tzinfo=UTC))
    told = {(m.company, m.address, m.language) for _, _, m in world.mails[since:]}
    assert told == {(A, HEIR.email, "en"), (B, "contact1@example.com", "ja")}
    codes = [(x.entry.code, x.entry.private_to, x.entry.unnamed) for x in world.lines if x.matter == kept.id]
    assert codes[:2] == [("handover.done", (A,), False), ("party.contact_changed", (), True)]


def test_on_its_day_and_until_then_nobody_else_sees_it() -> None:
    world, kept = closed()
    before = {k: v for k, v in view(kept, B).items() if k != "version"}
    world.say(kept.id, hand(world, 30), A)
    planned = world.states[kept.id]
    assert {k: v for k, v in view(planned, B).items() if k != "version"} == before
    assert row(planned).next_due == row(kept).next_due
    assert [p["leaver"] for p in view(planned, A)["handovers"]] == [LEAVER]
    world.advance(world.now + timedelta(days=29))
    assert world.states[kept.id].party(A).contact.name == LEAVER
    world.advance(world.now + timedelta(days=2))
    assert world.states[kept.id].party(A).contact == HEIR
    assert world.states[kept.id].handovers == ()  # type: ignore[attr-defined]


def test_a_plan_is_withdrawn() -> None:
    world, kept = closed()
    world.say(kept.id, hand(world, 30), A)
    world.say(kept.id, WithdrawHandover(leaver=LEAVER), A)
    assert world.states[kept.id].due == kept.due
    assert refused(world, kept.id, WithdrawHandover(leaver=LEAVER), A) == "handover.not_planned"


def test_the_look_lists_it_beside_the_alliances() -> None:
    world, kept = closed()
    open_ = [s for s in world.states.values() if not s.over]
    act, by = hand(world), Actor(company=A)
    assert targets(open_, act) == (kept,)
    found = ahead(kept, (), act, by, world.now)
    assert found is not None
    assert (found["alliance"], found["matter"], found["problem"]) == (world.root, kept.id, None)
    assert [(m["what"], m["matter"]) for m in found["moves"]] == [("contact", kept.id)]
    assert ahead(kept, (), replace(act, leaver="誰か"), by, world.now) is None
    event = AnnounceEvent(event="merger", on=world.today(), what="x")
    assert targets(open_, event) == (), "nothing is asked of anybody any more"


def test_other_agreements_hear_it_from_their_alliance_only() -> None:
    world = at("operation")
    main = world.agreement("main")
    assert refused(world, main.id, hand(world), A) == "act.not_here"
    assert refused(world, main.id, WithdrawHandover(leaver=LEAVER), A) == "act.not_here"
    world, kept = closed()
    assert refused(world, world.root, hand(world), A) == "matter.over"
    assert refused(world, kept.id, hand(world, leaver="誰か"), A) == "handover.nothing"
    assert refused(world, kept.id, hand(world), company(9)) == "party.not_one"
