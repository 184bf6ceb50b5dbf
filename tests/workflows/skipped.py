"""A life on a server that skips time: stories with real timers, SQL, dispatcher and desk, and beside it the rules alone.

Time never passes over a due item that has not fallen nor over anything that is under way, so both lives have the same
instants; while nothing is skipped the server's clock runs on with ours.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from activities.record import Committed, Order
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.temporal.speak import Voice
from teikei.domain.act import Act, Actor
from teikei.domain.alliance.intake import Company
from teikei.domain.clock import FellDue
from teikei.domain.days import add_months
from teikei.domain.matter import Matter
from tests.support.live import Live, at_work, database, known, ports
from tests.workflows.conftest import CACHED
from tests.workflows.decade import YEARS, People, Plan, noon
from tests.workflows.histories import runs
from tests.workflows.test_turns import Prompt
from workflows.ids import workflow_id

SUNDAY = 6
POLL = 0.008


class Pure(Prompt):
    """The rules alone."""

    def begin(self, act: Any, by: str, directory: tuple[Company, ...]) -> None:
        self.open(act, by, directory)
        self.pump()

    def running(self) -> list[Matter]:
        return [s for s in self.states.values() if not s.over]

    def next_due(self) -> datetime | None:
        found = self.due()
        return found[1].at if found else None


@dataclass(frozen=True, slots=True)
class Unlisted(Voice):
    """The time-skipping server keeps no list of runs; here every open matter has its run."""

    queue: SqlQueue

    async def running(self) -> frozenset[str]:
        return frozenset(workflow_id(matter) for matter, _, _ in self.queue.open_matters("", 1000))


@dataclass(frozen=True, slots=True)
class Fell:
    """A due item that a run delivered: of which matter, when it was due, when it came."""

    matter: str
    key: str
    at: datetime
    now: datetime


class Witness(SqlLedger):
    """SQL that remembers which due items were delivered."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.fell: dict[tuple[str, int], Fell] = {}

    def commit(self, order: Order) -> Committed[Any]:
        due = None
        if isinstance(order.act, FellDue):
            due = self.load(order.matter).due_item(order.act.item)
        done = super().commit(order)
        if due and due.at:
            self.fell[order.matter, done.receipt.version] = Fell(order.matter, due.key, due.at, order.now)
        return done


@dataclass(kw_only=True)
class Skipped(Live):
    """Stories with real timers on a server whose clock goes from due item to due item."""

    environment: WorkflowEnvironment
    read: dict[tuple[str, int], Matter] = field(default_factory=dict)
    """States by matter and version: most are looked at again and again before they change."""

    async def born(self, act: Any, by: str, directory: tuple[Company, ...]) -> str:
        known(self.engine, directory)
        opener = Actor(company=by, person="担当者")
        order = Order(key="first", by=opener, matter="", act=act, now=await self.clock())
        self.root = (await asyncio.to_thread(self.ledger.commit, order)).receipt.matter
        await self.to(order.now)
        return self.root

    begin = Live.open

    async def clock(self) -> datetime:
        return await self.environment.get_current_time()

    async def act(self, matter: str, act: Act, by: str, key: str = "") -> Any:
        self.said += 1
        who = Actor(company=by, person="担当者")
        receipt = await self.desk.order(matter, act, who, key or f"{matter} {self.said}")
        await self.to(await self.clock())
        return receipt

    async def to(self, instant: datetime) -> None:
        """Let time pass, never over a due item that has not fallen or anything that is still under way."""
        while True:
            due = await asyncio.to_thread(self.queue.next_due, self.root)
            now = await self.clock()
            if (due and due[2] <= now) or not await asyncio.to_thread(self.queue.quiet, self.root):
                await asyncio.sleep(POLL)
            elif now >= instant:
                return
            else:
                await self.environment.sleep(min(instant, due[2] if due else instant) - now)

    @property
    def now(self) -> datetime:
        return self._wait(self.clock())

    def running(self) -> list[Matter]:
        table = t.table(t.MatterRow)
        query = select(table.c.id, table.c.version).where(table.c.over.is_(False)).order_by(table.c.position)
        with reading(self.engine) as db:
            keys = [(r.id, r.version) for r in db.execute(query)]
        self.read = {key: self.read.get(key) or self.ledger.load(key[0]) for key in keys}
        return list(self.read.values())

    def next_due(self) -> datetime | None:
        found = self.queue.next_due(self.root)
        return found[2] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decade:
    """What is left of both lives."""

    plan: Plan
    pure: Pure
    states: dict[str, Matter]
    record: list[tuple[datetime, dict[str, Any]]]
    fell: list[Fell]
    runs: dict[str, list[WorkflowHistory]]


def beginning(now: datetime) -> datetime:
    """Noon in Tokyo in the next January, on the day whose tenth anniversary is a Sunday.

    The last period opens on a business day, the term ends on any: with a weekday at the end both would fall at one
    instant, and which comes first decides whether the period counts as the final one (`tests/domain/test_same_instant`).
    """
    days = (date(now.year + 1, 1, day) for day in range(5, 12))
    return noon(next(day for day in days if add_months(day, 12 * YEARS).weekday() == SUNDAY))


async def lived(environment: WorkflowEnvironment, folder: Path) -> Decade:
    """Both lives."""
    real = ports(environment.client, database(folder))
    live = Skipped(**{f.name: getattr(real, f.name) for f in fields(Live)}, environment=environment)
    witness = live.ledger = Witness(live.engine, calendar)
    live.voice = Unlisted(live.client, live.queue)
    start = beginning(await live.clock())
    plan = Plan(first=start.date())
    await environment.sleep(start - await live.clock())
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(People(world=live, plan=plan).live)
        states = live.states
        histories = {m: await runs(live.client, workflow_id(m)) for m in states}
    pure = Pure(now=start, calendar=calendar("JP"))
    await asyncio.to_thread(People(world=pure, plan=plan).live)
    bodies = dict(live.rows(t.ContentRow, "seq", "payload"))
    record = [
        (datetime.fromisoformat(at), json.loads(bodies[seq]))
        for seq, at in live.rows(t.EntryRow, "seq", "at")
    ]
    return Decade(
        plan=plan, pure=pure, states=states, record=record, fell=list(witness.fell.values()), runs=histories
    )
