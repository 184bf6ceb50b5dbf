"""更新拒絶通知, a refusal of renewal as an agreement holds it: drafted, sent, and arrived party by party (民法97条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A notice on its way: to whom, how, when."""

    to: tuple[str, ...]
    how: str
    sent_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A notice that has arrived at one party, with the hash of the evidence."""

    company: str
    arrived_on: date
    evidence_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The refusal of one party for the present term. It works once it has arrived at all others."""

    number: int
    by: str
    decision: str = ""
    """The decision in which the party said no; empty: it refuses of its own accord."""
    sha256: str = ""
    """The notice that was drafted for it, once it is written."""
    sent: tuple[Sending, ...] = ()
    arrived: tuple[Arrival, ...] = ()

    @property
    def effect(self) -> str:
        """The paper that is owed for it."""
        return f"notice/{self.number}"

    def reached(self) -> tuple[str, ...]:
        return tuple(a.company for a in self.arrived)
