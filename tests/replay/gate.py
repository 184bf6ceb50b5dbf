"""The gate: every frozen history replays with the production plugin, and asks for the same things on the way.

Replay itself compares kinds of commands, not what they carry: neither the queue
of an activity nor the order that a local activity commits. So each history has
a trace beside it, one line for everything that the run asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from teikei.adapters.temporal.plugin import TeikeiPlugin, runner

HISTORIES = Path(__file__).parent / "histories"
MANIFEST = HISTORIES / "manifest.json"
ASKED: dict[str, list[str]] = {}
"""What each run asked for, by run id."""


def _note(*words: object) -> None:
    ASKED.setdefault(workflow.info().run_id, []).append(" ".join(str(w) for w in words))


class _Outbound(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> Any:  # noqa: A002  (the SDK's name)
        _note(input.activity, *(getattr(a, "effect", a) for a in input.args), "@", input.task_queue or "own")
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> Any:  # noqa: A002
        first = input.args[0]
        act = getattr(first, "act", None)
        _note(
            input.activity,
            first if act is None else f"{first.key} {act.kind} {first.by.company} {first.at or ''}".rstrip(),
        )
        return super().start_local_activity(input)

    def continue_as_new(self, input: ContinueAsNewInput) -> Any:  # noqa: A002
        state = input.args[0]
        _note("turn", state.stage, state.version)
        return super().continue_as_new(input)


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


def sandbox() -> WorkflowRunner:
    """The SDK's sandbox, which refuses clocks, chance and I/O when they are called."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


class Watching(WorkflowRunner):
    """Another runner; notes how long each timer is, which replay does not compare either."""

    def __init__(self, inner: WorkflowRunner) -> None:
        self._inner = inner

    def prepare_workflow(self, defn: Any) -> None:
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = self._inner.create_instance(det)
        plain, asked = instance.activate, ASKED.setdefault(det.info.run_id, [])

        def activate(act: Any) -> Any:
            done = plain(act)
            asked.extend(
                f"timer {c.start_timer.start_to_fire_timeout.ToTimedelta().total_seconds():.3f}"
                for c in done.successful.commands
                if c.HasField("start_timer")
            )
            return done

        instance.activate = activate  # type: ignore[method-assign]
        return instance


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        _note("begin", *(f"{s.stage} {s.version}" for s in input.args if hasattr(s, "stage")))
        result = await super().execute_workflow(input)
        _note("end", "" if result is None else result)
        return result


class Tracing(Interceptor):
    """Notes what runs ask for in `ASKED`."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002  (the SDK names it)
    ) -> type[WorkflowInboundInterceptor]:
        return _Inbound


@dataclass(frozen=True, slots=True)
class Recorded:
    """One frozen history, the workflow whose it is, and what it asked for."""

    name: str
    workflow: str
    history: WorkflowHistory
    trace: tuple[str, ...]

    @property
    def run(self) -> str:
        return self.history.events[0].workflow_execution_started_event_attributes.original_execution_run_id


def recorded(folder: Path = HISTORIES) -> list[Recorded]:
    """The corpus, by name."""
    found = []
    for path in sorted(folder.glob("*/*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        history = WorkflowHistory.from_json(data.pop("workflowId"), data)
        trace = tuple(path.with_suffix(".trace").read_text(encoding="utf-8").splitlines())
        found.append(Recorded(f"{path.parent.name}/{path.stem}", path.parent.name, history, trace))
    return found


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(folder: Path = HISTORIES) -> dict[str, str]:
    """Every file of the corpus with its SHA-256, as the manifest lists them."""
    return {p.relative_to(folder).as_posix(): digest(p) for p in sorted(folder.glob("*/*")) if p.is_file()}


async def _each(histories: Sequence[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    for history in histories:
        yield history


async def trace(
    histories: Sequence[WorkflowHistory], inside: WorkflowRunner | None = None
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Replay as in production or `inside` another runner; what each run asked for, and what failed (by run id)."""
    from workflows.registry import WORKFLOWS  # a mutant brings its own

    ASKED.clear()
    watching = Watching(inside or runner())
    replayer = Replayer(
        workflows=WORKFLOWS, plugins=[TeikeiPlugin()], workflow_runner=watching, interceptors=[Tracing()]
    )
    results = await replayer.replay_workflows(_each(histories), raise_on_replay_failure=False)
    return dict(ASKED), {run: str(error) for run, error in results.replay_failures.items()}


async def red(corpus: Sequence[Recorded], inside: WorkflowRunner | None = None) -> dict[str, str]:
    """What does not hold, by name of the history; empty is green."""
    asked, failed = await trace([r.history for r in corpus], inside)
    found = {}
    for one in corpus:
        if one.run in failed:
            found[one.name] = failed[one.run]
        elif tuple(asked.get(one.run, ())) != one.trace:
            found[one.name] = difference(one.trace, tuple(asked.get(one.run, ())))
    return found


def difference(frozen: tuple[str, ...], asked: tuple[str, ...]) -> str:
    """The first line in which two traces differ."""
    for line, (a, b) in enumerate(zip(frozen, asked, strict=False), start=1):
        if a != b:
            return f"line {line}: {a!r} is frozen, {b!r} was asked for"
    return f"{len(frozen)} lines are frozen, {len(asked)} were asked for"


def gate(corpus: Sequence[Recorded]) -> dict[str, str]:
    """`red`, from outside a loop."""
    return asyncio.run(red(corpus))
