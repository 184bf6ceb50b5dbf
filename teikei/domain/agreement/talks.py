"""Rounds and approval: new terms make a new version; freezing asks all companies to approve exact bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from teikei.domain.act import Act, Actor, Outcome, Tell, rule
from teikei.domain.agreement.state import APPROVAL, DRAFTING, ROUNDS, ROUNDS_DAYS, SIGNING, Agreement, ended
from teikei.domain.amendments import Change
from teikei.domain.clock import Drop, FellDue
from teikei.domain.decision.state import new_decision
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Day, Line, Sha256, at_most
from teikei.domain.matter import Due, Effect, Step
from teikei.domain.messages import DecisionClosed
from teikei.domain.terms import Terms

APPROVAL_DAYS = 10
SIGNING_DAYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise(Act):
    """A party puts new terms on the table: a new version is written; an approval of the old bytes is void."""

    kind: Literal["revise"] = "revise"
    terms: Terms
    reason: Line

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        state.running(ROUNDS, APPROVAL, SIGNING)
        if state.terms is None:
            raise Conflict("agreement.terms_are_fixed")
        self.terms.check(state.companies(), state.form, state.local_day(now))
        return rewritten(replace(state, terms=self.terms), self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseAmendment(Act):
    """A party puts other changes on the table: a new version of the amendment is written."""

    kind: Literal["revise_amendment"] = "revise_amendment"
    changes: Annotated[tuple[Change, ...], at_most(30, 1)]
    effective_on: Day
    reason: Line

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        state.running(ROUNDS, APPROVAL, SIGNING)
        if state.amendment is None:
            raise Conflict("agreement.not_an_amendment")
        terms = replace(state.amendment, changes=self.changes, effective_on=self.effective_on)
        terms.check(state.companies(), state.form, state.local_day(now))
        parties = terms.signers(state.parties)
        return rewritten(replace(state, amendment=terms, parties=parties), self.reason)


def rewritten(state: Agreement, reason: str) -> Outcome[Agreement]:
    """A new version is owed; what was approved of the old one is void, with the reason."""
    if state.signatures:
        raise Conflict("agreement.signed_by_some")
    number = state.number + 1
    voided = tuple(Tell(to=d, act=Drop(reason=f"version {number}: {reason}")) for d in state.children)
    news = (state.moved("reopened", reason),) if state.stage == SIGNING else ()
    fresh = replace(
        state.closed_wait("rounds").closed_wait("signatures"),
        stage=DRAFTING,
        number=number,
        approval="",
        children=(),
        owes=(*state.owes, Effect(key=f"version/{number}", paper=state.paper)),
    )
    entry = state.entry("agreement.revised", state.id, version=number, reason=reason)
    return Outcome(state=fresh, entries=(entry,), tells=(*voided, *news))


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Act):
    """A party asks all companies to approve exactly these bytes; they are the newest version's."""

    kind: Literal["freeze"] = "freeze"
    sha256: Sha256

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        state.running(ROUNDS)
        if state.version_now is None or self.sha256 != state.version_now.sha256:
            raise Invalid("agreement.other_bytes", "/sha256")
        if state.version_now.stale and state.languages_pair:
            raise Conflict("agreement.pair_stale", clauses=", ".join(state.version_now.stale))
        days = state.terms.decision_days if state.terms else APPROVAL_DAYS
        decision = new_decision(state, "approval", now, days=days, about=state.id, sha256=self.sha256)
        frozen = replace(
            state.closed_wait("rounds"),
            stage=APPROVAL,
            approval=decision.id,
            children=(*state.children, decision.id),
        )
        entry = state.entry(
            "agreement.frozen", state.id, decision.id, sha256=self.sha256, version=state.version_now.number
        )
        return Outcome(state=frozen, entries=(entry,), born=(decision,), created=(decision.id,))


@rule(DecisionClosed, Agreement.kind, "approval")
def approval_closed(state: Agreement, told: DecisionClosed, now: datetime) -> Outcome[Agreement]:
    """All approved these bytes: they are signed. Otherwise the talks go on."""
    rest = state.without_child(told.decision)
    if told.decision != state.approval:
        return Outcome(
            state=rest,
            entries=(state.entry("agreement.approval_of_old_bytes", told.decision, outcome=told.outcome),),
        )
    rest = replace(rest, approval="")
    entry = state.entry(f"agreement.approval_{told.outcome}", state.id, told.decision)
    if told.outcome == "approved":
        step = Step(n=SIGNING_DAYS, unit="business_day")
        signing = replace(rest, stage=SIGNING, approved_at=now, approved_by=told.decision).ask(
            "signatures", state.companies(), now, step
        )
        return Outcome(state=signing, entries=(entry,), tells=(state.moved("approved"),))
    step = Step(n=ROUNDS_DAYS[state.role], unit="business_day")
    talks = replace(rest, stage=ROUNDS).ask("rounds", state.companies(), now, step)
    return Outcome(state=talks, entries=(entry,))


@rule(FellDue, Agreement.kind, "rounds/lapse")
def rounds_lapsed(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """Nobody asked for approval: the talks have failed."""
    return ended(state, "rounds_lapsed")


@rule(FellDue, Agreement.kind, "signatures/lapse")
def signatures_lapsed(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """Someone did not sign: the approval is used up, what was signed does not bind, the talks open again."""
    wait = state.wait("signatures")
    missing = list(wait.awaits) if wait else []
    step = Step(n=ROUNDS_DAYS[state.role], unit="business_day")
    talks = replace(state.closed_wait("signatures"), stage=ROUNDS, signatures=()).ask(
        "rounds", state.companies(), now, step
    )
    entry = state.entry("agreement.signing_lapsed", state.id, *missing, companies=missing)
    return Outcome(state=talks, entries=(entry,), tells=(state.moved("reopened", "signing_lapsed"),))
