"""Saying an act to a matter's run, and what can come back.

`say` returns the receipt or raises: a domain error (the rule's own), `Gone`
when no run of the matter is open, `Unavailable` when no answer came in time.
Repeats carry the same key and the same update id, so they are never applied twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.api.workflowservice.v1 import ListNamespacesRequest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.failures import as_error
from activities.record import Receipt, Say
from teikei.adapters.sql.codec import body_hash
from teikei.domain.errors import Busy, Rollover, Unavailable
from teikei.domain.ids import kind_of
from teikei.domain.matter import Matter
from workflows.delivery import DeliveryWorkflow
from workflows.ids import MATTERS, delivery_id, workflow_id
from workflows.registry import MATTERS as STORIES

PATIENCE = timedelta(seconds=10)
"""Longest wait for one answer: a workflow task that died with its worker is given out again before that."""
TASK_LIMIT = timedelta(seconds=5)
"""What a workflow task may take. A commit takes milliseconds; a worker that died costs its matters this long."""


class Gone(Exception):
    """No open run of this matter: not started yet, over, or lost with Temporal's files."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The client, as those use it who speak to matters."""

    client: Client

    async def database_answers(self) -> bool:
        """Does a call come through that Temporal's own database has to answer? Its health service does not ask it."""
        try:
            await self.client.workflow_service.list_namespaces(
                ListNamespacesRequest(page_size=1), timeout=PATIENCE
            )
        except RPCError:
            return False
        return True

    async def running(self) -> frozenset[str]:
        """Workflow ids of all open runs; one that began this moment may be missing."""
        try:
            found = self.client.list_workflows("ExecutionStatus = 'Running'", page_size=1000)
            return frozenset([run.id async for run in found])
        except (RPCError, RuntimeError) as refused:
            raise _of_rpc(refused) from refused

    async def say(self, matter: str, say: Say, patience: timedelta = PATIENCE) -> Receipt:
        """Say an act; see the module for what may come back.

        The update id names the body too: under the key alone a run would answer another body with the first
        one's receipt, and `commit` would never see that the key was used twice.
        """
        name = f"{say.key}/{body_hash(say.act)[:16]}"
        answer: Receipt = await self._update(matter, "say", say, name, Receipt, patience)
        return answer

    async def refresh(self, matter: str, version: int, patience: timedelta = PATIENCE) -> None:
        """Have a run that is behind SQL adopt the stored state; one that is current refuses at no cost."""
        await self._update(matter, "refresh", version, f"refresh:{matter}:{version}", type(None), patience)

    async def idle(self, matter: str) -> bool:
        """Has the run of a matter nothing to do just now? One that is not there has nothing to do."""
        try:
            found = await self.client.get_workflow_handle(workflow_id(matter)).describe(rpc_timeout=PATIENCE)
        except (RPCError, RuntimeError) as refused:
            if isinstance(error := _of_rpc(refused), Gone):
                return True
            raise error from refused
        raw = found.raw_description
        begun = found.history_length > 2  # else its first task is not even given out
        return begun and not raw.HasField("pending_workflow_task") and not raw.pending_activities

    async def start(self, state: Matter) -> None:
        """Start the run of a matter from its stored state; one that runs already is left alone."""
        await self._begin(STORIES[state.kind].run, state, workflow_id(state.id))

    async def deliver(self, outbox: str) -> None:
        """Start the delivery of an outbox row; one that runs already is left alone."""
        await self._begin(DeliveryWorkflow.run, outbox, delivery_id(outbox))

    async def _begin(self, run: Any, arg: Any, name: str) -> None:
        """Where a worker of this very client has room, its first task comes with the answer and passes no queue."""
        try:
            await self.client.start_workflow(
                run,
                arg,
                id=name,
                task_queue=MATTERS,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_LIMIT,
                rpc_timeout=PATIENCE,
                request_eager_start=True,
            )
        except (RPCError, RuntimeError) as refused:
            raise _of_rpc(refused) from refused

    async def _update(
        self, matter: str, name: str, arg: Any, key: str, kind: type, patience: timedelta
    ) -> Any:
        handle = self.client.get_workflow_handle_for(STORIES[kind_of(matter)].run, workflow_id(matter))
        try:
            # `rpc_timeout` bounds one try; the client itself tries again and again while the server is away.
            async with asyncio.timeout(patience.total_seconds()):
                return await handle.execute_update(name, arg, id=key, result_type=kind, rpc_timeout=patience)
        except WorkflowUpdateFailedError as failed:
            known = as_error(failed.cause)
            if known:
                raise known from failed
            if (
                isinstance(failed.cause, ApplicationError)
                and failed.cause.type == "AcceptedUpdateCompletedWorkflow"
            ):
                raise Rollover("matter.rollover") from failed
            raise Unavailable("temporal.unavailable") from failed
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as silent:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from silent  # ours, which the client has taken for the server's
            raise Unavailable("temporal.unavailable") from silent
        except (RPCError, RuntimeError) as refused:
            raise _of_rpc(refused) from refused


def _of_rpc(error: RPCError | RuntimeError) -> Exception:
    """NOT_FOUND: no open run. RESOURCE_EXHAUSTED: too many in flight. Anything else may pass.

    A lazy client that has never reached its server fails with a bare RuntimeError.
    """
    if not isinstance(error, RPCError):
        return Unavailable("temporal.unavailable")
    if error.status is RPCStatusCode.NOT_FOUND:
        return Gone()
    if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
        return Busy("matter.busy")
    return Unavailable("temporal.unavailable")
