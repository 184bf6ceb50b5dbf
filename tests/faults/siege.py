"""One stack under siege: who is killed when, how long it takes until the next act is stored, and what was found.

Only processes that this stack itself has started are ended, by their own handles.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench._world import World, machine, world
from teikei.supervisor import Child
from tests.faults.crowd import Crowd
from tests.faults.oracle import Books, Findings
from tests.faults.postbox import Postbox
from tests.faults.runs import Runs

KINDS: dict[str, tuple[str, ...]] = {
    "worker": ("worker",),
    "api": ("api",),
    "temporal": ("temporal",),
    "worker+temporal": ("worker", "temporal"),
}
FOREVER = float("inf")


@dataclass
class Siege:
    """What the tests of one database share."""

    database: str
    seed: int
    random: Random
    world: World
    crowd: Crowd
    books: Books
    runs: Runs
    box: Postbox
    say: Callable[[str], None]
    kills: list[tuple[float, float]] = field(default_factory=list)
    """(killed, back) of the worker: what may excuse a mail that came twice."""
    back: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    found: Findings = field(default_factory=Findings)
    begun: float = field(default_factory=time.monotonic)
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))
    """Of the machine when the siege began: what else was running."""

    # ending and holding

    def end(self, *names: str) -> float:
        """SIGKILL; the instant."""
        at = time.monotonic()
        for name in names:
            process = self.world.child(name).process
            if process is not None:
                process.kill()
        if "worker" in names:
            self.kills.append((at, at))
        return at

    async def hold(self, *names: str) -> float:
        """SIGKILL, and not started again before `release`."""
        at = self.end(*names)
        for name in names:
            child = self.world.child(name)
            while child.process is not None:
                await asyncio.sleep(0.01)
            child.not_before = FOREVER
        return at

    def release(self, *names: str) -> None:
        for name in names:
            self.world.child(name).not_before = 0.0

    async def armed(self, name: str, failpoint: str) -> float:
        """Kill a child, let it start again with a failpoint, and wait until it dies by that; the instant of its death."""
        child = self.world.child(name)
        with _failpoint(failpoint):
            await self.hold(name)
            self.release(name)
            process = await _started(child)
        async with asyncio.timeout(180):
            while process.poll() is None:
                await asyncio.sleep(0.005)
        at = time.monotonic()
        assert process.returncode == -9, process.returncode
        if name == "worker":
            self.kills.append((at, at))
        return at

    # after each

    async def recovered(self, kind: str, killed: float) -> float:
        """Wait for the first act after a kill; note how long that took."""
        async with asyncio.timeout(180):
            took = await self.crowd.until_answered(killed) - killed
        self.back[kind].append(took)
        return took

    async def verify(self) -> None:
        """Everybody rests; then SQL, the runs and the mails are looked at."""
        try:
            async with asyncio.timeout(180):
                await self.crowd.rest()
            self.judge(self.books.check(self.crowd.said))
            differences = await self.runs.differences(self.books)
            assert not differences, differences
            mails = self.books.mails(self.box.got, self.kills, settled=False)
            assert mails.well, mails.told()
        except BaseException as accident:
            self.say(f"{self.database}: {type(accident).__name__} {accident}")
            raise
        finally:
            self.crowd.go_on()

    def judge(self, found: Findings) -> None:
        self.found = found
        assert found.well, found.told()

    # Temporal's files

    @property
    def files(self) -> list[Path]:
        """Temporal's database with what SQLite keeps beside it."""
        return sorted(self.world.settings.home.glob("temporal.db*"))

    def forget(self) -> None:
        for path in self.files:
            path.unlink()

    def copy(self) -> Path:
        """Of a server that stands still."""
        target = self.world.settings.home / "copy"
        target.mkdir()
        for path in self.files:
            shutil.copy2(path, target / path.name)
        return target

    def restore(self, copy: Path) -> None:
        self.forget()
        for path in copy.iterdir():
            shutil.copy2(path, self.world.settings.home / path.name)

    # the end

    def report(self) -> dict[str, Any]:
        """Flat figures for docs/results."""
        figures: dict[str, Any] = {
            "database": self.database,
            "seed": self.seed,
            "load_at_start": self.load,
            **machine(),
        }
        figures |= {
            "minutes": round((time.monotonic() - self.begun) / 60, 1),
            "acknowledged": self.found.acknowledged,
            "refused_with_a_code": sum(self.crowd.refused.values()),
            "answered_202_first": sum(t.answer.waited for t in self.crowd.said),
            "entries": self.found.entries,
            "lost": len(self.found.lost),
            "duplicated": len(self.found.duplicated),
            "wrong": len(self.found.wrong),
            "mails_meant": self.books.one("select count(*) from outbox where kind = 'mail'"),
            "mails_accepted": self.box.accepted,
        }
        for kind, times in self.back.items():
            name = kind.replace("+", "_").replace(".", "_").replace(" ", "_")
            figures |= {
                f"{name}_times": len(times),
                f"{name}_back_p50_s": round(statistics.median(times), 2),
                f"{name}_back_max_s": round(max(times), 2),
            }
        return figures


@contextlib.asynccontextmanager
async def siege(
    home: Path, database: str, url: str, seed: int, say: Callable[[str], None]
) -> AsyncIterator[Siege]:
    """A stack, a crowd that writes to it, and everything that watches."""
    random = Random(seed)  # noqa: S311  (load, not secrets)
    with Postbox() as box:
        async with world(home, say, database_url=url, **box.environment) as running:
            place = await running.door.place(await running.door.firms(3), "the alliance")
            books, runs = Books(running.settings.database), await Runs.at(running.temporal)
            crowd = Crowd(running.door, place, seed)
            one = Siege(database, seed, random, running, crowd, books, runs, box, say)
            crowd.begin()
            try:
                yield one
            finally:
                await crowd.stop()
                books.close()


@contextlib.contextmanager
def _failpoint(name: str) -> Iterator[None]:
    os.environ["TEIKEI_FAILPOINT"] = f"{name}:kill"
    try:
        yield
    finally:
        del os.environ["TEIKEI_FAILPOINT"]


async def _started(child: Child) -> Any:
    """The new process of a child."""
    while child.process is None:
        await asyncio.sleep(0.005)
    return child.process
