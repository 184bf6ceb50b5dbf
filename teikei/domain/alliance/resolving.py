"""Joint decisions while an alliance runs: a party moves, all decide by the rule that the agreement has for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, rule
from teikei.domain.alliance.closing import progressed
from teikei.domain.alliance.state import EXIT, OPERATION, Alliance, Resolved
from teikei.domain.decision.state import new_decision
from teikei.domain.errors import Conflict
from teikei.domain.fields import Line, Note
from teikei.domain.ids import kind_of
from teikei.domain.messages import DecisionClosed

MOST_OPEN = 20
MOST_RESOLVED = 50
"""Lines that wait for the next agenda; older ones stand in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDecision(Act):
    """A party puts a motion to the vote of all. A reserved matter has a rule of its own in the agreement."""

    kind: Literal["call_decision"] = "call_decision"
    subject: Literal["resolution", "reserved"] = "resolution"
    title: Line
    motion: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(OPERATION, EXIT)
        if sum(kind_of(child) == "decision" for child in state.children) >= MOST_OPEN:
            raise Conflict("decision.too_many", most=MOST_OPEN)
        assert state.terms is not None
        decision = new_decision(
            state, self.subject, now, days=state.terms.decision_days, about=state.id,
            voting=state.terms.rule_for(self.subject), title=self.title, motion=self.motion,
        )  # fmt: skip
        entry = state.entry(
            "decision.called", decision.id, subject=self.subject, text=self.title, rule=decision.voting.kind
        )
        called = replace(
            state,
            motions=(*state.motions, Resolved(decision=decision.id, title=self.title)),
            children=(*state.children, decision.id),
        )
        return Outcome(state=called, entries=(entry,), born=(decision,), created=(decision.id,))


def _closed(state: Alliance, told: DecisionClosed, now: datetime) -> Outcome[Alliance]:
    """The outcome waits for the next review's agenda."""
    motion = next((m for m in state.motions if m.decision == told.decision), None)
    rest = replace(
        state.without_child(told.decision),
        motions=tuple(m for m in state.motions if m is not motion),
        resolved=(*state.resolved, replace(motion, outcome=told.outcome))[-MOST_RESOLVED:]
        if motion
        else state.resolved,
    )
    entry = state.entry(
        "resolution.closed", told.decision, text=motion.title if motion else "", outcome=told.outcome
    )
    return progressed(rest, entry)


for _subject in ("resolution", "reserved"):
    rule(DecisionClosed, Alliance.kind, _subject)(_closed)
