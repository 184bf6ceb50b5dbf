"""Uploaded templates are read and filled in a child process that can do nothing else.

The child is a fresh interpreter (never a fork) without our environment. Once it
has loaded what it needs it may open no file and no socket any more (RLIMIT_NOFILE
0), take no more memory than the limit, and use so many seconds of processor for
a job; a job that takes too long on the clock is ended from here. One child is
kept warm and replaced after some jobs, or when it dies. It answers with JSON or
the paper, never with pickles: what comes back from it is not trusted.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import importlib
import json
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Self

from teikei.documents.compiled import Compiled, compile_template
from teikei.documents.errors import DocumentError
from teikei.documents.findings import Finding
from teikei.documents.house import W
from teikei.documents.intake import MAIN
from teikei.documents.package import archive, part
from teikei.documents.trial import Report, examine

_FRAME = struct.Struct("<cII")
_MEGABYTE = 1024 * 1024
_KEPT = 8
"""Compiled templates that the child remembers."""
_START = "from teikei.documents.child import serve; serve({memory}, {cpu})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a job may cost; `jobs` after which the child is replaced."""

    memory_mb: int = 512
    cpu_seconds: int = 5
    seconds: float = 10
    answer_mb: int = 64
    jobs: int = 500


class Child:
    """The supervised child; one job at a time, from any thread."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._done = 0

    def check(self, docx: bytes, file: str, *, language: str = "ja") -> Report:
        """What an upload is told; raises the codes of `compile_template` and `document.template_limits`."""
        answer = json.loads(self._job({"job": "check", "file": file, "language": language}, docx))
        findings = tuple(Finding(**one) for one in answer.pop("findings"))
        return Report(**{**answer, "names": tuple(answer["names"]), "findings": findings})

    def render(
        self, docx: bytes, values: Mapping[str, object], file: str = "template.docx", *, language: str = "ja"
    ) -> bytes:
        """The paper; raises what `Compiled.render` raises, and `document.template_limits`."""
        job = {"job": "render", "file": file, "language": language, "values": values}
        return self._job(job, docx)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _job(self, job: Mapping[str, object], docx: bytes) -> bytes:
        asked = json.dumps(job, default=_packed, ensure_ascii=False).encode("utf-8", "surrogatepass")
        with self._lock:
            kind, answer = self._exchange(asked, docx)
        if kind == b"E":
            said = json.loads(answer)
            raise DocumentError(said["code"], said["pointer"], **said["params"])
        return answer

    def _exchange(self, asked: bytes, docx: bytes) -> tuple[bytes, bytes]:
        process = self._warm()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        clock = threading.Timer(self._limits.seconds, stop)
        clock.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _send(process.stdin, b"J", asked, docx)
            kind, answer, _ = _receive(process.stdout, self._limits.answer_mb * _MEGABYTE)
        except (OSError, EOFError, struct.error) as error:
            limit = "time" if late.is_set() else self._reason(process)
            self._end()
            raise DocumentError("document.template_limits", limit=limit) from error
        finally:
            clock.cancel()
        self._done += 1
        if self._done >= self._limits.jobs or kind == b"M":
            self._end()
        if kind == b"M":
            raise DocumentError("document.template_limits", limit="memory")
        return kind, answer

    def _warm(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            code = _START.format(memory=self._limits.memory_mb, cpu=self._limits.cpu_seconds)
            home = str(Path(__file__).resolve().parents[2])
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=home,
                env={"PYTHONPATH": home, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
                start_new_session=True,
            )
            self._done = 0
        return self._process

    @staticmethod
    def _reason(process: subprocess.Popen[bytes]) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            ended = -process.wait(2)
            return "cpu" if ended == signal.SIGXCPU else "memory" if ended > 0 else "failure"
        return "answer"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _packed(value: object) -> object:
    """What JSON does not have; only these kinds may go into a paper."""
    if isinstance(value, Fraction):
        return {"\0": "ratio", "value": str(value)}
    if isinstance(value, date):
        return {"\0": "date", "value": value.isoformat()[:10]}
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    return {"\0": "object", "value": type(value).__name__}


def _unpacked(value: dict[str, Any]) -> object:
    match value.get("\0"):
        case "ratio":
            return Fraction(value["value"])
        case "date":
            return date.fromisoformat(value["value"])
        case "object":
            return type(str(value["value"])[:60] or "object", (), {"xml": ""})()
    return value


def _send(pipe: IO[bytes], kind: bytes, first: bytes, second: bytes = b"") -> None:
    pipe.write(_FRAME.pack(kind, len(first), len(second)) + first + second)
    pipe.flush()


def _receive(pipe: IO[bytes], most: int) -> tuple[bytes, bytes, bytes]:
    head = pipe.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError
    kind, first, second = _FRAME.unpack(head)
    if first + second > most:
        raise EOFError
    return kind, pipe.read(first), pipe.read(second)


def serve(memory_mb: int, cpu_seconds: int) -> None:
    """The child's life: load, shut the doors, answer until the pipe ends."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    kept: dict[str, Compiled] = {}
    _rehearse()
    _shut(memory_mb)
    while True:
        try:
            _, asked, docx = _receive(source, 1 << 31)
        except EOFError:
            return
        _allow(cpu_seconds)
        kind, answer = _answered(asked, docx, kept)
        _send(target, kind, answer)


def _rehearse() -> None:
    """Whatever Python loads late is loaded now: afterwards no file opens any more."""
    for name in ("ascii", "cp437", "latin-1", "unicode_escape", "utf-16", "utf-32"):
        codecs.lookup(name)
    importlib.import_module("jinja2.debug")
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    for text in (
        "{%p for a in b %}</w:t></w:r></w:p><w:p><w:r><w:t>{{ a.c|ymd }}</w:t></w:r></w:p><w:p><w:r><w:t>{%p endfor %}",
        "{% x",
    ):
        document = f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>'
        parts = (
            part(
                "[Content_Types].xml",
                f'<Types xmlns="{types}"><Default Extension="xml" ContentType="{MAIN}"/></Types>',
            ),
            part("word/document.xml", document),
        )
        with contextlib.suppress(DocumentError):
            template = compile_template(archive(parts), "rehearsal.docx")
            json.dumps(asdict(examine(template)))
            template.render({})


def _shut(memory_mb: int) -> None:
    most = memory_mb * _MEGABYTE
    for what, limit in (
        (resource.RLIMIT_AS, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit of address space
            resource.setrlimit(what, (limit, limit))


def _allow(seconds: int) -> None:
    """So many seconds of processor for this job, beside what earlier ones used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _answered(asked: bytes, docx: bytes, kept: dict[str, Compiled]) -> tuple[bytes, bytes]:
    try:
        job = json.loads(asked.decode("utf-8", "surrogatepass"), object_hook=_unpacked)
        template = _compiled(docx, job, kept)
        if job["job"] == "check":
            return b"R", json.dumps(asdict(examine(template))).encode()
        return b"D", template.render(job["values"])
    except DocumentError as error:
        said = {"code": error.code, "pointer": error.pointer, "params": error.params}
        return b"E", json.dumps(said).encode()
    except (MemoryError, RecursionError):
        return b"M", b""


def _compiled(docx: bytes, job: Mapping[str, Any], kept: dict[str, Compiled]) -> Compiled:
    key = f"{hashlib.sha256(docx).hexdigest()} {job['file']} {job['language']}"
    if key not in kept:
        if len(kept) >= _KEPT:
            kept.pop(next(iter(kept)))
        kept[key] = compile_template(docx, str(job["file"]), str(job["language"]))
    return kept[key]
