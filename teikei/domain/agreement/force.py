"""Signing, force, renewal, end.

締結日 is the day of the last signature; 効力発生日 the first day of the term, or
締結日 when that is later.  A refusal of renewal counts from its arrival
(民法97条) and its last day never slides later: companies are told the earlier
day (notices.py), the record takes what is not late on every reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from teikei.domain.act import Act, Actor, Outcome, Tell, rule
from teikei.domain.agreement.refusals import Arrival
from teikei.domain.agreement.renewal import (
    ask_ahead,
    known_addressees,
    new_term,
    notice_values,
    refusable,
    refusal_of,
    settled_for_term,
    with_parties,
    with_refusal,
)
from teikei.domain.agreement.state import IN_FORCE, SIGNED, SIGNING, Agreement, Signature, ended
from teikei.domain.clock import FellDue
from teikei.domain.days import last_day
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Day, Id, Instant, Line, Sha256, at_most
from teikei.domain.matter import Due, Step, on
from teikei.domain.messages import TermsChanged
from teikei.domain.notices import corresponding_day, legal_last_day, notice_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Act):
    """A company records that it signed: signatory, time, method, hash of the evidence."""

    kind: Literal["sign"] = "sign"
    sha256: Sha256
    signatory: Line
    title: Line
    signed_at: Instant
    method: Literal["electronic", "seal", "handwritten"]
    evidence_sha256: Sha256

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        state.running(SIGNING)
        if state.version_now is None or self.sha256 != state.version_now.sha256:
            raise Invalid("agreement.other_bytes", "/sha256")
        if any(s.company == by.company for s in state.signatures):
            raise Conflict("agreement.signed_already")
        if self.signed_at > now:
            raise Invalid("agreement.signed_in_the_future", "/signed_at")
        if state.approved_at and self.signed_at < state.approved_at:
            raise Invalid(
                "agreement.signed_before_approval", "/signed_at", approved_at=state.approved_at.isoformat()
            )
        mine = Signature(
            company=by.company,
            signatory=self.signatory,
            title=self.title,
            signed_at=self.signed_at,
            method=self.method,
            evidence_sha256=self.evidence_sha256,
            recorded_by=by.recorded_by,
        )
        signed = replace(state, signatures=(*state.signatures, mine)).answered("signatures", by.company)
        entry = state.entry(
            "agreement.signed", state.id, by.company,
            signatory=self.signatory, method=self.method, sha256=self.sha256, evidence=self.evidence_sha256,
            signed_at=self.signed_at.isoformat(),
        )  # fmt: skip
        if len(signed.signatures) < len(state.parties):
            return Outcome(state=signed, entries=(entry,))
        bound = _bound(signed, now)
        return replace(bound, entries=(entry, *bound.entries))


def _bound(state: Agreement, now: datetime) -> Outcome[Agreement]:
    """Everyone has signed: it binds now, or from the first day of its term."""
    last = max(s.signed_at for s in state.signatures)
    signed_on = state.local_day(last)
    first = _first_day(state) or signed_on
    effective = max(first, signed_on)
    signed = replace(
        state,
        stage=SIGNED,
        signed_on=signed_on,
        effective_on=effective,
        term_since=effective,
        term_until=_term_until(state),
    )
    entry = state.entry(
        "agreement.concluded", state.id, signed_on=signed_on.isoformat(), effective_on=effective.isoformat()
    )
    if effective <= state.local_day(now):
        forced = _in_force(signed, now)
        return replace(forced, entries=(entry, *forced.entries))
    due = Due(key="effective/day", base=on(effective), slide="none")
    return Outcome(state=signed.with_due(due), entries=(entry,))


def _first_day(state: Agreement) -> date | None:
    if state.amendment:
        return state.amendment.effective_on
    return state.terms.term_from if state.terms else None


def _term_until(state: Agreement) -> date | None:
    if state.terms:
        return state.terms.term_until
    if state.nda_terms:
        return last_day(state.drafted_on, 12 * state.nda_terms.years)
    return state.termination_terms.end_date if state.termination_terms else None


@rule(FellDue, Agreement.kind, "effective/day")
def effective(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """The first day of the term has come."""
    return _in_force(state, now)


def _in_force(state: Agreement, now: datetime) -> Outcome[Agreement]:
    force = replace(state, stage=IN_FORCE)
    if state.role != "termination" and state.term_until:
        force = clocks(force)
    entry = state.entry("agreement.in_force", state.id)
    return Outcome(state=force, entries=(entry,), tells=(force.moved("in_force"),))


RENEWAL_DUES = ("notice/ahead-14", "notice/ahead-3", "notice/safe", "renewal/decide")


def clocks(state: Agreement) -> Agreement:
    """The end of the term, before it the safe day for a refusal of renewal, and before that the decision of all."""
    last = state.term_until
    assert last is not None
    end = Due(key="term/end", base=on(last), steps=(Step(n=1, unit="day"),), slide="none")
    state = state.with_due(end)
    if state.terms is None or state.terms.renewal_years == 0 or state.renewal_refused:
        return state.without_due(*RENEWAL_DUES)
    safe = notice_steps(state.terms.notice_months)

    def ahead(key: str, *further: Step) -> Due:
        return Due(key=key, base=on(last), steps=(*safe, *further), slide="earlier", drop_if_past=True)

    return state.with_due(
        ahead("notice/ahead-14", Step(n=-14, unit="day")),
        ahead("notice/ahead-3", Step(n=-3, unit="day")),
        ahead("notice/safe"),
        ahead("renewal/decide", ask_ahead(state.terms.decision_days)),
    )


@rule(FellDue, Agreement.kind, "notice/ahead-14")
@rule(FellDue, Agreement.kind, "notice/ahead-3")
@rule(FellDue, Agreement.kind, "notice/safe")
def notice_safe(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """The safe day for a refusal of renewal is near or here: it leaves five business days for delivery."""
    assert state.terms is not None
    assert state.term_until is not None
    legal = legal_last_day(state.term_until, state.terms.notice_months)
    item, values = f"{due.key}@{state.term_until.isoformat()}", notice_values(state, due)
    mails = tuple(state.mail_to(c, "notice", item, **values) for c in state.companies())
    entry = state.entry(
        "agreement.notice_day_near", state.id, legal_last_day=legal.isoformat(), because=due.because
    )
    return Outcome(state=state, entries=(entry,), mails=mails)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRenewal(Act):
    """A party's refusal of renewal has arrived, with evidence of the arrival; it works once all others have it."""

    kind: Literal["refuse_renewal"] = "refuse_renewal"
    arrived_on: Day
    evidence_sha256: Sha256
    reason: Line
    to: Annotated[tuple[Id, ...], at_most(9)] = ()
    """At whom it has arrived; empty: at all others whose arrival is not recorded yet."""

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        refusable(state, self.arrived_on, now, "/arrived_on")
        assert state.terms is not None
        assert state.term_until is not None
        last = corresponding_day(state.term_until, state.terms.notice_months)
        if self.arrived_on > last:
            raise Conflict("agreement.notice_too_late", legal_last_day=last.isoformat())
        known_addressees(state, by, self.to)
        refusal = refusal_of(state, by.company)
        missing = tuple(c for c in state.companies() if c not in (by.company, *refusal.reached()))
        if not set(self.to) <= set(missing):
            raise Conflict("agreement.arrived_already")
        new = tuple(
            Arrival(company=c, arrived_on=self.arrived_on, evidence_sha256=self.evidence_sha256)
            for c in self.to or missing
        )
        arrived = replace(refusal, arrived=(*refusal.arrived, *new))
        after = with_refusal(state, arrived)
        if set(arrived.reached()) < {c for c in state.companies() if c != by.company}:
            entry = state.entry(
                "agreement.refusal_arrived", state.id, by.company,
                to=[a.company for a in new], arrived_on=self.arrived_on.isoformat(), evidence=self.evidence_sha256,
            )  # fmt: skip
            return Outcome(state=after, entries=(entry,))
        return self._refused(after, by, max(a.arrived_on for a in arrived.arrived))

    def _refused(self, state: Agreement, by: Actor, arrived_on: date) -> Outcome[Agreement]:
        entry = state.entry(
            "agreement.renewal_refused", state.id, by.company,
            arrived_on=arrived_on.isoformat(), evidence=self.evidence_sha256, reason=self.reason,
        )  # fmt: skip
        after, drops = settled_for_term(replace(state, renewal_refused=True), "renewal_refused")
        return Outcome(state=clocks(after), entries=(entry,), tells=drops)


