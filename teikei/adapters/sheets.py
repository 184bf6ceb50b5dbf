"""The register of contracts as an .xlsx file.

No cell is a formula: text is written as text even where it begins with = + - @
or a tab, and marked so that it stays text when somebody edits it.  The same
lines give the same bytes: no time of making, a fixed zip frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter

from teikei.documents.package import archive, part
from teikei.domain.register import COLUMNS, Line, header
from teikei.domain.texts import say

MEANT = ("=", "+", "-", "@", "\t", "\r", "#", "'")
"""Beginnings that a spreadsheet takes for a formula, an error or a mark of its own."""
MADE = datetime(1980, 1, 1)  # noqa: DTZ001  (openpyxl writes naive UTC; the zero of the zip format, as in our papers)
WIDTHS = {
    "id": 33,
    "agreement": 33,
    "name": 30,
    "parties": 44,
    "title": 28,
    "shares": 20,
    "contact": 34,
    "original": 20,
}
"""In characters; every other column has `WIDTH`."""
WIDTH = 15
_A4 = 9
_BOLD = Font(bold=True)


def register(lines: Iterable[Line], language: str) -> bytes:
    """One sheet: a header that stays in sight, a filter on every column, printed landscape on the width of A4."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(say(language, "register.sheet"))
    rows = list(lines)
    _laid_out(sheet, len(rows) + 1)
    sheet.append([_head(sheet, text) for text in header(language)])
    for line in rows:
        sheet.append([_cell(sheet, value) for value in astuple(line)])
    book.properties.creator, book.properties.created, book.properties.modified = "teikei", MADE, MADE
    return _packed(book)


def _laid_out(sheet: Any, count: int) -> None:
    last = get_column_letter(len(COLUMNS))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{last}{count}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for number, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, WIDTH)


def _cell(sheet: Any, value: str | date | None) -> Any:
    """A date, or text that is text; empty text is an empty cell."""
    if not value or isinstance(value, date) or not value.startswith(MEANT):
        return value or None
    cell = WriteOnlyCell(sheet, value)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


def _head(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = _BOLD
    return cell


def _packed(book: Workbook) -> bytes:
    """What openpyxl writes, in a zip frame without a clock."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as target:
        ExcelWriter(book, target).save()
    with ZipFile(buffer) as made:
        return archive(part(name, made.read(name)) for name in made.namelist())
