"""What the subject's company is asked now, over all its alliances: what falls due first stands first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from activities.ports import Subject
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.scope import scoped
from teikei.domain.questions import questions
from teikei.domain.views import plain

MOST = 500
"""Open matters that are looked through, the earliest deadlines first: a page of its own begins with what is urgent."""
_MATTERS, _ALLIANCES = t.table(t.MatterRow), t.table(t.AllianceRow)


def inbox(db: Connection, subject: Subject, alliance: str) -> list[dict[str, Any]]:
    """Questions as JSON values, each with `now`, the instant of its alliance's clock."""
    open_ones = scoped(t.MatterRow, subject).where(_MATTERS.c.over.is_(False))
    if alliance:
        open_ones = open_ones.where(_MATTERS.c.alliance_id == alliance)
    rows = db.execute(
        open_ones.order_by(_MATTERS.c.next_due.is_(None), _MATTERS.c.next_due).limit(MOST)
    ).all()
    homes = scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id.in_({row.alliance_id for row in rows}))
    clocks = {row.id: row.clock for row in db.execute(homes)}
    found = []
    for row in rows:
        now = clocks.get(row.alliance_id) or datetime.now(UTC)
        asked = questions(codec.load_state(row.kind, row.state), subject.company, subject.person, now)
        found += [{**plain(one), "now": plain(now)} for one in asked]
    return sorted(found, key=lambda one: (not one["mine"], one["deadline"] or "9999", one["title"]))
