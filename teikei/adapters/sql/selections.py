"""Selections of a partner in SQL: what the opener began, and one commit for each candidate's alliance.

The rows hold which alliances belong together and for whom; what is in them is
read from the alliances as the opener may see them.  The ids are known before
the first commit, so a batch that was cut off is completed by its repeat.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert

from activities.ports import Ledger, Page, Subject
from activities.record import Order
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.pages import page
from teikei.adapters.sql.scope import scoped
from teikei.domain.alliance.intake import Company
from teikei.domain.errors import Conflict, Unknown
from teikei.domain.ids import derive
from teikei.domain.record import canonical
from teikei.domain.selections import Look, OpenSelection, compared, key_for, shown
from teikei.domain.views import plain, view

_SELECTIONS, _CANDIDATES = t.table(t.SelectionRow), t.table(t.CandidateRow)
_COMPANIES, _MATTERS, _ITEMS = t.table(t.CompanyRow), t.table(t.MatterRow), t.table(t.ItemRow)
_FACTS = tuple(Company.__dataclass_fields__)


class SqlSelections:
    """`activities.ports.Selections`. Everything may raise `Unavailable("sql.unavailable")`."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger

    def open(self, subject: Subject, body: OpenSelection, key: str) -> dict[str, Any]:
        """Note the batch, then open one alliance after the other; what is there already stays as it is."""
        made, now = derive("sel", key), datetime.now(UTC)
        self._note(subject, body, made, key, now)
        for act in body.openings(made):
            assert act.selection is not None
            own = key_for(key, act.selection.candidate)
            self._ledger.commit(Order(key=own, by=subject.actor, matter="", act=act, now=now))
        with reading(self._engine) as db:
            return selection(db, subject, made)

    def _note(self, subject: Subject, body: OpenSelection, made: str, key: str, now: datetime) -> None:
        said = codec.adapter(OpenSelection).dump_python(body, mode="json")
        digest = hashlib.sha256(canonical(said)).hexdigest()
        with writing(self._engine) as db:
            known = db.execute(scoped(t.SelectionRow, subject).where(_SELECTIONS.c.id == made)).first()
            if known is not None:
                if known.body_hash != digest:
                    raise Conflict("key.other_body")
                return
            body.check(subject.actor, _directory(db, subject, body.companies()), body.sandbox_from or now)
            db.execute(insert(_SELECTIONS).values(
                id=made, company=subject.company, person=subject.person, name_ja=body.name_ja, name_en=body.name_en,
                form=body.form, body_hash=digest, at=now,
            ))  # fmt: skip
            db.execute(insert(_CANDIDATES), [
                {
                    "selection_id": made, "position": i, "company": subject.company, "candidate": c.company,
                    "alliance": derive("aln", subject.company, key_for(key, c.company)),
                }
                for i, c in enumerate(body.candidates, start=1)
            ])  # fmt: skip


def selections(db: Connection, subject: Subject, *, after: str, limit: int) -> Page:
    """The selections of the subject's own company, by name."""
    keys = (_SELECTIONS.c.name_ja, _SELECTIONS.c.id)
    return page(db, scoped(t.SelectionRow, subject), keys, _head, after=after, limit=limit)


def selection(db: Connection, subject: Subject, made: str) -> dict[str, Any]:
    """One selection of the subject's own company, its candidates side by side; `Unknown` for another's."""
    head = db.execute(scoped(t.SelectionRow, subject).where(_SELECTIONS.c.id == made)).first()
    if head is None:
        raise Unknown("thing.unknown")
    mine = scoped(t.CandidateRow, subject).where(_CANDIDATES.c.selection_id == made)
    looks = [_look(db, subject, row) for row in db.execute(mine.order_by(_CANDIDATES.c.position))]
    return {**_head(head), "candidates": [shown(look) for look in looks], "comparison": compared(looks)}


def _look(db: Connection, subject: Subject, row: Row[Any]) -> Look:
    """A candidate's alliance as the subject sees it: the view, and after due diligence the marks among the items."""
    matter = db.execute(scoped(t.MatterRow, subject).where(_MATTERS.c.id == row.alliance)).first()
    if matter is None:
        return Look(candidate=row.candidate, alliance=row.alliance, view=None)
    seen = view(codec.load_state(matter.kind, matter.state), subject.company)
    items = scoped(t.ItemRow, subject).where(_ITEMS.c.matter == row.alliance, _ITEMS.c.kind == "score")
    marks = tuple(json.loads(item.data) for item in db.execute(items))
    return Look(candidate=row.candidate, alliance=row.alliance, view=seen, marks=marks)


def _head(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "name_ja", "name_en", "form", "person", "at")
    return {name: plain(row._mapping[name]) for name in names}  # noqa: SLF001  (public by name)


def _directory(db: Connection, subject: Subject, ids: set[str]) -> tuple[Company, ...]:
    query = scoped(t.CompanyRow, subject).where(_COMPANIES.c.id.in_(ids))
    rows = db.execute(query.with_only_columns(*(_COMPANIES.c[name] for name in _FACTS)))
    return tuple(Company(**dict(zip(_FACTS, row, strict=True))) for row in rows)
