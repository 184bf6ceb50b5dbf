"""A run that only sleeps: waiting for its result lets the time-skipping server move its clock."""

from __future__ import annotations

import uuid
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class Sleeper:
    @workflow.run
    async def run(self, days: int) -> None:
        await workflow.sleep(timedelta(days=days))


async def slept(client: Client, *, days: int) -> None:
    """Let so many days pass for every run of this server."""
    queue = f"sleep-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, workflows=[Sleeper]):
        await client.execute_workflow(Sleeper.run, days, id=queue, task_queue=queue)
