"""The lines of which the variables of a paper consist: a party, a share, a vote, an amount.

Dates are calendar dates in the alliance's calendar; money is integer minor units; ratios are `Fraction`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """One party as a paper names it: 「○○株式会社（以下「甲」という。）」."""

    label: str
    name: str
    address: str
    representative_title: str
    representative_name: str
    role: str
    contributions: tuple[str, ...] = ()
    contact: str = ""
    """The person who answers for notices and for secrets (管理責任者)."""
    former_name: str = ""
    """旧商号: under which it signed the agreement that this paper is about; empty = the present name."""
    name_en: str = ""
    """Its name in English papers; empty = the Japanese one. So with every field that ends in `_en`."""
    former_name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeLine:
    """One of the seed's purposes with the measure that tells whether it is met."""

    name: str
    measure: str
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A shared goal as a paper names it."""

    title: str
    target: str
    by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningLine:
    """A company that becomes a party, and in whose place (empty: in nobody's)."""

    label: str
    takes_place_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLine:
    """A party's share of the distributable amount; all shares sum to 1."""

    label: str
    ratio: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightLine:
    """How many votes a party has."""

    label: str
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingLine:
    """By which rule the parties decide on a subject (fields as in `teikei.domain.decision.rules.VotingRule`)."""

    subject: Literal["allocation", "resolution", "reserved"]
    kind: Literal["unanimity", "majority", "n_of_m"]
    needed: int
    threshold: Fraction
    over_half: bool
    """The threshold is passed, not reached: 過半数."""
    base: Literal["cast", "entitled"]
    weights: tuple[WeightLine, ...]
    quorum: Fraction
    veto: tuple[str, ...]
    tie: Literal["deadlock", "status_quo", "chair"]
    chair: str
    silence: Literal["lapses", "approves", "abstains"]
    sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteLine:
    """How one party voted on one proposal; 除斥 = recused."""

    label: str
    vote: Literal["賛成", "反対", "棄権", "除斥", "回答なし"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesDecision:
    """A resolution in the minutes, or a vote in a statement: what, and how it went."""

    title: str
    outcome: str
    votes: tuple[VoteLine, ...] = ()
    title_en: str = ""
    outcome_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """An action item in the minutes."""

    owner: str
    """Label of the party."""
    what: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeLine:
    """Who of one party was there."""

    label: str
    name: str
    people: tuple[str, ...]
    """Empty: absent."""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """Income or an allowed cost as one party entered it."""

    label: str
    what: str
    amount: int
    source: str
    """Evidence: name of the paper and the head of its SHA-256."""
    source_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """What one party receives; the exact amount is shown as a fraction."""

    label: str
    name: str
    ratio: Fraction
    exact: Fraction
    amount: int
    extra_unit: bool
    """True where the remainder rule gave this party one more minor unit."""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """Words of an article, before and after."""

    article: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """A point on which the parties agree in outline (基本条件)."""

    item: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureLine:
    """Who means to disclose what to whom: one row of the disclosure matrix."""

    label: str
    """Of the party that discloses."""
    what: str
    receivers: tuple[str, ...]
    """Labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonLine:
    """One article in a 新旧対照表; no words before: it is new, none after: it is taken out."""

    article: str
    before: str
    after: str
    remark: str = ""
