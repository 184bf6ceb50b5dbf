"""`scoped(Model, subject)`: the only door to rows for someone who asks.

A company sees the alliances to which it is a party, and of these its own
orders and mails and what is not private to others.  One that became a party late,
left, or only talks about joining sees by its seats (`seats.py`): in a matter what
was written while it was its party, and the matter itself as long as it is.  The
operator sees no alliance.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, false, or_, select

from activities.ports import Subject
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.columns import Base

_MEMBERS, _SEATS, _ENTRIES = t.table(t.MembershipRow), t.table(t.SeatRow), t.table(t.EntryRow)
_OWN = {"outbox", "inbox"}
"""Tables whose rows belong to one company."""
_OF_ALL = {"alliances", "memberships", "seats"}
"""That there is the alliance, with its clock, and who its parties are: what no seat is asked for."""
_BEFORE = {"uploads", "imports", "import_lines", "selections", "candidates", "templates"}
"""What a company does before there is an alliance: its own, whatever it is a party to."""
_FOR_ALL = {"companies", "clauses"}
"""Directories of the installation: anyone with a key reads them."""
_HIDDEN = {"api_keys", "accounts", "links", "sessions", "answers", "renditions", "parts"}
"""Tables that nobody reads through the API."""


def scoped(model: type[Base], subject: Subject) -> Select[Any]:
    """A select of this table limited to what the subject may see."""
    table = t.table(model)
    if table.name in _HIDDEN:
        raise TypeError(f"{table.name} is not for reading")
    query = select(table)
    if table.name in _FOR_ALL:
        return query
    if table.name == "paper_clauses":
        papers = scoped(t.FileRow, subject).with_only_columns(t.table(t.FileRow).c.sha256)
        return query.where(table.c.paper.in_(papers))
    if table.name in _BEFORE:
        return query.where(table.c.company == subject.company)
    if table.name in _OWN:
        query = query.where(table.c.company == subject.company)
    if subject.operator:
        return query if table.name == "inbox" else query.where(false())
    home = table.c.id if table.name == "alliances" else table.c.alliance_id
    mine = select(_MEMBERS.c.alliance_id).where(_MEMBERS.c.company_id == subject.company)
    return query.where(home.in_(mine), *_seated(table, home, subject), *_readable(table, subject))


def _seated(table: Table, home: ColumnElement[Any], subject: Subject) -> list[ColumnElement[bool]]:
    """Not by seats in this alliance, or with a seat for this row."""
    if table.name in _OF_ALL | _OWN:
        return []
    limited = select(_SEATS.c.alliance_id).where(_SEATS.c.company_id == subject.company)
    return [or_(home.not_in(limited), _seat(table, subject))]


def _seat(table: Table, subject: Subject) -> ColumnElement[bool]:
    """Is there a seat that covers the row? What changes with its matter is covered only while the seat lasts."""
    mine = select(_SEATS.c.matter).where(_SEATS.c.company_id == subject.company)
    if table.name in {"entries", "contents"}:
        return _line(table, mine)
    if "position" not in table.c or table.name == "matters":
        matter = table.c.id if table.name == "matters" else table.c.matter
        return mine.where(_SEATS.c.matter == matter, _SEATS.c.last.is_(None)).exists()
    return mine.where(_SEATS.c.matter == table.c.matter, _covers(table.c.position, t.STEP)).exists()


def _line(table: Table, mine: Select[Any]) -> ColumnElement[bool]:
    """A line of the record is its matter's; its leaf is there for every party of the alliance."""
    if table.name == "entries":
        either = or_(_SEATS.c.matter == table.c.matter, _SEATS.c.matter == table.c.alliance_id)
        return mine.where(either, _covers(table.c.seq)).exists()
    leaf = _ENTRIES.alias("leaf")
    here = _SEATS.join(leaf, leaf.c.matter == _SEATS.c.matter)
    same = and_(leaf.c.alliance_id == table.c.alliance_id, leaf.c.seq == table.c.seq)
    return mine.select_from(here).where(same, _covers(table.c.seq)).exists()


def _covers(place: ColumnElement[Any], step: int = 1) -> ColumnElement[bool]:
    """From the first entry of the seat to its last; a place between two entries belongs to the earlier one."""
    until = or_(_SEATS.c.last.is_(None), place < (_SEATS.c.last + 1) * step)
    return and_(place >= _SEATS.c.first * step, until)


def _readable(table: Table, subject: Subject) -> list[ColumnElement[bool]]:
    """Not private, or private to the subject among others."""
    if "private_to" not in table.c:
        return []
    return [
        or_(table.c.private_to == "", table.c.private_to.contains(f" {subject.company} ", autoescape=True))
    ]
