"""Obligations: nobody binds another, a series never slides, silence is a missed one, and a contest opens it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.alliance.duties import Obligation
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    ReleaseObligation,
    TakeOnObligation,
    WaiveObligation,
)
from teikei.domain.alliance.operation import agenda
from teikei.domain.alliance.standing import Resume, Suspend
from teikei.domain.amendments import ChangeTerm
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.errors import Forbidden
from teikei.domain.recording import RecordFor
from tests.domain.cast import EVIDENCE, at, begin_exit, company, off, refused, review
from tests.domain.days import deadline, forth, series, whole_series
from tests.domain.test_amending import in_force
from tests.support.story_domain import World

A, B, C = (company(i) for i in range(3))
FIRST = date(2026, 8, 31)
"""A last day of a month: the months that have no 31st end a day earlier, and the next one is the 31st again."""


def taken_on(world: World, owner: str = A, by: str = A, **more: Any) -> Obligation:
    given: dict[str, Any] = {"person": "担当者", "what": "月次報告", "basis": "第11条", "first": FIRST}
    world.say(world.root, TakeOnObligation(owner=owner, **{**given, **more}), by)
    return world.alliance.obligations[-1]


def fulfil(world: World, by: str = A, number: int = 1, **more: Any) -> None:
    day = open_one(world, number).day
    world.say(world.root, FulfilObligation(number=number, day=day, how="提出", **more), by)


def open_one(world: World, number: int = 1) -> Obligation:
    return next(o for o in world.alliance.obligations if o.number == number)


def lines(world: World) -> list[tuple[str, Any]]:
    found = [a for a in agenda(world.alliance) if a.code.startswith("agenda.obligation_")]
    return [(a.code.rpartition("_")[2], a.values["day"]) for a in found]


def told(world: World) -> list[str]:
    return [m.template for _, _, m in world.mails if "obligation-" in m.item]


# taking on


def test_its_own_obligation_a_party_takes_on_at_once_and_is_asked_by_its_day() -> None:
    world = at("operation")
    taken_on(world)
    assert deadline(world.alliance, "obligation-1") == FIRST
    assert series(world.alliance, "obligation-1") == whole_series(FIRST)
    assert world.alliance.wait("obligation-1").awaits == (A,)  # type: ignore[union-attr]


def test_nobody_binds_another() -> None:
    world = at("operation", 3)
    taken_on(world, owner=B)
    assert world.alliance.wait("obligation-1") is None
    assert world.alliance.wait("acceptance-1").awaits == (B,)  # type: ignore[union-attr]
    for by in (A, C):
        act = AnswerObligation(number=1, answer="accept")
        assert refused(world, world.root, act, by) == "obligation.not_the_owner"
    fulfilment = FulfilObligation(number=1, day=FIRST, how="提出")
    assert refused(world, world.root, fulfilment, B) == "obligation.not_open"
    world.say(world.root, AnswerObligation(number=1, answer="accept"), B)
    assert world.alliance.wait("acceptance-1") is None
    assert deadline(world.alliance, "obligation-1") == FIRST
    taken_on(world, owner=C)
    world.say(world.root, AnswerObligation(number=2, answer="decline", reason="範囲外"), C)
    assert [o.number for o in world.alliance.obligations] == [1]


def test_silence_takes_on_nothing() -> None:
    world = at("operation")
    taken_on(world, owner=B, first=date(2027, 6, 1))
    asked_by = deadline(world.alliance, "acceptance-1")
    world.until(lambda: "obligation.proposal_lapsed" in world.codes())
    assert world.today() == forth(asked_by, 10)
    assert world.alliance.obligations == ()


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("obligation.in_the_past", {"first": date(2026, 6, 30)}),
        ("obligation.after_the_end", {"first": date(2028, 7, 1)}),
        ("parties.unknown_company", {"owner": C}),
        ("parties.unknown_company", {"owed_to": (A,)}),
        ("parties.unknown_company", {"owed_to": (B, B)}),
        ("terms.cadence", {"every_months": 121}),
    ],
)
def test_what_cannot_be_owed_is_refused(code: str, more: dict[str, Any]) -> None:
    world = at("operation")
    given: dict[str, Any] = {"owner": A, "person": "x", "what": "x", "basis": "x", "first": FIRST}
    assert refused(world, world.root, TakeOnObligation(**{**given, **more}), A) == code


# fulfilment


def test_the_series_is_counted_from_its_first_day_however_late_it_is_fulfilled() -> None:
    world = at("operation")
    taken_on(world, every_months=1)
    days = []
    for late in (0, 9, 3, 1, 0, 5):
        days.append(open_one(world).day)
        world.advance(
            datetime(days[-1].year, days[-1].month, days[-1].day, 3, tzinfo=UTC) + timedelta(days=late)
        )
        fulfil(world)
    assert days == [
        date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31),
    ]  # fmt: skip
    assert open_one(world).day == date(2027, 2, 28)
    kept = [c.data["day"] for c in world.closed if c.kind == "obligation"]
    assert kept == [d.isoformat() for d in days]


def test_one_that_is_due_once_is_over_when_it_is_fulfilled() -> None:
    world = at("operation")
    taken_on(world)
    fulfil(world)
    assert world.alliance.obligations == ()
    world.advance(datetime(2026, 12, 1, tzinfo=UTC))
    assert told(world) == []


def test_said_twice_it_does_not_tick_off_the_next_occurrence() -> None:
    world = at("operation")
    taken_on(world, every_months=1)
    fulfil(world)
    assert (
        refused(world, world.root, FulfilObligation(number=1, day=FIRST, how="再送"), A)
        == "obligation.other_day"
    )


def test_where_evidence_is_required_nothing_is_fulfilled_without() -> None:
    world = at("operation")
    taken_on(world, evidence=True)
    bare = FulfilObligation(number=1, day=FIRST, how="提出")
    assert refused(world, world.root, bare, A) == "obligation.evidence_missing"
    assert (
        refused(world, world.root, replace(bare, evidence_sha256=EVIDENCE), B) == "obligation.not_the_owner"
    )
    fulfil(world, evidence_sha256=EVIDENCE)
    assert world.values("obligation.fulfilled")["evidence"] == EVIDENCE


def test_silence_is_missed_in_the_record_and_on_the_next_agenda() -> None:
    world = at("operation")
    taken_on(world, every_months=1)
    taken_on(world, first=date(2026, 9, 1))
    world.until(lambda: world.codes().count("due.overdue") == 2)
    assert lines(world) == [("overdue", "2026-08-31"), ("overdue", "2026-09-01")]
    world.until(lambda: world.codes().count("obligation.missed") == 2)
    assert world.today() == forth(date(2026, 9, 1), 10)
    assert lines(world) == [("missed", "2026-08-31"), ("missed", "2026-09-01")]
    assert open_one(world).day == date(2026, 9, 30)
    fulfil(world, number=2)
    assert [o.number for o in world.alliance.obligations] == [1], "late is better than never"
    review(world)
    assert ("missed", "2026-08-31") not in lines(world), "a review has talked about it"


def test_occurrences_that_passed_while_nothing_fell_due_are_each_asked_for() -> None:
    world = at("operation")
    taken_on(world, every_months=1)
    world.say(world.root, Suspend(reason="監査", until=date(2026, 12, 15)), A)
    world.advance(datetime(2026, 12, 10, tzinfo=UTC))
    assert told(world) == []
    world.say(world.root, Resume(), A)
    days = []
    while open_one(world).day < date(2026, 12, 10):
        days.append(open_one(world).day.isoformat())
        fulfil(world)
    assert days == ["2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30"]
    assert deadline(world.alliance, "obligation-1") == forth(date(2026, 12, 31), 0)


# hold, release, waive


def test_on_hold_nobody_is_reminded_and_the_day_does_not_move() -> None:
    world = at("operation", 3)
    taken_on(world)
    assert refused(world, world.root, HoldObligation(number=1, reason="x"), A) == "obligation.not_owed_to_you"
    world.say(world.root, HoldObligation(number=1, reason="様式"), C)
    assert refused(world, world.root, HoldObligation(number=1, reason="x"), B) == "obligation.held_already"
    assert lines(world) == [("held", "2026-08-31")]
    world.advance(datetime(2026, 10, 5, 3, tzinfo=UTC))
    assert told(world) == []
    world.say(world.root, ReleaseObligation(number=1, reason="決着"), B)
    assert refused(world, world.root, ReleaseObligation(number=1, reason="x"), B) == "obligation.not_held"
    assert deadline(world.alliance, "obligation-1") == date(2026, 10, 5), "its day has passed: today"
    assert open_one(world).day == FIRST
    world.until(lambda: "obligation.missed" in world.codes())
    assert world.today() == forth(date(2026, 10, 5), 10)


def test_a_waiver_takes_all_to_whom_it_is_owed_and_never_its_owner() -> None:
    world = at("operation", 3)
    taken_on(world, every_months=1)
    waive = WaiveObligation(number=1, reason="不要")
    assert refused(world, world.root, waive, A) == "obligation.not_owed_to_you"
    world.say(world.root, waive, B)
    assert refused(world, world.root, waive, B) == "obligation.waived_already"
    assert world.alliance.wait("obligation-1") is not None
    world.say(world.root, waive, C)
    assert world.alliance.obligations == ()
    assert world.alliance.wait("obligation-1") is None
    taken_on(world, owed_to=(C,))
    assert (
        refused(world, world.root, WaiveObligation(number=2, reason="x"), B) == "obligation.not_owed_to_you"
    )
    world.say(world.root, WaiveObligation(number=2, reason="x"), C)
    assert world.alliance.obligations == ()


# the end


def test_what_lies_after_the_end_is_asked_for_no_more_and_again_when_the_exit_fails() -> None:
    world = at("operation")
    taken_on(world, first=date(2026, 12, 1))
    taken_on(world, first=date(2026, 9, 15))
    begin_exit(world, date(2026, 10, 31))
    assert world.alliance.wait("obligation-1") is None
    assert deadline(world.alliance, "obligation-2") == date(2026, 9, 15)
    world.until(lambda: world.alliance.stage == "operation")
    assert world.alliance.wait("obligation-1") is not None
    assert deadline(world.alliance, "obligation-1") == date(2026, 12, 1)


def test_a_longer_term_brings_the_next_occurrence_back() -> None:
    world = at("operation")
    taken_on(world, first=date(2028, 6, 30), every_months=1)
    fulfil(world)
    assert world.alliance.wait("obligation-1") is None, "31 July is after the term"
    in_force(world, ChangeTerm(term_until=date(2029, 6, 30)), on=world.today() + timedelta(days=30))
    assert deadline(world.alliance, "obligation-1") == date(2028, 7, 31)


# off the platform


def recorded(world: World, number: int = 1) -> None:
    act = FulfilObligation(number=number, day=open_one(world, number).day, how="書面で受領")
    world.say(world.root, RecordFor(company=B, how="郵便", evidence_sha256=EVIDENCE, act=act), A)


@pytest.mark.parametrize("every", [0, 1])
def test_a_fulfilment_entered_for_its_owner_is_open_again_when_that_one_contests(every: int) -> None:
    world = at("operation")
    taken_on(world, owner=B, every_months=every)
    world.say(world.root, AnswerObligation(number=1, answer="accept"), B)
    world = off(world, B)
    recorded(world)
    assert world.alliance.wait("obligation-1") is None or open_one(world).occurrence == 2
    world.say(world.root, ContestRecorded(recorded=world.alliance.recorded[-1].id, reason="未了"), B)
    assert "recorded.undone" in world.codes()
    assert (open_one(world).day, open_one(world).status) == (FIRST, "open")
    assert deadline(world.alliance, "obligation-1") == FIRST


def test_what_another_entered_as_taken_on_is_put_to_its_owner_again_when_that_one_contests() -> None:
    world = off(at("operation"), B)
    taken_on(world, owner=B)
    act = AnswerObligation(number=1, answer="accept")
    world.say(world.root, RecordFor(company=B, how="郵便", evidence_sha256=EVIDENCE, act=act), A)
    assert open_one(world).status == "open"
    world.say(
        world.root, ContestRecorded(recorded=world.alliance.recorded[-1].id, reason="引き受けていない"), B
    )
    assert open_one(world).status == "proposed"
    assert world.alliance.wait("obligation-1") is None
    assert world.alliance.wait("acceptance-1") is not None


def test_after_the_next_review_a_contest_is_a_point_of_the_agenda() -> None:
    world = at("operation")
    taken_on(world, owner=B)
    world.say(world.root, AnswerObligation(number=1, answer="accept"), B)
    world = off(world, B)
    recorded(world)
    review(world)
    assert world.alliance.obligations == ()
    world.say(world.root, ContestRecorded(recorded=world.alliance.recorded[-1].id, reason="未了"), B)
    assert "recorded.noted" in world.codes()
    assert [c.act for c in world.alliance.contested] == ["fulfil_obligation"]


def said_for(world: World, act: HoldObligation | WaiveObligation) -> None:
    """For the off-platform party to which alone it is owed, by the one that owes it."""
    world.say(world.root, RecordFor(company=B, how="郵便", evidence_sha256=EVIDENCE, act=act), A)


def contest(world: World) -> str:
    since = len(world.lines)
    world.say(world.root, ContestRecorded(recorded=world.alliance.recorded[-1].id, reason="違う"), B)
    codes = [x.entry.code for x in world.lines[since:]]
    return next(c for c in codes if c in {"recorded.undone", "recorded.noted"})


def test_what_is_owed_to_an_off_platform_party_alone_is_held_for_it_and_asked_again_when_it_contests() -> (
    None
):
    world = off(at("operation"), B)
    taken_on(world)
    with pytest.raises(Forbidden, match=r"obligation\.not_owed_to_you"):
        world.say(world.root, HoldObligation(number=1, reason="x"), A)
    said_for(world, HoldObligation(number=1, reason="様式の見直し"))
    said = world.values("obligation.held")
    assert (said["recorded_for"], said["recorded_by"], said["recorded_evidence"]) == (B, A, EVIDENCE)
    assert (open_one(world).held, world.alliance.wait("obligation-1")) == ("様式の見直し", None)
    assert contest(world) == "recorded.undone"
    assert open_one(world).held == ""
    assert deadline(world.alliance, "obligation-1") == FIRST


def test_a_hold_that_was_released_since_cannot_be_undone() -> None:
    world = off(at("operation"), B)
    taken_on(world)
    said_for(world, HoldObligation(number=1, reason="様式の見直し"))
    world.say(world.root, ReleaseObligation(number=1, reason="様式の決定"), A)
    assert contest(world) == "recorded.noted"


@pytest.mark.parametrize("reviewed", [False, True])
def test_a_waiver_entered_for_the_only_creditor_is_owed_again_until_a_review(*, reviewed: bool) -> None:
    world = off(at("operation"), B)
    taken_on(world)
    said_for(world, WaiveObligation(number=1, reason="別の報告で足りる"))
    assert open_one(world).status == "waived"
    assert world.alliance.wait("obligation-1") is None
    assert not [line for line in agenda(world.alliance) if line.code.startswith("agenda.obligation")]
    assert [c.data["result"] for c in world.closed if c.kind == "obligation"] == ["waived"]
    if reviewed:
        review(world)
        assert world.alliance.obligations == ()
        assert contest(world) == "recorded.noted"
        return
    assert contest(world) == "recorded.undone"
    assert (open_one(world).status, open_one(world).waived) == ("open", ())
    assert deadline(world.alliance, "obligation-1") == FIRST


def test_a_waiver_of_the_partys_own_leaves_at_once_though_another_was_entered_and_confirmed() -> None:
    world = off(at("operation", 3), B)
    taken_on(world)
    said_for(world, WaiveObligation(number=1, reason="不要"))
    world.say(world.root, ConfirmRecorded(recorded=world.alliance.recorded[-1].id), B)
    assert open_one(world).waived == (B,)
    world.say(world.root, WaiveObligation(number=1, reason="不要"), company(2))
    assert world.alliance.obligations == ()


# whatever is done


@settings(max_examples=40, deadline=None)
@given(
    every=st.integers(1, 5),
    moves=st.lists(
        st.tuples(st.sampled_from(["fulfil", "hold", "release", "wait"]), st.integers(0, 50)), max_size=14
    ),
)
def test_every_occurrence_is_accounted_for_once_and_in_order(
    every: int, moves: list[tuple[str, int]]
) -> None:
    world = at("operation")
    taken_on(world, every_months=every)
    for what, days in moves:
        world.advance(world.now + timedelta(days=days))
        held = bool(open_one(world).held)
        if what == "fulfil":
            fulfil(world)
        elif what == "hold" and not held:
            world.say(world.root, HoldObligation(number=1, reason="猶予"), B)
        elif what == "release" and held:
            world.say(world.root, ReleaseObligation(number=1, reason="再開"), B)
    over = [date.fromisoformat(c.data["day"]) for c in world.closed if c.kind == "obligation"]
    month = [8 - 1 + every * i for i in range(len(over) + 1)]
    ends = [date(2026 + (m + 1) // 12, (m + 1) % 12 + 1, 1) - timedelta(days=1) for m in month]
    assert [*over, open_one(world).day] == ends, "the last day of every so many months"
    ends_before = open_one(world).day > date(2028, 6, 30)
    assert bool(world.alliance.wait("obligation-1")) == (not open_one(world).held and not ends_before)
