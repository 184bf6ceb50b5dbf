"""Papers per second: our two ways beside docxtpl and python-docx, in one run on one sample.

The sample is a firm's own contract of 25 articles for three parties with 47
table rows, 6 optional articles and a signature loop (`tests/support/contract_sample`);
for our clauses the same texts are a clause library (`contract_clauses`), and the paper
has what all of ours have: lists, contents, fields, bookmarks, manifest. `co_development`
is the longest of our own papers. The contenders take turns of four papers, one after
another as a worker makes them, no two with the same values, and begin when the garbage of
the others is gone; medians of 50 turns, of the processor's time, so that other work on the
machine counts little (of the child the clock's). The
floor is what no engine can go below: a bare Jinja render of the same document.xml
and its deflation. Peak memory is that of a fresh process that makes 20 papers.
Writes `var/bench/documents.json` with flat keys and prints them.
"""

from __future__ import annotations

import gc
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from docx import Document
from docxtpl import DocxTemplate
from jinja2 import Environment
from lxml import etree

from teikei.documents import Library, render
from teikei.documents.child import Child
from teikei.documents.compiled import LEVEL, compile_template
from teikei.documents.hoist import hoisted
from teikei.documents.nesting import DELIMITERS, source_of
from teikei.documents.package import part
from teikei.documents.tags import find_tags
from tests.documents.samples import KINDS, sample
from tests.support import contract_clauses
from tests.support.contract_sample import saved, template
from tests.support.contract_values import values

ROUNDS, WARM, TURN = 50, 3, 4
SEEDS = range((WARM + ROUNDS) * TURN)
READY = frozenset({"clauses", "co_development", "python_docx"})
"""Contenders whose values are made before the clock starts."""
MAIN = "word/document.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
Contender = Callable[[int], object]

OURS = """
import sys
from teikei.documents.compiled import LEVEL, compile_template
from tests.support.contract_values import values
made = compile_template(open(sys.argv[1], "rb").read())
for seed in range(20):
    made.render(values(seed))
"""
THEIRS = """
import io, sys
from docxtpl import DocxTemplate
from tests.support.contract_values import values
for seed in range(20):
    made = DocxTemplate(sys.argv[1])
    made.render(values(seed), autoescape=True)
    made.save(io.BytesIO())
"""
HIGH_WATER = """
from pathlib import Path
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
"""Not `ru_maxrss`: that begins with what the parent had when it started the process."""


def main() -> None:
    """Measure, print, write."""
    docx = template()
    with tempfile.TemporaryDirectory() as folder:
        made = medians(contenders(docx, contract_clauses.library(Path(folder))))
    theirs = made["docxtpl"]
    found = {f"{name}_ms": round(ms, 3) for name, ms in made.items()}
    found |= {
        "template_time_ratio_docxtpl": ratio(made["template"], theirs),
        "clauses_time_ratio_docxtpl": ratio(made["clauses"], theirs),
        "template_time_ratio_floor": ratio(made["template"], made["floor"]),
        "template_time_ratio_python_docx": ratio(made["template"], made["python_docx"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sample.docx")
        file.write_bytes(docx)
        found["template_peak_mb"] = peak(OURS, file)
        found["docxtpl_peak_mb"] = peak(THEIRS, file)
    for kind in KINDS:
        found |= kinds(kind)
    folder_ = Path("var/bench")
    folder_.mkdir(parents=True, exist_ok=True)
    (folder_ / "documents.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, value in found.items():
        print(f"{name} {value}")


def contenders(docx: bytes, library: Library) -> Mapping[str, Contender]:
    """Each makes one paper from a seed; what a contender may keep between papers is made here."""
    compiled = compile_template(docx)
    child = Child()
    sheet = next(one for one in compiled.sheets if one.name == MAIN)
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        root = etree.fromstring(archive.read(MAIN))
    bare = Environment(**DELIMITERS, autoescape=False).from_string(  # noqa: S701 (the floor does nothing else)
        source_of(hoisted(find_tags(root, "sample.docx", MAIN)))
    )
    text = lines(compiled.render(values(0)))
    assert sheet.render(values(0))
    given = [contract_clauses.variables(seed) for seed in SEEDS]
    development: list[Any] = [
        replace(sample("co_development", 3), theme=f"全固体電池{seed}型", alliance_name=f"アライアンス{seed}")
        for seed in SEEDS
    ]
    return {
        "template": lambda seed: compiled.render(values(seed)),
        "docxtpl": lambda seed: with_docxtpl(docx, values(seed)),
        "python_docx": lambda seed: with_python_docx(text, seed),
        "clauses": lambda seed: render(contract_clauses.KIND, given[seed], library=library),
        "co_development": lambda seed: render("co_development", development[seed]),
        "floor": lambda seed: part(MAIN, bare.render(values(seed)), LEVEL),
        "child": lambda seed: child.render(docx, values(seed)),
        "values": values,
    }


def with_docxtpl(docx: bytes, given: dict[str, Any]) -> bytes:
    """As its documentation says, escaping on."""
    made = DocxTemplate(io.BytesIO(docx))
    made.render(given, autoescape=True)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_python_docx(text: list[str | list[list[str]]], seed: int) -> bytes:
    """The finished text, paragraph by paragraph and cell by cell."""
    document = Document()
    for block in text:
        if isinstance(block, str):
            document.add_paragraph(f"{block}{seed}")
            continue
        table = document.add_table(rows=0, cols=len(block[0]), style="Table Grid")
        for row in block:
            for cell, said in zip(table.add_row().cells, row, strict=True):
                cell.text = said
    return saved(document)


def lines(docx: bytes) -> list[str | list[list[str]]]:
    """Paragraphs as text, tables as rows of text."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        body = etree.fromstring(archive.read(MAIN))[0]
    found: list[str | list[list[str]]] = []
    for block in body:
        if block.tag == f"{W}tbl":
            found.append([[said(cell) for cell in row.iter(f"{W}tc")] for row in block.iter(f"{W}tr")])
        else:
            found.append(said(block))
    return found


def said(element: etree._Element) -> str:
    """All text below an element."""
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def medians(all_of_them: Mapping[str, Contender]) -> dict[str, float]:
    """In turns, so that a slow moment of the machine hits everybody; the time to make the values is taken off."""
    times: dict[str, list[float]] = {name: [] for name in all_of_them}
    for turn in range(WARM + ROUNDS):
        for name, make in all_of_them.items():
            clock = time.perf_counter if name == "child" else time.thread_time
            gc.collect()
            started = clock()
            for seed in range(turn * TURN, (turn + 1) * TURN):
                make(seed)
            times[name].append((clock() - started) * 1000 / TURN)
    found = {name: statistics.median(of[WARM:]) for name, of in times.items()}
    data = found.pop("values")
    return {name: ms - (0 if name in READY else data) for name, ms in found.items()}


def ratio(ours: float, theirs: float) -> float:
    """Ours / theirs."""
    return round(ours / theirs, 4)


def peak(script: str, file: Path) -> float:
    """Megabytes of a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", script + HIGH_WATER, str(file)], capture_output=True, text=True, check=True
    )
    return round(int(done.stdout) / 1024, 1)


def kinds(kind: Any) -> dict[str, float]:
    """First and median time of our own papers, and their size."""
    variables = sample(kind, 3)
    started = time.perf_counter()
    size = len(render(kind, variables).docx)
    first = (time.perf_counter() - started) * 1000
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        render(kind, variables)
        times.append((time.perf_counter() - started) * 1000)
    return {
        f"{kind}_first_ms": round(first, 2),
        f"{kind}_median_ms": round(statistics.median(times), 2),
        f"{kind}_bytes": size,
    }


if __name__ == "__main__":
    main()
