"""Arithmetic of calendar days: months, terms and periods (民法140条, 141条, 143条). No holidays here.

And what a computed date says of itself: a tuple of `Reason`.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
"""In English papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step on the way to a date: what was done (a code under `because.`), and the day it led to."""

    code: str
    day: date
    n: int = 0
    cause: str = ""
    """Why the day before this one did not do: a code under `because.cause.`"""


def add_months(day: date, n: int) -> date:
    """The corresponding day (応当日) n months on; the last day of the month where there is none (民法143条2項)."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def has_corresponding_day(day: date, n: int) -> bool:
    """Whether the month n months on has a day of that number."""
    return add_months(day, n).day == day.day


def last_day(first: date, n: int) -> date:
    """The last day of n months (one or more) that begin at 00:00 on `first`.

    The day before the corresponding day; where the last month has no such day,
    the last day of that month (民法143条2項ただし書): twelve months from
    29 February end on 28 February, not on the 27th.
    """
    corresponding = add_months(first, n)
    return corresponding - ONE_DAY if corresponding.day == first.day else corresponding
