"""Arithmetic of calendar days: months and terms (民法140条ただし書, 143条). No holidays here."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta


def add_months(day: date, n: int) -> date:
    """The corresponding day n months on; the last day of the month where there is none (民法143条2項)."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def last_day(first: date, n: int) -> date:
    """The last day of a term of n months that begins at 00:00 on `first`: the day before the corresponding day."""
    return add_months(first, n) - timedelta(days=1)
