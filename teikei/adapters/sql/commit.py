"""`commit`: one SQL transaction decides and remembers.

Lock the alliance head, then the matter; a known key gets its stored answer;
else the pure rule decides on the stored state, and everything that comes of it
is written together or not at all.  What it writes stands in `writes`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select

from activities.record import Committed, Order
from teikei.adapters import failpoints
from teikei.adapters.sql import codec
from teikei.adapters.sql.codec import body_hash
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.tables import AllianceRow, AnswerRow, CompanyRow, InboxRow, MatterRow, table
from teikei.adapters.sql.writes import Place, open_books, remember
from teikei.domain.act import judge
from teikei.domain.alliance.bringing import Opening
from teikei.domain.alliance.intake import CALENDAR, Company, Unborn
from teikei.domain.calendar import Calendar
from teikei.domain.errors import Conflict, Stale, Unknown
from teikei.domain.ids import derive
from teikei.domain.matter import Matter

_ALLIANCES, _MATTERS, _ANSWERS, _COMPANIES, _INBOX = (
    table(AllianceRow),
    table(MatterRow),
    table(AnswerRow),
    table(CompanyRow),
    table(InboxRow),
)
_HOME = select(_MATTERS.c.alliance_id).where(_MATTERS.c.id == bindparam("matter")).scalar_subquery()
_HEAD = (
    select(_ALLIANCES.c.id, _ALLIANCES.c.head, _ALLIANCES.c.clock, _ALLIANCES.c.calendar)
    .where(_ALLIANCES.c.id == _HOME)
    .with_for_update(key_share=True)
)
# `key_share`: FOR NO KEY UPDATE, so that a row which only refers to the alliance need not wait for us.
_ANSWER = (_ANSWERS.c.body_hash, _ANSWERS.c.receipt, _ANSWERS.c.matter)
_MATTER = (
    select(
        _MATTERS.c.kind,
        _MATTERS.c.version,
        _MATTERS.c.state,
        *(c.label(f"answer_{c.name}") for c in _ANSWER),
        _INBOX.c.problem.label("refused"),
    )
    .select_from(
        _MATTERS.outerjoin(_ANSWERS, _ANSWERS.c.key == bindparam("key")).outerjoin(
            _INBOX, (_INBOX.c.key == bindparam("key")) & (_INBOX.c.status == "refused")
        )
    )
    .where(_MATTERS.c.id == bindparam("matter"))
    .with_for_update(key_share=True, of=_MATTERS)
)
_KNOWN = select(_ANSWERS.c.body_hash, _ANSWERS.c.receipt, _ANSWERS.c.matter).where(
    _ANSWERS.c.key == bindparam("key")
)
_STATE = select(_MATTERS.c.kind, _MATTERS.c.state).where(_MATTERS.c.id == bindparam("matter"))


__all__ = ["SqlLedger", "body_hash"]


class SqlLedger:
    """`activities.ports.Ledger` on SQL. `calendar` gives a business calendar by name."""

    def __init__(self, engine: Engine, calendar: Callable[[str], Calendar]) -> None:
        self._engine = engine
        self._calendar = calendar

    def commit(self, order: Order) -> Committed[Any]:
        """Decide and remember.

        Raises the rule's `Refused`, `Conflict("key.other_body")`,
        `Unknown("matter.unknown")`, `Stale("clock.moved")`,
        `Unavailable("sql.unavailable")`; in each case nothing was written.
        """
        with writing(self._engine) as db:
            done = (
                self._opened(db, order, order.act)
                if isinstance(order.act, Opening)
                else self._acted(db, order)
            )
            failpoints.hit("commit.before")
        failpoints.hit("commit.after")
        return done

    def load(self, matter: str) -> Matter:
        """The stored state; `Unknown("matter.unknown")` when there is none."""
        with reading(self._engine) as db:
            row = db.execute(_STATE, {"matter": matter}).first()
        if row is None:
            raise Unknown("matter.unknown")
        return codec.load_state(row.kind, row.state)

    def _acted(self, db: Connection, order: Order) -> Committed[Any]:
        head = db.execute(_HEAD, {"matter": order.matter}).first()
        if head is None:
            raise Unknown("matter.unknown")
        row = db.execute(_MATTER, {"matter": order.matter, "key": order.key}).one()
        digest = body_hash(order.act)
        state = codec.load_state(row.kind, row.state)
        if row.answer_receipt is not None:
            return _answered(
                state, order.matter, digest, (row.answer_body_hash, row.answer_receipt, row.answer_matter)
            )
        if row.refused:
            raise codec.load_refusal(row.refused)
        place = Place(
            alliance=head.id,
            head=head.head,
            calendar=self._calendar(head.calendar),
            now=_now(head, order),
            stored_at=datetime.now(UTC),
        )
        outcome = judge(order.act, state, order.by, place.now)
        return remember(db, order, digest, place, outcome, before=state)

    def _opened(self, db: Connection, order: Order, act: Opening) -> Committed[Any]:
        """Open an alliance: there is no head to lock yet, its primary key is the fence."""
        alliance = derive("aln", order.by.company, order.key)
        digest = body_hash(act)
        known = db.execute(_KNOWN, {"key": order.key}).first()
        if known is not None:
            stored = db.execute(_STATE, {"matter": known.matter}).one()
            return _answered(codec.load_state(stored.kind, stored.state), alliance, digest, tuple(known))
        now = act.sandbox_from or order.now
        calendar = self._calendar(CALENDAR)
        unborn = Unborn(id=alliance, companies=_companies(db, act), now=now, calendar=calendar)
        outcome = act.decide(unborn, order.by, now)
        open_books(db, outcome.state, clock=act.sandbox_from)
        place = Place(alliance=alliance, head=0, calendar=calendar, now=now, stored_at=datetime.now(UTC))
        return remember(db, order, digest, place, outcome, before=None)


def _now(head: Any, order: Order) -> datetime:
    """A sandbox has its own clock; who stamped an order by an earlier one must look again."""
    clock: datetime | None = head.clock
    if clock is None:
        return order.now
    if order.at is not None and order.at != clock:
        raise Stale("clock.moved")
    return clock


def _answered(state: Matter, matter: str, digest: str, known: tuple[str, ...]) -> Committed[Any]:
    """The stored answer with the present state; another body or another matter under the same key is refused."""
    if (known[0], known[2]) != (digest, matter):
        raise Conflict("key.other_body")
    return Committed(state=state, receipt=codec.load_receipt(known[1]))


def _companies(db: Connection, act: Opening) -> tuple[Company, ...]:
    names = ("id", "name_ja", "name_en", "address", "representative_title", "representative_name")
    wanted = [p.company for p in act.parties]
    rows = db.execute(select(*(_COMPANIES.c[n] for n in names)).where(_COMPANIES.c.id.in_(wanted)))
    return tuple(Company(**dict(zip(names, row, strict=True))) for row in rows)
