"""A real dev server and a real time-skipping server, once for the session; workers as a test wants them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner

from activities.ports import Ledger
from activities.record import Rendered, RenderJob, Sent
from teikei.adapters.temporal import plugin
from teikei.adapters.temporal.client import connect
from teikei.adapters.temporal.find import find_temporal
from teikei.adapters.temporal.plugin import TeikeiPlugin
from teikei.adapters.temporal.server import dev_server_command, free_port
from teikei.adapters.temporal.speak import Voice
from teikei.adapters.temporal.worker import documents_worker, matters_worker
from tests.support.fetched import ClientMissingError
from tests.support.time_skipping import time_skipping_server
from workflows.matter import LivingMatter

CACHED = int(os.environ.get("TEIKEI_TEST_CACHED", "1000"))
"""The whole folder runs once more with 0: every task then replays from the first event."""
TRIES = 3
"""So often a server may lose its port to somebody else."""


class Quill:
    """A documents port that writes nothing and counts."""

    def __init__(self) -> None:
        self.written: list[RenderJob] = []

    def write(self, job: RenderJob) -> Rendered:
        self.written.append(job)
        return Rendered(sha256="ab" * 32, size=1, clauses="cd" * 32)


class Letterbox:
    """A mail port that only counts."""

    def __init__(self) -> None:
        self.delivered: list[str] = []

    async def deliver(self, outbox: str) -> Sent:
        self.delivered.append(outbox)
        return Sent(status="sent")

    async def bury(self, outbox: str, reason: str) -> None:
        raise AssertionError(f"{outbox} buried: {reason}")


@asynccontextmanager
async def working(
    client: Client, ledger: Ledger, papers: Quill | None = None, post: Any = None
) -> AsyncIterator[Voice]:
    """Both workers over these ports, for as long as the block lasts."""
    async with (
        matters_worker(client, ledger, post or Letterbox(), max_cached=CACHED),
        documents_worker(client, papers or Quill()),
    ):
        yield Voice(client)


@contextlib.contextmanager
def dev_server(folder: Path, **dynamic: int) -> Iterator[str]:
    """A dev server of our own, begun again where it ends before it listens; the address."""
    said = folder / "temporal.log"
    for _ in range(TRIES):
        port = free_port()
        command = dev_server_command(
            find_temporal(print), port=port, db_file=folder / "temporal.db", dynamic=dynamic or None
        )
        with said.open("a") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                if listening(process, port):
                    yield f"127.0.0.1:{port}"
                    return
            finally:
                process.terminate()
                process.wait(20)
    raise TimeoutError(said.read_text())


def listening(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the port answers; no, where the process ends first.

    Between the moment a port is seen to be free and the moment the server takes it, any
    connection on this machine may get it; and the server takes ports of its own in the same way.
    """
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.02)
    return False


async def connected(address: str) -> Client:
    """A client as soon as the namespace answers a real call."""
    for _ in range(600):
        with contextlib.suppress(Exception):
            client = await connect(address)
            async for _ in client.list_workflows(page_size=1, limit=1):
                break
            return client
        await asyncio.sleep(0.05)
    raise TimeoutError(address)


@pytest_asyncio.fixture(scope="session")
async def _server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """A client of the dev server."""
    with dev_server(tmp_path_factory.mktemp("temporal")) as address:
        yield await connected(address)


@pytest_asyncio.fixture
async def server(_server: Client) -> AsyncIterator[Client]:
    """A client of the dev server; what a test leaves running is ended, since every test works on the same task queue."""
    yield _server
    await swept(_server)


async def swept(client: Client) -> None:
    """End every open run of this server."""
    while runs := [r async for r in client.list_workflows('ExecutionStatus="Running"')]:
        for run in runs:
            with contextlib.suppress(RPCError):
                await client.get_workflow_handle(run.id).terminate()
        await asyncio.sleep(0.02)


@pytest.fixture
def unsandboxed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Workflows run outside the sandbox, so that a test may look into a run or have it stumble; every run that was begun."""
    runs: list[Any] = []
    plain = LivingMatter.__init__

    def watched(self: Any, state: Any) -> None:
        plain(self, state)
        runs.append(self)

    monkeypatch.setattr(LivingMatter, "__init__", watched)
    monkeypatch.setattr(plugin, "runner", UnsandboxedWorkflowRunner)
    return runs


@pytest_asyncio.fixture
async def skipping() -> AsyncIterator[Client]:
    """A client of a server that skips time while one waits for a result; its own for each test, the clock is global."""
    try:
        script = time_skipping_server(print)
    except ClientMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    async with await WorkflowEnvironment.start_time_skipping(
        plugins=[TeikeiPlugin()], test_server_existing_path=str(script)
    ) as environment:
        yield environment.client


async def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is true; for what happens outside the caller's own acts."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("did not happen in time")
