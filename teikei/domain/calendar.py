"""Named days become instants. Holidays are passed in as data; no clock is read.

Three kinds of days, kept apart (docs/calendar.md):

- `business_day`: what a contract calls so. Weekends, the holidays of the
  calendar and the contract's own days off are none; its own working days are.
- `bank_day` (銀行法15条, 同施行令5条): not Sundays, Saturdays, national holidays,
  31 December to 3 January.
- `civil` (民法142条): not Sundays and national holidays. Saturdays and the year
  end count only where the parties say that it is their custom not to trade then.

The first day is not counted (民法140条); months run by the calendar (民法143条); a
forward period that ends on a day off ends on the next open day; a backward
deadline never slides later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from teikei.domain.days import ONE_DAY, Reason, add_months, has_corresponding_day
from teikei.domain.elapsed import counted
from teikei.domain.matter import DayKind, Due, Matter, Slide, Step, Wait

OPENING = time(9, 0)
"""Local time at which a whole-day item falls due."""

BANK_YEAR_END = frozenset({(12, 31), (1, 1), (1, 2), (1, 3)})
YEAR_END = BANK_YEAR_END | {(12, 29), (12, 30)}
"""年末年始 as most contracts define it (month, day)."""

S = TypeVar("S", bound=Matter)
_SECOND = timedelta(seconds=1)
_SHORT = {"day": "d", "business_day": "bd", "bank_day": "bank", "month": "m"}
_COUNTED: dict[str, DayKind] = {"business_day": "business_day", "bank_day": "bank_day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDays:
    """What a contract says of its days, over what its calendar says.

    A single day goes before one of every year, and a day named both `off` and
    `working` is off.
    """

    off: frozenset[date] = frozenset()
    off_yearly: frozenset[tuple[int, int]] = frozenset()
    """(month, day), for example `YEAR_END`."""
    working: frozenset[date] = frozenset()
    custom: frozenset[Literal["saturday", "year_end"]] = frozenset()
    """Days on which it is custom between these parties not to trade (民法142条)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar: its zone, its days off, the version of that data, and what a contract says of its own days."""

    name: str
    zone: str
    holidays: frozenset[date]
    """No business days; weekends are none anyway."""
    version: str
    national: frozenset[date] | None = None
    """The national holidays among `holidays`; None: all of them."""
    own: OwnDays = field(default_factory=OwnDays)

    def is_business_day(self, day: date) -> bool:
        return not self.closed(day)

    def closed(self, day: date, kind: DayKind = "business_day") -> str:
        """Why this is no day of that kind (a code under `because.cause.`); empty if it is one."""
        if kind != "bank_day" and day in self.own.working and day not in self.own.off:
            return ""
        national = "national_holiday" if self.is_national_holiday(day) else ""
        weekend = ("", "saturday", "sunday")[max(day.weekday() - 4, 0)]
        if kind == "civil":
            return ("sunday" if weekend == "sunday" else national) or self._custom(day, weekend)
        if found := weekend or national:
            return found
        if kind == "bank_day":
            return "bank_holiday" if (day.month, day.day) in BANK_YEAR_END else ""
        if day in self.own.off or (day.month, day.day) in self.own.off_yearly:
            return "contract_day_off"
        return "bank_holiday" if day in self.holidays else ""

    def _custom(self, day: date, weekend: str) -> str:
        if weekend and "saturday" in self.own.custom:
            return "saturday"
        return "year_end" if "year_end" in self.own.custom and (day.month, day.day) in YEAR_END else ""

    def is_national_holiday(self, day: date) -> bool:
        return day in (self.holidays if self.national is None else self.national)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def opening(self, day: date) -> datetime:
        """09:00 local on that day, as UTC."""
        return datetime.combine(day, OPENING, ZoneInfo(self.zone)).astimezone(UTC)

    def midnight(self, day: date) -> datetime:
        """00:00 local on that day, as UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def worked(self, since: datetime, until: datetime) -> int:
        """Working time between two instants in whole seconds: business days count from 00:00 to 24:00 local.

        Instants count by their whole second, so that parts of a time add up to the whole of it.
        """
        since, until = since.replace(microsecond=0), until.replace(microsecond=0)
        seconds, day = 0, self.local_day(since)
        while since < until:
            following = self.midnight(day + ONE_DAY)
            if self.is_business_day(day):
                seconds += (min(until, following) - since) // _SECOND
            since, day = following, day + ONE_DAY
        return seconds

    def slide(self, day: date, slide: Slide, kind: DayKind = "business_day") -> date:
        if slide == "none":
            return day
        way = ONE_DAY if slide == "later" else -ONE_DAY
        while self.closed(day, kind):
            day += way
        return day

    def step(self, day: date, step: Step) -> date:
        kind = _COUNTED.get(step.unit)
        if kind is None:
            return day + timedelta(days=step.n) if step.unit == "day" else add_months(day, step.n)
        way: Slide = "later" if step.n > 0 else "earlier"
        if step.n <= 0:  # backwards from a day off counts from the open day before it
            day = self.slide(day, way if step.n else "later", kind)
        for _ in range(abs(step.n)):
            day = self.slide(day + (ONE_DAY if step.n > 0 else -ONE_DAY), way, kind)
        return day

    def trace(
        self, start: date, steps: tuple[Step, ...], slide: Slide, kind: DayKind = "business_day"
    ) -> tuple[Reason, ...]:
        """How a rule of days gets from `start` to its day, which is the day of the last reason."""
        why = [Reason(code="from", day=start)]
        for step in steps:
            counted = _COUNTED.get(step.unit)
            if counted and step.n <= 0:
                why += self.slid(why[-1].day, "earlier" if step.n else "later", counted)
            if step.n:
                why.append(_stepped(why[-1].day, self.step(why[-1].day, step), step))
        return (*why, *self.slid(why[-1].day, slide, kind))

    def slid(self, day: date, slide: Slide, kind: DayKind) -> tuple[Reason, ...]:
        """The reason why a day slides, if it does."""
        new = self.slide(day, slide, kind)
        return (Reason(code=f"{kind}_{slide}", day=new, cause=self.closed(day, kind)),) if new != day else ()


