"""Days as people count them, written apart from the calendar of the domain; and what a matter says of a question."""

from __future__ import annotations

from datetime import date, timedelta

from teikei.domain.matter import Matter, Wait
from tests.support.story_domain import japan


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
