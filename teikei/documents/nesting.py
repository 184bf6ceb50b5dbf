"""From a part with marks to a Jinja source that can only give well-formed XML.

A block (`if`, `for`) may begin and end anywhere, as long as it begins, turns
(`else`) and ends at one height: under elements of the same names. Then what
stands between opens what it closes, whichever branch runs and however often,
and no output needs to be parsed again. Jinja's delimiters are control
characters, which XML forbids, so that neither the author's text nor a value can
open a tag. Each tag begins with a line break: line n + 2 is tag n.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from teikei.documents.errors import DocumentError
from teikei.documents.house import XML, q
from teikei.documents.tags import Tag, Tagged, refuse

DELIMITERS: dict[str, Any] = {
    "block_start_string": "\x0e",
    "block_end_string": "\x0f",
    "variable_start_string": "\x10",
    "variable_end_string": "\x11",
    "comment_start_string": "\x12",
    "comment_end_string": "\x13",
}
GAP = "\x05"
"""Before the end of a cell or table whose content may be absent; `fill_gaps` looks at it."""

_AROUND = {"{%": ("\x0e", "\x0f"), "{{": ("\x10", "\x11"), "{#": ("\x12", "\x13")}
_TOKEN = re.compile(r"<(/?)([^\s/>!?]+)([^>]*?)(/?)>|\ufdd0(\d+)\ufdd1")
_BOOKMARK = re.compile(r'<w:bookmark(Start|End)\b[^>]*? w:id="([^"]*)"[^>]*>')
_ESCAPED = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))
_WORDS = frozenset({"if", "elif", "else", "endif", "for", "endfor", "set"})
_MERGES = frozenset({"vm", "hm", "colspan", "cellbg"})
_HOLDERS = ("tc", "tbl")
_NO_ROWS = re.compile(r"<w:tbl>(?:(?!<w:tbl>).)*?</w:tblGrid>" + GAP + "</w:tbl>", re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A block that has begun: its tag and the elements around it."""

    tag: Tag
    height: tuple[str, ...]
    turned: bool = False


def source_of(found: Tagged) -> str:
    """The Jinja source of one part.

    Raises:
        DocumentError: `document.template_block_open`, `document.template_block_split`,
            `document.template_block_stray`, `document.template_forbidden`.
    """
    _mark_gaps(found.root)
    raw = etree.tostring(found.root, encoding="unicode").replace("\n", " ")
    for written, meant in _ESCAPED:
        raw = raw.replace(written, meant)
    nesting = _Nesting(found.tags)
    source = _TOKEN.sub(nesting, raw.replace("\ufdd2", GAP))
    loose = nesting.loose_marks()
    if loose:
        source = _BOOKMARK.sub(lambda mark: "" if mark[2] in loose else mark[0], source)
    return XML.replace("\n", " ") + source


class _Nesting:
    """Goes over the tokens once; knows at each tag which elements are open."""

    def __init__(self, tags: list[Tag]) -> None:
        self._tags = tags
        self._height: list[str] = []
        self._open: list[_Open] = []
        self._marks: dict[str, list[tuple[_Open, ...]]] = {}

    def loose_marks(self) -> set[str]:
        """Bookmarks that a loop would write twice, or a condition would leave with one end."""
        return {
            identity
            for identity, ends in self._marks.items()
            if any(block.tag.word == "for" for end in ends for block in end)
            or len({tuple(map(id, end)) for end in ends}) > 1
        }

    def __call__(self, token: re.Match[str]) -> str:
        if token[5] is not None:
            return self._tag(self._tags[int(token[5])])
        if token[1]:
            self._height.pop()
            if not self._height and self._open:
                tag = self._open[-1].tag
                refuse("document.template_block_open", tag.place, tag.said)
        elif token[2] in {"w:bookmarkStart", "w:bookmarkEnd"}:
            found = _BOOKMARK.match(token[0])
            self._marks.setdefault(found[2] if found else "", []).append(tuple(self._open))
        elif not token[4]:
            self._height.append(f"{token[2]} {token[3]}" if "xmlns" in token[3] else token[2])
        return token[0]

    def _tag(self, tag: Tag) -> str:
        if tag.kind == "{%":
            self._follow(tag)
        opening, closing = _AROUND[tag.kind]
        return f"{opening}{tag.before}\n{tag.inner} {tag.after}{closing}"

    def _follow(self, tag: Tag) -> None:
        word = tag.word
        if word in _MERGES or word not in _WORDS:
            refuse("document.template_forbidden", tag.place, tag.said, syntax=word)
        height = tuple(self._height)
        if word in {"if", "for"}:
            self._open.append(_Open(tag, height))
            return
        if word == "set":
            return
        if not self._open:
            refuse("document.template_block_stray", tag.place, tag.said)
        block = self._open[-1]
        fits = block.tag.word == word[3:] if word.startswith("end") else not block.turned
        if not fits or (word == "elif" and block.tag.word == "for"):
            refuse("document.template_block_stray", tag.place, tag.said)
        if height != block.height:
            refuse("document.template_block_split", tag.place, tag.said, other=block.tag.said)
        if word == "else":
            block.turned = True
        elif word.startswith("end"):
            self._open.pop()


def _mark_gaps(root: etree._Element) -> None:
    """A cell or a table whose children stand under tags may come out empty."""
    for holder in root.iter(*map(q, _HOLDERS)):
        if "\ufdd0" in "".join((holder.text or "", *(child.tail or "" for child in holder))):
            last = holder[-1] if len(holder) else None
            if last is None:
                holder.text = (holder.text or "") + "\ufdd2"
            else:
                last.tail = (last.tail or "") + "\ufdd2"


def fill_gaps(xml: str) -> str:
    """A cell needs a paragraph at its end, a table a row (ECMA-376 17.4.66): else Word refuses the file."""
    if f"</w:tblGrid>{GAP}</w:tbl>" in xml:
        xml = _NO_ROWS.sub("", xml)
    for before in ("</w:tcPr>", "<w:tcPr/>", "<w:tc>", "</w:tbl>"):
        xml = xml.replace(f"{before}{GAP}</w:tc>", f"{before}<w:p/></w:tc>")
    return xml.replace(GAP, "")


def fit_grids(xml: str) -> str:
    """After ``{%tc %}``: as many columns in the grid as the widest row has, the table's width kept."""
    root = etree.fromstring(xml.encode("utf-8"))
    for table in root.iter(q("tbl")):
        grid = table.find(q("tblGrid"))
        rows = [_cells(row) for row in table.findall(q("tr"))]
        if grid is None or not rows or max(rows) in {0, len(grid)}:
            continue
        total = sum(int(column.get(q("w"), "0")) for column in grid)
        for column in list(grid):
            grid.remove(column)
        for _ in range(max(rows)):
            etree.SubElement(grid, q("gridCol")).set(q("w"), str(total // max(rows)))
    return XML + etree.tostring(root, encoding="unicode")


def _cells(row: etree._Element) -> int:
    spans = [cell.find(f"{q('tcPr')}/{q('gridSpan')}") for cell in row.findall(q("tc"))]
    try:
        return sum(int(span.get(q("val"), "1")) if span is not None else 1 for span in spans)
    except ValueError as error:
        raise DocumentError("document.upload_xml", message="gridSpan") from error
