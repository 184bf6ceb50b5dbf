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
from dataclasses import dataclass

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
    groups = _groups(text, clause)
    if not groups:
        raise DocumentError("document.clause_empty", clause)
    numbered = not plain and sum(not lines[0].startswith("|") for lines in groups) > 1
    reader = _Reader(clause, plain, LANGUAGES[language], cited)
    result: list[Paragraph | Table] = []
    number = 0
    for lines in groups:
        if lines[0].startswith("|"):
            result.append(reader.table(lines))
        else:
            number += 1
            result.append(reader.paragraph(lines, number if numbered else None))
    return tuple(result)


def _groups(text: str, clause: str) -> list[list[str]]:
    """The lines of each 項 with its 号, and of each table."""
    found: list[list[str]] = []
    for line in text.split("\n"):
        if not line or line.isspace():
            continue
        row = line.startswith("|")
        if not row and not _ITEM.match(line):
            found.append([line.rstrip(" ")])
        elif found and found[-1][0].startswith("|") == row:
            found[-1].append(line.rstrip(" "))
        elif row:
            found.append([line.rstrip(" ")])
        else:
            raise _layout(clause, line)
    return found


def _layout(clause: str, line: str) -> DocumentError:
    return DocumentError("document.clause_layout", clause, text=clean(line)[:80])


@dataclass(frozen=True, slots=True)
class _Reader:
    """Lines of one clause as blocks."""

    clause: str
    plain: bool
    spoken: Language
    cited: Mapping[str, str] | None

    def paragraph(self, lines: list[str], number: int | None) -> Paragraph:
        said, place = lines[0], None
        if match := _PARAGRAPH.match(said):
            said = said[match.end() :]
        elif not self.plain:
            raise _layout(self.clause, said)
        elif match := _PLACED.fullmatch(said):
            said, place = match[2], _PLACES[match[1]]
        text, cites = self._text(said)
        return Paragraph(number, text, self._items(lines[1:]) if lines[1:] else (), place, cites)

    def _items(self, lines: list[str]) -> tuple[Item, ...]:
        groups: list[list[str]] = []
        for line in lines:
            match = _ITEM.match(line)
            assert match
            if len(match[1]) < _SUB_INDENT:
                groups.append([line[match.end() :]])
            elif groups:
                groups[-1].append(line[match.end() :])
            else:
                raise _layout(self.clause, line)
        return tuple(self._item(number, *said) for number, said in enumerate(groups, 1))

    def _item(self, number: int, said: str, *below: str) -> Item:
        if len(below) > len(self.spoken.letters):
            raise _layout(self.clause, below[len(self.spoken.letters)])
        text, cites = self._text(said)
        children = (SubItem(self.spoken.subitem(place), *self._text(one)) for place, one in enumerate(below))
        return Item(number, text, tuple(children), cites)

    def _text(self, text: str) -> tuple[str, Cites]:
        """A paragraph must say something: an empty value is an error, not a blank line."""
        said, cites = self._said(text.strip(" "))
        if not (clean(said) if self.cited is None else said).strip():
            raise DocumentError("document.text_empty", self.clause)
        return said, cites

    def _said(self, text: str) -> tuple[str, Cites]:
        """The text as it is printed, and where it cites an article."""
        if self.cited is None:
            return text, ()
        if CITE not in text:
            return clean(text), ()
        first, *pieces = text.split(CITE)
        printed = clean(first)
        cites: list[Cite] = []
        for piece in pieces:
            said = _NUMBER.match(piece)
            if said and said[0] in self.cited:
                cites.append(Cite(len(printed), len(printed) + said.end(), self.cited[said[0]]))
            printed += clean(piece)
        return printed, tuple(cites)

    def table(self, lines: list[str]) -> Table:
        """A header, the rule that gives the alignment, and rows."""
        rows: list[tuple[str, ...]] = []
        cites: list[tuple[int, int, Cites]] = []
        align: tuple[Align, ...] = ()
        for line in lines:
            rule = "---" in line and _RULE.fullmatch(line)
            if not line.endswith("|") or len(line) < 2 or (rule and (len(rows) != 1 or align)):
                raise _layout(self.clause, line)
            cells = line[1:-1].split("|")
            if rule:
                align = tuple(_align(cell.strip()) for cell in cells)
                continue
            said = [self._said(cell.strip(" ")) for cell in cells]
            rows.append(tuple([text for text, _ in said]))
            if CITE in line and len(rows) > 1:
                cites += ((len(rows) - 2, column, found) for column, (_, found) in enumerate(said) if found)
        if not align or len(rows) < 2 or any(len(row) != len(align) for row in rows):
            raise DocumentError("document.table_layout", self.clause, columns=len(align))
        return Table(rows[0], tuple(rows[1:]), align, tuple(cites))


def _align(rule: str) -> Align:
    if rule.endswith(":"):
        return "center" if rule.startswith(":") else "right"
    return "left"
