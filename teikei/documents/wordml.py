"""Block model → WordprocessingML as strings.

Numbers are written as text, not as Word lists: LibreOffice recalculates list
references and changes their digits (documents.md 5), and a number that the
engine checked must be the number that is read. Each article heading carries
the hidden bookmark ``_cl_<clause id>``, which survives a round trip through
LibreOffice and Word (documents.md 6).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import count

from teikei.documents.blocks import (
    Article,
    Block,
    Body,
    Chapter,
    Closing,
    DateLine,
    Heading,
    Paper,
    Paragraph,
    Preamble,
    Signatory,
    SignatureBlock,
    Table,
)  # fmt: skip
from teikei.documents.house import (
    CHAR,
    GOTHIC,
    GOTHIC_STYLES,
    LABEL_WIDTH,
    MINCHO,
    SECTION,
    TEXT_WIDTH,
    XML,
    R,
    W,
    fonts,
)

BOOKMARK = "_cl_"
_SPECIAL = re.compile('[&<>"\x85]')
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\x85", "&#x85;"))
_RUN = '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
"""The hint makes …, “ and ① Japanese glyphs; the faces come from the style."""

_AMBIGUOUS = re.compile("([°±×÷§¶′″‥…‘’“”†‡※←-⇿√∞∠∥∩∪∫∴≒≠≡≦≧①-⓿■-◿★☆♀♂Α-Ωα-ωⅠ-ⅿ]+)")
"""Signs that are narrow in Latin and wide in Japanese (Unicode UAX 11, class A). Word
follows the hint; LibreOffice takes the Latin face, which may lack the glyph."""

_BEFORE_TABLE = '<w:keepNext/><w:spacing w:after="60"/>'
_PLACED = '<w:ind w:left="0" w:firstLine="0"/><w:jc w:val="{}"/>'
_TABLE_INDENT = 2 * CHAR
_CELL_PADDING = 220
_HALF_WIDTH = 112
"""A half-width character at 9.5 pt is 95; the rest is for the space between 2028 and 年."""


def escape(text: str) -> str:
    """Text for an element or an attribute."""
    if _SPECIAL.search(text):
        for sign, entity in _ESCAPES:
            text = text.replace(sign, entity)
    return text


def run(text: str, face: tuple[str, str] = MINCHO) -> str:
    """Runs of one text; ambiguous signs get a run of their own in the Japanese face."""
    if not _AMBIGUOUS.search(text):
        return f"{_RUN}{_content(text)}</w:r>"
    pieces = _AMBIGUOUS.split(text)
    return "".join(
        f"{_sign_run(face) if index % 2 else _RUN}{_content(piece)}</w:r>"
        for index, piece in enumerate(pieces)
        if piece
    )


def _sign_run(face: tuple[str, str]) -> str:
    asia = (face[0], face[0])
    return f"<w:r><w:rPr>{fonts(asia, hint=True)}</w:rPr>"


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


def _face(style: str) -> tuple[str, str]:
    return GOTHIC if style in GOTHIC_STYLES else MINCHO


def paragraph(style: str, text: str, *, extra: str = "") -> str:
    """A paragraph of one run; `extra` is paragraph properties after the style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{extra}</w:pPr>{run(text, _face(style))}</w:p>'


def _marked(style: str, text: str, clause_id: str, identity: int) -> str:
    name = escape(f"{BOOKMARK}{clause_id}")
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:bookmarkStart w:id="{identity}" w:name="{name}"/>{run(text, _face(style))}'
        f'<w:bookmarkEnd w:id="{identity}"/></w:p>'
    )


def article_heading(block: Article) -> str:
    """第3条（秘密保持）."""
    return f"第{block.number}条（{block.title}）"


def sheet_heading(block: Heading) -> str:
    """3. 収益."""
    return f"{block.number}. {block.title}"


def chapter_heading(block: Chapter) -> str:
    """第1章　総則."""
    return f"第{block.number}章　{block.title}"


def _body(body: Body, style: str) -> Iterator[str]:
    for index, block in enumerate(body):
        if isinstance(block, Table):
            yield from _table(block)
        else:
            before_table = index + 1 < len(body) and isinstance(body[index + 1], Table)
            yield from _paragraph(block, style, _BEFORE_TABLE if before_table else "")


def _paragraph(block: Paragraph, style: str, keep: str) -> Iterator[str]:
    """項 with its 号 and イロハ; `keep` holds the line above a table on its page."""
    if block.number is None:
        placed = _PLACED.format(block.place) if block.place else ""
        yield paragraph(style, block.text, extra=keep + placed)
    else:
        yield paragraph("KouNumbered", f"{block.number}\t{block.text}", extra=keep)
    for item in block.items:
        yield paragraph("Gou", f"（{item.number}）\t{item.text}")
        for child in item.children:
            yield paragraph("Iroha", f"{child.mark}\t{child.text}")


