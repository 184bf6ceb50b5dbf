"""House style: page, faces and looks of the papers in Japanese, in English and in both.

Written by hand rather than saved from python-docx: its default template brings
theme fonts, 30 unused styles and a picture, and its bytes would change with
every release of that library, while a paper's hash must not. python-docx stays
what it is good for, an outside reader in the tests.

Faces (documents.md 5): MS Mincho and MS Gothic exist wherever Word speaks
Japanese; the font table names their localised twins and LibreOffice substitutes
its own Mincho/Gothic. Japanese headings are Gothic, not bold: a synthetic bold
Mincho looks smeared in print. English is Times New Roman with bold headings. All
four font slots are set, no theme attribute is used. Lengths are twips (1/20 pt).
"""

from __future__ import annotations

from dataclasses import dataclass

from teikei.documents.blocks import BOTH
from teikei.documents.language import LANGUAGES, Language

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def q(name: str) -> str:
    """The name in WordprocessingML's namespace."""
    return f"{{{W}}}{name}"


PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
CELL_MARGIN = 100
MINCHO = ("MS Mincho", "Times New Roman")
GOTHIC = ("MS Gothic", "Arial")

MARKS = ("_cl_", "_c2_")
"""Bookmarks of articles in the first and the second language; `_` hides them in Word."""
CHAPTER_MARKS = ("_ch_", "_h2_")

RESTART = 5
"""First `w:numId` of the lists that begin again (`numbering`); the house lists stand below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the text of one language looks on a paper."""

    language: Language
    prefix: str = ""
    """Of the style names: those of the second language of a paper differ from the first."""
    order: int = 0
    """0 for the first language of a paper, 1 for the second."""
    heading: tuple[str, str] = GOTHIC
    size: int
    """Of the text, in half-points."""
    indents: tuple[tuple[int, int], ...]
    """Left and hanging indent of 項, 号 and the third level."""
    plain: tuple[int, int]
    """Left and first-line indent of a 項 that stands alone."""
    label: int
    """Width of 甲 or Party A beside the lines of a signature."""
    field: int
    """Width of 所在地 or Address before the value."""
    run: str
    """What a run begins with."""
    air: int = 100
    """Per cent of the usual space around titles, headings and lines of tables."""

    def mark(self, clause_id: str) -> str:
        """The hidden bookmark of an article."""
        return f"{MARKS[self.order]}{clause_id}"

    def chapter_mark(self, number: int) -> str:
        """The hidden bookmark of a chapter."""
        return f"{CHAPTER_MARKS[self.order]}{number}"

    @property
    def number(self) -> int:
        """`w:numId` of articles, 項, 号 and third level."""
        return 1 + 2 * self.order

    @property
    def chapters(self) -> int:
        """`w:numId` of the chapters."""
        return 2 + 2 * self.order

    @property
    def half(self) -> int:
        """Width of a half-width character; Latin text of proportional letters takes less."""
        return self.size * 5 if self.japanese else self.size * 22 // 5

    @property
    def japanese(self) -> bool:
        """Signs of either width are Japanese here."""
        return self.language.code == "ja"


@dataclass(frozen=True, slots=True)
class Layout:
    """Margin of the page and the looks on it, the first language first."""

    margin: int
    looks: tuple[Look, ...]
    least: int = 1304
    """Of the margins above and below."""

    @property
    def upright(self) -> int:
        """Margin above and below."""
        return max(self.margin, self.least)

    @property
    def head(self) -> int:
        """From the edge to header and footer."""
        return min(851, self.margin * 2 // 3)

    @property
    def width(self) -> int:
        """Of the text."""
        return PAGE_WIDTH - 2 * self.margin


_HINTED = '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
"""The hint makes …, “ and ① Japanese glyphs; the faces come from the style."""


def _japanese(size: int, air: int = 100) -> Look:
    """Indents in characters, as Japanese drafting counts them."""
    char = 10 * size
    return Look(
        language=LANGUAGES["ja"],
        size=size,
        indents=((2 * char, 2 * char), (11 * char // 2, 7 * char // 2), (15 * char // 2, 2 * char)),
        plain=(char, char),
        label=3 * char,
        field=5 * char,
        run=_HINTED,
        air=air,
    )


def _english(size: int, step: int, *, second: bool = False, air: int = 100) -> Look:
    """Hanging numbers: 5.2 at the margin, (1) and (a) each a step further in."""
    return Look(
        language=LANGUAGES["en"],
        prefix="E" if second else "",
        order=int(second),
        heading=MINCHO,
        size=size,
        indents=((step, step), (9 * step // 5, 4 * step // 5), (13 * step // 5, 4 * step // 5)),
        plain=(step, 0),
        label=9 * step // 5,
        field=9 * step // 5,
        run="<w:r>",
        air=air,
    )


LAYOUTS = {
    "ja": Layout(1701, (_japanese(21),)),
    "en": Layout(1440, (_english(22, 720),)),
    BOTH: Layout(1134, (_japanese(18), _english(18, 520, second=True))),
}
"""By the language of the paper. Japanese: A4, 30 mm all round (the default of Japanese Word)."""

DENSE = {
    "ja": Layout(737, (_japanese(15, air=20),), least=0),
    "en": Layout(737, (_english(15, 420, air=20),), least=0),
    BOTH: Layout(737, (_japanese(14, air=20), _english(14, 420, second=True, air=20)), least=0),
}
"""For a paper that is to stay on one page: 7 to 7.5 points, margins of 13 mm."""


def layout_of(language: str, *, dense: bool = False) -> Layout:
    """The layout of a paper in this language."""
    return (DENSE if dense else LAYOUTS)[language]


def fonts(pair: tuple[str, str], *, hint: bool = False) -> str:
    """All four slots: python-docx sets two, and Japanese then falls to any face."""
    asia, latin = pair
    marked = 'w:hint="eastAsia" ' if hint else ""
    return f'<w:rFonts {marked}w:ascii="{latin}" w:eastAsia="{asia}" w:hAnsi="{latin}" w:cs="{latin}"/>'


def size(half_points: int) -> str:
    """A character size."""
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def section(layout: Layout) -> str:
    """A4; the first page has no header."""
    side, upright, head = layout.margin, layout.upright, layout.head
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/>'
        '<w:footerReference w:type="default" r:id="rId5"/>'
        '<w:footerReference w:type="first" r:id="rId6"/>'
        f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
        f'<w:pgMar w:top="{upright}" w:right="{side}" w:bottom="{upright}" w:left="{side}" '
        f'w:header="{head}" w:footer="{head}" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )
