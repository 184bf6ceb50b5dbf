"""What a decision knows while it is open. It keeps the rule under which it was born."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal

from teikei.domain.act import Mail
from teikei.domain.decision.rules import Choice, Subject, VotingRule
from teikei.domain.house import Request
from teikei.domain.matter import Matter, Step

CALLED, VOTING, CLOSED = "called", "voting", "closed"

TITLES: dict[Subject, tuple[str, str]] = {
    "go_no_go": ("交渉開始の決議", "Go or no-go"),
    "approval": ("契約書承認の決議", "Approval of the exact bytes"),
    "allocation": ("利益配分の決議", "Profit allocation"),
    "resolution": ("決議", "Resolution"),
    "reserved": ("重要事項の決議", "Reserved matter"),
    "renewal": ("更新の可否の決議", "Renewal"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Internal:
    """Where a company's own approval stands; its reference is the company's own."""

    company: str
    status: Literal["submitted", "approved", "returned"]
    reference: str
    since: datetime
    sole: bool = False
    """One person proposed and approved (単独決裁)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """How one company voted, and why."""

    company: str
    choice: Choice
    reason: str
    recorded_by: str = ""
    """The company that entered it for an off-platform one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Matter):
    """The state of one decision; `sha256` names the exact bytes that it is about, if any."""

    kind: ClassVar[str] = "decision"
    over_stages: ClassVar[frozenset[str]] = frozenset({CLOSED})

    subject: Subject
    about: str
    sha256: str = ""
    motion: str = ""
    """What is moved, in the words of who called it; empty where `about` says all."""
    amount: int = 0
    """What it is about in minor units: the pool of an allocation, else 0."""
    rule: str = "unanimity"
    """The kind of the rule, by name: what a reader of older days looks for."""
    voting: VotingRule = field(default_factory=VotingRule)
    recused: tuple[str, ...] = ()
    internal: tuple[Internal, ...] = ()
    requests: tuple[Request, ...] = ()
    """The round of approval inside each company that approves here; a view shows nobody but its own."""
    votes: tuple[Vote, ...] = ()
    comments: int = 0
    outcome: str = ""

    def entitled(self) -> tuple[str, ...]:
        """Who may vote: all parties but the recused."""
        return tuple(c for c in self.companies() if c not in self.recused)

    def approved_inside(self, company: str) -> Internal | None:
        return next((i for i in self.internal if i.company == company), None)

    def request(self, company: str) -> Request | None:
        """The latest round inside a company."""
        return next((r for r in self.requests if r.company == company), None)

    def round_of(self, company: str) -> Request | None:
        """The round inside a company that has not come to its end."""
        stands = self.approved_inside(company)
        return self.request(company) if stands and stands.status == "submitted" else None

    def asking(self, request: Request, template: str, intent: str, only: str = "") -> tuple[Mail, ...]:
        """A mail to each person whose approval the open step of a round can still use; its own company's business."""
        company, wait = request.company, self.wait("votes")
        deadline = self.local_day(wait.deadline).isoformat() if wait and wait.deadline else ""

        def mail(seat: str) -> Mail:
            reader = self.reader(company, seat)
            made = self.mail_to(
                company, template, f"{intent}/{request.round}/{request.step}/{seat}", to=reader, what="approval",
                deadline=deadline, seat=seat, round=request.round, proposer=request.proposer, reference=request.reference,
            )  # fmt: skip
            return replace(made, copies=self.copies(company, *dict.fromkeys((reader.name, seat))))

        away = {s.person for s in self.house(company).stand_ins}
        able = (s for s in request.free(request.step) if s in away or s not in request.barred())
        return tuple(mail(seat) for seat in able if only in ("", seat))

    def also_reminded(self, companies: tuple[str, ...], intent: str) -> tuple[Mail, ...]:
        rounds = (found for c in companies if (found := self.round_of(c)))
        return tuple(m for r in rounds for m in self.asking(r, "approval_remind", f"approval/{intent}"))

    def with_internal(self, mine: Internal) -> Decision:
        """Where a company's own approval stands now; voting is open once all that log in have come to an end."""
        internal = (*(i for i in self.internal if i.company != mine.company), mine)
        asked = {c for c in self.entitled() if not self.party(c).off_platform}
        ready = {i.company for i in internal if i.status != "submitted"} >= asked
        return replace(self, internal=internal, stage=VOTING if ready else CALLED)


def new_decision(
    parent: Matter, subject: Subject, now: datetime, *, days: int, about: str, sha256: str = "",
    voting: VotingRule | None = None, title: str = "", motion: str = "", amount: int = 0,
) -> Decision:  # fmt: skip
    """A decision of all parties of `parent`, to be answered within `days` business days.

    Where silence has a meaning of its own, or the contract has one for it (renewal), it has it on the business
    day after the last day.
    """
    ja, en = TITLES[subject]
    voting = voting or VotingRule()
    spoken = voting.silence == "lapses" and subject != "renewal"
    return Decision(
        id=parent.new_id("decision"),
        alliance_id=parent.alliance_id,
        parent=parent.id,
        title=f"{parent.title} {ja}{f'「{title}」' if title else ''}",
        title_en=f"{parent.title_en}: {en}{f' “{title}”' if title else ''}",
        stage=CALLED,
        sandbox=parent.sandbox,
        zone=parent.zone,
        parties=parent.parties,
        houses=parent.houses,
        reminders=parent.reminders if spoken else replace(parent.reminders, lapse=1),
        subject=subject,
        about=about,
        sha256=sha256,
        motion=motion,
        amount=amount,
        rule=voting.kind,
        voting=voting,
    ).ask("votes", parent.companies(), now, Step(n=days, unit="business_day"))
