"""What an alliance knows while it lives: only what is open; what is over stands in the record and in `items`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.act import ClosedItem, Outcome, Tell
from teikei.domain.alliance.candidates import Parting, Selection, SignedNda
from teikei.domain.alliance.duties import Obligation, Survivor, closed_obligation
from teikei.domain.alliance.survey import HealthCheck, HealthGap, HealthResult
from teikei.domain.clock import Drop
from teikei.domain.company_events import CompanyEvent, closed_event
from teikei.domain.elsewhere import Earlier, WaivedGate
from teikei.domain.fields import Id, Line, at_most
from teikei.domain.languages import Governing, PapersIn
from teikei.domain.matter import Matter, Party, Spent
from teikei.domain.parties import Gone, Joined
from teikei.domain.succession import Planned
from teikei.domain.terms import STRICT, Brief, Form, NdaTerms, Terms

Axis = Literal["culture", "philosophy", "technology"]
AXES: tuple[Axis, ...] = ("culture", "philosophy", "technology")

INTAKE, NDA, DILIGENCE, NEGOTIATION, SIGNING, OPERATION, EXIT, CLOSED, ABANDONED = (
    "intake", "nda", "due_diligence", "negotiation", "signing", "operation", "exit", "closed", "abandoned",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A company's mark for itself or for a partner on one axis, with its evidence."""

    by: str
    about: str
    axis: Axis
    points: int
    evidence: str
    recorded_by: str = ""
    """The company that entered it for an off-platform one."""

    def knows(self) -> tuple[str, ...]:
        """Who knows the mark while it is not shared: its author, and who entered it."""
        return (self.by, self.recorded_by) if self.recorded_by else (self.by,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Marks about one company on one axis that lie far apart: an item for the talks."""

    about: str
    axis: Axis
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """宿題 from a review: who owes what by when."""

    number: int
    owner: str
    what: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Who of one company was at a review; nobody: absent."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    people: Annotated[tuple[Line, ...], at_most(30)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How one party stood on a resolution of a review."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    choice: Literal["yes", "no", "abstain", "recused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a review resolved, and how each party stood on it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    title: Line
    outcome: Line
    votes: Annotated[tuple[Stand, ...], at_most(10)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaLine:
    """One point of a review's agenda: a code with values, said in the reader's language."""

    code: str
    values: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A motion, and what became of it; an empty outcome: it is still open."""

    decision: str
    title: str
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContest:
    """A recorded act that its party contests and that nothing undid: a point of the next agenda."""

    company: str
    act: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHeld:
    """A review whose minutes are still being written."""

    number: int
    held_on: date
    place: str
    chair: str
    attendees: tuple[Attendance, ...]
    agenda: tuple[AgendaLine, ...]
    points: tuple[str, ...]
    resolutions: tuple[Resolution, ...]
    actions: tuple[ActionItem, ...]
    next_on: date | None
    clock: tuple[Spent, ...] = ()
    """What companies had taken by then."""
    parties: tuple[Party, ...] = ()
    """The parties of that day, where they are others by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitItem:
    """One line of the exit checklist; `company` empty: the system ticks it."""

    code: str
    company: str
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How an alliance leaves: why, on which day, and what is still to do."""

    reason: str
    end_date: date
    started: datetime
    checklist: tuple[ExitItem, ...] = ()
    termination: str = ""
    """Id of the termination agreement; empty when the term simply ran out."""
    terminated: bool = False
    final_period: str = ""
    """Id of the last allocation period; `-` where nothing was left to allocate."""
    lapsed: bool = False
    survivors: tuple[Survivor, ...] = ()
    """What outlives the end, and until when."""

    def ticked(self, code: str, company: str) -> Exit:
        """The checklist with one line done."""
        done = tuple(
            replace(i, done=True) if (i.code, i.company) == (code, company) else i for i in self.checklist
        )
        return replace(self, checklist=done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alliance(Matter):
    """The state of one alliance."""

    kind: ClassVar[str] = "alliance"
    over_stages: ClassVar[frozenset[str]] = frozenset({CLOSED, ABANDONED})

    form: Form
    opened_by: str
    calendar: str = "JP"
    papers_in: PapersIn = "ja"
    governing_language: Governing = "ja"
    """Which text prevails in papers of two languages."""
    brief: Brief = field(default_factory=Brief)
    nda_terms: NdaTerms = field(default_factory=NdaTerms)
    nda: str = ""
    scores: tuple[Score, ...] = ()
    shared: tuple[str, ...] = ()
    """Companies that have shared their marks about partners."""
    diligence_over: bool = False
    gaps: tuple[Gap, ...] = ()
    go_no_go: str = ""
    main: str = ""
    terms: Terms | None = None
    period_terms: Terms | None = None
    """The terms under which the period began that is not opened yet, where an amendment has changed them since."""
    period_parties: tuple[Party, ...] = ()
    """Likewise the parties of that period."""
    amending: str = ""
    """The amendment that is talked over."""
    amendments: int = 0
    reviews_from: date | None = None
    """Since when the cadence of reviews is counted; empty: from the first day of the term."""
    reviews_before: int = 0
    review_skips: int = 0
    """How many reviews in a row were left out."""
    signed_on: date | None = None
    main_title: str = ""
    review: int = 0
    """Number of the review that comes next; 0 before operation."""
    minutes: tuple[ReviewHeld, ...] = ()
    actions: tuple[ActionItem, ...] = ()
    action_count: int = 0
    period: int = 0
    """Number of the last allocation period that was opened."""
    period_from: date | None = None
    """First day of the period that is not opened yet."""
    open_period: str = ""
    motions: tuple[Resolved, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    """Motions that were decided since the last review."""
    contested: tuple[OpenContest, ...] = ()
    """Contests since the last review that nothing undid."""
    obligations: tuple[Obligation, ...] = ()
    obligation_count: int = 0
    health_check: HealthCheck | None = None
    """The health check that is open."""
    health_checks: int = 0
    """How many were called."""
    health: tuple[HealthResult, ...] = ()
    """The last results, oldest first."""
    health_gaps: tuple[HealthGap, ...] = ()
    """Gaps since the last review: points of the next agenda."""
    exit: Exit | None = None
    abandoning: tuple[str, ...] = ()
    """Companies that want to abandon an alliance whose agreement binds; it takes all."""
    reason: str = ""
    """Why it was abandoned."""
    earlier: Earlier | None = None
    """It lived before this system, and was brought in."""
    waived: tuple[WaivedGate, ...] = ()
    """Gates that it passed without their paper."""
    nda_signed: SignedNda | None = None
    """The NDA that came to bind."""
    selection: Selection | None = None
    """The selection in which its candidate stands: known to the opener alone."""
    parting: Parting | None = None
    """The candidate was not chosen; the return letter is written, or was."""
    handovers: tuple[Planned, ...] = ()
    """Whose day is still to come; each is shown to its own company only."""
    events: tuple[CompanyEvent, ...] = ()
    """Announced, and still to take effect, to be answered or to be talked about."""
    event_count: int = 0
    joined: tuple[Joined, ...] = ()
    """Parties that came later, and when."""
    gone: tuple[Gone, ...] = ()
    """Parties that left."""

    @property
    def labels(self) -> dict[str, str]:
        """Label by company, of those that left too: what they owed or did goes on being named."""
        return {g.company: g.label for g in self.gone} | {p.company: p.label for p in self.parties}

    def joined_at(self, company: str) -> datetime | None:
        """Since when a company that came later is a party; None: from the beginning."""
        return next((j.at for j in self.joined if j.company == company), None)

    @property
    def host(self) -> str:
        """The party that opened the alliance, or the first one where it is none any more."""
        return self.opened_by if self.opened_by in self.companies() else self.parties[0].company

    @property
    def finished(self) -> bool:
        """Over, or only the return letter is still written."""
        return self.over or self.parting is not None

    def private_items(self, *readers: str) -> tuple[str, ...]:
        return tuple(p.item for p in self.handovers if p.company not in readers)


def abandon(state: Alliance, reason: str, **values: str) -> Outcome[Alliance]:
    """End without an alliance; everything that it opened ends with it."""
    tells = tuple(Tell(to=child, act=Drop(reason=reason)) for child in state.children)
    over = replace(state.quiet(), stage=ABANDONED, reason=reason, children=(), health_check=None)
    entry = state.entry("alliance.abandoned", reason=reason, **values)
    return Outcome(
        state=over,
        entries=(entry,),
        tells=tells,
        closed=(*closed_scores(state), *left_open(state)),
    )


def left_open(state: Alliance) -> tuple[ClosedItem, ...]:
    """Action items and obligations that nobody finished leave with the alliance, and events that were announced."""
    actions = (action_item(a, "") for a in state.actions)
    left = (o for o in state.obligations if o.status in {"open", "missed"})
    events = (closed_event(e) for e in state.events)
    return (*actions, *(closed_obligation(o, state.version, result="") for o in left), *events)


def closed_scores(state: Alliance) -> tuple[ClosedItem, ...]:
    """Scores leave the state as items; one that was never shared stays its author's."""
    return tuple(
        ClosedItem(
            kind="score",
            id=f"{s.by}/{s.about}/{s.axis}",
            data={"by": s.by, "about": s.about, "axis": s.axis, "points": s.points, "evidence": s.evidence},
            private_to=() if s.by == s.about or s.by in state.shared else s.knows(),
        )
        for s in state.scores
    )


def action_item(action: ActionItem, result: str) -> ClosedItem:
    """An action item that leaves the state; an empty result: nobody finished it."""
    data: dict[str, Any] = {
        "number": action.number,
        "owner": action.owner,
        "what": action.what,
        "due": action.due.isoformat(),
        "result": result,
    }
    return ClosedItem(kind="action", id=str(action.number), data=data)
