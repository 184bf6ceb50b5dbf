"""What works at every stage: suspend, resume, abandon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, rule
from teikei.domain.alliance.state import Alliance, abandon
from teikei.domain.clock import Drop, held, released
from teikei.domain.errors import Conflict
from teikei.domain.fields import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Act):
    """A party suspends the alliance: nothing falls due until it is resumed."""

    kind: Literal["suspend"] = "suspend"
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running()
        return held(state, self.reason, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Act):
    """A party resumes the alliance: open deadlines move by the time that it stood still."""

    kind: Literal["resume"] = "resume"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.over or state.suspended is None:
            raise Conflict("matter.not_held")
        return released(state, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon(Act):
    """A party abandons the alliance, with its reason; what binds and survives says so itself."""

    kind: Literal["abandon"] = "abandon"
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.over:
            raise Conflict("matter.over", stage=state.stage)
        return abandon(state, "by_a_party", note=self.reason, company=by.company)


@rule(Drop, Alliance.kind, "drop")
def dropped(state: Alliance, drop: Drop, now: datetime) -> Outcome[Alliance]:
    """An alliance is opened by a company, not by another matter; dropping it is abandoning it."""
    return abandon(state, drop.reason)
