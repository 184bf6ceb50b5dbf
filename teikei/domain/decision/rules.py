"""How votes become an outcome: the rule of a decision as data, and the one function that applies it.

Words: the *entitled* are the parties that are not recused; a company that has
not voted when the deadline passes is *silent*.  A rule never counts silence as
consent unless it says so (`silence`), and never lowers what it asks for because
someone is recused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.errors import Invalid
from teikei.domain.fields import Count, Flag, Id, Ratio, at_most

Choice = Literal["yes", "no", "abstain"]
Subject = Literal["go_no_go", "approval", "allocation", "resolution", "reserved", "renewal"]
RuledSubject = Literal["allocation", "resolution", "reserved"]
"""What an agreement may rule. Before it binds, and about its own bytes, all parties decide."""
OutcomeName = Literal["approved", "rejected", "lapsed", "voided", "deadlocked"]
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How many votes a company has."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    company: Id
    votes: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingRule:
    """When a decision is approved. The default: all say yes, and silence approves nothing."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    kind: Literal["unanimity", "majority", "n_of_m"] = "unanimity"
    needed: Count = 0
    """n of `n_of_m`: so many companies say yes."""
    threshold: Ratio = HALF
    """Of `majority`: more than a half, or at least any other part (過半数; 3分の2以上)."""
    base: Literal["cast", "entitled"] = "cast"
    """Of `majority`: a part of the yes and no votes, or of all votes that there are."""
    weights: Annotated[tuple[Weight, ...], at_most(10)] = ()
    """Empty: one vote each. Else every company is named."""
    quorum: Ratio = Fraction(0)
    """At least this part of all votes has to be cast; an abstention is cast."""
    veto: Annotated[tuple[Id, ...], at_most(10)] = ()
    """A no of one of these rejects."""
    tie: Literal["deadlock", "status_quo", "chair"] = "deadlock"
    chair: Annotated[tuple[Id, ...], at_most(1)] = ()
    """Whose vote counts in a tie."""
    silence: Literal["lapses", "approves", "abstains"] = "lapses"
    """What is not said by the deadline: the decision lapses, or it is a yes, or nobody's vote."""
    sealed: Flag = False
    """Nobody reads another company's vote before all votes are in."""

    def check(self, companies: tuple[str, ...], pointer: str) -> None:
        """Refuse a rule that contradicts itself or names others than the parties; names the field."""
        named = tuple(w.company for w in self.weights)
        if named and sorted(named) != sorted(companies):
            raise Invalid("voting.weights_name_other_parties", f"{pointer}/weights")
        if named and not any(w.votes for w in self.weights):
            raise Invalid("voting.no_votes", f"{pointer}/weights")
        for name in ("veto", "chair"):
            listed = getattr(self, name)
            if not set(listed) <= set(companies) or len(set(listed)) != len(listed):
                raise Invalid("parties.unknown_company", f"{pointer}/{name}")
        if self.kind == "n_of_m" and not 1 <= self.needed <= len(companies):
            raise Invalid("voting.needed", f"{pointer}/needed", most=len(companies))
        if not 0 < self.threshold <= 1:
            raise Invalid("terms.more_than_all", f"{pointer}/threshold")
        if not 0 <= self.quorum <= 1:
            raise Invalid("terms.more_than_all", f"{pointer}/quorum")
        if self.tie == "chair" and not self.chair:
            raise Invalid("voting.chair_missing", f"{pointer}/chair")

    def votes_of(self, company: str) -> int:
        return next((w.votes for w in self.weights if w.company == company), 0 if self.weights else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An outcome and what brought it about; `outcome` is empty while the votes that are missing matter."""

    outcome: OutcomeName | Literal[""] = ""
    because: Literal["", "by_votes", "by_veto", "no_quorum", "by_silence", "by_tie", "by_chair", "deemed"] = (
        ""
    )


def verdict(
    rule: VotingRule, entitled: tuple[str, ...], votes: Mapping[str, Choice], *, ended: bool
) -> Verdict:
    """What the votes amount to. Before the end: only what no missing vote could change."""
    silent = tuple(c for c in entitled if c not in votes)
    if not silent:
        return _all_in(rule, entitled, votes)
    if not ended:
        return Verdict() if rule.sealed else _settled(rule, entitled, votes, silent)
    if rule.silence == "approves":
        deemed = _all_in(rule, entitled, {**votes, **dict.fromkeys(silent, "yes")})
        by_silence = deemed == Verdict(outcome="approved", because="by_votes")
        return Verdict(outcome="approved", because="deemed") if by_silence else deemed
    if rule.silence == "abstains":
        return _all_in(rule, entitled, votes)
    found = _settled(rule, entitled, votes, silent)
    if found.outcome:
        return found
    return Verdict(outcome="lapsed", because="by_silence" if _quorate(rule, entitled, votes) else "no_quorum")


def _settled(
    rule: VotingRule, entitled: tuple[str, ...], votes: Mapping[str, Choice], missing: tuple[str, ...]
) -> Verdict:
    """The outcome that stands however the missing vote.

    A yes never hurts and a no never helps, once the quorum is there: so it is enough to look at all yes and
    all no. An abstention lies between them. Only `unanimity` is over with a no before the quorum is there.
    """
    best = _all_in(rule, entitled, {**votes, **dict.fromkeys(missing, "yes")})
    quorate = rule.silence == "approves" or _quorate(rule, entitled, votes)
    worst = _all_in(rule, entitled, {**votes, **dict.fromkeys(missing, "no")})
    alike = best.outcome == worst.outcome
    return best if alike and (quorate or rule.kind == "unanimity" or best.because == "by_veto") else Verdict()


def _weight(rule: VotingRule, votes: Mapping[str, Choice], *choices: Choice) -> int:
    return sum(rule.votes_of(c) for c, choice in votes.items() if choice in choices)


def _quorate(rule: VotingRule, entitled: tuple[str, ...], votes: Mapping[str, Choice]) -> bool:
    everything = sum(rule.votes_of(c) for c in entitled)
    return Fraction(_weight(rule, votes, "yes", "no", "abstain")) >= rule.quorum * everything


def _all_in(rule: VotingRule, entitled: tuple[str, ...], votes: Mapping[str, Choice]) -> Verdict:
    """The outcome when nobody votes any more."""
    if any(votes.get(c) == "no" for c in rule.veto):
        return Verdict(outcome="rejected", because="by_veto")
    if rule.kind == "unanimity":
        said = [votes.get(c, "abstain") for c in entitled]
        return Verdict(outcome="approved" if set(said) == {"yes"} else "rejected", because="by_votes")
    if not _quorate(rule, entitled, votes):
        return Verdict(outcome="lapsed", because="no_quorum")
    if rule.kind == "n_of_m":
        yes = sum(choice == "yes" for choice in votes.values())
        return Verdict(outcome="approved" if yes >= rule.needed else "rejected", because="by_votes")
    return _majority(rule, entitled, votes)


def _majority(rule: VotingRule, entitled: tuple[str, ...], votes: Mapping[str, Choice]) -> Verdict:
    yes, no = _weight(rule, votes, "yes"), _weight(rule, votes, "no")
    whole = yes + no if rule.base == "cast" else sum(rule.votes_of(c) for c in entitled)
    asked = rule.threshold * whole
    if rule.threshold == HALF and yes and 2 * yes == whole:
        return _tie(rule, votes)
    enough = yes > asked if rule.threshold == HALF else yes >= asked
    return Verdict(outcome="approved" if enough and yes else "rejected", because="by_votes")


def _tie(rule: VotingRule, votes: Mapping[str, Choice]) -> Verdict:
    if rule.tie == "deadlock":
        return Verdict(outcome="deadlocked", because="by_tie")
    if rule.tie == "status_quo":
        return Verdict(outcome="rejected", because="by_tie")
    [chair] = rule.chair
    return Verdict(outcome="approved" if votes.get(chair) == "yes" else "rejected", because="by_chair")
