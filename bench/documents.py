"""Time of one render, per paper kind: median of 50, three parties, one process.

Writes `var/bench/documents.json` with flat keys and prints them.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

from teikei.documents import render
from tests.documents.samples import KINDS, sample

ROUNDS = 50


def main() -> None:
    """Measure, print, write."""
    found: dict[str, float] = {}
    for kind in KINDS:
        variables = sample(kind, 3)
        started = time.perf_counter()
        size = len(render(kind, variables).docx)
        found[f"{kind}_first_ms"] = round((time.perf_counter() - started) * 1000, 2)
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            render(kind, variables)
            times.append((time.perf_counter() - started) * 1000)
        found[f"{kind}_median_ms"] = round(statistics.median(times), 2)
        found[f"{kind}_bytes"] = size
    folder = Path("var/bench")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "documents.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, value in found.items():
        print(f"{name} {value}")


if __name__ == "__main__":
    main()
