"""Notices and periods: the last day of a notice, the safe day to send it, when it arrives, when a period ends.

Sources: 民法 97条 (a notice works on arrival), 138条 (the rules of periods give way
to what a contract says), 140条 to 143条.  Doctrine is open on counting backwards
(大判昭和10年7月15日 wants whole weeks between the notice of a meeting and its day): confirm
with counsel.  Wherever it is open, we name the earlier day; docs/calendar.md says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from teikei.domain.calendar import Calendar
from teikei.domain.days import ONE_DAY, Reason, add_months, has_corresponding_day, last_day
from teikei.domain.matter import DayKind, Step

DELIVERY = 5
"""Business days that we allow a notice for its way, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDay:
    """A day with the way to it; the last reason names the day itself."""

    day: date
    explanation: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDays:
    """By when a notice has to arrive, and when to send it so that it does."""

    legal_last_day: date
    """Whoever has it arrive by then is in time however the months are counted. Never slides."""
    safe_day: date
    """A business day, so many business days of delivery before the legal last day."""
    explanation: tuple[Reason, ...]


def corresponding_day(last: date, months: int) -> date:
    """応当日: the day that bears the same number, so many months before. Later is late on every reading."""
    return add_months(last, -months)


def legal_last_day(last: date, months: int) -> date:
    """The last day on which "N months before the day of expiry" is kept on every reading.

    `last` itself is not counted (民法140条 by analogy), so the N months that must lie between
    reach back to the corresponding day, and the notice arrives the day before: then N months
    counted forwards from its arrival (140条, 143条) have ended before `last` begins.  Many take
    the corresponding day itself to be early enough; that reading is a day later.
    """
    return corresponding_day(last, months) - ONE_DAY


def notice_steps(months: int, delivery_business_days: int = DELIVERY) -> tuple[Step, ...]:
    """The safe day as steps from the day of expiry; it slides `earlier`."""
    back = (Step(n=-months, unit="month"), Step(n=-1, unit="day"))
    return (*back, Step(n=-delivery_business_days, unit="business_day")) if delivery_business_days else back


def backward(
    last: date, months: int, calendar: Calendar, delivery_business_days: int = DELIVERY
) -> NoticeDays:
    """The days of a notice that has to arrive `months` months before `last`, the day of expiry.

    Neither day ever slides later, whatever weekday the legal last day is.
    """
    steps = notice_steps(months, delivery_business_days)
    counted = calendar.trace(last, steps[:2], "none")
    legal = counted[-1].day
    sent = calendar.trace(legal, steps[2:], "earlier")
    rolled = sent[1:-1] if delivery_business_days else sent[1:]
    off = calendar.closed(legal)
    explanation = (
        replace(counted[0], code="expiry"),
        *counted[1:-1],
        Reason(code="clear_months", day=legal, n=months),
        *((Reason(code="never_later", day=legal, cause=off),) if off else ()),
        *rolled,
        Reason(code="safe", day=sent[-1].day, n=delivery_business_days),
    )
    return NoticeDays(legal_last_day=legal, safe_day=sent[-1].day, explanation=explanation)


def explained_safe_day(why: tuple[Reason, ...], months: int) -> tuple[Reason, ...]:
    """The way to a safe day as `backward` says it, from that of a due item with the steps of `notice_steps`."""
    if len(why) < 4:
        return ()
    expiry, back, legal, *rolled, safe = why
    off = rolled[0].cause if rolled else ""
    return (
        replace(expiry, code="expiry"),
        back,
        replace(legal, code="clear_months", n=months),
        *((Reason(code="never_later", day=legal.day, cause=off),) if off else ()),
        *rolled,
        replace(safe, code="safe"),
    )


def forward(
    event: date,
    n: int,
    unit: Literal["day", "month"],
    calendar: Calendar,
    *,
    from_midnight: bool = False,
    kind: DayKind = "civil",
) -> ExplainedDay:
    """The last day of a period of `n` (one or more) days or months that runs from an event.

    The day of the event is not counted unless the period starts at 00:00 (民法140条).  A last day that
    is off moves to the next open day (民法142条, or the contract's own rule with `kind="business_day"`).
    The end of a contract's term is no such day: it is `days.last_day`, whatever weekday it is.
    """
    first = event if from_midnight else event + ONE_DAY
    end = last_day(first, n) if unit == "month" else first + timedelta(days=n - 1)
    short = "_end" if unit == "month" and not has_corresponding_day(first, n) else ""
    explanation = (
        Reason(code="midnight" if from_midnight else "event", day=event),
        Reason(code=f"{unit}s_over{short}", day=end, n=n),
        *calendar.slid(end, "later", kind),
    )
    return ExplainedDay(day=explanation[-1].day, explanation=explanation)


def deemed_arrival(sent_on: date, n: int, calendar: Calendar) -> ExplainedDay:
    """Where the contract deems a notice to arrive `n` business days after it was sent (that day not counted)."""
    day = calendar.step(sent_on, Step(n=n, unit="business_day"))
    sent = Reason(code="sent", day=sent_on)
    return ExplainedDay(day=day, explanation=(sent, Reason(code="deemed", day=day, n=n)))


def arrival(evidenced: date | None, deemed: ExplainedDay | None = None) -> ExplainedDay | None:
    """When a notice arrived (民法97条): as evidenced, or as deemed if that is earlier. None: not yet, however long ago
    it was sent. Periods that run from a notice run from this day.
    """
    if evidenced is None or (deemed and deemed.day < evidenced):
        return deemed
    return ExplainedDay(day=evidenced, explanation=(Reason(code="arrived", day=evidenced),))
