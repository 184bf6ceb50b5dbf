"""Every paper in every language for 2, 3, 5 and 10 parties, seen by judges that are not ours.

`python tools/every_page.py` (some minutes, two cores) writes docs/results/pages.json and says what is wrong;
what of it is quick enough is in `test_office`, `test_schema` and `tests/adapters/test_office.py`.
For each: the Open XML SDK finds no error; LibreOffice makes a PDF/A-3b that veraPDF passes; each character of the
paper stands on its pages; fonts are embedded and expected; no heading ends a page; the lines of a party that signs
stand on one page.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from teikei.adapters.office.pool import OfficePool, find_office  # noqa: E402  (the checkout comes first)
from teikei.documents import Rendered, default_library, render  # noqa: E402
from teikei.documents.pdf import archival, data_of  # noqa: E402
from teikei.domain.papers import PaperKind  # noqa: E402
from tests.documents.outside import alone, fewer, pages, run, squeezed, strange_fonts  # noqa: E402
from tests.support.schema_validator import schema_validator  # noqa: E402
from tests.support.verapdf import judged, verapdf  # noqa: E402
from tools.gallery import papers, values  # noqa: E402

RESULTS = ROOT / "docs" / "results" / "pages.json"
AT_ONCE = 15
"""Files that veraPDF is given at a time: it has two minutes for them."""


def torn(paper: Rendered, given: Any, printed: list[str]) -> list[str]:
    """Parties whose name and address under the paper do not stand on one page."""
    if not default_library().manifest(paper.kind).signature:
        return []
    ends = printed[-4:]
    return [
        p.label
        for p in given.parties
        if not any(_named(p, page) and squeezed(p.address) in page for page in ends)
    ]


def _named(party: Any, page: str) -> bool:
    return any(squeezed(name) in page for name in (party.name, party.name_en) if name)


def wrong(kind: PaperKind, language: str, count: int, pool: OfficePool, folder: Path) -> dict[str, Any]:
    """What one paper is like: its pages and what is wrong with it. Its PDF stays for veraPDF."""
    given = values(kind, language, count)
    paper = render(kind, given, language=language)
    docx = folder / f"{kind}.{language}.{count}.docx"
    docx.write_bytes(paper.docx)
    pdf = docx.with_suffix(".pdf")
    content = archival(pool.convert(paper.docx), docx=paper.docx, data=data_of(kind, language, given))
    pdf.write_bytes(content)
    printed = pages(pdf)
    errors = json.loads(run(str(schema_validator(print)), str(docx)))["errors"]
    found = {
        "schema": errors,
        "characters": fewer(paper, printed),
        "headings": alone(paper, printed),
        "fonts": strange_fonts(pdf),
        "parties": torn(paper, given, printed),
    }
    return {"pages": len(printed), **{name: what for name, what in found.items() if what}}


def main() -> int:
    """All of them; 1 where anything is wrong."""
    program = find_office()
    if program is None:
        print("LibreOffice is needed: `make system`", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as place, OfficePool(program) as pool:
        folder, seen = Path(place), dict[str, dict[str, Any]]()
        for kind, language, count in papers():
            name = f"{kind}.{language}.{count}"
            seen[name] = wrong(kind, language, count, pool, folder)
            print(name, seen[name], flush=True)
        made, jar = sorted(folder.glob("*.pdf")), verapdf(print)
        for first in range(0, len(made), AT_ONCE):
            for name, said in judged(jar, made[first : first + AT_ONCE]).items():
                if said:
                    seen[name.removesuffix(".pdf")]["archive"] = said
    RESULTS.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    faulty = {name: what for name, what in seen.items() if set(what) > {"pages"}}
    print(
        f"{len(seen)} papers, {sum(w['pages'] for w in seen.values())} pages, {len(faulty)} with something wrong"
    )
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
