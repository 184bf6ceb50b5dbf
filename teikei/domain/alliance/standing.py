"""What works at every stage: suspend, resume, abandon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, rule
from teikei.domain.alliance.state import EXIT, OPERATION, Alliance, abandon
from teikei.domain.clock import Drop, FellDue, held, released
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Day, Note
from teikei.domain.matter import SUSPENSION, Due, Step, on

ABANDONMENT_DAYS = 10
SUSPENSION_DAYS = 30
"""Business days after which a suspension without an end is asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Act):
    """A party suspends the alliance: nothing falls due until it is resumed.

    A suspension is asked about on `until`; when nobody answers, it ends by itself and the clocks run again.
    """

    kind: Literal["suspend"] = "suspend"
    reason: Note
    until: Day | None = None
    """The day by which the parties mean to resume; empty: thirty business days from now."""

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running()
        if self.until and self.until <= state.local_day(now):
            raise Invalid("suspension.in_the_past", "/until")
        done = held(state, self.reason, now)
        if self.until:
            asked = done.state.ask(SUSPENSION, state.companies(), on(self.until))
        else:
            asked = done.state.ask(
                SUSPENSION, state.companies(), now, Step(n=SUSPENSION_DAYS, unit="business_day")
            )
        return replace(done, state=asked)


@rule(FellDue, Alliance.kind, "suspension/lapse")
def suspension_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Nobody resumed and nobody abandoned: the alliance goes on by itself."""
    entry = state.entry("alliance.suspension_lapsed", state.id)
    done = resumed(state, now)
    return replace(done, entries=(entry, *done.entries))


def resumed(state: Alliance, now: datetime) -> Outcome[Alliance]:
    """Release everything; an open review that has moved is called again for its new day."""
    done = released(state.closed_wait(SUSPENSION), now)
    review = next(
        (w.item for w in done.state.waits if w.item.startswith("review-") and w not in state.waits), ""
    )
    if not review:
        return done
    invite = Due(key=f"{review}/invite", base=now, whole_day=False)
    return replace(done, state=done.state.with_due(invite))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Act):
    """A party resumes the alliance: open deadlines move by the time that it stood still."""

    kind: Literal["resume"] = "resume"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.over or state.suspended is None:
            raise Conflict("matter.not_held")
        return resumed(state, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon(Act):
    """A party abandons the alliance, with its reason; what binds and survives says so itself.

    Before a main agreement binds, one party is enough.  After that all of them must say so: the first
    proposes, and silence of the others keeps the alliance as it is.
    """

    kind: Literal["abandon"] = "abandon"
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        if state.stage not in {OPERATION, EXIT}:
            return abandon(state, "by_a_party", note=self.reason, company=by.company)
        if by.company in state.abandoning:
            raise Conflict("alliance.abandoning_already")
        agreed = (*state.abandoning, by.company)
        entry = state.entry("alliance.abandonment_agreed", state.id, by.company, reason=self.reason)
        if len(agreed) == len(state.parties):
            done = abandon(state, "by_all", note=self.reason, company=by.company)
            return replace(done, entries=(entry, *done.entries))
        others = tuple(c for c in state.companies() if c not in agreed)
        asked = replace(state, abandoning=agreed).ask(
            "abandonment", others, now, Step(n=ABANDONMENT_DAYS, unit="business_day")
        )
        return Outcome(state=asked, entries=(entry,))


@rule(FellDue, Alliance.kind, "abandonment/lapse")
def abandonment_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The others stayed silent: a binding agreement does not end by silence."""
    wait = state.wait("abandonment")
    silent = list(wait.awaits) if wait else []
    kept = replace(state.closed_wait("abandonment"), abandoning=())
    return Outcome(
        state=kept, entries=(state.entry("alliance.abandonment_lapsed", state.id, *silent, companies=silent),)
    )


@rule(Drop, Alliance.kind, "drop")
def dropped(state: Alliance, drop: Drop, now: datetime) -> Outcome[Alliance]:
    """An alliance is opened by a company, not by another matter; dropping it is abandoning it."""
    return abandon(state, drop.reason)
