"""Conversions of papers into PDF: one that goes well at its second try, and one that is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client, WorkflowFailureError

from teikei.adapters.temporal.worker import documents_worker, matters_worker
from teikei.domain.errors import Conflict, TeikeiError, Unavailable
from tests.support.memory import MemoryLedger
from tests.workflows.conftest import Letterbox, Quill
from workflows.conversion import ConversionWorkflow
from workflows.ids import MATTERS, conversion_id


@dataclass
class Press:
    """Stumbles once."""

    error: TeikeiError | None

    def convert(self, source: str) -> str:
        if (error := self.error) is not None:
            self.error = None
            raise error
        return source[::-1]


def conversion(source: str, error: TeikeiError) -> Callable[[Client, Path], Awaitable[list[str]]]:
    async def scene(client: Client, folder: Path) -> list[str]:
        async with (
            matters_worker(client, MemoryLedger(), Letterbox()),
            documents_worker(client, Quill(), Press(error)),
        ):
            run = await client.start_workflow(
                ConversionWorkflow.run, source, id=conversion_id(source), task_queue=MATTERS
            )
            with contextlib.suppress(WorkflowFailureError):
                await run.result()
        return [conversion_id(source)]

    return scene


CONVERTING = {
    "conversion-made": conversion("1a" * 32, Unavailable("files.unavailable")),
    "conversion-refused": conversion("2b" * 32, Conflict("pdf.too_slow", seconds=60)),
}
