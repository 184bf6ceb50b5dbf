"""A life without servers: acts are applied to states, news and births arrive at once, papers are written at once,
and one clock passes from due item to due item over all matters.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from teikei.domain.act import TEIKEI, Act, Actor, Entry, Tell, judge
from teikei.domain.calendar import Calendar, settle
from teikei.domain.clock import FellDue, PaperReady
from teikei.domain.errors import Refused
from teikei.domain.matter import Due, Matter, Wait
from teikei.domain.stories import own_act

Answer = Callable[["Life", Matter, Wait, str], "tuple[Act, ...]"]
"""What a company says on the last day of a question; nothing: it stays silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry with where and when it came about; `by` is a company or `teikei`."""

    at: datetime
    matter: str
    kind: str
    by: str
    entry: Entry


@dataclass(slots=True, kw_only=True)
class Life:
    """One alliance with all its matters and its clock (UTC)."""

    now: datetime
    calendar: Calendar
    states: dict[str, Matter] = field(default_factory=dict)
    """Every matter as it is now."""
    running: dict[str, Matter] = field(default_factory=dict)
    """Those that are not over."""
    lines: list[Line] = field(default_factory=list)
    news: deque[Tell] = field(default_factory=deque)
    asked: set[tuple[str, str, datetime, str]] = field(default_factory=set)

    def put(self, *matters: Matter) -> None:
        """States to begin with."""
        for matter in matters:
            self._store(replace(matter, version=1))

    def say(self, matter: str, act: Act, by: str) -> bool:
        """A company's act and all that follows at this instant; False: the rule refuses it."""
        with suppress(Refused):
            self._apply(matter, act, Actor(company=by))
            self._pump()
            return True
        return False

    def live(self, answer: Answer, until: datetime) -> None:
        """Pass the days: what falls due falls due, and who answers does so on the last day of the question."""
        while True:
            due, turn = self._due(), self._turn()
            at = min((x[0] for x in (due, turn) if x), default=None)
            if at is None or at > until:
                self.now = until
                return
            self.now = max(self.now, at)
            if due and due[0] == at:
                self._apply(due[1], FellDue(item=due[2]), TEIKEI)
                self._pump()
            elif turn:
                self._answered(turn, answer)

    def _answered(self, turn: tuple[datetime, str, str, str], answer: Answer) -> None:
        _, matter, item, company = turn
        state = self.states[matter]
        wait = state.wait(item)
        assert wait is not None
        self.asked.add((matter, item, wait.since, company))
        for act in answer(self, state, wait, company):
            self.say(matter, act, company)

    def _turn(self) -> tuple[datetime, str, str, str] | None:
        """Who is to answer next, and when."""
        return min(
            (
                (wait.deadline, state.id, wait.item, company)
                for state in self.running.values()
                if not state.suspended
                for wait in state.waits
                if wait.deadline
                for company in wait.awaits
                if (state.id, wait.item, wait.since, company) not in self.asked
            ),
            default=None,
        )

    def _due(self) -> tuple[datetime, str, str] | None:
        items: list[tuple[Matter, Due]] = [(s, d) for s in self.running.values() if (d := s.earliest())]
        return min(((d.at, s.id, d.key) for s, d in items if d.at), default=None)

    def _apply(self, matter: str, act: Act, by: Actor) -> None:
        before = self.states[matter]
        outcome = judge(act, before, by, self.now)
        self._store(replace(outcome.state, version=before.version + 1))
        for born in outcome.born:
            self._store(replace(born, version=1))
        self.lines += [
            Line(at=self.now, matter=matter, kind=before.kind, by=by.company, entry=e)
            for e in outcome.entries
        ]
        self.news += outcome.tells

    def _store(self, state: Matter) -> None:
        settled = self.states[state.id] = settle(state, self.calendar, self.now, self.states.get(state.id))
        if settled.over:
            self.running.pop(state.id, None)
        else:
            self.running[state.id] = settled

    def _pump(self) -> None:
        while True:
            if self.news:
                tell = self.news.popleft()
                with suppress(Refused):  # news that comes too late changes nothing
                    self._apply(tell.to, tell.act, TEIKEI)
                continue
            own = next(((s.id, act) for s in self.running.values() if (act := _paper(s) or own_act(s))), None)
            if own is None:
                return
            self._apply(*own, TEIKEI)


def _paper(state: Matter) -> PaperReady | None:
    """A paper that is owed is there at once; nobody reads its bytes."""
    if not state.owes or state.over:
        return None
    effect = state.owes[0].key
    digest = sha256(f"{state.id} {effect} {state.version}".encode()).hexdigest()
    return PaperReady(effect=effect, sha256=digest, size=1, clauses=digest)
