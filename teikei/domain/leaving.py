"""「今日やめるなら」, if we left today: what an exit begun on this day would bring, by the same rules as the exit itself.

The end is the earliest that one party can bring about by itself: a notice sent
today that has its business days of delivery and then its months, or the end of
the term where a refusal of renewal sent today still arrives in time.  Facts and
days only; whether to leave is for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.duties import Survivor
from teikei.domain.alliance.exits import begin_exit
from teikei.domain.alliance.owing import is_overdue
from teikei.domain.alliance.state import EXIT, OPERATION, Alliance, ExitItem
from teikei.domain.allocation.split import previewed
from teikei.domain.allocation.state import LOCKED, Allocation
from teikei.domain.calendar import Calendar, settle
from teikei.domain.days import ONE_DAY, Reason
from teikei.domain.errors import Conflict
from teikei.domain.matter import Step
from teikei.domain.notices import DELIVERY, ExplainedDay, backward, forward
from teikei.domain.reasons import explained
from teikei.domain.register import notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The same words in both languages."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one party receives of a period, in minor units."""

    company: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Money of a period that is open: decided and not confirmed as paid, or what its figures of today would give."""

    allocation: str
    number: int
    first: date
    last: date
    decided: bool
    currency: str
    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An obligation that stands; one whose day lies after the end falls away with it."""

    number: int
    owner: str
    what: str
    basis: str
    day: date
    overdue: bool
    held: str
    falls_away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The page."""

    as_of: date
    begun: bool
    """The alliance is leaving already: the days are those of its exit."""
    legal_last_day: date | None
    safe_day: date | None
    notice_why: Said
    end_date: date
    end_why: Said
    period_from: date | None
    """First day of the last period that is still to be opened; empty: all is covered."""
    money: tuple[Held, ...]
    checklist: tuple[ExitItem, ...]
    returns_by: date | None
    """By when every company is asked for its items of the checklist."""
    survivors: tuple[Survivor, ...]
    obligations: tuple[Owed, ...]


def leaving(
    state: Alliance, main: Agreement | None, periods: Sequence[Allocation], calendar: Calendar, now: datetime
) -> Leaving:
    """What leaving today means; `Conflict("leaving.nothing_to_leave")` where no main agreement binds."""
    if state.stage not in {OPERATION, EXIT} or main is None or state.terms is None:
        raise Conflict("leaving.nothing_to_leave", stage=state.stage)
    today = state.local_day(now)
    end = earliest_end(state, main, calendar, today)
    begun = state.exit is not None
    gone = state if begun else settle(begin_exit(state, "-", end.day, now, agreed=True).state, calendar, now)
    plan, wait = gone.exit, gone.wait("exit")
    assert plan is not None
    legal, safe = notice(main, calendar)
    days = (
        backward(main.term_until, state.terms.notice_months, calendar) if legal and main.term_until else None
    )
    covered = gone.period_from is None or gone.period_from > plan.end_date
    return Leaving(
        as_of=today,
        begun=begun,
        legal_last_day=legal,
        safe_day=safe,
        notice_why=_said(days.explanation if days else ()),
        end_date=plan.end_date,
        end_why=_said(() if begun else end.explanation),
        period_from=None if covered or plan.final_period else gone.period_from,
        money=tuple(_held(p) for p in periods if not p.over),
        checklist=plan.checklist,
        returns_by=state.local_day(wait.deadline) if wait and wait.deadline else None,
        survivors=plan.survivors,
        obligations=_owed(state, plan.end_date),
    )


def earliest_end(state: Alliance, main: Agreement, calendar: Calendar, today: date) -> ExplainedDay:
    """The first last day of the agreement that a party can bring about by what it sends today, and why."""
    assert state.terms is not None
    by_notice = _by_notice(state.terms.exit_notice_months, calendar, today)
    until = main.term_until
    _, safe = notice(main, calendar)
    runs_out = safe is None or today <= safe
    if until and runs_out and until <= by_notice.day:
        return ExplainedDay(day=until, explanation=(Reason(code="expiry", day=until),))
    return by_notice


def _by_notice(months: int, calendar: Calendar, today: date) -> ExplainedDay:
    """The months are counted forwards from the arrival; whoever leaves on the day after is in time on every reading."""
    sent = calendar.trace(today, (Step(n=DELIVERY, unit="business_day"),), "none")
    arrived = sent[-1].day
    counted = forward(arrived, months, "month", calendar).explanation[:2] if months else ()
    over = counted[-1].day if counted else arrived
    day = over + ONE_DAY
    return ExplainedDay(day=day, explanation=(*sent, *counted, Reason(code="leaves", day=day)))


def _said(why: tuple[Reason, ...]) -> Said:
    return Said(ja=explained("ja", why), en=explained("en", why))


def _held(period: Allocation) -> Held:
    decided = period.stage == LOCKED
    lines = period.lines if decided else previewed(period).lines
    wait = period.wait("payment")
    unpaid = wait.awaits if wait else period.companies()
    portions = (Portion(company=line.company, minor=line.minor) for line in lines if line.company in unpaid)
    return Held(
        allocation=period.id,
        number=period.number,
        first=period.period_from,
        last=period.period_until,
        decided=decided,
        currency=period.currency,
        portions=tuple(portions),
    )


def _owed(state: Alliance, end: date) -> tuple[Owed, ...]:
    return tuple(
        Owed(
            number=o.number,
            owner=o.owner,
            what=o.what,
            basis=o.basis,
            day=o.day,
            overdue=is_overdue(state, o) or o.status == "missed",
            held=o.held,
            falls_away=o.day > end,
        )
        for o in state.obligations
        if o.status in {"open", "missed"}
    )
