"""Every clause text that made a stored paper, by the hash of its whole file, and which clauses made which paper.

Rows are written once and never changed (triggers of the migration hold it): git has the newest clause, SQL every
one that was used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from activities.ports import Subject
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.scope import scoped
from teikei.domain.views import plain

_TEXTS, _USES = t.table(t.ClauseRow), t.table(t.PaperClauseRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A clause in a paper: the hash of its file, and the number of its article (0: it has none)."""

    id: str
    language: str
    version: int
    sha256: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A clause file: its title and the whole of its text."""

    title: str
    text: str


def keep(db: Connection, paper: str, made: Sequence[Made], read: Callable[[Made], Wording]) -> None:
    """That these clauses, in this order, made the paper; `read` is asked for texts that are not kept yet."""
    if not made or db.scalar(select(_USES.c.paper).where(_USES.c.paper == paper).limit(1)):
        return
    hashes = {one.sha256: one for one in made}
    known = set(db.scalars(select(_TEXTS.c.sha256).where(_TEXTS.c.sha256.in_(hashes))))
    now = datetime.now(UTC)
    if new := [_row(one, read(one), now) for sha256, one in hashes.items() if sha256 not in known]:
        db.execute(insert(_TEXTS), new)
    uses = [
        {"paper": paper, "place": place, "clause": one.sha256, "number": one.number}
        for place, one in enumerate(made, start=1)
    ]
    db.execute(insert(_USES), uses)


def _row(one: Made, wording: Wording, now: datetime) -> dict[str, Any]:
    return {
        "sha256": one.sha256,
        "id": one.id,
        "language": one.language,
        "version": one.version,
        "title": wording.title,
        "content": wording.text,
        "first_used_at": now,
    }


def of_paper(db: Connection, subject: Subject, paper: str) -> list[dict[str, Any]]:
    """The clauses of a paper that the subject may read, in their order: {id, language, version, sha256, title, number}."""
    uses = scoped(t.PaperClauseRow, subject).where(_USES.c.paper == paper).order_by(_USES.c.place)
    rows = list(db.execute(uses))
    query = scoped(t.ClauseRow, subject).where(_TEXTS.c.sha256.in_({row.clause for row in rows}))
    texts = {row.sha256: row for row in db.execute(query)}
    return [{**_head(texts[row.clause]), "number": row.number or None} for row in rows]


def found(db: Connection, subject: Subject, sha256: str) -> dict[str, Any] | None:
    """A clause that made some paper, with its text; None where it made none."""
    row = db.execute(scoped(t.ClauseRow, subject).where(_TEXTS.c.sha256 == sha256)).first()
    if row is None:
        return None
    return {**_head(row), "text": row.content, "first_used_at": plain(row.first_used_at)}


def _head(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "language", "version", "sha256", "title")}
