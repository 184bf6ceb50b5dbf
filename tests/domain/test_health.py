"""The health check: sums against an oracle, what each company may know and when, and that no sheet is ever seen."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from statistics import mean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.record import AnyAct
from teikei.domain.act import Actor
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.standing import Abandon, Suspend
from teikei.domain.alliance.survey import (
    FEWEST_SHEETS,
    HEALTH_AXES,
    STATEMENTS,
    axis_of,
    rounded,
    tallied,
)
from teikei.domain.contests import ContestRecorded
from teikei.domain.errors import Invalid
from teikei.domain.record import payload
from teikei.domain.recording import RecordFor
from teikei.domain.views import view
from tests.domain.by_others import contest, enter
from tests.domain.cast import EVIDENCE, at, begin_exit, companies, off, refused, review
from tests.domain.days import forth, series, whole_series
from tests.support.story_domain import World, round_trip, wire

A, B, C = companies(3)
MARKS = st.integers(0, 5)
SHEETS = st.lists(st.tuples(*[MARKS] * 12), min_size=FEWEST_SHEETS, max_size=7)


def called(n: int = 3) -> World:
    world = at("operation", n)
    world.say(world.root, CallHealthCheck(), B)
    return world


def named(points: int = 3, who: str = "責任者", number: int = 1) -> AnswerHealthCheck:
    return AnswerHealthCheck(number=number, sheets=((points,) * 12,), respondent=who)


def sheets(*given: tuple[int, ...], number: int = 1) -> AnswerHealthCheck:
    return AnswerHealthCheck(number=number, sheets=given)


def item(world: World) -> dict[str, Any]:
    """The newest closed check."""
    found: dict[str, Any] = next(i for i in reversed(world.closed) if i.kind == "health_check").data
    return found


def of(rows: list[dict[str, Any]], who: str) -> dict[str, Any]:
    return next(r for r in rows if r["company"] == who)


# numbers


@given(a=SHEETS, b=SHEETS, one=st.tuples(*[MARKS] * 12))
@settings(max_examples=40, deadline=None)
def test_means_gaps_and_spreads_are_those_of_the_sheets(a: Any, b: Any, one: Any) -> None:
    """The oracle works on the sheets themselves and knows nothing of counts."""
    world = called()
    given_: dict[str, Any] = {A: (a, ""), B: (b, ""), C: ([one], "責任者")}
    kept: dict[str, dict[str, list[int]]] = {}
    for who, (of_company, person) in given_.items():
        columns = {code: [s[i] for s in of_company if s[i]] for i, code in enumerate(STATEMENTS)}
        kept[who] = {code: c for code, c in columns.items() if c and (person or len(c) >= 3)}
        act = AnswerHealthCheck(number=1, sheets=tuple(of_company), respondent=person)
        if kept[who]:
            world.say(world.root, act, who)
        else:
            assert refused(world, world.root, act, who) == "health.blank"
    world.until(lambda: world.alliance.health_check is None)
    data = item(world)
    assert data["silent"] == [c for c in (A, B, C) if not kept[c]]
    for row in data["statements"]:
        means = {c: Fraction(sum(m), len(m)) for c in kept if (m := kept[c].get(row["statement"]))}
        assert {r["company"]: Fraction(r["mean"]) for r in row["companies"] if r["mean"]} == means
        spread = str(max(means.values()) - min(means.values())) if len(means) > 1 else None
        assert row["gap"] == spread
        for r in row["companies"]:
            marks = kept[r["company"]].get(row["statement"], [])
            told = [Counter(marks)[m] for m in range(1, 6)] if len(marks) >= 3 else None
            assert r["marks"] == told
    for row in data["axes"]:
        every = {
            c: [m for code in kept[c] if axis_of(code) == row["axis"] for m in kept[c][code]] for c in kept
        }
        means = {c: mean(Fraction(m) for m in ms) for c, ms in every.items() if ms}
        assert {r["company"]: Fraction(r["mean"]) for r in row["companies"] if r["mean"]} == means
        for r in row["companies"]:
            ms = every[r["company"]]
            assert r["spread"] == (max(ms) - min(ms) if ms else 0)
        assert row["gap"] == (str(max(means.values()) - min(means.values())) if len(means) > 1 else None)


def test_numbers_are_rounded_for_people_only() -> None:
    assert [rounded(Fraction(*f)) for f in ((7, 3), (3, 2), (1, 200), (1, 201), (5, 1), (0, 1))] == [
        "2.33", "1.50", "0.01", "0.00", "5.00", "0.00",
    ]  # fmt: skip
    assert [axis_of(code) for code in STATEMENTS] == [axis for axis in HEALTH_AXES for _ in range(3)]


# nobody is known by a sheet


def everything(world: World) -> str:
    """All that is stored, told or sent, as text."""
    entries = [
        payload(line.entry, act=line.act, by=Actor(company=line.by), matter=line.matter, stage=line.stage)
        for line in world.lines
    ]
    views = [view(world.alliance, c) for c in (A, B, C, "teikei")]
    parts = (entries, views, world.closed, world.mails, world.states[world.root], world.history[-1])
    return repr(parts)


@given(given_=SHEETS, seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_nothing_says_which_marks_stood_on_one_sheet(given_: Any, seed: int) -> None:
    """Marks dealt out anew among the sheets, statement by statement: the act itself is the same, and all that follows."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    columns = [dice.sample(column, len(column)) for column in zip(*given_, strict=True)]
    act, other = sheets(*given_), sheets(*zip(*columns, strict=True))
    assert act == other
    assert round_trip(AnyAct, act) == act
    assert Counter(zip(*act.sheets, strict=True)) == Counter(tuple(sorted(c, reverse=True)) for c in columns)


