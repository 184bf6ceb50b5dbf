"""One conversion of one paper into PDF: its id is the hash of the Word file, so whoever asks meanwhile shares it."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.ids import DOCUMENTS


@workflow.defn
class ConversionWorkflow:
    """Outside the matters: no matter waits for a PDF. A failure is told to those who ask, and tried anew later."""

    @workflow.run
    async def run(self, source: str) -> str:
        made: str = await workflow.execute_activity(
            "convert",
            source,
            result_type=str,
            task_queue=DOCUMENTS,
            start_to_close_timeout=options.CONVERT_LIMIT,
            retry_policy=options.CONVERT_RETRY,
        )
        return made
