"""House style: fonts, paragraph styles, page, header and footer.

Written by hand rather than saved from python-docx: its default template brings
theme fonts, 30 unused styles and a picture, and its bytes would change with
every release of that library, while a paper's hash must not. python-docx stays
what it is good for, an outside reader in the tests.

Faces (documents.md 5): MS Mincho and MS Gothic exist wherever Word speaks
Japanese; `w:altName` names their localised twins and LibreOffice substitutes
its own Mincho/Gothic. Headings are Gothic, not bold: a synthetic bold Mincho
looks smeared in print. All four font slots are set, no theme attribute is used.
Lengths are twips (1/20 pt); one character of 10.5 pt is 210.
"""

from __future__ import annotations

from functools import cache

from teikei.documents.package import Part, part

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 11906, 16838, 1701
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
CHAR = 210

MINCHO = ("MS Mincho", "Times New Roman")
GOTHIC = ("MS Gothic", "Arial")


GOTHIC_STYLES = frozenset({"Title", "Heading1", "Heading2", "CellHead"})


def fonts(pair: tuple[str, str], *, hint: bool = False) -> str:
    """All four slots: python-docx sets two, and Japanese then falls to any face."""
    asia, latin = pair
    marked = 'w:hint="eastAsia" ' if hint else ""
    return f'<w:rFonts {marked}w:ascii="{latin}" w:eastAsia="{asia}" w:hAnsi="{latin}" w:cs="{latin}"/>'


def _style(
    style_id: str, name: str, paragraph: str, *, run: str = "", based: str = "Normal", quick: bool = True
) -> str:
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    default = ' w:default="1"' if style_id == "Normal" else ""
    custom = "" if name[0].isascii() else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{default}{custom} w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/>{base}{"<w:qFormat/>" if quick else ""}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _indent(left: int, *, hanging: int = 0, first: int = 0) -> str:
    extra = f' w:hanging="{hanging}"' if hanging else f' w:firstLine="{first}"' if first else ""
    return f'<w:ind w:left="{left}"{extra}/>'


def _hanging(left: int, hanging: int) -> str:
    """A number, a tab and the text: wrapped lines start under the text."""
    return f'<w:tabs><w:tab w:val="left" w:pos="{left}"/></w:tabs>{_indent(left, hanging=hanging)}'


def _spacing(before: int = 0, after: int = 0, line: int = 340) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="atLeast"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


LABEL_WIDTH = 3 * CHAR
SIGN_INDENT = 5 * CHAR
SEAL_POSITION = TEXT_WIDTH - LABEL_WIDTH - 2 * CHAR


