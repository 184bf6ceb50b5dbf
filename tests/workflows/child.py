"""A matters worker in a process of its own, for tests that kill it: `python -m tests.workflows.child ADDRESS FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from teikei.adapters.temporal.client import connect
from teikei.adapters.temporal.worker import matters_worker
from tests.support.live import database, ports


async def main(address: str, folder: Path) -> None:
    """Work until killed; says so when it begins."""
    live = ports(await connect(address), database(folder))
    async with matters_worker(live.client, live.ledger, live.post):
        sys.stdout.write("working\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
