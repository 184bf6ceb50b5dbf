# ruff: noqa: ASYNC110  (what is polled here lives in other processes: no event of ours tells of it)
"""How many short lives of an alliance the whole stack tells in a minute, and how many events an act costs.

`python -m bench.lifecycle [--alliances 12] [--at-once 4]` writes `var/bench/lifecycle.json`.
One life, over HTTP on a sandbox clock: opened, intake, NDA written, frozen,
approved inside, voted on, signed, every mark given and shared, no at the go/no-go
decision. `events_per_act`: history events of all runs over the acts that SQL holds.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from api.examples import EXAMPLES, SHA
from bench._world import Door, Firm, World, machine, world, write_figures
from teikei.adapters.sql.engine import open_engine, reading
from teikei.adapters.temporal.client import connect

OUT = Path("var/bench/lifecycle.json")
CLOCK = "2026-01-05T09:00:00+09:00"
AXES = ("culture", "philosophy", "technology")
POLL = 0.02


async def until(door: Door, path: str, secret: str, field: str) -> Any:
    """A field of a view, as soon as it is there."""
    while not (found := (await door.get(path, secret))[field]):
        await asyncio.sleep(POLL)
    return found


class Life:
    """One alliance from its opening to its end."""

    def __init__(self, door: Door, firms: tuple[Firm, ...], number: int) -> None:
        self.door, self.firms, self.number, self.acts = door, firms, number, 0

    async def say(self, path: str, firm: Firm, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self.acts += 1
        return await self.door.done(path, firm.secret, body, f"life {self.number} act {self.acts}")

    async def live(self) -> None:
        """Every act is answered 201 before the next."""
        alliance = await self.door.alliance(self.firms, f"life {self.number}", CLOCK)
        await self.door.intake(alliance, self.firms, f"life {self.number}")
        where, secret = f"/v1/alliances/{alliance}", self.firms[0].secret
        nda = await until(self.door, where, secret, "nda")
        sha = (await until(self.door, f"/v1/agreements/{nda}", secret, "version_now"))["sha256"]
        frozen = await self.say(f"/v1/agreements/{nda}/freezes", self.firms[0], {"sha256": sha})
        await self.decide(frozen["created"][0], "yes")
        await self.sign(nda, sha)
        await self.know_each_other(where)
        await self.decide(await until(self.door, where, secret, "go_no_go"), "no")
        while (await self.door.get(where, secret))["stage"] != "abandoned":
            await asyncio.sleep(POLL)

    async def decide(self, decision: str, choice: str) -> None:
        for firm in self.firms:
            await self.say(
                f"/v1/decisions/{decision}/internal-approvals", firm, EXAMPLES["RecordInternalApproval"]
            )
        for firm in self.firms[:1] if choice == "no" else self.firms:
            await self.say(f"/v1/decisions/{decision}/votes", firm, {"choice": choice})

    async def sign(self, nda: str, sha: str) -> None:
        while (await self.door.get(f"/v1/agreements/{nda}", self.firms[0].secret))["stage"] != "signing":
            await asyncio.sleep(POLL)
        for firm in self.firms:
            body = {**EXAMPLES["Sign"], "sha256": sha, "signed_at": CLOCK, "evidence_sha256": SHA}
            await self.say(f"/v1/agreements/{nda}/signatures", firm, body)

    async def know_each_other(self, where: str) -> None:
        while (await self.door.get(where, self.firms[0].secret))["stage"] != "due_diligence":
            await asyncio.sleep(POLL)
        for firm in self.firms:
            for about in self.firms:
                for axis in AXES:
                    mark = {"about": about.id, "axis": axis, "points": 3, "evidence": "根拠"}
                    await self.say(f"{where}/scores", firm, mark)
            await self.say(f"{where}/scores/shares", firm, {})


async def events(running: World) -> int:
    """Events of all runs, of matters and deliveries alike."""
    client, total = await connect(running.temporal), 0
    async for run in client.list_workflows():
        total += run.history_length
    return total


async def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alliances", type=int, default=12)
    parser.add_argument("--at-once", type=int, default=4)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="teikei-bench-") as folder:
        async with world(Path(folder), print) as running:
            firms, limit = await running.door.firms(2), asyncio.Semaphore(args.at_once)

            async def one(number: int) -> None:
                async with limit:
                    await Life(running.door, firms, number).live()
                print(f"alliance {number} is over", flush=True)

            await one(0)  # warm
            begun = time.perf_counter()
            await asyncio.gather(*(one(n) for n in range(1, args.alliances + 1)))
            took = time.perf_counter() - begun
            engine = open_engine(running.settings.database)
            with reading(engine) as db:
                acts = int(db.execute(text("select count(*) from answers")).scalar_one())
            engine.dispose()
            counted = await events(running)
    figures = {
        **machine(), "alliances": args.alliances, "at_once": args.at_once, "acts": acts, "events": counted,
        "alliances_per_minute": round(args.alliances / took * 60, 1), "events_per_act": round(counted / acts, 2),
    }  # fmt: skip
    write_figures(OUT, figures)


if __name__ == "__main__":
    asyncio.run(main())
