"""A foreign Word file as LibreOffice may see it: nothing in it reaches outside.

A file that people signed elsewhere is kept and handed on as it is; only the copy that is printed is cut off.
Relationships to the outside go (pictures, templates, frames, objects, whatever they call themselves), addresses of
pictures in drawings, and the instructions of fields that fetch or run something: their last result stays. A link that
waits for a click stays too. What `intake` would refuse as a package is refused here with the same codes.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any, cast

from lxml import etree

from teikei.documents.house import q
from teikei.documents.intake import (
    CLICKED,
    FIELDS,
    LINKS,
    OUTSIDE,
    RELATION,
    drawn,
    is_xml,
    linked,
    parsed,
    unpacked,
)  # fmt: skip

_BEGINS = (b"<", b"\x4c\x6f\xa7\x94")
"""Of XML in any part, whatever its name says; the second in EBCDIC."""
_SVG = "{http://www.w3.org/2000/svg}"
_REFERRED = etree.XPath(
    "//@*[contains(namespace-uri(), 'relationships')][local-name()='link' or local-name()='href']"
)
"""Ids of what is loaded from elsewhere; the relationship may call itself a hyperlink."""
_INSTRUCTIONS = (q("fldSimple"), q("fldChar"), q("instrText"), q("altChunk"))


def cut_off(docx: bytes) -> bytes:
    """The same file without a way out; the same bytes where there is none. Raises `DocumentError`, as `admit`."""
    parts = unpacked(docx, "paper.docx")
    cut = {name: made for name, raw in parts.items() if (made := _cut(name, raw)) != raw}
    if not cut:
        return docx
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made_anew:
        for name, content in (parts | cut).items():
            made_anew.writestr(name, content)
    return target.getvalue()


def _cut(name: str, raw: bytes) -> bytes:
    """One part; what is no XML has no address that anything reads."""
    if not (is_xml(name) or raw.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(_BEGINS)):
        return raw
    tree = parsed(raw, name)
    done = _relations(tree) if name.lower().endswith(".rels") else _addresses(tree, raw) + _fields(tree)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True) if done else raw


def _relations(tree: etree._Element) -> int:
    """How many relationships led outside without a click."""
    done = 0
    for relation in list(tree.iter(RELATION)):
        kind = str(relation.get("Type", "")).rpartition("/relationships/")[2]
        target = str(relation.get("Target", ""))
        outside = relation.get("TargetMode", "Internal") != "Internal" or OUTSIDE.match(target)
        if outside and not (kind == "hyperlink" and CLICKED.match(target)):
            _removed(relation)
            done += 1
    return done


def _addresses(tree: etree._Element, raw: bytes) -> int:
    """How many addresses in drawings were emptied, and ids of what lies elsewhere taken away."""
    if not linked(tree, raw) and b"link=" not in raw:
        return 0
    done = 0
    for found in cast("list[Any]", LINKS(tree)):
        loaded = drawn(found) or str(found.getparent().tag).startswith(_SVG)
        if OUTSIDE.match(found) and (loaded or not CLICKED.match(found)):
            found.getparent().set(found.attrname, "")
            done += 1
    for found in cast("list[Any]", _REFERRED(tree)):
        del found.getparent().attrib[found.attrname]
        done += 1
    return done


def _removed(element: etree._Element) -> None:
    above = element.getparent()
    assert above is not None
    above.remove(element)


def _fields(tree: etree._Element) -> int:
    """How many fields lost an instruction that is not on the list, and how many pieces of other files went."""
    done = 0
    field: list[etree._Element] = []
    for element in [*tree.iter(*_INSTRUCTIONS)]:
        if element.tag == q("instrText"):
            field.append(element)
            continue
        done += _emptied(field)
        field.clear()
        if element.tag == q("fldSimple") and not _known(str(element.get(q("instr"), ""))):
            element.set(q("instr"), "")
            done += 1
        if element.tag == q("altChunk"):
            _removed(element)
            done += 1
    return done + _emptied(field)


def _emptied(field: list[etree._Element]) -> int:
    """An instruction may be split over many runs."""
    if _known("".join(element.text or "" for element in field)):
        return 0
    for element in field:
        element.text = ""
    return 1


def _known(instruction: str) -> bool:
    words = instruction.split()
    return not words or words[0].upper() in FIELDS or words[0].startswith("=")
