"""Named days become instants. Holidays are passed in as data; no clock is read.

Rules: the first day is not counted (民法140条); months run by the calendar
(民法143条); a forward period that ends on a day without business ends on the
next business day (民法142条, and contract business days); a backward deadline
never slides later (docs note: product corrections 2 to 4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from teikei.domain.days import add_months
from teikei.domain.matter import Due, Matter, Slide, Step, Wait

OPENING = time(9, 0)
"""Local time at which a whole-day item falls due."""

S = TypeVar("S", bound=Matter)
_SHORT = {"day": "d", "business_day": "bd", "month": "m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A business calendar: its zone, its days without business, and the version of that data."""

    name: str
    zone: str
    holidays: frozenset[date]
    version: str

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def local_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def opening(self, day: date) -> datetime:
        """09:00 local on that day, as UTC."""
        return datetime.combine(day, OPENING, ZoneInfo(self.zone)).astimezone(UTC)

    def slide(self, day: date, slide: Slide) -> date:
        if slide == "none":
            return day
        way = timedelta(days=1 if slide == "later" else -1)
        while not self.is_business_day(day):
            day += way
        return day

    def step(self, day: date, step: Step) -> date:
        if step.unit == "day":
            return day + timedelta(days=step.n)
        if step.unit == "month":
            return add_months(day, step.n)
        if step.n <= 0:  # backwards from a day without business counts from the business day before it
            day = self.slide(day, "earlier" if step.n < 0 else "later")
        for _ in range(abs(step.n)):
            day = self.slide(
                day + timedelta(days=1 if step.n > 0 else -1), "later" if step.n > 0 else "earlier"
            )
        return day


def resolve(due: Due, calendar: Calendar) -> Due:
    """Give a due item its instant and the explanation of that instant."""
    if due.at is not None:
        return due
    if not due.whole_day:
        return replace(due, at=due.base, because=f"{due.base.isoformat()} exact")
    start = calendar.local_day(due.base)
    day = start
    for step in due.steps:
        day = calendar.step(day, step)
    day = calendar.slide(day, due.slide)
    path = " ".join(f"{s.n:+d}{_SHORT[s.unit]}" for s in due.steps)
    because = f"{start} {path} {due.slide} = {day} ({calendar.name} {calendar.version})"
    return replace(due, at=calendar.opening(day), because=because)


def settle(state: S, calendar: Calendar, now: datetime) -> S:
    """Resolve every new due item; reminders whose day has passed already are not sent late."""
    resolved = (resolve(d, calendar) if d.at is None else d for d in state.due)
    fresh = {d.key for d in state.due if d.at is None}
    kept = tuple(d for d in resolved if not (d.drop_if_past and d.key in fresh and d.at and d.at <= now))
    waits = tuple(w if w.deadline else _wait_settled(w, calendar) for w in state.waits)
    return replace(state, due=kept, waits=waits)


def _wait_settled(wait: Wait, calendar: Calendar) -> Wait:
    day = resolve(Due(key=f"{wait.item}/deadline", base=wait.since, steps=wait.steps), calendar)
    return replace(wait, deadline=day.at, because=day.because)
