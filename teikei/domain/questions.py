"""What a matter asks of a company now, and what of that only one of its people can answer.

The inbox (受信箱) shows nothing else: a question is a wait in which the company is named, or the
open step of its own approval route on which the person holds a seat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from teikei.domain.decision.state import Decision
from teikei.domain.errors import TeikeiError
from teikei.domain.house import seat_for
from teikei.domain.matter import SUSPENSION, Matter

APPROVAL = "approval"
"""The item under which a step of the own company's route is asked for."""
ANSWERS: dict[str, tuple[str, ...]] = {
    APPROVAL: ("decide_internal_approval",),
    "scores": ("score", "share_scores"),
    "inputs": ("enter_amount", "close_inputs"),
    "payment": ("confirm_payment",),
    "signatures": ("sign",),
    "rounds": ("freeze",),
    "review": ("move_review", "skip_review"),
    "action": ("finish_action",),
    "obligation": ("fulfil_obligation",),
    "acceptance": ("answer_obligation",),
    "event": ("answer_event",),
    "exit": ("tick_exit_item",),
    "suspension": ("resume",),
    "abandonment": ("abandon",),
}
"""Acts that answer a question, by its item without number; votes have a step before them (`_votes`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to answer; instants are UTC, `deadline` is none where the contract names no day."""

    alliance: str
    matter: str
    kind: str
    title: str
    title_en: str
    item: str
    since: datetime
    deadline: datetime | None
    mine: bool
    """It waits for this person, not only for the company."""
    answers: tuple[str, ...]
    """Kinds of the acts that answer it now, the likely one first."""
    number: int = 0
    """Of the review, obligation … that is asked about."""


def questions(state: Matter, company: str, person: str, now: datetime) -> Iterator[Question]:
    """What the matter asks of the company: while it is suspended only how that ends, nothing when it is over.

    While the company approves inside, it is not asked for its vote: that comes after.
    """
    if state.over:
        return
    if isinstance(state, Decision) and state.suspended is None and state.round_of(company):
        yield _approval(state, company, person, now)
        return
    for wait in state.waits:
        if company in wait.awaits and (state.suspended is None or wait.item == SUSPENSION):
            votes_first = _votes(state, company) if isinstance(state, Decision) else ()
            yield _question(state, wait.item, wait.since, wait.deadline, answers=votes_first)


def _approval(state: Decision, company: str, person: str, now: datetime) -> Question:
    """The open step of the round inside the company."""
    inside, round_, votes = state.approved_inside(company), state.round_of(company), state.wait("votes")
    assert inside
    assert round_
    try:
        seat_for(round_, state.house(company), person, state.local_day(now))
    except TeikeiError:
        mine = False
    else:
        mine = True
    return _question(state, APPROVAL, inside.since, votes.deadline if votes else None, mine=mine)


def _votes(state: Decision, company: str) -> tuple[str, ...]:
    """A company approves inside before it votes: on its route, or elsewhere where no route fits."""
    inside = state.approved_inside(company)
    if inside and inside.status == "approved":
        return ("vote", "recuse")
    routed = state.house(company).route_for(state.subject, state.amount)
    return ("submit_internal_approval" if routed else "record_internal_approval", "recuse")


def _question(
    state: Matter,
    item: str,
    since: datetime,
    deadline: datetime | None,
    *,
    mine: bool = False,
    answers: tuple[str, ...] = (),
) -> Question:
    head, _, number = item.rpartition("-")
    numbered = number.isdecimal()
    return Question(
        answers=answers if item == "votes" else ANSWERS.get(head if numbered else item, ()),
        number=int(number) if numbered else 0,
        alliance=state.alliance_id,
        matter=state.id,
        kind=state.kind,
        title=state.title,
        title_en=state.title_en,
        item=item,
        since=since,
        deadline=deadline,
        mine=mine,
    )
