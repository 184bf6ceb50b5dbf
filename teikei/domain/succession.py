"""担当者の交替 as data: who follows whom, from when, and the places that a name can stand in.

People are known by their names, as on API keys (house.py).  What becomes of each
place is the rule of `handover.py` and `alliance/handing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from teikei.domain.act import Mail
from teikei.domain.matter import Matter, Party, Person

S = TypeVar("S", bound=Matter)

Moving = Literal[
    "contact", "escalation", "approver", "stand_in", "absence", "obligation", "approval_step", "planned_handover",
    "address",
]  # fmt: skip
"""`absence`: a stand-in for the leaver ends. `planned_handover`: the leaver was to follow somebody.
`address`: where mails about approvals go."""
Staying = Literal[
    "representative", "clean_team", "signature", "approval_round", "approval_seat", "minutes", "entered_record", "health_answer",
    "house",
]  # fmt: skip
"""Facts, power to sign, who may see what; `approval_seat`: the successor cannot sit there too; `house`: see `Planned`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One person of a company follows another in everything that can move."""

    company: str
    leaver: str
    successor: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the leaver stands; `where` says which one of its kind, in codes."""

    what: Moving | Staying
    where: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.where}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver(Generic[S]):
    """A matter after the successor took over, what moved, and what stays with the leaver."""

    state: S
    moved: tuple[Place, ...] = ()
    stays: tuple[Place, ...] = ()
    mails: tuple[Mail, ...] = ()
    """To the successor, about what waits for that one from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A handover whose day is still to come; only its own company reads it."""

    number: int
    """Makes its due item; the version of the state at which it was planned."""
    company: str
    leaver: str
    successor: Person
    on: date
    reason: str

    @property
    def item(self) -> str:
        return f"handover-{self.number}"

    @property
    def succession(self) -> Succession:
        return Succession(company=self.company, leaver=self.leaver, successor=self.successor)


def followers(before: Party, after: Party) -> tuple[Succession, ...]:
    """Who follows whom where a party names other people to write to."""
    pairs = ((before.contact, after.contact), (before.escalation, after.escalation))
    return tuple(
        Succession(company=after.company, leaver=old.name, successor=new) for old, new in pairs if old != new
    )


def kinds(places: tuple[Place, ...]) -> list[str]:
    """Each kind once, in order, by its word: what a title says."""
    return list(dict.fromkeys(f"place_{p.what}" for p in places)) or ["place_nothing"]


def listed(places: tuple[Place, ...]) -> list[str]:
    """Every place, as the record keeps it."""
    return [str(p) for p in places]
