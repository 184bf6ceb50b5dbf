"""Amendments: nothing changes before all have signed and the day has come; what was open keeps its terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.agreement.talks import ReviseAmendment
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.amendments import (
    ChangePeriods,
    ChangeReviews,
    ChangeShares,
    ChangeTerm,
    ChangeText,
    ChangeVoting,
    amended,
)
from teikei.domain.decision.rules import VotingRule
from teikei.domain.terms import Share, SubjectRule
from tests.domain.cast import (
    at,
    begin_exit,
    companies,
    decide,
    freeze,
    refused,
    review,
    settle_period,
    sign,
    terms,
)
from tests.support.story_domain import World

A, B = companies(2)
OTHER = ChangeShares(shares=(Share(company=A, ratio=Fraction(3, 4)), Share(company=B, ratio=Fraction(1, 4))))
MAJORITY = SubjectRule(subject="allocation", rule=VotingRule(kind="n_of_m", needed=1))


def drafted(world: World, *changes: Any, on: date | None = None) -> str:
    act = DraftAmendment(changes=changes, effective_on=on or world.today())
    return world.say(world.root, act, A).created[0]


def in_force(world: World, *changes: Any, on: date | None = None) -> str:
    """Drafted, approved and signed by all; then its day comes."""
    matter = drafted(world, *changes, on=on)
    freeze(world, "amendment")
    decide(world)
    sign(world, "amendment")
    if on:
        world.until(lambda: world.today() >= on and world.states[matter].stage == "in_force")
    return matter


def test_an_amendment_changes_the_terms_when_it_is_signed_and_its_day_has_come() -> None:
    world = at("operation")
    before = world.alliance.terms
    day = world.today() + timedelta(days=60)
    matter = drafted(world, ChangeReviews(review_months=6), ChangeTerm(term_until=date(2030, 6, 30)), on=day)
    freeze(world, "amendment")
    decide(world)
    assert world.alliance.terms == before
    sign(world, "amendment")
    assert world.alliance.terms == before, "signed, but its day has not come"
    world.until(lambda: world.states[matter].stage == "in_force")
    assert world.today() == day
    assert before is not None
    assert world.alliance.terms == replace(before, review_months=6, term_until=date(2030, 6, 30))
    main = world.agreement("main")
    assert main.terms == world.alliance.terms
    assert main.term_until == date(2030, 6, 30)
    end = main.due_item("term/end")
    assert end is not None
    assert end.base.date() == date(2030, 6, 30)


def test_a_period_that_has_begun_keeps_its_shares_and_the_next_one_has_the_new() -> None:
    world = at("operation")
    day = date(2026, 10, 1)
    in_force(world, OTHER, ChangeVoting(voting=(MAJORITY,)), on=day)
    world.until(lambda: world.alliance.period == 1)
    first = world.period()
    assert {s.company: s.ratio for s in first.shares} == {A: Fraction(1, 2), B: Fraction(1, 2)}
    assert first.voting == VotingRule()
    settle_period(world)
    world.until(lambda: world.alliance.period == 2)
    second = world.period()
    assert (second.period_from, second.shares) == (date(2027, 7, 1), OTHER.shares)
    assert second.voting == MAJORITY.rule


def test_shorter_periods_begin_with_the_next_one() -> None:
    world = at("operation")
    in_force(world, ChangePeriods(period_months=3), on=date(2026, 10, 1))
    periods: list[tuple[date, date]] = []
    for n in (1, 2, 3):
        world.until(lambda n=n: world.alliance.period == n)  # type: ignore[misc]
        periods.append((world.period().period_from, world.period().period_until))
    assert periods == [
        (date(2026, 7, 1), date(2027, 6, 30)),
        (date(2027, 7, 1), date(2027, 9, 30)),
        (date(2027, 10, 1), date(2027, 12, 31)),
    ]


def test_the_cadence_of_reviews_is_counted_anew_and_numbers_go_on() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.review == 2)
    in_force(world, ChangeReviews(review_months=1), on=world.today() + timedelta(days=20))
    assert world.alliance.review == 2, "the review that is called stays"
    days = []
    for _ in range(3):
        wait = world.alliance.wait(f"review-{world.alliance.review}")
        assert wait is not None
        days.append((world.alliance.review, wait.since.date()))
        review(world)
    assert days == [(2, date(2027, 1, 1)), (3, date(2027, 2, 1)), (4, date(2027, 3, 1))]


def test_other_changes_make_a_new_version_and_void_the_approval() -> None:
    world = at("operation")
    matter = drafted(world, OTHER)
    freeze(world, "amendment")
    voided = world.decision().id
    changes = (ChangeText(article="第12条第2項", before="30日", after="45日"),)
    world.say(matter, ReviseAmendment(changes=changes, effective_on=world.today(), reason="協議"), B)
    state = world.agreement("amendment")
    assert (state.number, state.amendment and state.amendment.changes) == (2, changes)
    assert getattr(world.states[voided], "outcome") == "voided"  # noqa: B009
    assert [kind for kind, _ in world.written].count("amendment") == 2


@pytest.mark.parametrize(
    ("changes", "on", "code"),
    [
        ((ChangeReviews(review_months=3),), date(2026, 12, 1), "amendment.nothing"),
        (
            (ChangeReviews(review_months=2), ChangeReviews(review_months=6)),
            date(2026, 12, 1),
            "amendment.twice",
        ),
        ((ChangeText(article="x", before="y", after="y"),), date(2026, 12, 1), "amendment.nothing"),
        ((ChangeReviews(review_months=61),), date(2026, 12, 1), "terms.cadence"),
        ((ChangeShares(shares=OTHER.shares[:1] * 2),), date(2026, 12, 1), "terms.shares_name_other_parties"),
        ((ChangeTerm(term_until=date(2026, 8, 1)),), date(2026, 12, 1), "terms.too_short"),
        ((ChangeReviews(review_months=2),), date(2020, 1, 1), "amendment.effective_on"),
        ((ChangeReviews(review_months=2),), date(2028, 7, 1), "amendment.effective_on"),
    ],
)
def test_changes_that_cannot_be_are_refused(changes: Any, on: date, code: str) -> None:
    world = at("operation")
    assert refused(world, world.root, DraftAmendment(changes=changes, effective_on=on), A) == code


def test_one_amendment_is_talked_over_at_a_time_and_silence_ends_it() -> None:
    world = at("operation")
    matter = drafted(world, OTHER)
    again = DraftAmendment(changes=(OTHER,), effective_on=world.today())
    assert refused(world, world.root, again, B) == "amendment.one_at_a_time"
    before = world.alliance.terms
    world.until(lambda: world.states[matter].over)
    assert (world.alliance.terms, world.alliance.amending) == (before, "")
    assert matter not in world.alliance.children


def test_an_exit_drops_an_amendment_that_is_talked_over() -> None:
    world = at("operation")
    matter = drafted(world, OTHER)
    begin_exit(world)
    assert world.states[matter].over
    assert matter not in world.alliance.children


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(
        [
            OTHER,
            ChangePeriods(period_months=6),
            ChangeReviews(review_months=2),
            ChangeVoting(voting=(MAJORITY,)),
        ]
    )
)
def test_the_order_of_changes_means_nothing(changes: list[Any]) -> None:
    base = terms()
    assert amended(base, tuple(changes)) == replace(
        base, shares=OTHER.shares, period_months=6, review_months=2, voting=(MAJORITY,)
    )
