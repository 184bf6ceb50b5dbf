"""If we left today: the page says what an exit begun that day then produces; and what survives lives on after the close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teikei.adapters.letters import wording
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.exits import begin_exit as exit_rule
from teikei.domain.alliance.obligations import TakeOnObligation
from teikei.domain.allocation.split import EnterAmount
from teikei.domain.allocation.state import Allocation
from teikei.domain.calendar import settle
from teikei.domain.errors import Conflict
from teikei.domain.leaving import Leaving, leaving
from teikei.domain.notices import legal_last_day
from teikei.domain.terms import Form
from teikei.domain.views import plain
from tests.domain.cast import EVIDENCE, FORMS, agree, at, begin_exit, company, refused, settle_period, tick
from tests.domain.days import forth
from tests.support.story_domain import World, japan

A, B = company(0), company(1)


def page(world: World) -> Leaving:
    periods = [s for s in world.states.values() if isinstance(s, Allocation)]
    return leaving(world.alliance, world.agreement("main"), periods, world.calendar, world.now)


def years(day: date, n: int) -> date:
    """The same day of another year; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=day.year + n)
    except ValueError:
        return date(day.year + n, 2, 28)


def survival(world: World) -> Agreement:
    return world.agreement("survival")


# the page


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=st.sampled_from(FORMS),
    n=st.sampled_from([2, 3]),
    renews=st.sampled_from([0, 1]),
    refuses=st.sampled_from([0, 1]),
    owes=st.sampled_from([0, 1]),
    days=st.integers(0, 900),
)
def test_the_page_is_what_an_exit_begun_that_day_produces(
    form: Form,
    n: int,
    renews: int,
    refuses: int,
    owes: int,
    days: int,
) -> None:
    world = at("operation", n, form, renewal_years=renews)
    if owes:
        first = world.today() + timedelta(days=20)
        act = TakeOnObligation(owner=A, person="x", what="報告", basis="第5条", first=first, every_months=1)
        world.say(world.root, act, A)
    if renews and refuses:
        act_ = RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="方針")
        world.say(world.agreement("main").id, act_, A)
    world.advance(world.now + timedelta(days=days))
    if world.alliance.stage != "operation":
        return
    seen = page(world)
    began = exit_rule(world.alliance, "目的達成", seen.end_date, world.now, agreed=True)
    gone = settle(began.state, world.calendar, world.now)
    assert gone.exit is not None
    assert seen.end_date == gone.exit.end_date
    assert seen.checklist == gone.exit.checklist
    assert seen.survivors == gone.exit.survivors
    wait = gone.wait("exit")
    assert wait is not None
    assert wait.deadline is not None
    assert seen.returns_by == japan().local_day(wait.deadline)
    still = {o.number for o in gone.obligations if gone.wait(o.item)}
    assert {o.number for o in seen.obligations if not o.falls_away} == still
    assert plain(seen)["end_date"] == seen.end_date.isoformat()
    assert world.alliance.exit is None, "to look changes nothing"
    assert not seen.begun


@settings(max_examples=60, deadline=None)
@given(days=st.integers(0, 500), months=st.integers(0, 14))
def test_the_notice_of_today_is_in_time_for_the_end_and_for_no_earlier_one(days: int, months: int) -> None:
    world = at("operation", term_until=date(2036, 6, 30), exit_notice_months=months)
    world.advance(world.now + timedelta(days=days))
    seen = page(world)
    arrives = forth(world.today(), 5)
    assert legal_last_day(seen.end_date, months) >= arrives
    assert legal_last_day(seen.end_date - timedelta(days=1), months) <= arrives
    assert seen.end_date > arrives


@pytest.mark.parametrize(
    ("now", "more", "end"),
    [
        # a Wednesday in July: arrives Wednesday 8th; six months run from the 9th to 8 January
        ("2026-07-01", {}, "2027-01-09"),
        # Golden Week: 28 and 30 April, 6, 7 and 10 May (29 April, 3 to 5 May are holidays); to 10 November
        ("2027-04-27", {}, "2027-11-11"),
        # the arrival is 29 February 2028 (23rd is a holiday); from 1 March six months: to 31 August
        ("2028-02-21", {"term_until": date(2030, 6, 30)}, "2028-09-01"),
        # the term runs out before the notice would work
        ("2028-02-21", {}, "2028-06-30"),
        # it renews, and a refusal sent today still arrives in time
        ("2028-03-22", {"renewal_years": 1}, "2028-06-30"),
        # one day later it does not any more: arrives 30 March; to 30 September
        ("2028-03-23", {"renewal_years": 1}, "2028-10-01"),
    ],
)
def test_the_earliest_end_by_hand(now: str, more: dict[str, Any], end: str) -> None:
    world = at("operation", **more)
    world.advance(datetime.fromisoformat(now + "T03:00:00+00:00"))
    assert page(world).end_date == date.fromisoformat(end)


def test_it_says_why_in_both_languages() -> None:
    world = at("operation", renewal_years=1)
    seen = page(world)
    assert (seen.legal_last_day, seen.safe_day) == (date(2028, 3, 29), date(2028, 3, 22))
    assert "2028年3月22日（水）を発送の安全日とする。" in seen.notice_why.ja
    assert "Wednesday, 22 March 2028" in seen.notice_why.en
    assert "2027年1月9日" in seen.end_why.ja
    assert "9 January 2027" in seen.end_why.en


