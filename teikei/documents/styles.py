"""word/styles.xml: every style that a paper uses, and no other.

Names are what lawyers see in Word: Japanese words in a Japanese paper, English
ones in an English paper. The styles of articles, 項, 号 and the third level carry
their list (`numbering`), so that who types a new article picks a style and the
numbers follow; the mark of the paragraph has the style's characters, and with
it the number (documents.md 5).
"""

from __future__ import annotations

from teikei.documents.blocks import Form
from teikei.documents.house import CELL_MARGIN, MINCHO, XML, Layout, Look, W, fonts, size

BUILT_IN = frozenset(
    {"Normal", "Title", "heading 1", "heading 2", "header", "footer", "toc 1", "toc 2", "TOC Heading"}
)
"""Names that Word knows; it shows them in the language of its menus."""

_KEEP = "<w:keepNext/><w:keepLines/>"
_TIGHT = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
_HANGING = '<w:overflowPunct w:val="1"/>'
"""What holds anyway, said aloud: LibreOffice 7.4 reads it the wrong way round, hangs no 。 into the margin and so
loses none; without it about one in five hundred at line ends is on neither page nor PDF."""
_CENTRE = '<w:jc w:val="center"/>'
_LEFT = '<w:jc w:val="left"/>'
_BOLD = "<w:b/><w:bCs/>"
_LANG = {
    "ja": '<w:lang w:val="en-US" w:eastAsia="ja-JP" w:bidi="ar-SA"/>',
    "en": '<w:lang w:val="en-GB" w:eastAsia="ja-JP" w:bidi="ar-SA"/>',
}


def _style(
    look: Look,
    style_id: str,
    name: str,
    paragraph: str,
    *,
    run: str = "",
    based: str = "Normal",
    quick: bool = True,
) -> str:
    base = f'<w:basedOn w:val="{look.prefix}{based}"/>' if based else ""
    default = ' w:default="1"' if style_id == "Normal" and not look.prefix else ""
    shown = f"{name} (English)" if look.prefix else name
    custom = "" if shown in BUILT_IN else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{default}{custom} w:styleId="{look.prefix}{style_id}">'
        f'<w:name w:val="{shown}"/>{base}{"<w:qFormat/>" if quick else ""}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _list(look: Look, level: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{look.number}"/></w:numPr>'


def _indent(left: int, *, hanging: int = 0, first: int = 0) -> str:
    extra = f' w:hanging="{hanging}"' if hanging else f' w:firstLine="{first}"' if first else ""
    return f'<w:ind w:left="{left}"{extra}/>'


def _tab(position: int, kind: str = "left") -> str:
    return f'<w:tab w:val="{kind}" w:pos="{position}"/>'


