"""What a decision knows while it is open. Rule here: unanimity with a deadline; silence is not consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from teikei.domain.matter import Matter, Step

CALLED, VOTING, CLOSED = "called", "voting", "closed"
Choice = Literal["yes", "no", "abstain"]
Subject = Literal["go_no_go", "approval", "allocation"]

TITLES: dict[Subject, tuple[str, str]] = {
    "go_no_go": ("交渉開始の決議", "Go or no-go"),
    "approval": ("契約書承認の決議", "Approval of the exact bytes"),
    "allocation": ("利益配分の決議", "Profit allocation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Internal:
    """Where a company's own approval stands; its reference is the company's own."""

    company: str
    status: Literal["submitted", "approved", "returned"]
    reference: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """How one company voted, and why."""

    company: str
    choice: Choice
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Matter):
    """The state of one decision; `sha256` names the exact bytes that it is about, if any."""

    kind: ClassVar[str] = "decision"
    over_stages: ClassVar[frozenset[str]] = frozenset({CLOSED})

    subject: Subject
    about: str
    sha256: str = ""
    rule: Literal["unanimity"] = "unanimity"
    internal: tuple[Internal, ...] = ()
    votes: tuple[Vote, ...] = ()
    comments: int = 0
    outcome: str = ""

    def approved_inside(self, company: str) -> Internal | None:
        return next((i for i in self.internal if i.company == company), None)


def new_decision(
    parent: Matter, subject: Subject, now: datetime, *, days: int, about: str, sha256: str = ""
) -> Decision:
    """A decision of all parties of `parent`, to be answered within `days` business days."""
    ja, en = TITLES[subject]
    return Decision(
        id=parent.new_id("decision"),
        alliance_id=parent.alliance_id,
        parent=parent.id,
        title=f"{parent.title} {ja}",
        title_en=f"{parent.title_en}: {en}",
        stage=CALLED,
        sandbox=parent.sandbox,
        zone=parent.zone,
        parties=parent.parties,
        reminders=parent.reminders,
        subject=subject,
        about=about,
        sha256=sha256,
    ).ask("votes", parent.companies(), now, Step(n=days, unit="business_day"))
