"""Intake: an alliance is born, and says what it is for.

The questions name the route (seed §5, §7): a new company, mere permission to
use, a merger or a short arrangement is another road; rivals, land or personal
data call for more on this one.  The table below is the whole rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.act import Act, Actor, Entry, Outcome, rule
from teikei.domain.alliance.candidates import Selection, SelectionIn
from teikei.domain.alliance.state import INTAKE, NDA, Alliance, abandon
from teikei.domain.calendar import Calendar
from teikei.domain.clock import FellDue
from teikei.domain.errors import Conflict, Forbidden, Invalid
from teikei.domain.fields import Flag, Id, Instant, Line, Note, at_most
from teikei.domain.languages import Governing, PapersIn, lacking
from teikei.domain.matter import Due, Party, Person, Reminders, Step
from teikei.domain.papers import LABELS
from teikei.domain.terms import STRICT, Benefit, Brief, Contribution, Form, Goal, Purpose, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One intake question; answered yes it leads another way, or calls for something more."""

    question: str
    way: str = ""
    need: str = ""


ROUTES = (
    Route(question="new_company", way="joint_venture"),
    Route(question="permission_only", way="license"),
    Route(question="merger", way="merger"),
    Route(question="under_a_year", way="spot"),
    Route(question="rivals", need="clean_team"),
    Route(question="land", need="land"),
    Route(question="personal_data", need="personal_data"),
)


