"""Mails in SQL: when each may leave, which share a message, and what is in it at the moment of hand-over.

`fix` decides under one lock what a message says; from then on it says that,
for a mail server may have it already.  `failed` gives back what certainly did
not arrive, so that the next message is made anew from all that waits.
docs/decisions/0015-one-digest-a-day.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select, update

from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.waiting import OUT_COLUMNS, Fixed, OutboxRow
from teikei.domain.act import Mail
from teikei.domain.calendar import Calendar
from teikei.domain.errors import Unknown
from teikei.domain.matter import Matter
from teikei.domain.posting import (
    GATHER,
    digested,
    next_hours,
    next_morning,
    pointless,
    question,
    worn_out,
)

Calendars = Callable[[str], Calendar]

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""`not_before` of what waits for a sandbox clock."""
OUT = ("sent", "kept")
"""How a mail ends whose reader can read it."""

_OUT, _ALLIANCES, _MATTERS = t.table(t.OutboxRow), t.table(t.AllianceRow), t.table(t.MatterRow)
_ORDER = (_OUT.c.stored_at, _OUT.c.id)
_FACTS = (*OUT_COLUMNS, _OUT.c.digest, _OUT.c.sent_at, _OUT.c.failed_at, _OUT.c.stored_at)


def waits(mail: Mail, state: Matter, calendar: Calendar, now: datetime, wall: datetime) -> dict[str, Any]:
    """With whom a new mail shares a message, and until when it waits.

    In a sandbox a digest is that of a sandbox day and leaves when its clock has come to a later one; nothing else
    waits there. Elsewhere the wall clock counts, also for what leaves at once: if it is set back, the mail waits.
    """
    digest = digested(mail)
    key = shared(mail, state, calendar, now)
    if state.sandbox:
        return {"digest": key, "not_before": NEVER} if digest else {}
    return {
        "digest": key,
        "not_before": next_hours(calendar, max(now, wall + GATHER if digest else wall), digest=digest),
    }


def shared(mail: Mail, state: Matter, calendar: Calendar, at: datetime) -> str | None:
    """What mails that share a message have in common; None for one that goes by itself."""
    if not digested(mail):
        return None
    if state.sandbox:
        return f"{state.alliance_id} {calendar.local_day(at).isoformat()} {mail.company} {mail.address}"
    # Who stands in does so in one alliance: lines of others do not go there.
    return " ".join((mail.company, mail.address, *sorted({c.address for c in mail.copies})))


def new_day(db: Connection, alliance: str, calendar: Calendar, to: datetime) -> None:
    """A sandbox clock has moved: the digests of earlier days leave."""
    ripe = (_OUT.c.not_before == NEVER) & (_OUT.c.at < _day(calendar, to))
    waiting = update(_OUT).where(_OUT.c.alliance_id == alliance, _OUT.c.status == "open", ripe)
    db.execute(waiting.values(not_before=None))


def fix(db: Connection, outbox: str, now: datetime, calendars: Calendars) -> Fixed:
    """The message of this mail, if it may leave now; else it is put off, or closed as pointless."""
    own = _locked(db, outbox)
    if own.status not in {"open", "handed"}:
        return Fixed(status=own.status)
    home = db.execute(_home(own.alliance_id)).one()
    calendar, sandbox = calendars(home.calendar), home.clock is not None
    until = now if sandbox else _until(db, own, now, calendar)
    if until > now:
        return _put_off(db, own, until, calendar, now)
    if own.fixed_at is not None:
        return Fixed(status="fixed", row=letter(db, own), again=True)
    if own.digest and db.scalar(select(exists().where(*_unsettled(own)))):
        return _put_off(db, own, now, calendar, now)
    rows = _gathered(db, own, now if not sandbox else None)
    left = rows if sandbox else _to_the_point(db, rows)
    if own not in left:
        return Fixed(status="obsolete")
    others = update(_OUT).where(_OUT.c.id.in_([r.id for r in left if r.id != own.id]))
    db.execute(others.values(status="joined", carrier=own.id, detail=own.id, not_before=None))
    as_of = max(r.at for r in left) if sandbox else now
    db.execute(update(_OUT).where(_OUT.c.id == own.id).values(fixed_at=as_of))
    return Fixed(status="fixed", row=replace(letter(db, own), fixed_at=as_of))


def _locked(db: Connection, outbox: str) -> Row[Any]:
    """The mail; with all that may share its message it is locked, so that two deliveries cannot pass each other."""
    digest = select(_OUT.c.digest).where(_OUT.c.id == outbox).scalar_subquery()
    group = (_OUT.c.digest == digest) & _OUT.c.status.in_(("open", "handed"))
    db.execute(select(_OUT.c.id).where((_OUT.c.id == outbox) | group).order_by(_OUT.c.id).with_for_update())
    own = db.execute(_mails(_OUT.c.id == outbox)).first()
    if own is None:
        raise Unknown("thing.unknown")
    return own


