"""Obligations (義務): taken on by their owner, fulfilled occurrence by occurrence, held, waived; silence is a missed one.

Nobody binds another: what a party states for another one waits for that one's
own answer.  Those to whom it is owed hold it or waive it, never its owner, and a
waiver takes all of them.  The days of a series are counted from its first day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, rule
from teikei.domain.alliance.duties import Obligation, closed_obligation
from teikei.domain.alliance.owing import asked, contestable, placed, without
from teikei.domain.alliance.state import EXIT, OPERATION, Alliance
from teikei.domain.alliance.stating import ObligationIn, stated
from teikei.domain.clock import FellDue
from teikei.domain.errors import Conflict, Forbidden, Invalid
from teikei.domain.fields import Count, Day, Note, Sha256
from teikei.domain.matter import Due

MOST_MISSED = 24
"""Missed occurrences that wait for the next agenda; older ones stand in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOnObligation(ObligationIn, Act):
    """A party states an obligation. Its own it takes on at once; another party's waits for that one's answer."""

    kind: Literal["take_on_obligation"] = "take_on_obligation"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(OPERATION)
        after, entry, item = stated(state, self, by, now)
        return Outcome(state=after, entries=(entry,), created=(item,))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerObligation(Act):
    """The owner of a proposed obligation takes it on, or declines it."""

    kind: Literal["answer_obligation"] = "answer_obligation"
    number: Count
    answer: Literal["accept", "decline"]
    reason: Note = "-"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        found = _found(state, by, self.number, "proposed")
        if found.owner != by.company:
            raise Forbidden("obligation.not_the_owner")
        entry = state.entry(
            f"obligation.answer_{self.answer}", found.item, number=found.number, what=found.what, reason=self.reason
        )  # fmt: skip
        rest = state.closed_wait(found.proposal)
        if self.answer == "decline":
            return Outcome(state=without(rest, found), entries=(entry,))
        return Outcome(state=asked(rest, replace(found, status="open"), now), entries=(entry,))


@rule(FellDue, Alliance.kind, "acceptance/lapse")
def proposal_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The owner stayed silent: nobody takes on an obligation by silence."""
    found = _numbered(state, due.item)
    entry = state.entry("obligation.proposal_lapsed", found.item, number=found.number, what=found.what)
    return Outcome(state=without(state.closed_wait(due.item), found), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilObligation(Act):
    """The owner says that an occurrence is fulfilled: which one, how, and the hash of the evidence."""

    kind: Literal["fulfil_obligation"] = "fulfil_obligation"
    number: Count
    day: Day
    """The day of the occurrence: said twice, it does not tick off the next one."""
    how: Note
    evidence_sha256: Sha256 | None = None

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        found = _found(state, by, self.number, "open", "missed")
        if found.owner != by.company:
            raise Forbidden("obligation.not_the_owner")
        if self.day != found.day:
            raise Conflict("obligation.other_day", day=found.day.isoformat())
        if found.evidence and self.evidence_sha256 is None:
            raise Invalid("obligation.evidence_missing", "/evidence_sha256")
        entry = state.entry(
            "obligation.fulfilled", found.item, found.owner, number=found.number, what=found.what,
            day=self.day.isoformat(), how=self.how, evidence=self.evidence_sha256 or "",
        )  # fmt: skip
        result = {
            "result": "fulfilled",
            "how": self.how,
            "evidence_sha256": self.evidence_sha256 or "",
            "recorded_by": by.recorded_by,
        }
        item = closed_obligation(found, state.version, **result)
        return Outcome(state=_next(state, found, now, kept=by.recorded_by), entries=(entry,), closed=(item,))


@rule(FellDue, Alliance.kind, "obligation/lapse")
def obligation_missed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Nobody fulfilled it: the record says missed, so does the next agenda; the next occurrence is asked for."""
    found = _numbered(state, due.item)
    entry = state.entry(
        "obligation.missed", found.item, found.owner, number=found.number, what=found.what, day=found.day.isoformat()
    )  # fmt: skip
    missed = replace(found, missed=(*found.missed, found.day)[-MOST_MISSED:])
    if not found.every_months:
        still = replace(missed, status="missed")
        return Outcome(state=placed(state.closed_wait(found.item), still), entries=(entry,))
    item = closed_obligation(found, state.version, result="missed")
    return Outcome(state=_next(state, missed, now), entries=(entry,), closed=(item,))


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldObligation(Act):
    """A party to which an obligation is owed asks for patience: nobody is reminded of it until it is released."""

    kind: Literal["hold_obligation"] = "hold_obligation"
    number: Count
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        found = _found(state, by, self.number, "open")
        _creditor(found, by)
        if found.held:
            raise Conflict("obligation.held_already")
        held = placed(state.closed_wait(found.item), replace(found, held=self.reason))
        entry = state.entry(
            "obligation.held", found.item, number=found.number, what=found.what, reason=self.reason
        )
        return Outcome(state=held, entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseObligation(Act):
    """A party ends the hold: the owner is asked again, by the day of the occurrence or, when that has passed, today."""

    kind: Literal["release_obligation"] = "release_obligation"
    number: Count
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        found = _found(state, by, self.number, "open")
        if not found.held:
            raise Conflict("obligation.not_held")
        entry = state.entry(
            "obligation.released", found.item, number=found.number, what=found.what, reason=self.reason
        )
        return Outcome(state=asked(state, replace(found, held=""), now), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveObligation(Act):
    """A party to which it is owed waives an obligation, with its reason; it is gone when all of them have."""

    kind: Literal["waive_obligation"] = "waive_obligation"
    number: Count
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        found = _found(state, by, self.number, "open", "missed")
        _creditor(found, by)
        if by.company in found.waived:
            raise Conflict("obligation.waived_already")
        agreed = replace(found, waived=(*found.waived, by.company))
        said = state.entry(
            "obligation.waiver_agreed", found.item, by.company,
            number=found.number, what=found.what, reason=self.reason,
        )  # fmt: skip
        if set(agreed.waived) < set(found.owed_to):
            return Outcome(state=placed(state, agreed), entries=(said,))
        entry = state.entry("obligation.waived", found.item, number=found.number, what=found.what)
        item = closed_obligation(found, state.version, result="waived", reason=self.reason)
        rest = state.closed_wait(found.item)
        kept = contestable(state, self.kind, found)
        gone = placed(rest, replace(agreed, status="waived", held="")) if kept else without(rest, found)
        return Outcome(state=gone, entries=(said, entry), closed=(item,))


def _found(state: Alliance, by: Actor, number: int, *statuses: str) -> Obligation:
    """The obligation of that number in one of these statuses."""
    state.party(by.company)
    state.running(OPERATION, EXIT)
    found = next((o for o in state.obligations if o.number == number), None)
    if found is None or found.status not in statuses:
        raise Conflict("obligation.not_open", number=number)
    return found


def _creditor(found: Obligation, by: Actor) -> None:
    if by.company not in found.owed_to:
        raise Forbidden("obligation.not_owed_to_you")


def _numbered(state: Alliance, item: str) -> Obligation:
    return next(o for o in state.obligations if item in {o.item, o.proposal})


def _next(state: Alliance, done: Obligation, now: datetime, *, kept: str = "") -> Alliance:
    """After an occurrence: the next one of the series; one that was due once is over."""
    rest = state.closed_wait(done.item)
    if done.every_months:
        return asked(rest, replace(done, occurrence=done.occurrence + 1), now)
    return placed(rest, replace(done, status="fulfilled")) if kept else without(rest, done)
