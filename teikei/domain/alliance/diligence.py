"""NDA and due diligence: culture, management philosophy, technology, scored by every company about every company.

A mark about a partner stays its author's until shared.  The gap between marks,
not their mean, becomes an item of the talks.  Then all decide: go or no go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Entry, Outcome, Tell, rule
from teikei.domain.agreement.state import new_agreement
from teikei.domain.alliance.candidates import SignedNda
from teikei.domain.alliance.state import (
    AXES,
    DILIGENCE,
    NDA,
    NEGOTIATION,
    Alliance,
    Axis,
    Gap,
    Score,
    abandon,
    closed_scores,
)
from teikei.domain.clock import Drop, FellDue, only_teikei
from teikei.domain.decision.state import new_decision
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Id, Note, Points
from teikei.domain.matter import Due, Step
from teikei.domain.messages import AgreementMoved, DecisionClosed

SCORING_DAYS = 20
DECISION_DAYS = 10
GAP = 2
"""Marks that lie this far apart on the scale of 1 to 5 are talked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftNda(Act):
    """The system has the NDA of all parties drafted."""

    kind: Literal["draft_nda"] = "draft_nda"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        only_teikei(by)
        state.running(NDA)
        if state.nda:
            raise Conflict("nda.drafted_already")
        nda = new_agreement(state, "nda", state.nda_terms, now)
        born = replace(state, nda=nda.id, children=(*state.children, nda.id))
        return Outcome(
            state=born, entries=(state.entry("alliance.nda_begun", nda.id),), born=(nda,), created=(nda.id,)
        )


@rule(AgreementMoved, Alliance.kind, "nda")
def nda_moved(state: Alliance, told: AgreementMoved, now: datetime) -> Outcome[Alliance]:
    """The NDA binds everyone: due diligence begins. It failed: there is no alliance."""
    if told.to == "ended":
        if state.stage != NDA:
            return Outcome(
                state=state.without_child(told.agreement),
                entries=(state.entry("alliance.nda_over", told.agreement),),
            )
        return abandon(state.without_child(told.agreement), "nda_failed")
    if told.to == "reopened" and state.stage == DILIGENCE:
        entry = state.entry("alliance.nda_reopened", told.agreement)
        return replace(gate_closed(state), entries=(entry,))
    if told.to == "in_force":
        signed = SignedNda(title=told.title, signed_on=told.signed_on, elsewhere=told.elsewhere)
        state = replace(state, nda_signed=signed)
    if told.to != "in_force" or state.stage != NDA:
        return Outcome(state=state, entries=(state.entry(f"alliance.nda_{told.to}", told.agreement),))
    entry = state.entry("alliance.diligence_begun", told.agreement, days=SCORING_DAYS)
    return Outcome(state=in_diligence(state, now), entries=(entry,))


def in_diligence(state: Alliance, now: datetime) -> Alliance:
    """The gate is passed: every company is asked for its marks."""
    days = Step(n=SCORING_DAYS, unit="business_day")
    return replace(state, stage=DILIGENCE).ask("scores", state.companies(), now, days)


