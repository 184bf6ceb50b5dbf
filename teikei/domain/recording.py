"""Parties that do not log in: a named person of another party enters what they did elsewhere, with its evidence.

What is entered follows the same rule as the party's own act, but never counts
as one: the actor in the record and in the receipt is the recorder, no key of
the party stands behind it, and every entry says for whom and by whom.  An
internal approval is the party's own business and is not asked for
(docs/decisions/0011-off-platform.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from teikei.domain.act import Act, Actor, Entry, Outcome, judge
from teikei.domain.agreement.force import Sign
from teikei.domain.alliance.announcing import AnswerEvent
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.exits import TickExitItem
from teikei.domain.alliance.health import AnswerHealthCheck
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    WaiveObligation,
)
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.decision.voting import CastVote, Recuse
from teikei.domain.errors import Forbidden, Invalid
from teikei.domain.fields import BY_KIND, Id, Line, Sha256
from teikei.domain.ids import derive
from teikei.domain.matter import Matter, Recorded

RECORDABLE = (
    CastVote, Recuse, Sign, GiveScore, ShareScores, EnterAmount, CloseInputs, ConfirmPayment, TickExitItem,
    AnswerObligation, FulfilObligation, HoldObligation, WaiveObligation, AnswerHealthCheck, AnswerEvent,
)  # fmt: skip
Recordable = Annotated[
    CastVote
    | Recuse
    | Sign
    | GiveScore
    | ShareScores
    | EnterAmount
    | CloseInputs
    | ConfirmPayment
    | TickExitItem
    | AnswerObligation
    | FulfilObligation
    | HoldObligation
    | WaiveObligation
    | AnswerHealthCheck
    | AnswerEvent,
    BY_KIND,
]
"""What may be entered for a party: answers that it owes, and patience or a waiver for what it is owed; no other move of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFor(Act):
    """A named person of a party enters what an off-platform party did elsewhere: how it came, and the hash of the evidence."""

    kind: Literal["record_for"] = "record_for"
    company: Id
    how: Line
    evidence_sha256: Sha256
    act: Recordable

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        self._check(state, by)
        entered = Recorded(
            id=derive("rec", state.id, state.version),
            matter=state.id,
            company=self.company,
            act=self.act.kind,
            what=_what(self.act),
            by=by.company,
            person=by.person,
            how=self.how,
            evidence_sha256=self.evidence_sha256,
            at=now,
        )
        party = Actor(company=self.company, recorded_by=by.company)
        try:
            done = judge(self.act, state.with_recorded(entered), party, now)
        except Invalid as refusal:
            raise type(refusal)(refusal.code, f"/act{refusal.pointer}", **refusal.params) from None
        entries = tuple(_marked(e, entered) for e in done.entries)
        return replace(done, entries=entries, created=(*done.created, entered.id))

    def _check(self, state: Matter, by: Actor) -> None:
        state.party(by.company)
        if not by.person:
            raise Forbidden("recorded.no_person")
        if not isinstance(self.act, RECORDABLE):
            raise Invalid("recorded.not_recordable", "/act")
        party = next((p for p in state.parties if p.company == self.company), None)
        if party is None:
            raise Invalid("parties.unknown_company", "/company")
        if party.company == by.company:
            raise Invalid("recorded.own_company", "/company")
        if not party.off_platform:
            raise Invalid("recorded.not_off_platform", "/company")


def _what(act: Act) -> str:
    if isinstance(act, GiveScore):
        return f"{act.about} {act.axis}"
    if isinstance(act, EnterAmount):
        return f"{act.side} {act.what}"
    if isinstance(act, FulfilObligation):
        return f"{act.number} {act.day.isoformat()}"
    if isinstance(act, (AnswerHealthCheck, AnswerObligation, AnswerEvent, HoldObligation, WaiveObligation)):
        return str(act.number)
    return act.item if isinstance(act, TickExitItem) else ""


def _marked(entry: Entry, entered: Recorded) -> Entry:
    """The entry says for whom it was entered, by whom, and on what evidence; who entered it may read it."""
    marks = {
        "recorded": entered.id,
        "recorded_for": entered.company,
        "recorded_by": entered.by,
        "recorded_person": entered.person,
        "recorded_how": entered.how,
        "recorded_evidence": entered.evidence_sha256,
    }
    readers = (*entry.private_to, entered.by) if entry.private_to else ()
    return replace(entry, values={**entry.values, **marks}, private_to=readers)
