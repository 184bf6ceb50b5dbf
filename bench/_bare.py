"""The peer of `commands.py`: a bare Temporal update. Same plugin, sandbox, worker settings and `Say`; nothing is kept.

Run as a process of its own (`python -m bench._bare HOST:PORT`), as our worker is.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.record import Receipt, Say

QUEUE = "bare"


@workflow.defn
class BareWorkflow:
    """Lives, hears updates, and answers each with a receipt."""

    def __init__(self) -> None:
        self.version = 0

    @workflow.run
    async def run(self, matter: str) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def say(self, say: Say) -> Receipt:
        self.version += 1
        return Receipt(
            matter=say.by.company,
            kind="bare",
            version=self.version,
            at=workflow.now(),
            first=self.version,
            last=self.version,
        )

    @say.validator
    def _refuse(self, say: Say) -> None:
        if not say.key:
            raise ApplicationError("no key")


async def main(address: str) -> None:
    """Serve until killed; says so when it polls."""
    from temporalio.worker import Worker  # noqa: PLC0415  (the sandbox imports this file, and needs none of it)

    from teikei.adapters.temporal.client import connect  # noqa: PLC0415
    from teikei.adapters.temporal.worker import GRACE  # noqa: PLC0415

    client = await connect(address)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareWorkflow],
        max_cached_workflows=1000,
        graceful_shutdown_timeout=GRACE,
    )
    async with worker:
        sys.stdout.write(f"{datetime.now(UTC).isoformat()} polling\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
