"""`scoped(Model, subject)`: the only door to rows for someone who asks.

A company sees the alliances to which it is a party, and of these its own
orders and mails and what is not private to others.  The operator sees no alliance.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, false, or_, select

from activities.ports import Subject
from teikei.adapters.sql import tables as t

_MEMBERS = t.table(t.MembershipRow)
_OWN = {"outbox", "inbox"}
"""Tables whose rows belong to one company."""
_BEFORE = {"uploads", "imports", "import_lines", "selections", "candidates"}
"""What a company does before there is an alliance: its own, whatever it is a party to."""
_HIDDEN = {"api_keys", "answers"}
"""Tables that nobody reads through the API."""


def scoped(model: type[t.Base], subject: Subject) -> Select[Any]:
    """A select of this table limited to what the subject may see. Companies are a directory: anyone with a key reads it."""
    table = t.table(model)
    if table.name in _HIDDEN:
        raise TypeError(f"{table.name} is not for reading")
    query = select(table)
    if table.name == "companies":
        return query
    if table.name in _BEFORE:
        return query.where(table.c.company == subject.company)
    if table.name in _OWN:
        query = query.where(table.c.company == subject.company)
    if subject.operator:
        return query if table.name == "inbox" else query.where(false())
    home = table.c.id if table.name == "alliances" else table.c.alliance_id
    mine = select(_MEMBERS.c.alliance_id).where(_MEMBERS.c.company_id == subject.company)
    return query.where(home.in_(mine), *_readable(table, subject))


def _readable(table: Table, subject: Subject) -> list[ColumnElement[bool]]:
    """Not private, or private to the subject among others."""
    if "private_to" not in table.c:
        return []
    return [
        or_(table.c.private_to == "", table.c.private_to.contains(f" {subject.company} ", autoescape=True))
    ]
