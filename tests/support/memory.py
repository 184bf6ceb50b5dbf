"""A ledger in memory behind the port, for workflow tests that are about time and order, not about SQL.

It keeps the rules of `commit`: a known key gets its stored answer, one act per
(matter, version), a refusal writes nothing.  The same tests run over SQL too.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from activities.record import Committed, Order, Receipt
from teikei.adapters.calendars import calendar
from teikei.domain.act import Entry, Mail, Tell, judge
from teikei.domain.calendar import settle
from teikei.domain.errors import Conflict, Unavailable, Unknown
from teikei.domain.matter import Matter
from teikei.domain.messages import handed_on


@dataclass
class MemoryLedger:
    """`activities.ports.Ledger` without a database."""

    states: dict[str, Matter] = field(default_factory=dict)
    answers: dict[str, tuple[Any, Receipt]] = field(default_factory=dict)
    entries: list[tuple[str, Entry]] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    tells: list[Tell] = field(default_factory=list)
    born: list[Matter] = field(default_factory=list)
    failures: int = 0
    """How many commits from now on fail as if the database were away."""
    commits: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, state: Matter, now: datetime | None = None) -> Matter:
        """Store a state as if its birth had been committed."""
        settled = settle(replace(state, version=1), calendar("JP"), now or datetime.now(UTC))
        self.states[state.id] = settled
        return settled

    def load(self, matter: str) -> Matter:
        if matter not in self.states:
            raise Unknown("matter.unknown")
        return self.states[matter]

    def commit(self, order: Order) -> Committed[Any]:
        with self._lock:
            self.commits += 1
            if self.failures > 0:
                self.failures -= 1
                raise Unavailable("sql.unavailable")
            state = self.load(order.matter)
            if order.key in self.answers:
                act, receipt = self.answers[order.key]
                if act != order.act:
                    raise Conflict("key.other_body")
                return Committed(state=state, receipt=receipt)
            outcome = judge(order.act, state, order.by, order.now)
            after = settle(
                replace(outcome.state, version=state.version + 1), calendar("JP"), order.now, state
            )
            after, tells = handed_on(after, outcome.tells)
            receipt = Receipt(
                matter=state.id,
                kind=state.kind,
                version=after.version,
                at=order.now,
                first=len(self.entries) + 1,
                last=len(self.entries) + len(outcome.entries),
                created=outcome.created,
            )
            self.states[state.id] = after
            self.entries += [(state.id, e) for e in outcome.entries]
            self.mails += outcome.mails
            self.tells += tells
            for child in outcome.born:
                self.born.append(self.put(child, order.now))
            self.answers[order.key] = (order.act, receipt)
            return Committed(state=after, receipt=receipt)

    def codes(self, matter: str = "") -> list[str]:
        """Codes of the entries in order."""
        return [e.code for m, e in self.entries if not matter or m == matter]
