"""What one matter tells another, through the outbox: an act under the outbox id as its key.

What it means is a rule registered beside the chapter that hears it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from teikei.domain.act import Act, Actor, Outcome, find_rule
from teikei.domain.amendments import AmendmentTerms
from teikei.domain.clock import only_teikei
from teikei.domain.decision.rules import OutcomeName
from teikei.domain.errors import Conflict
from teikei.domain.matter import Matter, Recorded
from teikei.domain.terms import Terms


def _heard(act: Any, state: Matter, by: Actor, now: datetime, name: str) -> Outcome[Any]:
    """News for a matter that is over changes nothing; a suspended one hears it all the same."""
    only_teikei(by)
    if state.over:
        raise Conflict("matter.over", stage=state.stage)
    return find_rule(act, state.kind, name)(state.with_recorded(*getattr(act, "recorded", ())), act, now)


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
    recorded: tuple[Recorded, ...] = ()
    """What was entered for off-platform parties; it can still be contested, now at the matter that hears this."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMoved(Act):
    """An agreement was approved, went back to the talks, binds, or ended."""

    kind: Literal["agreement_moved"] = "agreement_moved"
    agreement: str
    role: Literal["nda", "main", "termination", "amendment"]
    to: Literal["approved", "reopened", "in_force", "renewed", "ended"]
    reason: str = ""
    title: str = ""
    terms: Terms | None = None
    signed_on: date | None = None
    term_until: date | None = None
    amendment: AmendmentTerms | None = None
    recorded: tuple[Recorded, ...] = ()

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged(Act):
    """An amendment is in force: the main agreement has these terms from now on."""

    kind: Literal["terms_changed"] = "terms_changed"
    agreement: str
    terms: Terms

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSettled(Act):
    """An allocation period is settled (or was dropped)."""

    kind: Literal["period_settled"] = "period_settled"
    allocation: str
    number: int
    pool: int
    recorded: tuple[Recorded, ...] = ()

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "period")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContested(Act):
    """A party contests what was entered for it; where it could not be undone, the next review talks about it."""

    kind: Literal["record_contested"] = "record_contested"
    recorded: tuple[Recorded, ...]
    """The one act."""
    title: str
    undone: bool

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "contested")
