"""The clock and the health check on both databases: counted once though news come twice, and no sheet in any row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from activities.record import Say
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.act import TEIKEI, Actor
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.elapsed import DAY
from teikei.domain.matter import Spent
from tests.domain.cast import companies, company, decide, freeze, sign
from tests.support.story import SqlWorld, at, order, subject

A, B = companies(2)


def spent(world: SqlWorld, kind: str) -> list[Spent]:
    """What the second company took for one kind of question, over all matters as they are stored."""
    stored = [world.ledger.load(matter) for matter in world.states]
    return [r for s in stored for r in s.spent if (r.company, r.kind) == (B, kind)]


def test_what_was_taken_comes_to_the_alliance_once(engine: Engine) -> None:
    world = at(engine, "nda")
    moves: tuple[Callable[[SqlWorld], None], ...] = (
        lambda w: freeze(w, "nda"),
        decide,
        lambda w: sign(w, "nda"),
    )
    for move in moves:
        world.advance(world.now + timedelta(days=1))
        move(world)
    for kind in ("rounds", "votes", "signatures"):
        assert spent(world, kind) == [Spent(company=B, stage="nda", kind=kind, seconds=DAY, times=1)]
    outbox = t.table(t.OutboxRow)
    with reading(engine) as db:
        told = [
            tuple(r) for r in db.execute(select(outbox.c.id, outbox.c.target).where(outbox.c.kind == "tell"))
        ]
    before = world.ledger.load(world.root)
    again = [row for row in told if row[1] == world.root]
    assert again
    for key, target in again:
        world.ledger.commit(order(target, world.queue.row(key).act(), TEIKEI, key, world.now))
    assert world.ledger.load(world.root) == before


def test_no_row_holds_a_sheet_and_a_closed_check_is_read_by_all(engine: Engine, tmp_path: Path) -> None:
    world = at(engine, "operation")
    world.say(world.root, CallHealthCheck(), A)
    telling = (1, 5, 2, 4) * 3
    sheets = (telling, (4, 1, 3, 1) * 3, (3,) * 12)
    answer = AnswerHealthCheck(number=1, sheets=sheets)
    world.queue.put(matter=world.root, say=Say(key="k" * 64, by=Actor(company=A), act=answer))
    world.say(world.root, answer, A)
    assert "1,5,2,4" not in everything(engine)
    reads = SqlReads(engine, FileStore(tmp_path), Mailer(SqlQueue(engine), MailSettings()))
    assert reads.matter(subject(1), "alliance", world.root)["health_check"]["own"] is None
    world.say(world.root, AnswerHealthCheck(number=1, sheets=((3,) * 12,), respondent="乙山"), B)
    for i in range(2):
        [closed] = reads.items(subject(i), world.root, "health_check", after="", limit=10).data
        assert [a["respondent"] for a in closed["answers"]] == ["", "乙山"]
    assert company(0) == A


def everything(engine: Engine) -> str:
    """Every value of every row, without blanks."""
    with reading(engine) as db:
        rows = [
            repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))
            for table in t.METADATA.tables.values()
            for row in db.execute(select(table))
        ]
    return "".join(rows).replace(" ", "")
