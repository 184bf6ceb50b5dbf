"""The lifecycle without any server: acts are applied to states, news and births are delivered as the dispatcher
would, papers are answered at once, and one clock passes from due item to due item over all matters.

After every act the invariants of `checked` hold, whatever a test is about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

import holidays
import rfc8785
from pydantic import TypeAdapter

from activities.record import AnyAct
from teikei.domain.act import _RULES, TEIKEI, Act, Actor, ClosedItem, Entry, Mail, Outcome, Paper, Tell, judge
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.bringing import Opening
from teikei.domain.alliance.intake import Company, Unborn
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.calendar import Calendar, settle
from teikei.domain.clock import FellDue, PaperReady
from teikei.domain.decision.state import Decision
from teikei.domain.errors import Refused
from teikei.domain.ids import derive
from teikei.domain.matter import Due, Matter
from teikei.domain.messages import handed_on
from teikei.domain.record import canonical, payload
from teikei.domain.stories import own_act
from teikei.domain.variables import variables

LATE = frozenset({"matter.over", "matter.held_already", "matter.not_held"})
"""Refusals of news that came too late; nothing is wrong with them."""
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


@cache
def japan() -> Calendar:
    """Weekends and public holidays of Japan."""
    days = frozenset(holidays.country_holidays("JP", years=range(2020, 2099)))
    return Calendar(name="JP", zone="Asia/Tokyo", holidays=days, version="test")


@cache
def _wire(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def wire(kind: Any) -> TypeAdapter[Any]:
    """The adapter of an act, a state or a union of them, made once."""
    return _wire(kind)


def round_trip(kind: Any, value: Any) -> Any:
    """Out as JSON and in again, as tolerant as the wire is."""
    return wire(kind).validate_json(wire(kind).dump_json(value), extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One committed entry with where and when it came about."""

    at: datetime
    matter: str
    stage: str
    act: Act
    by: str
    entry: Entry


@dataclass(slots=True, kw_only=True)
class World:
    """One alliance with all its matters, its record and its clock (UTC)."""

    now: datetime = START
    calendar: Calendar = field(default_factory=japan)
    states: dict[str, Matter] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    mails: list[tuple[datetime, str, Mail]] = field(default_factory=list)
    closed: list[ClosedItem] = field(default_factory=list)
    kept: set[tuple[str, str, str]] = field(default_factory=set)
    """(matter, kind, id) of what has left a state: SQL keeps one row for each."""
    papers: list[Paper] = field(default_factory=list)
    written: list[tuple[str, object]] = field(default_factory=list)
    late: list[tuple[Tell, str]] = field(default_factory=list)
    news: deque[Tell] = field(default_factory=deque)
    root: str = ""
    history: list[tuple[datetime, Matter]] = field(default_factory=list)
    """Every state that was ever stored, with its instant."""
    unwritten: frozenset[str] = frozenset()
    """Kinds of papers that nobody writes for now: the documents process is down."""

    def copy(self) -> World:
        """The same world, to go another way from here; what it holds is frozen, so nothing is shared that changes."""
        return replace(
            self,
            states=dict(self.states),
            lines=list(self.lines),
            mails=list(self.mails),
            closed=list(self.closed),
            kept=set(self.kept),
            papers=list(self.papers),
            written=list(self.written),
            late=list(self.late),
            news=deque(self.news),
            history=list(self.history),
        )

    # acts

    def open(self, act: Opening, by: str, directory: tuple[Company, ...]) -> str:
        self.root = derive("aln", by, "first")
        unborn = Unborn(id=self.root, companies=directory, now=self.now, calendar=self.calendar)
        outcome = judge(round_trip(AnyAct, act), unborn, Actor(company=by, person="担当者"), self.now)
        self._store(outcome, None, act, by)
        return self.root

    def say(self, matter: str, act: Act, by: str, person: str = "担当者") -> Outcome[Any]:
        """A person's act, and everything that follows from it at this instant."""
        outcome = self._apply(matter, act, Actor(company=by, person=person))
        self.pump()
        return outcome

    def _apply(self, matter: str, act: Act, by: Actor) -> Outcome[Any]:
        before = self.states[matter]
        outcome = judge(act, before, by, self.now)
        assert round_trip(AnyAct, act) == act
        assert judge(act, before, by, self.now) == outcome, "a rule is a function"
        self._store(outcome, before, act, by.company)
        return outcome

    def _store(self, outcome: Outcome[Any], before: Matter | None, act: Act, by: str) -> None:
        if before is not None:
            assert outcome.state.version == before.version, "the fence is left to commit"
            checked_end(before, outcome, self.states)
        after = settle(
            replace(outcome.state, version=outcome.state.version + 1), self.calendar, self.now, before
        )
        after, tells = handed_on(after, outcome.tells)
        for matter in (
            after,
            *(settle(replace(b, version=1), self.calendar, self.now) for b in outcome.born),
        ):
            assert matter is after or matter.id not in self.states, "born twice"
            checked(matter)
            self.states[matter.id] = matter
            self.history.append((self.now, matter))
        assert outcome.entries, f"{act} leaves no trace"
        for entry in outcome.entries:
            record = payload(entry, act=act, by=Actor(company=by), matter=after.id, stage=after.stage)
            assert canonical(record) == rfc8785.dumps(record)
            self.lines.append(
                Line(at=self.now, matter=after.id, stage=after.stage, act=act, by=by, entry=entry)
            )
        for mail in outcome.mails:
            assert not any(
                m.item == mail.item and m.company == mail.company and i == after.id for _, i, m in self.mails
            ), mail
            self.mails.append((self.now, after.id, mail))
        rows = {(after.id, c.kind, c.id) for c in outcome.closed}
        assert len(rows) == len(outcome.closed), "closed twice at once"
        assert not rows & self.kept, "closed twice"
        self.kept |= rows
        self.closed += outcome.closed
        self.papers += outcome.papers
        self.news += tells

    # what happens by itself

    def pump(self) -> None:
        """News in the order in which it was written, owed papers, and the stories' own acts, until all is quiet."""
        while True:
            if self.news:
                tell = self.news.popleft()
                try:
                    self._apply(tell.to, tell.act, TEIKEI)
                except Refused as refusal:
                    if refusal.code not in LATE:
                        raise
                    self.late.append((tell, refusal.code))
                continue
            own = next(
                ((s.id, act) for s in self.states.values() if (act := self.owed(s) or own_act(s))), None
            )
            if own is None:
                return
            self._apply(*own, TEIKEI)

    def owed(self, state: Matter) -> PaperReady | None:
        effect = next((e for e in state.owes if e.paper not in self.unwritten), None)
        if effect is None or state.over:
            return None
        self.written.append(variables(state, effect.key))
        digest = sha256(f"{state.id} {effect.key} {state.version}".encode()).hexdigest()
        return PaperReady(effect=effect.key, sha256=digest, size=1000, clauses=digest)

    def due(self) -> tuple[Matter, Due] | None:
        """The item that falls due first over all matters."""
        items = [(s, d) for s in self.states.values() if (d := s.earliest())]
        return min(items, key=lambda i: (i[1].at, i[0].id, i[1].key), default=None)

    def fall(self) -> str:
        """Let the earliest item fall due; its key, empty when nothing is due any more."""
        found = self.due()
        if found is None:
            return ""
        state, due = found
        assert due.at is not None
        self.now = max(self.now, due.at)
        self._apply(state.id, FellDue(item=due.key), TEIKEI)
        assert due not in self.states[state.id].due, "due for ever"
        self.pump()
        return due.key

    def advance(self, to: datetime) -> None:
        while (found := self.due()) and found[1].at is not None and found[1].at <= to:
            self.fall()
        self.now = max(self.now, to)

    def until(self, true: Callable[[], bool], steps: int = 2000) -> None:
        """Pass from due item to due item until something is so."""
        for _ in range(steps):
            if true():
                return
            if not self.fall():
                break
        assert true(), "it never came"

    # looking

    @property
    def alliance(self) -> Alliance:
        found = self.states[self.root]
        assert isinstance(found, Alliance)
        return found

    def agreement(self, role: str) -> Agreement:
        """The newest agreement of this role."""
        return [s for s in self.states.values() if isinstance(s, Agreement) and s.role == role][-1]

    def decision(self) -> Decision:
        """The newest decision that is open."""
        return [s for s in self.states.values() if isinstance(s, Decision) and not s.over][-1]

    def period(self) -> Allocation:
        """The newest allocation period."""
        return [s for s in self.states.values() if isinstance(s, Allocation)][-1]

    def codes(self, matter: str = "") -> list[str]:
        return [line.entry.code for line in self.lines if not matter or line.matter == matter]

    def values(self, code: str) -> dict[str, Any]:
        """The values of the newest entry of this code."""
        return next(line.entry.values for line in reversed(self.lines) if line.entry.code == code)

    def today(self) -> date:
        return self.calendar.local_day(self.now)