def _unsettled(own: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """Another message of the same digest may be with its reader already: it is settled first."""
    fixed = _OUT.c.fixed_at.is_not(None) & _OUT.c.sent_at.is_(None)
    return (_OUT.c.digest == own.digest, _OUT.c.id != own.id, _OUT.c.status.in_(("open", "handed")), fixed)


def _gathered(db: Connection, own: Row[Any], until: datetime | None) -> list[Row[Any]]:
    """What may stand in a message with this mail; nothing that is of a later instant, should the clock have gone back."""
    if own.digest is None:
        return [own]
    open_ = [_OUT.c.digest == own.digest, _OUT.c.status == "open", _OUT.c.fixed_at.is_(None)]
    if until:
        open_.append(_OUT.c.at <= until)
    rows = [own, *(r for r in db.execute(_mails(*open_)) if r.id != own.id)]
    return sorted(rows, key=lambda r: (r.stored_at, r.id))


def _mails(*which: ColumnElement[bool]) -> Select[Any]:
    query = select(*_FACTS).where(_OUT.c.kind == "mail", *which)
    return query.order_by(*_ORDER)


def _home(alliance: str) -> Select[Any]:
    return select(_ALLIANCES.c.clock, _ALLIANCES.c.calendar).where(_ALLIANCES.c.id == alliance)


def _until(db: Connection, own: Row[Any], now: datetime, calendar: Calendar) -> datetime:
    """When it may leave: in the hours of mail, on a day on which its reader has had no other digest, and not before
    its own instant, should the clock have been set back since it was handed over.
    """
    digest = own.digest is not None
    hours = next_hours(calendar, max(now, own.at), digest=digest)
    if hours > now or not digest or own.fixed_at is not None:
        return hours
    first, last = _day(calendar, now), _day(calendar, now + timedelta(days=1))
    had = exists().where(_OUT.c.digest == own.digest, _OUT.c.sent_at >= first, _OUT.c.sent_at < last)
    return next_morning(calendar, now, digest=True) if db.scalar(select(had)) else now


def _day(calendar: Calendar, at: datetime) -> datetime:
    """Midnight at the begin of the local day of an instant, as UTC."""
    return datetime.combine(calendar.local_day(at), time(), ZoneInfo(calendar.zone)).astimezone(UTC)


def _put_off(db: Connection, own: Row[Any], until: datetime, calendar: Calendar, now: datetime) -> Fixed:
    """Not now: it waits in the outbox, not in a delivery, whose days would run out over long holidays."""
    if own.failed_at and worn_out(calendar, own.failed_at, until):
        close(db, own.id, "dead", own.detail or "gave_up", now)
        return Fixed(status="dead")
    db.execute(update(_OUT).where(_OUT.c.id == own.id).values(status="open", not_before=until))
    return Fixed(status="waits")


def _to_the_point(db: Connection, rows: list[Row[Any]]) -> list[Row[Any]]:
    """Those that still have their point; the others are closed with the reason."""
    stored = select(_MATTERS.c.id, _MATTERS.c.kind, _MATTERS.c.state)
    states = {
        m.id: codec.load_state(m.kind, m.state)
        for m in db.execute(stored.where(_MATTERS.c.id.in_({r.matter for r in rows})))
    }
    mails = {r.id: codec.load_mail(r.payload) for r in rows}
    why = {r.id: pointless(mails[r.id], states[r.matter]) for r in rows}
    last = {(r.matter, *question(mails[r.id])): r.id for r in rows if r.digest and not why[r.id]}
    for r in rows:
        if r.digest and not why[r.id] and last[r.matter, *question(mails[r.id])] != r.id:
            why[r.id] = "question.reminded_later"
    for r in (r for r in rows if why[r.id]):
        gone = update(_OUT).where(_OUT.c.id == r.id)
        db.execute(gone.values(status="obsolete", detail=why[r.id], not_before=None))
    return [r for r in rows if not why[r.id]]


def letter(db: Connection, row: Row[Any]) -> OutboxRow:
    """A mail with what it shows beside itself."""
    facts = row._mapping  # noqa: SLF001  (public by name)
    shown = db.scalars(select(_OUT.c.payload).where(_OUT.c.carrier == row.id).order_by(*_ORDER))
    return OutboxRow(**{c.name: facts[c.name] for c in OUT_COLUMNS}, shown=tuple(shown))


def close(db: Connection, outbox: str, status: str, detail: str, now: datetime) -> None:
    """A row is done with, and of a mail all that it shows."""
    sent = {"sent_at": func.coalesce(_OUT.c.sent_at, now)} if status in OUT else {}
    fixed = {"fixed_at": func.coalesce(_OUT.c.fixed_at, now)} if status in OUT else {}
    own = update(_OUT).where(_OUT.c.id == outbox)
    db.execute(own.values(status=status, detail=detail, not_before=None, **sent, **fixed))
    if status in {*OUT, "dead"}:
        shown = update(_OUT).where(_OUT.c.carrier == outbox, _OUT.c.status == "joined")
        db.execute(shown.values(status=status, **sent))


def failed(db: Connection, outbox: str, reason: str, now: datetime, *, release: bool, refused: bool) -> None:
    """A try that came to nothing. `release`: the message certainly did not arrive, so it is made anew the next time.

    Only a row of refusals wears a mail out: while the server is away, it refuses nothing.
    """
    since = func.coalesce(_OUT.c.failed_at, now) if refused else None
    own = update(_OUT).where(_OUT.c.id == outbox)
    db.execute(own.values(detail=reason, failed_at=since))
    if release:
        db.execute(own.where(_OUT.c.sent_at.is_(None)).values(fixed_at=None))
        shown = update(_OUT).where(_OUT.c.carrier == outbox, _OUT.c.status == "joined")
        db.execute(shown.values(status="open", carrier=None, detail=""))


def again(db: Connection, outbox: str, resendable: tuple[str, ...]) -> None:
    """Somebody wants a mail once more: the message in which it was shown goes out, as it was."""
    first = db.scalar(select(func.coalesce(_OUT.c.carrier, _OUT.c.id)).where(_OUT.c.id == outbox))
    opened = update(_OUT).where(_OUT.c.id == first, _OUT.c.status.in_(resendable))
    values = {"status": "open", "detail": "", "not_before": None, "attempts": 0, "failed_at": None}
    if db.execute(opened.values(values)).rowcount:
        dead = update(_OUT).where(_OUT.c.carrier == first, _OUT.c.status == "dead")
        db.execute(dead.values(status="joined"))
