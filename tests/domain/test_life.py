"""Whole lives, from the opening act to the close, and every way in which silence or a no bends one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from teikei.domain.act import TEIKEI
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.exits import TickExitItem
from teikei.domain.alliance.operation import FinishAction
from teikei.domain.allocation.split import CloseInputs
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import Drop, FellDue
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from tests.domain.cast import (
    EVIDENCE,
    FORMS,
    agree,
    at,
    begin_exit,
    company,
    decide,
    drafted,
    freeze,
    nothing_left,
    refused,
    review,
    settle_period,
    sign,
    tick,
)
from tests.support.story_domain import World


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n", [2, 3, 10])
def test_a_life_of_two_years_to_an_agreed_exit(n: int, form: Any) -> None:
    world = at("operation", n, form)
    for _ in range(4):
        review(world)
        for action in world.alliance.actions:
            world.say(world.root, FinishAction(number=action.number, result="済"), action.owner)
    world.until(lambda: world.alliance.period == 1)
    settle_period(world)
    begin_exit(world, world.today() + timedelta(days=60))
    agree(world, "termination")
    tick(world)
    assert world.alliance.stage == "exit"
    world.until(lambda: world.period().final)
    settle_period(world, 777)
    assert world.alliance.stage == "closed"
    nothing_left(world)
    codes = world.codes()
    assert codes.count("period.settled") == 2
    assert codes.count("review.minutes_written") == 4
    assert sum(c.kind == "action" for c in world.closed) == 4 * n
    assert sum(p.kind == form for p in world.papers) == 1


def test_the_term_runs_out_and_the_last_period_is_split_before_the_close() -> None:
    world = at("operation", 3)
    world.until(lambda: world.alliance.stage == "exit")
    assert world.today() == date(2028, 7, 1)
    assert world.agreement("main").reason == "expired"
    ended = world.alliance.exit
    assert ended is not None
    assert (ended.end_date, ended.terminated, ended.termination) == (date(2028, 6, 30), True, "")
    tick(world)
    for state in [s for s in world.states.values() if isinstance(s, Allocation) and not s.over]:
        _settle(world, state)
    assert world.alliance.stage == "closed"
    days = sorted((s.period_from, s.period_until) for s in world.states.values() if isinstance(s, Allocation))
    assert days == [(date(2026, 7, 1), date(2027, 6, 30)), (date(2027, 7, 1), date(2028, 6, 30))]
    nothing_left(world)


def _settle(world: World, period: Allocation) -> None:
    """Nobody earned anything: the figures are closed, all agree on zero, nothing is to be paid."""
    world.until(lambda: world.states[period.id].stage == "inputs", 200)
    for c in world.alliance.companies():
        if c not in getattr(world.states[period.id], "closed", ()):
            world.say(period.id, CloseInputs(), c)
    decision = world.states[period.id].children[0]
    for c in world.alliance.companies():
        world.say(decision, RecordInternalApproval(status="approved", reference="稟議"), c)
        world.say(decision, CastVote(choice="yes"), c)
    assert world.states[period.id].over


def test_renewal_moves_the_end_and_the_periods_go_on() -> None:
    world = at("operation", 2, renewal_years=1, period_months=24)
    world.until(lambda: "agreement.renewed" in world.codes())
    assert world.agreement("main").term_until == date(2029, 6, 30)
    assert world.alliance.terms is not None
    assert world.alliance.terms.term_until == date(2029, 6, 30)
    assert world.alliance.stage == "operation"
    world = at("operation", 2, renewal_years=1)
    world.until(lambda: world.alliance.period == 3)
    assert world.today() == date(2029, 7, 2), "the day after the third year is a Sunday"


def test_a_period_that_no_longer_fitted_the_term_opens_after_its_renewal() -> None:
    """24 months in three years: the second period fits only once the agreement is renewed."""
    world = at("operation", 2, renewal_years=1, period_months=24, term_until=date(2029, 6, 30))
    world.until(lambda: world.alliance.period == 1)
    assert world.alliance.due_item("period/open") is None
    world.until(lambda: "agreement.renewed" in world.codes())
    assert world.alliance.due_item("period/open") is not None
    world.until(lambda: world.alliance.period == 2)


def test_a_refusal_of_renewal_that_arrived_in_time_ends_the_term() -> None:
    world = at("operation", 2, renewal_years=2)
    main = world.agreement("main")
    safe = main.due_item("notice/safe")
    assert safe is not None
    assert safe.at == datetime(2028, 3, 22, 0, 0, tzinfo=UTC), "five business days before 2028-03-29"
    world.advance(safe.at)
    assert world.values("agreement.notice_day_near")["legal_last_day"] == "2028-03-29"
    notices = [
        (when, m.item) for when, _, m in world.mails if m.template == "notice" and m.company == company(1)
    ]
    assert notices == [
        (datetime(2028, 3, 8, 0, 0, tzinfo=UTC), "notice/ahead-14@2028-06-30"),
        (datetime(2028, 3, 17, 0, 0, tzinfo=UTC), "notice/ahead-3@2028-06-30"),
        (safe.at, "notice/safe@2028-06-30"),
    ], "14 and 3 days before it, never later than counted: 2028-03-20 is a holiday"
    assert sum(m.template == "notice" for _, _, m in world.mails) == 6
    world.advance(datetime(2028, 3, 30, 14, 0, tzinfo=UTC))
    act = RefuseRenewal(arrived_on=date(2028, 3, 30), evidence_sha256=EVIDENCE, reason="方針")
    world.say(main.id, act, company(0))
    assert refused(world, main.id, act, company(1)) == "agreement.renewal_refused_already"
    world.until(lambda: world.alliance.stage == "exit")
    assert world.agreement("main").reason == "expired"


def test_a_refusal_that_arrived_late_is_refused_and_the_term_is_renewed() -> None:
    world = at("operation", 2, renewal_years=1)
    main = world.agreement("main").id
    world.advance(datetime(2028, 3, 31, 3, 0, tzinfo=UTC))

    def refusal(day: date) -> RefuseRenewal:
        return RefuseRenewal(arrived_on=day, evidence_sha256=EVIDENCE, reason="方針")

    assert refused(world, main, refusal(date(2028, 3, 31)), company(0)) == "agreement.notice_too_late"
    assert refused(world, main, refusal(date(2028, 4, 1)), company(0)) == "agreement.arrival_in_the_future"
    world.until(lambda: "agreement.renewed" in world.codes())
    without = at("operation")
    assert (
        refused(without, without.agreement("main").id, refusal(without.today()), company(0))
        == "agreement.no_renewal"
    )


def test_the_safe_day_comes_again_in_the_next_term_with_mails_of_its_own() -> None:
    world = at("operation", 2, renewal_years=1)
    world.until(lambda: world.codes().count("agreement.notice_day_near") == 6, 4000)
    notices = [m.item for _, _, m in world.mails if m.template == "notice"]
    steps = ("ahead-14", "ahead-3", "safe")
    assert sorted(notices) == sorted(
        f"notice/{s}@{y}-06-30" for s in steps for y in (2028, 2029) for _ in range(2)
    )


def test_an_agreement_signed_before_its_first_day_waits_for_it() -> None:
    world = at("signing")
    sign(world, "main")
    main = world.agreement("main")
    assert (main.stage, main.signed_on, main.effective_on) == ("signed", world.today(), date(2026, 7, 1))
    world.until(lambda: world.agreement("main").stage == "in_force")
    assert world.now == datetime(2026, 7, 1, 0, 0, tzinfo=UTC)


def test_an_agreement_signed_after_its_first_day_binds_at_once_and_no_past_review_is_called() -> None:
    world = drafted(2, term_from=date(2025, 4, 1), term_until=date(2028, 3, 31))
    freeze(world, "main")
    decide(world)
    sign(world, "main")
    assert world.alliance.stage == "operation"
    main = world.agreement("main")
    assert main.effective_on == main.signed_on == world.today()
    assert world.alliance.review == 4, "three review days went by before anyone was bound"
    assert all(
        str(mail.values["deadline"]) >= world.today().isoformat()
        for _, _, mail in world.mails
        if mail.invitation
    )


def test_the_exit_lapses_and_the_alliance_closes_all_the_same() -> None:
    world = at("exit", 3)
    agree(world, "termination")
    settle_period(world)
    world.say(world.root, TickExitItem(item="stop_marks", how="済"), company(0))
    assert (
        refused(world, world.root, TickExitItem(item="stop_marks", how="済"), company(0))
        == "exit.ticked_already"
    )
    assert (
        refused(world, world.root, TickExitItem(item="final_allocation", how="済"), company(0))
        == "exit.unknown_item"
    )
    world.until(lambda: world.alliance.over)
    assert world.alliance.stage == "closed"
    assert len(world.values("exit.lapsed")["items"]) == 8
    nothing_left(world)


def test_the_checklist_counts_from_the_end_date_not_from_the_day_it_was_agreed() -> None:
    world = at("operation", 2, return_days=30)
    begin_exit(world, date(2027, 3, 31))
    agree(world, "termination")
    wait = world.alliance.wait("exit")
    assert wait is not None
    assert wait.deadline is not None
    assert wait.deadline.date() == date(2027, 4, 30)


def test_a_termination_agreement_that_fails_brings_operation_back_with_its_clocks() -> None:
    world = at("exit")
    world.until(lambda: world.alliance.stage == "operation")
    assert world.alliance.exit is None
    assert world.alliance.wait("exit") is None
    assert world.alliance.due_item("period/open") is not None
    assert any(w.item.startswith("review-") for w in world.alliance.waits)
    world.until(lambda: world.alliance.period == 1)


def test_an_earlier_period_that_is_still_open_keeps_the_alliance_from_closing() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    early = world.period().id
    begin_exit(world, world.today() + timedelta(days=1))
    agree(world, "termination")
    tick(world)
    assert world.period().id == early, "the last period begins to be settled after the last day"
    world.until(lambda: world.period().final)
    settle_period(world)
    assert not world.states[early].over
    assert world.alliance.stage == "exit", "the first year is not yet divided"
    period = world.states[early]
    assert isinstance(period, Allocation)
    _settle(world, period)
    assert world.alliance.stage == "closed"
    assert "allocation.dropped" not in world.codes()


@pytest.mark.parametrize("first", ["term/end", "period/open"])
def test_the_last_day_of_term_and_period_together_divide_every_day_once(first: str) -> None:
    """Between matters no order is promised: the period may open before or after the term has ended."""
    world = at("operation", 2, term_until=date(2027, 6, 30))
    world.advance(datetime(2027, 6, 30, 23, 59, tzinfo=UTC))
    world.now = datetime(2027, 7, 1, 0, 0, tzinfo=UTC)
    due = {"term/end": world.agreement("main").id, "period/open": world.root}
    world._apply(due[first], FellDue(item=first), TEIKEI)
    world.pump()
    world.until(lambda: world.alliance.stage == "exit")
    periods = [s for s in world.states.values() if isinstance(s, Allocation)]
    assert [(p.period_from, p.period_until) for p in periods] == [(date(2026, 7, 1), date(2027, 6, 30))]
    assert ("exit.nothing_left_to_allocate" in world.codes()) == (first == "period/open")
    _settle(world, periods[0])
    tick(world)
    assert world.alliance.stage == "closed"


def test_the_last_period_runs_from_the_first_day_that_is_not_divided() -> None:
    world = at("operation", 2, term_until=date(2027, 6, 30), period_months=6)
    world.until(lambda: world.alliance.period == 1)
    settle_period(world)
    begin_exit(world, date(2027, 6, 30))
    world.until(lambda: world.agreement("main").over)
    assert (world.period().number, world.period().final) == (2, True)
    assert world.period().period_from == date(2027, 1, 1)


def test_the_term_runs_out_while_the_termination_agreement_is_still_talked_about() -> None:
    world = at("operation", 2, term_until=date(2027, 6, 30))
    world.advance(datetime(2027, 6, 20, 0, 0, tzinfo=UTC))
    begin_exit(world, date(2027, 6, 30))
    world.until(lambda: world.agreement("main").over)
    assert world.alliance.exit is not None
    assert world.alliance.exit.terminated
    world.until(lambda: world.agreement("termination").over)
    assert world.alliance.stage == "exit"
    _settle(world, world.period())
    tick(world)
    assert world.alliance.stage == "closed"
    nothing_left(world)


def test_news_of_an_agreement_that_ended_without_its_alliance_changes_little() -> None:
    world = at("due_diligence")
    world._apply(world.agreement("nda").id, Drop(reason="x"), TEIKEI)
    assert world.alliance.stage == "due_diligence"


def test_the_nda_may_run_out_while_the_alliance_works() -> None:
    world = at("operation", 2, term_until=date(2029, 6, 30))
    world.until(lambda: world.agreement("nda").over, 4000)
    assert world.agreement("nda").reason == "expired"
    assert "alliance.nda_over" in world.codes()
    assert world.alliance.stage == "operation"


def test_every_agreement_of_a_life_has_only_the_dates_that_the_law_gives_it() -> None:
    world = at("operation")
    nda = world.agreement("nda")
    assert isinstance(nda, Agreement)
    assert nda.term_until == date(2028, 1, 4), (
        "two years from 2026-01-05, first day counted (民法140条ただし書)"
    )
    assert nda.signed_on == nda.effective_on == date(2026, 1, 5)