def _air(look: Look, before: int, after: int) -> str:
    """Space around titles and headings: less of it where a paper is dense."""
    return _spacing(before * look.air // 100, after * look.air // 100)


def _spacing(before: int = 0, after: int = 0, line: int = 0) -> str:
    lines = f' w:line="{line}" w:lineRule="atLeast"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{lines}/>'


def _numbered(look: Look, after: int = 0) -> tuple[str, str, str]:
    """項, 号 and third level: a number, a tab and the text; wrapped lines start under the text."""
    gap = _spacing(0, after) if after else ""
    found = (
        f"{_list(look, level)}<w:tabs>{_tab(left)}</w:tabs>{gap}{_indent(left, hanging=hanging)}"
        for level, (left, hanging) in enumerate(look.indents, 1)
    )
    one, two, three = found
    return one, two, three


def _japanese(look: Look, form: Form, width: int) -> tuple[str, ...]:
    char = 10 * look.size
    line = 340 * look.size // 21
    heading = fonts(look.heading)
    outline = "" if look.prefix else '<w:outlineLvl w:val="{}"/>'
    kou, gou, iroha = _numbered(look)
    chapter = f'<w:numPr><w:numId w:val="{look.chapters}"/></w:numPr>'
    return (
        _style(look, "Normal", "Normal", f'<w:widowControl/>{_TIGHT}{_spacing(0, 0, line)}<w:jc w:val="both"/>', based=""),
        _style(look, "Title", "Title", f"{_KEEP}{_air(look, 0, 480)}{_CENTRE}", run=heading + size(32)),
        _style(
            look, "Heading1", "heading 1",
            f"{_KEEP}{chapter}{_spacing(360, 120)}{_CENTRE}{outline.format(0)}", run=heading + size(look.size + 3),
        ),
        _style(
            look, "Heading2", "heading 2",
            f"{_KEEP}{_list(look, 0)}{_air(look, 240, 40)}{outline.format(1)}", run=heading,
        ),
        _style(look, "Zenbun", "前文", f"{_air(look, 0, 120)}{_indent(0, first=char)}"),
        _style(look, "Kou", "項", _indent(look.plain[0], first=look.plain[1])),
        _style(look, "KouNumbered", "項（番号付き）", kou),
        _style(look, "Gou", "号", gou),
        _style(look, "Iroha", "号の細分", iroha),
        _style(look, "Koubun", "後文", f"{_KEEP}{_spacing(360, 0)}{_indent(0, first=char)}"),
        _style(look, "DateLine", "日付欄", f"<w:keepNext/>{_spacing(240, 240)}"),
        *_signing(look, ("当事者略称", "署名欄", "署名欄（初行）"), 320 * look.size // 21, width),
        *_cells(look, ("表", "表（右揃え）", "表（中央揃え）", "表見出し"), heading),
    )  # fmt: skip


def _english(look: Look, form: Form, width: int) -> tuple[str, ...]:
    """As an English agreement is laid out: bold headings, space between paragraphs, hanging numbers."""
    outline = "" if look.prefix else '<w:outlineLvl w:val="{}"/>'
    line, gap = 12 * look.size + 12, 5 * look.size * look.air // 100
    kou, gou, third = _numbered(look, gap)
    chapter = f'<w:numPr><w:numId w:val="{look.chapters}"/></w:numPr>'
    plain = _indent(look.plain[0]) if form == "articles" and not look.prefix else ""
    base = f'<w:widowControl/>{_TIGHT}{_spacing(0, gap, line)}<w:jc w:val="both"/>'
    own = fonts(MINCHO) + size(look.size) + _LANG["en"] if look.prefix else ""
    return (
        _style(look, "Normal", "Normal", base, run=own, based=""),
        _style(look, "Title", "Title", f"{_KEEP}{_air(look, 0, 360)}{_CENTRE}", run=f"{_BOLD}<w:caps/>{size(28)}"),
        _style(
            look, "Heading1", "heading 1",
            f"{_KEEP}{chapter}{_spacing(360, 160)}{_CENTRE}{outline.format(0)}",
            run=f"{_BOLD}<w:caps/>{size(look.size + 1)}",
        ),
        _style(
            look, "Heading2", "heading 2",
            f"{_KEEP}{_list(look, 0)}{_spacing(240 * look.air // 100, gap)}{_LEFT}{outline.format(1)}", run=_BOLD,
        ),
        _style(look, "Zenbun", "Opening", _spacing(0, gap)),
        _style(look, "Kou", "Clause text", plain),
        _style(look, "KouNumbered", "Clause text (numbered)", kou),
        _style(look, "Gou", "Item", gou),
        _style(look, "Iroha", "Sub-item", third),
        _style(look, "Koubun", "Closing sentence", f"{_KEEP}{_spacing(360, gap)}"),
        _style(look, "DateLine", "Date line", f"<w:keepNext/>{_spacing(240, 240)}"),
        *_signing(look, ("Party label", "Signature line", "Signature line (first)"), line, width),
        *_cells(look, ("Table text", "Table text (right)", "Table text (centred)", "Table heading"), _BOLD),
    )  # fmt: skip


def _signing(look: Look, names: tuple[str, str, str], line: int, width: int) -> tuple[str, ...]:
    """One party's lines: the name of the field, a tab, the value; ㊞ at the right."""
    label, lines, first = names
    tabs = f"<w:tabs>{_tab(look.field)}{_tab(width - 10 * look.size * 2, 'right')}</w:tabs>"
    hanging = _indent(look.field, hanging=look.field)
    return (
        _style(look, "SignLabel", label, f"{_spacing(240, 0, line)}{_LEFT}"),
        _style(look, "SignLine", lines, f"{tabs}{_spacing(0, 0, line)}{hanging}{_LEFT}"),
        _style(look, "SignFirst", first, _spacing(240, 0, line), based="SignLine"),
    )


def _cells(look: Look, names: tuple[str, str, str, str], heading: str) -> tuple[str, ...]:
    text, right, centre, head = names
    small = min(19, look.size)
    line = 280 * small // 19
    return (
        _style(look, "Cell", text, f"{_spacing(30 * look.air // 100, 30 * look.air // 100, line)}{_LEFT}", run=size(small)),
        _style(look, "CellRight", right, '<w:jc w:val="right"/>', based="Cell"),
        _style(look, "CellCenter", centre, _CENTRE, based="Cell"),
        _style(look, "CellHead", head, f"<w:keepNext/>{_CENTRE}", run=heading + size(small), based="Cell"),
    )  # fmt: skip


def _common(layout: Layout) -> tuple[str, ...]:
    """Header, footer, contents and the gap after a table."""
    first, *others = layout.looks
    half = f"<w:tabs>{_tab(layout.width // 2)}</w:tabs>" if others else ""
    hanging = layout.width // 2 if others else 0
    line = 300 if first.japanese else 280
    names = {"Gap": "表後の余白" if first.japanese else "Gap after a table"}
    heading = fonts(first.heading) if first.japanese else _BOLD
    return (
        _style(first, "TOCHeading", "TOC Heading", f"{_KEEP}{_spacing(0, 200)}{_CENTRE}", run=heading),
        _style(
            first, "TOC1", "toc 1", f"{half}{_spacing(120, 0, line)}{_indent(hanging, hanging=hanging)}{_LEFT}",
            run=heading, quick=False,
        ),
        _style(
            first, "TOC2", "toc 2", f"{half}{_spacing(0, 0, line)}{_indent(hanging, hanging=hanging)}{_LEFT}",
            quick=False,
        ),
        _style(
            first, "Gap", names["Gap"],
            '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>', run=size(4),
        ),
        _style(first, "Header", "header", f'{_spacing(0, 0, 240)}<w:jc w:val="right"/>', run=size(17), quick=False),
        _style(first, "Footer", "footer", f"{_spacing(0, 0, 240)}{_CENTRE}", run=size(18), quick=False),
    )  # fmt: skip


def styles_part(layout: Layout, form: Form) -> str:
    """The whole part for one layout."""
    first = layout.looks[0]
    column = layout.width if len(layout.looks) == 1 else layout.width // 2
    found: list[str] = []
    for look in layout.looks:
        room = column - (look.label if len(layout.looks) == 1 else 0)
        found += (_japanese if look.japanese else _english)(look, form, room)
    return (
        f'{XML}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts(MINCHO)}'
        f'<w:kern w:val="2"/>{size(first.size)}{_LANG[first.language.code]}</w:rPr></w:rPrDefault>'
        f"<w:pPrDefault><w:pPr>{_HANGING}</w:pPr></w:pPrDefault></w:docDefaults>"
        f"{''.join(found)}{''.join(_common(layout))}"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        f'<w:left w:w="{CELL_MARGIN}" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        f'<w:right w:w="{CELL_MARGIN}" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style></w:styles>'
    )
