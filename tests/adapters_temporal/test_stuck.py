"""A Temporal that lives and answers nothing: the dispatcher says so, the parent puts a new process in its place."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from teikei.adapters.temporal import dispatch
from teikei.adapters.temporal.dispatch import Dispatcher
from teikei.domain.errors import Unavailable
from teikei.supervisor import PIPE, Supervisor, say_stuck


@dataclass
class Silent:
    """A voice whose Temporal may or may not reach its database."""

    answers: bool

    async def database_answers(self) -> bool:
        return self.answers


async def told(monkeypatch: pytest.MonkeyPatch, *, answers: bool, seconds: float) -> int:
    """How often a dispatcher whose every pass fails says that Temporal is stuck."""
    said: list[None] = []
    monkeypatch.setattr(dispatch, "STUCK", 0.5)
    voice: Any = Silent(answers)
    failing: Any = None
    dispatcher = Dispatcher(voice, failing, failing, stuck=lambda: said.append(None))

    async def never() -> int:
        raise Unavailable("temporal.unavailable")

    monkeypatch.setattr(dispatcher, "reconcile", never)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(dispatcher.run(), seconds)
    return len(said)


async def test_the_dispatcher_tells_when_the_database_of_temporal_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await told(monkeypatch, answers=False, seconds=1.6) == 1


async def test_one_matter_that_does_not_answer_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(monkeypatch, answers=True, seconds=1.6) == 0


def test_the_parent_puts_a_new_process_in_the_place_of_one_that_is_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = Supervisor(run_folder=tmp_path, report=lambda _: None)
    child = supervisor.add("temporal", [sys.executable, "-c", "import time; time.sleep(600)"])
    supervisor.start()
    try:
        before = child.process
        say_stuck(tmp_path, "temporal")
        assert not child.stuck.exists(), "without a parent nobody would look"
        monkeypatch.setenv(PIPE, "1")
        say_stuck(tmp_path, "temporal")
        until = time.monotonic() + 10
        while time.monotonic() < until and child.process in (None, before):
            time.sleep(0.05)
        assert child.process not in (None, before)
        assert child.alive
        assert not child.stuck.exists()
    finally:
        supervisor.stop()