@rule(FellDue, Agreement.kind, "term/end")
def term_end(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """The term has run out: it is renewed where the agreement says so and nobody refused; else it ends."""
    if (
        state.terms is None
        or state.terms.renewal_years == 0
        or state.renewal_refused
        or state.term_until is None
    ):
        return ended(state, "expired")
    until = last_day(state.term_until + timedelta(days=1), 12 * state.terms.renewal_years)
    renewed = replace(
        state,
        term_since=state.term_until + timedelta(days=1),
        term_until=until,
        terms=replace(state.terms, term_until=until),
    )
    entry = state.entry("agreement.renewed", state.id, term_until=until.isoformat())
    renewed, drops = new_term(renewed, "renewed")
    return Outcome(state=clocks(renewed), entries=(entry,), tells=(*drops, renewed.moved("renewed")))


@rule(TermsChanged, Agreement.kind, "terms")
def terms_changed(state: Agreement, told: TermsChanged, now: datetime) -> Outcome[Agreement]:
    """An amendment is in force: its clocks are those of the new terms."""
    changed = replace(state, terms=told.terms, term_until=told.terms.term_until)
    changed = with_parties(changed, told.parties) if told.parties else changed
    entry = state.entry("agreement.terms_changed", state.id, told.agreement)
    drops: tuple[Tell, ...] = ()
    if changed.term_until != state.term_until or not told.terms.renewal_years:
        changed, drops = new_term(changed, "terms_changed")
    after = clocks(changed) if state.stage == IN_FORCE else changed
    return Outcome(state=after, entries=(entry,), tells=drops)
