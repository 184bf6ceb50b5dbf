"""Exit: the checklist, the termination agreement where the exit is agreed, the final allocation, and the close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Entry, Outcome, Tell, rule
from teikei.domain.agreement.state import new_agreement
from teikei.domain.alliance.closing import progressed
from teikei.domain.alliance.operation import open_period, plan_period
from teikei.domain.alliance.owing import realigned
from teikei.domain.alliance.state import EXIT, OPERATION, Alliance, Exit, ExitItem
from teikei.domain.alliance.surviving import survivors
from teikei.domain.clock import Drop, FellDue, only_teikei
from teikei.domain.days import ONE_DAY
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Day, Line, Note
from teikei.domain.ids import kind_of
from teikei.domain.matter import Due, Step, on
from teikei.domain.messages import AgreementMoved, EndKnown, TermsChanged
from teikei.domain.terms import TerminationTerms

EACH_COMPANY = ("return_materials", "stop_marks", "people_and_equipment")
"""What every company does on the way out."""
SYSTEM = ("open_period", "final_allocation")
"""What the system ticks: a period that is open when the exit begins, and the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginExit(Act):
    """A party begins the agreed exit: the termination agreement is drafted for all to approve and sign."""

    kind: Literal["begin_exit"] = "begin_exit"
    end_date: Day
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(OPERATION)
        assert state.terms is not None
        if not state.local_day(now) <= self.end_date <= state.terms.term_until:
            raise Invalid("exit.end_date", "/end_date", last=state.terms.term_until.isoformat())
        if state.period_from and self.end_date < state.period_from:
            raise Invalid("exit.before_the_period", "/end_date", first=state.period_from.isoformat())
        return begin_exit(state, self.reason, self.end_date, now, agreed=True)


def begin_exit(
    state: Alliance, reason: str, end_date: date, now: datetime, *, agreed: bool
) -> Outcome[Alliance]:
    """From operation to exit: nothing of operation falls due any more; the checklist is open."""
    plan = exit_plan(state, reason, end_date, now, agreed=agreed)
    leaving = replace(
        _without_reviews(state).without_child(state.amending),
        amending="",
        stage=EXIT,
        exit=plan,
    )
    days = state.terms.return_days if state.terms else 30
    leaving = leaving.ask("exit", state.companies(), max(now, on(end_date)), Step(n=max(1, days), unit="day"))
    leaving = realigned(leaving, now)
    entry = state.entry(
        "exit.begun", state.id, reason=reason, end_date=end_date.isoformat(), agreed=str(agreed).lower()
    )
    dropped = (Tell(to=state.amending, act=Drop(reason="exit_begun")),) if state.amending else ()
    return Outcome(state=leaving, entries=(entry,), tells=dropped)


def exit_plan(state: Alliance, reason: str, end_date: date, now: datetime, *, agreed: bool) -> Exit:
    """What leaving on that day takes: the checklist, and what survives."""
    money = any(kind_of(child) == "allocation" for child in state.children)
    system = tuple(code for code in SYSTEM if code != "open_period" or money)
    return Exit(
        reason=reason,
        end_date=end_date,
        started=now,
        checklist=(
            *(ExitItem(code=code, company=p.company) for p in state.parties for code in EACH_COMPANY),
            *(ExitItem(code=code, company="") for code in system),
        ),
        terminated=not agreed,
        survivors=survivors(state, end_date),
    )


def _without_reviews(state: Alliance) -> Alliance:
    for wait in state.waits:
        if wait.item.startswith("review-"):
            state = state.closed_wait(wait.item)
    return state.without_due("period/open")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTermination(Act):
    """The system has the termination agreement drafted."""

    kind: Literal["draft_termination"] = "draft_termination"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        only_teikei(by)
        state.running(EXIT)
        if not termination_missing(state):
            raise Conflict("exit.drafted_already")
        assert state.exit is not None
        assert state.terms is not None
        terms = TerminationTerms(
            end_date=state.exit.end_date,
            reason=state.exit.reason,
            settlement_days=state.terms.payment_days,
            base_title=state.main_title,
            base_date=state.signed_on,
            court=state.terms.court,
            medium=state.terms.medium,
            secrecy_years=state.terms.secrecy_years,
            return_days=state.terms.return_days,
            checklist=tuple(dict.fromkeys(i.code for i in state.exit.checklist)),
        )
        agreement = new_agreement(state, "termination", terms, now)
        drafted = replace(
            state,
            exit=replace(state.exit, termination=agreement.id),
            children=(*state.children, agreement.id),
        )
        entry = state.entry("exit.termination_drafted", agreement.id)
        return Outcome(state=drafted, entries=(entry,), born=(agreement,), created=(agreement.id,))


