"""How an obligation is stated, by an act of its own or with an alliance that is brought in.

Nobody binds another: its own a party takes on at once, what it states for
another one waits for that one's answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from teikei.domain.act import Actor, Entry
from teikei.domain.alliance.duties import Obligation
from teikei.domain.alliance.owing import asked, last_asked, put
from teikei.domain.alliance.state import Alliance
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Count, Day, Flag, Id, Line, at_most
from teikei.domain.terms import STRICT

MOST = 50
"""Obligations of one alliance that are open at a time."""
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationIn:
    """An obligation as a party states it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    owner: Id
    person: Line
    what: Line
    basis: Line
    first: Day
    every_months: Count = 0
    evidence: Flag = False
    owed_to: Annotated[tuple[Id, ...], at_most(9)] = ()
    """Empty: all other parties."""

    def check(self, at: str, companies: tuple[str, ...], today: date, last: date | None) -> None:
        """Refuse what cannot be owed among these companies until the last day; names the field below `at`."""
        others = set(companies) - {self.owner}
        if self.owner not in companies:
            raise Invalid("parties.unknown_company", f"{at}/owner")
        if not set(self.owed_to) <= others or len(set(self.owed_to)) != len(self.owed_to):
            raise Invalid("parties.unknown_company", f"{at}/owed_to")
        if self.every_months > MOST_MONTHS:
            raise Invalid("terms.cadence", f"{at}/every_months", most=MOST_MONTHS)
        if self.first < today:
            raise Invalid("obligation.in_the_past", f"{at}/first")
        if last and self.first > last:
            raise Invalid("obligation.after_the_end", f"{at}/first", last=last.isoformat())


def stated(
    state: Alliance, given: ObligationIn, by: Actor, now: datetime, at: str = ""
) -> tuple[Alliance, Entry, str]:
    """The alliance with the obligation, what the record says of it, and its item; `at` is where it was given."""
    given.check(at, state.companies(), state.local_day(now), last_asked(state))
    if len(state.obligations) >= MOST:
        raise Conflict("obligation.too_many", at, most=MOST)
    mine = given.owner == by.company
    made = Obligation(
        number=state.obligation_count + 1,
        owner=given.owner,
        person=given.person,
        what=given.what,
        basis=given.basis,
        first=given.first,
        every_months=given.every_months,
        evidence=given.evidence,
        owed_to=given.owed_to or tuple(c for c in state.companies() if c != given.owner),
        stated_by=by.company,
        status="open" if mine else "proposed",
    )
    after = replace(state, obligations=(*state.obligations, made), obligation_count=made.number)
    after = asked(after, made, now) if mine else put(after, made, now)
    entry = state.entry(
        f"obligation.{'taken_on' if mine else 'proposed'}", made.item, made.owner,
        number=made.number, what=made.what, basis=made.basis, person=made.person,
        first=made.first.isoformat(), every_months=made.every_months,
    )  # fmt: skip
    return after, entry, made.item