CALENDAR = "JP"
"""By which every alliance begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company of the directory, as `commit` reads it."""

    id: str
    name_ja: str
    name_en: str
    address: str
    representative_title: str
    representative_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unborn:
    """What stands in the place of the state before an alliance exists."""

    id: str
    companies: tuple[Company, ...]
    now: datetime
    calendar: Calendar | None = None
    """By which business days are counted where a rule only looks at them; what falls due, `commit` resolves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyIn:
    """A party as the opening act names it; name and address come from the directory."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    role: Line
    contact: Person
    escalation: Person
    off_platform: Flag = False
    """It will not log in: the others enter what it did elsewhere, with evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlliance(Act):
    """A company opens an alliance of 2 to 10 companies and is one of its parties."""

    kind: Literal["open_alliance"] = "open_alliance"
    name_ja: Line
    name_en: Line
    form: Form
    parties: Annotated[tuple[PartyIn, ...], at_most(10, 2)]
    reminders: Reminders = field(default_factory=Reminders)
    sandbox_from: Instant | None = None
    """Set: a sandbox alliance, whose clock starts here and moves only when told."""
    selection: SelectionIn | None = None
    """The opener's own business; `POST /v1/selections` alone sets it."""
    papers_in: PapersIn = "ja"
    """The language of its papers, or both side by side."""
    governing_language: Governing = "ja"
    """Which text prevails in papers of two languages."""

    def decide(self, state: Unborn, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        parties = joined(self.parties, state, by)
        if lack := lacking(self.form, self.papers_in):
            raise Invalid(
                "papers.language_missing", "/papers_in", language=self.papers_in, kinds=", ".join(lack)
            )
        alliance = Alliance(
            id=state.id,
            alliance_id=state.id,
            title=self.name_ja,
            title_en=self.name_en,
            stage=INTAKE,
            sandbox=self.sandbox_from is not None,
            parties=parties,
            reminders=self.reminders,
            form=self.form,
            opened_by=by.company,
            calendar=CALENDAR,
            papers_in=self.papers_in,
            governing_language=self.governing_language,
            selection=self._selected(by),
        ).ask("intake", (by.company,), now, Step(n=20, unit="business_day"))
        entry = Entry(
            code="alliance.opened",
            subjects=alliance.companies(),
            values={"alliance": state.id, "name": self.name_ja, "form": self.form, "parties": len(parties)},
        )
        return Outcome(state=alliance, entries=(entry,), created=(state.id,))

    def _selected(self, by: Actor) -> Selection | None:
        """No entry says so: an ordinary alliance has one leaf when it is opened, and so has this one."""
        if self.selection is None:
            return None
        given = self.selection
        if given.candidate == by.company or given.candidate not in {p.company for p in self.parties}:
            raise Invalid("parties.unknown_company", "/selection/candidate")
        return Selection(id=given.id, name=given.name, candidate=given.candidate)


def joined(given: tuple[PartyIn, ...], state: Unborn, by: Actor) -> tuple[Party, ...]:
    """The parties as an opening act names them: 2 to 10, each once and in the directory, who opens among them."""
    ids = [p.company for p in given]
    if not 2 <= len(ids) <= len(LABELS):
        raise Invalid("parties.two_to_ten", "/parties", count=len(ids))
    if len(set(ids)) != len(ids):
        raise Invalid("parties.twice", "/parties")
    if by.company not in ids:
        raise Forbidden("parties.opener_not_among_them")
    if next(p for p in given if p.company == by.company).off_platform:
        raise Invalid("parties.opener_off_platform", f"/parties/{ids.index(by.company)}/off_platform")
    known = {c.id: c for c in state.companies}
    for i, company in enumerate(ids):
        if company not in known:
            raise Invalid("parties.unknown_company", f"/parties/{i}/company")
    return tuple(_party(p, known[p.company], LABELS[i]) for i, p in enumerate(given))


def _party(given: PartyIn, company: Company, label: str) -> Party:
    return Party(
        company=company.id,
        label=label,
        name_ja=company.name_ja,
        name_en=company.name_en,
        address=company.address,
        representative_title=company.representative_title,
        representative_name=company.representative_name,
        role=given.role,
        contact=given.contact,
        escalation=given.escalation,
        off_platform=given.off_platform,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The intake questions, each yes or no."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    new_company: Flag
    permission_only: Flag
    merger: Flag
    under_a_year: Flag
    rivals: Flag
    land: Flag
    personal_data: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class StateIntake(Act):
    """What the alliance is for: purposes with measures, goals, contributions of every party,
    the four benefits and the four risks, how it might end, and the answers that name the route.
    """

    kind: Literal["state_intake"] = "state_intake"
    background: Note
    purposes: Annotated[tuple[Purpose, ...], at_most(3, 1)]
    goals: Annotated[tuple[Goal, ...], at_most(20, 1)]
    contributions: Annotated[tuple[Contribution, ...], at_most(60, 2)]
    benefits: Annotated[tuple[Benefit, ...], at_most(4, 4)]
    risks: Annotated[tuple[Risk, ...], at_most(4, 4)]
    exit_idea: Note
    answers: Answers

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(INTAKE)
        self._complete(state)
        needs = _needs(self.answers)
        brief = Brief(
            background=self.background,
            purposes=self.purposes,
            goals=self.goals,
            contributions=self.contributions,
            benefits=self.benefits,
            risks=self.risks,
            exit_idea=self.exit_idea,
            needs=needs,
        )
        entry = state.entry(
            "alliance.intake_stated",
            by.company,
            purposes=[p.kind for p in self.purposes],
            needs=list(needs),
            goals=len(self.goals),
        )
        return Outcome(state=replace(state.closed_wait("intake"), stage=NDA, brief=brief), entries=(entry,))

    def _complete(self, state: Alliance) -> None:
        for name, given in (("purposes", self.purposes), ("benefits", self.benefits), ("risks", self.risks)):
            kinds = [g.kind for g in given]
            if len(set(kinds)) != len(kinds):
                raise Invalid("intake.twice", f"/{name}")
        if len(self.benefits) != 4 or len(self.risks) != 4 or not self.goals or not self.purposes:
            raise Invalid("intake.incomplete", "/benefits")
        bringing = {c.company for c in self.contributions}
        if bringing != set(state.companies()):
            raise Invalid("intake.contributions_of_every_party", "/contributions")


def _needs(answers: Answers) -> tuple[str, ...]:
    """What this road calls for; refuse when the answers name another road."""
    yes = [r for r in ROUTES if getattr(answers, r.question)]
    for route in yes:
        if route.way:
            raise Conflict("intake.other_way", f"/answers/{route.question}", way=route.way)
    return tuple(r.need for r in yes)


@rule(FellDue, Alliance.kind, "intake/lapse")
def intake_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Silence at intake: there is no alliance."""
    return abandon(state, "intake_lapsed")
