"""義務, duties as an alliance holds them: what one party owes and by when; and what survives the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from teikei.domain.act import ClosedItem
from teikei.domain.days import add_months


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One duty of one party, once or every so many months; only its next occurrence is open."""

    number: int
    owner: str
    person: str
    """Who is in charge of it at the owner."""
    what: str
    basis: str
    """The article or the paper on which it rests."""
    first: date
    every_months: int = 0
    """0: once. Counted from the first day, so a late fulfilment never slides the series."""
    evidence: bool = False
    """Fulfilled only with the hash of its evidence."""
    owed_to: tuple[str, ...]
    stated_by: str
    status: Literal["proposed", "open", "missed", "fulfilled", "waived"] = "open"
    """`missed`: one that was due once, still owed. `fulfilled`, `waived`: it is over, but was entered for an off-platform
    party, who may contest it until the next review.
    """
    occurrence: int = 1
    """Which occurrence is open."""
    held: str = ""
    """Why nobody is reminded of it for now."""
    waived: tuple[str, ...] = ()
    """Who of `owed_to` has waived it."""
    missed: tuple[date, ...] = ()
    """Occurrences missed since the last review."""

    @property
    def over(self) -> bool:
        """Nothing of it is owed any more, unless a party contests what was entered for it."""
        return self.status in {"fulfilled", "waived"}

    @property
    def item(self) -> str:
        """The question under which its owner is asked for the open occurrence."""
        return f"obligation-{self.number}"

    @property
    def proposal(self) -> str:
        """The question to its owner whether it takes it on."""
        return f"acceptance-{self.number}"

    @property
    def day(self) -> date:
        """The day of the open occurrence."""
        return add_months(self.first, self.every_months * (self.occurrence - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A duty that survives the end, and its last day."""

    code: str
    """`secrecy`, `returns`, `improvements` or `tail`."""
    until: date
    over: bool = False


def closed_obligation(found: Obligation, version: int, **result: Any) -> ClosedItem:
    """An occurrence that is over, or an obligation that ends unfulfilled; the version of the state makes its id unique."""
    data: dict[str, Any] = {
        "number": found.number,
        "owner": found.owner,
        "person": found.person,
        "what": found.what,
        "basis": found.basis,
        "day": found.day.isoformat(),
        **result,
    }
    return ClosedItem(kind="obligation", id=f"{found.number}/{found.day.isoformat()}@{version}", data=data)
