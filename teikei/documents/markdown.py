"""Block markdown of a rendered clause → 項, 号, イロハ and tables.

The shapes are those of the clause format: ``1. `` begins a 項, an indented
``- `` a 号, a deeper one an イロハ, ``|`` a table row; in a letter ``<``, ``><`` and
``>`` put a line to the left, the middle and the right. The printed numbers are
counted here and never taken from the file, so a 項 that a condition drops
leaves no gap. One 項 alone carries no number (the customary modern layout).
The marks of the clause language go while a line is read, so that nothing is
made twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from teikei.documents.blocks import Align, Body, Cite, Cites, Item, Paragraph, SubItem, Table
from teikei.documents.errors import DocumentError
from teikei.documents.language import LANGUAGES, Language
from teikei.documents.sandbox import CITE, clean

_PARAGRAPH = re.compile(r"\d{1,2}\.\s+(?=.)")
_PLACED = re.compile(r"(><|<|>)\s+(.+)")
_PLACES: dict[str, Align] = {"<": "left", "><": "center", ">": "right"}
_ITEM = re.compile(r"( *)-\s+(?=.)")
_RULE = re.compile(r"\|(\s*:?-{3,}:?\s*\|)+")
_SUB_INDENT = 4
_NUMBER = re.compile(r"\D*\d+条?")
"""第3条 or Article 3 after the mark of a citation."""

_Text: TypeAlias = tuple[str, Cites]


@dataclass(slots=True)
class _Item:
    text: _Text
    children: list[_Text] = field(default_factory=list)


@dataclass(slots=True)
class _Paragraph:
    text: _Text
    items: list[_Item] = field(default_factory=list)
    place: Align | None = None


@dataclass(slots=True)
class _Table:
    rows: list[list[_Text]] = field(default_factory=list)
    align: tuple[Align, ...] = ()


@dataclass(slots=True)
class _Reading:
    """One clause while it is read."""

    clause: str
    plain: bool
    cited: Mapping[str, str] | None
    found: list[_Paragraph | _Table] = field(default_factory=list)

    def take(self, line: str) -> None:
        """Add one line to what has been read so far."""
        if line.startswith("|"):
            self._row(line)
        elif match := _PARAGRAPH.match(line):
            self.found.append(_Paragraph(self._text(line[match.end() :])))
        elif match := _ITEM.match(line):
            self._item(line, len(match[1]), line[match.end() :])
        elif not self.plain:
            raise _layout(self.clause, line)
        elif match := _PLACED.fullmatch(line):
            self.found.append(_Paragraph(self._text(match[2]), place=_PLACES[match[1]]))
        else:
            self.found.append(_Paragraph(self._text(line)))

    def _item(self, line: str, indent: int, text: str) -> None:
        last = self.found[-1] if self.found else None
        if not isinstance(last, _Paragraph) or (indent >= _SUB_INDENT and not last.items):
            raise _layout(self.clause, line)
        if indent < _SUB_INDENT:
            last.items.append(_Item(self._text(text)))
        else:
            last.items[-1].children.append(self._text(text))

    def _row(self, line: str) -> None:
        """A header row opens a table; the rule below it gives the alignment."""
        if not self.found or not isinstance(self.found[-1], _Table):
            self.found.append(_Table())
        table = self.found[-1]
        assert isinstance(table, _Table)
        if not line.endswith("|") or len(line) < 2:
            raise _layout(self.clause, line)
        if _RULE.fullmatch(line):
            if len(table.rows) != 1 or table.align:
                raise _layout(self.clause, line)
            table.align = tuple(_align(cell.strip()) for cell in line[1:-1].split("|"))
            return
        table.rows.append([_said(cell.strip(" "), self.cited) for cell in line[1:-1].split("|")])

    def _text(self, text: str) -> _Text:
        """A paragraph must say something: an empty value is an error, not a blank line."""
        said = _said(text.strip(" "), self.cited)
        if not said[0].strip() or (self.cited is None and not clean(said[0]).strip()):
            raise DocumentError("document.text_empty", self.clause)
        return said


def blocks(
    text: str,
    *,
    clause: str,
    plain: bool = False,
    language: str = "ja",
    cited: Mapping[str, str] | None = None,
) -> Body:
    """Parse one rendered clause; the language says how its third level is lettered.

    `plain` allows paragraphs without ``1.`` (preamble, closing, sheets) and
    never numbers them. `cited` is the clause of each 第n条; without it the texts
    keep the marks of the clause language. Raises `document.clause_layout` with the line's text.
    """
    reading = _Reading(clause, plain, cited)
    for line in text.split("\n"):
        if line.strip():
            reading.take(line.rstrip(" "))
    found = reading.found
    if not found:
        raise DocumentError("document.clause_empty", clause)
    numbered = not plain and sum(isinstance(block, _Paragraph) for block in found) > 1
    spoken = LANGUAGES[language]
    result: list[Paragraph | Table] = []
    number = 0
    for block in found:
        if isinstance(block, _Table):
            result.append(_table(block, clause))
        else:
            number += 1
            result.append(_paragraph(block, number if numbered else None, spoken, clause))
    return tuple(result)


def _align(rule: str) -> Align:
    if rule.endswith(":"):
        return "center" if rule.startswith(":") else "right"
    return "left"


def _layout(clause: str, line: str) -> DocumentError:
    return DocumentError("document.clause_layout", clause, text=clean(line)[:80])


def _paragraph(block: _Paragraph, number: int | None, spoken: Language, clause: str) -> Paragraph:
    items: list[Item] = []
    for index, item in enumerate(block.items, 1):
        if len(item.children) > len(spoken.letters):
            raise _layout(clause, item.children[len(spoken.letters)][0])
        children = (SubItem(spoken.subitem(place), *said) for place, said in enumerate(item.children))
        text, cites = item.text
        items.append(Item(index, text, tuple(children), cites))
    text, cites = block.text
    return Paragraph(number, text, tuple(items), block.place, cites)


def _table(block: _Table, clause: str) -> Table:
    width = len(block.align)
    if not block.align or len(block.rows) < 2 or any(len(row) != width for row in block.rows):
        raise DocumentError("document.table_layout", clause, columns=width)
    header, *rows = (tuple(text for text, _ in row) for row in block.rows)
    cites = (
        (line, column, found)
        for line, row in enumerate(block.rows[1:])
        for column, (_, found) in enumerate(row)
        if found
    )
    return Table(header, tuple(rows), block.align, tuple(cites))


def _said(text: str, cited: Mapping[str, str] | None) -> _Text:
    """The text as it is printed, and where it cites an article."""
    if cited is None:
        return text, ()
    if CITE not in text:
        return clean(text), ()
    first, *pieces = text.split(CITE)
    printed = clean(first)
    cites: list[Cite] = []
    for piece in pieces:
        said = _NUMBER.match(piece)
        if said and said[0] in cited:
            cites.append(Cite(len(printed), len(printed) + said.end(), cited[said[0]]))
        printed += clean(piece)
    return printed, tuple(cites)
