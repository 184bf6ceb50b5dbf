"""会社の異動 (`announce_event`): a company says what happens to it, once, for everything in this alliance.

Changed facts stand in every paper that is written from their day on; papers of
before keep theirs.  A merger, a split, a business transfer or a change of control
is put to the other parties, because a contract may need their consent: whether it
does is not said here.  Silence is noted and means nothing else
(docs/decisions/0020-handover-and-events.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, ClosedItem, Entry, Outcome, Tell, rule
from teikei.domain.alliance.state import AgendaLine, Alliance
from teikei.domain.clock import FellDue
from teikei.domain.company_events import (
    FACTS,
    FACTS_OF,
    CompanyEvent,
    EventAnswer,
    EventKind,
    Fact,
    closed_event,
    party_from,
    said,
)
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Count, Day, Line, Note
from teikei.domain.ids import kind_of
from teikei.domain.matter import Due, Step, on
from teikei.domain.messages import PartyChanged

MOST = 30
"""Events of one company that are open in an alliance at a time: nobody uses up another one's."""
ANSWER_DAYS = 10
"""Business days, where no agreement says how long a decision takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceEvent(Act):
    """A company announces what happens to it: facts change from their day on; the rest is put to the other parties."""

    kind: Literal["announce_event"] = "announce_event"
    event: EventKind
    on: Day
    what: Note
    name_ja: Line | None = None
    name_en: Line | None = None
    address: Line | None = None
    representative_title: Line | None = None
    representative_name: Line | None = None

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        facts = self._facts(state, by)
        if sum(e.company == by.company for e in state.events) >= MOST:
            raise Conflict("event.too_many", most=MOST)
        announced = CompanyEvent(
            number=state.event_count + 1,
            company=by.company,
            event=self.event,
            on=self.on,
            what=self.what,
            facts=facts,
            agreements=tuple(c for c in state.children if kind_of(c) == "agreement"),
        )
        after = replace(state, events=(*state.events, announced), event_count=announced.number)
        entry = state.entry(
            "event.announced", announced.item, by.company, *announced.agreements,
            number=announced.number, event=announced.word, on=self.on.isoformat(), what=self.what,
            new_facts=said(facts), agreements=list(announced.agreements),
        )  # fmt: skip
        if not facts:
            return _put_to_the_others(after, announced, entry, now)
        if self.on <= state.local_day(now):
            done = _effective(after, announced)
            return replace(done, entries=(entry, *done.entries), created=(announced.item,))
        due = Due(key=f"{announced.item}/day", base=on(self.on), slide="none")
        return Outcome(state=after.with_due(due), entries=(entry,), created=(announced.item,))

    def _facts(self, state: Alliance, by: Actor) -> tuple[Fact, ...]:
        """The new facts: some of this kind, none of another, at least one of them new."""
        wanted = FACTS_OF.get(self.event, ())
        given = {name: value for name in FACTS if (value := getattr(self, name)) is not None}
        for name in given:
            if name not in wanted:
                raise Invalid("event.other_facts", f"/{name}", event=self.event)
        if wanted and not given:
            raise Invalid("event.facts_missing", f"/{wanted[0]}", wanted=", ".join(wanted))
        party = state.party(by.company)
        if given and all(getattr(party, name) == value for name, value in given.items()):
            raise Conflict("event.nothing_new")
        return tuple(Fact(name=name, value=value) for name, value in given.items())


def _put_to_the_others(
    state: Alliance, event: CompanyEvent, entry: Entry, now: datetime
) -> Outcome[Alliance]:
    """Each agreement hears that it is touched; the others answer within the days of a decision."""
    others = tuple(c for c in state.companies() if c != event.company)
    days = state.terms.decision_days if state.terms else ANSWER_DAYS
    asked = state.ask(f"event-{event.number}", others, now, Step(n=days, unit="business_day"))
    news = PartyChanged(company=event.company, event=event.word)
    tells = tuple(Tell(to=agreement, act=news) for agreement in event.agreements)
    return Outcome(state=asked, entries=(entry,), tells=tells, created=(event.item,))


@rule(FellDue, Alliance.kind, "event/day")
def event_day(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The day from which the new facts count."""
    return _effective(state, next(e for e in state.events if e.item == due.item))


