"""Text in force, 新旧対照表, stamp card and summary of an agreement, out of SQL and the stored files; nothing is written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select

from activities.ports import Subject
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.heavy import room
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.scope import scoped
from teikei.documents.in_force import compared, text_in_force
from teikei.documents.summarise import summarise
from teikei.domain.agreement.state import Agreement
from teikei.domain.errors import Unknown
from teikei.domain.stamp_card import Asked, stamp_card

_ALLIANCES, _MATTERS = t.table(t.AllianceRow), t.table(t.MatterRow)


def wording(
    db: Connection, files: FileStore, subject: Subject, agreement: str, on: date | None
) -> dict[str, Any]:
    """The text in force on a day, else today by the clock of the alliance."""
    state, today = _agreement(db, subject, agreement)
    signed, amendments = _signed(files, state), _amendments(db, state)
    with room():
        return text_in_force(state, signed, amendments, on or today)


def changes(
    db: Connection, files: FileStore, subject: Subject, agreement: str, first: date, last: date | None
) -> dict[str, Any]:
    """What reads otherwise on the later day than on the earlier one."""
    state, today = _agreement(db, subject, agreement)
    signed, amendments = _signed(files, state), _amendments(db, state)
    with room():
        return compared(state, signed, amendments, first, last or today)


def stamp(db: Connection, subject: Subject, agreement: str, asked: Asked) -> dict[str, Any]:
    """The stamp card, with what its reader says of the paper."""
    state, today = _agreement(db, subject, agreement)
    return stamp_card(state, today, asked)


def summary(db: Connection, subject: Subject, agreement: str, language: str) -> tuple[str, bytes]:
    """(name, .docx) of the one-page summary, as of today by the clock of the alliance."""
    state, today = _agreement(db, subject, agreement)
    home = db.scalar(select(_ALLIANCES.c.calendar).where(_ALLIANCES.c.id == state.alliance_id))
    made = summarise(state, _amendments(db, state), today, calendar(str(home)), language)
    return f"{made.title} {made.paper.alliance}.docx", made.docx


def _agreement(db: Connection, subject: Subject, agreement: str) -> tuple[Agreement, date]:
    """The agreement as the subject may see it, and today by its alliance's clock."""
    query = scoped(t.MatterRow, subject).where(_MATTERS.c.id == agreement, _MATTERS.c.kind == Agreement.kind)
    row = db.execute(query).first()
    if row is None:
        raise Unknown("thing.unknown")
    state = codec.load_state(row.kind, row.state)
    assert isinstance(state, Agreement)
    home = db.execute(scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == row.alliance_id)).one()
    return state, state.local_day(home.clock or datetime.now(UTC))


def _amendments(db: Connection, state: Agreement) -> list[Agreement]:
    """All of them: whoever is a party of the agreement is bound by its whole text, whenever it became one."""
    if state.role != "main":
        return []
    query = select(_MATTERS.c.kind, _MATTERS.c.state).where(
        _MATTERS.c.alliance_id == state.alliance_id, _MATTERS.c.kind == Agreement.kind
    )
    states = (codec.load_state(row.kind, row.state) for row in db.execute(query))
    return [s for s in states if isinstance(s, Agreement) and s.amendment]


def _signed(files: FileStore, state: Agreement) -> bytes:
    """The bytes that all signed; none where there are none of ours."""
    if state.effective_on is None or state.elsewhere or state.version_now is None:
        return b""
    return files.get(state.version_now.sha256)
