"""An .xlsx file as plain cells: values only, nothing of it is run, and it cannot unpack into more than it should.

A formula counts as the value that was saved with it; one without a value, or
with an error, is a fault of its cell.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from teikei.domain.errors import Invalid
from teikei.domain.imported import Cell, Sheet
from teikei.domain.imports import MOST

MOST_BYTES = 5 << 20
MOST_UNPACKED = 16 << 20
DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
WIDEST = 60
"""Columns that are looked at."""
MOST_ROWS = 10 * MOST
"""Rows of all sheets that are looked at, empty ones too: a few bytes can name a row a thousand million rows below."""


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of a workbook. `Invalid("import.…")`: `too_large`, `too_many_rows`, `not_a_workbook`."""
    _weighed(content)
    left = iter(range(MOST_ROWS))
    try:
        values, formulas = (_opened(content, values=values) for values in (True, False))
        return tuple(
            Sheet(name=one.title, rows=_rows(one, formulas[one.title], left)) for one in values.worksheets
        )
    except Invalid:
        raise
    except Exception as error:  # a foreign file may break its reader anywhere
        raise Invalid("import.not_a_workbook") from error


def _opened(content: bytes, *, values: bool) -> Any:
    return load_workbook(BytesIO(content), read_only=True, data_only=values, keep_links=False)


def _weighed(content: bytes) -> None:
    """What the archive says of itself, before a reader of XML sees it; entities of its own have no place in a workbook."""
    if len(content) > MOST_BYTES:
        raise Invalid("import.too_large")
    try:
        with ZipFile(BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise Invalid("import.too_large")
            parts = [archive.read(name) for name in archive.namelist()]
    except (BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        raise Invalid("import.not_a_workbook") from None
    if any(mark in part for part in parts for mark in DOCTYPES):
        raise Invalid("import.not_a_workbook")


def _rows(values: Any, formulas: Any, left: Iterator[int]) -> tuple[tuple[Cell, ...], ...]:
    """Rows that hold anything; one more than may be, so that too many are seen."""
    found: list[tuple[Cell, ...]] = []
    both = zip(values.iter_rows(max_col=WIDEST), formulas.iter_rows(max_col=WIDEST), strict=True)
    for number, (shown, meant) in enumerate(both, start=1):
        if next(left, None) is None:
            raise Invalid("import.too_many_rows", most=MOST)
        row = tuple(
            _cell(f"{get_column_letter(i)}{number}", *two)
            for i, two in enumerate(zip(shown, meant, strict=True), start=1)
        )
        if any(cell.value is not None or cell.broken for cell in row):
            found.append(row)
        if len(found) > MOST + 1:
            break
    return tuple(found)


def _cell(at: str, shown: Any, meant: Any) -> Cell:
    lost = meant.data_type == "f" and shown.value is None
    broken = lost or shown.data_type == "e"
    return Cell(at=at, value=None if broken else shown.value, broken=broken)
