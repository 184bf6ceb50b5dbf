"""Voting rules against an oracle that tries out every way in which the missing could still vote.

The oracle shares no code with the rule: it counts ballots one by one, in lists,
and asks of a decision that is still open whether every completion ends alike.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.decision.rules import VotingRule, Weight, verdict
from teikei.domain.errors import Invalid

COMPANIES = ("a", "b", "c", "d", "e")
CHOICES = ("yes", "no", "abstain")


def counted(rule: VotingRule, entitled: tuple[str, ...], ballots: dict[str, str]) -> str:
    """The outcome when nobody votes any more, from a pile of single votes."""
    pile = [ballots.get(c, "silent") for c in entitled for _ in range(_votes(rule, c))]
    if [c for c in rule.veto if ballots.get(c) == "no"]:
        return "rejected"
    if rule.kind == "unanimity":
        return "approved" if [c for c in entitled if ballots.get(c) != "yes"] == [] else "rejected"
    there = len([b for b in pile if b != "silent"])
    if there * rule.quorum.denominator < rule.quorum.numerator * len(pile):
        return "lapsed"
    if rule.kind == "n_of_m":
        return "approved" if list(ballots.values()).count("yes") >= rule.needed else "rejected"
    yes, no = pile.count("yes"), pile.count("no")
    whole = len(pile) if rule.base == "entitled" else yes + no
    if yes == 0:
        return "rejected"
    if rule.threshold != Fraction(1, 2):
        enough = yes * rule.threshold.denominator >= rule.threshold.numerator * whole
        return "approved" if enough else "rejected"
    if yes * 2 == whole:
        if rule.tie == "chair":
            return "approved" if ballots.get(rule.chair[0]) == "yes" else "rejected"
        return {"deadlock": "deadlocked", "status_quo": "rejected"}[rule.tie]
    return "approved" if yes * 2 > whole else "rejected"


def _votes(rule: VotingRule, company: str) -> int:
    given_ = {w.company: w.votes for w in rule.weights}
    return given_[company] if given_ else 1


def completions(missing: list[str], choices: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for chosen in itertools.product(choices, repeat=len(missing)):
        yield {c: v for c, v in zip(missing, chosen, strict=True) if v != "silent"}


def at_the_end(rule: VotingRule, entitled: tuple[str, ...], ballots: dict[str, str]) -> str:
    """The deadline has passed: silence has the meaning that the rule gives it."""
    missing = [c for c in entitled if c not in ballots]
    if not missing or rule.silence == "abstains":
        return counted(rule, entitled, ballots)
    if rule.silence == "approves":
        return counted(rule, entitled, ballots | dict.fromkeys(missing, "yes"))
    could = {counted(rule, entitled, ballots | more) for more in completions(missing, CHOICES)}
    vetoed = any(ballots.get(c) == "no" for c in rule.veto)
    there = counted(rule, entitled, ballots) != "lapsed" or rule.kind == "unanimity" or vetoed
    return could.pop() if len(could) == 1 and there else "lapsed"


def meanwhile(rule: VotingRule, entitled: tuple[str, ...], ballots: dict[str, str]) -> str:
    """The outcome if every way in which it can still end is the same one; else it is open."""
    missing = [c for c in entitled if c not in ballots]
    if rule.sealed and missing:
        return ""
    ends = {at_the_end(rule, entitled, ballots | m) for m in completions(missing, (*CHOICES, "silent"))}
    return ends.pop() if len(ends) == 1 else ""


def rules(companies: tuple[str, ...]) -> st.SearchStrategy[VotingRule]:
    some = st.lists(st.sampled_from(companies), unique=True, max_size=2).map(tuple)
    weights = st.one_of(
        st.just(()),
        st.lists(st.integers(0, 3), min_size=len(companies), max_size=len(companies))
        .filter(any)
        .map(lambda n: tuple(Weight(company=c, votes=v) for c, v in zip(companies, n, strict=True))),
    )
    return st.builds(
        VotingRule,
        kind=st.sampled_from(("unanimity", "majority", "majority", "n_of_m")),
        needed=st.integers(1, len(companies)),
        threshold=st.sampled_from((Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(1, 3), Fraction(1))),
        base=st.sampled_from(("cast", "entitled")),
        weights=weights,
        quorum=st.sampled_from((Fraction(0), Fraction(1, 2), Fraction(2, 3), Fraction(1))),
        veto=some,
        tie=st.sampled_from(("deadlock", "status_quo", "chair")),
        chair=st.sampled_from(companies).map(lambda c: (c,)),
        silence=st.sampled_from(("lapses", "approves", "abstains")),
        sealed=st.booleans(),
    )  # fmt: skip


@st.composite
def ballots_in_order(draw: Any) -> tuple[VotingRule, tuple[str, ...], list[tuple[str, str]]]:
    companies = COMPANIES[: draw(st.integers(2, 4))]
    rule = draw(rules(companies))
    recused = draw(st.lists(st.sampled_from(companies), unique=True, max_size=len(companies) - 1))
    entitled = tuple(c for c in companies if c not in recused)
    order = draw(st.permutations(entitled))
    voting = order[: draw(st.integers(0, len(order)))]
    return rule, entitled, [(c, draw(st.sampled_from(CHOICES))) for c in voting]


@settings(max_examples=500, deadline=None)
@given(ballots_in_order())
def test_every_step_and_the_end_agree_with_the_oracle(
    case: tuple[VotingRule, tuple[str, ...], list[tuple[str, str]]],
) -> None:
    rule, entitled, given_ = case
    for n in range(len(given_) + 1):
        ballots: Any = dict(given_[:n])
        assert verdict(rule, entitled, ballots, ended=False).outcome == meanwhile(rule, entitled, ballots)
        assert verdict(rule, entitled, ballots, ended=True).outcome == at_the_end(rule, entitled, ballots)


@settings(max_examples=300, deadline=None)
@given(ballots_in_order(), st.randoms())
def test_the_order_of_votes_means_nothing(case: Any, random: Any) -> None:
    rule, entitled, given_ = case
    other = list(given_)
    random.shuffle(other)
    for ended in (False, True):
        assert verdict(rule, entitled, dict(given_), ended=ended) == verdict(
            rule, entitled, dict(other), ended=ended
        )


VOTES = {"a": "yes", "b": "yes", "c": "no"}


@pytest.mark.parametrize(
    ("rule", "votes", "outcome", "because"),
    [
        (VotingRule(), {"a": "yes", "b": "no"}, "rejected", "by_votes"),
        (VotingRule(), {"a": "yes", "b": "yes"}, "lapsed", "by_silence"),
        (VotingRule(silence="approves"), {"a": "yes", "b": "yes"}, "approved", "deemed"),
        (VotingRule(kind="majority"), VOTES, "approved", "by_votes"),
        (VotingRule(kind="majority", veto=("c",)), VOTES, "rejected", "by_veto"),
        (VotingRule(kind="majority", threshold=Fraction(3, 4)), VOTES, "rejected", "by_votes"),
        (VotingRule(kind="majority", quorum=Fraction(1)), {"a": "yes", "b": "yes"}, "lapsed", "no_quorum"),
        (VotingRule(kind="majority"), {"a": "yes", "b": "no", "c": "abstain"}, "deadlocked", "by_tie"),
        (VotingRule(kind="majority", tie="chair", chair=("b",)), {"a": "yes", "b": "no", "c": "abstain"}, "rejected", "by_chair"),
        (VotingRule(kind="n_of_m", needed=2), VOTES, "approved", "by_votes"),
    ],
)  # fmt: skip
def test_a_verdict_says_what_brought_it_about(
    rule: VotingRule, votes: Any, outcome: str, because: str
) -> None:
    found = verdict(rule, ("a", "b", "c"), votes, ended=True)
    assert (found.outcome, found.because) == (outcome, because)


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        (VotingRule(kind="majority", weights=(Weight(company="a", votes=1),)), "/r/weights"),
        (VotingRule(weights=(Weight(company="a", votes=0), Weight(company="b", votes=0))), "/r/weights"),
        (VotingRule(veto=("z",)), "/r/veto"),
        (VotingRule(kind="n_of_m", needed=3), "/r/needed"),
        (VotingRule(kind="n_of_m"), "/r/needed"),
        (VotingRule(threshold=Fraction(0)), "/r/threshold"),
        (VotingRule(quorum=Fraction(3, 2)), "/r/quorum"),
        (VotingRule(tie="chair"), "/r/chair"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_by_field(rule: VotingRule, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        rule.check(("a", "b"), "/r")
    assert refused.value.pointer == pointer
