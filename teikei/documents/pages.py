"""A paper as pages: title, contents, text and signatures in one column; two languages in two.

Contents are numbers and titles that lead to their articles, without page numbers:
only Word knows pages, and it would have to ask before it counts them. Both are
fields, so that they follow an inserted article and a new title like any citation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from teikei.documents.blocks import Article, Block, Chapter, Paper, SignatureBlock, Table
from teikei.documents.house import LAYOUTS, XML, Look, R, W, layout_of, section
from teikei.documents.lines import flat, lines
from teikei.documents.numbering import Label, labels
from teikei.documents.tables import END, cell, display_width, frame, row, signing, table
from teikei.documents.wordml import GAP, Lists, paragraph, reference, run, units

BREAK_BEFORE = "<w:pageBreakBefore/>"
SHORT = 520
"""Half-width columns up to which a pair stays on one page: some twelve lines in half a page's width."""

TOGETHER = 4
ROOM, LEAD, LEAST = 11700, 310, 225
"""Of the contents: height left for the lines, height of a line of its own accord, and the least that reads well."""

_CLOSE = '<w:spacing w:before="0" w:after="120"/>'

_BETWEEN = '<w:tblBorders><w:insideV w:val="single" w:sz="4" w:space="0" w:color="A6A6A6"/></w:tblBorders>'


def document(paper: Paper, lists: Lists) -> bytes:
    """word/document.xml; fills `lists` with what numbering.xml needs."""
    layout = layout_of(paper.language, dense=paper.dense)
    parts = [f'{XML}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>']
    parts.extend(_titles(paper, layout.looks))
    if contents := paper.contents:
        parts.extend(_contents(paper, contents, layout.looks))
        parts.extend(_titles(paper, layout.looks, BREAK_BEFORE))
    if paper.second:
        parts.extend(_two_columns(paper, paper.second, lists))
    else:
        look = layout.looks[0]
        for block in paper.blocks:
            parts.extend(_one_column(block, look, layout.width, lists))
    parts.append(f"{section(layout)}</w:body></w:document>")
    return b"".join(map(str.encode, parts))  # one text of all would be twice as large for the moment


def _titles(paper: Paper, looks: tuple[Look, ...], extra: str = "") -> Iterator[str]:
    if paper.second:
        yield paragraph("Title", paper.title, looks[0], extra=f"{extra}{_CLOSE}")
        yield paragraph("Title", paper.second.title, looks[1])
    else:
        yield paragraph("Title", paper.title, looks[0], extra=extra)


def _contents(
    paper: Paper, contents: tuple[Chapter | Article, ...], looks: tuple[Look, ...]
) -> Iterator[str]:
    """One line for each chapter and article, in both languages where there are two."""
    second = paper.second.contents if paper.second else ()
    heading = "　".join(look.language.contents for look in looks)
    yield paragraph("TOCHeading", heading, looks[0])
    lead = _lead(len(contents))
    for blocks in zip_longest(contents, second):
        found = zip(blocks, looks, strict=False)
        entries = [_entry(block, look, paper.language) for block, look in found if block]
        style = "TOC1" if isinstance(blocks[0], Chapter) else "TOC2"
        inside = "<w:r><w:tab/></w:r>".join(entries)
        yield f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{lead}</w:pPr>{inside}</w:p>'


def _lead(count: int) -> str:
    """The lines of a long list stand closer, so that the contents are one page."""
    pitch = ROOM // count
    if pitch >= LEAD or pitch < LEAST:
        return ""
    return f'<w:spacing w:before="0" w:after="0" w:line="{pitch}" w:lineRule="exact"/>'


def _entry(block: Chapter | Article, look: Look, language: str) -> str:
    known = labels(look.language.code)
    label = known.article if isinstance(block, Article) else known.chapter
    mark = look.mark(block.clause_id) if isinstance(block, Article) else look.chapter_mark(block.number)
    return _linked(label, block.number, block.title, mark, language, look.order)