def name(state: Matter) -> str:
    """What kind of moment a state is."""
    held = " held" if state.suspended else ""
    return f"{state.kind} {getattr(state, 'role', getattr(state, 'subject', ''))} {state.stage}{held}"


NUDGES = frozenset({"overdue", "escalate"})


def rule_name(due: Due) -> str:
    return f"{due.item.rstrip('0123456789').rstrip('-')}/{due.what}"


def checked(state: Matter) -> None:
    """What is true of every stored state."""
    assert round_trip(type(state), state) == state
    keys = [d.key for d in state.due]
    assert len(set(keys)) == len(keys)
    for due in state.due:
        assert due.at is not None
        assert due.because
        nudge = due.what.startswith("remind-") or due.what in NUDGES
        assert nudge or (FellDue, state.kind, rule_name(due)) in _RULES, due.key
        assert not nudge or state.wait(due.item), f"{due.key} reminds of nothing"
    for wait in state.waits:
        assert wait.awaits
        assert wait.deadline is not None
        lapse = state.due_item(f"{wait.item}/lapse")
        assert lapse is not None, f"{wait.item} can wait for ever"
        assert lapse.at is not None
        assert lapse.at >= wait.deadline
        assert set(wait.awaits) <= set(state.companies())
    if state.over:
        left = (*state.due, *state.waits, *state.owes, *state.children)
        assert left == ()
        assert state.suspended is None
        assert state.earliest() is None


def checked_end(before: Matter, outcome: Outcome[Any], states: dict[str, Matter]) -> None:
    """A matter that ends tells every open one that it had opened."""
    if outcome.state.over:
        left = {c for c in before.children if c in states and not states[c].over}
        assert left <= {t.to for t in outcome.tells} | {_teller(outcome, before)}


def _teller(outcome: Outcome[Any], before: Matter) -> str:
    """The child whose own end is the news that ended this matter (it is over by then), if any."""
    gone = set(before.children) - set(outcome.state.children) - {t.to for t in outcome.tells}
    return next(iter(gone), "")
