"""What an act costs: a comment over HTTP, decided and remembered, against a bare Temporal update of the same payload.

`python -m bench.commands [--alliances 200] [--seconds 6] [--rounds 3] [--databases sqlite,postgresql]`
writes `var/bench/commands.json`. Three interleaved rounds, the median of each
figure; ratios are ours / bare. SQLite runs with synchronous=FULL, PostgreSQL with fsync=on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from activities.record import Receipt, Say
from bench._bare import QUEUE, BareWorkflow
from bench._wire import Wire
from bench._world import Place, World, cpu_seconds, machine, world, write_figures
from teikei.adapters.temporal.client import connect
from teikei.domain.act import Actor
from teikei.domain.decision.voting import Comment
from tests.support.postgres import start_cluster

TEXT = "添付の資料を見てください。"
OUT = Path("var/bench/commands.json")
AT_ONCE = 6
"""Alliances that are brought to their decision side by side."""
PAIR, CROWD, ONE = 2, 32, 8

One = Callable[[int, int, str], Awaitable[None]]
"""Do one act: number of the client, of the alliance, key."""


@dataclass(frozen=True, slots=True)
class Load:
    """What some clients got done."""

    p50_ms: float
    per_second: float
    acts: int


async def drive(one: One, clients: int, seconds: float, places: int, mark: str) -> Load:
    """Clients that go on for so long, each act on an alliance picked at random."""
    pick, times = random.Random(mark), []
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        for turn in itertools.count():
            begun = time.perf_counter()
            if begun > until:
                return
            await one(number, pick.randrange(places), f"{mark} {number} {turn}")
            times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(client(n) for n in range(clients)))
    took = time.perf_counter() - begun
    return Load(statistics.median(times) * 1000, len(times) / took, len(times))


# ours


async def settled(running: World, count: int) -> list[Place]:
    """So many alliances, each with an open decision."""
    firms = await running.door.firms(2)
    limit, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(number: int) -> Place:
        nonlocal done
        async with limit:
            place = await running.door.place(firms, f"alliance {number}")
        done += 1
        if done % 20 == 0 or done == count:
            print(f"{done}/{count} alliances", flush=True)
        return place

    return list(await asyncio.gather(*(one(n) for n in range(count))))


def over_http(wires: list[Wire], places: list[Place]) -> One:
    async def one(client: int, place: int, key: str) -> None:
        at = places[place]
        path, secret = f"/v1/decisions/{at.decision}/comments", at.firms[0].secret
        while True:
            status, body = await wires[client].post(path, secret, {"text": TEXT}, key)
            if status == 201:
                return
            # Busy, or not answered in time: the same key until it is stored, and all of it counts.
            assert status in {202, 429}, f"{status} {body.decode()}"
            await asyncio.sleep(0.01)

    return one


# bare


@dataclass(frozen=True, slots=True)
class Peer:
    """The bare workflows: one update, and the process in which they live."""

    one: One
    pid: int


@contextlib.asynccontextmanager
async def bare(address: str, count: int) -> AsyncIterator[Peer]:
    """As many workflows as alliances, on a worker of their own, spoken to without HTTP."""
    child = subprocess.Popen([sys.executable, "-m", "bench._bare", address], stdout=subprocess.PIPE)  # noqa: ASYNC220
    try:
        assert child.stdout is not None
        await asyncio.to_thread(child.stdout.readline)
        client = await connect(address)
        handles = [await _begun(client, n) for n in range(count)]
        by = Actor(company="cmp_" + "a" * 26, person="担当0", key_id="key_" + "a" * 26)

        async def one(_client: int, place: int, key: str) -> None:
            say = Say(key=key, by=by, act=Comment(text=TEXT))
            await handles[place].execute_update("say", say, id=key, result_type=Receipt)

        yield Peer(one, child.pid)
    finally:
        child.kill()
        child.wait()


async def _begun(client: Client, number: int) -> WorkflowHandle[Any, Any]:
    return await client.start_workflow(
        BareWorkflow.run,
        str(number),
        id=f"bare-{number}",
        task_queue=QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


# both


async def measured(home: Path, url: str, args: argparse.Namespace) -> dict[str, float]:
    """Medians over interleaved rounds on one database."""
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(world(home, print, database_url=url))
        places = await settled(running, args.alliances)
        wires = [await stack.enter_async_context(Wire(running.door.address)) for _ in range(CROWD)]
        ours = over_http(wires, places)
        peer = await stack.enter_async_context(bare(running.temporal, len(places)))
        for name, one in (("ours", ours), ("bare", peer.one)):
            await drive(one, PAIR, min(2.0, args.seconds), len(places), f"warm {name}")
        table = Table(running, ours, peer, len(places), args.seconds)
        rounds = [await table.round(number) for number in range(args.rounds)]
    middle = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
    middle["command_p50_ratio"] = statistics.median(r["command_p50_ms"] / r["bare_p50_ms"] for r in rounds)
    middle["command_throughput_ratio"] = statistics.median(
        r["command_per_second"] / r["bare_per_second"] for r in rounds
    )
    return {name: round(value, 3) for name, value in middle.items()}


@dataclass(frozen=True, slots=True)
class Table:
    """Where ours and the peer meet."""

    running: World
    ours: One
    peer: Peer
    places: int
    seconds: float

    async def round(self, number: int) -> dict[str, float]:
        """Ours and bare by turns, so that a slow minute of the machine meets both."""
        found: dict[str, float] = {}
        both = (("command", self.ours), ("bare", self.peer.one))
        for name, one in both:
            pair = await self._drive(one, PAIR, f"{name} pair {number}")
            found |= {f"{name}_p50_ms": pair.p50_ms}
        for name, one in both:
            before = self._cpu()
            crowd = await self._drive(one, CROWD, f"{name} crowd {number}")
            used = {process: total - before[process] for process, total in self._cpu().items()}
            found |= {f"{name}_per_second": crowd.per_second}
            found |= {f"{name}_{process}_cpu_ms": cpu / crowd.acts * 1000 for process, cpu in used.items()}
        alone = await drive(self.ours, ONE, self.seconds, 1, f"one {number}")
        found |= {"one_alliance_per_second": alone.per_second}
        print(f"round {number + 1}: " + " ".join(f"{k} {v:.1f}" for k, v in found.items()), flush=True)
        return found

    async def _drive(self, one: One, clients: int, mark: str) -> Load:
        return await drive(one, clients, self.seconds, self.places, mark)

    def _cpu(self) -> dict[str, float]:
        """Of the processes that take part; ours idle while the peer works, and the other way round."""
        children = self.running.cpu_seconds()
        return {name: children[name] for name in ("api", "worker", "temporal")} | {
            "peer": cpu_seconds(self.peer.pid)
        }


async def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alliances", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", default="sqlite,postgresql")
    args = parser.parse_args()
    figures: dict[str, Any] = {
        **machine(),
        "load_at_start": round(os.getloadavg()[0], 1),
        "alliances": args.alliances,
    }
    for database in args.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="teikei-bench-") as folder, contextlib.ExitStack() as stack:
            url, mark = "", ""
            if database == "postgresql":
                url, mark = postgresql(stack), "postgresql_"
            found = await measured(Path(folder), url, args)
            figures |= {f"{mark}{name}": value for name, value in found.items()}
    write_figures(OUT, figures)


def postgresql(stack: contextlib.ExitStack) -> str:
    """An empty database of a cluster of our own, as the tests have it."""
    cluster = start_cluster()
    stack.callback(cluster.stop)
    return cluster.create_database()


if __name__ == "__main__":
    asyncio.run(main())
