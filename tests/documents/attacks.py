"""Files that somebody could send instead of a paper; each is made here, small on disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from teikei.documents.package import Part, archive
from tests.documents.corpus import MAIN, body, paragraphs, replaced

REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES, RELS = "[Content_Types].xml", "word/_rels/document.xml.rels"


def related(kind: str, target: str, *, mode: str = "External", **parts: str) -> bytes:
    """A document with one more relationship."""
    row = f'<Relationship Id="rId99" Type="{REL}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return replaced(paragraphs("x"), RELS, lambda xml: xml.replace("</Relationships>", row), **parts)


def typed(name: str, kind: str, content: str = "x") -> bytes:
    """A document with one more part of a content type."""
    row = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    return replaced(paragraphs("x"), TYPES, lambda xml: xml.replace("</Types>", row), **{name: content})


def prefixed(xml: str) -> bytes:
    """A document with this before the root of its main part."""
    return replaced(paragraphs("x"), MAIN, lambda old: xml + old.partition("?>")[2])


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip of these members, two of one name allowed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def added(name: str, data: bytes) -> bytes:
    """A document with one more member."""
    with zipfile.ZipFile(io.BytesIO(paragraphs("x"))) as old:
        return packed(*((n, old.read(n)) for n in old.namelist()), (name, data))


def bomb(megabytes: int, letter: bytes) -> bytes:
    """So many megabytes of one letter; the checksum is wrong, nobody may get as far as that."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(letter * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return archive((Part(MAIN, block * megabytes + packer.flush(), 0, megabytes << 20),))


def flagged() -> bytes:
    """The flag of an encrypted member, in both headers."""
    data = bytearray(paragraphs("x"))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def laughs() -> str:
    """Ten entities, each ten times the one before."""
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10))
    return f"<!DOCTYPE d [{rows}]>"


