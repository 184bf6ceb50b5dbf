"""A pool of resident LibreOffice children: a .docx in, a PDF/A-3b out, nothing left behind.

Each child has a folder of its own for profile, files and everything that LibreOffice calls temporary, and no
secret in its environment.  It gives up the network (an empty namespace where the kernel allows that); links in
papers are blocked by its profile besides.  A file that takes too long or kills its child costs that child only.
Children start when they are first needed, and are replaced after so many files or bytes of memory
(unoserver#174, #129, #108: memory grows, some files hang).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from teikei import documents
from teikei.adapters.office import child as script
from teikei.domain.errors import Conflict, Unavailable

FONTS = Path(documents.__file__).with_name("fonts.conf")
START_WITHIN = 60.0
"""Seconds for a first start on a busy machine; two are usual."""
SECURITY = "/org.openoffice.Office.Common/Security/Scripting"
PROFILE = (
    (SECURITY, "BlockUntrustedRefererLinks", "true"),
    (SECURITY, "DisableMacrosExecution", "true"),
    (SECURITY, "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
)
"""No linked content, no macro, no update of links (2: never), no Java, no copies for recovery."""


def find_office(soffice: str = "") -> Path | None:
    """The program folder of LibreOffice beside `soffice` (else the one on PATH); None: not on this machine."""
    found = shutil.which(soffice or "soffice") or shutil.which(soffice or "libreoffice")
    folder = Path(found).resolve().parent if found else None
    if folder is None or not any((folder / name).exists() for name in script.LIBRARIES):
        return None
    return folder


def isolation() -> str:
    """What keeps a child from the network here: `namespace` (it has none), else `blocked links`."""
    alone = subprocess.run(_command("probe"), env=_environment(Path("/")), check=False, timeout=START_WITHIN)
    return "namespace" if alone.returncode == 0 else "blocked links"


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-I", "-S", script.__file__, *map(str, arguments)]


def _environment(folder: Path) -> dict[str, str]:
    """Everything that LibreOffice writes goes to the folder; nothing of ours goes to LibreOffice."""
    place = str(folder)
    return {
        "PATH": os.defpath, "LANG": "C.UTF-8", "HOME": place, "TMPDIR": place,
        "FONTCONFIG_FILE": str(FONTS), "SAL_USE_VCLPLUGIN": "svp",
    }  # fmt: skip


class Died(Exception):
    """The child ended, whatever the reason; another one can try the same file."""


class TooSlow(Exception):
    """No answer within the time limit."""


class Child:
    """One process and its folder; used by one caller at a time."""

    def __init__(self, program: Path, scratch: Path | None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="teikei-office-", dir=scratch))
        self.files, self.resident = 0, 0
        try:
            _write_profile(self.folder / "profile" / "user")
            self.process = subprocess.Popen(
                _command(program, self.folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(self.folder),
                cwd=self.folder,
                process_group=0,
                bufsize=0,
            )
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.alone = False

    def begin(self) -> None:
        """Wait until it serves; `Died` or `TooSlow`."""
        self.alone = bool(self._answer(START_WITHIN)["alone"])

    def convert(self, docx: bytes, seconds: float) -> bytes:
        """The PDF; `Died`, `TooSlow`, or `Conflict("pdf.failed")` for a file that LibreOffice does not take."""
        source, target = self.folder / "paper.docx", self.folder / "paper.pdf"
        source.write_bytes(docx)
        self.files += 1
        job = json.dumps({"source": str(source), "target": str(target)}) + "\n"
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(job.encode())
        except OSError as error:
            raise Died from error
        wrong = self._answer(seconds)["wrong"]
        made = target.read_bytes() if target.exists() else b""
        source.unlink()
        target.unlink(missing_ok=True)
        if wrong or not made:
            raise Conflict("pdf.failed")
        return made

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self.process.stdout is not None
        until, line, ear = time.monotonic() + seconds, b"", select.poll()
        ear.register(self.process.stdout, select.POLLIN)
        while not line.endswith(b"\n"):
            if not ear.poll(max(0.0, until - time.monotonic()) * 1000):
                raise TooSlow
            piece = self.process.stdout.read(4096)
            if not piece:
                raise Died
            line += piece
        said: dict[str, Any] = json.loads(line)
        self.resident = said["resident"]
        return said

    def kill(self) -> None:
        """The whole group, at once; who waits for an answer hears `Died`."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill, wait, and remove the folder."""
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _write_profile(folder: Path) -> None:
    folder.mkdir(parents=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in PROFILE
    )
    (folder / "registrymodifications.xcu").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )


