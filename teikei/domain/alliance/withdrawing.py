"""会社の異動の撤回 (`withdraw_event`): what a company announced will not happen after all; it says so before its day.

The event is named by its kind and its day, not by its number, so that the same
act withdraws it in every alliance in which it was announced.  What the others
were asked is asked no more, and each agreement that heard of it hears this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, Tell
from teikei.domain.alliance.state import Alliance
from teikei.domain.company_events import CompanyEvent, EventKind, closed_event
from teikei.domain.errors import Conflict
from teikei.domain.fields import Day, Note
from teikei.domain.messages import PartyChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawEvent(Act):
    """A company takes back what it announced of itself, before the day of it, with the reason."""

    kind: Literal["withdraw_event"] = "withdraw_event"
    event: EventKind
    on: Day
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        planned = announced(state, self, by.company)
        if not planned:
            raise Conflict("event.not_announced")
        if self.on <= state.local_day(now):
            raise Conflict("event.day_has_come", day=self.on.isoformat())
        after = replace(state, events=tuple(e for e in state.events if e not in planned))
        for one in planned:
            after = after.closed_wait(one.item)
        entries = tuple(
            state.entry(
                "event.withdrawn", e.item, by.company, *e.agreements,
                number=e.number, event=e.word, on=e.on.isoformat(), what=e.what, reason=self.reason,
            )
            for e in planned
        )  # fmt: skip
        return Outcome(
            state=after,
            entries=entries,
            tells=tuple(tell for e in planned for tell in _tells(state, e)),
            closed=tuple(replace(closed_event(e), data=_gone(e, self.reason)) for e in planned),
        )


def announced(state: Alliance, act: WithdrawEvent, company: str) -> tuple[CompanyEvent, ...]:
    """What the act is about: nearly always one; the same announced twice goes as a whole."""
    return tuple(e for e in state.events if (e.company, e.event, e.on) == (company, act.event, act.on))


def _tells(state: Alliance, event: CompanyEvent) -> tuple[Tell, ...]:
    if event.facts:
        return ()
    news = PartyChanged(company=event.company, event=event.word, withdrawn=True)
    return tuple(Tell(to=a, act=news) for a in event.agreements if a in state.children)


def _gone(event: CompanyEvent, reason: str) -> dict[str, object]:
    return {**closed_event(event).data, "withdrawn": reason}
