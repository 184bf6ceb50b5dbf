"""Do the two languages of a paper say the same in the same places?

Side by side means article by article and paragraph by paragraph: another number
of articles, 項, 号 or rows would put an English sentence beside a Japanese one that
it does not render, and the clause is named instead.
"""

from __future__ import annotations

from itertools import zip_longest

from teikei.documents.blocks import (
    Block,
    Body,
    Chapter,
    DateLine,
    Paper,
    Paragraph,
    SignatureBlock,
    Table,
)  # fmt: skip
from teikei.documents.errors import DocumentError


def check(first: Paper, second: Paper) -> None:
    """Raises `document.languages_differ` with the clause and what there is in each language."""
    for block, other in zip_longest(first.blocks, second.blocks):
        known = block or other
        place = _place(known) if known else ""
        if block is None or other is None or type(block) is not type(other) or place != _place(other):
            raise DocumentError(
                "document.languages_differ", place,
                ja=_place(block) if block else "", en=_place(other) if other else "",
            )  # fmt: skip
        one, two = _shape(block), _shape(other)
        if one != two:
            raise DocumentError("document.languages_differ", place, ja=one, en=two)


def _place(block: Block) -> str:
    """The clause, or the kind of the block that has none."""
    if isinstance(block, Chapter):
        return f"chapter {block.number}"
    if isinstance(block, DateLine | SignatureBlock):
        return type(block).__name__
    return block.clause_id


def _shape(block: Block) -> str:
    """Paragraphs, their items and tables in order, as an author can count them: 1(3) 2 table 3x2."""
    if isinstance(block, SignatureBlock):
        return str(len(block.parties))
    if isinstance(block, Chapter | DateLine):
        return ""
    return " ".join(_parts(block.body))


def _parts(body: Body) -> list[str]:
    found: list[str] = []
    for part in body:
        if isinstance(part, Table):
            found.append(f"table {len(part.rows)}x{len(part.header)}")
        else:
            found.append(_paragraph(part))
    return found


def _paragraph(part: Paragraph) -> str:
    items = ",".join(
        f"{item.number}[{len(item.children)}]" if item.children else str(item.number) for item in part.items
    )
    number = "-" if part.number is None else str(part.number)
    return f"{number}({items})" if items else number
