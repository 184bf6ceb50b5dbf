"""One alliance on real parts: SQL in SQLite, runs on a Temporal server, dispatcher, desk and sandbox clock.

It answers to the same words as `story_domain.World`, so the moves of
`tests/domain/cast.py` live it through, from a thread beside the loop. What
comes out must be what the pure rules alone make of the same moves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, insert, select
from temporalio.client import Client

from activities.ports import Papers, Pending, Post
from activities.record import Receipt, Rendered, RenderJob, Sent
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.codec import load_state
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import open_engine, reading, writing
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.writes import _bear, open_books
from teikei.adapters.temporal.desk import TemporalDesk
from teikei.adapters.temporal.dispatch import Dispatcher
from teikei.adapters.temporal.speak import Voice
from teikei.adapters.temporal.worker import documents_worker, matters_worker
from teikei.domain.act import Act, Actor
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.intake import Company
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.calendar import settle
from teikei.domain.decision.state import Decision
from teikei.domain.matter import Matter
from tests.support.story_domain import START
from tests.workflows import people

T = TypeVar("T")


class Ink:
    """Papers that have the hash which `story_domain.World` gives them, and are counted."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.ledger = ledger
        self.written: list[RenderJob] = []

    def write(self, job: RenderJob) -> Rendered:
        self.written.append(job)
        digest = sha256(
            f"{job.matter} {job.effect} {self.ledger.load(job.matter).version}".encode()
        ).hexdigest()
        return Rendered(sha256=digest, size=1000, clauses=digest)


class Box:
    """A mail port that writes the row off as sent, and counts."""

    def __init__(self, queue: SqlQueue) -> None:
        self.queue = queue
        self.delivered: list[str] = []

    async def deliver(self, outbox: str) -> Sent:
        self.delivered.append(outbox)
        await asyncio.to_thread(self.queue.close, outbox, "sent")
        return Sent(status="sent")

    async def bury(self, outbox: str, reason: str) -> None:
        await asyncio.to_thread(self.queue.close, outbox, "dead", reason)