def test_sheets_are_taken_apart_at_the_door() -> None:
    body = {"kind": "answer_health_check", "number": 1, "sheets": [[1, 5] * 6, [5, 1] * 6, [3, 0] * 6]}
    act = wire(AnyAct).validate_python(body)
    assert act.sheets == ((5, 5) * 6, (3, 1) * 6, (1, 0) * 6)


def test_a_telling_sheet_is_nowhere() -> None:
    """The same marks in another order, so that a row of the act would be found; and only counts are stored."""
    world = called()
    telling = (1, 5, 2, 4, 1, 5, 2, 4, 1, 5, 2, 4)
    world.say(world.root, sheets(telling, (4, 1, 4, 1, 4, 1, 4, 1, 4, 1, 4, 1), (3,) * 12), A)
    world.say(world.root, named(), B)
    world.say(world.root, named(), C)
    assert repr(telling) not in everything(world)
    assert repr(list(telling)) not in everything(world)
    assert repr(telling) not in repr([line.act for line in world.lines])


def test_an_anonymous_statement_with_two_marks_counts_nowhere() -> None:
    counts = tallied(((5, *(0,) * 11), (5, *(3,) * 11), (0, *(3,) * 11), (0, *(3,) * 11)), named=False)
    assert counts[0] == (0,) * 5
    assert counts[1] == (0, 0, 3, 0, 0)
    world = called(2)
    world.say(world.root, sheets((5, *(3,) * 11), (5, *(3,) * 11), (0, *(3,) * 11)), A)
    world.say(world.root, named(4), B)
    first = item(world)["statements"][0]
    assert of(first["companies"], A) == {"company": A, "mean": None, "marks": None}
    assert of(first["companies"], B) == {"company": B, "mean": "4", "marks": None}
    assert of(item(world)["axes"][0]["companies"], A)["mean"] == "3"


# who knows what, and when


def test_until_it_closes_an_answer_is_its_companys_own() -> None:
    world = called()
    mails, before = len(world.mails), len(world.lines)
    world.say(world.root, sheets((5,) * 12, (5,) * 12, (4,) * 12), A)
    world.say(world.root, named(1, "社長"), B)
    shown = {c: view(world.alliance, c) for c in (A, B, C)}
    own = {c: v["health_check"].pop("own") for c, v in shown.items()}
    assert own[A] == [[0, 0, 0, 1, 2]] * 12
    assert own[B] == [[1, 0, 0, 0, 0]] * 12
    assert own[C] is None
    assert shown[A]["health_check"] == shown[B]["health_check"] == shown[C]["health_check"]
    assert shown[A]["health_check"]["answered"] == [A, B]
    assert {len(s["ja"]) > 5 for s in shown[A]["health_check"]["statements"]} == {True}
    values = [line.entry.values for line in world.lines[before:]]
    assert values == [{"number": 1, "way": "anonymous"}, {"number": 1, "way": "named"}]
    assert not world.mails[mails:]
    assert not [i for i in world.closed if i.kind == "health_check"]
    world.say(world.root, named(3), C)
    data = item(world)
    assert [a["respondent"] for a in data["answers"]] == ["", "社長", "責任者"]
    assert view(world.alliance, C)["health_check"] is None
    assert view(world.alliance, C)["health"][0]["axes"][0]["gap"] == "11/3"


