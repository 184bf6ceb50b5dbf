"""Business calendars from the library `holidays`: its data enter the pure rules as a value, with their version."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Self

import holidays

from teikei.domain.calendar import Calendar

FIRST, LAST = 2000, 2080
"""Years of which we know the days without business; outside them only weekends count."""


class _Days(frozenset[date]):
    """Public holidays and the bank's days off, worked out year by year when a day of that year is asked for.

    All eighty years at once take a second and a half at every start.
    """

    __slots__ = ("_years",)
    _years: dict[int, frozenset[date]]

    def __new__(cls) -> Self:
        days = super().__new__(cls)
        days._years = {}
        return days

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date) or not FIRST <= day.year <= LAST:
            return False
        known = self._years.get(day.year)
        if known is None:
            known = frozenset(holidays.country_holidays("JP", years=day.year, categories=("public", "bank")))
            self._years[day.year] = known
        return day in known


@cache
def calendar(name: str) -> Calendar:
    """The business calendar of that name; no state names any other than JP."""
    if name != "JP":
        raise ValueError(name)
    return Calendar(name="JP", zone="Asia/Tokyo", holidays=_Days(), version=f"holidays {version('holidays')}")
