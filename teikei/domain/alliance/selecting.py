"""候補先の選定: a candidate is chosen, or dropped with its return letter (返還依頼書).

A dropped candidate's alliance stands still from that moment on: nothing is due,
awaited or open any more, and every act is refused as if it were over.  It ends
when the letter is written, which goes to the candidate with the end.  The
reason is for the candidate; the note is the opener's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from teikei.domain.act import Act, Actor, Entry, Outcome, Paper, Tell, rule
from teikei.domain.alliance.candidates import NOT_YET, Parting, Selection
from teikei.domain.alliance.state import DILIGENCE, INTAKE, NDA, NEGOTIATION, Alliance, abandon
from teikei.domain.clock import Drop, PaperReady
from teikei.domain.errors import Conflict, Forbidden
from teikei.domain.fields import Line, text
from teikei.domain.matter import Effect

OPEN = (INTAKE, NDA, DILIGENCE, NEGOTIATION)
"""The stages in which a candidate is chosen or dropped."""
LETTER = "return-letter.docx"
Aside = Annotated[str, text(4000, 0, lines=True)]
"""Several lines, or nothing."""


def asked_by_opener(state: Alliance, by: Actor) -> Selection:
    """The selection, for its opener; all others hear the same whether there is one or not."""
    state.party(by.company)
    if by.company != state.opened_by:
        raise Forbidden("selection.opener_only")
    if state.selection is None:
        raise Conflict("selection.in_none")
    replace(state, suspended=None).running(*OPEN)  # a suspended one, too
    return state.selection


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCandidate(Act):
    """The opener goes on with this candidate. The others are dropped by people, and this one reads nothing of it."""

    kind: Literal["choose_candidate"] = "choose_candidate"
    note: Aside = ""

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        selection = asked_by_opener(state, by)
        if selection.chosen:
            raise Conflict("selection.chosen_already")
        chosen = replace(selection, chosen=True, note=self.note)
        entry = Entry(
            code="candidate.chosen",
            subjects=(state.id, selection.candidate),
            values={"selection": selection.id, "name": selection.name, "note": self.note},
            private_to=(by.company,),
        )
        return Outcome(state=replace(state, selection=chosen), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCandidate(Act):
    """The opener does not choose this candidate: its return letter is written, and the alliance ends with it."""

    kind: Literal["drop_candidate"] = "drop_candidate"
    reason: Line
    """What the candidate reads."""
    note: Aside = ""
    """What the opener keeps for itself."""

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        selection = asked_by_opener(state, by)
        parting = Parting(
            by=by.company, candidate=selection.candidate, on=state.local_day(now), reason=self.reason
        )
        still = replace(
            state.quiet(),
            parting=parting,
            selection=replace(selection, chosen=False, note=self.note),
            children=(),
            owes=(Effect(key="letter/1", paper="return_letter"),),
            nda=state.nda or NOT_YET,
            go_no_go=state.go_no_go or NOT_YET,
        )
        told = state.entry("candidate.dropped", state.id, selection.candidate, reason=self.reason)
        # Always there, with or without a note: the leaf must not tell which.
        noted = Entry(
            code="candidate.drop_noted",
            subjects=(state.id, selection.candidate),
            values={"selection": selection.id, "name": selection.name, "note": self.note},
            private_to=(by.company,),
        )
        drops = tuple(Tell(to=child, act=Drop(reason="not_chosen")) for child in state.children)
        return Outcome(state=still, entries=(told, noted), tells=drops)


@rule(PaperReady, Alliance.kind, "letter")
def letter_written(state: Alliance, ready: PaperReady, now: datetime) -> Outcome[Alliance]:
    """The letter goes to the candidate, and the alliance is over."""
    assert state.parting is not None
    opener = state.party(state.parting.by)
    entry = state.entry("candidate.letter_written", state.id, state.parting.candidate, sha256=ready.sha256)
    mail = state.mail_to(
        state.parting.candidate, "return_letter", ready.effect,
        by=opener.name_ja, by_en=opener.name_en, person=opener.contact.name, address=opener.contact.email,
        file=LETTER, sha256=ready.sha256, asked_back="true" if state.nda_signed else "",
    )  # fmt: skip
    restored = replace(
        state, nda=state.nda.removeprefix(NOT_YET), go_no_go=state.go_no_go.removeprefix(NOT_YET)
    )
    over = abandon(restored, "not_chosen")
    paper = Paper(sha256=ready.sha256, kind="return_letter", name=LETTER, size=ready.size)
    return replace(over, entries=(entry, *over.entries), mails=(mail,), papers=(paper,))
