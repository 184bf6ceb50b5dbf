"""The articles of a written paper with their words: where each one begins and ends in the text that a reader reads.

An article begins at its hidden bookmark and ends at the next one, at a chapter, or at the closing (後文, 日付欄).
The words are those of `read_text`, line for line, so there is one way of reading.
"""

from __future__ import annotations

from lxml import etree

from teikei.documents.blocks import ArticleRef
from teikei.documents.house import W
from teikei.documents.read import _lines, _root, articles, read_text
from teikei.documents.wordml import BOOKMARK

_ENDS = ("Koubun", "DateLine", "Heading1")
"""Styles of what is no part of an article any more."""


def sections(docx: bytes) -> tuple[tuple[ArticleRef, str], ...]:
    """(article, its text without the heading) in their order; raises `document.archive_invalid`."""
    refs = {ref.clause_id: ref for ref in articles(docx)}
    body = _root(docx).find(f"{{{W}}}body")
    lines = read_text(docx).split("\n")
    found: dict[str, list[str]] = {}
    at, current = 0, ""
    for child in () if body is None else tuple(body):
        here, count = _begins(child), _count(child)
        if here in refs:
            current, found[here] = here, []
        elif _style(child).endswith(_ENDS):
            current = ""
        elif current:
            found[current] += lines[at : at + count]
        at += count
    return tuple((refs[clause], "\n".join(text)) for clause, text in found.items())


def _begins(child: etree._Element) -> str:
    """The clause whose heading this paragraph is."""
    marks = (str(m.get(f"{{{W}}}name", "")) for m in child.findall(f"{{{W}}}bookmarkStart"))
    return next((m.removeprefix(BOOKMARK) for m in marks if m.startswith(BOOKMARK)), "")


def _style(child: etree._Element) -> str:
    style = child.find(f"{{{W}}}pPr/{{{W}}}pStyle")
    return "" if style is None else str(style.get(f"{{{W}}}val", ""))


def _count(child: etree._Element) -> int:
    """How many lines of the whole text are its own."""
    alone = etree.Element("alone")
    alone.append(child)
    return sum(line.count("\n") + 1 for line in _lines(alone) if line.strip())
