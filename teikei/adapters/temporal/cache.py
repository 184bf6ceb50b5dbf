"""The one place outside a checkout where teikei keeps what is dear to get, and how children run there.

Rules: whatever arrives is made in a temporary folder beside its final place
and renamed, so a half-made thing is never found; one lock lets one process
make it while the others wait; whoever waits says so at least every ten
seconds. Imports no temporalio: the supervising parent uses this.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Report: TypeAlias = Callable[[str], None]
"""Takes one line of progress for a person."""

REPORT_EVERY = 5.0
"""Seconds between two lines of progress; ten is the longest silence that we allow ourselves."""

_TAIL = 2_000


class ChildFailedError(RuntimeError):
    """A child process failed, was refused or took too long; the message ends with its last words."""


def cache_folder() -> Path:
    """The user's cache folder for teikei (`XDG_CACHE_HOME/teikei`, else `~/.cache/teikei`); made if absent."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    folder = root / "teikei"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def only_one(lock: Path, report: Report, what: str) -> Iterator[None]:
    """Hold `lock` while making `what`; whoever comes second waits and is told why.

    The kernel frees the lock when its holder dies, so no stale lock file can block.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        started = time.monotonic()
        told = started
        while not _try_lock(handle.fileno()):
            if time.monotonic() - told >= REPORT_EVERY:
                told = time.monotonic()
                report(f"{what}: another process is at it, waiting ({told - started:.0f} s)")
            time.sleep(0.2)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def run_reporting(
    command: Sequence[str],
    report: Report,
    what: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    limit: float | None = None,
    growing: Path | None = None,
) -> None:
    """Run a child in its own process group and report the elapsed time while it works.

    `limit` is in seconds. With `growing`, every change of that folder's size
    starts the limit anew: a download may be slow, but it may not stand still.

    Raises:
        ChildFailedError: the child ended with an error or ran into the limit; nothing of it is left running.
    """
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            in_time = _watch(child, report, what, limit, growing)
        finally:
            _end_group(child)
        output.seek(max(0, output.seek(0, os.SEEK_END) - _TAIL))
        words = output.read().decode(errors="replace").strip()
    if not in_time:
        raise ChildFailedError(f"{what}: stopped after {limit:.0f} s without progress. {words}")
    if child.returncode != 0:
        raise ChildFailedError(f"{what}: ended with {child.returncode}. {words}")


def _watch(
    child: subprocess.Popen[bytes], report: Report, what: str, limit: float | None, growing: Path | None
) -> bool:
    """Wait for the child; False when the limit passed first."""
    started = told = moved = time.monotonic()
    size = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.2)
            return True
        now = time.monotonic()
        if now - told >= REPORT_EVERY:
            told = now
            report(f"{what}: {now - started:.0f} s")
        if growing is not None and (grown := _size(growing)) != size:
            size, moved = grown, now
        if limit is not None and now - moved > limit:
            return False


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """Leave nothing of the child behind, not even a server that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