def test_silence_is_named_and_closes_the_check() -> None:
    world = called()
    world.say(world.root, named(), B)
    world.until(lambda: world.alliance.health_check is None)
    assert world.values("health.lapsed") == {"companies": [A, C]}
    assert world.values("health.closed")["answered"] == [B]
    assert item(world)["silent"] == [A, C]
    assert view(world.alliance, A)["health"][0]["silent"] == [A, C]
    reminded = {m.company for _, _, m in world.mails if m.item.startswith("health-1/")}
    assert reminded == {A, C}
    assert not world.alliance.wait("health-1")
    assert refused(world, world.root, named(), A) == "health.not_open"


def test_nobody_answers_at_all() -> None:
    world = called()
    world.until(lambda: world.alliance.health_check is None)
    assert item(world)["silent"] == [A, B, C]
    assert item(world)["answers"] == []
    assert all(axis["gap"] is None for axis in view(world.alliance, A)["health"][0]["axes"])


# gaps and trend


def test_gaps_are_points_of_the_next_review_and_of_no_later_one() -> None:
    world = called(2)
    low = (1, 1, 1, 3, 3, 3, 5, 3, 3, 3, 3, 3)
    world.say(world.root, AnswerHealthCheck(number=1, sheets=(low,), respondent="甲野"), A)
    world.say(world.root, named(3), B)
    lines = [x["values"] for x in view(world.alliance, A)["agenda"] if x["code"] == "agenda.health"]
    assert lines == [
        {"number": 1, "topic": "strategy", "low": "甲", "lowest": "1.00", "high": "乙", "highest": "3.00"},
        {
            "number": 1,
            "topic": "culture_trust",
            "low": "乙",
            "lowest": "3.00",
            "high": "甲",
            "highest": "5.00",
        },
    ]
    review(world)
    minutes = next(v for k, v in reversed(world.written) if k == "minutes")
    said = [x for x in getattr(minutes, "agenda") if "アンケート" in x]  # noqa: B009
    assert said == [
        "第1回提携状況アンケートにおける認識の差「戦略」（最低：甲 1.00点、最高：乙 3.00点）",
        "第1回提携状況アンケートにおける認識の差「当事者は、懸念を率直に伝え合っている。」（最低：乙 3.00点、最高：甲 5.00点）",
    ]
    assert not [x for x in view(world.alliance, A)["agenda"] if x["code"] == "agenda.health"]


@pytest.mark.parametrize(
    ("mine", "topics"),
    [
        ((3, 3, 2), []),
        ((3, 3, 1), ["strategy_contributions"]),
        ((1, 2, 0), ["strategy"]),
        ((2, 2, 1), ["strategy_contributions"]),
    ],
)
def test_a_gap_of_one_and_a_half_is_talked_about(mine: tuple[int, ...], topics: list[str]) -> None:
    """By hand, against 3 of the other: a statement 1 apart; one 2 apart; the axis exactly 3/2; the axis 4/3 and a statement 2."""
    world = called(2)
    answer = (*mine, *(3,) * 9)
    world.say(world.root, AnswerHealthCheck(number=1, sheets=(answer,), respondent="甲野"), A)
    world.say(world.root, named(3), B)
    assert [g.topic for g in world.alliance.health_gaps] == topics


def test_each_check_is_compared_with_the_one_before_and_eight_are_kept() -> None:
    world = at("operation", 2)
    for number in range(1, 11):
        world.say(world.root, CallHealthCheck(), A)
        world.say(world.root, named(1 + number % 5, number=number), A)
        world.say(world.root, named(3, number=number), B)
    shown = view(world.alliance, B)["health"]
    assert [r["number"] for r in shown] == list(range(3, 11))
    assert [of(r["axes"][0]["companies"], A)["trend"] for r in shown] == [
        None,
        "1",
        "-4",
        "1",
        "1",
        "1",
        "1",
        "-4",
    ]
    assert [r["axes"][1]["trend"] for r in shown][:4] == [None, "1", "0", "-1"]
    assert of(item(world)["axes"][0]["companies"], A)["trend"] == "-4"
    assert len([i for i in world.closed if i.kind == "health_check"]) == 10


# refusals


