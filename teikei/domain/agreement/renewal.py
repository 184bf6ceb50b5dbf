"""Renewal as a decision: all are asked before the safe day; who says no has its notice drafted, and records its way.

By contract the agreement is renewed unless one party refuses (更新拒絶), so a no is
that party's own wish to refuse, and silence leaves the contract as it is.  The
day on which all are asked is counted back from the safe day and never slides later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from teikei.domain.act import Act, Actor, Outcome, Paper, Tell, rule
from teikei.domain.agreement.refusals import Refusal, Sending
from teikei.domain.agreement.state import IN_FORCE, Agreement
from teikei.domain.clock import Drop, FellDue, PaperReady
from teikei.domain.decision.state import new_decision
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Day, Id, Line, at_most
from teikei.domain.matter import Due, Effect, Party, Step
from teikei.domain.messages import DecisionClosed
from teikei.domain.notices import explained_safe_day, legal_last_day
from teikei.domain.parties import unasked
from teikei.domain.reasons import packed

LAPSE_DAYS = 1
"""Business days after the deadline at which a decision on renewal lapses: silence changes nothing, the notice must go."""
DRAFT_DAYS = 5
"""Business days to draft a notice, have it signed and bring it on its way."""


def ask_ahead(decision_days: int) -> Step:
    """From the safe day back to the day on which all are asked."""
    return Step(n=-(decision_days + LAPSE_DAYS + DRAFT_DAYS), unit="business_day")


@rule(FellDue, Agreement.kind, "renewal/decide")
def renewal_called(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """All are asked whether to renew; after a long suspension it may be too late for an answer to matter."""
    assert state.terms is not None
    assert state.term_until is not None
    legal = legal_last_day(state.term_until, state.terms.notice_months)
    if state.local_day(now) >= legal:
        entry = state.entry("agreement.renewal_not_asked", state.id, legal_last_day=legal.isoformat())
        return Outcome(state=state, entries=(entry,))
    decision = new_decision(state, "renewal", now, days=state.terms.decision_days, about=state.id)
    called = replace(state, renewal_decision=decision.id, children=(*state.children, decision.id))
    entry = state.entry(
        "agreement.renewal_called", state.id, decision.id,
        term_until=state.term_until.isoformat(), legal_last_day=legal.isoformat(), because=due.because,
    )  # fmt: skip
    return Outcome(state=called, entries=(entry,), born=(decision,), created=(decision.id,))


@rule(DecisionClosed, Agreement.kind, "renewal")
def renewal_decided(state: Agreement, told: DecisionClosed, now: datetime) -> Outcome[Agreement]:
    """Who said no has its notice drafted. Otherwise the contract goes its way: it is renewed."""
    entry = state.entry(f"agreement.renewal_{told.outcome}", state.id, told.decision)
    rest = state.without_child(told.decision)
    if told.decision != state.renewal_decision:
        return Outcome(state=rest, entries=(entry,))
    rest = replace(rest, renewal_decision="")
    here = state.companies()
    said_no = [c for c, choice in (v.split() for v in told.votes) if choice == "no" and c in here]
    if told.outcome != "approved":
        for company in said_no:
            rest = _drafting(rest, company, told.decision)
    return Outcome(state=rest, entries=(entry,))


def _drafting(state: Agreement, company: str, decision: str) -> Agreement:
    refusal = replace(refusal_of(state, company), decision=decision)
    effect = Effect(key=refusal.effect, paper="notice")
    return replace(with_refusal(state, refusal), owes=(*state.owes, effect))


@rule(PaperReady, Agreement.kind, "notice")
def notice_written(state: Agreement, ready: PaperReady, now: datetime) -> Outcome[Agreement]:
    """The notice is drafted; its party hears by when it has to be on its way."""
    refusal = next(r for r in state.refusals if r.effect == ready.effect)
    written = with_refusal(state, replace(refusal, sha256=ready.sha256))
    paper = Paper(
        sha256=ready.sha256, kind="notice", name=f"renewal-refusal-{refusal.number}.docx", size=ready.size
    )
    entry = state.entry(
        "agreement.notice_drafted", state.id, refusal.by, sha256=ready.sha256, clauses=ready.clauses
    )
    mail = state.mail_to(refusal.by, "notice_drafted", ready.effect, **notice_values(state))
    return Outcome(state=written, entries=(entry,), papers=(paper,), mails=(mail,))


def notice_values(state: Agreement, fell: Due | None = None) -> dict[str, Any]:
    """What a mail says of the days of a refusal; the safe day and why, as the due item `notice/safe` has them."""
    assert state.terms is not None
    assert state.term_until is not None
    months = state.terms.notice_months
    safe = fell if fell and fell.what == "safe" else state.due_item("notice/safe")
    why = explained_safe_day(safe.why, months) if safe else ()
    return {
        "legal_last_day": legal_last_day(state.term_until, months).isoformat(),
        "term_until": state.term_until.isoformat(),
        "safe_day": state.local_day(safe.at).isoformat() if safe and safe.at else "",
        "deadline": state.local_day(safe.at).isoformat() if safe and safe.at else "",
        "why": packed(why),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNoticeSent(Act):
    """A party records that its refusal of renewal is on its way: to whom, how, when. It works only on arrival."""

    kind: Literal["record_notice_sent"] = "record_notice_sent"
    to: Annotated[tuple[Id, ...], at_most(9, 1)]
    how: Line
    sent_on: Day

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        refusable(state, self.sent_on, now, "/sent_on")
        known_addressees(state, by, self.to)
        refusal = refusal_of(state, by.company)
        sending = Sending(to=self.to, how=self.how, sent_on=self.sent_on)
        sent = with_refusal(state, replace(refusal, sent=(*refusal.sent, sending)[-9:]))
        entry = state.entry(
            "agreement.notice_sent", state.id, by.company, to=list(self.to), how=self.how, sent_on=self.sent_on.isoformat()
        )  # fmt: skip
        return Outcome(state=sent, entries=(entry,))


def refusable(state: Agreement, day: date, now: datetime, pointer: str) -> None:
    """Refuse unless renewal can still be refused and this day can be one of its notice's."""
    # A notice works on arrival (民法97条), suspended or not.
    replace(state, suspended=None).running(IN_FORCE)
    if state.terms is None or state.terms.renewal_years == 0 or state.term_until is None:
        raise Conflict("agreement.no_renewal")
    if state.renewal_refused:
        raise Conflict("agreement.renewal_refused_already")
    if day > state.local_day(now):
        raise Invalid("agreement.arrival_in_the_future", pointer)
    if state.term_since and day < state.term_since:
        raise Conflict("agreement.arrived_before_the_term", term_since=state.term_since.isoformat())


