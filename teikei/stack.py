"""The embedded stack of `teikei up` and `teikei demo`: found, prepared, started, and ready when it answers.

Imports no temporalio and no API: migrations run in a child of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from teikei.adapters.temporal.find import find_temporal
from teikei.adapters.temporal.server import dev_server_command, free_port
from teikei.settings import Settings
from teikei.supervisor import Supervisor, python

READY_WITHIN = 60.0
WORKERS = ("worker", "documents")
NEEDED = ("sql", "temporal")


class StackError(RuntimeError):
    """The stack did not come up; the message names the piece and its log."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack."""

    address: str
    """Base address of the API."""
    operator_key: str
    supervisor: Supervisor


@contextlib.contextmanager
def stack(settings: Settings, report: Callable[[str], None]) -> Iterator[Stack]:
    """Start everything under `settings.home`, wait until it is ready, and end it afterwards."""
    settings.home.mkdir(parents=True, exist_ok=True)
    if settings.temporal_address:
        temporal, command = settings.temporal_address, None
    else:
        binary = find_temporal(report)
        port = free_port()
        temporal = f"127.0.0.1:{port}"
        command = dev_server_command(binary, port=port, db_file=settings.home / "temporal.db")
    api_port = settings.api_port or free_port()
    environment = {
        "TEIKEI_HOME": str(settings.home.resolve()),
        "TEIKEI_TEMPORAL_ADDRESS": temporal,
        "TEIKEI_API_PORT": str(api_port),
        "TEIKEI_DATABASE_URL": settings.database,
        "TEIKEI_FILES_URL": settings.files,
    }
    os.environ.update(environment)
    subprocess.run(python("db", "migrate"), check=True, stdout=subprocess.DEVNULL)
    supervisor = Supervisor(run_folder=settings.run_folder, report=report)
    supervisor.facts = {"api": f"http://{settings.api_host}:{api_port}", "temporal": temporal}
    if command:
        supervisor.add("temporal", command)
    for name in (*WORKERS, "api"):
        supervisor.add(name, python("run", name))
        (settings.run_folder / f"{name}.ready").unlink(missing_ok=True)
    supervisor.start()
    try:
        address = f"http://{settings.api_host}:{api_port}"
        _wait_until_ready(address, supervisor)
        yield Stack(
            address=address, operator_key=settings.operator_key.read_text().strip(), supervisor=supervisor
        )
    finally:
        supervisor.stop()


def _wait_until_ready(address: str, supervisor: Supervisor) -> None:
    """Ready means: SQL and Temporal answer real calls, and both workers have said that they poll. LibreOffice may be absent."""
    until = time.monotonic() + READY_WITHIN
    state: Any = "no answer"
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError):
            with urllib.request.urlopen(f"{address}/readyz", timeout=3) as answer:  # noqa: S310  (our own address)
                state = json.load(answer)["parts"]
            if all(state[name] for name in NEEDED) and all(
                (supervisor.run_folder / f"{name}.ready").exists() for name in WORKERS
            ):
                return
        time.sleep(0.05)
    raise StackError(f"not ready after {READY_WITHIN:.0f} s: {state}; logs in {supervisor.run_folder}")
