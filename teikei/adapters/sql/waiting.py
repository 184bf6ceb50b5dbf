"""Rows that wait, and which of them may be handed on now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Table,
    bindparam,
    exists,
    or_,
    select,
    union_all,
)

from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.domain.act import Act, Actor

_OUT, _IN = t.table(t.OutboxRow), t.table(t.InboxRow)
_MATTERS, _ALLIANCES = t.table(t.MatterRow), t.table(t.AllianceRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A row of the outbox. `at` is the instant of its act (UTC, sandbox time in a sandbox); `attempts` counts failures.

    `carrier` is the mail in which this one is shown; `shown` holds the payloads of those that this one shows.
    """

    id: str
    alliance_id: str
    matter: str
    kind: str
    target: str
    payload: str
    company: str
    status: str
    attempts: int
    detail: str
    at: datetime
    carrier: str | None = None
    fixed_at: datetime | None = None
    shown: tuple[str, ...] = ()

    def act(self) -> Act:
        """What a `tell` row says to its target."""
        return codec.load_act(self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order of the inbox."""

    id: str
    key: str
    alliance_id: str
    matter: str
    by: str
    body: str
    attempts: int

    def act(self) -> Act:
        return codec.load_act(self.body)

    def actor(self) -> Actor:
        return codec.load_actor(self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A mail as it is to be handed over now; without a row there is nothing to hand over, for the reason of `status`."""

    status: str
    row: OutboxRow | None = None
    again: bool = False
    """It was fixed before: an earlier try may have reached its reader."""


OUT_COLUMNS = tuple(_OUT.c[name] for name in OutboxRow.__dataclass_fields__ if name in _OUT.c)
_IN_COLUMNS = (
    _IN.c.id,
    _IN.c.key,
    _IN.c.alliance_id,
    _IN.c.matter,
    _IN.c.by,
    _IN.c.act.label("body"),
    _IN.c.attempts,
)


def _ready(
    columns: tuple[ColumnElement[Any], ...], table: Table, order: tuple[ColumnElement[Any], ...]
) -> Select[Any]:
    """Rows that may be tried now, in order."""
    may = or_(table.c.not_before.is_(None), table.c.not_before <= bindparam("now"))
    return select(*columns).where(may).order_by(*order).limit(bindparam("most"))


def _claim_outbox() -> Select[Any]:
    earlier = _OUT.alias("earlier")
    behind = exists().where(
        earlier.c.target == _OUT.c.target,
        earlier.c.status == "open",
        earlier.c.alliance_id == _OUT.c.alliance_id,
        earlier.c.position < _OUT.c.position,
    )
    ready = _ready(OUT_COLUMNS, _OUT, (_OUT.c.stored_at, _OUT.c.position))
    return ready.where(
        _OUT.c.id.in_(_ripe()),
        _still_open(_OUT),  # a row is looked at once more after its lock
        or_(_OUT.c.kind == "mail", ~behind),
        or_(_OUT.c.kind != "tell", ~_out_of_turn()),
        or_(_OUT.c.digest.is_(None), ~_behind_its_carrier()),
    )


def _still_open(table: FromClause) -> ColumnElement[bool]:
    """The sum hides the column from the planners: a row is found by what else narrows it, not by a status that
    thousands of waiting mails share.
    """
    return table.c.status + "" == "open"


def _ripe() -> CompoundSelect[Any]:
    """What is not waiting for its hour, in two ranges of one index: what waits may be thousands, and costs nothing."""
    one, other = _OUT.alias("at_once"), _OUT.alias("in_its_hour")
    return union_all(
        select(one.c.id).where(one.c.status == "open", one.c.not_before.is_(None)),
        select(other.c.id).where(other.c.status == "open", other.c.not_before <= bindparam("now")),
    )


def _behind_its_carrier() -> ColumnElement[bool]:
    """Of the mails that share a message one at a time is on its way: one that may have arrived, else the earliest;
    it takes the others along.
    """
    first = _OUT.alias("first")
    earlier = or_(
        first.c.stored_at < _OUT.c.stored_at,
        (first.c.stored_at == _OUT.c.stored_at) & (first.c.id < _OUT.c.id),
    )
    fixed, own = first.c.fixed_at.is_not(None), _OUT.c.fixed_at.is_not(None)
    before = or_(fixed & ~own, (fixed == own) & earlier)
    ahead = or_(first.c.status == "handed", (first.c.status == "open") & before)
    under_way = first.c.status.in_(("handed", "open"))
    return exists().where(first.c.digest == _OUT.c.digest, under_way, first.c.id != _OUT.c.id, ahead)


def _out_of_turn() -> ColumnElement[bool]:
    """In a sandbox the same input gives the same timeline: news go one by one over the whole alliance, and only
    when no matter of it owes a paper or an act of its story.
    """
    earlier = _OUT.alias("earlier_news")
    here = _OUT.c.alliance_id
    sandbox = exists().where(_ALLIANCES.c.id == here, _ALLIANCES.c.clock.is_not(None))
    news = exists().where(
        earlier.c.alliance_id == here,
        earlier.c.company == "",  # of nobody, as all news: the index of mails leads past them
        earlier.c.status == "open",
        earlier.c.kind == "tell",
        earlier.c.position < _OUT.c.position,
    )
    owing = exists().where(_MATTERS.c.alliance_id == here, _MATTERS.c.over.is_(False), _MATTERS.c.owes > 0)
    return sandbox & or_(news, owing)


def _claim_inbox() -> Select[Any]:
    earlier = _IN.alias("earlier")
    behind = exists().where(
        earlier.c.matter == _IN.c.matter,
        earlier.c.status == "open",
        or_(earlier.c.at < _IN.c.at, (earlier.c.at == _IN.c.at) & (earlier.c.id < _IN.c.id)),
    )
    return _ready(_IN_COLUMNS, _IN, (_IN.c.at, _IN.c.id)).where(_IN.c.status == "open", ~behind)


CLAIMS = {_OUT.name: _claim_outbox(), _IN.name: _claim_inbox()}
"""What may be claimed, by table; binds `now` and `most`."""