def _stepped(old: date, new: date, step: Step) -> Reason:
    way = "on" if step.n > 0 else "back"
    end = "_end" if step.unit == "month" and not has_corresponding_day(old, step.n) else ""
    return Reason(code=f"{step.unit}s_{way}{end}", day=new, n=abs(step.n))


def resolve(due: Due, calendar: Calendar) -> Due:
    """Give a due item its instant and the explanation of that instant."""
    if due.at is not None:
        return due
    if not due.whole_day:
        return replace(due, at=due.base, because=f"{due.base.isoformat()} exact")
    start = calendar.local_day(due.base)
    why = calendar.trace(start, due.steps, due.slide, due.days)
    day = why[-1].day
    path = " ".join(f"{s.n:+d}{_SHORT[s.unit]}" for s in due.steps)
    kind = "" if due.days == "business_day" else f" {due.days}"
    because = f"{start} {path} {due.slide}{kind} = {day} ({calendar.name} {calendar.version})"
    return replace(due, at=calendar.opening(day), because=because, why=why)


def settle(state: S, calendar: Calendar, now: datetime, before: Matter | None = None) -> S:
    """Resolve every new due item; reminders whose day has passed already are not sent late.
    The time that companies took since the state before is counted (elapsed.py).

    What belongs to a question (its reminders, its lapse) is explained by the question: a state is
    written with every act, so it does not carry the same way six times.
    """
    asked = {w.item for w in state.waits}
    resolved = (_terse(resolve(d, calendar), asked) if d.at is None else d for d in state.due)
    fresh = {d.key for d in state.due if d.at is None}
    kept = tuple(d for d in resolved if not (d.drop_if_past and d.key in fresh and d.at and d.at <= now))
    waits = tuple(w if w.deadline else _wait_settled(w, calendar) for w in state.waits)
    return counted(replace(state, due=kept, waits=waits), before, calendar.worked, now)


def _terse(due: Due, asked: set[str]) -> Due:
    return replace(due, why=()) if due.item in asked else due


def _wait_settled(wait: Wait, calendar: Calendar) -> Wait:
    day = resolve(Due(key=f"{wait.item}/deadline", base=wait.since, steps=wait.steps), calendar)
    return replace(wait, deadline=day.at, because=day.because, why=day.why)
