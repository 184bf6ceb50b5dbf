"""A paper as a page of HTML: what its Word file says, for a reader who has no Word at hand.

From the block model, as the Word file is, and by our own code. Numbers are printed and citations lead to their
articles, so the page needs no script and no style of its own: it may be shown under a policy that allows neither.
Every text is escaped where it is printed, in one function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import zip_longest

from teikei.documents.blocks import (
    Align,
    Article,
    Block,
    Body,
    Chapter,
    Cites,
    DateLine,
    Heading,
    Item,
    Paper,
    Paragraph,
    SignatureBlock,
    Table,
)  # fmt: skip
from teikei.documents.days import Beside
from teikei.documents.house import LAYOUTS, Look
from teikei.documents.lines import heading, signature_lines
from teikei.documents.pages import running

Unit = str | Table
Notes = Mapping[str, tuple[Beside, ...]]
_ALIGNED: dict[Align | None, str] = {
    None: "",
    "left": "",
    "right": ' class="right"',
    "center": ' class="center"',
}


def page(paper: Paper, *, link: str = "", style: str = "", notes: Notes | None = None) -> str:
    """The whole page; `link` is the address of a style sheet, `style` one that stands in the page itself.

    `notes` stand beside clauses, by their ids, and are no part of the paper.
    """
    looks = LAYOUTS[paper.language].looks
    sheet = f'<link rel="stylesheet" href="{escape(link)}">' if link else ""
    own = f"<style>{style}</style>" if style else ""
    return "".join(
        (
            f'<!doctype html>\n<html lang="{looks[0].language.code}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(running(paper))}</title>{sheet}{own}</head>\n<body>\n",
            *_titles(paper, looks),
            *_contents(paper, looks),
            "<main>\n",
            *(
                _two_columns(paper, paper.second, looks, notes or {})
                if paper.second
                else _one_column(paper, looks[0], notes or {})
            ),
            "</main>\n</body></html>\n",
        )
    )


def _titles(paper: Paper, looks: Sequence[Look]) -> Iterator[str]:
    yield f"<h1>{_said(paper.title)}"
    if paper.second:
        yield f'<br><span lang="{looks[1].language.code}">{_said(paper.second.title)}</span>'
    yield "</h1>\n"


def _contents(paper: Paper, looks: Sequence[Look]) -> Iterator[str]:
    """Where the Word file has a list of articles, the page has one."""
    if not paper.contents:
        return
    sides = (paper.contents, paper.second.contents) if paper.second else (paper.contents,)
    yield f"<nav>\n<p>{_apart([look.language.contents for look in looks], looks)}</p>\n<ul>\n"
    for blocks in zip_longest(*sides):
        found = [(block, look) for block, look in zip(blocks, looks, strict=True) if block]
        entries = [
            f'<a href="#{_mark(block, look)}"{_lang(look, looks)}>{_said(heading(block, look.language))}</a>'
            for block, look in found
        ]
        yield f"<li>{' '.join(entries)}</li>\n"
    yield "</ul>\n</nav>\n"


def _mark(block: Article | Heading | Chapter, look: Look) -> str:
    """As the bookmark in the Word file is called."""
    return escape(
        look.chapter_mark(block.number) if isinstance(block, Chapter) else look.mark(block.clause_id)
    )


def _lang(look: Look, looks: Sequence[Look]) -> str:
    """Of an element in one of two languages; a page in one language says it once."""
    return f' lang="{look.language.code}"' if len(looks) > 1 else ""


def _aside(block: Block, notes: Notes, looks: Sequence[Look]) -> str:
    clause_id = getattr(block, "clause_id", "")
    said = [
        f"<li>{_apart([getattr(one, look.language.code) for look in looks], looks)}</li>"
        for one in notes.get(clause_id, ())
    ]
    return f"<aside><ul>{''.join(said)}</ul></aside>\n" if said else ""


def _one_column(paper: Paper, look: Look, notes: Notes) -> Iterator[str]:
    for block in paper.blocks:
        if isinstance(block, SignatureBlock):
            yield _signatures((block,), (look,))
            continue
        yield "<section>\n"
        for unit in _units(block, look, _level(paper)):
            yield _table((unit,), (look,)) if isinstance(unit, Table) else f"{unit}\n"
        yield f"{_aside(block, notes, (look,))}</section>\n"


def _two_columns(paper: Paper, second: Paper, looks: Sequence[Look], notes: Notes) -> Iterator[str]:
    """One row for each heading and 項; a table takes the width and says once what both share."""
    for blocks in zip(paper.blocks, second.blocks, strict=True):
        if isinstance(blocks[0], SignatureBlock):
            yield _signatures([block for block in blocks if isinstance(block, SignatureBlock)], looks)
            continue
        yield "<section>\n"
        sides = [_units(block, look, _level(paper)) for block, look in zip(blocks, looks, strict=True)]
        for units in zip(*sides, strict=True):
            tables = [unit for unit in units if isinstance(unit, Table)]
            yield _table(tables, looks) if tables else _pair([str(unit) for unit in units], looks)
        yield f"{_aside(blocks[0], notes, looks)}</section>\n"


def _pair(sides: Sequence[str], looks: Sequence[Look]) -> str:
    columns = zip(sides, looks, strict=True)
    inside = "".join(f"<div{_lang(look, looks)}>{side}</div>" for side, look in columns)
    return f'<div class="pair">{inside}</div>\n'


def _level(paper: Paper) -> int:
    """Of the articles: below the chapters, where there are any."""
    return 3 if any(isinstance(block, Chapter) for block in paper.blocks) else 2


def _units(block: Block, look: Look, level: int) -> Iterator[Unit]:
    """What one block consists of, in reading order; a signature block is placed by the page."""
    match block:
        case Article() | Heading() | Chapter():
            size = 2 if isinstance(block, Chapter) else level
            said = _said(heading(block, look.language))
            yield f'<h{size} id="{_mark(block, look)}">{said}</h{size}>'
        case DateLine():
            yield f'<p class="date">{_said(block.text)}</p>'
    if not isinstance(block, Chapter | DateLine | SignatureBlock):
        yield from _body(block.body, block.number if isinstance(block, Article | Heading) else 0, look)


def _body(body: Body, article: int, look: Look) -> Iterator[Unit]:
    for block in body:
        yield block if isinstance(block, Table) else _kou(block, article, look)


def _kou(block: Paragraph, article: int, look: Look) -> str:
    """項 with its 号."""
    text = _cited(block.text, block.cites, look)
    number = "" if block.number is None else _number(look.language.paragraph(article, block.number))
    items = "".join(_item(item, look) for item in block.items)
    return f"<p{_ALIGNED[block.place]}>{number}{text}</p>" + (f"<ul>{items}</ul>" if items else "")


def _item(item: Item, look: Look) -> str:
    below = "".join(
        f"<li>{_number(child.mark)}{_cited(child.text, child.cites, look)}</li>" for child in item.children
    )
    text = f"{_number(look.language.item(item.number))}{_cited(item.text, item.cites, look)}"
    return f"<li>{text}{f'<ul>{below}</ul>' if below else ''}</li>"


def _number(printed: str) -> str:
    return f'<span class="number">{_said(printed)}</span> '


def _table(tables: Sequence[Table], looks: Sequence[Look]) -> str:
    """A bordered table; of two languages each cell says what they do not share in both."""
    heads = zip(*(one.header for one in tables), strict=True)
    head = "".join(f'<th scope="col">{_apart(said, looks)}</th>' for said in heads)
    cites = [{(line, column): found for line, column, found in one.cites} for one in tables]
    rows: list[str] = []
    for line, texts in enumerate(zip(*(one.rows for one in tables), strict=True)):
        cells = enumerate(zip(*texts, tables[0].align, strict=True))
        found = (
            f"<td{_ALIGNED[align]}>{_apart(said, looks, [one.get((line, column), ()) for one in cites])}</td>"
            for column, (*said, align) in cells
        )
        rows.append(f"<tr>{''.join(found)}</tr>\n")
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n"


def _apart(texts: Sequence[str], looks: Sequence[Look], cites: Sequence[Cites] = ((), ())) -> str:
    """A text in each language, each on its line; once where they are the same."""
    if len({*texts}) == 1:
        return _cited(texts[0], cites[0], looks[0])
    found = zip(texts, cites, looks, strict=False)
    return "<br>".join(
        f"<span{_lang(look, looks)}>{_cited(text, where, look)}</span>" for text, where, look in found
    )


def _signatures(blocks: Sequence[SignatureBlock], looks: Sequence[Look]) -> str:
    rows: list[str] = []
    for parties in zip(*(block.parties for block in blocks), strict=True):
        cells = (
            f'<td{_lang(look, looks)}><p class="label">{_said(party.label)}</p>'
            f"<p>{'<br>'.join(map(_said, signature_lines(party)))}</p></td>"
            for party, look in zip(parties, looks, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>\n")
    return f'<table class="signatures">\n{"".join(rows)}</table>\n'


def _cited(text: str, cites: Cites, look: Look) -> str:
    """A text whose citations are links."""
    parts: list[str] = []
    at = 0
    for start, end, clause_id in cites:
        link = f'<a href="#{escape(look.mark(clause_id))}">{_said(text[start:end])}</a>'
        parts += (_said(text[at:start]), link)
        at = end
    return "".join((*parts, _said(text[at:])))


def _said(text: str) -> str:
    """The only place where text is printed."""
    return escape(text).replace("\n", "<br>").replace("\t", "\u2003")