def known_addressees(state: Agreement, by: Actor, to: tuple[str, ...]) -> None:
    """Only other parties, each once."""
    others = {c for c in state.companies() if c != by.company}
    if not set(to) <= others or len(set(to)) != len(to):
        raise Invalid("parties.unknown_company", "/to")


def refusal_of(state: Agreement, company: str) -> Refusal:
    """The refusal of a party for this term, or a new one."""
    found = next((r for r in state.refusals if r.by == company), None)
    return found or Refusal(number=state.refusal_count + 1, by=company)


def with_refusal(state: Agreement, refusal: Refusal) -> Agreement:
    """The agreement with this refusal in the place that its party's has."""
    if all(r.by != refusal.by for r in state.refusals):
        return replace(state, refusals=(*state.refusals, refusal), refusal_count=refusal.number)
    return replace(state, refusals=tuple(refusal if r.by == refusal.by else r for r in state.refusals))


def unrefused(state: Agreement, refusal: Refusal) -> Agreement:
    """The refusal is gone, with the paper that was owed for it."""
    return replace(
        state,
        refusals=tuple(r for r in state.refusals if r != refusal),
        owes=tuple(e for e in state.owes if e.key != refusal.effect),
    )


def with_parties(state: Agreement, parties: tuple[Party, ...]) -> Agreement:
    """Other parties: nobody waits for one that left, and its refusal of renewal left with it."""
    here = {p.company for p in parties}
    state = unasked(state, frozenset(state.companies()) - here)
    for refusal in state.refusals:
        state = state if refusal.by in here else unrefused(state, refusal)
    return replace(state, parties=parties, houses=tuple(h for h in state.houses if h.company in here))


def settled_for_term(state: Agreement, reason: str) -> tuple[Agreement, tuple[Tell, ...]]:
    """The question of this term's renewal is answered: nobody decides or drafts about it any more."""
    if not state.renewal_decision:
        return state, ()
    drop = Tell(to=state.renewal_decision, act=Drop(reason=reason))
    return replace(state, renewal_decision=""), (drop,)


def new_term(state: Agreement, reason: str) -> tuple[Agreement, tuple[Tell, ...]]:
    """Another term: what was said about the last one's renewal is over."""
    for refusal in state.refusals:
        state = unrefused(state, refusal)
    return settled_for_term(state, reason)
