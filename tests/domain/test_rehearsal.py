"""A rehearsed draft shows what the rules make of it: the same entries as a life lived, and every tie without a break."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.decision.rules import VotingRule, Weight
from teikei.domain.errors import Conflict
from teikei.domain.rehearsal.memo import rehearse
from teikei.domain.rehearsal.people import divided
from teikei.domain.terms import SubjectRule
from tests.domain import cast
from tests.support.story_domain import World, japan

APART = ("alliance.main", "alliance.nda", "resolution", "decision")
"""Only a rehearsal calls motions in all that silence, and only the life has an NDA."""
MAJORITY = VotingRule(kind="majority")


def drafted(n: int = 2, rule: VotingRule | None = None, **more: Any) -> World:
    voting = tuple(SubjectRule(subject=s, rule=rule) for s in ("resolution", "allocation")) if rule else ()
    return cast.drafted(n, voting=voting, **more)


def rehearsed(world: World, years: int = 2) -> dict[str, Any]:
    return rehearse(world.alliance, world.agreement("main"), japan(), years)


def found(memo: dict[str, Any], situation: str) -> Counter[str]:
    return Counter(
        f["code"] for one in memo["situations"] if one["code"] == situation for f in one["findings"]
    )


def subjects(memo: dict[str, Any], code: str) -> set[str]:
    return {
        f["values"]["subject"] for one in memo["situations"] for f in one["findings"] if f["code"] == code
    }


def test_the_same_draft_gives_the_same_memo_and_another_draft_another() -> None:
    world = drafted()
    before = dict(world.states)
    once = rehearsed(world)
    world.advance(world.now.replace(month=world.now.month + 1))
    assert rehearsed(world) == once, "the day on which one asks is no part of it"
    assert {k: v for k, v in world.states.items() if k in before}.keys() == before.keys()
    assert rehearsed(drafted(renewal_years=1))["memo_sha256"] != once["memo_sha256"]


def test_a_missing_tie_break_is_found_and_one_that_is_there_is_not() -> None:
    assert subjects(rehearsed(drafted(2, MAJORITY)), "tie_without_break") == {"resolution", "allocation"}
    chair = VotingRule(kind="majority", tie="chair", chair=(cast.company(1),))
    assert subjects(rehearsed(drafted(2, chair)), "tie_without_break") == set()
    assert subjects(rehearsed(drafted(3, MAJORITY)), "tie_without_break") == set()
    even = tuple(Weight(company=c, votes=v) for c, v in zip(cast.companies(3), (2, 1, 1), strict=True))
    weighted = VotingRule(kind="majority", weights=even)
    assert subjects(rehearsed(drafted(3, weighted)), "tie_without_break") == {"resolution", "allocation"}


@settings(max_examples=60)
@given(votes=st.lists(st.integers(0, 5), min_size=2, max_size=6).filter(any))
def test_votes_are_divided_evenly_wherever_that_can_be(votes: list[int]) -> None:
    """Oracle: is there a subset with exactly half of all votes?"""
    companies = cast.companies(len(votes))
    weights = tuple(Weight(company=c, votes=v) for c, v in zip(companies, votes, strict=True))
    said = divided(VotingRule(kind="majority", weights=weights), companies)
    yes = sum(v for c, v in zip(companies, votes, strict=True) if said[c] == "yes")
    halves = any(
        2 * sum(v for v, taken in zip(votes, chosen, strict=True) if taken) == sum(votes)
        for chosen in product((False, True), repeat=len(votes))
    )
    assert (2 * yes == sum(votes)) == halves or not halves


def test_silence_is_what_the_world_of_the_rules_makes_of_it() -> None:
    """The same silence lived by the harness of the other tests: the same entries at the same instants."""
    world = drafted(3)
    memo = rehearse(world.alliance, world.agreement("main"), japan(), 2)
    [silence] = [one for one in memo["situations"] if one["code"] == "silence"]
    told = [
        (row["at"], row["code"])
        for row in silence["timeline"]
        if row["at"] >= "2026-07-02"
        and row["matter"] in {"alliance", "agreement"}
        and not row["code"].startswith(APART)
    ]
    lived = cast.at("signing", 3)
    lived.now = lived.now.replace(month=6, day=5)
    agreement = lived.agreement("main")
    for c in lived.alliance.companies():
        lived.say(agreement.id, cast.signature(lived, agreement), c)
    lived.advance(lived.now.replace(year=2028, month=7, day=1))
    same = [
        (line.at.isoformat(), line.entry.code)
        for line in lived.lines
        if line.at.isoformat() >= "2026-07-02"
        and line.matter in {lived.root, agreement.id}
        and not line.entry.code.startswith(APART)
        and line.at.isoformat() < silence["until"]
    ]
    assert [x for x in told if x[0] < silence["until"]] == same
    assert len(same) > 30


def test_every_situation_shows_what_it_is_for() -> None:
    memo = rehearsed(drafted(3, renewal_years=1), years=5)
    assert not found(memo, "calm")
    assert {"reviews_missed", "silence_lapses", "money_undecided", "renews_in_silence"} <= set(
        found(memo, "silence")
    )
    assert {"no_way_on", "money_reopened"} <= set(found(memo, "deadlock"))
    assert set(found(memo, "loss")) == {"loss_unshared"}
    assert found(memo, "insolvency")["exit_stopped"] == 3
    assert memo["memo_ja"].count("■") == memo["memo_en"].count("■") == len(memo["situations"])


def test_silence_that_approves_and_a_majority_that_goes_on_without_the_insolvent() -> None:
    deemed = VotingRule(silence="approves")
    assert subjects(rehearsed(drafted(2, deemed)), "silence_approves") == {"resolution", "allocation"}
    two_thirds = VotingRule(kind="majority", threshold=Fraction(2, 3), base="entitled")
    memo = rehearsed(drafted(3, two_thirds), years=3)
    assert not {"resolution", "allocation"} & subjects(memo, "nothing_without")
    assert "reserved" in subjects(memo, "nothing_without")


def test_a_memo_judges_nothing() -> None:
    """弁護士法72条: facts and rules, never 適法, 違法, 有効, 無効 or a level of risk."""
    memo = rehearsed(drafted(2, MAJORITY, renewal_years=1), years=5)
    sayings = [f["ja"] for one in memo["situations"] for f in one["findings"]]
    assert sayings
    assert not [s for s in sayings for word in ("適法", "違法", "有効", "無効", "リスク") if word in s]
    assert "〈" not in memo["memo_ja"] + memo["memo_en"], "a value is missing"


def test_only_a_main_agreement_is_rehearsed() -> None:
    world = cast.at("nda")
    with pytest.raises(Conflict, match=r"rehearsal\.main_only"):
        rehearse(world.alliance, world.agreement("nda"), japan())


def test_the_rehearsal_signs_as_people_do() -> None:
    world = drafted()
    [calm] = [one for one in rehearsed(world)["situations"] if one["code"] == "calm"]
    signed = [row for row in calm["timeline"] if row["code"] == "agreement.signed"]
    assert [row["by"] for row in signed] == sorted(world.alliance.companies())
