"""Block model → WordprocessingML as strings.

Articles, 項, 号 and third level are numbered by Word's own lists (`numbering`) and
a citation of an article is a REF field on the bookmark of its heading, so that an
article which a lawyer puts in moves every number and every citation
(docs/decisions/0022). The bookmark ``_cl_<clause id>`` is hidden and survives a
round trip through LibreOffice and Word (documents.md 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from teikei.documents.blocks import (
    Article,
    Block,
    Body,
    Chapter,
    Cites,
    Closing,
    DateLine,
    Heading,
    Paragraph,
    Preamble,
    SignatureBlock,
    Table,
)  # fmt: skip
from teikei.documents.house import MINCHO, RESTART, Look, fonts
from teikei.documents.numbering import Label, labels

_SPECIAL = re.compile('[&<>"\x85]')

_SIGNS = "°±×÷§¶′″‥…‘’“”†‡※←-⇿√∞∠∥∩∪∫∴≒≠≡≦≧①-⓿■-◿★☆♀♂Α-Ωα-ωⅠ-ⅿ"
"""Signs that are narrow in Latin and wide in Japanese (Unicode UAX 11, class A). Word
follows the hint; LibreOffice takes the Latin face, which may lack the glyph."""
_AMBIGUOUS = re.compile(f"([{_SIGNS}]+)")

_MARKED = re.compile(f'[{_SIGNS}&<>"\x85\n\t]')
"""Any sign for which a text is more than itself in one run; most texts have none."""

_HEADED = frozenset({"Title", "Heading1", "Heading2", "CellHead", "TOCHeading", "TOC1"})
"""Styles in the face of headings."""

_BEFORE_TABLE = '<w:keepNext/><w:spacing w:after="60"/>'
_PLACED = '<w:ind w:left="0" w:firstLine="0"/><w:jc w:val="{}"/>'
GAP = '<w:p><w:pPr><w:pStyle w:val="Gap"/></w:pPr></w:p>'

Unit: TypeAlias = str | Table
"""One paragraph as XML, or a table that the layout has still to place."""


@dataclass(slots=True)
class Lists:
    """What the parts beside the text must know: which lists begin again, how many bookmarks there are."""

    restarts: list[int] = field(default_factory=list)
    marks: Iterator[int] = field(default_factory=lambda: count(1))

    def restart(self, look: Look) -> int:
        """The `w:numId` of one more list that begins at 1."""
        self.restarts.append(look.order)
        return RESTART + len(self.restarts) - 1


def escape(text: str) -> str:
    """Text for an element or an attribute."""
    if not _SPECIAL.search(text):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\x85", "&#x85;")


def run(text: str, look: Look, face: str = MINCHO[0], cites: Cites = ()) -> str:
    """Runs of one text; a citation becomes a field, an ambiguous sign gets a run in the Japanese face."""
    if cites:
        parts: list[str] = []
        at = 0
        for start, end, clause_id in cites:
            parts += (run(text[at:start], look, face), reference(text[start:end], look.mark(clause_id), look))
            at = end
        return "".join((*parts, run(text[at:], look, face)))
    if not _MARKED.search(text):
        return f'{look.run}<w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    if not look.japanese or not _AMBIGUOUS.search(text):
        return f"{look.run}{_content(text)}</w:r>"
    pieces = _AMBIGUOUS.split(text)
    return "".join(
        f"{_sign_run(face) if index % 2 else look.run}{_content(piece)}</w:r>"
        for index, piece in enumerate(pieces)
        if piece
    )


def reference(said: str, mark: str, look: Look, switches: str = r"\w \h") -> str:
    r"""REF: ``\w`` is the number of the paragraph in full, ``\h`` makes it a link; `said` until Word counts anew."""
    return (
        f'{look.run}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'{look.run}<w:instrText xml:space="preserve"> REF {mark} {switches} </w:instrText></w:r>'
        f'{look.run}<w:fldChar w:fldCharType="separate"/></w:r>'
        f'{look.run}{_content(said)}</w:r>{look.run}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def _sign_run(face: str) -> str:
    return f"<w:r><w:rPr>{fonts((face, face), hint=True)}</w:rPr>"


def _content(text: str) -> str:
    """Line breaks and tabs become elements."""
    if "\n" not in text and "\t" not in text:
        return f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    parts: list[str] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            parts.append("<w:br/>")
        for place, piece in enumerate(line.split("\t")):
            if place:
                parts.append("<w:tab/>")
            if piece:
                parts.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return "".join(parts)


def paragraph(style: str, text: str, look: Look, *, extra: str = "", cites: Cites = ()) -> str:
    """A paragraph; `extra` is paragraph properties after the style."""
    face = look.heading[0] if style in _HEADED else MINCHO[0]
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{look.prefix}{style}"/>{extra}</w:pPr>'
        f"{run(text, look, face, cites)}</w:p>"
    )


def _heading(style: str, label: Label, title: str, mark: str, look: Look, lists: Lists) -> str:
    """A heading with its hidden bookmark; the number comes from the list of its style."""
    identity = next(lists.marks)
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{look.prefix}{style}"/></w:pPr>'
        f'<w:bookmarkStart w:id="{identity}" w:name="{escape(mark)}"/>'
        f"{run(label.before + title + label.after, look, look.heading[0])}"
        f'<w:bookmarkEnd w:id="{identity}"/></w:p>'
    )


def units(block: Block, look: Look, lists: Lists) -> Iterator[Unit]:
    """What one block consists of, in reading order; a signature block is placed by the page."""
    match block:
        case Article() | Heading():
            known = labels(look.language.code)
            label = known.article if isinstance(block, Article) else known.sheet
            yield _heading("Heading2", label, block.title, look.mark(block.clause_id), look, lists)
            yield from _body(block.body, "Kou", look, lists, follows=True)
        case Chapter():
            label = labels(look.language.code).chapter
            yield _heading("Heading1", label, block.title, look.chapter_mark(block.number), look, lists)
        case Preamble():
            yield from _body(block.body, "Zenbun", look, lists)
        case Closing():
            yield from _body(block.body, "Koubun", look, lists)
        case DateLine():
            yield paragraph("DateLine", block.text, look)
        case SignatureBlock():
            pass


def _body(body: Body, style: str, look: Look, lists: Lists, *, follows: bool = False) -> Iterator[Unit]:
    """`follows`: right after a number, which begins the first list again by itself."""
    for index, block in enumerate(body):
        if isinstance(block, Table):
            yield block
            continue
        before_table = index + 1 < len(body) and isinstance(body[index + 1], Table)
        yield _kou(block, style, look, _BEFORE_TABLE if before_table else "")
        if block.items:
            loose = not follows and block.number is None
            yield from _items(block, look, lists.restart(look) if loose else 0)
            follows = False


def _kou(block: Paragraph, style: str, look: Look, keep: str) -> str:
    """項 without its 号; `keep` holds the line above a table on its page."""
    if block.number is not None:
        return paragraph("KouNumbered", block.text, look, extra=keep, cites=block.cites)
    placed = _PLACED.format(block.place) if block.place else ""
    return paragraph(style, block.text, look, extra=keep + placed, cites=block.cites)


def _items(block: Paragraph, look: Look, number: int) -> Iterator[str]:
    """号 and third level; `number` is their own list where they begin again."""
    for item in block.items:
        yield paragraph("Gou", item.text, look, extra=_numbered(2, number), cites=item.cites)
        for child in item.children:
            yield paragraph("Iroha", child.text, look, extra=_numbered(3, number), cites=child.cites)


def _numbered(level: int, number: int) -> str:
    if not number:
        return ""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
