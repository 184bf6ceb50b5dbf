"""A gate is waived: due diligence begins without an NDA, on the word of a named person who gives the reason.

It takes effect at once.  Every other party can contest it while due diligence
runs (contests.py); then the alliance stands before the gate again and the NDA
is drafted.  A time for objections before it takes effect would be one more
silence with a meaning, and nobody has to show anything before its own consent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Outcome, Tell
from teikei.domain.alliance.diligence import in_diligence
from teikei.domain.alliance.state import NDA, Alliance
from teikei.domain.clock import Drop
from teikei.domain.elsewhere import WaivedGate, for_the_others
from teikei.domain.errors import Forbidden
from teikei.domain.fields import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveGate(Act):
    """A named person of a party waives the NDA, with the reason: due diligence begins; every other party can contest it."""

    kind: Literal["waive_gate"] = "waive_gate"
    gate: Literal["nda"] = "nda"
    reason: Line

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(NDA)
        if not by.person:
            raise Forbidden("recorded.no_person")
        waived = WaivedGate(gate=self.gate, by=by.company, person=by.person, at=now, reason=self.reason)
        passed = replace(state.without_child(state.nda), nda="", waived=(*state.waived, waived))
        told, mails = for_the_others(in_diligence(passed, now), self.kind, by, now, how=self.reason)
        entry = state.entry(
            "alliance.gate_waived", by.company, gate=self.gate, person=by.person, reason=self.reason
        )
        drops = (Tell(to=state.nda, act=Drop(reason="gate_waived")),) if state.nda else ()
        return Outcome(state=told, entries=(entry,), tells=drops, mails=mails)
