"""Mails that wait in the outbox when one person follows another: they go to the successor.

What is fixed is with a mail server perhaps, and stays as it is (`posting.fix`).
docs/decisions/0020-handover-and-events.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.posting import shared
from teikei.domain.act import Mail
from teikei.domain.alliance.state import Alliance
from teikei.domain.calendar import Calendar
from teikei.domain.matter import Matter
from teikei.domain.posting import followed
from teikei.domain.succession import Succession

_OUT = t.table(t.OutboxRow)
_MAIL = select(_OUT.c.id, _OUT.c.payload, _OUT.c.at)
_WAITING = (_OUT.c.kind == "mail") & _OUT.c.status.in_(("open", "handed")) & _OUT.c.fixed_at.is_(None)
_MADE_ANEW = {"status": "obsolete", "detail": "handover.made_anew", "not_before": None}


def follow(db: Connection, state: Matter, follows: tuple[Succession, ...], calendar: Calendar) -> None:
    """The waiting mails of this matter, or of the whole alliance where that one says so, go where they go now.

    What the handover makes anew is closed instead.
    """
    mine = _OUT.c.alliance_id == state.alliance_id
    here = mine if isinstance(state, Alliance) else mine & (_OUT.c.matter == state.id)
    for who in follows:
        waiting = _MAIL.where(here, _OUT.c.company == who.company, _WAITING)
        for row in db.execute(waiting.order_by(_OUT.c.id).with_for_update()).all():
            mail = codec.load_mail(row.payload)
            after = followed(mail, who, state)
            if after != mail:
                values = _moved(after, state, calendar, row.at) if after else _MADE_ANEW
                db.execute(update(_OUT).where(_OUT.c.id == row.id).values(values))


def _moved(mail: Mail, state: Matter, calendar: Calendar, meant: datetime) -> dict[str, Any]:
    return {
        "target": mail.address,
        "payload": codec.dump(mail),
        "digest": shared(mail, state, calendar, meant),
    }
