"""Read the text and the articles of a .docx, ours or one that came back.

Changes are read as accepted: text in ``w:ins`` counts, text in ``w:del`` and
``w:moveFrom`` does not (documents.md 7: python-docx would lose both numbers of
a 3 → 5 change without a warning). Numbers of lists are counted as Word would
(`counting`). A file is opened with limits and without entities; the full intake rules for foreign files are a room of their own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from teikei.documents.blocks import ArticleRef
from teikei.documents.counting import Numbers
from teikei.documents.errors import DocumentError
from teikei.documents.house import MARKS, q

MAX_PART = 50 * 1024 * 1024
"""Bytes of the main part after inflation; a 100-page contract has about 2 MB."""

_MAIN, _NUMBERING, _STYLES = "word/document.xml", "word/numbering.xml", "word/styles.xml"
_HEADINGS = (
    ("ja", re.compile(r"第(\d+)条（(.*)）", re.DOTALL)),
    ("en", re.compile(r"Article (\d+) \((.*)\)", re.DOTALL)),
)
_SECTION = re.compile(r"(\d+)\. (.*)", re.DOTALL)


_SKIPPED = frozenset(map(q, ("del", "moveFrom", "pPr", "rPr", "instrText", "delText")))
_PARAGRAPH, _TABLE, _ROW, _CELL = map(q, ("p", "tbl", "tr", "tc"))


@dataclass(frozen=True, slots=True)
class _Opened:
    """The main part, what counts its numbers, and the language of a heading that does not show its own."""

    root: etree._Element
    numbers: Numbers
    language: str


def _opened(docx: bytes) -> _Opened:
    """Raises `document.archive_invalid`."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            names = frozenset(archive.namelist())
            root = _part(archive, _MAIN)
            numbering, styles = (
                _part(archive, name) if name in names else None for name in (_NUMBERING, _STYLES)
            )
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
        raise DocumentError("document.archive_invalid", reason=type(error).__name__) from error
    except etree.XMLSyntaxError as error:
        raise DocumentError("document.archive_invalid", reason="xml") from error
    except ValueError as error:  # a number of a list that is none
        raise DocumentError("document.archive_invalid", reason="numbering") from error
    return _Opened(root, Numbers(numbering, styles), _language(styles))


def _language(styles: etree._Element | None) -> str:
    """As the defaults of the file say: ours are British where the paper is in English alone."""
    said = None if styles is None else styles.find(f"{q('docDefaults')}//{q('lang')}")
    return "en" if said is not None and str(said.get(q("val"))) == "en-GB" else "ja"


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    info = archive.getinfo(name)
    if info.file_size > MAX_PART:
        raise DocumentError("document.archive_invalid", reason="too large")
    raw = archive.read(info)
    if b"<!DOCTYPE" in raw[:4096]:
        raise DocumentError("document.archive_invalid", reason="doctype")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(raw, parser)


def read_text(docx: bytes) -> str:
    """The visible text: a line for each paragraph, a row's cells joined by tabs."""
    return "\n".join(line for _, lines in body(docx) for line in lines)


def body(docx: bytes) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """What stands at the top of the document, one after the other, each with its visible lines."""
    opened = _opened(docx)
    found = opened.root.find(q("body"))
    for child in () if found is None else found:
        yield child, tuple(line for line in _lines((child,), opened.numbers) if line.strip())


def articles(docx: bytes) -> tuple[ArticleRef, ...]:
    """The articles by their hidden bookmarks: number, title and clause id; of two languages the first."""
    opened = _opened(docx)
    found: list[ArticleRef] = []
    for paragraph in opened.root.iter(_PARAGRAPH):
        label = opened.numbers.label(paragraph)
        for mark in paragraph.iter(q("bookmarkStart")):
            name = str(mark.get(q("name"), ""))
            if not name.startswith(MARKS[0]):
                continue
            if one := _article(
                label + "".join(_text(paragraph)), name.removeprefix(MARKS[0]), opened.language
            ):
                found.append(one)
    return tuple(found)


def _article(heading: str, clause_id: str, spoken: str) -> ArticleRef | None:
    for language, pattern in _HEADINGS:
        if match := pattern.fullmatch(heading):
            return ArticleRef(int(match[1]), match[2], clause_id, language)
    match = _SECTION.fullmatch(heading)
    return ArticleRef(int(match[1]), match[2], clause_id, spoken) if match else None


def _lines(nodes: Iterable[etree._Element], numbers: Numbers) -> Iterator[str]:
    for child in nodes:
        if child.tag == _PARAGRAPH:
            yield numbers.label(child) + "".join(_text(child))
        elif child.tag == _TABLE:
            for row in child.iter(_ROW):
                yield "\t".join("\n".join(_lines(cell, numbers)) for cell in row.iter(_CELL))
        elif child.tag not in _SKIPPED:
            yield from _lines(child, numbers)


def _text(node: etree._Element) -> Iterator[str]:
    """Text of a paragraph in reading order, deleted pieces left out."""
    for child in node:
        if child.tag in _SKIPPED:
            continue
        if child.tag == q("t"):
            yield child.text or ""
        elif child.tag == q("tab"):
            yield "\t"
        elif child.tag in (q("br"), q("cr")):
            yield "\n"
        else:
            yield from _text(child)
