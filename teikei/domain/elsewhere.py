"""Papers that were signed outside this system, and alliances that lived before it: what is known of them, and from whom.

Nothing is made up about them: the file is the version, there are no
signatures of ours, and earlier stages are named but not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypeVar

from teikei.domain.act import Actor, Mail
from teikei.domain.errors import Invalid
from teikei.domain.fields import Day, Line, Minor, Sha256
from teikei.domain.ids import derive
from teikei.domain.matter import Matter, Recorded
from teikei.domain.terms import STRICT

S = TypeVar("S", bound=Matter)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """The signed paper as a file that was stored before: its bytes by their hash, and their number."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Line
    sha256: Sha256
    size: Minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract that was signed elsewhere, with the days that stand in it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    title: Line
    file: SignedFile
    signed_on: Day
    effective_on: Day
    term_until: Day

    def check(self, at: str, today: date) -> None:
        """Refuse days that contradict each other or the calendar; names the field below `at`."""
        if self.signed_on > today:
            raise Invalid("elsewhere.signed_in_the_future", f"{at}/signed_on")
        if self.effective_on < self.signed_on:
            raise Invalid("elsewhere.effective_before_signed", f"{at}/effective_on")
        if self.term_until < max(today, self.effective_on):
            raise Invalid("terms.run_out", f"{at}/term_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Who says that this paper was signed elsewhere, and what it is called there."""

    how: Literal["brought_in", "uploaded"]
    by: str
    person: str
    at: datetime
    file: SignedFile
    title: str = ""
    """The title of the paper itself; empty: that of our own paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedGate:
    """A gate that is passed without its paper, and on whose word."""

    gate: Literal["nda"]
    by: str
    person: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An alliance that lived before this system: who brought it in, and which stages were over by then."""

    by: str
    person: str
    at: datetime
    reference: str
    """The number under which its company keeps it."""
    stages: tuple[str, ...]


def for_the_others(
    state: S, act: str, by: Actor, now: datetime, *, how: str, evidence: str = ""
) -> tuple[S, tuple[Mail, ...]]:
    """A party said something that is all parties' business: each other one can confirm or contest it, and has a mail."""
    entered = tuple(
        Recorded(
            id=derive("rec", state.id, state.version, i), matter=state.id, company=c, act=act, by=by.company,
            person=by.person, how=how, evidence_sha256=evidence, at=now,
        )
        for i, c in enumerate(state.companies())
        if c != by.company
    )  # fmt: skip
    name = state.party(by.company).name_ja
    mails = tuple(
        state.mail_to(r.company, "entered", f"entered/{r.id}", what=act, by=name, person=by.person, file=how)
        for r in entered
    )
    return state.with_recorded(*entered), mails
