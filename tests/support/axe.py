"""axe-core (npm, MPL-2.0): what the browser tests ask whether everybody can use a page. Never shipped."""

from __future__ import annotations

import hashlib
import tarfile
from typing import TYPE_CHECKING

from teikei.adapters.temporal.cache import run_reporting
from tests.support.fetched import ClientMissingError, as_set_up, fetched, on_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fetched import Report

VERSION = "4.14.1"
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
"""Of the package."""
FILE = "axe.min.js"


def axe(report: Report) -> Path:
    """The script; fetched on the first call. `ClientMissingError` without npm, `ChildFailedError` where it cannot fetch."""

    def fill(made: Path) -> None:
        command = [
            on_path("npm", "npm"),
            "pack",
            "--silent",
            "--pack-destination",
            str(made),
            f"axe-core@{VERSION}",
        ]
        run_reporting(command, report, "fetching axe-core with npm", limit=180, growing=made)
        package = made / f"axe-core-{VERSION}.tgz"
        found = hashlib.sha256(package.read_bytes()).hexdigest()
        if found != SHA256:
            raise ClientMissingError(f"axe-core {VERSION} is not the package that was pinned: {found}")
        with tarfile.open(package) as files:
            script = files.extractfile(f"package/{FILE}")
            assert script is not None
            (made / FILE).write_bytes(script.read())

    return fetched("axe", VERSION, FILE, fill, report)


if __name__ == "__main__":
    as_set_up(axe)
