"""How the whole stack bears many open alliances: starting them, memory, disk, an act on one drawn at random, a quarter end.

`python -m bench.scale [--few 1000] [--many 10000] [--storm-minutes 30] [--databases sqlite,postgresql]`
writes `var/bench/scale.json`. An alliance is opened by the same `commit` as over HTTP and started by the dispatcher;
acts (suspend and resume by turns) go over HTTP. In the storm every alliance has one due item, spread evenly over the
minutes: `lag` is from the instant of the item to the instant at which SQL held what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import statistics
import tempfile
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, bindparam, text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from activities.record import Order
from api.examples import EXAMPLES
from bench._world import Firm, World, machine, world, write_figures
from bench.commands import postgresql
from teikei.adapters.calendars import calendar
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import open_engine, reading
from teikei.adapters.temporal.client import connect
from teikei.adapters.temporal.server import free_port
from teikei.domain.act import Actor
from teikei.domain.alliance.intake import OpenAlliance
from teikei.domain.calendar import Calendar
from teikei.domain.matter import Step
from workflows.ids import MATTERS

OUT = Path("var/bench/scale.json")
AT_ONCE = 4
"""Threads that open alliances."""
CLIENTS, ACTS = 2, 600
IDLE_SECONDS, RATE = 30, 5
"""Acts a second beside the storm, and how long they are measured before it."""
_OPENING: TypeAdapter[OpenAlliance] = TypeAdapter(OpenAlliance)


@dataclass(frozen=True)
class Storm(Calendar):
    """A calendar on which the business day `day` opens for every alliance at another instant of the storm."""

    day: date = date.max
    begins: datetime | None = None
    seconds: float = 0.0
    draw: random.Random = field(default_factory=lambda: random.Random(2611))

    def opening(self, day: date) -> datetime:
        if day != self.day or self.begins is None:
            return super().opening(day)
        return self.begins + timedelta(seconds=self.draw.uniform(0, self.seconds))


def storm_over(base: Calendar, day: date, begins: datetime, seconds: float) -> Storm:
    """The calendar `base` with a storm on one of its days."""
    known = {name: getattr(base, name) for name in Calendar.__dataclass_fields__}
    return Storm(**known, day=day, begins=begins, seconds=seconds)


@dataclass
class Fleet:
    """Many alliances of one stack, and what was measured of them."""

    running: World
    engine: Engine
    ledger: SqlLedger
    client: Client
    firms: tuple[Firm, ...]
    metrics: str
    ids: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    figures: dict[str, float] = field(default_factory=dict)

    # growing

    async def grow(self, count: int, mark: str) -> None:
        """Open alliances until there are `count`, and wait until the first task of each one's run is done."""
        begun, new = time.perf_counter(), count - len(self.ids)
        gate, done = asyncio.Semaphore(AT_ONCE), 0

        async def one(number: int) -> None:
            nonlocal done
            async with gate:
                self.ids.append(await asyncio.to_thread(self._open, number))
            done += 1
            if done % 1000 == 0:
                print(f"{mark}: {done}/{new} opened", flush=True)

        await asyncio.gather(*(one(n) for n in range(len(self.ids), count)))
        while waiting := await asyncio.to_thread(self._open_rows, "start"):
            print(f"{mark}: {waiting} wait for their run", flush=True)
            await asyncio.sleep(1)
        while behind := await self._behind(count):
            print(f"{mark}: {behind} runs wait for their first task", flush=True)
            await asyncio.sleep(0.5)
        self.figures[f"start_per_second_{mark}"] = new / (time.perf_counter() - begun)
        self._weigh(mark, count)

    def _open(self, number: int) -> str:
        given = {**EXAMPLES["OpenAlliance"], "name_ja": f"提携{number}", "name_en": f"Alliance {number}"}
        given.pop("sandbox_from", None)
        given["parties"] = [{**given["parties"][0], "company": f.id} for f in self.firms]
        act = _OPENING.validate_python(given)
        by = Actor(company=self.firms[0].id, person="担当")
        order = Order(key=f"scale {number}", by=by, matter="", act=act, now=datetime.now(UTC))
        return self.ledger.commit(order).receipt.matter

    def _open_rows(self, kind: str) -> int:
        with reading(self.engine) as db:
            found = db.execute(
                text("select count(*) from outbox where kind = :kind and status = 'open'"), {"kind": kind}
            )
            return int(found.scalar_one())

    async def _behind(self, count: int) -> int:
        """Runs whose first task is not done yet: they are in the worker's memory when it is, as far as there is room."""
        room = int(self.running.settings.worker_cache)
        held = await asyncio.to_thread(self._metric, "temporal_sticky_cache_size")
        if held < min(count, room) or count <= room:
            return max(0, min(count, room) - held)
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=MATTERS),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            report_stats=True,
        )
        answer = await self.client.workflow_service.describe_task_queue(request)
        return int(answer.stats.approximate_backlog_count)

    def _weigh(self, mark: str, count: int) -> None:
        """Memory of each process and disk below the home, per alliance."""
        for child in self.running.running.supervisor.children:
            if child.process:
                self.figures[f"rss_mb_{child.name}_{mark}"] = _rss_mb(child.process.pid)
        home = self.running.settings.home
        used = sum(p.stat().st_size for p in home.rglob("*") if p.is_file())
        self.figures[f"disk_kb_per_alliance_{mark}"] = used / 1024 / count

    # acts

    async def act(self, alliance: str, key: str) -> float:
        """Suspend or resume it; seconds until the answer."""
        held = alliance in self.held
        path = f"/v1/alliances/{alliance}/{'resumptions' if held else 'suspensions'}"
        body = {} if held else {"reason": "四半期末の確認"}
        begun = time.perf_counter()
        answer = await self.running.door.insist(path, self.firms[0].secret, body, key)
        took = time.perf_counter() - begun
        if answer.receipt is None:
            # Two acts met on one alliance: the figures tell how often, the second one is told the truth.
            print(f"refused: {answer.code}", flush=True)
            self.figures["acts_refused"] = self.figures.get("acts_refused", 0) + 1
        (self.held.discard if held else self.held.add)(alliance)
        return took

    async def drawn(self, mark: str) -> None:
        """Acts on alliances drawn at random, each on another one, and how many runs were still in memory."""
        before, times = self._cache(), []
        drawn = random.Random(mark).sample(self.ids, min(ACTS, len(self.ids) // 2))
        turns = iter(enumerate(drawn))

        async def client() -> None:
            for number, alliance in turns:
                times.append(await self.act(alliance, f"{mark} {number}"))

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        after = self._cache()
        hits, misses = (after[n] - before[n] for n in ("hit", "miss"))
        self.figures |= {
            f"act_p50_ms_{mark}": statistics.median(times) * 1000,
            f"act_p95_ms_{mark}": statistics.quantiles(times, n=20)[-1] * 1000,
            f"cache_hit_rate_{mark}": hits / max(1, hits + misses),
        }
        for alliance in list(self.held):
            await self.act(alliance, f"{mark} back {alliance}")

    def _cache(self) -> Counter[str]:
        """Workflow tasks that found their run in memory, and those that did not."""
        return Counter({name: self._metric(f"temporal_sticky_cache_{name}") for name in ("hit", "miss")})

    def _metric(self, name: str) -> int:
        """A figure of the worker's SDK over all its labels, by its name without the ending of its kind."""
        with urllib.request.urlopen(f"http://{self.metrics}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines if line.startswith(name))

    async def paced(self, until: float, mark: str) -> list[float]:
        """`RATE` acts a second until then, whatever the answers take; the time of each."""
        pick, times, tasks = random.Random(mark), [], []
        busy: set[str] = set()

        async def one(alliance: str, key: str) -> None:
            times.append(await self.act(alliance, key))
            busy.discard(alliance)

        for number in itertools.count():
            if time.monotonic() > until:
                break
            if free := [a for a in self.ids if a not in busy]:
                alliance = pick.choice(free)
                busy.add(alliance)
                tasks.append(asyncio.create_task(one(alliance, f"{mark} {number}")))
            else:
                self.figures[f"{mark}_acts_left_out"] = self.figures.get(f"{mark}_acts_left_out", 0) + 1
            await asyncio.sleep(1 / RATE)
        await asyncio.gather(*tasks)
        return times

    async def storm(self, begins: datetime, seconds: float) -> None:
        """Before and in the storm the same acts; then what became of every due item."""
        idle = await self.paced(time.monotonic() + IDLE_SECONDS, "idle")
        # A suspended alliance has nothing that falls due.
        for alliance in list(self.held):
            await self.act(alliance, f"storm back {alliance}")
        wait = (begins - datetime.now(UTC)).total_seconds()
        print(f"the storm begins in {wait:.0f} s", flush=True)
        self.figures["storm_waited_s"] = wait
        spared = set(random.Random("spared").sample(self.ids, max(50, len(self.ids) // 20)))
        all_of_them, self.ids = self.ids, sorted(spared)
        await asyncio.sleep(max(0.0, wait))
        during = await self.paced(time.monotonic() + seconds, "storm")
        self.ids = all_of_them
        await asyncio.sleep(60)
        struck = await asyncio.to_thread(self._struck, begins)
        meant = [a for a in self.ids if a not in spared]
        lags = [lag for a in meant for lag in struck.get(a, [])]
        p95 = [statistics.quantiles(times, n=20)[-1] for times in (idle, during)]
        self.figures |= {
            "storm_items": len(meant),
            "storm_lag_p95_s": statistics.quantiles(lags, n=20)[-1] if len(lags) > 1 else -1,
            "storm_lag_max_s": max(lags, default=-1),
            "storm_lost": sum(a not in struck for a in meant),
            "storm_twice": sum(len(struck.get(a, [])) > 1 for a in meant),
            "storm_act_p95_ms": p95[1] * 1000,
            "storm_act_p95_ratio": p95[1] / p95[0],
        }

    def _struck(self, begins: datetime) -> dict[str, list[float]]:
        """By alliance: how late each of the storm's items was stored."""
        query = text(
            "select a.matter, a.at, a.stored_at from answers a where a.company = 'teikei' and a.stored_at >= :since"
        ).bindparams(bindparam("since", begins.isoformat(sep=" ")))
        found: dict[str, list[float]] = {}
        with reading(self.engine) as db:
            for matter, at, stored_at in db.execute(query):
                found.setdefault(matter, []).append((_instant(stored_at) - _instant(at)).total_seconds())
        return found


def _instant(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def measured(home: Path, url: str, args: argparse.Namespace) -> dict[str, float]:
    """All figures on one database."""
    metrics = f"127.0.0.1:{free_port()}"
    environment = {"TEIKEI_WORKER_METRICS": metrics, "TEIKEI_WORKER_CACHE": str(args.cache)}
    async with world(home, print, database_url=url, **environment) as running:
        engine = open_engine(running.settings.database)
        begins = datetime.now(UTC) + timedelta(seconds=args.lead)
        base = calendar("JP")
        day = _deadline(base)
        stormy = storm_over(base, day, begins, args.storm_minutes * 60)
        ledger = SqlLedger(engine, (lambda _name: stormy) if args.storm_minutes else calendar)
        client = await connect(running.temporal)
        fleet = Fleet(running, engine, ledger, client, await running.door.firms(2), metrics)
        for count, mark in ((args.few, "few"), (args.many, "many")):
            await fleet.grow(count, mark)
            await fleet.drawn(mark)
            print({name: round(value, 3) for name, value in fleet.figures.items()}, flush=True)
        if args.storm_minutes:
            await fleet.storm(begins, args.storm_minutes * 60)
        engine.dispose()
    for p in ("p50", "p95"):
        fleet.figures[f"act_{p}_ratio_many"] = (
            fleet.figures[f"act_{p}_ms_many"] / fleet.figures[f"act_{p}_ms_few"]
        )
    return {name: round(value, 3) for name, value in fleet.figures.items()}


def _deadline(base: Calendar) -> date:
    """The day on which the intake of an alliance that is opened today is due."""
    return base.step(base.local_day(datetime.now(UTC)), Step(n=20, unit="business_day"))


async def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--cache", type=int, default=10_000)
    parser.add_argument("--lead", type=float, default=900.0, help="seconds until the storm begins")
    parser.add_argument("--storm-minutes", type=float, default=30.0, help="0: no storm")
    parser.add_argument("--databases", default="sqlite,postgresql")
    args = parser.parse_args()
    figures: dict[str, Any] = {
        **machine(), "load_at_start": round(os.getloadavg()[0], 1), "few": args.few, "many": args.many,
        "cache": args.cache, "storm_minutes": args.storm_minutes,
    }  # fmt: skip
    for database in args.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="teikei-bench-") as folder, contextlib.ExitStack() as stack:
            url, mark = "", ""
            if database == "postgresql":
                url, mark = postgresql(stack), "postgresql_"
            found = await measured(Path(folder), url, args)
            figures |= {f"{mark}{name}": value for name, value in found.items()}
    write_figures(OUT, figures)


if __name__ == "__main__":
    asyncio.run(main())
