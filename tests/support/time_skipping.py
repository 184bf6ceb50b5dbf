"""The Java time-skipping test server without the SDK's download.

`WorkflowEnvironment.start_time_skipping(test_server_existing_path=...)` wants
an executable that takes a port. The jars come from Maven with the ordinary
`mvn` client into the user's cache, once; a small script stands before them.
The server differs from the dev server (a refused update costs three events,
waiting on an update never skips): event budgets are measured on the dev server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teikei.adapters.temporal.cache import run_reporting
from tests.support.fetched import as_set_up, fetched, on_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fetched import Report

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


def time_skipping_server(report: Report) -> Path:
    """Return the start script to give as `test_server_existing_path`; fetch the jars on the first call.

    Raises:
        ClientMissingError: no `java`, or no `mvn` and nothing cached.
        ChildFailedError: Maven could not fetch the jars.
    """
    on_path("java", "default-jre-headless")

    def fill(made: Path) -> None:
        pom = made / "pom.xml"
        pom.write_text(_POM, encoding="utf-8")
        command = [on_path("mvn", "maven"), "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"]
        command += [f"-DoutputDirectory={made / 'jars'}", "-DincludeScope=runtime"]
        run_reporting(
            command, report, "fetching the time-skipping server with Maven", limit=180, growing=made
        )
        script = made / "test-server"
        script.write_text(_SCRIPT, encoding="utf-8")
        script.chmod(0o755)

    return fetched("time-skipping", VERSION, "test-server", fill, report)


if __name__ == "__main__":
    as_set_up(time_skipping_server)