def test_the_money_of_an_open_period_is_shown_per_party_and_sums_up() -> None:
    world = at("operation", 3)
    world.until(lambda: world.alliance.period == 1)
    for c, minor in ((A, 1000), (B, 1)):
        act = EnterAmount(side="income", what="売上", minor=minor, evidence_sha256=EVIDENCE)
        world.say(world.period().id, act, c)
    [held] = page(world).money
    assert (held.decided, held.currency, sum(p.minor for p in held.portions)) == (False, "JPY", 1001)
    assert sorted(p.minor for p in held.portions) == [333, 334, 334]
    assert [i.code for i in page(world).checklist if not i.company] == ["open_period", "final_allocation"]
    settle_period(world, pay=False)
    [held] = page(world).money
    assert held.decided
    assert {p.company for p in held.portions} == set(world.states[held.allocation].wait("payment").awaits)  # type: ignore[union-attr]


@pytest.mark.parametrize("stage", ["intake", "nda", "signing"])
def test_where_nothing_binds_there_is_nothing_to_leave(stage: str) -> None:
    world = at(stage)
    with pytest.raises(Conflict, match=r"leaving\.nothing_to_leave"):
        leaving(world.alliance, None, [], world.calendar, world.now)


def test_in_exit_the_page_is_the_exit() -> None:
    world = at("operation")
    begin_exit(world, date(2026, 12, 31))
    seen = page(world)
    assert world.alliance.exit is not None
    assert (seen.begun, seen.end_date) == (True, date(2026, 12, 31))
    assert (seen.checklist, seen.survivors) == (world.alliance.exit.checklist, world.alliance.exit.survivors)


# the checklist


def test_a_period_that_is_open_is_a_line_of_the_checklist_until_it_is_settled() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    open_ = world.period().id
    begin_exit(world, date(2027, 8, 31))
    assert world.alliance.exit is not None
    lines = {i.code: i.done for i in world.alliance.exit.checklist if not i.company}
    assert lines == {"open_period": False, "final_allocation": False}
    settle_period(world)
    assert world.states[open_].over
    lines = {i.code: i.done for i in world.alliance.exit.checklist if not i.company}
    assert lines == {"open_period": True, "final_allocation": False}


# what survives


def closed(form: Form = "co_development", **more: Any) -> World:
    world = at("operation", 2, form, **more)
    begin_exit(world, date(2026, 8, 31))
    agree(world, "termination")
    world.until(lambda: world.alliance.open_period != "")
    settle_period(world)
    tick(world)
    assert world.alliance.stage == "closed"
    return world


@pytest.mark.parametrize("form", FORMS)
def test_what_survives_lives_on_after_the_close_and_ends_by_itself(form: Form) -> None:
    world = closed(form, secrecy_years=5)
    end = date(2026, 8, 31)
    expected = {"secrecy": years(end, 5)}
    expected |= {"improvements": years(end, 2)} if form == "co_development" else {}
    expected |= {"tail": date(2027, 2, 28)} if form == "co_sales" else {}
    assert {s.code: s.until for s in survival(world).survivors} == expected
    mails, at_close = len(world.mails), world.now
    world.advance(datetime(2032, 1, 1, tzinfo=UTC))
    assert survival(world).over
    assert survival(world).reason == "survived"
    assert world.due() is None
    told = [(m.template, m.values["deadline"]) for when, _, m in world.mails[mails:] if when > at_close]
    days = sorted(day.isoformat() for day in expected.values() for _ in range(2))
    assert told == [("survivor", day) for day in days], "and of nothing else"
    overs = [line for line in world.lines if line.entry.code == "survivor.over"]
    assert [(x.at.date(), x.entry.values["until"]) for x in overs] == [
        (date.fromisoformat(day) + timedelta(days=1), day) for day in days[::2]
    ]


def test_the_mail_says_which_duty_in_the_language_of_its_reader() -> None:
    world = closed()
    world.advance(datetime(2032, 1, 1, tzinfo=UTC))
    mail = next(m for _, _, m in world.mails if m.template == "survivor")
    assert "改良発明の通知の義務" in wording(mail)[1]
    assert "duty to report improvements" in wording(replace(mail, language="en"))[1]


def test_secrecy_lasts_as_long_as_the_longer_of_the_two_agreements_says() -> None:
    world = closed(secrecy_years=1)
    assert {s.code: s.until for s in survival(world).survivors}["secrecy"] == date(2029, 8, 31)


def test_materials_that_nobody_returned_are_still_owed_after_a_close_by_lapse() -> None:
    world = at("operation", return_days=59)
    begin_exit(world, date(2026, 8, 31))
    agree(world, "termination")
    world.until(lambda: world.alliance.open_period != "")
    settle_period(world)
    tick(world, (A,))
    world.until(lambda: world.alliance.stage == "closed")
    assert "returns" in {s.code for s in survival(world).survivors}


def test_nothing_can_be_done_to_what_survives() -> None:
    world = closed()
    act = RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="x")
    assert refused(world, survival(world).id, act, A) == "agreement.no_renewal"
    assert survival(world).parent == ""
