"""Acts of the system that every matter knows: something fell due, a paper is ready, hold and release,
attention. Only a story, the dispatcher or the operator sends them.

What a due item means in a matter is a rule registered beside its chapter
(`@rule(FellDue, "agreement", "rounds/lapse")`); reminders, overdue notices and
escalation mean the same everywhere and stand here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from teikei.domain.act import TEIKEI, Act, Actor, Outcome, Tell, find_rule
from teikei.domain.errors import Conflict, Forbidden
from teikei.domain.fields import Line, Note, Sha256
from teikei.domain.matter import SUSPENSION, Attention, Due, Matter, Suspension


def only_teikei(by: Actor) -> None:
    """Clock acts and reports are not for people, whatever door they come through."""
    if by.company != TEIKEI.company:
        raise Forbidden("act.system_only")


@dataclass(frozen=True, slots=True, kw_only=True)
class FellDue(Act):
    """A due item of this matter has come."""

    kind: Literal["fell_due"] = "fell_due"
    item: str

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        due = state.due_item(self.item)
        (replace(state, suspended=None) if due and due.item == SUSPENSION else state).running()
        if due is None or due.at is None:
            raise Conflict("due.gone", item=self.item)
        if due.at > now:
            raise Conflict("due.early", item=self.item)
        rest = state.without_due(due.key)
        if due.what.startswith("remind-") or due.what in {"overdue", "escalate"}:
            return _nudge(rest, due)
        name = f"{due.item.rstrip('0123456789').rstrip('-')}/{due.what}"
        return find_rule(self, state.kind, name)(rest, due, now)


def _nudge(state: Matter, due: Due) -> Outcome[Any]:
    """Remind, call overdue, or escalate: to each company that still owes its answer."""
    wait = state.wait(due.item)
    awaits = wait.awaits if wait else ()
    step = "remind" if due.what.startswith("remind-") else due.what
    deadline = _day(state, wait.deadline if wait else None)
    entry = state.entry(
        f"due.{step}", due.item, item=due.item, offset=due.what, companies=list(awaits), because=due.because
    )
    # The same question may be asked again (talks reopened): its mails are other intents.
    intent = f"{due.key}@{wait.since.isoformat()}" if wait else due.key
    mails = tuple(
        state.mail_to(
            c,
            step,
            intent,
            escalate=step == "escalate",
            what=due.item,
            deadline=deadline,
            since=_day(state, wait.since if wait else None),
        )
        for c in awaits
    )
    if step == "remind":
        mails = (*mails, *state.also_reminded(awaits, intent))
    return Outcome(state=state, entries=(entry,), mails=mails)


def _day(state: Matter, at: datetime | None) -> str:
    """The day on the calendars of the parties: their morning is the evening before in UTC."""
    return state.local_day(at).isoformat() if at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReady(Act):
    """A paper that the matter owed is written; its bytes are stored under this hash."""

    kind: Literal["paper_ready"] = "paper_ready"
    effect: str
    sha256: Sha256
    size: int
    clauses: str = ""
    """SHA-256 over the clause versions that made it."""
    stale: tuple[str, ...] = ()
    """Clauses of it whose English was written for an older Japanese text."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        effect = next((e for e in state.owes if e.key == self.effect), None)
        if effect is None or state.over:
            raise Conflict("effect.not_owed", effect=self.effect)
        rest = replace(state, owes=tuple(e for e in state.owes if e.key != self.effect))
        return find_rule(self, state.kind, effect.key.split("/")[0])(rest, self, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Act):
    """The alliance is suspended: this matter stops with it; nothing falls due."""

    kind: Literal["hold"] = "hold"
    reason: Note

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        if state.over or state.suspended:
            raise Conflict("matter.held_already")
        return held(state, self.reason, now)


def held(state: Matter, reason: str, now: datetime) -> Outcome[Any]:
    """The matter stands still, and so does everything that it opened."""
    tells = tuple(Tell(to=c, act=Hold(reason=reason)) for c in state.children)
    entry = state.entry("matter.held", reason=reason)
    return Outcome(
        state=replace(state, suspended=Suspension(since=now, reason=reason)), entries=(entry,), tells=tells
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Act):
    """The alliance goes on: what companies were asked moves by the days that it stood still."""

    kind: Literal["release"] = "release"

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        if state.over or state.suspended is None:
            raise Conflict("matter.not_held")
        return released(state, now)


def released(state: Matter, now: datetime) -> Outcome[Any]:
    """Questions move by the calendar days that it stood still, each with its whole series, so that the
    offsets stay what they are; contract dates stay where the contract put them.
    """
    assert state.suspended is not None
    days = (state.local_day(now) - state.local_day(state.suspended.since)).days
    tells = tuple(Tell(to=c, act=Release()) for c in state.children)
    entry = state.entry("matter.released", days=days)
    resumed = replace(state, suspended=None).postponed(days) if days else replace(state, suspended=None)
    return Outcome(state=resumed, entries=(entry,), tells=tells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Act):
    """What opened this matter is over: this matter ends with it."""

    kind: Literal["drop"] = "drop"
    reason: Note

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        if state.over:
            raise Conflict("matter.over", stage=state.stage)
        return find_rule(self, state.kind, "drop")(state, self, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAttention(Act):
    """An accident that a retry cannot heal is listed for the operator; nothing ends by it."""

    kind: Literal["note_attention"] = "note_attention"
    reason: Line

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        entry = state.entry("attention.noted", reason=self.reason)
        return Outcome(
            state=replace(state, attention=Attention(since=now, reason=self.reason)), entries=(entry,)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAttention(Act):
    """The operator has the accident tried again, or says how it was resolved."""

    kind: Literal["clear_attention"] = "clear_attention"
    how: Literal["retry", "resolve"]
    note: Note

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        if by.company != "operator":
            raise Forbidden("act.operator_only")
        if state.attention is None:
            raise Conflict("attention.none")
        entry = state.entry(f"attention.{self.how}", reason=state.attention.reason, note=self.note)
        return Outcome(state=replace(state, attention=None), entries=(entry,))