@dataclass
class Live:
    """Ports over one database and one client, and the alliance that lives there (instants in UTC)."""

    client: Client
    engine: Engine
    ledger: SqlLedger
    queue: SqlQueue
    voice: Voice
    desk: TemporalDesk
    papers: Any
    post: Any
    loop: asyncio.AbstractEventLoop
    root: str = ""
    said: int = 0
    seen: list[str] = field(default_factory=list)

    # from the loop

    async def act(self, matter: str, act: Act, by: str, key: str = "") -> Receipt:
        """A person's act over the desk; then everything that follows from it at this instant."""
        self.said += 1
        receipt = await self.desk.order(
            matter, act, Actor(company=by, person="担当者"), key or f"{matter} {self.said}"
        )
        assert not isinstance(receipt, Pending), f"no answer in time: {act}"
        await self.to(self.now)
        return receipt

    async def to(self, instant: datetime) -> None:
        """Move the sandbox clock; in real time only what is under way is waited for."""
        if not self.alliance.sandbox:
            while not await asyncio.to_thread(self.queue.quiet, self.root):
                await asyncio.sleep(0.02)
            return
        while not (await self.desk.advance(self.root, instant)).done:
            pass

    async def born(self, act: Any, by: str, directory: tuple[Company, ...]) -> str:
        """Open the alliance; its key makes the id that `World` gives it."""
        known(self.engine, directory)
        receipt = await self.desk.open(act, Actor(company=by, person="担当者"), "first")
        self.root = receipt.matter
        await self.to(self.now)
        return self.root

    # from a thread beside the loop: the words of World

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def open(self, act: Any, by: str, directory: tuple[Company, ...]) -> str:
        return self._wait(self.born(act, by, directory))

    def say(self, matter: str, act: Act, by: str) -> Receipt:
        return self._wait(self.act(matter, act, by))

    def advance(self, to: datetime) -> None:
        self._wait(self.to(to))

    def until(self, true: Callable[[], bool], steps: int = 2000) -> None:
        """Pass from due item to due item until something is so."""
        for _ in range(steps):
            if true():
                return
            due = self.queue.next_due(self.root)
            assert due is not None, "it never came"
            self.advance(max(due[2], self.now))
        raise AssertionError("it never came")

    # looking

    @property
    def now(self) -> datetime:
        return self.queue.clock(self.root) or START

    def today(self) -> date:
        return calendar("JP").local_day(self.now)

    @property
    def states(self) -> dict[str, Matter]:
        """Every matter in the order of birth, as SQL has it."""
        table = t.table(t.MatterRow)
        with reading(self.engine) as db:
            rows = db.execute(select(table.c.id, table.c.kind, table.c.state).order_by(table.c.position))
            return {r.id: load_state(r.kind, r.state) for r in rows}

    @property
    def alliance(self) -> Alliance:
        found = self.ledger.load(self.root)
        assert isinstance(found, Alliance)
        return found

    def agreement(self, role: str) -> Agreement:
        return [s for s in self.states.values() if isinstance(s, Agreement) and s.role == role][-1]

    def decision(self) -> Decision:
        return [s for s in self.states.values() if isinstance(s, Decision) and not s.over][-1]

    def period(self) -> Allocation:
        return [s for s in self.states.values() if isinstance(s, Allocation)][-1]

    def rows(self, model: Any, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of every row of a table, sorted."""
        table = t.table(model)
        with reading(self.engine) as db:
            return sorted(tuple(row) for row in db.execute(select(*(table.c[c] for c in columns))))


def known(engine: Engine, directory: tuple[Company, ...]) -> None:
    """Companies of the directory."""
    rows = [
        {name: getattr(c, name) for name in Company.__dataclass_fields__} | {"created_at": START}
        for c in directory
    ]
    with writing(engine) as db:
        db.execute(insert(t.table(t.CompanyRow)), rows)


def plant(engine: Engine, state: Matter, now: datetime, *, home: Alliance | None = None) -> Matter:
    """Store a state as if its birth had been committed; `home` is its alliance, itself for an alliance."""
    settled = settle(state, calendar("JP"), now)
    head = state if isinstance(state, Alliance) else home
    assert head is not None
    books = [
        Company(
            id=p.company,
            name_ja=p.name_ja,
            name_en=p.name_en,
            address=p.address,
            representative_title="",
            representative_name="",
        )
        for p in head.parties
    ]
    with reading(engine) as db:
        there = set(db.scalars(select(t.table(t.CompanyRow).c.id)))
    if new := tuple(c for c in books if c.id not in there):
        known(engine, new)
    with writing(engine) as db:
        open_books(db, head, clock=now if head.sandbox else None)
        _bear(db, settled, 1)
    return settled


def database(folder: Path) -> Engine:
    """A fresh SQLite database, or the one that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'teikei.db'}"
    migrate(url)
    return open_engine(url)


def ports(client: Client, engine: Engine, papers: Papers | None = None, post: Post | None = None) -> Live:
    """Everything over one database; nothing runs yet."""
    ledger, queue, voice = SqlLedger(engine, calendar), SqlQueue(engine), Voice(client)
    return Live(
        client=client,
        engine=engine,
        ledger=ledger,
        queue=queue,
        voice=voice,
        desk=TemporalDesk(voice, ledger, queue),
        papers=papers or Ink(ledger),
        post=post or Box(queue),
        loop=asyncio.get_running_loop(),
    )


class Books(SqlLedger):
    """SQL with the `put` and `codes` of MemoryLedger, for tests that run over both."""

    def __init__(self, folder: Path) -> None:
        self.engine = database(folder)
        super().__init__(self.engine, calendar)

    def put(self, state: Matter, now: datetime | None = None) -> Matter:
        """Store a state as if its birth had been committed, in an alliance of its own."""
        head = people.alliance("home", id=state.alliance_id, parties=state.parties)
        return plant(
            self.engine,
            replace(state, version=1),
            now or datetime.now(UTC),
            home=None if isinstance(state, Alliance) else head,
        )

    def codes(self) -> list[str]:
        """Codes of the entries in order."""
        table = t.table(t.ContentRow)
        with reading(self.engine) as db:
            return [json.loads(p)["code"] for p in db.scalars(select(table.c.payload).order_by(table.c.seq))]


@asynccontextmanager
async def at_work(live: Live, *, cached: int = 1000) -> AsyncIterator[Live]:
    """Workers and dispatcher for as long as the block lasts."""
    dispatcher = Dispatcher(live.voice, live.ledger, live.queue)
    async with (
        matters_worker(live.client, live.ledger, live.post, max_cached=cached),
        documents_worker(live.client, live.papers),
    ):
        loop = asyncio.create_task(dispatcher.run())
        try:
            yield live
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