@lru_cache(maxsize=4096)
def _linked(label: Label, number: int, title: str, mark: str, language: str, order: int) -> str:
    """Number and title of a heading, both fields; two in one link come back garbled from LibreOffice."""
    look = LAYOUTS[language].looks[order]
    said = reference(label.text.replace("%1", str(number)), mark, look)
    space = run(" ", look) if label.suffix == "space" else ""
    named = reference(label.before + title + label.after, mark, look, r"\h")
    return f'{said}{space}<w:hyperlink w:anchor="{mark}" w:history="1">{named}</w:hyperlink>'


def _one_column(block: Block, look: Look, width: int, lists: Lists) -> Iterator[str]:
    if isinstance(block, SignatureBlock):
        yield from _signatures(block, look, width)
        return
    for unit in units(block, look, lists):
        if isinstance(unit, Table):
            yield from table((unit,), (look,), width)
        else:
            yield unit


def _signatures(block: SignatureBlock, look: Look, width: int) -> Iterator[str]:
    """No borders, one row for each party, no row across two pages."""
    widths = [look.label, width - look.label]
    yield frame(widths)
    for party, keep in zip(block.parties, _together(block), strict=True):
        label = paragraph("SignLabel", party.label, look, extra=keep)
        yield row(cell(w, content) for w, content in zip(widths, (label, signing(party, look)), strict=True))
    yield END


def _together(block: SignatureBlock) -> Iterator[str]:
    """Up to four companies sign on one page; of more each stands whole and the last is not alone."""
    count = len(block.parties)
    first = 1 if count <= TOGETHER else count - 1
    return ("<w:keepNext/>" if first <= place < count else "" for place in range(1, count + 1))


def _two_columns(paper: Paper, second: Paper, lists: Lists) -> Iterator[str]:
    """Japanese left, English right, one row for each paragraph; a table of the text takes the full width."""
    layout = layout_of(paper.language, dense=paper.dense)
    left, right = layout.looks
    half = layout.width // 2
    opening = frame([half, half], 0, _BETWEEN)
    inside = False
    for block, other in zip(paper.blocks, second.blocks, strict=True):
        if isinstance(block, SignatureBlock) and isinstance(other, SignatureBlock):
            yield f"{END if inside else ''}{''.join(_both_sign(block, other, layout.looks, half))}"
            inside = False
            continue
        pairs = zip(units(block, left, lists), units(other, right, lists), strict=True)
        sizes = zip(lines(block, left.language), lines(other, right.language), strict=True)
        for (one, two), said in zip(pairs, sizes, strict=True):
            if isinstance(one, Table) and isinstance(two, Table):
                yield END if inside else GAP
                yield from table((one, two), layout.looks, layout.width)
            else:
                split = max(display_width(flat(text)) for text in said) > SHORT
                pair = row((cell(half, str(one)), cell(half, str(two))), split=split)
                yield pair if inside else opening + pair
            inside = not isinstance(one, Table)
    if inside:
        yield END


def _both_sign(
    block: SignatureBlock, other: SignatureBlock, looks: tuple[Look, ...], half: int
) -> Iterator[str]:
    """One block for both languages: a party's lines in Japanese and in English stand in one row."""
    yield frame([half, half])
    for *parties, keep in zip(block.parties, other.parties, _together(block), strict=True):
        yield row(
            cell(half, paragraph("SignLabel", party.label, look, extra=keep) + signing(party, look))
            for party, look in zip(parties, looks, strict=True)
        )
    yield END


def running(paper: Paper) -> str:
    """Which version of which paper of which alliance a loose page belongs to."""
    look = layout_of(paper.language, dense=paper.dense).looks[0]
    titles = (paper.title, paper.second.title) if paper.second else (paper.title,)
    said = (paper.alliance, " / ".join(titles), look.language.version(paper.version))
    gap = "　" if look.japanese else " – "
    return gap.join(part for part in said if part)


def header(paper: Paper) -> str:
    """word/header1.xml."""
    look = layout_of(paper.language, dense=paper.dense).looks[0]
    return f'{XML}<w:hdr xmlns:w="{W}">{paragraph("Header", running(paper), look)}</w:hdr>'
