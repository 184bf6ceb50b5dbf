"""Read the text and the articles of a .docx, ours or one that came back.

Changes are read as accepted: text in ``w:ins`` counts, text in ``w:del`` and
``w:moveFrom`` does not (documents.md 7: python-docx would lose both numbers of
a 3 → 5 change without a warning). A file is opened with limits and without
entities; the full intake rules for foreign files are a room of their own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from teikei.documents.blocks import ArticleRef
from teikei.documents.errors import DocumentError
from teikei.documents.house import W
from teikei.documents.wordml import BOOKMARK

MAX_PART = 50 * 1024 * 1024
"""Bytes of the main part after inflation; a 100-page contract has about 2 MB."""

_HEADING = re.compile(r"第(\d+)条（(.*)）|(\d+)\. (.*)", re.DOTALL)


def _tag(name: str) -> str:
    return f"{{{W}}}{name}"


_SKIPPED = frozenset(map(_tag, ("del", "moveFrom", "pPr", "rPr", "instrText", "delText")))
_PARAGRAPH, _TABLE, _ROW, _CELL = map(_tag, ("p", "tbl", "tr", "tc"))


def _root(docx: bytes) -> etree._Element:
    """word/document.xml, parsed; raises `document.archive_invalid`."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            info = archive.getinfo("word/document.xml")
            if info.file_size > MAX_PART:
                raise DocumentError("document.archive_invalid", reason="too large")
            raw = archive.read(info)
        if b"<!DOCTYPE" in raw[:4096]:
            raise DocumentError("document.archive_invalid", reason="doctype")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        return etree.fromstring(raw, parser)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
        raise DocumentError("document.archive_invalid", reason=type(error).__name__) from error
    except etree.XMLSyntaxError as error:
        raise DocumentError("document.archive_invalid", reason="xml") from error


def read_text(docx: bytes) -> str:
    """The visible text: a line for each paragraph, a row's cells joined by tabs."""
    body = _root(docx).find(_tag("body"))
    lines = _lines(body) if body is not None else iter(())
    return "\n".join(line for line in lines if line.strip())


def articles(docx: bytes) -> tuple[ArticleRef, ...]:
    """The articles by their hidden bookmarks: number, title and clause id."""
    found: list[ArticleRef] = []
    for mark in _root(docx).iter(_tag("bookmarkStart")):
        name = str(mark.get(_tag("name"), ""))
        owner = next(mark.iterancestors(_PARAGRAPH), None)
        if not name.startswith(BOOKMARK) or owner is None:
            continue
        if match := _HEADING.fullmatch("".join(_text(owner))):
            number, title = match[1] or match[3], match[2] if match[1] else match[4]
            found.append(ArticleRef(int(number), title, name.removeprefix(BOOKMARK)))
    return tuple(found)


def _lines(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield "".join(_text(child))
        elif child.tag == _TABLE:
            for row in child.iter(_ROW):
                yield "\t".join("\n".join(_lines(cell)) for cell in row.iter(_CELL))
        elif child.tag not in _SKIPPED:
            yield from _lines(child)


def _text(node: etree._Element) -> Iterator[str]:
    """Text of a paragraph in reading order, deleted pieces left out."""
    for child in node:
        if child.tag in _SKIPPED:
            continue
        if child.tag == _tag("t"):
            yield child.text or ""
        elif child.tag == _tag("tab"):
            yield "\t"
        elif child.tag in (_tag("br"), _tag("cr")):
            yield "\n"
        else:
            yield from _text(child)
