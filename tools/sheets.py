"""Contact sheets: all pages of a paper for three parties side by side, one picture for each paper and language.

Written to docs/results/sheets/, to be looked at as the person who must sign. Needs LibreOffice and poppler.
"""

from __future__ import annotations

import io
import subprocess
import sys
from math import ceil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pikepdf import Pdf, Rectangle  # noqa: E402

from teikei.adapters.office.pool import OfficePool, find_office  # noqa: E402  (the checkout comes first)
from teikei.documents import render  # noqa: E402
from tools.gallery import papers, values  # noqa: E402

FOLDER = ROOT / "docs" / "results" / "sheets"
WIDTH, HEIGHT = 595, 842
"""An A4 page in points."""
ACROSS, DOTS, PARTIES = 8, 34, 3


def sheet(pdf: bytes) -> bytes:
    """One page that shows all pages, eight to a row."""
    with Pdf.open(io.BytesIO(pdf)) as source, Pdf.new() as made:
        rows = ceil(len(source.pages) / ACROSS)
        across = min(ACROSS, len(source.pages))
        page = made.add_blank_page(page_size=(across * WIDTH, rows * HEIGHT))
        for number, one in enumerate(source.pages):
            left, bottom = number % ACROSS * WIDTH, (rows - 1 - number // ACROSS) * HEIGHT
            page.add_overlay(one, Rectangle(left, bottom, left + WIDTH, bottom + HEIGHT))
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def main() -> int:
    """All of them; 1 without LibreOffice."""
    program = find_office()
    if program is None:
        print("LibreOffice is needed: `make system`", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with OfficePool(program) as pool:
        for kind, language, count in papers():
            if count != PARTIES:
                continue
            made = render(kind, values(kind, language, count), language=language)
            name = FOLDER / f"{kind}.{language}"
            poppler = ("pdftoppm", "-r", str(DOTS), "-gray", "-singlefile", "-png", "-", str(name))
            subprocess.run(poppler, input=sheet(pool.convert(made.docx)), check=True)
            print(name.relative_to(ROOT), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
