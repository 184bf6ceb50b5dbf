"""Obligations that come in with their alliance are those that would be stated on its first day here, and nothing is made up."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.act import Actor, judge
from teikei.domain.alliance.bringing import BringIn
from teikei.domain.alliance.intake import Unborn
from teikei.domain.alliance.obligations import AnswerObligation, FulfilObligation, TakeOnObligation
from teikei.domain.alliance.stating import MOST, ObligationIn
from teikei.domain.contests import ContestRecorded
from teikei.domain.errors import Refused
from tests.domain import cast
from tests.domain.cast import bringing, company
from tests.domain.days import deadline, series
from tests.domain.test_bringing import AHEAD, STAGES, brought
from tests.support.story_domain import START, World, japan

A, B, C = cast.companies(3)
TODAY = START.date()


def owed(owner: str = A, first: date = date(2026, 2, 27), **more: Any) -> ObligationIn:
    given: dict[str, Any] = {"person": "担当者", "what": "月次報告", "basis": "第11条"}
    return ObligationIn(owner=owner, first=first, **{**given, **more})


def owing(*obligations: ObligationIn, n: int = 2, **more: Any) -> BringIn:
    return replace(bringing(n, **more), obligations=obligations)


def refusal(act: BringIn) -> str:
    unborn = Unborn(id="aln_x", companies=cast.directory(3), now=START, calendar=japan())
    try:
        judge(act, unborn, Actor(company=A, person="担当者"), START)
    except Refused as found:
        return f"{found.code} {found.pointer}"
    return ""


def awaited(world: World, item: str) -> tuple[str, ...]:
    wait = world.alliance.wait(item)
    return wait.awaits if wait else ()


def test_its_own_binds_and_its_series_runs_by_the_days_of_the_calendar() -> None:
    """A Friday; the 23rd of February is a holiday, so three days before is the Tuesday."""
    world = brought(owing(owed()))
    assert (awaited(world, "obligation-1"), awaited(world, "acceptance-1")) == ((A,), ())
    assert deadline(world.alliance, "obligation-1") == date(2026, 2, 27)
    assert series(world.alliance, "obligation-1") == {
        "remind-14": date(2026, 2, 13), "remind-3": date(2026, 2, 24), "remind-0": date(2026, 2, 27),
        "overdue": date(2026, 3, 2), "escalate": date(2026, 3, 6), "lapse": date(2026, 3, 13),
    }  # fmt: skip
    [taken] = world.alliance.obligations
    assert (taken.status, taken.stated_by, taken.owed_to, taken.missed) == ("open", A, (B,), ())
    assert [(m.template, m.company) for _, _, m in world.mails] == [("entered", B)], (
        "nothing of the past is mailed"
    )
    assert world.codes()[:2] == ["alliance.brought_in", "obligation.taken_on"]


def test_a_series_goes_on_from_its_next_day_until_the_term_ends() -> None:
    """The last days of fifteen months, counted by hand; the contract ends with March 2027."""
    world = brought(owing(owed(first=date(2026, 1, 31), every_months=1)))
    world.until(lambda: world.alliance.over)
    missed = [e.entry.values["day"] for e in world.lines if e.entry.code == "obligation.missed"]
    assert missed == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31",
        "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31",
    ]  # fmt: skip
    cast.nothing_left(world)


def test_another_partys_waits_for_its_answer_as_if_it_had_been_stated_here() -> None:
    """Ten business days from Monday the 5th; the 12th is a holiday."""
    world = brought(owing(owed(), owed(B, every_months=1), owed(C, owed_to=(B,)), n=3))
    assert [o.status for o in world.alliance.obligations] == ["open", "proposed", "proposed"]
    assert awaited(world, "obligation-2") == awaited(world, "obligation-3") == ()
    assert (awaited(world, "acceptance-2"), awaited(world, "acceptance-3")) == ((B,), (C,))
    assert deadline(world.alliance, "acceptance-2") == date(2026, 1, 20)
    for by in (A, C):
        accept = AnswerObligation(number=2, answer="accept")
        assert cast.refused(world, world.root, accept, by) == "obligation.not_the_owner"
    world.say(world.root, AnswerObligation(number=2, answer="accept"), B)
    assert deadline(world.alliance, "obligation-2") == date(2026, 2, 27)
    world.until(lambda: "obligation.proposal_lapsed" in world.codes())
    assert [o.number for o in world.alliance.obligations] == [1, 2], "silence takes on nothing"


ONE = st.builds(
    ObligationIn,
    owner=st.sampled_from([A, B, C]),
    person=st.just("担当"),
    what=st.sampled_from(["月次報告", "監査"]),
    basis=st.just("第1条"),
    first=st.dates(date(2026, 1, 3), date(2027, 4, 3)),
    every_months=st.integers(0, 121),
    evidence=st.booleans(),
    owed_to=st.lists(st.sampled_from([A, B, C]), max_size=2).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(obligations=st.lists(ONE, max_size=4))
def test_they_are_what_the_ordinary_act_makes_of_them(obligations: list[ObligationIn]) -> None:
    """Oracle: the alliance comes in without them, and its company states them one by one the same minute."""
    plain = brought(owing(n=3))
    for i, one in enumerate(obligations):
        act = TakeOnObligation(**{field.name: getattr(one, field.name) for field in fields(one)})
        try:
            plain.say(plain.root, act, A)
        except Refused as found:
            wrong = f"{found.code} /obligations/{i}{found.pointer}"
            assert refusal(owing(*obligations, n=3)) == wrong
            return
    world = brought(owing(*obligations, n=3))
    born, stated = world.alliance, plain.alliance
    assert (born.obligations, born.obligation_count) == (stated.obligations, stated.obligation_count)
    assert {w.item: w for w in born.waits} == {w.item: w for w in stated.waits}
    assert {d.key: d for d in born.due} == {d.key: d for d in stated.due}
    said = [[e.entry for e in w.lines if e.entry.code.startswith("obligation.")] for w in (world, plain)]
    assert said[0] == said[1]


@pytest.mark.parametrize("stage", STAGES)
def test_before_operation_nothing_is_owed(stage: Any) -> None:
    act = owing(owed(), stage=stage, days=STAGES[stage])
    told = refusal(act)
    assert told == ("" if stage in {"operation", "exit"} else "bringing.owed_too_early /obligations")


def test_in_an_exit_they_run_to_its_end_and_the_life_ends_with_nothing_left() -> None:
    world = brought(owing(owed(), owed(B, date(2027, 3, 31)), stage="exit"))
    assert deadline(world.alliance, "obligation-1") == date(2026, 2, 27)
    world.say(world.root, FulfilObligation(number=1, day=date(2026, 2, 27), how="提出"), A)
    world.say(world.root, AnswerObligation(number=2, answer="accept"), B)
    assert deadline(world.alliance, "obligation-2") == date(2027, 3, 31)
    world.until(lambda: world.alliance.over)
    cast.nothing_left(world)


def test_a_contest_of_the_import_ends_none_of_them() -> None:
    world = brought(owing(owed(), owed(B)))
    [entered] = world.alliance.recorded
    before = world.alliance.obligations
    world.say(world.root, ContestRecorded(recorded=entered.id, reason="義務の期日が異なる"), B)
    assert world.alliance.obligations == before


@pytest.mark.parametrize(
    ("obligation", "told"),
    [
        (owed(C), "parties.unknown_company /obligations/1/owner"),
        (owed(owed_to=(A,)), "parties.unknown_company /obligations/1/owed_to"),
        (owed(owed_to=(B, B)), "parties.unknown_company /obligations/1/owed_to"),
        (owed(every_months=121), "terms.cadence /obligations/1/every_months"),
        (owed(first=date(2026, 1, 4)), "obligation.in_the_past /obligations/1/first"),
        (owed(first=date(2027, 4, 1)), "obligation.after_the_end /obligations/1/first"),
        (owed(first=TODAY), ""),
        (owed(first=date(2027, 3, 31)), ""),
    ],
)
def test_what_cannot_be_owed_keeps_the_alliance_out_with_its_field(
    obligation: ObligationIn, told: str
) -> None:
    assert refusal(owing(owed(), obligation)) == told


def test_there_are_so_many_and_no_more() -> None:
    assert refusal(owing(*[owed()] * MOST)) == ""
    assert refusal(owing(*[owed()] * (MOST + 1))) == f"obligation.too_many /obligations/{MOST}"


def test_where_it_renews_a_day_after_the_term_may_be_named() -> None:
    act = owing(owed(first=date(2027, 4, 1)), renewal_years=1)
    assert refusal(act) == ""


def test_the_stage_is_judged_before_the_days() -> None:
    assert refusal(owing(owed(company(7)), stage="signing", days=AHEAD)).startswith("bringing.")
