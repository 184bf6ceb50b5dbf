"""Inputs, the exact split, the decision of all on it, the statement, and the payments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, Paper, Tell, rule
from teikei.domain.allocation.state import (
    DECISION,
    INPUTS,
    LOCKED,
    PREVIEW,
    SETTLED,
    Allocation,
    Amount,
    Line,
)
from teikei.domain.clock import Drop, FellDue, PaperReady, only_teikei
from teikei.domain.decision.state import new_decision
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Line as TextLine
from teikei.domain.fields import Minor, Sha256
from teikei.domain.matter import Due, Effect, Step
from teikei.domain.messages import DecisionClosed, EndKnown, PeriodSettled
from teikei.domain.money import split

MOST_AMOUNTS = 500
MOST_MINOR = 10**15
"""Of each side: its sum goes into the record, whose JSON (RFC 8785) holds integers below 2**53 only."""
REOPENED_DAYS = 10
MOST_LAPSES = 3
"""Votes that may lapse before silence ends the period undecided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterAmount(Act):
    """A company enters income or an allowed cost; the same (side, what) again takes its place, 0 takes it away."""

    kind: Literal["enter_amount"] = "enter_amount"
    side: Literal["income", "cost"]
    what: TextLine
    minor: Minor
    evidence_sha256: Sha256

    def decide(self, state: Allocation, by: Actor, now: datetime, /) -> Outcome[Allocation]:
        state.party(by.company)
        state.running(INPUTS)
        if by.company in state.closed:
            raise Conflict("allocation.inputs_closed")
        if self.side == "cost" and self.what not in state.allowed_costs:
            raise Invalid("allocation.cost_not_allowed", "/what", allowed=" / ".join(state.allowed_costs))
        if self.minor < 0:
            raise Invalid("allocation.negative", "/minor")
        key = (by.company, self.side, self.what)
        rest = tuple(a for a in state.amounts if (a.company, a.side, a.what) != key)
        mine = Amount(
            company=by.company,
            side=self.side,
            what=self.what,
            minor=self.minor,
            evidence_sha256=self.evidence_sha256,
            recorded_by=by.recorded_by,
        )
        amounts = (*rest, mine) if self.minor else rest
        if len(amounts) > MOST_AMOUNTS:
            raise Conflict("allocation.too_many_amounts", most=MOST_AMOUNTS)
        if sum(a.minor for a in amounts if a.side == self.side) > MOST_MINOR:
            raise Conflict("allocation.too_much", "/minor", most=MOST_MINOR)
        entry = state.entry(
            "allocation.amount_entered", state.id, by.company,
            side=self.side, what=self.what, minor=self.minor, currency=state.currency, evidence=self.evidence_sha256,
        )  # fmt: skip
        return Outcome(state=replace(state, amounts=amounts), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInputs(Act):
    """A company says that it has entered all that it has for the period."""

    kind: Literal["close_inputs"] = "close_inputs"

    def decide(self, state: Allocation, by: Actor, now: datetime, /) -> Outcome[Allocation]:
        state.party(by.company)
        state.running(INPUTS)
        if by.company in state.closed:
            raise Conflict("allocation.inputs_closed")
        closed = replace(state, closed=(*state.closed, by.company)).answered("inputs", by.company)
        entry = state.entry("allocation.inputs_closed", state.id, by.company)
        return Outcome(state=previewed(closed) if closed.wait("inputs") is None else closed, entries=(entry,))


@rule(FellDue, Allocation.kind, "inputs/lapse")
def inputs_lapsed(state: Allocation, due: Due, now: datetime) -> Outcome[Allocation]:
    """Who entered nothing is named; the split is made from what is there and still needs the vote of all."""
    wait = state.wait("inputs")
    missing = list(wait.awaits) if wait else []
    entry = state.entry("allocation.inputs_lapsed", state.id, *missing, companies=missing)
    return Outcome(state=previewed(state.closed_wait("inputs")), entries=(entry,))


def previewed(state: Allocation) -> Allocation:
    """Compute the split. A loss is not distributed: the pool is then zero."""
    income = sum(a.minor for a in state.amounts if a.side == "income")
    cost = sum(a.minor for a in state.amounts if a.side == "cost")
    pool = max(0, income - cost)
    ratio = {s.company: s.ratio for s in state.shares}
    order = state.companies()
    portions = split(pool, tuple(ratio[c] for c in order), state.tie_order)
    lines = tuple(
        Line(company=c, ratio=ratio[c], exact=p.exact, minor=p.amount, extra_unit=p.extra_unit)
        for c, p in zip(order, portions, strict=True)
    )
    return replace(state, stage=PREVIEW, income=income, cost=cost, pool=pool, lines=lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitSplit(Act):
    """The system puts the computed split to the vote of all companies."""

    kind: Literal["submit_split"] = "submit_split"

    def decide(self, state: Allocation, by: Actor, now: datetime, /) -> Outcome[Allocation]:
        only_teikei(by)
        state.running(PREVIEW)
        decision = new_decision(
            state, "allocation", now, days=state.decision_days, about=state.id, voting=state.voting,
            amount=state.pool,
        )  # fmt: skip
        amounts = [f"{line.company} {line.minor}" for line in state.lines]
        entry = state.entry(
            "allocation.submitted", state.id, decision.id,
            income=state.income, cost=state.cost, pool=state.pool, currency=state.currency, amounts=amounts,
        )  # fmt: skip
        called = replace(state, stage=DECISION, decision=decision.id, children=(*state.children, decision.id))
        return Outcome(state=called, entries=(entry,), born=(decision,), created=(decision.id,))


@rule(DecisionClosed, Allocation.kind, "allocation")
def split_decided(state: Allocation, told: DecisionClosed, now: datetime) -> Outcome[Allocation]:
    """All agreed: the split is locked and its statement written. Else the inputs open again."""
    rest = replace(state.without_child(told.decision), decision="")
    if told.outcome == "approved":
        entry = state.entry(
            "allocation.locked", state.id, told.decision, pool=state.pool, currency=state.currency
        )
        effect = Effect(key="statement/1", paper="statement")
        locked = replace(
            rest,
            stage=LOCKED,
            votes=told.votes,
            because=told.because,
            sole=told.sole,
            decided_on=state.local_day(now),
            decided_by=told.decision,
            owes=(*state.owes, effect),
        )
        return Outcome(state=locked, entries=(entry,))
    lapses = state.lapses + (told.outcome == "lapsed")
    if lapses >= MOST_LAPSES:
        return _undecided(replace(rest, lapses=lapses), told)
    reopened = replace(rest, stage=INPUTS, closed=(), lines=(), income=0, cost=0, pool=0, lapses=lapses)
    reopened = reopened.ask("inputs", state.companies(), now, Step(n=REOPENED_DAYS, unit="business_day"))
    return Outcome(
        state=reopened,
        entries=(state.entry("allocation.reopened", state.id, told.decision, outcome=told.outcome),),
    )


def _undecided(state: Allocation, told: DecisionClosed) -> Outcome[Allocation]:
    """Silence three times over: the period ends without a split; what was entered stands in the record."""
    done = _settled(replace(state, undecided=True, pool=0, lines=()))
    entry = state.entry("allocation.undecided", state.id, told.decision, lapses=state.lapses)
    return replace(done, entries=(entry, *done.entries))


@rule(PaperReady, Allocation.kind, "statement")
def statement_written(state: Allocation, ready: PaperReady, now: datetime) -> Outcome[Allocation]:
    """The statement is written; who receives money confirms that it came."""
    receivers = tuple(line.company for line in state.lines if line.minor)
    entry = state.entry("allocation.statement_written", state.id, sha256=ready.sha256, clauses=ready.clauses)
    paper = Paper(
        sha256=ready.sha256, kind="statement", name=f"statement-{state.number}.docx", size=ready.size
    )
    written = replace(state, statement_sha256=ready.sha256)
    if not receivers:
        done = _settled(written)
        return replace(done, entries=(entry, *done.entries), papers=(paper,))
    waiting = written.ask("payment", receivers, now, Step(n=state.payment_days, unit="day"))
    return Outcome(state=waiting, entries=(entry,), papers=(paper,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPayment(Act):
    """A company confirms that it has received its part."""

    kind: Literal["confirm_payment"] = "confirm_payment"
    evidence_sha256: Sha256

    def decide(self, state: Allocation, by: Actor, now: datetime, /) -> Outcome[Allocation]:
        state.party(by.company)
        state.running(LOCKED)
        wait = state.wait("payment")
        if wait is None or by.company not in wait.awaits:
            raise Conflict("allocation.nothing_to_confirm")
        minor = next(line.minor for line in state.lines if line.company == by.company)
        entry = state.entry(
            "allocation.payment_confirmed",
            state.id,
            by.company,
            minor=minor,
            currency=state.currency,
            evidence=self.evidence_sha256,
        )
        paid = state.answered("payment", by.company)
        if paid.wait("payment"):
            return Outcome(state=paid, entries=(entry,))
        done = _settled(paid)
        return replace(done, entries=(entry, *done.entries))


@rule(FellDue, Allocation.kind, "payment/lapse")
def payment_lapsed(state: Allocation, due: Due, now: datetime) -> Outcome[Allocation]:
    """Nobody confirmed: the period closes as settled on paper, and the record names what is unconfirmed."""
    wait = state.wait("payment")
    missing = list(wait.awaits) if wait else []
    done = _settled(state)
    entry = state.entry("allocation.payment_unconfirmed", state.id, *missing, companies=missing)
    return replace(done, entries=(entry, *done.entries))


def _settled(state: Allocation) -> Outcome[Allocation]:
    over = replace(state.quiet(), stage=SETTLED, recorded=())
    told = PeriodSettled(allocation=state.id, number=state.number, pool=state.pool, recorded=state.recorded)
    entry = state.entry("allocation.settled", state.id, pool=state.pool, currency=state.currency)
    return Outcome(state=over, entries=(entry,), tells=(Tell(to=state.parent, act=told),))


@rule(EndKnown, Allocation.kind, "end")
def last_one(state: Allocation, told: EndKnown, now: datetime) -> Outcome[Allocation]:
    """No period comes after this one: it is what it would be had the end been known before it opened."""
    entry = state.entry("period.is_final", state.id, number=state.number, end_date=told.end_date.isoformat())
    return Outcome(state=replace(state, final=True), entries=(entry,))


@rule(Drop, Allocation.kind, "drop")
def dropped(state: Allocation, drop: Drop, now: datetime) -> Outcome[Allocation]:
    """The alliance is over without this period."""
    drops = tuple(Tell(to=child, act=Drop(reason=drop.reason)) for child in state.children)
    over = replace(state.quiet(), stage=SETTLED, dropped=True, children=())
    return Outcome(
        state=over, entries=(state.entry("allocation.dropped", state.id, reason=drop.reason),), tells=drops
    )
