"""Seats follow the parties of states: what `commit` writes when a company becomes a party late, or leaves.

A company that was a party from the beginning, and still is, has no seat: it reads
the alliance.  Whoever has a seat in an alliance reads by its seats alone: a
matter from the entry `first` to the entry `last`, without `last` for as long as
it goes on (docs/decisions/0021-change-of-parties.md).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, insert, literal, select, update

from teikei.adapters.sql.tables import CompanyRow, MatterRow, MembershipRow, SeatRow, table
from teikei.domain.act import Outcome
from teikei.domain.alliance.state import Alliance
from teikei.domain.errors import Invalid
from teikei.domain.matter import Matter, Party

M = TypeVar("M", bound=Matter)
_SEATS, _MATTERS, _MEMBERS, _COMPANIES = (
    table(SeatRow),
    table(MatterRow),
    table(MembershipRow),
    table(CompanyRow),
)
_FACTS = ("name_ja", "name_en", "address", "representative_title", "representative_name")
_SEATED = select(_SEATS.c.company_id).where(_SEATS.c.alliance_id == bindparam("the_alliance")).distinct()
_END = (
    update(_SEATS)
    .where(
        _SEATS.c.company_id == bindparam("the_company"),
        _SEATS.c.matter == bindparam("the_matter"),
        _SEATS.c.last.is_(None),
    )
    .values(last=bindparam("the_last"))
)


def introduced(db: Connection, outcome: Outcome[Any]) -> Outcome[Any]:
    """The outcome with the facts of companies that an act named by their ids alone, out of the directory.

    `Invalid("parties.unknown_company")` for one that is not there.
    """
    nameless = {p.company for m in (outcome.state, *outcome.born) for p in m.parties if not p.name_ja}
    if not nameless:
        return outcome
    columns = (_COMPANIES.c.id, *(_COMPANIES.c[name] for name in _FACTS))
    rows = db.execute(select(*columns).where(_COMPANIES.c.id.in_(nameless)))
    facts = {row.id: {name: getattr(row, name) for name in _FACTS} for row in rows}
    if nameless - set(facts):
        raise Invalid("parties.unknown_company", "/changes")

    def named(matter: M) -> M:
        parties: tuple[Party, ...] = tuple(
            replace(p, **facts[p.company]) if p.company in facts else p for p in matter.parties
        )
        return replace(matter, parties=parties)

    return replace(outcome, state=named(outcome.state), born=tuple(named(b) for b in outcome.born))


def moved(db: Connection, before: Matter, state: Matter, *, head: int, last: int) -> None:
    """Parties of a matter came or went by the act whose entries are `head + 1` to `last`.

    Who leaves an alliance reads its last lines, those of the leaving, and not what follows, be it here or in
    the main agreement, which hears of it a moment later.
    """
    gone = [p for p in before.parties if p.company not in state.companies()]
    come = [p for p in state.parties if p.company not in before.companies()]
    if not gone and not come:
        return
    seated = set(db.scalars(_SEATED, {"the_alliance": state.alliance_id}))
    for party in gone:
        if isinstance(state, Alliance):
            if party.company not in seated:
                _keep_what_there_is(db, party.company, state.id)
            _end(db, party.company, state.id, last)
            _end(db, party.company, state.main, last)
        else:
            _end(db, party.company, state.id, head)
    _sit(db, state, come, head + 1)


def born(db: Connection, matters: list[Matter]) -> None:
    """New matters: of their parties, those that read by seats have one in them, and so has who was no party so far."""
    if not matters:
        return
    alliance = matters[0].alliance_id
    seated = set(db.scalars(_SEATED, {"the_alliance": alliance}))
    members = set(db.scalars(select(_MEMBERS.c.company_id).where(_MEMBERS.c.alliance_id == alliance)))
    for matter in matters:
        late = [p for p in matter.parties if p.company in seated or p.company not in members]
        _sit(db, matter, late, 0)


def _sit(db: Connection, matter: Matter, parties: list[Party], first: int) -> None:
    """Seats in a matter, for those that have none there; whoever is new to the alliance is noted there too."""
    if not parties:
        return
    ids = [p.company for p in parties]
    there = select(_SEATS.c.company_id).where(_SEATS.c.matter == matter.id, _SEATS.c.company_id.in_(ids))
    known = select(_MEMBERS.c.company_id).where(
        _MEMBERS.c.alliance_id == matter.alliance_id, _MEMBERS.c.company_id.in_(ids)
    )
    seated, members = set(db.scalars(there)), set(db.scalars(known))
    new = [
        {"alliance_id": matter.alliance_id, "company_id": p.company, "label": p.label}
        for p in parties
        if p.company not in members
    ]
    if new:
        db.execute(insert(_MEMBERS), new)
    rows = [
        {
            "company_id": c,
            "matter": matter.id,
            "alliance_id": matter.alliance_id,
            "first": first,
            "last": None,
        }
        for c in ids
        if c not in seated
    ]
    if rows:
        db.execute(insert(_SEATS), rows)


def _keep_what_there_is(db: Connection, company: str, alliance: str) -> None:
    """A party from the beginning leaves: from now on it reads by seats, one in every matter that there is."""
    columns = ["company_id", "matter", "alliance_id", "first"]
    mine = select(literal(company), _MATTERS.c.id, _MATTERS.c.alliance_id, literal(0))
    db.execute(insert(_SEATS).from_select(columns, mine.where(_MATTERS.c.alliance_id == alliance)))


def _end(db: Connection, company: str, matter: str, last: int) -> None:
    db.execute(_END, {"the_company": company, "the_matter": matter, "the_last": last})
