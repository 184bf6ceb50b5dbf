"""What every matter has: its parties, what is due, what it waits for, what it owes.

A state holds only what is open.  `version` is the fence: `commit` gives it, no
rule does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from teikei.domain.act import Copy, Entry, Mail, Value
from teikei.domain.days import Reason
from teikei.domain.errors import Conflict, Forbidden
from teikei.domain.fields import Count, at_most
from teikei.domain.house import House
from teikei.domain.ids import PREFIXES, derive

# Who speaks of parties finds them here.
from teikei.domain.person import FormerName as FormerName  # noqa: PLC0414
from teikei.domain.person import Person as Person  # noqa: PLC0414


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company as a party of one alliance, with its facts as of now."""

    company: str
    label: str
    name_ja: str
    name_en: str
    address: str
    representative_title: str
    representative_name: str
    role: str
    contact: Person
    escalation: Person
    """Who hears of it when the contact stays silent five business days past a deadline."""
    off_platform: bool = False
    """It does not log in: others enter what it did elsewhere (recording.py)."""
    former: tuple[FormerName, ...] = ()
    """Earlier names, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an off-platform party did elsewhere, as another party entered it; never the party's own act."""

    id: str
    matter: str
    """The matter to which it was entered; the list goes on with the matter that this one reports to."""
    company: str
    act: str
    what: str = ""
    """Which one, where an act has several: a mark, an amount, an item."""
    by: str
    person: str
    how: str
    evidence_sha256: str
    at: datetime
    status: Literal["open", "confirmed", "contested"] = "open"
    reason: str = ""


MOST_RECORDED = 300
"""Recorded acts that a matter keeps at hand; older ones stand in the record."""


