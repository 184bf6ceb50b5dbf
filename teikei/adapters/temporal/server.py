"""How the embedded Temporal server is started: one command line, the same for `teikei`, tests and benches.

Source of the flags: measured on server 1.29.1. At the default 20 polls a
second every step after the first burst takes about 100 ms; at the default 10
updates in flight the eleventh aborts a running task after its commit; at the
default interval of 1 s a run that turns in its first second begins that much later.
Imports no temporalio: the supervising parent uses it. Waiting until a real call
on the namespace succeeds is the business of whoever has a client.
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOOPBACK = "127.0.0.1"
NAMESPACE = "default"

DYNAMIC_VALUES: Mapping[str, str | int | float | bool] = {
    "history.transferProcessorMaxPollRPS": 1000,
    "history.timerProcessorMaxPollRPS": 1000,
    "history.maxInFlightUpdates": 100,
    "history.workflowIdReuseMinimalInterval": "20ms",
}
"""Set on every Temporal server that teikei starts; docker-compose.yml states the same."""


def dev_server_command(
    binary: Path,
    *,
    port: int,
    db_file: Path | None,
    ui: bool = False,
    ui_port: int | None = None,
    dynamic: Mapping[str, str | int | float | bool] | None = None,
) -> list[str]:
    """Return the command line of a local dev server on loopback.

    `db_file` None keeps everything in memory. `dynamic` adds to or overrides
    DYNAMIC_VALUES. HTTP and metrics ports are left to the server, which takes
    free ones by itself.
    """
    command = [str(binary), "server", "start-dev", "--ip", LOOPBACK, "--port", str(port)]
    command += ["--namespace", NAMESPACE, "--log-level", "error"]
    if ui:
        command += ["--ui-port", str(ui_port or free_port())]
    else:
        command.append("--headless")
    if db_file is not None:
        command += ["--db-filename", str(db_file)]
    for key, value in {**DYNAMIC_VALUES, **(dynamic or {})}.items():
        command += ["--dynamic-config-value", f"{key}={json.dumps(value)}"]
    return command


def free_port() -> int:
    """A TCP port on loopback that is free now; a listener may bind it right after (no TIME_WAIT is left)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
