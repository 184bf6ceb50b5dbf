"""Quarantine: what a foreign .docx may be before anything opens it.

Allow-lists over parts, relationships and fields (documents.md 9): a file may
hold text, looks and pictures of its own, and nothing that runs, fetches or
embeds. Sizes are checked before a byte is inflated, XML is read without
entities, networks or documents of unusual depth. Every refusal has its own code.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from lxml import etree

from teikei.documents.errors import DocumentError
from teikei.documents.house import q

MEGABYTE = 1024 * 1024
MAX_FILE, MAX_PART, MAX_TOTAL, MAX_PARTS = 20 * MEGABYTE, 30 * MEGABYTE, 100 * MEGABYTE, 1000
"""Bytes as sent, of one part, of all parts inflated, and their number; a 100-page contract has about 2 MB."""
MAX_RATIO = 400
"""A part of more than 8 MB that shrank more than this is a bomb: contracts shrink 5 to 60 times."""

_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN = f"{_OFFICE}wordprocessingml.document.main+xml"
_TEMPLATE = f"{_OFFICE}wordprocessingml.template.main+xml"
_WORD_PARTS = (
    "comments", "endnotes", "fontTable", "footer", "footnotes",
    "header", "numbering", "settings", "styles", "stylesWithEffects", "webSettings",
)  # fmt: skip
_ALLOWED_TYPES = frozenset({
    MAIN, _TEMPLATE, f"{_OFFICE}wordprocessingml.document.glossary+xml",
    *(f"{_OFFICE}wordprocessingml.{name}+xml" for name in _WORD_PARTS),
    *(f"application/vnd.ms-word.{name}+xml" for name in ("commentsExtended", "stylesWithEffects")),
    *(f"{_OFFICE}wordprocessingml.{name}+xml" for name in (
        "commentsExtended", "commentsExtensible", "commentsIds", "people")),
    *(f"{_OFFICE}drawingml.{name}+xml" for name in (
        "chart", "chartshapes", "diagramColors", "diagramData", "diagramLayout", "diagramStyle")),
    *(f"application/vnd.ms-office.{name}+xml" for name in (
        "chartcolorstyle", "chartstyle", "drawingml.diagramDrawing")),
    f"{_OFFICE}wordprocessingml.printerSettings", f"{_OFFICE}vmlDrawing", f"{_OFFICE}obfuscatedFont",
    f"{_OFFICE}theme+xml", f"{_OFFICE}themeOverride+xml", f"{_OFFICE}extended-properties+xml",
    f"{_OFFICE}custom-properties+xml", f"{_OFFICE}customXmlProperties+xml",
    "application/vnd.openxmlformats-package.core-properties+xml",
    "application/vnd.openxmlformats-package.relationships+xml", "application/xml",
    "application/x-font-ttf", "application/x-fontdata", "image/bmp", "image/gif", "image/jpeg",
    "image/jpg", "image/png", "image/tiff", "image/x-emf", "image/x-wmf",
})  # fmt: skip
_ALLOWED_RELATIONS = frozenset({
    "chart", "chartColorStyle", "chartStyle", "chartUserShapes", "comments", "commentsExtended",
    "commentsExtensible", "commentsIds", "core-properties", "custom-properties", "customXml",
    "customXmlProps", "diagramColors", "diagramData", "diagramDrawing", "diagramLayout",
    "diagramQuickStyle", "endnotes", "extended-properties", "font", "fontTable", "footer", "footnotes",
    "glossaryDocument", "header", "hyperlink", "image", "metadata/core-properties", "numbering",
    "metadata/thumbnail", "officeDocument", "people", "printerSettings", "settings", "styles",
    "stylesWithEffects", "theme",
    "themeOverride", "thumbnail", "vmlDrawing", "webSettings",
})  # fmt: skip
_MACRO = re.compile(r"macroEnabled|vba|keyMap|attachedToolbars|userCustomization", re.IGNORECASE)
_EMBEDDED = re.compile(r"oleObject|activeX|package\b|control\b|spreadsheetml|presentationml", re.IGNORECASE)
_FOREIGN = re.compile(r"aFChunk|subDocument|\bframe\b|html|rtf|rfc822|text/plain", re.IGNORECASE)
FIELDS = frozenset(
    re.findall(
        r"\S+",
        """= ADVANCE ASK AUTHOR AUTONUM AUTONUMLGL AUTONUMOUT AUTOTEXT BIBLIOGRAPHY CITATION COMMENTS COMPARE
        CREATEDATE DATE DOCPROPERTY DOCVARIABLE EDITTIME EQ FILENAME FILESIZE FILLIN FORMCHECKBOX
        FORMDROPDOWN FORMTEXT GOTOBUTTON HYPERLINK IF INDEX INFO KEYWORDS LASTSAVEDBY LISTNUM MERGEFIELD
        MERGEREC MERGESEQ NEXT NEXTIF NOTEREF NUMCHARS NUMPAGES NUMWORDS PAGE PAGEREF PRINTDATE QUOTE REF
        REVNUM SAVEDATE SECTION SECTIONPAGES SEQ SET SHAPE SKIPIF STYLEREF SUBJECT SYMBOL TA TC TEMPLATE
        TIME TITLE TOA TOC USERADDRESS USERINITIALS USERNAME XE""",
    )
)
"""All fields that show what the file itself holds; RD, DDE, INCLUDE…, LINK, MACROBUTTON reach elsewhere."""
_RUNNING = frozenset({"altChunk", "object", "control", "movie", "OLEObject"})
_TELLING = (
    *map(q, ("altChunk", "object", "control", "movie")),
    "{*}OLEObject",
    *map(q, ("fldSimple", "fldChar", "instrText")),
)
LINKS = etree.XPath("//@*[local-name()='src' or local-name()='href']")
OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)
CLICKED = re.compile(r"\s*(?:https?|mailto):|#", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_\-.~!$&'()+,;=@%\[\] /]+")


@dataclass(frozen=True, slots=True)
class Package:
    """The parts in writing order, and the content type of each."""

    parts: dict[str, bytes]
    types: dict[str, str]


def admit(data: bytes, file: str) -> Package:
    """Let a .docx in, or refuse it with a code `document.upload_…`; the pointer names the part."""
    parts = unpacked(data, file)
    types = _types(parts)
    for name in filter(is_xml, parts):
        tree = parsed(parts[name], name)
        if name.endswith(".rels"):
            _relations(name, tree)
        else:
            _content(name, tree, parts[name])
    if parts["[Content_Types].xml"].count(_TEMPLATE.encode()):
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(_TEMPLATE.encode(), MAIN.encode())
    return Package(parts, {name: MAIN if kind == _TEMPLATE else kind for name, kind in types.items()})


def parsed(raw: bytes, name: str) -> etree._Element:
    """One part as a tree, without entities and without a network."""
    head = raw[:4096].replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise DocumentError("document.upload_doctype", name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        said = str(error)[:200]
        if "depth" in said.lower():
            raise DocumentError("document.upload_deep", name, message=said) from error
        raise DocumentError("document.upload_xml", name, message=said) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError("document.upload_doctype", name)
    if "\ufdd0".encode() in raw:
        raise DocumentError("document.upload_xml", name, message="U+FDD0")
    return root


def is_xml(name: str) -> bool:
    """By its name, as readers of packages go."""
    return name.lower().endswith((".xml", ".rels", ".vml"))


def unpacked(data: bytes, file: str) -> dict[str, bytes]:
    """The parts of a .docx that is no bomb; `DocumentError` with what is wrong with the package."""
    if len(data) > MAX_FILE:
        raise DocumentError("document.upload_too_large", file, limit=MAX_FILE // MEGABYTE)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise DocumentError("document.upload_encrypted", file)
    if not data.startswith(b"PK"):
        raise DocumentError("document.upload_not_zip", file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _measured(infos, file)
            return {info.filename: archive.read(info) for info in _ordered(infos)}
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, OSError) as error:
        raise DocumentError("document.upload_truncated", file) from error


def _ordered(infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Content types first, as readers of streams want it; the rest as it came."""
    return sorted(infos, key=lambda info: info.filename != "[Content_Types].xml")


