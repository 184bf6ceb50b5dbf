"""One parent that only supervises: it starts the embedded server, the API and the workers, and ends them.

It imports no temporalio, because that library can abort an interpreter at its
exit.  Children are started again when they die, and die with the parent: on
Linux by the kernel, elsewhere by the pipe that our own children watch.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
GRACE = 12.0
"""Seconds that a child gets between the request to stop and the end."""
RESTART_AFTER = (0.1, 0.5, 1, 2, 5)
STEADY = 30.0
"""A child that lived this long starts its back-off afresh."""
PIPE = "TEIKEI_PARENT_PIPE"


@dataclass
class Child:
    """A process that we keep alive."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    not_before: float = 0.0

    @property
    def stuck(self) -> Path:
        """The file by which another child says that this one lives but does not answer."""
        return self.log.with_suffix(".stuck")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


_DIE_WITH_PARENT = f"""
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {int(signal.SIGKILL)})
except (OSError, AttributeError):
    pass
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Runs as the child before it becomes its command: the kernel then kills it when the parent is gone.

(A function run between fork and exec could deadlock, because the parent has threads.)
"""


@dataclass
class Supervisor:
    """Starts, watches and ends children; ports and pids stand in `run_folder/children.json`."""

    run_folder: Path
    children: list[Child] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)
    report: Callable[[str], None] = print
    _ending: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None
    _pipe: tuple[int, int] | None = None

    def add(self, name: str, command: list[str]) -> Child:
        """A child to be kept alive; its output goes to `run_folder/NAME.log`."""
        self.run_folder.mkdir(parents=True, exist_ok=True)
        child = Child(name=name, command=command, log=self.run_folder / f"{name}.log")
        self.children.append(child)
        return child

    def start(self) -> None:
        """Start everything and begin to watch."""
        self._pipe = os.pipe()
        os.set_inheritable(self._pipe[0], True)
        for child in self.children:
            child.stuck.unlink(missing_ok=True)
            self._spawn(child)
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def _spawn(self, child: Child) -> None:
        assert self._pipe is not None
        environment = {**os.environ, PIPE: str(self._pipe[0])}
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, *child.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                pass_fds=(self._pipe[0],),
                process_group=0,
            )
        child.started = time.monotonic()
        self._write()

    def _write(self) -> None:
        pids = {c.name: c.process.pid for c in self.children if c.process}
        target = self.run_folder / "children.json"
        fresh = target.with_suffix(".tmp")
        fresh.write_text(json.dumps({**self.facts, "pids": pids}, indent=2))
        fresh.replace(target)

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for child in self.children:
                if self._ending:
                    continue
                if child.alive and child.stuck.exists():
                    self._kill_stuck(child)
                elif not child.alive:
                    self._bury_or_restart(child)

    def _kill_stuck(self, child: Child) -> None:
        """What it holds is on disk; it is started again like any child that died."""
        assert child.process is not None
        child.stuck.unlink(missing_ok=True)
        self.report(f"{child.name} does not answer and is ended (see {child.log})")
        child.process.kill()

    def _bury_or_restart(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.returncode
            child.deaths = 0 if now - child.started > STEADY else child.deaths + 1
            pause = RESTART_AFTER[min(child.deaths, len(RESTART_AFTER) - 1)]
            self.report(f"{child.name} ended ({code}); again in {pause} s (see {child.log})")
            child.process, child.not_before = None, now + pause
        elif now >= child.not_before:
            self._spawn(child)

    def stop(self) -> None:
        """End the children: the ones that speak first, the server last.

        The watcher outlives them: the kernel would kill what it started when its thread ends.
        """
        self._ending = True
        for child in reversed(self.children):
            self._end(child)
        self._stop.set()
        if self._watcher:
            self._watcher.join(2)
        if self._pipe:
            for end in self._pipe:
                os.close(end)
            self._pipe = None

    def _end(self, child: Child) -> None:
        if not child.alive or child.process is None:
            return
        child.process.terminate()
        try:
            child.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def end_with_parent() -> None:
    """Called by our own children: when the pipe of the parent closes, we are alone and end at once."""
    number = os.environ.get(PIPE, "")
    if not number:
        return

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(int(number), 1):
                pass
        os._exit(70)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def say_stuck(run_folder: Path, name: str) -> None:
    """Ask the parent to end a sibling that lives but does not answer; without a parent nobody looks."""
    if os.environ.get(PIPE):
        (run_folder / f"{name}.stuck").touch()


def python(*arguments: str) -> list[str]:
    """A command that runs this product in a fresh interpreter."""
    return [sys.executable, "-m", "teikei.cli", *arguments]
