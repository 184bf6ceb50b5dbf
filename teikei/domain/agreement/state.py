"""What an agreement knows while it lives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from teikei.domain.act import Entry, Outcome, Paper, Tell, rule
from teikei.domain.agreement.refusals import Refusal
from teikei.domain.alliance.duties import Survivor
from teikei.domain.amendments import AmendmentTerms
from teikei.domain.clock import Drop, PaperReady
from teikei.domain.elsewhere import Elsewhere
from teikei.domain.languages import Governing, PapersIn
from teikei.domain.matter import Effect, Matter, Step
from teikei.domain.messages import AgreementMoved
from teikei.domain.papers import PAPER_TITLES, PaperKind
from teikei.domain.succession import Planned
from teikei.domain.terms import Brief, NdaTerms, TerminationTerms, Terms

Talked = Literal["nda", "main", "termination", "amendment"]
"""What is drafted, talked over and signed."""
Role = Literal["nda", "main", "termination", "amendment", "survival"]
DRAFTING, ROUNDS, APPROVAL, SIGNING, SIGNED, IN_FORCE, ENDED = (
    "drafting", "rounds", "approval", "signing", "signed", "in_force", "ended",
)  # fmt: skip
SURVIVAL = ("存続条項", "Surviving duties")
ROUNDS_DAYS = {"nda": 20, "main": 60, "termination": 20, "amendment": 40}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The newest version of the paper: these exact bytes are approved and signed, or none."""

    number: int
    sha256: str
    size: int
    clauses: str
    stale: tuple[str, ...] = ()
    """Clauses of it whose English was written for an older Japanese text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How one company signed: who, when, by which method, and the hash of the evidence."""

    company: str
    signatory: str
    title: str
    signed_at: datetime
    method: str
    evidence_sha256: str
    recorded_by: str = ""
    """The company that entered it for an off-platform one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Matter):
    """The state of one agreement. 締結日 and 効力発生日 live here, never in the approved paper."""

    kind: ClassVar[str] = "agreement"
    over_stages: ClassVar[frozenset[str]] = frozenset({ENDED})

    role: Role
    paper: PaperKind
    form: str
    drafted_on: date
    papers_in: PapersIn = "ja"
    governing_language: Governing = "ja"
    brief: Brief = field(default_factory=Brief)
    nda_terms: NdaTerms | None = None
    terms: Terms | None = None
    termination_terms: TerminationTerms | None = None
    amendment: AmendmentTerms | None = None
    number: int = 1
    """Number of the version that is being written, or was written last."""
    version_now: Version | None = None
    approval: str = ""
    """The decision on the present bytes, while it is open."""
    approved_at: datetime | None = None
    """When all companies had approved the present bytes; no signature is older."""
    approved_by: str = ""
    """The decision that approved them."""
    signatures: tuple[Signature, ...] = ()
    signed_on: date | None = None
    effective_on: date | None = None
    term_since: date | None = None
    """First day of the present term; a renewal begins a new one."""
    term_until: date | None = None
    renewal_refused: bool = False
    renewal_decision: str = ""
    """The decision whether to renew, while it is open."""
    refusals: tuple[Refusal, ...] = ()
    """Refusals of renewal for the present term, drafted or on their way."""
    refusal_count: int = 0
    survivors: tuple[Survivor, ...] = ()
    """Of the role `survival` only: what outlives a closed alliance."""
    handovers: tuple[Planned, ...] = ()
    """Of the role `survival` only: those to come; a view shows nobody but its own."""
    reason: str = ""
    elsewhere: Elsewhere | None = None
    """It was not signed here: who says so, and on what file."""

    def private_items(self, *readers: str) -> tuple[str, ...]:
        return tuple(p.item for p in self.handovers if p.company not in readers)

    @property
    def titles(self) -> tuple[str, str]:
        """Its title in Japanese and English; a paper of elsewhere keeps its own."""
        if self.role == "survival":
            return SURVIVAL
        own = self.elsewhere.title if self.elsewhere else ""
        return (own, own) if own else PAPER_TITLES[self.paper]

    @property
    def languages_pair(self) -> bool:
        """Is more signed than the text that prevails alone? Then its languages must say the same."""
        return self.papers_in != self.governing_language

    @property
    def fixed(self) -> bool:
        """Nobody can revise it: its first version is its last."""
        return self.terms is None and self.amendment is None

    def moved(
        self, to: Literal["approved", "reopened", "in_force", "renewed", "ended"], reason: str = ""
    ) -> Tell:
        """News for the alliance."""
        told = AgreementMoved(
            agreement=self.id,
            role=self.role,
            to=to,
            reason=reason,
            title=self.titles[0],
            terms=self.terms,
            signed_on=self.signed_on,
            term_until=self.term_until,
            amendment=self.amendment,
            joining=self.amendment.joining(self.parties) if self.amendment and to == "in_force" else (),
            recorded=self.recorded if to == "ended" else (),
            elsewhere=self.elsewhere is not None,
        )
        return Tell(to=self.parent, act=told)


def new_agreement(
    parent: Any, role: Talked, terms: NdaTerms | Terms | TerminationTerms | AmendmentTerms, now: datetime
) -> Agreement:
    """A new agreement of an alliance; its first version is owed at once. `parent` is the Alliance."""
    paper: PaperKind = parent.form if role == "main" else role
    title_ja, title_en = PAPER_TITLES[paper]
    return Agreement(
        id=parent.new_id("agreement"),
        alliance_id=parent.alliance_id,
        parent=parent.id,
        title=f"{parent.title} {title_ja}",
        title_en=f"{parent.title_en}: {title_en}",
        stage=DRAFTING,
        sandbox=parent.sandbox,
        zone=parent.zone,
        parties=parent.parties,
        houses=parent.houses,
        reminders=parent.reminders,
        role=role,
        paper=paper,
        form=parent.form,
        drafted_on=parent.local_day(now),
        papers_in=parent.papers_in,
        governing_language=parent.governing_language,
        brief=parent.brief,
        nda_terms=terms if isinstance(terms, NdaTerms) else None,
        terms=terms if isinstance(terms, Terms) else None,
        termination_terms=terms if isinstance(terms, TerminationTerms) else None,
        amendment=terms if isinstance(terms, AmendmentTerms) else None,
        owes=(Effect(key="version/1", paper=paper),),
    )


@rule(PaperReady, Agreement.kind, "version")
def version_written(state: Agreement, ready: PaperReady, now: datetime) -> Outcome[Agreement]:
    """A version is written: the parties have it before them and talk."""
    version = Version(
        number=state.number, sha256=ready.sha256, size=ready.size, clauses=ready.clauses, stale=ready.stale
    )
    talks = replace(state, stage=ROUNDS, version_now=version)
    days = Step(n=ROUNDS_DAYS[state.role], unit="business_day")
    paper = Paper(
        sha256=ready.sha256, kind=state.paper, name=f"{state.paper}-v{state.number}.docx", size=ready.size
    )
    entry = Entry(
        code="agreement.version_written",
        subjects=(state.id,),
        values={
            "version": state.number,
            "sha256": ready.sha256,
            "clauses": ready.clauses,
            "paper": state.paper,
        },
    )
    return Outcome(state=talks.ask("rounds", state.companies(), now, days), entries=(entry,), papers=(paper,))


@rule(Drop, Agreement.kind, "drop")
def dropped(state: Agreement, drop: Drop, now: datetime) -> Outcome[Agreement]:
    """The alliance is over, or its termination agreement binds."""
    return ended(state, drop.reason, tell=False)


def ended(state: Agreement, reason: str, *, tell: bool = True) -> Outcome[Agreement]:
    """The agreement is over, with its reason; an open decision on it is dropped, the alliance is told if it does not know."""
    kept = () if tell else state.recorded
    over = replace(state.quiet(), stage=ENDED, reason=reason, approval="", children=(), recorded=kept)
    drops = tuple(Tell(to=child, act=Drop(reason=reason)) for child in state.children)
    news = (state.moved("ended", reason),) if tell else ()
    return Outcome(
        state=over, entries=(state.entry("agreement.ended", state.id, reason=reason),), tells=(*drops, *news)
    )
