"""One plugin for client, worker and replayer, so that tests cannot differ from production.

Stories run outside the SDK's sandbox (docs/decisions/0025-stories-outside-the-sandbox.md):
what it would refuse is refused before, by reading the source and by a replay inside it.
"""

from __future__ import annotations

from typing import Any

from temporalio.converter import DataConverter
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from teikei.adapters.temporal.convert import data_converter


def runner() -> WorkflowRunner:
    """How stories run."""
    return UnsandboxedWorkflowRunner()


def _converter(_: DataConverter | None) -> DataConverter:
    return data_converter()


def _runner(given: Any) -> WorkflowRunner:
    """The SDK's default is the sandbox; a test that brings a runner of its own keeps it."""
    return given if given is not None and type(given) is not SandboxedWorkflowRunner else runner()


class TeikeiPlugin(SimplePlugin):
    """Converter, codec, encoded failures, runner."""

    def __init__(self) -> None:
        super().__init__("teikei", data_converter=_converter, workflow_runner=_runner)
