"""What waits in SQL to be handed on, and what the sandbox clock asks: for the dispatcher, the desk and the mailer.

Outbox and inbox are first in, first out per target: a later row waits while an
earlier one to the same matter is open, so that `release` never overtakes
`hold`.  On PostgreSQL a claim is a lease (`FOR UPDATE SKIP LOCKED`, `not_before`);
on SQLite one process dispatches and needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from activities.record import Receipt, Say
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import codec, company_wide, posting
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.waiting import CLAIMS, OUT_COLUMNS, Fixed, OrderRow, OutboxRow
from teikei.domain.act import Act, Actor
from teikei.domain.errors import Conflict, Invalid, Refused, Unknown
from teikei.domain.ids import derive
from teikei.domain.matter import SUSPENSION

__all__ = ["LEASE", "OrderRow", "OutboxRow", "SqlQueue"]

LEASE = timedelta(seconds=10)
"""After that, another dispatcher may take a row whose taker died; a repeat does no harm."""

_OUT, _IN, _ANSWERS = t.table(t.OutboxRow), t.table(t.InboxRow), t.table(t.AnswerRow)
_MATTERS, _ALLIANCES, _DUE = t.table(t.MatterRow), t.table(t.AllianceRow), t.table(t.DueRow)
_ROW = select(*OUT_COLUMNS).where(_OUT.c.id == bindparam("id"))
_ANSWER = select(_ANSWERS.c.body_hash, _ANSWERS.c.receipt).where(_ANSWERS.c.key == bindparam("key"))
_ORDERED = select(_IN.c.id).where(_IN.c.key == bindparam("key"))
_CLOCK_OF = (
    select(_ALLIANCES.c.clock)
    .join_from(_MATTERS, _ALLIANCES, _MATTERS.c.alliance_id == _ALLIANCES.c.id)
    .where(_MATTERS.c.id == bindparam("matter"))
)
_AWAKE = _MATTERS.c.over.is_(False) & or_(
    _MATTERS.c.suspended.is_(False), _DUE.c.key.startswith(f"{SUSPENSION}/")
)
_HERE: BindParameter[str] = bindparam("alliance")
_OPEN_IN = (
    select(_MATTERS.c.id)
    .where(_MATTERS.c.alliance_id == _HERE, _MATTERS.c.over.is_(False))
    .order_by(_MATTERS.c.id)
)


def _first_due() -> Select[Any]:
    """What falls due first in an alliance, over all its matters; more than one row where instants are the same."""
    awake = _DUE.join(_MATTERS, _DUE.c.matter == _MATTERS.c.id)
    here = (_DUE.c.alliance_id == _HERE) & _AWAKE
    first = select(func.min(_DUE.c.at)).select_from(awake).where(here).scalar_subquery()
    columns = (_MATTERS.c.kind, _DUE.c.key, _DUE.c.matter, _DUE.c.at)
    return select(*columns).select_from(awake).where(here, _DUE.c.at == first)


def _busy() -> Select[Any]:
    """Does anything in an alliance wait to be handed on or heard, or is a paper owed?"""
    clock = exists().where(_ALLIANCES.c.id == _HERE, _ALLIANCES.c.clock.is_not(None))
    ripe = clock & or_(_OUT.c.not_before.is_(None), _OUT.c.not_before < posting.NEVER)
    out = (_OUT.c.alliance_id == _HERE, _OUT.c.status == "open", or_(_OUT.c.kind != "mail", ripe))
    owed = (_MATTERS.c.alliance_id == _HERE, _MATTERS.c.over.is_(False), _MATTERS.c.owes > 0)
    ordered = (_IN.c.alliance_id == _HERE, _IN.c.status == "open")
    return select(or_(exists().where(*out), exists().where(*ordered), exists().where(*owed)))


# Asked at every step of a sandbox clock: built once, since building one takes as long as running it.
_FIRST_DUE, _BUSY = _first_due(), _busy()


def _wall() -> datetime:
    return datetime.now(UTC)


def _told(problem: Refused) -> dict[str, Any]:
    """A refusal as JSON, without its sentence."""
    return {
        "class": type(problem).__name__,
        "code": problem.code,
        "pointer": problem.pointer,
        "params": problem.params,
    }


class SqlQueue:
    """Outbox, inbox, answers and the sandbox clock. Instants are UTC. Everything may raise `Unavailable("sql.unavailable")`."""

    def __init__(
        self, engine: Engine, calendars: posting.Calendars = calendar, clock: Callable[[], datetime] = _wall
    ) -> None:
        self._engine, self._calendars, self._clock = engine, calendars, clock

    # outbox

    def claim(self, limit: int, now: datetime) -> list[OutboxRow]:
        """Open rows to hand on now, at most one per target (mails: one of those that share a message, all others)."""
        return [OutboxRow(**row._mapping) for row in self._claimed(_OUT, limit, now)]  # noqa: SLF001  (public by name)

    def close(self, outbox: str, status: str, detail: str = "") -> None:
        """A row is done with: done, refused; of mails sent, kept, dead, with all that they show."""
        with writing(self._engine) as db:
            posting.close(db, outbox, status, detail, self._clock())

    def hand(self, outbox: str) -> None:
        """The delivery of a mail has started; if it has ended or was put off meanwhile, that stands."""
        leased = or_(_OUT.c.not_before.is_(None), _OUT.c.not_before <= self._clock() + LEASE)
        self._write(
            update(_OUT)
            .where(_OUT.c.id == outbox, _OUT.c.status == "open", leased)
            .values(status="handed", not_before=None)
        )

    def fix(self, outbox: str) -> Fixed:
        """What a mail says now, for good, or why it does not leave now; see `posting.fix`."""
        with writing(self._engine) as db:
            return posting.fix(db, outbox, self._clock(), self._calendars)

    def failed(self, outbox: str, reason: str, *, release: bool, refused: bool) -> None:
        """A try of a mail came to nothing; see `posting.failed`."""
        with writing(self._engine) as db:
            posting.failed(db, outbox, reason, self._clock(), release=release, refused=refused)

    def keep(self, outbox: str) -> None:
        """There is no way out for this mail: it is kept as it would leave, to be read and re-sent."""
        with writing(self._engine) as db:
            if posting.fix(db, outbox, self._clock(), self._calendars).row:
                posting.close(db, outbox, "kept", "", self._clock())

    def handed(self, after: str, limit: int) -> list[str]:
        """Ids of mails whose delivery has started and not ended, by id."""
        query = select(_OUT.c.id).where(_OUT.c.status == "handed", _OUT.c.id > after)
        with reading(self._engine) as db:
            return list(db.scalars(query.order_by(_OUT.c.id).limit(limit)))

    def later(self, outbox: str, seconds: float, detail: str = "") -> None:
        """Not now: the row may be claimed again after that many seconds."""
        self._postpone(_OUT, outbox, seconds, detail=detail)

    def row(self, outbox: str) -> OutboxRow:
        """One row of whatever kind; `Unknown("thing.unknown")` when there is none."""
        found = self._first(_ROW, id=outbox)
        if found is None:
            raise Unknown("thing.unknown")
        return OutboxRow(**found._mapping)  # noqa: SLF001

    def mail(self, outbox: str) -> OutboxRow:
        """One mail: `id` makes its Message-ID, `at` its date, `payload` is JSON of `teikei.domain.act.Mail`."""
        row = self.row(outbox)
        if row.kind != "mail":
            raise Unknown("thing.unknown")
        return row

    # inbox

    def put(self, *, matter: str, say: Say) -> str:
        """Keep an act until its matter hears it; the id of the order.

        The same key gives the same order; with another body `Conflict("key.other_body")`.
        """
        order, digest = derive("ord", say.key), codec.body_hash(say.act)
        with writing(self._engine) as db:
            known = db.execute(select(_IN.c.body_hash, _IN.c.matter).where(_IN.c.id == order)).first()
            if known is not None:
                if tuple(known) != (digest, matter):
                    raise Conflict("key.other_body")
                return order
            alliance = db.scalar(select(_MATTERS.c.alliance_id).where(_MATTERS.c.id == matter))
            if alliance is None:
                raise Unknown("matter.unknown")
            db.execute(insert(_IN).values(
                id=order, key=say.key, alliance_id=alliance, matter=matter, company=say.by.company, by=codec.dump(say.by),
                act=codec.dump(say.act), body_hash=digest, status="open", receipt="", problem="", attempts=0,
                at=datetime.now(UTC), not_before=None,
            ))  # fmt: skip
        return order

    def put_all(self, matters: Sequence[str], act: Act, by: Actor, key: str) -> dict[str, str]:
        """One act for many alliances, all of it or nothing; see `company_wide.order_all`."""
        return company_wide.order_all(self._engine, matters, act, by, key)

    def ordered(self, key: str) -> bool:
        """Is there an order of this key, in whatever state?"""
        return self._first(_ORDERED, key=key) is not None

    def claim_orders(self, limit: int, now: datetime) -> list[OrderRow]:
        """Open orders to deliver now, at most one per matter."""
        return [OrderRow(**row._mapping) for row in self._claimed(_IN, limit, now)]  # noqa: SLF001

    def close_order(self, order: str, receipt: Receipt | None = None, problem: Refused | None = None) -> None:
        """An order is answered: with its receipt, or with what the rule said."""
        self._write(
            update(_IN)
            .where(_IN.c.id == order)
            .values(
                status="done" if receipt else "refused",
                receipt=codec.dump(receipt) if receipt else "",
                problem=codec.json_text(_told(problem)) if problem else "",
            )
        )

    def refuse(self, *, matter: str, say: Say, refusal: Refused) -> Receipt | None:
        """Make a refusal final for its key, or give the receipt if an earlier delivery was applied after all.

        An act that was sent more than once may still be on its way: once its company has heard no, `commit`
        says no to that key for ever. The alliance head is locked, so the two cannot pass each other.
        """
        order, told = self.put(matter=matter, say=say), codec.json_text(_told(refusal))
        home = select(_MATTERS.c.alliance_id).where(_MATTERS.c.id == matter).scalar_subquery()
        with writing(self._engine) as db:
            db.execute(select(_ALLIANCES.c.id).where(_ALLIANCES.c.id == home).with_for_update(key_share=True))
            known = db.execute(_ANSWER, {"key": say.key}).first()
            status = "done" if known else "refused"
            receipt, problem = (known.receipt, "") if known else ("", told)
            ended = update(_IN).where(_IN.c.id == order)
            db.execute(ended.values(status=status, receipt=receipt, problem=problem))
        return codec.load_receipt(known.receipt) if known else None

    def order_later(self, order: str, seconds: float) -> None:
        """Not now: the order may be claimed again after that many seconds."""
        self._postpone(_IN, order, seconds)

    # answers and matters

    def answer(self, key: str) -> tuple[str, Receipt] | None:
        """(hash of the body, receipt) of the act that was applied under this key."""
        row = self._first(_ANSWER, key=key)
        return (row.body_hash, codec.load_receipt(row.receipt)) if row else None

    def forget_answers(self, before: datetime) -> int:
        """Drop answers stored before that instant; how many. The one of an opening stays: it guards the birth."""
        opening = (_ANSWERS.c.matter == _ANSWERS.c.alliance_id) & (_ANSWERS.c.version == 1)
        return self._write(delete(_ANSWERS).where(_ANSWERS.c.stored_at < before, ~opening))

    def open_matters(self, after: str, limit: int) -> list[tuple[str, str, int]]:
        """(id, kind, version) of matters that are not over, by id."""
        query = select(_MATTERS.c.id, _MATTERS.c.kind, _MATTERS.c.version).where(
            _MATTERS.c.over.is_(False), _MATTERS.c.id > after
        )
        with reading(self._engine) as db:
            return [
                (row.id, row.kind, row.version)
                for row in db.execute(query.order_by(_MATTERS.c.id).limit(limit))
            ]

    def open_in(self, alliance: str) -> list[str]:
        """Ids of the matters of an alliance that are not over."""
        with reading(self._engine) as db:
            return list(db.scalars(_OPEN_IN, {"alliance": alliance}))

    def state_json(self, matter: str) -> str:
        """The stored state, byte for byte."""
        return str(self._column(_MATTERS.c.state, matter))

    def alliance_of(self, matter: str) -> str:
        return str(self._column(_MATTERS.c.alliance_id, matter))

    def version_of(self, matter: str) -> int:
        return int(self._column(_MATTERS.c.version, matter))

    def is_over(self, matter: str) -> bool:
        return bool(self._column(_MATTERS.c.over, matter))

    # the sandbox clock

    def clock(self, alliance: str) -> datetime | None:
        """The clock of a sandbox alliance; None where real time counts."""
        row = self._first(
            select(_ALLIANCES.c.clock).where(_ALLIANCES.c.id == bindparam("alliance")), alliance=alliance
        )
        return row.clock if row else None

    def clock_of(self, matter: str) -> datetime | None:
        """The clock of the alliance of a matter."""
        row = self._first(_CLOCK_OF, matter=matter)
        return row.clock if row else None

    def set_clock(self, alliance: str, to: datetime) -> None:
        """Move a sandbox clock; `clock.not_sandbox`, `clock.backwards`."""
        here = select(_ALLIANCES.c.calendar).where(_ALLIANCES.c.id == alliance)
        passed = update(_ALLIANCES).where(_ALLIANCES.c.id == alliance, _ALLIANCES.c.clock <= to)
        with writing(self._engine) as db:
            if db.execute(passed.values(clock=to)).rowcount:
                posting.new_day(db, alliance, self._calendars(db.scalar(here) or ""), to)
                return
        now = self.clock(alliance)
        if now is None:
            raise Conflict("clock.not_sandbox")
        raise Invalid("clock.backwards", "/to", now=now.isoformat())

    def next_due(self, alliance: str) -> tuple[str, str, datetime] | None:
        """(matter, key, instant) of what falls due first over all matters; ties go by kind, key, matter."""
        with reading(self._engine) as db:
            rows = sorted(tuple(row) for row in db.execute(_FIRST_DUE, {"alliance": alliance}))
        return (rows[0][2], rows[0][1], rows[0][3]) if rows else None

    def quiet(self, alliance: str) -> bool:
        """Nothing waits to be handed on or heard, and no matter owes an effect.

        A delivery that has started holds nothing up, nor does a mail that waits for its hour or for the next day.
        """
        with reading(self._engine) as db:
            return not db.scalar(_BUSY, {"alliance": alliance})

    # within

    def _claimed(self, table: Table, limit: int, now: datetime) -> list[Row[Any]]:
        facts = {"now": now, "most": limit}
        if self._engine.dialect.name == "sqlite":
            with reading(self._engine) as db:
                return list(db.execute(CLAIMS[table.name], facts))
        with writing(self._engine) as db:
            rows = list(db.execute(CLAIMS[table.name].with_for_update(skip_locked=True, of=table), facts))
            if rows:
                db.execute(
                    update(table).where(table.c.id.in_([r.id for r in rows])).values(not_before=now + LEASE)
                )
        return rows

    def _postpone(self, table: Table, row: str, seconds: float, **values: str) -> None:
        again = datetime.now(UTC) + timedelta(seconds=seconds)
        changes: dict[str, Any] = {**values, "not_before": again, "attempts": table.c.attempts + 1}
        self._write(update(table).where(table.c.id == row, table.c.status == "open").values(changes))

    def _write(self, statement: Any) -> int:
        with writing(self._engine) as db:
            return db.execute(statement).rowcount

    def _first(self, query: Select[Any], **facts: str) -> Row[Any] | None:
        with reading(self._engine) as db:
            return db.execute(query, facts).first()

    def _column(self, column: ColumnElement[Any], matter: str) -> Any:
        row = self._first(select(column).where(_MATTERS.c.id == bindparam("matter")), matter=matter)
        if row is None:
            raise Unknown("matter.unknown")
        return row[0]
