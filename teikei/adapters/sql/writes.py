"""What one act leaves behind: the rows of one transaction, in the order in which they depend on each other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from activities.record import Committed, Order, Receipt
from teikei.adapters.sql import codec, following, posting, search, seats
from teikei.adapters.sql.columns import Base
from teikei.adapters.sql.tables import (
    STEP,
    AllianceRow,
    AnswerRow,
    CompanyRow,
    ContentRow,
    DueRow,
    EntryRow,
    FileRow,
    ItemRow,
    MatterRow,
    MembershipRow,
    OutboxRow,
    table,
)  # fmt: skip
from teikei.domain.act import Mail, Outcome, Paper
from teikei.domain.alliance.state import Alliance
from teikei.domain.calendar import Calendar, settle
from teikei.domain.company_events import NewFacts
from teikei.domain.ids import derive
from teikei.domain.matter import Matter
from teikei.domain.messages import handed_on
from teikei.domain.record import SALT_BYTES, canonical, payload, seal
from teikei.domain.views import Row, row

Values = dict[str, Any]
_COLUMNS = tuple(Row.__dataclass_fields__)
_MATTERS, _OUTBOX, _DUE, _COMPANIES = table(MatterRow), table(OutboxRow), table(DueRow), table(CompanyRow)
_FILES = table(FileRow)
_WRITTEN: tuple[type[Base], ...] = (
    AllianceRow, AnswerRow, ContentRow, DueRow, EntryRow, FileRow, ItemRow, MatterRow, MembershipRow, OutboxRow,
)  # fmt: skip
_INSERT = {each: insert(table(each)) for each in _WRITTEN}
_ADVANCE = (
    update(table(AllianceRow))
    .where(table(AllianceRow).c.id == bindparam("alliance"))
    .values(head=bindparam("last"))
)
_REPLACE = (
    update(_MATTERS)
    .where(_MATTERS.c.id == bindparam("the_matter"), _MATTERS.c.version == bindparam("old"))
    .values({name: bindparam(name) for name in (*_COLUMNS, "version", "state") if name != "id"})
)
_NOTHING_DUE = delete(_DUE).where(_DUE.c.matter == bindparam("the_matter"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an act is written: alliance, its head before, its calendar, the instant that counts, and the wall clock."""

    alliance: str
    head: int
    calendar: Calendar
    now: datetime
    stored_at: datetime

    @property
    def position(self) -> int:
        """Where the rows of this act begin in every list of the alliance."""
        return (self.head + 1) * STEP


def open_books(db: Connection, alliance: Alliance, clock: datetime | None) -> None:
    """The head of a new alliance and its parties."""
    head = {
        "id": alliance.id,
        "head": 0,
        "clock": clock,
        "calendar": alliance.calendar,
        "opened_by": alliance.opened_by,
    }
    db.execute(_INSERT[AllianceRow], head)
    parties = [
        {"alliance_id": alliance.id, "company_id": p.company, "label": p.label} for p in alliance.parties
    ]
    db.execute(_INSERT[MembershipRow], parties)


def remember(
    db: Connection, order: Order, digest: str, place: Place, outcome: Outcome[Any], before: Matter | None
) -> Committed[Any]:
    """Write everything that comes of an act; `before` is the state it met, None for an opening."""
    outcome = seats.introduced(db, outcome)
    version = before.version + 1 if before else 1
    state: Matter = settle(replace(outcome.state, version=version), place.calendar, place.now, before)
    state, tells = handed_on(state, outcome.tells)
    outcome = replace(outcome, tells=tells)
    born = [settle(replace(b, version=1), place.calendar, place.now) for b in outcome.born]
    receipt = Receipt(
        matter=state.id,
        kind=state.kind,
        version=version,
        at=place.now,
        first=place.head + 1,
        last=place.head + len(outcome.entries),
        created=outcome.created,
    )
    first = place.position
    if before:
        _change(db, state, before)
        seats.moved(db, before, state, head=place.head, last=receipt.last)
    else:
        _bear(db, state, first)
    for i, child in enumerate(born, start=1):
        _bear(db, child, first + i)
    seats.born(db, born)
    _entries(db, order, place, outcome, state)
    following.follow(db, state, outcome.follows, place.calendar)
    _leaving(db, order, place, outcome, born if before else [state, *born])
    _left(db, place, outcome, state)
    if outcome.facts:
        directory_follows(db, outcome.facts)
    _answer(db, order, digest, place, receipt)
    return Committed(state=state, receipt=receipt)


def _columns(state: Matter) -> Values:
    listed = row(state)
    return {
        **{name: getattr(listed, name) for name in _COLUMNS},
        "version": state.version,
        "state": codec.dump(state),
    }


def _bear(db: Connection, state: Matter, position: int) -> None:
    db.execute(_INSERT[MatterRow], {**_columns(state), "position": position})
    search.note(db, state)
    _due(db, state)


def _change(db: Connection, state: Matter, before: Matter) -> None:
    values = _columns(state)
    values["the_matter"] = values.pop("id")
    db.execute(_REPLACE, {**values, "old": before.version})
    search.note(db, state, before)
    if {(d.key, d.at) for d in state.due} != {(d.key, d.at) for d in before.due}:
        db.execute(_NOTHING_DUE, {"the_matter": state.id})
        _due(db, state)


def _due(db: Connection, state: Matter) -> None:
    rows = [
        {"matter": state.id, "key": d.key, "alliance_id": state.alliance_id, "at": d.at} for d in state.due
    ]
    if rows:
        db.execute(_INSERT[DueRow], rows)