def _measured(infos: list[zipfile.ZipInfo], file: str) -> None:
    """From the directory alone, before anything is inflated; `read` never gives more than it says."""
    if len(infos) > MAX_PARTS:
        raise DocumentError("document.upload_too_many_parts", file, limit=MAX_PARTS)
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if info.flag_bits & 1:
            raise DocumentError("document.upload_encrypted", file)
        if not _NAME.fullmatch(name) or name.startswith("/") or ".." in name.split("/"):
            raise DocumentError("document.upload_path", file, name=ascii(name)[:100])
        if name.lower() in seen:
            raise DocumentError("document.upload_duplicate", file, name=name)
        seen.add(name.lower())
        squeezed = info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if info.file_size > MAX_PART or (info.file_size > 8 * MEGABYTE and squeezed):
            raise DocumentError("document.upload_bomb", file, name=name)
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise DocumentError("document.upload_bomb", file, name="")


def _types(parts: dict[str, bytes]) -> dict[str, str]:
    """The type of every part; exactly one main document."""
    if "[Content_Types].xml" not in parts:
        raise DocumentError("document.upload_not_word", "[Content_Types].xml")
    table = parsed(parts["[Content_Types].xml"], "[Content_Types].xml")
    defaults = {
        str(x.get("Extension", "")).lower(): str(x.get("ContentType")) for x in table.iter(_TYPES + "Default")
    }
    named = {
        str(x.get("PartName", "")).lower(): str(x.get("ContentType")) for x in table.iter(_TYPES + "Override")
    }
    for kind in (*defaults.values(), *named.values()):
        if _MACRO.search(kind):
            raise DocumentError("document.upload_macro", "[Content_Types].xml")
    found = {"[Content_Types].xml": "application/xml"}
    for name in parts:
        if name in found:
            continue
        kind = named.get(f"/{name.lower()}") or defaults.get(name.rpartition(".")[2].lower(), "")
        if kind not in _ALLOWED_TYPES:
            _refuse_kind(name, kind)
        found[name] = kind
    if sum(kind in {MAIN, _TEMPLATE} for kind in found.values()) != 1:
        raise DocumentError("document.upload_not_word", "[Content_Types].xml")
    return found


