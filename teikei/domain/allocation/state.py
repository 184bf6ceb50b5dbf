"""What an allocation period knows while it is open. Terms are those under which it was born."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar, Literal

from teikei.domain.decision.rules import VotingRule
from teikei.domain.languages import Governing, PapersIn
from teikei.domain.matter import Matter, Step, on
from teikei.domain.money import TieOrder
from teikei.domain.terms import Share, Terms

INPUTS, PREVIEW, DECISION, LOCKED, SETTLED = "inputs", "preview", "decision", "locked", "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Income or an allowed cost of one company, in minor units, with the hash of its evidence."""

    company: str
    side: Literal["income", "cost"]
    what: str
    minor: int
    evidence_sha256: str
    recorded_by: str = ""
    """The company that entered it for an off-platform one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one party receives."""

    company: str
    ratio: Fraction
    exact: Fraction
    minor: int
    extra_unit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation(Matter):
    """The state of one period."""

    kind: ClassVar[str] = "allocation"
    over_stages: ClassVar[frozenset[str]] = frozenset({SETTLED})

    number: int
    period_from: date
    period_until: date
    final: bool = False
    basis: str
    currency: str
    shares: tuple[Share, ...]
    allowed_costs: tuple[str, ...]
    tie_order: TieOrder
    statement_days: int
    payment_days: int
    decision_days: int
    voting: VotingRule = field(default_factory=VotingRule)
    amounts: tuple[Amount, ...] = ()
    closed: tuple[str, ...] = ()
    """Companies that have entered all they have."""
    income: int = 0
    cost: int = 0
    pool: int = 0
    lines: tuple[Line, ...] = ()
    decision: str = ""
    votes: tuple[str, ...] = ()
    sole: tuple[str, ...] = ()
    """Companies whose own approval of the split one person gave who had proposed it too."""
    because: str = ""
    """What made the decision approve the split (`rules.Verdict`)."""
    decided_on: date | None = None
    decided_by: str = ""
    """The decision that approved the split."""
    statement_sha256: str = ""
    lapses: int = 0
    """How many votes on the split have lapsed by silence."""
    undecided: bool = False
    dropped: bool = False
    papers_in: PapersIn = "ja"
    governing_language: Governing = "ja"


def new_allocation(
    parent: Any, terms: Terms, *, number: int, first: date, last: date, basis: str, final: bool
) -> Allocation:
    """A period of an alliance, under the terms in force. `parent` is the Alliance."""
    return Allocation(
        id=parent.new_id("allocation"),
        alliance_id=parent.alliance_id,
        parent=parent.id,
        title=f"{parent.title} 第{number}期利益配分",
        title_en=f"{parent.title_en}: allocation period {number}",
        stage=INPUTS,
        sandbox=parent.sandbox,
        zone=parent.zone,
        parties=parent.parties,
        houses=parent.houses,
        reminders=parent.reminders,
        number=number,
        period_from=first,
        period_until=last,
        final=final,
        basis=basis,
        currency=terms.currency,
        shares=terms.shares,
        allowed_costs=terms.allowed_costs,
        tie_order=terms.tie_order,
        statement_days=terms.statement_days,
        payment_days=terms.payment_days,
        decision_days=terms.decision_days,
        voting=terms.rule_for("allocation"),
        papers_in=parent.papers_in,
        governing_language=parent.governing_language,
    ).ask("inputs", parent.companies(), on(last), Step(n=max(1, terms.statement_days // 2), unit="day"))
