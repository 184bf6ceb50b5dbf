"""Time of a PDF/A-3b of 12 pages from a LibreOffice that stays, its first one, its memory, and a start for each file beside it.

Writes `var/bench/pdf.json` with flat keys and prints them.  Papers are rendered before the clock starts and differ at
each round; attaching the Word file and the data is inside the time.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pikepdf

from teikei.adapters.office.pool import FONTS, OfficePool, find_office, isolation
from teikei.documents import default_library
from teikei.documents.compose import compose
from teikei.documents.pdf import archival, data_of
from teikei.documents.render import write
from tests.documents.samples import sample

KIND: Final = "co_development"
PAGES, ROUNDS, STARTS = 12, 40, 5


def paper(number: int, blocks: int) -> bytes:
    """A main agreement for three, cut after so many blocks; each number gives another one."""
    variables: Any = sample(KIND, 3)
    named = replace(variables, alliance_name=f"次世代電池アライアンス{number:03d}")
    whole = compose(default_library(), KIND, named, "ja")
    return write(replace(whole, blocks=whole.blocks[:blocks]))


def blocks_for(pages: int, pool: OfficePool) -> int:
    """How many blocks fill so many pages."""
    count = 1
    while _pages(pool.convert(paper(0, count + 1))) <= pages:
        count += 1
    return count


def _pages(pdf: bytes) -> int:
    with tempfile.TemporaryFile() as file:
        file.write(pdf)
        with pikepdf.open(file) as opened:
            return len(opened.pages)


def made(pool: OfficePool, docx: bytes) -> bytes:
    """As the documents worker does it."""
    return archival(pool.convert(docx), docx=docx, data=data_of(KIND, "ja", sample(KIND, 3)))


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def processor(pool: OfficePool) -> float:
    """Milliseconds of processor that the children have had: what other work on the machine changes least."""
    ticks = 0
    for pid in pool.pids:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        ticks += int(words[11]) + int(words[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def one_shot(docx: bytes) -> float:
    """A LibreOffice that starts for the file, on a profile that was used before."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.docx"
        file.write_bytes(docx)
        command = ["soffice", f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(file)]

        def run() -> None:
            subprocess.run(command, check=True, capture_output=True, env={"FONTCONFIG_FILE": str(FONTS)})

        run()
        return milliseconds(run)


def warm(program: Path, papers: list[bytes]) -> dict[str, float]:
    """One child, file after file."""
    with OfficePool(program) as pool:
        made(pool, papers[0])
        at_first, before = pool.resident, processor(pool)
        times = [milliseconds(lambda docx=docx: made(pool, docx)) for docx in papers]  # type: ignore[misc]
        return {
            "pdf_warm_ms": round(statistics.median(times), 1),
            "pdf_warm_min_ms": round(min(times), 1),
            "pdf_warm_max_ms": round(max(times), 1),
            "pdf_warm_cpu_ms": round((processor(pool) - before) / len(papers), 1),
            "pdf_memory_first_mb": round(at_first / 2**20, 1),
            "pdf_memory_last_mb": round(pool.resident / 2**20, 1),
        }


def first(program: Path, docx: bytes) -> float:
    """The first file of a child, its start included."""
    with OfficePool(program) as pool:
        return milliseconds(lambda: made(pool, docx))


def together(program: Path, papers: list[bytes]) -> float:
    """Files a second of two children."""
    with OfficePool(program, children=2) as pool, ThreadPoolExecutor(2) as threads:
        list(threads.map(pool.convert, papers[:2]))
        took = milliseconds(lambda: list(threads.map(lambda docx: made(pool, docx), papers)))
    return len(papers) / took * 1000


def main() -> None:
    """Measure, print, write."""
    program = find_office()
    if program is None:
        raise SystemExit("no LibreOffice on this machine (make system)")
    with OfficePool(program) as pool:
        blocks = blocks_for(PAGES, pool)
        pdf = made(pool, paper(0, blocks))
    papers = [paper(number, blocks) for number in range(ROUNDS)]
    found: dict[str, float | str] = {
        "pdf_pages": _pages(pdf),
        "pdf_bytes": len(pdf),
        **warm(program, papers),
        "pdf_first_ms": round(statistics.median(first(program, docx) for docx in papers[:STARTS]), 1),
        "pdf_one_shot_ms": round(statistics.median(one_shot(docx) for docx in papers[:STARTS]), 1),
        "pdf_two_children_per_second": round(together(program, papers), 2),
        "pdf_isolation": isolation(),
        "load_average": os.getloadavg()[0],
    }
    folder = Path("var/bench")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pdf.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, value in found.items():
        print(f"{name} {value}")


if __name__ == "__main__":
    main()
