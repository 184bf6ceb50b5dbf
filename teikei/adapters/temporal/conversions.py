"""The port `Conversions`: the stored PDF, or a run that has the documents worker make it."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.failures import as_error
from teikei.domain.errors import Unavailable
from workflows.conversion import ConversionWorkflow
from workflows.ids import MATTERS, conversion_id

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHandle

    from teikei.adapters.files import FileStore
    from teikei.adapters.sql.renditions import SqlRenditions

ANSWER_WITHIN = 3.0
"""Seconds after which the caller hears 202; a warm conversion takes less than one."""
TOLD_FOR = timedelta(minutes=5)
"""How long a failure is told to those who ask, before it is tried anew: a file that hangs costs a minute each time."""
RPC_LIMIT = timedelta(seconds=5)


class TemporalConversions:
    """Implements `activities.ports.Conversions`."""

    def __init__(self, client: Client, renditions: SqlRenditions, files: FileStore) -> None:
        self._client = client
        self._renditions = renditions
        self._files = files

    def ready(self) -> bool:
        """What the documents worker said at its start."""
        return self._renditions.has_office()

    async def pdf(self, source: str) -> bytes | None:
        """The stored PDF; else it is being made, for `ANSWER_WITHIN` seconds while the caller waits."""
        made = await asyncio.to_thread(self._renditions.pdf, source)
        if not made or not await asyncio.to_thread(self._files.exists, made):
            made = await self._made(source)
        return await asyncio.to_thread(self._files.get, made) if made else None

    async def preview(self, docx: bytes) -> bytes | None:
        """The same Word file has the same hash, so who asks again asks for the same PDF; without LibreOffice nothing is kept."""
        if await asyncio.to_thread(self._renditions.has_office):
            await asyncio.to_thread(self._files.put, docx)
        return await self.pdf(hashlib.sha256(docx).hexdigest())

    async def _made(self, source: str) -> str:
        """The SHA-256 of what a run made; empty: it is still at it."""
        if not await asyncio.to_thread(self._renditions.has_office):
            raise Unavailable("pdf.no_office")
        try:
            run = await self._failed_lately(source) or await self._begun(source)
            return await asyncio.wait_for(run.result(), ANSWER_WITHIN)
        except TimeoutError:
            return ""
        except WorkflowFailureError as failed:
            raise as_error(failed.cause) or Unavailable("temporal.unavailable") from failed
        except (RPCError, RuntimeError) as refused:
            raise Unavailable("temporal.unavailable") from refused

    async def _failed_lately(self, source: str) -> WorkflowHandle[ConversionWorkflow, str] | None:
        """The last run, if it failed a short while ago."""
        run = self._client.get_workflow_handle_for(ConversionWorkflow.run, conversion_id(source))
        try:
            found = await run.describe(rpc_timeout=RPC_LIMIT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        failed = found.status is WorkflowExecutionStatus.FAILED
        late = found.close_time is not None and found.close_time + TOLD_FOR < datetime.now(UTC)
        return run if failed and not late else None

    async def _begun(self, source: str) -> WorkflowHandle[ConversionWorkflow, str]:
        """A new run, or the one that is under way."""
        return await self._client.start_workflow(
            ConversionWorkflow.run,
            source,
            id=conversion_id(source),
            task_queue=MATTERS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            rpc_timeout=RPC_LIMIT,
        )
