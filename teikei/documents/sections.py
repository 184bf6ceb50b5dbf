"""The articles of a written paper with their words: where each one begins and ends in the text that a reader reads.

An article begins at its hidden bookmark and ends at the next one, at a chapter, or at the closing (後文, 日付欄).
The words are those of `read_text`: both go through `read.body`.
"""

from __future__ import annotations

from lxml import etree

from teikei.documents.blocks import ArticleRef
from teikei.documents.house import MARKS, q
from teikei.documents.read import articles, body

_ENDS = ("Koubun", "DateLine", "Heading1")
"""Styles of what is no part of an article any more."""


def sections(docx: bytes) -> tuple[tuple[ArticleRef, str], ...]:
    """(article, its text without the heading) in their order; raises `document.archive_invalid`."""
    refs = {ref.clause_id: ref for ref in articles(docx)}
    found: dict[str, list[str]] = {}
    current = ""
    for child, lines in body(docx):
        here = _begins(child)
        if here in refs:
            current, found[here] = here, []
        elif _style(child).endswith(_ENDS):
            current = ""
        elif current:
            found[current] += lines
    return tuple((refs[clause], "\n".join(text)) for clause, text in found.items())


def _begins(child: etree._Element) -> str:
    """The clause whose heading this paragraph is."""
    marks = (str(m.get(q("name"), "")) for m in child.findall(q("bookmarkStart")))
    return next((m.removeprefix(MARKS[0]) for m in marks if m.startswith(MARKS[0])), "")


def _style(child: etree._Element) -> str:
    style = child.find(f"{q('pPr')}/{q('pStyle')}")
    return "" if style is None else str(style.get(q("val"), ""))
