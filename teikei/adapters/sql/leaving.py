"""「今日やめるなら」 out of SQL: the alliance, its main agreement and its open periods, on the day that its clock shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from activities.ports import Subject
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.scope import scoped
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.errors import Unknown
from teikei.domain.leaving import leaving
from teikei.domain.views import plain

_ALLIANCES, _MATTERS = t.table(t.AllianceRow), t.table(t.MatterRow)


def left_today(db: Connection, subject: Subject, alliance: str) -> dict[str, Any]:
    """The page; `Unknown("thing.unknown")` for an alliance that is not the subject's."""
    head = db.execute(scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == alliance)).first()
    if head is None:
        raise Unknown("thing.unknown")
    query = scoped(t.MatterRow, subject).where(
        _MATTERS.c.alliance_id == alliance, _MATTERS.c.kind.in_(("alliance", "agreement", "allocation"))
    )
    rows = db.execute(
        query.order_by(_MATTERS.c.position, _MATTERS.c.id).with_only_columns(
            _MATTERS.c.kind, _MATTERS.c.state
        )
    )
    states = [codec.load_state(row.kind, row.state) for row in rows]
    [home] = [s for s in states if isinstance(s, Alliance)]
    main = next((s for s in states if isinstance(s, Agreement) and s.id == home.main), None)
    periods = [s for s in states if isinstance(s, Allocation)]
    now = head.clock or datetime.now(UTC)
    found: dict[str, Any] = plain(leaving(home, main, periods, calendar(head.calendar), now))
    return found
