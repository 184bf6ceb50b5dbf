"""Days as people count them, written apart from the calendar of the domain; and what a matter says of a question.

The slow oracle holds a set of holidays and walks day by day; it shares no code with the domain.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import holidays
from hypothesis import strategies as st

from teikei.adapters.calendars import calendar
from teikei.domain.calendar import YEAR_END, Calendar, OwnDays
from teikei.domain.matter import DayKind, Matter, Wait
from tests.support.story_domain import japan

JP = calendar("JP")
ONE = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def with_own(own: OwnDays) -> Calendar:
    return Calendar(
        name="JP", zone="Asia/Tokyo", holidays=JP.holidays, national=JP.national, version="own", own=own
    )


def back(day: date, n: int) -> date:
    """Calendar days back, then to the business day before."""
    day -= timedelta(days=n)
    while not japan().is_business_day(day):
        day -= timedelta(days=1)
    return day


def forth(day: date, n: int) -> date:
    while n:
        day += timedelta(days=1)
        n -= japan().is_business_day(day)
    return day


def whole_series(day: date) -> dict[str, date]:
    """What belongs to a question whose deadline is this day, by the usual reminders."""
    return {
        "remind-14": back(day, 14),
        "remind-3": back(day, 3),
        "remind-0": day,
        "overdue": forth(day, 1),
        "escalate": forth(day, 5),
        "lapse": forth(day, 10),
    }


def series(state: Matter, item: str) -> dict[str, date]:
    return {
        d.what: japan().local_day(d.at) for d in state.due if d.item == item and d.at and d.what != "invite"
    }


def asked(state: Matter, item: str) -> Wait:
    """The open question of this name."""
    wait = state.wait(item)
    assert wait is not None
    return wait


def deadline(state: Matter, item: str) -> date:
    wait = asked(state, item)
    assert wait.deadline is not None
    return japan().local_day(wait.deadline)


# the slow oracle

NATIONAL = frozenset(holidays.country_holidays("JP", years=range(2015, 2066)))
CLOSED_FOR_BANKS = {"12-31", "01-01", "01-02", "01-03"}
DATES = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def is_off(d: date, kind: DayKind, own: OwnDays) -> bool:
    """Written from the statutes and the docs, not from the code."""
    saturday, sunday, national = d.isoweekday() == 6, d.isoweekday() == 7, d in NATIONAL
    at_year_end = (d.month == 12 and d.day >= 29) or (d.month == 1 and d.day <= 3)
    bank = saturday or sunday or national or f"{d:%m-%d}" in CLOSED_FOR_BANKS
    if kind == "bank_day":
        return bank
    if d in own.working and d not in own.off:
        return False
    if kind == "civil":
        custom = (saturday and "saturday" in own.custom) or (at_year_end and "year_end" in own.custom)
        return sunday or national or custom
    return bank or d in own.off or (d.month, d.day) in own.off_yearly


def ends(first: date, n: int) -> date:
    """So many months from 00:00 on `first`, walked: up to the day before that number comes, or the month runs out."""
    d, left = first, n
    while True:
        left -= (d + ONE).day == 1
        if left < 0 or (left == 0 and (d + ONE).day == first.day):
            return d
        d += ONE


OWN = st.builds(
    OwnDays,
    off=st.frozensets(DATES, max_size=5),
    off_yearly=st.sampled_from([frozenset(), YEAR_END, frozenset({(8, 13), (8, 14)})]),
    working=st.frozensets(DATES, max_size=5),
    custom=st.frozensets(st.sampled_from(["saturday", "year_end"])),
)
KINDS = st.sampled_from(get_args(DayKind))
STARTS = st.sampled_from(["event", "midnight"])