@dataclass
class OfficePool:
    """So many children at most; safe for many threads. Sizes: seconds per file, files and bytes per child."""

    program: Path
    children: int = 1
    seconds: float = 60.0
    files: int = 200
    memory: int = 700 << 20
    scratch: Path | None = None
    """Where the folders of the children are made; None: the system's place for temporary files."""
    started: int = 0
    """Children so far."""
    _idle: list[Child] = field(default_factory=list)
    _alive: list[Child] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def __post_init__(self) -> None:
        self._room = threading.Semaphore(self.children)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def convert(self, docx: bytes, seconds: float = 0.0) -> bytes:
        """The PDF/A-3b of a Word file, within `seconds` (else the pool's); waits while every child is busy.

        Raises:
            Conflict: `pdf.too_slow`, or `pdf.failed`: LibreOffice does not take it, or two children died of it.
            Unavailable: `pdf.no_office`: LibreOffice does not start, or the pool is closed.
        """
        limit = seconds or self.seconds
        for _ in range(2):
            try:
                with self._room, self._child() as child:
                    return child.convert(docx, limit)
            except TooSlow:
                raise Conflict("pdf.too_slow", seconds=round(limit)) from None
            except Died:
                if self._closed:
                    break
        raise Unavailable("pdf.no_office") if self._closed else Conflict("pdf.failed")

    @property
    def pids(self) -> list[int]:
        """Process ids of the children."""
        with self._lock:
            return [child.process.pid for child in self._alive]

    @property
    def alone(self) -> bool:
        """Has every child given up the network?"""
        with self._lock:
            return all(child.alone for child in self._alive)

    @property
    def resident(self) -> int:
        """Bytes in memory of all children, as each said after its last file."""
        with self._lock:
            return sum(child.resident for child in self._alive)

    def close(self) -> None:
        """End every child, the busy ones too; nothing is left behind when this returns."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for child in self._alive:
                child.kill()
        for child in idle:
            self._give_back(child, keep=False)
        for _ in range(self.children):  # whoever was busy has cleaned up when all places are free
            self._room.acquire()
        self._room.release(self.children)

    @contextlib.contextmanager
    def _child(self) -> Iterator[Child]:
        """A child for one file: back among the idle ones if it is sound and not worn."""
        child = self._taken()
        sound = False
        try:
            yield child
            sound = True
        except Conflict:
            sound = True  # it said so itself
            raise
        finally:
            worn = child.files >= self.files or child.resident >= self.memory
            self._give_back(child, keep=sound and not worn)

    def _taken(self) -> Child:
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle is not None and idle.process.poll() is None:
            return idle
        if idle is not None:
            self._give_back(idle, keep=False)
        return self._started()

    def _started(self) -> Child:
        try:
            with self._lock:
                if self._closed:
                    raise Unavailable("pdf.no_office")
                child = Child(self.program, self.scratch)
                self._alive.append(child)
                self.started += 1
        except OSError as error:
            raise Unavailable("pdf.no_office") from error
        try:
            child.begin()
        except (Died, TooSlow) as error:
            self._give_back(child, keep=False)
            raise Unavailable("pdf.no_office") from error
        return child

    def _give_back(self, child: Child, *, keep: bool) -> None:
        with self._lock:
            if keep and not self._closed:
                self._idle.append(child)
                return
            if child in self._alive:
                self._alive.remove(child)
        child.end()
