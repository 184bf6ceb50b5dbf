"""The health check: a party calls it, every party answers within some days, then all see the gaps.

A company answers once: with the sheets of three or more people, entered
together and without names, or with one sheet of a person whom it names.
Sheets are taken apart when they arrive, so neither the record nor a message
nor the state says which marks one person gave.  What a company answered is
its own until the check closes: when all have answered, or when the time is
over; who stayed silent is named.  Statements and sums: `survey`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from teikei.domain.act import Act, Actor, ClosedItem, Entry, Outcome, rule
from teikei.domain.alliance.state import OPERATION, Alliance
from teikei.domain.alliance.survey import (
    FEWEST_SHEETS,
    HEALTH_AXES,
    MOST_RESULTS,
    STATEMENTS,
    HealthAnswer,
    HealthCheck,
    HealthResult,
    axis_report,
    marks,
    rounded,
    statement_report,
    tallied,
    wide_gaps,
)
from teikei.domain.clock import FellDue
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Count, at_most, limit, text
from teikei.domain.matter import Due, Step
from teikei.domain.parties import unasked

ANSWER_DAYS = 10
MOST_DAYS = 60

Mark = Annotated[int, limit(ge=0, le=5, strict=True)]
"""1 (not at all) to 5 (fully); 0: no answer."""
Sheet = Annotated[tuple[Mark, ...], at_most(len(STATEMENTS), len(STATEMENTS))]
"""One mark for each of the twelve statements, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHealthCheck(Act):
    """A party has all parties say how they see the alliance: strategy, operation, culture, governance."""

    kind: Literal["call_health_check"] = "call_health_check"
    days: Count = ANSWER_DAYS
    """Business days for the answers."""

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(OPERATION)
        if state.health_check:
            raise Conflict("health.open_already", number=state.health_check.number)
        if not 1 <= self.days <= MOST_DAYS:
            raise Invalid("health.days", "/days", most=MOST_DAYS)
        number = state.health_checks + 1
        check = HealthCheck(number=number, called_by=by.company, called_at=now)
        asked = replace(state, health_check=check, health_checks=number).ask(
            f"health-{number}", state.companies(), now, Step(n=self.days, unit="business_day")
        )
        entry = state.entry("health.called", f"health-{number}", number=number, days=self.days)
        return Outcome(state=asked, entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHealthCheck(Act):
    """A company answers the open check: three or more sheets without names, or one sheet of a named person."""

    kind: Literal["answer_health_check"] = "answer_health_check"
    number: Count
    sheets: Annotated[tuple[Sheet, ...], at_most(300, 1)]
    respondent: Annotated[str, text(200, 0)] = ""
    """Who gave the one sheet; empty: the sheets are anonymous."""

    def __post_init__(self) -> None:
        """Take the sheets apart: the marks of each statement are sorted, so that no sheet travels or is stored."""
        if len({len(sheet) for sheet in self.sheets}) == 1:
            columns = (sorted(column, reverse=True) for column in zip(*self.sheets, strict=True))
            object.__setattr__(self, "sheets", tuple(zip(*columns, strict=True)))

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running()
        check = state.health_check
        if check is None or check.number != self.number:
            raise Conflict("health.not_open", number=self.number)
        if any(a.company == by.company for a in check.answers):
            raise Conflict("health.answered_already")
        self._check(by)
        mine = HealthAnswer(
            company=by.company,
            counts=tallied(self.sheets, named=bool(self.respondent)),
            sheets=len(self.sheets),
            respondent=self.respondent,
            recorded_by=by.recorded_by,
        )
        if not any(map(sum, mine.counts)):
            raise Invalid("health.blank", "/sheets", least=FEWEST_SHEETS)
        answered = replace(check, answers=(*check.answers, mine))
        item = f"health-{self.number}"
        way = "named" if self.respondent else "anonymous"
        entry = state.entry("health.answered", item, by.company, number=self.number, way=way)
        rest = replace(state, health_check=answered).answered(item, by.company)
        return (
            _closed(rest, now, (entry,)) if rest.wait(item) is None else Outcome(state=rest, entries=(entry,))
        )

    def _check(self, by: Actor) -> None:
        if any(len(sheet) != len(STATEMENTS) or not set(sheet) <= set(range(6)) for sheet in self.sheets):
            raise Invalid("health.sheet", "/sheets", statements=len(STATEMENTS))
        if self.respondent and len(self.sheets) != 1:
            raise Invalid("health.one_named_sheet", "/sheets")
        if by.recorded_by and not self.respondent:
            raise Invalid("health.recorded_unnamed", "/respondent")
        if not self.respondent and len(self.sheets) < FEWEST_SHEETS:
            raise Invalid("health.too_few_sheets", "/sheets", least=FEWEST_SHEETS)


@rule(FellDue, Alliance.kind, "health/lapse")
def health_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Who stayed silent is named; the check closes with the answers that are there."""
    wait = state.wait(due.item)
    silent = wait.awaits if wait else ()
    entry = state.entry("health.lapsed", due.item, *silent, companies=list(silent))
    return _closed(state.closed_wait(due.item), now, (entry,), silent)


def _closed(
    state: Alliance, now: datetime, entries: tuple[Entry, ...], silent: tuple[str, ...] = ()
) -> Outcome[Alliance]:
    """The answers become a result that all read; gaps wait for the next review."""
    check = state.health_check
    assert check is not None
    order = state.companies()
    check = replace(check, answers=tuple(sorted(check.answers, key=lambda a: order.index(a.company))))
    result = HealthResult(
        number=check.number,
        closed_on=state.local_day(now),
        marks=tuple(marks(a) for a in check.answers),
        silent=silent,
    )
    gaps = wide_gaps(check, result)
    closed = state.entry(
        "health.closed",
        f"health-{check.number}",
        number=check.number,
        answered=[a.company for a in check.answers],
        means=[f"{c} {axis} {mean}" for axis in HEALTH_AXES for c, mean in result.means(axis).items()],
        gaps=[f"{g.topic} {rounded(g.highest - g.lowest)}" for g in gaps],
    )
    over = replace(
        state,
        health_check=None,
        health=(*state.health, result)[-MOST_RESULTS:],
        health_gaps=gaps,
    )
    return Outcome(state=over, entries=(*entries, closed), closed=(_item(state, check, result),))


def without_parties(state: Alliance, gone: frozenset[str], now: datetime) -> Outcome[Alliance]:
    """An open check goes on without these parties; it closes where theirs were the last answers missing."""
    check = state.health_check
    if check is None:
        return Outcome(state=state, entries=())
    left = replace(check, answers=tuple(a for a in check.answers if a.company not in gone))
    rest = unasked(replace(state, health_check=left), gone)
    if rest.wait(f"health-{check.number}"):
        return Outcome(state=rest, entries=())
    return _closed(rest, now, ())


def _item(state: Alliance, check: HealthCheck, result: HealthResult) -> ClosedItem:
    before = state.health[-1] if state.health else None
    data: dict[str, Any] = {
        "number": check.number,
        "called_by": check.called_by,
        "called_at": check.called_at.isoformat(),
        "closed_on": result.closed_on.isoformat(),
        "silent": list(result.silent),
        "answers": [
            {
                "company": a.company,
                "sheets": a.sheets,
                "respondent": a.respondent,
                "recorded_by": a.recorded_by,
            }
            for a in check.answers
        ],
        "axes": [axis_report(axis, result, before) for axis in HEALTH_AXES],
        "statements": [statement_report(check, code) for code in STATEMENTS],
    }
    return ClosedItem(kind="health_check", id=str(check.number), data=data)


def withdrawn(state: Alliance, company: str, number: str) -> Alliance | None:
    """An answer that was entered for a company is gone, and it is asked again; None once the check is closed."""
    check = state.health_check
    if check is None or str(check.number) != number:
        return None
    left = replace(check, answers=tuple(a for a in check.answers if a.company != company))
    return replace(state, health_check=left).asked_again(f"health-{check.number}", company)