def gate_closed(state: Alliance) -> Outcome[Alliance]:
    """The NDA does not bind after all: the alliance stands before it again. Marks stay, and are shared anew."""
    drops = tuple(Tell(to=d, act=Drop(reason="contested")) for d in (state.go_no_go,) if d)
    back = replace(
        state.closed_wait("scores"),
        stage=NDA,
        shared=(),
        diligence_over=False,
        gaps=(),
        go_no_go="",
        nda_signed=None,
    )
    return Outcome(state=back, entries=(), tells=drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveScore(Act):
    """A company marks itself or a partner on one axis, 1 to 5, with its evidence. A later mark takes the earlier one's place."""

    kind: Literal["score"] = "score"
    about: Id
    axis: Axis
    points: Points
    evidence: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(DILIGENCE)
        if self.about not in state.companies():
            raise Invalid("score.about_no_party", "/about")
        if state.diligence_over or by.company in state.shared:
            raise Conflict("score.shared_already")
        if not 1 <= self.points <= 5:
            raise Invalid("score.points", "/points")
        mark = Score(
            by=by.company, about=self.about, axis=self.axis, points=self.points, evidence=self.evidence,
            recorded_by=by.recorded_by,
        )  # fmt: skip
        rest = tuple(s for s in state.scores if (s.by, s.about, s.axis) != (mark.by, mark.about, mark.axis))
        private = () if self.about == by.company else (by.company,)
        entry = Entry(
            code="diligence.scored",
            subjects=(self.about,),
            values={"axis": self.axis, "points": self.points, "evidence": self.evidence},
            private_to=private,
        )
        return Outcome(state=replace(state, scores=(*rest, mark)), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareScores(Act):
    """A company shows its marks to all parties: complete, and not to be changed any more."""

    kind: Literal["share_scores"] = "share_scores"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(DILIGENCE)
        if state.diligence_over or by.company in state.shared:
            raise Conflict("score.shared_already")
        mine = [s for s in state.scores if s.by == by.company]
        wanted = len(state.parties) * len(AXES)
        if len(mine) != wanted:
            raise Conflict("score.incomplete", have=len(mine), wanted=wanted)
        marks = [f"{s.about} {s.axis} {s.points}" for s in sorted(mine, key=lambda s: (s.about, s.axis))]
        entry = state.entry("diligence.shared", by.company, marks=marks)
        shared = replace(state, shared=(*state.shared, by.company)).answered("scores", by.company)
        return Outcome(state=_finished(shared), entries=(entry,))


def _finished(state: Alliance) -> Alliance:
    """When nobody owes marks any more, the gaps of the shared ones are known."""
    if state.wait("scores"):
        return state
    return replace(state, diligence_over=True, gaps=gaps(state))


def gaps(state: Alliance) -> tuple[Gap, ...]:
    """Gaps of shared marks, and of what a company says of itself."""
    found = []
    for party in state.parties:
        for axis in AXES:
            marks = [
                s.points
                for s in state.scores
                if s.about == party.company and s.axis == axis and s.by in state.shared
            ]
            if marks and max(marks) - min(marks) >= GAP:
                found.append(Gap(about=party.company, axis=axis, lowest=min(marks), highest=max(marks)))
    return tuple(found)


@rule(FellDue, Alliance.kind, "scores/lapse")
def scores_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Who stayed silent is named; the decision goes on with what is shared."""
    wait = state.wait("scores")
    missing = list(wait.awaits) if wait else []
    over = _finished(state.closed_wait("scores"))
    return Outcome(state=over, entries=(state.entry("diligence.lapsed", *missing, companies=missing),))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGoNoGo(Act):
    """The system calls the decision of all on whether to negotiate, with the gaps as its agenda."""

    kind: Literal["call_go_no_go"] = "call_go_no_go"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        only_teikei(by)
        state.running(DILIGENCE)
        if state.go_no_go or not state.diligence_over:
            raise Conflict("go_no_go.not_now")
        decision = new_decision(state, "go_no_go", now, days=DECISION_DAYS, about=state.id)
        labels = {p.company: p.label for p in state.parties}
        agenda = [f"{labels[g.about]} {g.axis} {g.lowest}-{g.highest}" for g in state.gaps]
        entry = state.entry("alliance.go_no_go_called", decision.id, gaps=agenda)
        called = replace(state, go_no_go=decision.id, children=(*state.children, decision.id))
        return Outcome(state=called, entries=(entry,), born=(decision,), created=(decision.id,))


@rule(DecisionClosed, Alliance.kind, "go_no_go")
def go_no_go_closed(state: Alliance, told: DecisionClosed, now: datetime) -> Outcome[Alliance]:
    """All said yes: negotiate. Anyone said no, or stayed silent: there is no alliance."""
    rest = state.without_child(told.decision)
    if told.decision != state.go_no_go:
        return Outcome(state=rest, entries=(state.entry("alliance.go_no_go_withdrawn", told.decision),))
    if told.outcome != "approved":
        return abandon(rest, f"go_no_go_{told.outcome}")
    entry = state.entry("alliance.negotiation_begun", told.decision)
    talks = replace(rest, stage=NEGOTIATION, scores=()).ask(
        "draft", state.companies(), now, Step(n=40, unit="business_day")
    )
    return Outcome(state=talks, entries=(entry,), closed=closed_scores(state))
