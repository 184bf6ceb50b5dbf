"""The decision clock: how much working time each company took for what it owed.

What a company owes is a `Wait`.  `settle` calls `counted` with every state
that is stored, so no rule knows of the clock.  Working time is time on
business days of the alliance's calendar, 00:00 to 24:00 where it lives, in
whole seconds, less the time that the matter stood suspended.  A question that
is put ahead of its day (a review, an action item) counts from its day: before
it nobody is late.  Nothing is counted twice: every wait carries up to where
its time is counted (docs/calendar.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from teikei.domain.matter import SUSPENSION, Matter, Party, Spent, Wait
from teikei.domain.texts import word

DAY = 24 * 60 * 60
"""Seconds of one working day."""
MOST_SPENT = 400
"""Rows that a matter keeps; what would be more is added up under `other`, so that totals stay whole."""
OTHER = "other"

S = TypeVar("S", bound=Matter)
Worked = Callable[[datetime, datetime], int]
"""Working seconds between two instants."""


def counted(state: S, before: Matter | None, worked: Worked, now: datetime) -> S:
    """The state with what companies took since the one before it; `before` is None at birth."""
    waits = tuple(replace(w, counted=_mark(w, state, before, now)) for w in state.waits)
    took = _took(before, {w.item: w for w in state.waits}, worked, now) if before else ()
    return replace(state, waits=waits, spent=together(state.spent, took))


def _mark(wait: Wait, state: Matter, before: Matter | None, now: datetime) -> datetime:
    """Up to where the time of a wait is counted; a suspension moves it by the time that the matter stood."""
    if wait.counted is None:
        opens = max(now, wait.since)
        return opens - (now - state.suspended.since) if state.suspended else opens
    if before is None or (state.suspended and before.suspended):
        return wait.counted
    if before.suspended:
        return wait.counted + (now - before.suspended.since)
    return max(now, wait.counted)


def _took(before: Matter, open_: Mapping[str, Wait], worked: Worked, now: datetime) -> Iterator[Spent]:
    """What each company took since it was counted last, and whether its answer is no longer owed.

    A wait of a state from before the clock was there has no mark: it is counted from now on.
    """
    for wait in before.waits:
        if wait.item == SUSPENSION:
            continue
        seconds = worked(wait.counted, now) if wait.counted and not before.suspended else 0
        still = open_.get(wait.item)
        owing = still.awaits if still and still.counted == wait.counted else ()
        for company in wait.awaits:
            over = company not in owing
            if seconds or over:
                kind = wait.item.rstrip("0123456789").rstrip("-")
                yield Spent(company=company, stage=before.stage, kind=kind, seconds=seconds, times=int(over))


def together(rows: Iterable[Spent], more: Iterable[Spent]) -> tuple[Spent, ...]:
    """Rows of the same company, stage and kind added up; `more` brings nothing that a review has seen."""
    found = {(r.company, r.stage, r.kind): r for r in rows}
    for one in more:
        place = (one.company, one.stage, one.kind)
        if place not in found and len(found) >= MOST_SPENT:
            place = (one.company, one.stage, OTHER)
        old = found.get(place, Spent(company=place[0], stage=place[1], kind=place[2]))
        found[place] = replace(old, seconds=old.seconds + one.seconds, times=old.times + one.times)
    return tuple(found.values())


def heard(state: S, rows: tuple[Spent, ...]) -> S:
    """What another matter hands on is time of the stage in which this one hears of it."""
    return replace(state, spent=together(state.spent, (replace(r, stage=state.stage) for r in rows)))


def reviewed(rows: tuple[Spent, ...]) -> tuple[Spent, ...]:
    """The rows once a review has seen them."""
    return tuple(replace(r, seen=r.seconds, seen_times=r.times) for r in rows)


def in_days(seconds: int) -> str:
    """Working days with one decimal, half a tenth up: `12.5`."""
    tenths = (20 * seconds + DAY) // (2 * DAY)
    return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """Working days that one party took, with one decimal, as the minutes say it: since the last review, and in total."""

    label: str
    what: str
    """Empty: all that it owed."""
    since: str
    since_times: int
    total: str
    times: int
    what_en: str = ""


def clock_lines(party: Party, rows: tuple[Spent, ...]) -> tuple[ClockLine, ...]:
    """What a party took of late, by what it owed over all stages; the last line is the sum of everything."""
    mine = [r for r in rows if r.company == party.company]
    kinds = dict.fromkeys(r.kind for r in mine if r.since_review or r.times > r.seen_times)

    def line(kind: str, of: list[Spent]) -> ClockLine:
        return ClockLine(
            label=party.label,
            what=word("ja", kind, "item") if kind else "",
            what_en=word("en", kind, "item") if kind else "",
            since=in_days(sum(r.since_review for r in of)),
            since_times=sum(r.times - r.seen_times for r in of),
            total=in_days(sum(r.seconds for r in of)),
            times=sum(r.times for r in of),
        )

    lines = (line(kind, [r for r in mine if r.kind == kind]) for kind in kinds)
    return (*lines, line("", mine)) if kinds else ()


def since_review(state: Matter) -> str:
    """In one line, what each party took since the last review: `甲 3.5 / 乙 12.0`; empty where nobody took anything."""
    took = {
        p.label: sum(r.since_review for r in state.spent if r.company == p.company) for p in state.parties
    }
    return " / ".join(f"{label} {in_days(s)}" for label, s in took.items()) if any(took.values()) else ""


def clock(state: Matter) -> list[dict[str, Any]]:
    """What everyone may read: for each party its working days, by stage and by what it owed."""
    return [
        {
            "company": company,
            "days": in_days(sum(r.seconds for r in rows)),
            "days_since_review": in_days(sum(r.since_review for r in rows)),
            "of": [
                {
                    "stage": r.stage,
                    "kind": r.kind,
                    "days": in_days(r.seconds),
                    "times": r.times,
                    "days_since_review": in_days(r.since_review),
                    "times_since_review": r.times - r.seen_times,
                }
                for r in rows
            ],
        }
        for company in state.companies()
        if (rows := [r for r in state.spent if r.company == company])
    ]