def _refuse_kind(name: str, kind: str) -> NoReturn:
    """A part or a relationship that is not on the list; the usual ones by name."""
    if _MACRO.search(kind):
        raise DocumentError("document.upload_macro", name)
    if _EMBEDDED.search(kind):
        raise DocumentError("document.upload_embedded", name, type=kind[:100])
    if _FOREIGN.search(kind):
        raise DocumentError("document.upload_alt_chunk", name, type=kind[:100])
    raise DocumentError("document.upload_kind", name, type=kind[:100])


def _relations(name: str, tree: etree._Element) -> None:
    for relation in tree.iter(RELATION):
        uri, target = str(relation.get("Type", "")), str(relation.get("Target", ""))
        kind = uri.rpartition("/relationships/")[2]
        if relation.get("TargetMode", "Internal") != "Internal" or OUTSIDE.match(target):
            if kind != "hyperlink" or not CLICKED.match(target):
                raise DocumentError("document.upload_external", name, target=target[:100], type=kind[:50])
        elif kind not in _ALLOWED_RELATIONS:
            _refuse_kind(name, kind)


def _content(name: str, tree: etree._Element, raw: bytes) -> None:
    """Elements and fields that reach out of the file or run something."""
    field: list[str] = []
    for element in tree.iter(*_TELLING):
        local = str(element.tag).rpartition("}")[2]
        if local in _RUNNING:
            _refuse_kind(
                name,
                {"altChunk": "aFChunk", "control": "control", "movie": "control"}.get(local, "oleObject"),
            )
        if local == "fldSimple":
            _field(name, str(element.get(q("instr"), "")))
        elif local == "instrText":
            field.append(element.text or "")
        else:
            _field(name, "".join(field))
            field.clear()
    _field(name, "".join(field))
    for found in cast("list[Any]", LINKS(tree)) if linked(tree, raw) else []:
        if OUTSIDE.match(found) and not (CLICKED.match(found) and not drawn(found)):
            raise DocumentError("document.upload_external", name, target=str(found)[:100], type="link")


def linked(tree: etree._Element, raw: bytes) -> bool:
    """May there be an address in it? Looked for in the bytes, where these are read as they stand."""
    encoding = (tree.getroottree().docinfo.encoding or "UTF-8").upper()
    return b"src=" in raw or b"href=" in raw or encoding not in {"UTF-8", "US-ASCII", "ASCII"}


def drawn(link: Any) -> bool:
    """A picture's address is fetched when the file opens; others wait for a click."""
    owner = link.getparent()
    return owner is not None and str(owner.tag).rpartition("}")[2] in {"imagedata", "fill", "stroke", "image"}


def _field(name: str, instruction: str) -> None:
    """An empty instruction is the end of a field or one that holds another."""
    words = instruction.split()
    word = words[0].upper() if words else ""
    if word and word not in FIELDS and not word.startswith("="):
        raise DocumentError("document.upload_field", name, field=word[:30])
