"""Starts `teikei` as a person does, and looks for processes that it leaves behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120.0


def teikei(*arguments: str, home: Path, log: Path) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, its words in `log`, its settings from nobody else."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("TEIKEI_", "COV_", "COVERAGE_"))}
    with log.open("wb") as words:
        return subprocess.Popen(
            [sys.executable, "-m", "teikei.cli", *arguments],
            cwd=ROOT,
            env={**plain, "TEIKEI_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
        )


def wait_for(process: subprocess.Popen[bytes], log: Path, words: str) -> None:
    """Until the process says these words; an error with all that it said when it ends or stays silent."""
    until = time.monotonic() + READY_WITHIN
    while words not in (said := log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"no {words!r} (exit code {process.poll()}):\n{said}")
        time.sleep(0.1)


def interrupt(process: subprocess.Popen[bytes]) -> int:
    """Ctrl-C; the exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def left_behind(home: Path) -> list[str]:
    """Processes whose environment names this home (Linux)."""
    return [what for pid, what in _processes() if f"TEIKEI_HOME={home}".encode() in _read(pid, "environ")]


def _processes() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            yield (
                int(folder.name),
                _read(int(folder.name), "cmdline").replace(b"\0", b" ").decode(errors="replace"),
            )


def _read(pid: int, name: str) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""
