"""The runs as Temporal has them: which state each has adopted, and until when it waits. Read from their histories."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.failures import as_error
from activities.record import Committed
from teikei.adapters.sql import codec
from teikei.adapters.temporal.client import connect
from teikei.domain.matter import Matter
from tests.faults.oracle import Books
from workflows.ids import workflow_id

NEAR = timedelta(seconds=60)
"""Between the instant of a due item and the end of its timer: what lies between arming and the task's completion."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The last state that a run adopted, and the end of the timer that it waits for (UTC)."""

    state: Matter
    wakes: datetime | None


class Runs:
    """A client of the stack's own server."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.asked = 0

    @classmethod
    async def at(cls, address: str) -> Runs:
        return cls(await connect(address, lazy=True))

    async def facts(self, state: Matter) -> RunFacts:
        """Read the present run of a matter."""
        events = [
            e async for e in self.client.get_workflow_handle(workflow_id(state.id)).fetch_history_events()
        ]
        adopted = await self._first(events[0], type(state))
        for event in events:
            adopted = await self._marked(event, type(state)) or adopted
        return RunFacts(adopted, _wakes(events))

    async def _first(self, event: HistoryEvent, kind: type[Matter]) -> Matter:
        given = event.workflow_execution_started_event_attributes.input.payloads
        state: Matter = await self._read(given, kind)
        return state

    async def _marked(self, event: HistoryEvent, kind: type[Matter]) -> Matter | None:
        """What a local activity returned: `commit` a state with its receipt, `load` a state."""
        if (
            event.event_type != EventType.EVENT_TYPE_MARKER_RECORDED
            or event.marker_recorded_event_attributes.HasField("failure")
        ):
            return None
        details = event.marker_recorded_event_attributes.details
        [named] = await self.client.data_converter.decode(details["data"].payloads, [dict[str, Any]])
        shape: Any = Committed[kind] if named["activity_type"] == "commit" else kind  # type: ignore[valid-type]
        read = await self._read(details["result"].payloads, shape)
        adopted: Matter = read.state if named["activity_type"] == "commit" else read
        return adopted

    async def _read(self, payloads: Sequence[Payload], shape: Any) -> Any:
        [value] = await self.client.data_converter.decode(payloads, [shape])
        return value

    async def differences(self, books: Books, alliance: str = "", patience: float = 20) -> list[str]:
        """Where run and SQL differ, for every open matter; asked again until nothing moves any more or patience ends."""
        until = asyncio.get_running_loop().time() + patience
        while True:
            found = [d for state in books.open_matters(alliance) if (d := await self._difference(state))]
            if not found or asyncio.get_running_loop().time() > until:
                return found
            await asyncio.sleep(0.2)

    async def _difference(self, state: Matter) -> str:
        """The run says that it is current; the state that it adopted is SQL's, byte for byte; it waits for the next due item."""
        if trouble := await self._asked(state):
            return f"{state.id}: {trouble}"
        facts = await self.facts(state)
        if codec.dump(facts.state) != codec.dump(state):
            return f"{state.id}: the run is at version {facts.state.version}, SQL at {state.version}"
        earliest = None if state.sandbox else state.earliest()
        wanted = earliest.at if earliest else None
        if (wanted is None) != (facts.wakes is None) or (
            wanted and facts.wakes and abs(wanted - facts.wakes) > NEAR
        ):
            return f"{state.id}: wakes {facts.wakes}, due {wanted}"
        return ""

    async def _asked(self, state: Matter) -> str:
        """Empty when the run refuses `refresh` as current. Under an id of our own: a known one gets its stored answer."""
        self.asked += 1
        handle = self.client.get_workflow_handle(workflow_id(state.id))
        try:
            await handle.execute_update(
                "refresh", state.version, id=f"oracle {self.asked}", rpc_timeout=timedelta(seconds=15)
            )
        except WorkflowUpdateFailedError as failed:
            known = as_error(failed.cause)
            return "" if known and known.code == "matter.current" else f"{failed.cause}"
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as silent:
            return f"no answer ({silent})"
        return "the run was behind SQL"

    async def until_serving(self, seconds: float = 60) -> None:
        """Until the namespace answers a real call."""
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            with contextlib.suppress(Exception):
                async for _ in self.client.list_workflows(page_size=1, limit=1):
                    break
                return
            await asyncio.sleep(0.1)
        raise TimeoutError("Temporal does not answer")


def _wakes(events: Sequence[HistoryEvent]) -> datetime | None:
    """The end of the one timer that has neither fired nor been cancelled."""
    live: dict[str, datetime] = {}
    for event in events:
        started = event.timer_started_event_attributes
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            live[started.timer_id] = (
                event.event_time.ToDatetime(tzinfo=UTC) + started.start_to_fire_timeout.ToTimedelta()
            )
        live.pop(event.timer_fired_event_attributes.timer_id, None)
        live.pop(event.timer_canceled_event_attributes.timer_id, None)
    return min(live.values(), default=None)
