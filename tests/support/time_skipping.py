"""The Java time-skipping test server without the SDK's download.

`WorkflowEnvironment.start_time_skipping(test_server_existing_path=...)` wants
an executable that takes a port. The jars come from Maven with the ordinary
`mvn` client into the user's cache, once; a small script stands before them.
The server differs from the dev server (a refused update costs three events,
waiting on an update never skips): event budgets are measured on the dev server.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from teikei.adapters.temporal.cache import ChildFailedError, cache_folder, only_one, run_reporting

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "1.38.0"
MAIN_CLASS = "io.temporal.testserver.TestServer"

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>teikei</groupId><artifactId>time-skipping</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""

# Serial collector and first-tier compiler only: the server lives for seconds and shares two cores.
_SCRIPT = f"""#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp "$here/jars/*" {MAIN_CLASS} "$@"
"""


class TimeSkippingMissingError(RuntimeError):
    """Java or Maven is not on this machine; the message says what to install."""


def time_skipping_server(report: Callable[[str], None]) -> Path:
    """Return the start script to give as `test_server_existing_path`; fetch the jars on the first call.

    Raises:
        TimeSkippingMissingError: no `java`, or no `mvn` and nothing cached.
        ChildFailedError: Maven could not fetch the jars.
    """
    if shutil.which("java") is None:
        raise TimeSkippingMissingError("no java on PATH; on Debian: apt-get install default-jre-headless")
    home = cache_folder() / "time-skipping"
    script = home / VERSION / "test-server"
    if not script.is_file():
        with only_one(home / "lock", report, "time-skipping server"):
            if not script.is_file():
                _fetch(home, script.parent, report)
    return script


def _fetch(home: Path, final: Path, report: Callable[[str], None]) -> None:
    """Copy the jars with Maven into a temporary folder, write the script, rename the folder."""
    maven = shutil.which("mvn")
    if maven is None:
        raise TimeSkippingMissingError("no mvn on PATH; on Debian: apt-get install maven")
    with tempfile.TemporaryDirectory(prefix="making-", dir=home) as name:
        made = Path(name) / VERSION
        made.mkdir()
        pom = Path(name) / "pom.xml"
        pom.write_text(_POM, encoding="utf-8")
        command = [maven, "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"]
        command += [f"-DoutputDirectory={made / 'jars'}", "-DincludeScope=runtime"]
        run_reporting(
            command, report, "fetching the time-skipping server with Maven", limit=180, growing=made
        )
        script = made / "test-server"
        script.write_text(_SCRIPT, encoding="utf-8")
        script.chmod(0o755)
        shutil.rmtree(final, ignore_errors=True)
        os.replace(made, final)  # noqa: PTH105 - a folder onto nothing, in one step


def _main() -> None:
    """`python -m tests.support.time_skipping`: the Makefile's set-up, with progress on stderr."""

    def report(line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    try:
        sys.stdout.write(f"{time_skipping_server(report)}\n")
    except (TimeSkippingMissingError, ChildFailedError) as missing:
        report(str(missing))
        raise SystemExit(1 if os.environ.get("CI") else 0) from None


if __name__ == "__main__":
    _main()
