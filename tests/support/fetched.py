"""Programs that only tests use, fetched once into the user's cache by the ordinary client of their registry."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from teikei.adapters.temporal.cache import ChildFailedError, cache_folder, only_one

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str], None]


class ClientMissingError(RuntimeError):
    """What fetches or runs the program is not on this machine; the message says what to install."""


def on_path(program: str, package: str) -> str:
    """The path of a program; `ClientMissingError` names Debian's package."""
    found = shutil.which(program)
    if found is None:
        raise ClientMissingError(f"no {program} on PATH; on Debian: apt-get install {package}")
    return found


def fetched(name: str, version: str, file: str, fill: Callable[[Path], None], report: Report) -> Path:
    """`file` in the cached folder of that version; if absent, `fill` makes the folder under another name first."""
    home = cache_folder() / name
    wanted = home / version / file
    if wanted.is_file():
        return wanted
    with only_one(home / "lock", report, name):
        if not wanted.is_file():
            with tempfile.TemporaryDirectory(prefix="making-", dir=home) as place:
                made = Path(place) / version
                made.mkdir()
                fill(made)
                shutil.rmtree(wanted.parent, ignore_errors=True)
                os.replace(made, wanted.parent)  # noqa: PTH105 - a folder onto nothing, in one step
    return wanted


def as_set_up(find: Callable[[Report], Path]) -> None:
    """The Makefile's set-up: progress on stderr, the path on stdout. What is missing is an error on CI only."""

    def report(line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    try:
        sys.stdout.write(f"{find(report)}\n")
    except (ClientMissingError, ChildFailedError) as missing:
        report(str(missing))
        raise SystemExit(1 if os.environ.get("CI") else 0) from None
