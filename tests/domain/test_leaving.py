"""Ways out of an alliance that binds: abandoned by all, left on the agreed day, closed when nothing is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from teikei.domain.act import TEIKEI
from teikei.domain.alliance.operation import FinishAction
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import FellDue
from tests.domain.cast import (
    agree,
    at,
    begin_exit,
    company,
    nothing_left,
    refused,
    review,
    settle_period,
    tick,
)
from tests.domain.days import asked, deadline, forth, series, whole_series
from tests.support.story_domain import World


def abandon(world: World, i: int) -> None:
    world.say(world.root, Abandon(reason=f"理由{i}"), company(i))


# abandoned


@pytest.mark.parametrize("stage", ["intake", "nda", "due_diligence", "negotiation", "signing"])
def test_before_an_agreement_binds_one_party_is_enough(stage: str) -> None:
    world = at(stage, 3)
    abandon(world, 2)
    assert (world.alliance.stage, world.alliance.reason) == ("abandoned", "by_a_party")
    assert "alliance.abandonment_agreed" not in world.codes()
    nothing_left(world)


@pytest.mark.parametrize("stage", ["operation", "exit"])
def test_an_alliance_that_binds_is_abandoned_by_all_together(stage: str) -> None:
    world = at(stage, 3)
    begun = world.today()
    abandon(world, 1)
    assert asked(world.alliance, "abandonment").awaits == (company(0), company(2))
    assert deadline(world.alliance, "abandonment") == forth(begun, 10)
    assert series(world.alliance, "abandonment") == {
        what: day for what, day in whole_series(forth(begun, 10)).items() if day > begun
    }
    assert refused(world, world.root, Abandon(reason="x"), company(1)) == "alliance.abandoning_already"
    assert refused(world, world.root, Abandon(reason="x"), company(9)) == "party.not_one"
    world.advance(world.now + timedelta(days=1))
    abandon(world, 0)
    assert asked(world.alliance, "abandonment").awaits == (company(2),)
    assert world.alliance.abandoning == (company(1), company(0))
    assert world.alliance.stage == stage
    assert not world.agreement("main").over
    abandon(world, 2)
    assert (world.alliance.stage, world.alliance.reason) == ("abandoned", "by_all")
    said = [line for line in world.lines if line.entry.code.startswith("alliance.aband")]
    assert [(line.entry.code.split(".")[1], line.by, line.entry.values["reason"]) for line in said] == [
        ("abandonment_agreed", company(1), "理由1"),
        ("abandonment_agreed", company(0), "理由0"),
        ("abandonment_agreed", company(2), "理由2"),
        ("abandoned", company(2), "by_all"),
    ]
    nothing_left(world)


def test_silence_of_the_others_abandons_nothing_and_all_may_be_asked_again() -> None:
    world = at("operation", 3)
    world.advance(world.now)
    for _ in range(2):
        begun, mails = world.today(), len(world.mails)
        codes = world.codes().count("alliance.abandonment_lapsed")
        abandon(world, 0)
        abandon(world, 1)
        day = deadline(world.alliance, "abandonment")
        world.until(lambda: world.codes().count("alliance.abandonment_lapsed") > codes)  # noqa: B023
        assert world.today() == forth(day, 10)
        assert world.values("alliance.abandonment_lapsed") == {"companies": [company(2)]}
        assert (world.alliance.stage, world.alliance.abandoning) == ("operation", ())
        assert world.alliance.wait("abandonment") is None
        assert not world.agreement("main").over
        sent = [
            (when.date(), m.template, m.address)
            for when, _, m in world.mails[mails:]
            if "abandonment" in m.item
        ]
        plan = {what: on for what, on in whole_series(day).items() if on > begun}
        assert sent == [
            *[
                (on, "remind", "contact2@example.com")
                for what, on in plan.items()
                if what.startswith("remind-")
            ],
            (plan["overdue"], "overdue", "contact2@example.com"),
            (plan["escalate"], "escalate", "boss2@example.com"),
        ]
    assert "alliance.abandoned" not in world.codes()


def test_a_proposal_to_abandon_does_not_lapse_while_the_alliance_is_suspended() -> None:
    world = at("operation")
    abandon(world, 0)
    day = deadline(world.alliance, "abandonment")
    world.say(world.root, Suspend(reason="監査", until=world.today() + timedelta(days=90)), company(1))
    world.advance(world.now + timedelta(days=60))
    assert world.alliance.abandoning == (company(0),)
    world.say(world.root, Resume(), company(1))
    assert deadline(world.alliance, "abandonment") == forth(day + timedelta(days=59), 1)
    world.until(lambda: not world.alliance.abandoning)
    assert "alliance.abandonment_lapsed" in world.codes()


# the agreed last day


def test_until_the_last_day_is_over_the_main_agreement_stays_in_force() -> None:
    world = at("operation")
    end = date(2026, 12, 31)
    begin_exit(world, end)
    agree(world, "termination")
    tick(world)
    due = world.alliance.due_item("end/day")
    assert due is not None
    assert due.at == datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "the morning after, a holiday or not"
    world.advance(due.at - timedelta(microseconds=1))
    assert world.agreement("main").stage == "in_force"
    assert world.agreement("termination").stage == "in_force"
    assert world.alliance.exit is not None
    assert not world.alliance.exit.terminated
    assert not [s for s in world.states.values() if isinstance(s, Allocation)]
    world.advance(due.at)
    assert (world.agreement("main").stage, world.agreement("main").reason) == ("ended", "terminated")
    assert (world.period().final, world.period().period_until) == (True, end)
    codes = world.codes()
    assert (
        codes.index("exit.termination_in_force") < codes.index("exit.end_day") < codes.index("period.opened")
    )
    settle_period(world)
    assert world.alliance.stage == "closed"
    nothing_left(world)


def test_when_the_last_day_is_today_the_main_agreement_ends_with_the_last_signature() -> None:
    world = at("operation")
    world.advance(datetime(2026, 9, 1, 3, 0, tzinfo=UTC))
    begin_exit(world)
    agree(world, "termination")
    assert world.agreement("main").reason == "terminated"
    assert (world.period().final, world.period().period_until) == (True, date(2026, 9, 1))
    assert world.alliance.due_item("end/day") is None
    assert "exit.end_day" not in world.codes()


def test_a_last_day_that_passed_during_the_talks_does_not_wait_either() -> None:
    world = at("operation")
    end = world.today() + timedelta(days=3)
    begin_exit(world, end)
    world.advance(world.now + timedelta(days=5))
    agree(world, "termination")
    assert world.agreement("main").reason == "terminated"
    assert world.period().period_until == end


@pytest.mark.parametrize("first", ["term/end", "end/day"])
def test_the_agreed_day_and_the_end_of_the_term_on_one_day_divide_it_once(first: str) -> None:
    world = at("operation", 2, term_until=date(2027, 6, 30))
    begin_exit(world, date(2027, 6, 30))
    agree(world, "termination")
    world.advance(datetime(2027, 6, 30, 23, 59, tzinfo=UTC))
    world.now = datetime(2027, 7, 1, 0, 0, tzinfo=UTC)
    matter = {"term/end": world.agreement("main").id, "end/day": world.root}
    world._apply(matter[first], FellDue(item=first), TEIKEI)
    world.pump()
    world.advance(world.now)
    assert world.agreement("main").reason == ("expired" if first == "term/end" else "terminated")
    assert world.alliance.due_item("end/day") is None
    assert ("exit.end_day" in world.codes()) == (first == "end/day")
    periods = [s for s in world.states.values() if isinstance(s, Allocation)]
    assert [(p.period_from, p.period_until) for p in periods] == [(date(2026, 7, 1), date(2027, 6, 30))]
    settle_period(world)
    tick(world)
    nothing_left(world)


def test_a_last_day_that_passes_during_a_suspension_counts_when_it_is_over() -> None:
    world = at("operation")
    begin_exit(world, world.today() + timedelta(days=10))
    agree(world, "termination")
    world.say(world.root, Suspend(reason="監査"), company(0))
    world.advance(world.now + timedelta(days=20))
    assert world.agreement("main").stage == "in_force"
    world.say(world.root, Resume(), company(0))
    world.advance(world.now)
    assert "exit.end_day" in world.codes()
    assert world.agreement("main").over


# the close


def test_the_close_waits_for_minutes_that_are_still_written_and_takes_the_open_action_items_along() -> None:
    world = at("operation")
    world.unwritten = frozenset({"minutes"})
    review(world)
    world.say(world.root, FinishAction(number=1, result="済"), company(0))
    begin_exit(world)
    agree(world, "termination")
    settle_period(world)
    tick(world)
    assert world.alliance.stage == "exit", "the minutes are owed"
    world.advance(world.now + timedelta(days=200))
    assert world.alliance.stage == "exit", "and no lapse closes over them"
    world.unwritten = frozenset()
    world.pump()
    assert world.alliance.stage == "closed"
    assert world.codes()[world.codes().index("review.minutes_written") :][:2] == [
        "review.minutes_written",
        "alliance.closed",
    ]
    assert [p.kind for p in world.papers].count("minutes") == 1
    left = [(c.kind, c.id, c.data.get("result")) for c in world.closed if c.kind in {"action", "review"}]
    assert left == [("action", "1", "済"), ("review", "1", None), ("action", "2", "")]
    nothing_left(world)


def test_action_items_that_nobody_finished_become_closed_items_at_the_close() -> None:
    world = at("operation", 3)
    review(world)
    begin_exit(world)
    agree(world, "termination")
    settle_period(world)
    assert not [c for c in world.closed if c.kind == "action"]
    tick(world)
    assert world.alliance.stage == "closed"
    open_items = [c.data for c in world.closed if c.kind == "action"]
    assert [(d["number"], d["owner"], d["what"], d["result"]) for d in open_items] == [
        (i + 1, company(i), "報告", "") for i in range(3)
    ]
    assert {d["due"] for d in open_items} == {(world.today() + timedelta(days=30)).isoformat()}