def termination_missing(state: Alliance) -> bool:
    """The exit is agreed and its termination agreement is neither drafted nor in force."""
    return state.exit is not None and not state.exit.terminated and not state.exit.termination


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinalPeriod(Act):
    """The system opens the last allocation period, up to the end date."""

    kind: Literal["open_final_period"] = "open_final_period"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        only_teikei(by)
        state.running(EXIT)
        if not final_period_missing(state):
            raise Conflict("exit.final_period_open")
        assert state.exit is not None
        assert state.period_from is not None
        if state.period_from > state.exit.end_date:
            covered = replace(
                state, exit=replace(state.exit, final_period="-").ticked("final_allocation", "")
            )
            done = progressed(covered, state.entry("exit.nothing_left_to_allocate"))
            return replace(done, tells=(*_last_period(state, state.exit.end_date), *done.tells))
        opened = open_period(state, state.exit.end_date, final=True)
        final = replace(state.exit, final_period=opened.born[0].id)
        return replace(opened, state=replace(opened.state, exit=final))


def _last_period(state: Alliance, end: date) -> tuple[Tell, ...]:
    """The period that ends with the alliance opened before that end was known, at the same instant maybe."""
    opened = state.open_period in state.children and state.period_from == end + ONE_DAY
    return (Tell(to=state.open_period, act=EndKnown(end_date=end)),) if opened else ()


def final_period_missing(state: Alliance) -> bool:
    """The old agreement has ended and the last allocation period is not open yet."""
    return state.exit is not None and state.exit.terminated and not state.exit.final_period


@rule(AgreementMoved, Alliance.kind, "termination")
def termination_moved(state: Alliance, told: AgreementMoved, now: datetime) -> Outcome[Alliance]:
    """The termination agreement binds: the main agreement ends. It failed: operation goes on."""
    entry = state.entry(f"exit.termination_{told.to}", told.agreement, reason=told.reason)
    if state.exit is None or told.to in {"approved", "reopened", "renewed"}:
        return Outcome(state=state, entries=(entry,))
    if told.to == "ended":
        rest = state.without_child(told.agreement)
        if state.exit.terminated:
            return Outcome(state=rest, entries=(entry,))
        back = replace(rest.closed_wait("exit"), stage=OPERATION, exit=None)
        return Outcome(state=realigned(plan_period(back), now), entries=(entry,))
    if state.exit.end_date > state.local_day(now):
        end = Due(key="end/day", base=on(state.exit.end_date), steps=(Step(n=1, unit="day"),), slide="none")
        return Outcome(state=state.with_due(end), entries=(entry,), tells=_not_renewed(state, told))
    return _terminated(state, entry)


def _not_renewed(state: Alliance, told: AgreementMoved) -> tuple[Tell, ...]:
    """The end is agreed: the main agreement is not renewed any more, and nobody is asked or told about that."""
    if state.terms is None or not state.terms.renewal_years:
        return ()
    terms = replace(state.terms, renewal_years=0)
    return (Tell(to=state.main, act=TermsChanged(agreement=told.agreement, terms=terms)),)


@rule(FellDue, Alliance.kind, "end/day")
def end_day(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The agreed last day is over: now the main agreement ends and the last period can be settled."""
    return _terminated(state, state.entry("exit.end_day", state.id))


def _terminated(state: Alliance, entry: Entry) -> Outcome[Alliance]:
    assert state.exit is not None
    over = replace(state.without_due("end/day"), exit=replace(state.exit, terminated=True))
    outcome = progressed(over, entry)
    return replace(outcome, tells=(Tell(to=state.main, act=Drop(reason="terminated")), *outcome.tells))


@dataclass(frozen=True, slots=True, kw_only=True)
class TickExitItem(Act):
    """A company says that one of its items on the exit checklist is done, and how."""

    kind: Literal["tick_exit_item"] = "tick_exit_item"
    item: Line
    how: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(EXIT)
        assert state.exit is not None
        mine = next(
            (i for i in state.exit.checklist if i.code == self.item and i.company == by.company), None
        )
        if mine is None:
            raise Invalid("exit.unknown_item", "/item", items=", ".join(EACH_COMPANY))
        if mine.done:
            raise Conflict("exit.ticked_already")
        ticked = state.exit.ticked(self.item, by.company)
        rest = replace(state, exit=ticked)
        if all(i.done for i in ticked.checklist if i.company == by.company):
            rest = rest.answered("exit", by.company)
        return progressed(rest, state.entry("exit.item_done", by.company, item=self.item, how=self.how))


@rule(FellDue, Alliance.kind, "exit/lapse")
def exit_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """What nobody did stands open in the record; the alliance closes all the same."""
    assert state.exit is not None
    missing = [f"{i.company} {i.code}" for i in state.exit.checklist if i.company and not i.done]
    rest = replace(state.closed_wait("exit"), exit=replace(state.exit, lapsed=True))
    return progressed(rest, state.entry("exit.lapsed", state.id, items=missing))