def on(day: date) -> datetime:
    """A calendar day as the base of a rule: noon UTC lies on that day in every zone of our calendars."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


Unit = Literal["day", "business_day", "month", "bank_day"]
DayKind = Literal["business_day", "civil", "bank_day"]
"""Which days count as open: see calendar.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a rule of days: so many days, business days or months on (or back)."""

    n: int
    unit: Unit


Slide = Literal["later", "earlier", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One due item: the rule, and after `commit` the instant with its explanation.

    `key` is `item/what`, for example `review-2/remind-3`.  A backward deadline
    slides `earlier`, never later (民法142条 concerns forward periods only).
    """

    key: str
    base: datetime
    steps: tuple[Step, ...] = ()
    slide: Slide = "later"
    whole_day: bool = True
    """True: 09:00 on the day that the rule names. False: exactly `base`."""
    drop_if_past: bool = False
    at: datetime | None = None
    because: str = ""
    days: DayKind = "business_day"
    """On which days it may fall when it slides."""
    why: tuple[Reason, ...] = ()
    """`because`, step by step (`reasons.py` says it in words); a question's own series has it in the `Wait`."""

    @property
    def item(self) -> str:
        return self.key.rsplit("/", 1)[0]

    @property
    def what(self) -> str:
        return self.key.rsplit("/", 1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that named companies still owe an answer to, and the deadline of it."""

    item: str
    awaits: tuple[str, ...]
    since: datetime
    steps: tuple[Step, ...] = ()
    deadline: datetime | None = None
    because: str = ""
    why: tuple[Reason, ...] = ()
    moves: int = 0
    """Steps of earlier questions whose place this one took: a calendar entry that moves counts on."""
    counted: datetime | None = None
    """Up to where the time of those that it awaits is counted; `settle` alone sets it (elapsed.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Working time that a company took at a stage for one kind of question (elapsed.py)."""

    company: str
    stage: str
    kind: str
    """The item without its number."""
    seconds: int = 0
    times: int = 0
    """How often it owed an answer and no longer does: given, or the question was closed or withdrawn."""
    seen: int = 0
    """Seconds of it that the last review has seen."""
    seen_times: int = 0

    @property
    def since_review(self) -> int:
        return self.seconds - self.seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A slow effect that the matter owes: its story has it done and reports it as an act."""

    key: str
    kind: Literal["render"] = "render"
    paper: str = ""


SUSPENSION = "suspension"
"""The item under which a suspension waits for its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Since when a matter stands still, and why."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An accident that a retry cannot heal; the operator sees it, nobody's contract ends by it."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """Offsets around a deadline in business days (before: calendar days, as people count them)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    before: Annotated[tuple[Count, ...], at_most(5)] = (14, 3, 0)
    overdue: Count = 1
    escalate: Count = 5
    lapse: Count = 10
    """Business days after the deadline at which silence gets its named outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Base of the states. `alliance_id` is its own id in an alliance."""

    kind: ClassVar[str] = ""
    over_stages: ClassVar[frozenset[str]] = frozenset()

    id: str
    alliance_id: str
    parent: str = ""
    title: str = ""
    title_en: str = ""
    stage: str
    version: int = 0
    sandbox: bool = False
    zone: str = "Asia/Tokyo"
    parties: tuple[Party, ...]
    reminders: Reminders = field(default_factory=Reminders)
    due: tuple[Due, ...] = ()
    waits: tuple[Wait, ...] = ()
    owes: tuple[Effect, ...] = ()
    children: tuple[str, ...] = ()
    """Open matters that this one opened; they are held, released and dropped with it."""
    suspended: Suspension | None = None
    attention: Attention | None = None
    recorded: tuple[Recorded, ...] = ()
    """What was entered for off-platform parties, and what they say of it."""
    spent: tuple[Spent, ...] = ()
    """What companies took until now; it goes on with the news to the matter that this one reports to."""
    houses: tuple[House, ...] = ()
    """How each company approves inside itself; a view shows nobody but its own."""

    @property
    def over(self) -> bool:
        return self.stage in self.over_stages

    @property
    def finished(self) -> bool:
        """Nothing can be said to it any more, though a last paper may still be written."""
        return self.over

    def awake(self) -> tuple[Due, ...]:
        """What can fall due: while suspended only the end of the suspension, nothing when over."""
        if self.over:
            return ()
        return tuple(d for d in self.due if self.suspended is None or d.item == SUSPENSION)

    def earliest(self, *hidden: str) -> Due | None:
        """The item that falls due first; `hidden` items are left out."""
        coming = (d for d in self.awake() if d.at and d.item not in hidden)
        return min(coming, key=lambda d: (d.at, d.key), default=None)

    def private_items(self, *readers: str) -> tuple[str, ...]:
        """Due items that are one company's own business, unless it is among the readers."""
        return ()

    def local_day(self, at: datetime) -> date:
        """The calendar day of an instant where the alliance lives."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """The begin of a calendar day where the alliance lives, as UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def due_item(self, key: str) -> Due | None:
        return next((d for d in self.due if d.key == key), None)

    def wait(self, item: str) -> Wait | None:
        return next((w for w in self.waits if w.item == item), None)

    def party(self, company: str) -> Party:
        found = next((p for p in self.parties if p.company == company), None)
        if found is None:
            raise Forbidden("party.not_one")
        return found

    def companies(self) -> tuple[str, ...]:
        return tuple(p.company for p in self.parties)

    def house(self, company: str) -> House:
        """The company's own arrangement; an empty one where it approves elsewhere."""
        return next((h for h in self.houses if h.company == company), House(company=company))

    def new_id(self, kind: str, ordinal: int = 0) -> str:
        """Id of a matter that the present act opens (see ids.py)."""
        return derive(PREFIXES[kind], self.id, self.version, ordinal)

    def running(self, *stages: str) -> None:
        """Refuse unless the matter is in one of these stages and not suspended."""
        if self.finished:
            raise Conflict("matter.over", stage=self.stage)
        if self.suspended:
            raise Conflict("matter.suspended")
        if stages and self.stage not in stages:
            raise Conflict("matter.wrong_stage", stage=self.stage, wanted=", ".join(stages))

    def without_child(self, child: str) -> Self:
        return replace(self, children=tuple(c for c in self.children if c != child))

    # what is due

    def with_due(self, *items: Due) -> Self:
        """Add due items; one with a key that is there already takes its place."""
        keys = {d.key for d in items}
        return replace(self, due=(*(d for d in self.due if d.key not in keys), *items))

    def without_due(self, *keys: str) -> Self:
        return replace(self, due=tuple(d for d in self.due if d.key not in keys))

    def ask(self, item: str, awaits: tuple[str, ...], base: datetime, *steps: Step) -> Self:
        """Open a question to companies: its deadline, the reminders before it, overdue,
        escalation, and the lapse at which silence gets its named outcome.
        """
        deadline = (*steps, Step(n=0, unit="business_day"))

        def after(what: str, n: int, unit: Unit, *, drop: bool = False) -> Due:
            slide: Slide = "earlier" if n < 0 else "later"
            return Due(
                key=f"{item}/{what}",
                base=base,
                steps=(*deadline, Step(n=n, unit=unit)),
                slide=slide,
                drop_if_past=drop,
            )

        r = self.reminders
        cleared = self.closed_wait(item)
        return replace(
            cleared, waits=(*cleared.waits, Wait(item=item, awaits=awaits, since=base, steps=deadline))
        ).with_due(
            *(after(f"remind-{n}", -n, "day", drop=True) for n in dict.fromkeys(r.before)),
            after("overdue", r.overdue, "business_day"),
            after("escalate", r.escalate, "business_day"),
            after("lapse", r.lapse, "business_day"),
        )

    def answered(self, item: str, company: str) -> Self:
        """A company has answered; when the last one has, the question closes."""
        found = self.wait(item)
        if found is None:
            return self
        left = tuple(c for c in found.awaits if c != company)
        if not left:
            return self.closed_wait(item)
        return replace(
            self, waits=tuple(replace(w, awaits=left) if w.item == item else w for w in self.waits)
        )

    def asked_again(self, item: str, company: str) -> Self:
        """A company owes its answer again, to the deadline that the question has; nothing where it is closed."""
        return replace(
            self,
            waits=tuple(
                replace(w, awaits=tuple(c for c in self.companies() if c == company or c in w.awaits))
                if w.item == item
                else w
                for w in self.waits
            ),
        )

    def with_recorded(self, *more: Recorded) -> Self:
        """Add recorded acts; what was entered again takes the earlier one's place, as its answer does."""

        def place(one: Recorded) -> tuple[str, ...]:
            return one.matter, one.company, one.act, one.what

        taken = {place(r) for r in more}
        kept = (*(r for r in self.recorded if place(r) not in taken), *more)
        return replace(self, recorded=kept[-MOST_RECORDED:])

    def closed_wait(self, item: str) -> Self:
        """The question is closed: nothing about it falls due any more."""
        return replace(
            self,
            waits=tuple(w for w in self.waits if w.item != item),
            due=tuple(d for d in self.due if d.item != item),
        )

    def postponed(self, days: int) -> Self:
        """Every open question with what is left of its series, `days` calendar days later: still whole
        business days, counted and explained anew by `settle`.
        """
        further = (Step(n=days, unit="day"), Step(n=0, unit="business_day"))
        open_ = {w.item: w for w in self.waits}

        def later(due: Due) -> Due:
            asked = open_.get(due.item)
            if asked is None:
                return due
            offset = due.steps[len(asked.steps) :]
            return replace(due, steps=(*asked.steps, *further, *offset), at=None, because="")

        waits = tuple(replace(w, steps=(*w.steps, *further), deadline=None, because="") for w in self.waits)
        return replace(self, waits=waits, due=tuple(later(d) for d in self.due))

    def quiet(self) -> Self:
        """Nothing is due, awaited or owed any more (the matter is over)."""
        return replace(self, waits=(), due=(), owes=(), suspended=None)

    # mail

    def mail_to(
        self,
        company: str,
        template: str,
        item: str,
        *,
        escalate: bool = False,
        to: Person | None = None,
        **values: Value,
    ) -> Mail:
        """A mail to a party's contact, to its escalation (with the contact named as `asked`), or to another of its
        people, in that person's language.
        """
        party = self.party(company)
        person = to or (party.escalation if escalate else party.contact)
        if escalate:
            values = {"asked": party.contact.name, **values}
        return Mail(
            template=template,
            company=company,
            name=person.name,
            address=person.email,
            language=person.language,
            item=item,
            values={"title": self.title, "title_en": self.title_en, "matter": self.kind, **values},
            copies=self.copies(company, person.name),
        )

    def copies(self, company: str, *people: str) -> tuple[Copy, ...]:
        """Who stands in for people of this company, as far as an address is known; the day of sending decides."""
        house = self.house(company)
        return tuple(dict.fromkeys(c for person in people for c in house.copies(person)))

    def reader(self, company: str, name: str) -> Person:
        """Where a person of a company is written to; the contact, where nobody said."""
        party = self.party(company)
        known = (*self.house(company).people, party.contact, party.escalation)
        return next((p for p in known if p.name == name), party.contact)

    def also_reminded(self, companies: tuple[str, ...], intent: str) -> tuple[Mail, ...]:
        """Mails beside a reminder to these companies, to those on whom their answers wait."""
        return ()

    def entry(self, code: str, *subjects: str, **values: Value) -> Entry:
        return Entry(code=code, subjects=subjects, values=values)
