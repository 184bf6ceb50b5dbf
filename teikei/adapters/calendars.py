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
    """Days of these categories of `holidays`, worked out year by year when a day of that year is asked for.

    All eighty years at once take a second and a half at every start.
    """

    __slots__ = ("_categories", "_years")
    _categories: tuple[str, ...]
    _years: dict[int, frozenset[date]]

    def __new__(cls, *categories: str) -> Self:
        days = super().__new__(cls)
        days._categories = categories
        days._years = {}
        return days

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date) or not FIRST <= day.year <= LAST:
            return False
        known = self._years.get(day.year)
        if known is None:
            known = frozenset(holidays.country_holidays("JP", years=day.year, categories=self._categories))
            self._years[day.year] = known
        return day in known


@cache
def calendar(name: str) -> Calendar:
    """The calendar of that name; no state names any other than JP.

    Its business days leave out what banks leave out, too; a contract that works on such a day says so
    (`OwnDays.working`).
    """
    if name != "JP":
        raise ValueError(name)
    return Calendar(
        name="JP",
        zone="Asia/Tokyo",
        holidays=_Days("public", "bank"),
        national=_Days("public"),
        version=f"holidays {version('holidays')}",
    )
