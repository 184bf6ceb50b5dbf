"""Entries of the record as people read them: lines of the timeline, and leaves for those who check them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, Row

from activities.ports import Subject
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.scope import scoped
from teikei.domain.texts import named, titled

CHUNK = 500
_ENTRIES = t.table(t.EntryRow)


def line(row: Row[Any], names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """One line of the timeline; `names` gives (Japanese, English) names of the parties by company id."""
    told = json.loads(row.payload)
    by = told["by"]["company"]
    titles = {}
    for i, language in enumerate(("ja", "en")):
        values = named(told["values"], {company: both[i] for company, both in names.items()})
        titles[f"title_{language}"] = titled(language, told["code"], values)
    return {
        "seq": row.seq, "at": row.at, "stage": told["stage"], "matter": told["matter"], "act": told["act"],
        "by": names[by][0] if by in names else by, **titles,
    }  # fmt: skip


def leaves(engine: Engine, subject: Subject, alliance: str) -> Iterator[dict[str, Any]]:
    """Every leaf in order, read in chunks: a record is long, and its reader slow."""
    after = 0
    while rows := _chunk(engine, subject, alliance, after):
        yield from map(_leaf, rows)
        after = rows[-1].seq


def _chunk(engine: Engine, subject: Subject, alliance: str, after: int) -> list[Row[Any]]:
    shown = scoped(t.ContentRow, subject).subquery()
    query = scoped(t.EntryRow, subject).where(_ENTRIES.c.alliance_id == alliance, _ENTRIES.c.seq > after)
    query = query.add_columns(shown.c.salt, shown.c.payload).outerjoin(
        shown, (shown.c.alliance_id == _ENTRIES.c.alliance_id) & (shown.c.seq == _ENTRIES.c.seq)
    )
    with reading(engine) as db:
        return list(db.execute(query.order_by(_ENTRIES.c.seq).limit(CHUNK)))


def _leaf(row: Row[Any]) -> dict[str, Any]:
    leaf = {"v": row.v, "alliance": row.alliance_id, "seq": row.seq, "at": row.at, "commit": row.commit_hash}
    shown: dict[str, Any] = {"leaf": leaf, "hash": row.leaf_hash}
    if row.payload is not None:
        shown |= {"salt": row.salt.hex(), "payload": json.loads(row.payload)}
    return shown
