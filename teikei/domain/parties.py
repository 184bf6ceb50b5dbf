"""Who comes and who goes (当事者の加入及び脱退), as an amendment says it.

A label is given once: that of a party that left names nobody else afterwards.
Whoever takes the place of a party (契約上の地位の移転, 民法539条の2) needs the consent of all
others; the signatures under the amendment are that consent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from teikei.domain.errors import Invalid
from teikei.domain.fields import Flag, Id, Line, at_most
from teikei.domain.matter import Matter, Party, Person
from teikei.domain.papers import LABELS
from teikei.domain.terms import STRICT, CapitalTerms, CoSalesTerms, Disclosure, Terms

M = TypeVar("M", bound=Matter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A company that becomes a party; name and address come from the directory."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    role: Line
    contact: Person
    escalation: Person
    off_platform: Flag = False
    takes_place_of: Annotated[tuple[Id, ...], at_most(1)] = ()
    """The leaving party in whose place it comes, with what that one still has to do."""

    def party(self, label: str, known: Party | None) -> Party:
        """As the amendment names it; `commit` fills in the facts of the directory where they are not known yet."""
        facts = known or Party(
            company=self.company, label=label, name_ja="", name_en="", address="", representative_title="",
            representative_name="", role="", contact=self.contact, escalation=self.escalation,
        )  # fmt: skip
        return replace(
            facts,
            label=label,
            role=self.role,
            contact=self.contact,
            escalation=self.escalation,
            off_platform=self.off_platform,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Since when a company is a party that was none at the beginning: it reads nothing of before."""

    company: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A party that left, from that day on; its label stays its own."""

    company: str
    label: str
    since: date
    successor: str = ""
    """The company that took its place."""


def labelled(joins: tuple[Joining, ...], used: int, known: tuple[Party, ...] = ()) -> tuple[Party, ...]:
    """The joining parties with the labels that nobody has had, in their order."""
    facts = {p.company: p for p in known}
    return tuple(j.party(LABELS[used + i], facts.get(j.company)) for i, j in enumerate(joins))


def check_leave(leave: tuple[str, ...], companies: tuple[str, ...], pointer: str) -> None:
    """Refuse to let somebody leave who is no party, or twice."""
    if len(set(leave)) != len(leave):
        raise Invalid("parties.twice", f"{pointer}/leave")
    for i, company in enumerate(leave):
        if company not in companies:
            raise Invalid("parties.unknown_company", f"{pointer}/leave/{i}")


def check_join(
    joins: tuple[Joining, ...], leave: tuple[str, ...], companies: tuple[str, ...], gone: tuple[str, ...], pointer: str
) -> None:  # fmt: skip
    """Refuse who is or was a party, more labels than there are, and a successor of nobody."""
    ids = [j.company for j in joins]
    if len(set(ids)) != len(ids):
        raise Invalid("parties.twice", f"{pointer}/join")
    for i, company in enumerate(ids):
        if company in companies:
            raise Invalid("amendment.party_already", f"{pointer}/join/{i}/company")
        if company in gone:
            raise Invalid("amendment.left_before", f"{pointer}/join/{i}/company")
    after = len(companies) - len(leave) + len(joins)
    if not 2 <= after <= len(LABELS):
        raise Invalid("parties.two_to_ten", pointer, count=after)
    if len(companies) + len(gone) + len(joins) > len(LABELS):
        raise Invalid("amendment.labels_used_up", f"{pointer}/join", most=len(LABELS))
    places = [c for j in joins for c in j.takes_place_of]
    for i, joining in enumerate(joins):
        if any(c not in leave or places.count(c) > 1 for c in joining.takes_place_of):
            raise Invalid("amendment.successor_of_nobody", f"{pointer}/join/{i}/takes_place_of")


def check_voting(terms: Terms, leave: tuple[str, ...], pointer: str) -> None:
    """Refuse rules of votes that go on to name a party that leaves; the problem names the field."""
    for i, listed in enumerate(terms.voting):
        named = {
            "weights": tuple(w.company for w in listed.rule.weights),
            "veto": listed.rule.veto,
            "chair": listed.rule.chair,
        }
        for name, companies in named.items():
            if set(companies) & set(leave):
                field = f"/terms/voting/{i}/rule/{name}"
                raise Invalid("amendment.voting_names_leaver", f"{pointer}/leave", field=field)


def succeeded(terms: Terms, places: Mapping[str, str]) -> Terms:
    """Terms that name parties one by one, once others stand in their places; a chair without successor is gone."""
    chair = tuple(new for c in terms.review_chair if (new := places.get(c, c)))
    special = terms.special
    if isinstance(special, CapitalTerms) and places.get(special.issuer):
        special = replace(special, issuer=places[special.issuer])
    if isinstance(special, CoSalesTerms):
        suppliers = tuple(places.get(c, c) for c in special.suppliers)
        special = replace(
            special,
            suppliers=suppliers if all(suppliers) else (),
            sellers=tuple(new for c in special.sellers if (new := places.get(c, c))),
        )
    return replace(terms, review_chair=chair, special=special, disclosures=_told(terms, places))


def _told(terms: Terms, places: Mapping[str, str]) -> tuple[Disclosure, ...]:
    """The rows that still have somebody on either side."""
    moved = (
        replace(
            row,
            company=places.get(row.company, row.company),
            receivers=tuple(new for c in row.receivers if (new := places.get(c, c))),
        )
        for row in terms.disclosures
    )
    return tuple(row for row in moved if row.company and row.receivers)


def unasked(state: M, gone: frozenset[str]) -> M:
    """Nobody waits any more for the answer of a party that is gone."""
    for wait in state.waits:
        for company in gone & set(wait.awaits):
            state = state.answered(wait.item, company)
    return state
