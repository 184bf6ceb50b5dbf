"""One plugin for client, worker and replayer, so that tests cannot differ from production."""

from __future__ import annotations

from typing import Any

from temporalio.converter import DataConverter
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from teikei.adapters.temporal.convert import data_converter

PASSED_THROUGH = (
    "teikei",
    "activities",
    "workflows.options",
    "workflows.ids",
    "pydantic",
    "pydantic_core",
    "zoneinfo",
)
"""Modules that the sandbox takes from the process: pure rules and types, checked by lint instead."""


def runner() -> WorkflowRunner:
    """The sandbox with our pure rooms passed through."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


def _converter(_: DataConverter | None) -> DataConverter:
    return data_converter()


def _runner(given: Any) -> WorkflowRunner:
    return given if given is not None and not isinstance(given, SandboxedWorkflowRunner) else runner()


class TeikeiPlugin(SimplePlugin):
    """Converter, codec, encoded failures, sandbox."""

    def __init__(self) -> None:
        super().__init__("teikei", data_converter=_converter, workflow_runner=_runner)
