"""The block model as lines of plain text: what a reader of the pages reads, numbers included.

Built from the model and not from the XML; `read` must find the same in the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from teikei.documents.blocks import (
    Article,
    Block,
    Body,
    Chapter,
    DateLine,
    Heading,
    Paper,
    Signatory,
    SignatureBlock,
    Table,
)  # fmt: skip
from teikei.documents.language import LANGUAGES, Language


def text(paper: Paper) -> str:
    """The whole paper."""
    return "\n".join(line for line in _paper(paper) if line.strip())


def lines(block: Block, language: Language) -> Iterator[str | Table]:
    """One line for each paragraph; tables are passed on, signatures left out."""
    number = 0
    match block:
        case Article() | Heading() | Chapter():
            yield heading(block, language)
            number = block.number
        case DateLine():
            yield block.text
    if not isinstance(block, Chapter | DateLine | SignatureBlock):
        yield from _body(block.body, number, language)


def heading(block: Article | Heading | Chapter, language: Language) -> str:
    """第3条（秘密保持）, 3. 収益, 第1章　総則."""
    match block:
        case Article():
            return language.article_heading(block.number, block.title)
        case Heading():
            return language.sheet_heading(block.number, block.title)
        case Chapter():
            return language.chapter_heading(block.number, block.title)


def _body(body: Body, article: int, language: Language) -> Iterator[str | Table]:
    for block in body:
        if isinstance(block, Table):
            yield block
            continue
        number = "" if block.number is None else f"{language.paragraph(article, block.number)}\t"
        yield f"{number}{block.text}"
        for item in block.items:
            yield f"{language.item(item.number)}\t{item.text}"
            yield from (f"{child.mark}\t{child.text}" for child in item.children)


def signature_lines(party: Signatory) -> tuple[str, ...]:
    """The printed lines of one party; ㊞ only where a seal is put."""
    lines = [f"{name}\t{value}" for name, value in party.lines]
    if party.seal and lines:
        lines[-1] += "\t㊞"
    return tuple(lines)


def flat(line: str | Table) -> str:
    """A line for measuring."""
    return "" if isinstance(line, Table) else line.replace("\n", "")


def _paper(paper: Paper) -> Iterator[str]:
    papers = (paper, paper.second) if paper.second else (paper,)
    spoken = tuple(LANGUAGES[one.spoken] for one in papers)
    titles = tuple(one.title for one in papers)
    yield from titles
    if paper.contents:
        yield "　".join(one.contents for one in spoken)
        listed = zip(*(one.contents for one in papers), strict=True)
        for blocks in listed:
            yield "\t".join(heading(block, language) for block, language in zip(blocks, spoken, strict=True))
        yield from titles
    if paper.second:
        for blocks in zip(paper.blocks, paper.second.blocks, strict=True):
            yield from _both(blocks, spoken)
        return
    for block in paper.blocks:
        if isinstance(block, SignatureBlock):
            yield from _signatures((block,))
            continue
        for line in lines(block, spoken[0]):
            if isinstance(line, Table):
                yield from ("\t".join(row) for row in (line.header, *line.rows))
            else:
                yield line


def _both(blocks: tuple[Block, Block], spoken: tuple[Language, ...]) -> Iterator[str]:
    """A row of two languages has both sides; a table's cell says once what both share."""
    if isinstance(blocks[0], SignatureBlock):
        yield from _signatures(blocks)
        return
    sides = (lines(block, language) for block, language in zip(blocks, spoken, strict=True))
    for one, two in zip(*sides, strict=True):
        if isinstance(one, Table) and isinstance(two, Table):
            for rows in zip((one.header, *one.rows), (two.header, *two.rows), strict=True):
                yield "\t".join("\n".join(dict.fromkeys(texts)) for texts in zip(*rows, strict=True))
        else:
            yield f"{one}\t{two}"


def _signatures(blocks: tuple[Block, ...]) -> Iterator[str]:
    found = [block for block in blocks if isinstance(block, SignatureBlock)]
    for parties in zip(*(block.parties for block in found), strict=True):
        between = "\n" if len(parties) > 1 else "\t"
        yield "\t".join(f"{party.label}{between}" + "\n".join(signature_lines(party)) for party in parties)
