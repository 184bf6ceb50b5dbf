"""`make gallery`: every paper in every language for 2, 3, 5 and 10 parties into var/gallery/, to be looked at.

The variables are the samples of the tests, all options on in Japanese. FORMAT=pdf makes PDF/A-3b with LibreOffice
(TEIKEI_OFFICE names one; a second or so each), else Word.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from teikei.adapters.clause_library import FileLibrary  # noqa: E402  (the checkout comes first)
from teikei.adapters.office.pool import OfficePool, find_office  # noqa: E402
from teikei.documents import render  # noqa: E402
from teikei.documents.pdf import archival, data_of  # noqa: E402
from teikei.domain.errors import TeikeiError  # noqa: E402
from teikei.domain.papers import PaperKind  # noqa: E402
from tests.documents.english_samples import english  # noqa: E402
from tests.documents.samples import COUNTS  # noqa: E402
from tests.documents.substance import full  # noqa: E402

FOLDER = ROOT / "var" / "gallery"


def values(kind: PaperKind, language: str, count: int) -> object:
    """What people filled in, in the language that readers of the paper have in common."""
    return full(kind, count) if language == "ja" else english(kind, count)


def papers() -> Iterator[tuple[PaperKind, str, int]]:
    """Every paper of the gallery."""
    for kind in FileLibrary().kinds():
        for language in kind["languages"]:
            for count in COUNTS:
                yield kind["kind"], language, count


def make(kind: PaperKind, language: str, count: int, pool: OfficePool | None) -> Path:
    """Write one paper; its file."""
    given = values(kind, language, count)
    made = render(kind, given, language=language)
    name = FOLDER / f"{kind}.{language}.{count:02d}.{'pdf' if pool else 'docx'}"
    content = made.docx
    if pool:
        content = archival(pool.convert(made.docx), docx=made.docx, data=data_of(kind, language, given))
    name.write_bytes(content)
    return name


def main() -> int:
    """All of them; 1 where one could not be written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = find_office(os.environ.get("TEIKEI_OFFICE", "")) if os.environ.get("FORMAT") == "pdf" else None
    if os.environ.get("FORMAT") == "pdf" and program is None:
        print(
            "FORMAT=pdf needs LibreOffice: `make system`, or TEIKEI_OFFICE=/path/to/its/program",
            file=sys.stderr,
        )
        return 1
    wanted, failed, since = list(papers()), 0, time.monotonic()
    with OfficePool(program) if program else contextlib.nullcontext() as pool:
        for number, (kind, language, count) in enumerate(wanted, start=1):
            try:
                said = str(make(kind, language, count, pool).relative_to(ROOT))
            except TeikeiError as error:
                failed += 1
                said = f"{kind} {language} {count}: {error}"
            print(f"{number:4d}/{len(wanted)} {time.monotonic() - since:6.1f} s  {said}", flush=True)
    print(f"{len(wanted) - failed} papers in {FOLDER.relative_to(ROOT)}, {failed} could not be written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
