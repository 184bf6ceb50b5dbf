"""The parts of a .docx that are equal in all papers of one layout, deflated once per process."""

from __future__ import annotations

from functools import cache

from teikei.documents.blocks import Form
from teikei.documents.house import XML, R, W, layout_of
from teikei.documents.package import Part, part
from teikei.documents.styles import styles_part

PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _font_table() -> str:
    """Name the twins of the Japanese faces, so that a substitute is one of their kind."""
    rows = (
        ("MS Mincho", "ＭＳ 明朝", "02020609040205080304", "80", "roman", "fixed"),
        ("MS Gothic", "ＭＳ ゴシック", "020B0609070205080204", "80", "modern", "fixed"),
        ("Times New Roman", "Liberation Serif", "02020603050405020304", "00", "roman", "variable"),
        ("Arial", "Liberation Sans", "020B0604020202020204", "00", "swiss", "variable"),
    )
    return (
        f'{XML}<w:fonts xmlns:w="{W}">'
        + "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{twin}"/><w:panose1 w:val="{panose}"/>'
            f'<w:charset w:val="{charset}"/><w:family w:val="{family}"/><w:pitch w:val="{pitch}"/>'
            "</w:font>"
            for name, twin, panose, charset, family, pitch in rows
        )
        + "</w:fonts>"
    )


def _settings() -> str:
    uri = "http://schemas.microsoft.com/office/word"
    return (
        f'{XML}<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/>'
        '<w:defaultTabStop w:val="840"/><w:characterSpacingControl w:val="compressPunctuation"/>'
        f'<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="{uri}" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="ja-JP"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def _field(name: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {name} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _footer() -> str:
    """Page n of m, so that a missing page shows."""
    return (
        f'{XML}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
        f'{_field("PAGE")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_field("NUMPAGES")}'
        "</w:p></w:ftr>"
    )


_WORD_TYPES = (
    ("document", "document.main"), ("styles", "styles"), ("numbering", "numbering"), ("settings", "settings"),
    ("fontTable", "fontTable"), ("header1", "header"), ("footer1", "footer"), ("footer2", "footer"),
)  # fmt: skip


def _content_types() -> str:
    base = "application/vnd.openxmlformats-"
    overrides = [
        (f"/word/{name}.xml", f"{base}officedocument.wordprocessingml.{kind}+xml")
        for name, kind in _WORD_TYPES
    ]
    overrides += [
        ("/docProps/core.xml", f"{base}package.core-properties+xml"),
        ("/docProps/app.xml", f"{base}officedocument.extended-properties+xml"),
        ("/docProps/custom.xml", f"{base}officedocument.custom-properties+xml"),
        ("/customXml/itemProps1.xml", f"{base}officedocument.customXmlProperties+xml"),
    ]
    return (
        f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
        + "</Types>"
    )


def _relations(targets: tuple[tuple[str, str], ...]) -> str:
    return (
        f'{XML}<Relationships xmlns="{PACKAGE_RELS}">'
        + "".join(
            f'<Relationship Id="rId{index}" Type="{kind}" Target="{target}"/>'
            for index, (kind, target) in enumerate(targets, 1)
        )
        + "</Relationships>"
    )


@cache
def static_parts(language: str, form: Form, *, dense: bool = False) -> tuple[Part, ...]:
    """Everything but the text, its header, its lists and what the file says of itself."""
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    app = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    store = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    item = "{6D1E5B0A-3C58-4F0E-9C44-7E1A5B8D2F10}"
    return tuple(
        part(name, content, 9)
        for name, content in (
            ("[Content_Types].xml", _content_types()),
            ("_rels/.rels", _relations((
                (f"{R}/officeDocument", "word/document.xml"), (core, "docProps/core.xml"),
                (f"{R}/extended-properties", "docProps/app.xml"),
                (f"{R}/custom-properties", "docProps/custom.xml"),
            ))),
            ("word/_rels/document.xml.rels", _relations((
                (f"{R}/styles", "styles.xml"), (f"{R}/settings", "settings.xml"),
                (f"{R}/fontTable", "fontTable.xml"), (f"{R}/header", "header1.xml"),
                (f"{R}/footer", "footer1.xml"), (f"{R}/footer", "footer2.xml"),
                (f"{R}/customXml", "../customXml/item1.xml"), (f"{R}/numbering", "numbering.xml"),
            ))),
            ("customXml/_rels/item1.xml.rels",
             _relations(((f"{R}/customXmlProps", "itemProps1.xml"),))),
            ("customXml/itemProps1.xml",
             f'{XML}<ds:datastoreItem ds:itemID="{item}" xmlns:ds="{store}"><ds:schemaRefs/></ds:datastoreItem>'),
            ("docProps/app.xml",
             f'{XML}<Properties xmlns="{app}"><Application>Teikei</Application></Properties>'),
            ("word/styles.xml", styles_part(layout_of(language, dense=dense), form)),
            ("word/settings.xml", _settings()),
            ("word/fontTable.xml", _font_table()),
            ("word/footer1.xml", _footer()),
            ("word/footer2.xml", _footer()),
        )
    )  # fmt: skip