def _styles() -> tuple[str, ...]:
    """Every style that a paper uses, and no other. Names are what lawyers see in Word."""
    heading = fonts(GOTHIC)
    keep = "<w:keepNext/><w:keepLines/>"
    seal = (
        f'<w:tabs><w:tab w:val="left" w:pos="{SIGN_INDENT}"/>'
        f'<w:tab w:val="right" w:pos="{SEAL_POSITION}"/></w:tabs>'
    )
    tight = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    sides = '<w:jc w:val="both"/>'
    return (
        _style("Normal", "Normal", f"<w:widowControl/>{tight}{_spacing()}{sides}", based=""),
        _style(
            "Title", "Title", f'{keep}{_spacing(0, 480)}<w:jc w:val="center"/>',
            run=heading + _size(32),
        ),
        _style(
            "Heading1", "heading 1",
            f'{keep}{_spacing(360, 120)}<w:jc w:val="center"/><w:outlineLvl w:val="0"/>',
            run=heading + _size(24),
        ),
        _style(
            "Heading2", "heading 2", f'{keep}{_spacing(240, 40)}<w:outlineLvl w:val="1"/>',
            run=heading,
        ),
        _style("Zenbun", "前文", f"{_spacing(0, 120)}{_indent(0, first=CHAR)}"),
        _style("Kou", "項", _indent(CHAR, first=CHAR)),
        _style("KouNumbered", "項（番号付き）", _hanging(2 * CHAR, 2 * CHAR)),
        _style("Gou", "号", _hanging(11 * CHAR // 2, 7 * CHAR // 2)),
        _style("Iroha", "号の細分", _hanging(15 * CHAR // 2, 2 * CHAR)),
        _style("Koubun", "後文", f"{keep}{_spacing(360, 0)}{_indent(0, first=CHAR)}"),
        _style("DateLine", "日付欄", f"<w:keepNext/>{_spacing(240, 240)}"),
        _style("SignLabel", "当事者略称", f'{_spacing(240, 0, 320)}<w:jc w:val="left"/>'),
        _style(
            "SignLine", "署名欄",
            f"{seal}{_spacing(0, 0, 320)}{_indent(SIGN_INDENT, hanging=SIGN_INDENT)}"
            '<w:jc w:val="left"/>',
        ),
        _style("SignFirst", "署名欄（初行）", _spacing(240, 0, 320), based="SignLine"),
        _style("Cell", "表", f'{_spacing(30, 30, 280)}<w:jc w:val="left"/>', run=_size(19)),
        _style("CellRight", "表（右揃え）", '<w:jc w:val="right"/>', based="Cell"),
        _style("CellCenter", "表（中央揃え）", '<w:jc w:val="center"/>', based="Cell"),
        _style(
            "CellHead", "表見出し", '<w:keepNext/><w:jc w:val="center"/>',
            run=heading + _size(19), based="Cell",
        ),
        _style(
            "Gap", "表後の余白",
            '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>', run=_size(4),
        ),
        _style(
            "Header", "header", f'{_spacing(0, 0, 240)}<w:jc w:val="right"/>', run=_size(17),
            quick=False,
        ),
        _style(
            "Footer", "footer", f'{_spacing(0, 0, 240)}<w:jc w:val="center"/>', run=_size(18),
            quick=False,
        ),
    )  # fmt: skip


def _styles_part() -> str:
    language = '<w:lang w:val="en-US" w:eastAsia="ja-JP" w:bidi="ar-SA"/>'
    return (
        f'{XML}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts(MINCHO)}'
        f'<w:kern w:val="2"/>{_size(21)}{language}</w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
        f"{''.join(_styles())}"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        '<w:left w:w="100" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="100" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style></w:styles>'
    )


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


SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/>'
    '<w:footerReference w:type="default" r:id="rId5"/>'
    '<w:footerReference w:type="first" r:id="rId6"/>'
    f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
    f'<w:pgMar w:top="{MARGIN}" w:right="{MARGIN}" w:bottom="{MARGIN}" w:left="{MARGIN}" '
    'w:header="851" w:footer="851" w:gutter="0"/><w:titlePg/></w:sectPr>'
)
"""A4, 30 mm all round (the default of Japanese Word); the first page has no header."""

_WORD_TYPES = (
    ("document", "document.main"), ("styles", "styles"), ("settings", "settings"),
    ("fontTable", "fontTable"), ("header1", "header"), ("footer1", "footer"),
    ("footer2", "footer"),
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
def static_parts() -> tuple[Part, ...]:
    """Everything that is equal in all papers, deflated once per process."""
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
                (f"{R}/customXml", "../customXml/item1.xml"),
            ))),
            ("customXml/_rels/item1.xml.rels",
             _relations(((f"{R}/customXmlProps", "itemProps1.xml"),))),
            ("customXml/itemProps1.xml",
             f'{XML}<ds:datastoreItem ds:itemID="{item}" xmlns:ds="{store}"><ds:schemaRefs/></ds:datastoreItem>'),
            ("docProps/app.xml",
             f'{XML}<Properties xmlns="{app}"><Application>Teikei</Application></Properties>'),
            ("word/styles.xml", _styles_part()),
            ("word/settings.xml", _settings()),
            ("word/fontTable.xml", _font_table()),
            ("word/footer1.xml", _footer()),
            ("word/footer2.xml", _footer()),
        )
    )  # fmt: skip
