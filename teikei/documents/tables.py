"""Tables of a paper: bordered ones, and the frames that hold signatures and columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from teikei.documents.blocks import Align, Signatory, Table
from teikei.documents.house import Look
from teikei.documents.lines import signature_lines
from teikei.documents.wordml import GAP, paragraph, run

_CELL_PADDING = 220
_HALF_WIDTH = 112
"""A half-width character at 9.5 pt is 95; the rest is for the space between 2028 and 年."""

_LINES = "<w:tblBorders>" + "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
) + "</w:tblBorders>"  # fmt: skip
_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>'
_CELL_STYLES: dict[Align, str] = {"left": "Cell", "right": "CellRight", "center": "CellCenter"}


@lru_cache(maxsize=8192)
def _columns(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "FWA" else 1


def display_width(text: str) -> int:
    """Half-width columns of the longest line."""
    if "\n" in text:
        return max(map(display_width, text.split("\n")))
    return len(text) if text.isascii() else sum(map(_columns, text))


def column_widths(tables: Sequence[Table], total: int) -> list[int]:
    """Figures never wrap; what is left goes to the text columns by their content.

    `tables` are the same table in each language of the paper.
    """
    aligns = tables[0].align
    columns = zip(*(row for table in tables for row in (table.header, *table.rows)), strict=True)
    widest = [max(map(display_width, cells)) for cells in columns]
    floors = [
        min(width, 40 if align == "right" else 8) * _HALF_WIDTH + _CELL_PADDING
        for width, align in zip(widest, aligns, strict=True)
    ]
    spare = max(0, total - sum(floors))
    weights = [
        0 if align == "right" else max(1, min(width, 48) - 8)
        for width, align in zip(widest, aligns, strict=True)
    ]
    if not any(weights):
        weights = [1] * len(widest)
    widths = [floor + spare * weight // sum(weights) for floor, weight in zip(floors, weights, strict=True)]
    if sum(widths) > total:
        widths = [width * total // sum(widths) for width in widths]
    widths[-1] += total - sum(widths)
    return widths


def fitted_widths(tables: Sequence[Table], total: int, half: int) -> list[int]:
    """Where room is dear: a column that needs less than its part gets what it needs, the others share the rest.

    `half` is the width of a half-width character.
    """
    columns = zip(*(row for table in tables for row in (table.header, *table.rows)), strict=True)
    needs = [max(map(display_width, cells)) * half + _CELL_PADDING for cells in columns]
    widths, left = [0] * len(needs), total
    for done, index in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        widths[index] = min(needs[index], left // (len(needs) - done))
        left -= widths[index]
    widths = [width + left // len(widths) for width in widths]
    widths[-1] += left % len(widths)
    return widths


def frame(widths: list[int], indent: int = 0, borders: str = "") -> str:
    """The opening of a table of fixed columns; `row` and `END` complete it."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblInd w:w="{indent}" w:type="dxa"/>{borders}<w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


END = f"</w:tbl>{GAP}"


def cell(width: int, content: str, extra: str = "") -> str:
    """One cell; `extra` is cell properties after the width."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{extra}</w:tcPr>{content}</w:tc>'


def row(cells: Iterable[str], *, split: bool = False, head: bool = False) -> str:
    """One row; unless it may `split` it stands on one page, a `head` is repeated on each."""
    marks = ("" if split else "<w:cantSplit/>") + ("<w:tblHeader/>" if head else "")
    properties = f"<w:trPr>{marks}</w:trPr>" if marks else ""
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


_MIDDLE = '<w:vAlign w:val="center"/>'


def table(tables: Sequence[Table], looks: Sequence[Look], width: int) -> Iterator[str]:
    """A bordered table; of two languages each cell says what they do not share in both."""
    first = tables[0]
    indent = looks[0].indents[0][0] if len(looks) == 1 else 0
    dense, room = looks[0].air < 100, width - indent
    widths = fitted_widths(tables, room, looks[0].half) if dense else column_widths(tables, room)
    yield frame(widths, indent, _LINES)
    heads = zip(widths, *(one.header for one in tables), strict=True)
    yield row((cell(w, _said("CellHead", said, looks), _SHADE + _MIDDLE) for w, *said in heads), head=True)
    styles = [_CELL_STYLES[align] for align in first.align]
    if len(tables) == 1:
        yield from _rows(first, looks[0], widths, styles)
    else:
        for texts in zip(*(one.rows for one in tables), strict=True):
            columns = zip(widths, styles, *texts, strict=True)
            yield row(cell(w, _said(style, said, looks), _MIDDLE) for w, style, *said in columns)
    yield END


def _rows(table: Table, look: Look, widths: Sequence[int], styles: Sequence[str]) -> Iterator[str]:
    """The rows of a table in one language: all of a cell but its text is the same down a column."""
    empty = [cell(w, paragraph(style, "", look), _MIDDLE) for w, style in zip(widths, styles, strict=True)]
    columns = [found.partition("</w:p>")[::2] for found in empty]
    runs = [[run(text, look) for text in texts] for texts in table.rows]
    for line, column, cites in table.cites:
        runs[line][column] = run(table.rows[line][column], look, cites=cites)
    for said in runs:
        cells = zip(columns, said, strict=True)
        yield row([f"{before}{text}</w:p>{after}" for (before, after), text in cells])


def _said(style: str, texts: Sequence[str], looks: Sequence[Look]) -> str:
    """The paragraphs of a cell."""
    if len(texts) == 1 or texts[0] == texts[1]:
        return paragraph(style, texts[0], looks[0])
    return "".join(paragraph(style, text, look) for text, look in zip(texts, looks, strict=True))


def signing(party: Signatory, look: Look) -> str:
    """The lines of one party as paragraphs."""
    first, *rest = signature_lines(party)
    return paragraph("SignFirst", first, look) + "".join(paragraph("SignLine", line, look) for line in rest)
