"""Negotiation and signing: a party drafts the main agreement; what happens to it moves the alliance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, rule
from teikei.domain.agreement.state import new_agreement
from teikei.domain.alliance.closing import progressed
from teikei.domain.alliance.exits import begin_exit
from teikei.domain.alliance.operation import begin_operation, plan_period
from teikei.domain.alliance.state import NEGOTIATION, OPERATION, SIGNING, Alliance, abandon
from teikei.domain.clock import FellDue
from teikei.domain.errors import Conflict
from teikei.domain.matter import Due
from teikei.domain.messages import AgreementMoved
from teikei.domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAgreement(Act):
    """A party puts the terms of the main agreement on the table; the paper of the alliance's form is written."""

    kind: Literal["draft_agreement"] = "draft_agreement"
    terms: Terms

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(NEGOTIATION)
        if state.main:
            raise Conflict("agreement.drafted_already", agreement=state.main)
        self.terms.check(state.companies(), state.form, state.local_day(now))
        main = new_agreement(state, "main", self.terms, now)
        drafted = replace(state.closed_wait("draft"), main=main.id, children=(*state.children, main.id))
        entry = state.entry("alliance.main_drafted", main.id, by.company, form=state.form)
        return Outcome(state=drafted, entries=(entry,), born=(main,), created=(main.id,))


@rule(FellDue, Alliance.kind, "draft/lapse")
def draft_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Nobody drafted: the talks have failed."""
    return abandon(state, "no_draft")


@rule(AgreementMoved, Alliance.kind, "main")
def main_moved(state: Alliance, told: AgreementMoved, now: datetime) -> Outcome[Alliance]:
    """What happens to the main agreement moves the alliance."""
    entry = state.entry(f"alliance.main_{told.to}", told.agreement, reason=told.reason)
    if told.to == "approved":
        return Outcome(state=replace(state, stage=SIGNING), entries=(entry,))
    if told.to == "reopened":
        return Outcome(state=replace(state, stage=NEGOTIATION), entries=(entry,))
    if told.to == "in_force":
        return replace(begin_operation(state, told, now), entries=(entry,))
    if told.to == "renewed":
        renewed = replace(state, terms=told.terms)
        return Outcome(state=plan_period(renewed) if state.stage == OPERATION else renewed, entries=(entry,))
    rest = state.without_child(told.agreement)
    if state.stage in {NEGOTIATION, SIGNING}:
        return abandon(rest, told.reason)
    if state.exit is not None:
        return progressed(
            replace(rest.without_due("end/day"), exit=replace(state.exit, terminated=True)), entry
        )
    gone = begin_exit(rest, told.reason, told.term_until or state.local_day(now), now, agreed=False)
    return replace(gone, entries=(entry, *gone.entries))
