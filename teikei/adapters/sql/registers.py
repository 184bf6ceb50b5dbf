"""The register of contracts out of SQL: the alliances of a list, each with its agreements in the order of their births."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select

from activities.ports import Subject
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.scope import scoped
from teikei.adapters.sql.search import matching
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.errors import Invalid
from teikei.domain.register import MOST, Line, lines
from teikei.domain.search import asked

CHUNK = 500
_MATTERS = t.table(t.MatterRow)


def alliances(subject: Subject, *, stage: str, form: str, q: str) -> Select[Any]:
    """The subject's alliances in a stage, of a form, of which a text holds `q`; empty: any."""
    query = scoped(t.MatterRow, subject).where(_MATTERS.c.kind == "alliance")
    if stage:
        query = query.where(_MATTERS.c.stage == stage)
    if form:
        query = query.where(_MATTERS.c.form == form)
    return query.where(_MATTERS.c.id.in_(matching(subject, q))) if asked(q) else query


def register(db: Connection, subject: Subject, query: Select[Any], language: str) -> list[Line]:
    """The lines of these alliances, by title; `Invalid("list.too_many_lines")` above `MOST`."""
    order = query.order_by(_MATTERS.c.title, _MATTERS.c.id).limit(MOST + 1)
    ids = list(db.scalars(order.with_only_columns(_MATTERS.c.id)))
    told: list[Line] = []
    for first in range(0, len(ids), CHUNK):
        if len(ids) > MOST or len(told) > MOST:
            break
        told += _chunk(db, subject, ids[first : first + CHUNK], language)
    if len(ids) > MOST or len(told) > MOST:
        raise Invalid("list.too_many_lines", most=MOST)
    return told


def _chunk(db: Connection, subject: Subject, ids: list[str], language: str) -> Iterator[Line]:
    """States are long, so a few hundred alliances at a time."""
    query = scoped(t.MatterRow, subject).where(
        _MATTERS.c.alliance_id.in_(ids), _MATTERS.c.kind.in_(("alliance", "agreement"))
    )
    query = query.order_by(_MATTERS.c.position, _MATTERS.c.id)
    heads: dict[str, Alliance] = {}
    agreements: dict[str, list[Agreement]] = defaultdict(list)
    for row in db.execute(query.with_only_columns(_MATTERS.c.kind, _MATTERS.c.state)):
        state = codec.load_state(row.kind, row.state)
        if isinstance(state, Alliance):
            heads[state.id] = state
        elif isinstance(state, Agreement):
            agreements[state.alliance_id].append(state)
    for one in ids:
        alliance = heads[one]
        yield from lines(alliance, agreements[one], subject.company, calendar(alliance.calendar), language)
