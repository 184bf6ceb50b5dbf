"""Block markdown of a rendered clause → 項, 号, イロハ and tables.

The shapes are those of the clause format: ``1. `` begins a 項, an indented
``- `` a 号, a deeper one an イロハ, ``|`` a table row; in a letter ``<``, ``><`` and
``>`` put a line to the left, the middle and the right. The printed numbers are
counted here and never taken from the file, so a 項 that a condition drops
leaves no gap. One 項 alone carries no number (the customary modern layout).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from teikei.documents.blocks import (
    Align,
    Article,
    Block,
    Body,
    Closing,
    Heading,
    Item,
    Paragraph,
    Preamble,
    SubItem,
    Table,
)  # fmt: skip
from teikei.documents.errors import DocumentError
from teikei.documents.sandbox import clean

IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ"
"""Order of the third level in Japanese statutes and contracts."""

_PARAGRAPH = re.compile(r"\d{1,2}\.\s+(.+)")
_PLACED = re.compile(r"(><|<|>)\s+(.+)")
_PLACES: dict[str, Align] = {"<": "left", "><": "center", ">": "right"}
_ITEM = re.compile(r"( *)-\s+(.+)")
_RULE = re.compile(r"\|(\s*:?-{3,}:?\s*\|)+")
_SUB_INDENT = 4


@dataclass(slots=True)
class _Item:
    text: str
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Paragraph:
    text: str
    items: list[_Item] = field(default_factory=list)
    place: Align | None = None


@dataclass(slots=True)
class _Table:
    rows: list[tuple[str, ...]] = field(default_factory=list)
    align: tuple[Align, ...] = ()


def blocks(text: str, *, clause: str, plain: bool = False) -> Body:
    """Parse one rendered clause.

    `plain` allows paragraphs without ``1.`` (preamble, closing, sheets) and
    never numbers them. Raises `document.clause_layout` with the line's text.
    """
    found: list[_Paragraph | _Table] = []
    for line in text.split("\n"):
        if line.strip():
            _take(line.rstrip(" "), found, clause, plain=plain)
    if not found:
        raise DocumentError("document.clause_empty", clause)
    count = sum(isinstance(block, _Paragraph) for block in found)
    numbered = count > 1 and not plain
    result: list[Paragraph | Table] = []
    number = 0
    for block in found:
        if isinstance(block, _Table):
            result.append(_table(block, clause))
        else:
            number += 1
            result.append(_paragraph(block, number if numbered else None))
    return tuple(result)


def _take(line: str, found: list[_Paragraph | _Table], clause: str, *, plain: bool) -> None:
    """Add one line to what has been read so far."""
    last = found[-1] if found else None
    if line.startswith("|"):
        _row(line, found, clause)
    elif match := _PARAGRAPH.fullmatch(line):
        found.append(_Paragraph(_text(match[1], clause)))
    elif match := _ITEM.fullmatch(line):
        if not isinstance(last, _Paragraph):
            raise _layout(clause, line)
        if len(match[1]) < _SUB_INDENT:
            last.items.append(_Item(_text(match[2], clause)))
        elif last.items:
            last.items[-1].children.append(_text(match[2], clause))
        else:
            raise _layout(clause, line)
    elif plain and (match := _PLACED.fullmatch(line)):
        found.append(_Paragraph(_text(match[2], clause), place=_PLACES[match[1]]))
    elif plain:
        found.append(_Paragraph(_text(line, clause)))
    else:
        raise _layout(clause, line)


def _row(line: str, found: list[_Paragraph | _Table], clause: str) -> None:
    """A header row opens a table; the rule below it gives the alignment."""
    if not found or not isinstance(found[-1], _Table):
        found.append(_Table())
    table = found[-1]
    assert isinstance(table, _Table)
    if not line.endswith("|") or len(line) < 2:
        raise _layout(clause, line)
    if _RULE.fullmatch(line):
        if len(table.rows) != 1 or table.align:
            raise _layout(clause, line)
        table.align = tuple(_align(cell.strip()) for cell in line[1:-1].split("|"))
        return
    table.rows.append(tuple(clean(cell.strip(" ")) for cell in line[1:-1].split("|")))


def _align(rule: str) -> Align:
    if rule.endswith(":"):
        return "center" if rule.startswith(":") else "right"
    return "left"


def _text(text: str, clause: str) -> str:
    """A paragraph must say something: an empty value is an error, not a blank line."""
    if not clean(text).strip():
        raise DocumentError("document.text_empty", clause)
    return text.strip(" ")


def _layout(clause: str, line: str) -> DocumentError:
    return DocumentError("document.clause_layout", clause, text=clean(line)[:80])


def _paragraph(block: _Paragraph, number: int | None) -> Paragraph:
    return Paragraph(
        number,
        block.text,
        tuple(
            Item(
                index,
                item.text,
                tuple(SubItem(IROHA[position], child) for position, child in enumerate(item.children)),
            )
            for index, item in enumerate(block.items, 1)
        ),
        block.place,
    )


def _table(block: _Table, clause: str) -> Table:
    width = len(block.align)
    if not block.align or len(block.rows) < 2 or any(len(row) != width for row in block.rows):
        raise DocumentError("document.table_layout", clause, columns=width)
    return Table(block.rows[0], tuple(block.rows[1:]), block.align)


def polish(block: Block) -> Block:
    """Take the marks of the clause language out of a block's texts."""
    if not isinstance(block, Article | Heading | Preamble | Closing):
        return block
    return replace(block, body=tuple(_polished(part) for part in block.body))


def _polished(part: Paragraph | Table) -> Paragraph | Table:
    if isinstance(part, Table):
        return part
    items = tuple(
        Item(
            item.number,
            clean(item.text),
            tuple(SubItem(child.mark, clean(child.text)) for child in item.children),
        )
        for item in part.items
    )
    return Paragraph(part.number, clean(part.text), items, part.place)
