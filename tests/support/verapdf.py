"""veraPDF, the checker of PDF/A (Maven `org.verapdf.apps:cli`, MPL-2.0 or GPL-3.0; one jar with all that it needs)."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

from teikei.adapters.temporal.cache import run_reporting
from tests.support.fetched import ClientMissingError, as_set_up, fetched, on_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.fetched import Report

VERSION = "1.30.2"
SHA256 = "287cc9c9757f99dcff4a2d39b68268245b48103fb6af443162d5a29df2afa332"

# Without what the jar's own description names: all of it is inside.
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>teikei</groupId><artifactId>verapdf</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.verapdf.apps</groupId><artifactId>cli</artifactId><version>{VERSION}</version>
      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
    </dependency>
  </dependencies>
</project>
"""


def verapdf(report: Report) -> Path:
    """The jar; fetched on the first call.

    Raises:
        ClientMissingError: no `java`, no `mvn` and nothing cached, or a jar of other bytes.
        ChildFailedError: Maven could not fetch it.
    """
    on_path("java", "default-jre-headless")

    def fill(made: Path) -> None:
        pom = made / "pom.xml"
        pom.write_text(_POM, encoding="utf-8")
        command = [on_path("mvn", "maven"), "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"]
        command += [f"-DoutputDirectory={made}", "-DincludeScope=runtime"]
        run_reporting(command, report, "fetching veraPDF with Maven", limit=180, growing=made)
        jar = made / f"cli-{VERSION}.jar"
        found = hashlib.sha256(jar.read_bytes()).hexdigest()
        if found != SHA256:
            raise ClientMissingError(f"veraPDF {VERSION} is not the program that was pinned: {found}")
        jar.rename(made / "verapdf.jar")

    return fetched("verapdf", VERSION, "verapdf.jar", fill, report)


def judged(jar: Path, files: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """What PDF/A-3b has against each file, by its name; an empty list is a pass. One start for all of them."""
    command = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", str(jar)]
    command += ["--flavour", "3b", "--format", "json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = {}
    for job in json.loads(done.stdout)["report"]["jobs"]:
        [result] = job["validationResult"]
        rules = result["details"]["ruleSummaries"]
        assert result["compliant"] is not bool(rules)
        found[job["itemDetails"]["name"].rsplit("/", 1)[-1]] = rules
    return found


if __name__ == "__main__":
    as_set_up(verapdf)