def test_what_is_refused() -> None:
    world = at("operation", 3)
    assert refused(world, world.root, named(), A) == "health.not_open"
    for days in (0, 61):
        assert refused(world, world.root, CallHealthCheck(days=days), A) == "health.days"
    assert refused(at("signing"), at("signing").root, CallHealthCheck(), A) == "matter.wrong_stage"
    world.say(world.root, CallHealthCheck(days=60), A)
    assert refused(world, world.root, CallHealthCheck(), B) == "health.open_already"
    two, full = ((3,) * 12,) * 2, ((3,) * 12,) * 3
    for act, code in (
        (sheets(*two), "health.too_few_sheets"),
        (sheets(), "health.too_few_sheets"),
        (sheets(*full, number=2), "health.not_open"),
        (AnswerHealthCheck(number=1, sheets=full, respondent="甲野"), "health.one_named_sheet"),
        (AnswerHealthCheck(number=1, sheets=((3,) * 11,), respondent="甲野"), "health.sheet"),
        (AnswerHealthCheck(number=1, sheets=((6,) * 12,), respondent="甲野"), "health.sheet"),
        (AnswerHealthCheck(number=1, sheets=((3,) * 12, (3,)), respondent=""), "health.sheet"),
        (named(0), "health.blank"),
        (sheets((3, *(0,) * 11), (0, 3, *(0,) * 10), (0,) * 12), "health.blank"),
    ):
        assert refused(world, world.root, act, A) == code, act
    world.say(world.root, sheets(*full), A)
    assert refused(world, world.root, named(), A) == "health.answered_already"
    world.say(world.root, Suspend(reason="x"), A)
    assert refused(world, world.root, named(), B) == "matter.suspended"


def test_a_check_that_is_open_when_the_alliance_leaves_still_closes() -> None:
    world = called(2)
    world.say(world.root, named(), A)
    begin_exit(world, world.today() + timedelta(days=90))
    world.say(world.root, named(), B)
    assert item(world)["number"] == 1
    gone = called(2)
    gone.say(gone.root, named(), A)
    for c in (A, B):
        gone.say(gone.root, Abandon(reason="x"), c)
    assert gone.alliance.over
    assert gone.alliance.health_check is None, "an answer that was nobody else's goes with it"
    assert not [i for i in gone.closed if i.kind == "health_check"]


# a party off the platform


def test_a_named_answer_may_be_entered_for_a_party_and_is_undone_while_the_check_is_open() -> None:
    world = off(called(), B)
    anonymous = RecordFor(company=B, how="書面", evidence_sha256=EVIDENCE, act=sheets(*((3,) * 12,) * 3))
    with pytest.raises(Invalid, match=r"health\.recorded_unnamed") as refusal:
        world.say(world.root, anonymous, A)
    assert refusal.value.pointer == "/act/respondent"
    entered = enter(world, world.root, named(5, "乙山"))
    assert world.alliance.health_check is not None
    assert [a.recorded_by for a in world.alliance.health_check.answers] == [A]
    contest(world, world.root, entered)
    assert world.alliance.health_check.answers == ()
    wait = world.alliance.wait("health-1")
    assert wait is not None
    assert B in wait.awaits
    for c in (A, B, C):
        world.say(world.root, named(2), c)
    assert of(item(world)["axes"][0]["companies"], B)["mean"] == "2"
    assert not [x for x in view(world.alliance, A)["agenda"] if x["code"] == "agenda.contested"]


def test_after_the_close_a_contest_is_a_point_of_the_next_review() -> None:
    world = off(called(2), B)
    entered = enter(world, world.root, named(5, "乙山"))
    world.say(world.root, named(), A)
    world.say(world.root, ContestRecorded(recorded=entered, reason="異なる"), B)
    assert [x.act for x in world.alliance.contested] == ["answer_health_check"]
    assert item(world)["answers"][1]["recorded_by"] == A
    world.say(world.root, CallHealthCheck(), A)
    assert world.alliance.health_check is not None
    assert world.alliance.health_check.number == 2


def test_the_answer_is_asked_for_by_the_usual_series() -> None:
    world = at("operation", 2)
    world.advance(world.now + timedelta(days=1))
    world.say(world.root, CallHealthCheck(days=5), A)
    wait = world.alliance.wait("health-1")
    assert wait is not None
    assert wait.awaits == (A, B)
    whole = whole_series(forth(world.today(), 5))
    assert series(world.alliance, "health-1") == {k: d for k, d in whole.items() if d > world.today()}
