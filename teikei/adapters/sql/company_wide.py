"""One act of a company for all its alliances: what it would do in each, and its orders, all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from activities.ports import Subject
from activities.record import saying
from teikei.adapters import failpoints
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import writing
from teikei.adapters.sql.scope import scoped
from teikei.domain import company_wide
from teikei.domain.act import Act, Actor
from teikei.domain.alliance.state import Alliance
from teikei.domain.errors import Conflict
from teikei.domain.ids import derive

_IN, _MATTERS, _ALLIANCES = t.table(t.InboxRow), t.table(t.MatterRow), t.table(t.AllianceRow)
_MEMBERS = t.table(t.MembershipRow)
_HOMES = select(_MATTERS.c.id, _MATTERS.c.alliance_id)


def part_key(key: str, alliance: str) -> str:
    """The key of the act in one alliance: a repeat of the whole is a repeat of each."""
    return hashlib.sha256(f"{key}\x1f{alliance}".encode()).hexdigest()


def order_all(engine: Engine, matters: Sequence[str], act: Act, by: Actor, key: str) -> dict[str, str]:
    """An order of this act for each of these alliances (or what survives one), in one transaction: matter → order.

    A repeat under the same key gives the orders of the first time, whatever `matters` holds by now;
    another act under it is `Conflict("key.other_body")`.
    """
    digest = codec.body_hash(act)
    with writing(engine) as db:
        if known := _known(db, by.company, key, digest):
            return known
        home = {row.id: row.alliance_id for row in db.execute(_HOMES.where(_MATTERS.c.id.in_(matters)))}
        rows = [_row(m, home.get(m, m), act, by, part_key(key, m), digest) for m in matters]
        if rows:
            db.execute(insert(_IN), rows)
        failpoints.hit("orders.before")
    return {row["matter"]: row["id"] for row in rows}


def _known(db: Connection, company: str, key: str, digest: str) -> dict[str, str]:
    mine = select(_MEMBERS.c.alliance_id).where(_MEMBERS.c.company_id == company)
    # What stands by itself: alliances, and what survives them; all else has a parent.
    alone = select(_MATTERS.c.id).where(_MATTERS.c.alliance_id.in_(mine), _MATTERS.c.parent == "")
    keys = [part_key(key, matter) for matter in db.scalars(alone)]
    found = select(_IN.c.matter, _IN.c.id, _IN.c.body_hash).where(_IN.c.key.in_(keys)).order_by(_IN.c.matter)
    rows = list(db.execute(found))
    if any(row.body_hash != digest for row in rows):
        raise Conflict("key.other_body")
    return {row.matter: row.id for row in rows}


def _row(matter: str, alliance: str, act: Act, by: Actor, key: str, digest: str) -> dict[str, Any]:
    say = saying(key, by, act)
    return {
        "id": derive("ord", key), "key": key, "alliance_id": alliance, "matter": matter, "company": by.company,
        "by": codec.dump(say.by), "act": codec.dump(say.act), "body_hash": digest, "status": "open", "receipt": "",
        "problem": "", "attempts": 0, "at": datetime.now(UTC), "not_before": None,
    }  # fmt: skip


def ahead(db: Connection, subject: Subject, act: company_wide.CompanyWide) -> list[dict[str, Any]]:
    """What the act would do in every open alliance of the subject's company, by id; each by its own clock."""
    clocks = {row.id: row.clock for row in db.execute(scoped(t.AllianceRow, subject))}
    mine = scoped(t.MatterRow, subject).where(_MATTERS.c.over.is_(False))
    rows = db.execute(mine.order_by(_MATTERS.c.alliance_id, _MATTERS.c.position, _MATTERS.c.id))
    shown = []
    for alliance, members in groupby(rows, key=lambda row: str(row.alliance_id)):
        states = [codec.load_state(row.kind, row.state) for row in members]
        found = company_wide.targets(states, act)
        now = clocks[alliance] or datetime.now(UTC)
        for home in found:
            others = (s for s in states if s not in found) if isinstance(home, Alliance) else ()
            one = company_wide.ahead(home, others, act, subject.actor, now)
            shown += [one] if one else []
    return shown