def display_width(text: str) -> int:
    """Half-width columns of the longest line."""
    return max(
        sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in line)
        for line in text.split("\n")
    )


def column_widths(table: Table, total: int) -> list[int]:
    """Figures never wrap; what is left goes to the text columns by their content."""
    columns = [[row[index] for row in (table.header, *table.rows)] for index in range(len(table.header))]
    widest = [max(display_width(cell) for cell in cells) for cells in columns]
    floors = [
        min(width, 40 if align == "right" else 8) * _HALF_WIDTH + _CELL_PADDING
        for width, align in zip(widest, table.align, strict=True)
    ]
    spare = max(0, total - sum(floors))
    weights = [
        0 if align == "right" else max(1, min(width, 48) - 8)
        for width, align in zip(widest, table.align, strict=True)
    ]
    if not any(weights):
        weights = [1] * len(widest)
    widths = [floor + spare * weight // sum(weights) for floor, weight in zip(floors, weights, strict=True)]
    if sum(widths) > total:
        widths = [width * total // sum(widths) for width in widths]
    widths[-1] += total - sum(widths)
    return widths


def _frame(widths: list[int], indent: int, borders: str) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblInd w:w="{indent}" w:type="dxa"/>{borders}<w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


_LINES = "<w:tblBorders>" + "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
) + "</w:tblBorders>"  # fmt: skip
_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>'
_CELL_STYLES = {"left": "Cell", "right": "CellRight", "center": "CellCenter"}


def _cell(width: int, content: str, shade: str = "") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}'
        f'<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'
    )


def _table(table: Table) -> Iterator[str]:
    widths = column_widths(table, TEXT_WIDTH - _TABLE_INDENT)
    yield _frame(widths, _TABLE_INDENT, _LINES)
    head = "".join(
        _cell(width, paragraph("CellHead", text), _SHADE)
        for width, text in zip(widths, table.header, strict=True)
    )
    yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
    styles = [_CELL_STYLES[align] for align in table.align]
    for row in table.rows:
        cells = "".join(
            _cell(width, paragraph(style, text))
            for width, style, text in zip(widths, styles, row, strict=True)
        )
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
    yield '</w:tbl><w:p><w:pPr><w:pStyle w:val="Gap"/></w:pPr></w:p>'


def signature_lines(party: Signatory) -> tuple[str, ...]:
    """The printed lines of one party; ㊞ only where a seal is put."""
    lines = [f"{name}\t{value}" for name, value in party.lines]
    if party.seal and lines:
        lines[-1] += "\t㊞"
    return tuple(lines)


def _signatures(block: SignatureBlock) -> Iterator[str]:
    """No borders, one row for each party, no row across two pages."""
    widths = [LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH]
    yield _frame(widths, 0, "")
    for party in block.parties:
        first, *rest = signature_lines(party)
        lines = paragraph("SignFirst", first) + "".join(paragraph("SignLine", x) for x in rest)
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
            for width, content in zip(widths, (paragraph("SignLabel", party.label), lines), strict=True)
        )
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
    yield '</w:tbl><w:p><w:pPr><w:pStyle w:val="Gap"/></w:pPr></w:p>'


def document(paper: Paper) -> str:
    """word/document.xml."""
    identities = count(1)
    parts = [f'{XML}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>', paragraph("Title", paper.title)]
    for block in paper.blocks:
        parts.extend(_block(block, identities.__next__))
    parts.append(f"{SECTION}</w:body></w:document>")
    return "".join(parts)


def _block(block: Block, identity: Callable[[], int]) -> Iterator[str]:
    match block:
        case Article():
            yield _marked("Heading2", article_heading(block), block.clause_id, identity())
            yield from _body(block.body, "Kou")
        case Heading():
            yield _marked("Heading2", sheet_heading(block), block.clause_id, identity())
            yield from _body(block.body, "Kou")
        case Chapter():
            yield paragraph("Heading1", chapter_heading(block))
        case Preamble():
            yield from _body(block.body, "Zenbun")
        case Closing():
            yield from _body(block.body, "Koubun")
        case DateLine():
            yield paragraph("DateLine", block.text)
        case SignatureBlock():
            yield from _signatures(block)


def header(paper: Paper) -> str:
    """word/header1.xml: which paper of which alliance a loose page belongs to."""
    text = f"{paper.alliance}　{paper.title}"
    return f'{XML}<w:hdr xmlns:w="{W}">{paragraph("Header", text)}</w:hdr>'
