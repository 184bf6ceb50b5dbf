"""An NDA that all parties signed elsewhere: its file satisfies the gate, on the word of a named person.

It binds as if it had been signed here, and is marked as what it is.  Each other
party can contest it (contests.py): then the NDA is drafted here, and an alliance
that had gone on to due diligence stands before its gate again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.act import Act, Actor, Outcome, Paper, Tell
from teikei.domain.agreement.force import effective
from teikei.domain.agreement.state import (
    APPROVAL,
    DRAFTING,
    ROUNDS,
    SIGNED,
    SIGNING,
    Agreement,
    Signature,
    Version,
)
from teikei.domain.clock import Drop
from teikei.domain.elsewhere import Contract, Elsewhere, for_the_others
from teikei.domain.errors import Conflict, Forbidden, Invalid
from teikei.domain.fields import Id, Line, at_most
from teikei.domain.matter import Due, Effect, on
from teikei.domain.terms import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signed for a company, as the paper says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    signatory: Line
    title: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSigned(Act):
    """A named person of a party hands in the NDA that all parties signed elsewhere: it binds, and can be contested."""

    kind: Literal["upload_signed"] = "upload_signed"
    contract: Contract
    signatories: Annotated[tuple[Signatory, ...], at_most(10, 2)]

    def decide(self, state: Agreement, by: Actor, now: datetime, /) -> Outcome[Agreement]:
        state.party(by.company)
        state.running(DRAFTING, ROUNDS, APPROVAL, SIGNING)
        if not by.person:
            raise Forbidden("recorded.no_person")
        if state.role != "nda":
            raise Conflict("elsewhere.nda_only")
        self.contract.check("/contract", state.local_day(now))
        if sorted(s.company for s in self.signatories) != sorted(state.companies()):
            raise Invalid("elsewhere.signatories", "/signatories")
        file = self.contract.file
        signed, mails = for_the_others(
            self._signed(state, by, now), self.kind, by, now, how=file.name, evidence=file.sha256
        )
        entry = state.entry(
            "agreement.signed_elsewhere", state.id, by.company,
            title=self.contract.title, signed_on=self.contract.signed_on.isoformat(), sha256=file.sha256, person=by.person,
            signatories=[s.signatory for s in self.signatories],
        )  # fmt: skip
        drops = tuple(Tell(to=c, act=Drop(reason="signed_elsewhere")) for c in state.children)
        paper = Paper(sha256=file.sha256, kind=state.paper, name=file.name, size=file.size)
        done = _binding(signed, now)
        return replace(
            done, entries=(entry, *done.entries), tells=(*drops, *done.tells), mails=mails, papers=(paper,)
        )

    def _signed(self, state: Agreement, by: Actor, now: datetime) -> Agreement:
        given, file = self.contract, self.contract.file
        return replace(
            state.closed_wait("rounds").closed_wait("signatures"),
            stage=SIGNED,
            number=state.number + 1,
            version_now=Version(number=state.number + 1, sha256=file.sha256, size=file.size, clauses=""),
            approval="",
            children=(),
            owes=(),
            signatures=tuple(_signature(s, given, by) for s in self.signatories),
            signed_on=given.signed_on,
            effective_on=given.effective_on,
            term_since=given.effective_on,
            term_until=given.term_until,
            elsewhere=Elsewhere(
                how="uploaded", by=by.company, person=by.person, at=now, file=file, title=given.title
            ),
        )


def _signature(given: Signatory, contract: Contract, by: Actor) -> Signature:
    return Signature(
        company=given.company,
        signatory=given.signatory,
        title=given.title,
        signed_at=on(contract.signed_on),
        method="elsewhere",
        evidence_sha256=contract.file.sha256,
        recorded_by="" if given.company == by.company else by.company,
    )


def _binding(state: Agreement, now: datetime) -> Outcome[Agreement]:
    """It binds now, or from its first day."""
    assert state.effective_on is not None
    first = Due(key="effective/day", base=on(state.effective_on), slide="none")
    if state.effective_on <= state.local_day(now):
        return effective(state, first, now)
    return Outcome(state=state.with_due(first), entries=())


def drafted_here(state: Agreement) -> Agreement:
    """The upload is contested: the NDA is drafted here, and what was said of its signing is gone."""
    number = state.number + 1
    return replace(
        state.without_due("effective/day", "term/end"),
        stage=DRAFTING,
        number=number,
        owes=(Effect(key=f"version/{number}", paper=state.paper),),
        signatures=(),
        signed_on=None,
        effective_on=None,
        term_since=None,
        term_until=None,
        elsewhere=None,
    )
