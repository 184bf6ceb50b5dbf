"""What one matter tells another, through the outbox: an act under the outbox id as its key.

What it means is a rule registered beside the chapter that hears it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from teikei.domain.act import Act, Actor, Outcome, find_rule
from teikei.domain.clock import only_teikei
from teikei.domain.decision.rules import OutcomeName
from teikei.domain.errors import Conflict
from teikei.domain.matter import Matter
from teikei.domain.terms import Terms


def _heard(act: Any, state: Matter, by: Actor, now: datetime, name: str) -> Outcome[Any]:
    """News for a matter that is over changes nothing; a suspended one hears it all the same."""
    only_teikei(by)
    if state.over:
        raise Conflict("matter.over", stage=state.stage)
    return find_rule(act, state.kind, name)(state, act, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionClosed(Act):
    """A decision ended: approved, rejected, in a tie, lapsed by silence, or voided."""

    kind: Literal["decision_closed"] = "decision_closed"
    decision: str
    subject: str
    outcome: OutcomeName
    votes: tuple[str, ...] = ()
    """`company choice`, in party order; the recused come last."""
    because: str = ""
    """What brought the outcome about (`rules.Verdict`)."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMoved(Act):
    """An agreement was approved, went back to the talks, binds, or ended."""

    kind: Literal["agreement_moved"] = "agreement_moved"
    agreement: str
    role: Literal["nda", "main", "termination"]
    to: Literal["approved", "reopened", "in_force", "renewed", "ended"]
    reason: str = ""
    title: str = ""
    terms: Terms | None = None
    signed_on: date | None = None
    term_until: date | None = None

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSettled(Act):
    """An allocation period is settled (or was dropped)."""

    kind: Literal["period_settled"] = "period_settled"
    allocation: str
    number: int
    pool: int

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "period")
