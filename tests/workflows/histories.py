"""Histories of runs: all runs of a workflow id, their events, what they armed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory


async def runs(client: Client, name: str) -> list[WorkflowHistory]:
    """Every run of a workflow, the oldest first."""
    found: list[WorkflowHistory] = []
    run = (await client.get_workflow_handle(name).describe()).run_id
    while run:
        history = await client.get_workflow_handle(name, run_id=run).fetch_history()
        found.insert(0, history)
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


async def events(client: Client, name: str) -> list[HistoryEvent]:
    """The events of all runs of a workflow, as soon as nothing is under way any more."""
    handle = client.get_workflow_handle(name)
    for _ in range(2000):
        raw = (await handle.describe()).raw_description
        if not raw.HasField("pending_workflow_task") and not raw.pending_activities:
            break
        await asyncio.sleep(0.01)
    else:
        raise AssertionError(f"{name} is never idle")
    return [e for history in await runs(client, name) for e in history.events]


def kinds(found: list[HistoryEvent]) -> list[str]:
    """Names of event types, for a message that can be read."""
    return [EventType.Name(e.event_type).removeprefix("EVENT_TYPE_").lower() for e in found]


def armed_at(found: list[HistoryEvent]) -> datetime | None:
    """When the timer that is armed now will fire (UTC, to the millisecond); None when none is."""
    armed: dict[int, datetime] = {}
    for event in found:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            attributes = event.timer_started_event_attributes
            from_, after = event.event_time, attributes.start_to_fire_timeout
            armed[event.event_id] = datetime.fromtimestamp(
                from_.seconds + after.seconds + round((from_.nanos + after.nanos) / 1e9, 3), tz=UTC
            )
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            armed.pop(event.timer_canceled_event_attributes.started_event_id)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            armed.pop(event.timer_fired_event_attributes.started_event_id)
    return min(armed.values(), default=None)
