"""A review is moved or skipped by its chair, with the reason on the record; the second skip in a row is escalated.

The chair of reviews is named in the agreement (`review_chair`); where it names nobody, the party that opened the
alliance, or the first one after that one has left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Mail, Outcome
from teikei.domain.alliance.operation import review_day
from teikei.domain.alliance.state import OPERATION, Alliance
from teikei.domain.errors import Conflict, Forbidden, Invalid
from teikei.domain.fields import Count, Day, Note
from teikei.domain.matter import Due, Wait, on

SKIPS_ESCALATED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReview(Act):
    """The chair moves the review that is called to another day; all are invited anew."""

    kind: Literal["move_review"] = "move_review"
    number: Count
    to: Day
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        wait = _called(state, by, self.number)
        assert state.terms is not None
        following = review_day(state, self.number + 1)
        if not state.local_day(now) < self.to < min(following, state.terms.term_until):
            last = min(following, state.terms.term_until).isoformat()
            raise Invalid("review.moved_too_far", "/to", before=last)
        asked = state.ask(wait.item, state.companies(), on(self.to))
        moves = wait.moves + len(wait.steps)
        waits = tuple(replace(w, moves=moves) if w.item == wait.item else w for w in asked.waits)
        invite = Due(key=f"{wait.item}/invite", base=now, whole_day=False)
        entry = state.entry(
            "review.moved", wait.item, number=self.number, day=self.to.isoformat(), reason=self.reason
        )
        return Outcome(state=replace(asked, waits=waits).with_due(invite), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipReview(Act):
    """The chair leaves the review that is called out; the next one is planned."""

    kind: Literal["skip_review"] = "skip_review"
    number: Count
    reason: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        wait = _called(state, by, self.number)
        skips = state.review_skips + 1
        skipped = replace(state.closed_wait(wait.item), review_skips=skips)
        entry = state.entry("review.skipped", wait.item, number=self.number, skips=skips, reason=self.reason)
        return Outcome(state=skipped, entries=(entry,), mails=self._mails(state, wait, skips))

    def _mails(self, state: Alliance, wait: Wait, skips: int) -> tuple[Mail, ...]:
        """To each party's escalation: meetings that quietly stop are how alliances end."""
        if skips < SKIPS_ESCALATED:
            return ()
        return tuple(
            state.mail_to(
                c, "review_skipped", f"{wait.item}/skipped", escalate=True, what=wait.item, skips=str(skips), reason=self.reason,
                deadline=state.local_day(wait.deadline).isoformat() if wait.deadline else "",
            )
            for c in state.companies()
        )  # fmt: skip


def _called(state: Alliance, by: Actor, number: int) -> Wait:
    """The open question of a review, for its chair."""
    state.party(by.company)
    state.running(OPERATION)
    assert state.terms is not None
    [chair] = state.terms.review_chair or (state.host,)
    if by.company != chair:
        raise Forbidden("review.not_the_chair")
    wait = state.wait(f"review-{number}")
    if wait is None:
        raise Conflict("review.not_open", number=number)
    return wait