def _effective(state: Alliance, event: CompanyEvent) -> Outcome[Alliance]:
    """The party has its new facts, here and in every open matter."""
    party, facts = party_from(state.party(event.company), event)
    after = replace(
        state,
        parties=tuple(party if p.company == event.company else p for p in state.parties),
        events=tuple(e for e in state.events if e.number != event.number),
    )
    entry = state.entry(
        "event.in_force", event.item, event.company,
        number=event.number, event=event.word, on=event.on.isoformat(),
        earlier_facts=said(facts.before), new_facts=said(facts.after),
    )  # fmt: skip
    news = PartyChanged(company=event.company, party=party)
    return Outcome(
        state=after,
        entries=(entry,),
        tells=tuple(Tell(to=child, act=news) for child in after.children),
        closed=(closed_event(event),),
        facts=None if state.sandbox else facts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEvent(Act):
    """Another party acknowledges what was announced, or objects, with the reason."""

    kind: Literal["answer_event"] = "answer_event"
    number: Count
    answer: Literal["acknowledge", "object"]
    reason: Note | None = None

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running()
        found = next((e for e in state.events if e.number == self.number), None)
        wait = state.wait(found.item) if found else None
        if found is None or wait is None or by.company not in wait.awaits:
            raise Conflict("event.not_asked", number=self.number)
        if self.answer == "object" and not self.reason:
            raise Invalid("event.reason_missing", "/reason")
        mine = EventAnswer(
            company=by.company, answer=self.answer, reason=self.reason or "", recorded_by=by.recorded_by
        )
        said = replace(found, answers=(*found.answers, mine))
        entry = state.entry(
            f"event.answer_{self.answer}", found.item, by.company,
            number=found.number, event=found.word, reason=self.reason or "-",
        )  # fmt: skip
        return Outcome(state=_placed(state, said).answered(found.item, by.company), entries=(entry,))


@rule(FellDue, Alliance.kind, "event/lapse")
def event_noted(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Some stayed silent: that they were told is noted, and is neither consent nor objection."""
    found = next(e for e in state.events if e.item == due.item)
    wait = state.wait(due.item)
    silent = wait.awaits if wait else ()
    entry = state.entry(
        "event.noted", due.item, *silent, number=found.number, event=found.word, companies=list(silent)
    )
    noted = _placed(state.closed_wait(due.item), replace(found, silent=silent))
    return Outcome(state=noted, entries=(entry,))


def unanswered(state: Alliance, company: str, number: str) -> Alliance | None:
    """An answer that was entered for a company is gone, and it is asked again; None once the question is closed."""
    found = next((e for e in state.events if str(e.number) == number), None)
    if found is None or state.wait(found.item) is None:
        return None
    left = replace(found, answers=tuple(a for a in found.answers if a.company != company))
    return _placed(state, left).asked_again(found.item, company)


def _placed(state: Alliance, changed: CompanyEvent) -> Alliance:
    events = tuple(changed if e.number == changed.number else e for e in state.events)
    return replace(state, events=events)


# on the agenda


def event_lines(state: Alliance) -> tuple[AgendaLine, ...]:
    """What was put to the other parties since the last review."""
    labels = state.labels
    return tuple(
        AgendaLine(
            code="agenda.event",
            values={
                "label": labels[e.company],
                "event": e.word,
                "on": e.on.isoformat(),
                "what": e.what,
                "objections": sum(a.answer == "object" for a in e.answers),
            },
        )
        for e in state.events
        if not e.facts
    )


def discussed(state: Alliance) -> tuple[Alliance, tuple[ClosedItem, ...]]:
    """A review has talked about what is answered by now; what is still asked stays for the next one."""
    over = tuple(e for e in state.events if not e.facts and not state.wait(e.item))
    rest = tuple(e for e in state.events if e not in over)
    return replace(state, events=rest), tuple(closed_event(e) for e in over)