def field(text: str) -> bytes:
    """A field split over two runs, as Word does it."""
    half = len(text) // 2
    runs = "".join(
        f"<w:r>{x}</w:r>"
        for x in (
            '<w:fldChar w:fldCharType="begin"/>',
            f"<w:instrText>{text[:half]}</w:instrText>",
            f"<w:instrText>{text[half:]}</w:instrText>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    return body(f"<w:p>{runs}</w:p>")


def linked_picture(address: str) -> bytes:
    return body(
        f'<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="{address}"/></v:shape>'
        "</w:pict></w:r></w:p>"
    )


def wide(docx: bytes) -> bytes:
    """The same with its main part in UTF-16, where a search for bytes finds nothing."""
    with zipfile.ZipFile(io.BytesIO(docx)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[MAIN] = parts[MAIN].decode().replace("UTF-8", "UTF-16").encode("utf-16")
    return packed(*parts.items())


_OFFICE = "application/vnd.openxmlformats-officedocument."
Make = Callable[[str], bytes]
ATTACKS: dict[str, tuple[str, Make]] = {
    "doctype": ("doctype", lambda url: prefixed(f'<!DOCTYPE d SYSTEM "{url}/d.dtd">')),
    "external entity": ("doctype", lambda url: prefixed(f'<!DOCTYPE d [<!ENTITY x SYSTEM "{url}/x">]>')),
    "billion laughs": ("doctype", lambda _: prefixed(laughs())),
    "doctype far down": ("doctype", lambda _: prefixed("<!-- " + "x" * 5000 + " --><!DOCTYPE d [<!ELEMENT d ANY>]>")),
    "deep nesting": ("deep", lambda _: body("<w:sdt>" * 5000 + "</w:sdt>" * 5000)),
    "200 MB of text": ("bomb", lambda _: bomb(200, b"a")),
    "zip bomb": ("bomb", lambda _: bomb(300, b" ")),
    "many middling parts": ("bomb", lambda _: packed(*((f"p{n}.xml", b" " * 7_900_000) for n in range(14)))),
    "two parts of one name": ("duplicate", lambda _: added("WORD/document.xml", b"<x/>")),
    "a path upwards": ("path", lambda _: added("../evil.xml", b"<x/>")),
    "an absolute path": ("path", lambda _: added("/etc/evil.xml", b"<x/>")),
    "a backslash": ("path", lambda _: added("word\\\\evil.xml", b"<x/>")),
    "encrypted members": ("encrypted", lambda _: flagged()),
    "password (OLE container)": ("encrypted", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)),
    "remote template": ("external", lambda url: related("attachedTemplate", f"{url}/t.dotm")),
    "linked picture": ("external", lambda url: related("image", f"{url}/i.png")),
    "linked picture, not called external": (
        "external", lambda url: related("image", f"{url}/i.png", mode="Internal")),
    "picture by address": ("external", lambda url: linked_picture(f"{url}/i.png")),
    "picture by address in UTF-16": (
        "external", lambda url: wide(linked_picture(f"{url}/i.png"))),
    "picture on a share": ("external", lambda _: linked_picture("\\\\\\\\host\\\\i.png")),
    "hyperlink to a file": ("external", lambda _: related("hyperlink", "file:///etc/passwd")),
    "linked frame": ("external", lambda url: related("frame", f"{url}/f.html")),
    "macros": ("macro", lambda _: typed("word/vbaProject.bin", "application/vnd.ms-office.vbaProject")),
    "macro document": (
        "macro",
        lambda _: replaced(
            paragraphs("x"), TYPES, lambda xml: xml.replace(
                f"{_OFFICE}wordprocessingml.document.main+xml",
                "application/vnd.ms-word.document.macroEnabled.main+xml"))),
    "OLE object": ("embedded", lambda _: typed("word/embeddings/o.bin", f"{_OFFICE}oleObject")),
    "OLE element": ("embedded", lambda _: body("<w:p><w:r><w:object/></w:r></w:p>")),
    "embedded workbook": ("embedded", lambda _: typed("word/embeddings/b.xlsx", f"{_OFFICE}spreadsheetml.sheet")),
    "ActiveX": ("embedded", lambda _: typed("word/activeX/a.xml", "application/vnd.ms-office.activeX+xml", "<x/>")),
    "ActiveX element": ("embedded", lambda _: body("<w:p><w:r><w:control/></w:r></w:p>")),
    "altChunk": ("alt_chunk", lambda _: body("<w:altChunk/>")),
    "altChunk part": ("alt_chunk", lambda _: typed("word/chunk.html", "text/html")),
    "altChunk relation": ("alt_chunk", lambda _: related("aFChunk", "chunk.xml", mode="Internal")),
    "DDE": ("field", lambda _: field(' DDEAUTO c:\\\\cmd.exe "/k calc" ')),
    "INCLUDETEXT": ("field", lambda url: field(f' INCLUDETEXT "{url}/t.docx" ')),
    "INCLUDEPICTURE, simple": (
        "field", lambda url: body(f'<w:p><w:fldSimple w:instr=" INCLUDEPICTURE {url}/p.png"/></w:p>')),
    "a part of another kind": ("kind", lambda _: typed("word/x.exe", "application/x-msdownload")),
    "truncated": ("truncated", lambda _: paragraphs("x" * 500)[:-200]),
    "half of it": ("truncated", lambda _: paragraphs("x")[:9000]),
    "not a zip": ("not_zip", lambda _: b"%PDF-1.7"),
    "nothing": ("not_zip", lambda _: b""),
    "a zip of something else": ("not_word", lambda _: packed(("readme.xml", b"<x/>"))),
    "broken XML": ("xml", lambda _: replaced(paragraphs("x"), MAIN, lambda xml: xml[:-30])),
    "too many parts": ("too_many_parts", lambda _: packed(*((f"p{n}.xml", b"<x/>") for n in range(1001)))),
    "too large": ("too_large", lambda _: b"PK\3\4" + bytes(21 * 1024 * 1024)),
}  # fmt: skip
"""By name: the code after `document.upload_`, and how to make the file; it is given the address of a listener."""
