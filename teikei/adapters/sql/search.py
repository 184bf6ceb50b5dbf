"""The rows behind `q`: the folded texts of each searched matter, written in the transaction of its state.

A plain substring on a plain table, the same on both databases: no trigram index
(it misses words of two characters) and no `lower()` of the database (SQLite's
knows ASCII only).  Need-to-know bounds the scan to the alliances of who asks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from activities.ports import Subject
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.scope import scoped
from teikei.domain.matter import Matter
from teikei.domain.search import SEARCHED, asked, searched, texts

CHUNK = 500
_MATTERS, _SEARCHES = t.table(t.MatterRow), t.table(t.SearchRow)
_NEW = insert(_SEARCHES)
_CHANGED = (
    update(_SEARCHES)
    .where(_SEARCHES.c.matter == bindparam("the_matter"))
    .values(folded=bindparam("the_folded"))
)


def note(db: Connection, state: Matter, before: Matter | None = None) -> None:
    """Keep the texts of a matter up to its state; nothing is written where they are what they were."""
    if before is None:
        if state.kind in SEARCHED:
            db.execute(_NEW, _row(state))
    elif texts(state) != texts(before):
        db.execute(_CHANGED, {"the_matter": state.id, "the_folded": searched(state)})


def matching(subject: Subject, q: str) -> Select[Any]:
    """Ids of the subject's alliances of which a text holds `q`; `%` and `_` in it are ordinary characters."""
    found = _SEARCHES.c.folded.contains(asked(q), autoescape=True)
    return scoped(t.SearchRow, subject).where(found).with_only_columns(_SEARCHES.c.alliance_id)


def fill(db: Connection) -> None:
    """Write the rows of matters that have none: those that were there before the table was."""
    known = select(_SEARCHES.c.matter)
    missing = select(_MATTERS.c.id, _MATTERS.c.kind, _MATTERS.c.state).where(
        _MATTERS.c.kind.in_(SEARCHED), _MATTERS.c.id.not_in(known)
    )
    while rows := list(db.execute(missing.order_by(_MATTERS.c.id).limit(CHUNK))):
        db.execute(_NEW, [_row(codec.load_state(row.kind, row.state)) for row in rows])


def _row(state: Matter) -> dict[str, str]:
    return {"matter": state.id, "alliance_id": state.alliance_id, "folded": searched(state)}