def _entries(db: Connection, order: Order, place: Place, outcome: Outcome[Any], state: Matter) -> None:
    """Leaves from the head on, without a gap; the head moves to the last."""
    if not outcome.entries:
        raise RuntimeError(f"an act without an entry: {order.act}")
    leaves: list[Values] = []
    contents: list[Values] = []
    for seq, entry in enumerate(outcome.entries, start=place.head + 1):
        salt = secrets.token_bytes(SALT_BYTES)
        body = canonical(payload(entry, act=order.act, by=order.by, matter=state.id, stage=state.stage))
        leaf = seal(body, salt=salt, alliance=place.alliance, seq=seq, at=place.now)
        leaves.append({
            "alliance_id": place.alliance, "seq": seq, "at": leaf.at, "v": leaf.v, "commit_hash": leaf.commit,
            "leaf_hash": leaf.hash, "matter": state.id, "key": order.key,
        })  # fmt: skip
        contents.append({
            "alliance_id": place.alliance, "seq": seq, "salt": salt, "payload": body, "private_to": codec.readers(entry.private_to),
        })  # fmt: skip
    db.execute(_INSERT[EntryRow], leaves)
    db.execute(_INSERT[ContentRow], contents)
    db.execute(_ADVANCE, {"alliance": place.alliance, "last": place.head + len(leaves)})


def _leaving(db: Connection, order: Order, place: Place, outcome: Outcome[Any], born: list[Matter]) -> None:
    """Outbox rows: births first, then news for other matters, then mails; the ids come from the key."""
    matter = outcome.state.id
    rows = [{"kind": "start", "target": b.id, "payload": "{}"} for b in born]
    rows += [{"kind": "tell", "target": t.to, "payload": codec.dump(t.act)} for t in outcome.tells]
    rows += [
        {
            "kind": "mail", "target": m.address, "payload": codec.dump(m), "company": m.company,
            "intent": _intent(matter, m), **posting.waits(m, outcome.state, place.calendar, place.now, place.stored_at),
        }
        for m in outcome.mails
    ]  # fmt: skip
    if not rows:
        return
    blank = {
        "alliance_id": place.alliance, "matter": matter, "company": "", "intent": None, "status": "open", "attempts": 0,
        "detail": "", "at": place.now, "stored_at": place.stored_at, "not_before": None, "digest": None,
    }  # fmt: skip
    full = [
        {**blank, **r, "id": derive("out", place.alliance, order.key, i), "position": place.position + i}
        for i, r in enumerate(rows)
    ]
    if fresh := _once(db, full):
        db.execute(_INSERT[OutboxRow], fresh)


def _intent(matter: str, mail: Mail) -> str:
    """What makes a mail the same one; the item says its offset, and which asking of the question it belongs to."""
    return f"{matter} {mail.item} {mail.company}"


def _once(db: Connection, rows: list[Values]) -> list[Values]:
    """Rows without those mails that were meant before."""
    intents = [r["intent"] for r in rows if r["intent"]]
    if not intents:
        return rows
    seen = set(db.scalars(select(_OUTBOX.c.intent).where(_OUTBOX.c.intent.in_(intents))))
    return [r for r in rows if r["intent"] not in seen]


def _left(db: Connection, place: Place, outcome: Outcome[Any], state: Matter) -> None:
    """Closed items and written papers."""
    first = place.position
    home = {"alliance_id": place.alliance, "matter": state.id}
    if outcome.closed:
        db.execute(_INSERT[ItemRow], [
            {
                **home, "kind": c.kind, "id": c.id, "position": first + i, "data": codec.json_text(c.data),
                "private_to": codec.readers(c.private_to), "closed_at": place.now,
            }
            for i, c in enumerate(outcome.closed)
        ])  # fmt: skip
    if papers := [p for p in outcome.papers if not _filed(db, p, **home)]:
        db.execute(_INSERT[FileRow], [
            {
                **home, "matter": p.matter or state.id, "sha256": p.sha256, "name": p.name, "kind": p.kind, "size": p.size,
                "position": first + i, "at": place.now,
            }
            for i, p in enumerate(papers)
        ])  # fmt: skip


def _filed(db: Connection, paper: Paper, alliance_id: str, matter: str) -> bool:
    """What was contested may be handed in again: the same bytes under the same name are there already."""
    key = {
        "alliance_id": alliance_id,
        "matter": paper.matter or matter,
        "sha256": paper.sha256,
        "name": paper.name,
    }
    return bool(db.scalar(select(exists().where(*(_FILES.c[name] == value for name, value in key.items())))))


def directory_follows(db: Connection, facts: NewFacts) -> None:
    """New facts of a company, where the directory still says the earlier ones: the first alliance in which their day
    comes changes it, the others find it changed, and a late one never takes it back.
    """
    same = (_COMPANIES.c[f.name] == f.value for f in facts.before)
    changed = update(_COMPANIES).where(_COMPANIES.c.id == facts.company, *same)
    db.execute(changed.values({f.name: f.value for f in facts.after}))


def _answer(db: Connection, order: Order, digest: str, place: Place, receipt: Receipt) -> None:
    db.execute(_INSERT[AnswerRow], {
        "key": order.key, "alliance_id": place.alliance, "matter": receipt.matter, "version": receipt.version,
        "first": receipt.first, "last": receipt.last, "body_hash": digest, "company": order.by.company,
        "receipt": codec.dump(receipt), "at": place.now, "stored_at": place.stored_at,
    })  # fmt: skip
