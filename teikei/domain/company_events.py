"""会社の異動 as data: what can happen to a party, which facts change with it, and what is open about it.

Name, address and representative are facts of the party.  Merger, split, business
transfer and change of control are what contracts ask consent for: here they are
named, with the agreements that they touch; what they mean, people read there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from teikei.domain.act import ClosedItem
from teikei.domain.matter import FormerName, Party

FactEvent = Literal["name", "address", "representative"]
Structural = Literal["merger", "split", "business_transfer", "change_of_control"]
EventKind = FactEvent | Structural

FACTS_OF: dict[str, tuple[str, ...]] = {
    "name": ("name_ja", "name_en"),
    "address": ("address",),
    "representative": ("representative_title", "representative_name"),
}
"""Fields of a party that an event of this kind may change; nothing for the structural ones."""
FACTS = tuple(name for names in FACTS_OF.values() for name in names)
MOST_FORMER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of a company, as it will be."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAnswer:
    """What another party said of it."""

    company: str
    answer: Literal["acknowledge", "object"]
    reason: str
    recorded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyEvent:
    """An event that a company announced; facts are there where it changes them."""

    number: int
    company: str
    event: str
    on: date
    what: str
    facts: tuple[Fact, ...] = ()
    agreements: tuple[str, ...] = ()
    """Ids of the agreements that it touches."""
    answers: tuple[EventAnswer, ...] = ()
    silent: tuple[str, ...] = ()
    """Who did not answer in time: noted, no more."""

    @property
    def item(self) -> str:
        """The question to the others, or the day from which the facts count."""
        return f"event-{self.number}"

    @property
    def word(self) -> str:
        """Its kind as the catalogue knows it."""
        return f"event_{self.event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFacts:
    """Facts of a company that changed; a directory follows where it still says the earlier ones."""

    company: str
    before: tuple[Fact, ...]
    after: tuple[Fact, ...]


def said(facts: tuple[Fact, ...]) -> str:
    """Facts in one line, as people wrote them."""
    return " / ".join(f.value for f in facts)


def party_from(party: Party, event: CompanyEvent) -> tuple[Party, NewFacts]:
    """The party from the day of the event on; a name that goes is kept with its last day."""
    new = {f.name: f.value for f in event.facts}
    before = tuple(Fact(name=name, value=getattr(party, name)) for name in new)
    former = party.former
    if event.event == "name":
        last = FormerName(name_ja=party.name_ja, name_en=party.name_en, until=event.on - timedelta(days=1))
        former = (*former, last)[-MOST_FORMER:]
    changed: dict[str, Any] = {**new, "former": former}
    return replace(party, **changed), NewFacts(company=party.company, before=before, after=event.facts)


def name_on(party: Party, day: date) -> str:
    """The former name under which a company signed on a day; empty where it is the present one."""
    return _borne(party, day, "name_ja")


def english_name_on(party: Party, day: date) -> str:
    """As `name_on`, in English."""
    return _borne(party, day, "name_en")


def _borne(party: Party, day: date, name: Literal["name_ja", "name_en"]) -> str:
    now: str = getattr(party, name)
    borne: str = next((getattr(f, name) for f in party.former if day <= f.until), now)
    return "" if borne == now else borne


def closed_event(event: CompanyEvent) -> ClosedItem:
    """An event that leaves the state: it took effect, was talked about, or the alliance ended."""
    data: dict[str, Any] = {
        "number": event.number,
        "company": event.company,
        "event": event.event,
        "on": event.on.isoformat(),
        "what": event.what,
        "facts": {f.name: f.value for f in event.facts},
        "agreements": list(event.agreements),
        "answers": [{"company": a.company, "answer": a.answer, "reason": a.reason} for a in event.answers],
        "silent": list(event.silent),
    }
    return ClosedItem(kind="event", id=str(event.number), data=data)
