"""word/numbering.xml: articles, 項, 号 and third level as one Word list, chapters as another.

A lawyer who inserts an article moves all numbers after it. Each level begins
again under the next higher one, which is what Word does by itself; where a text
has lists and no number above them (前文, 後文, sections of a sheet), each list is an
instance of its own that begins again at 1.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from teikei.documents.blocks import Form
from teikei.documents.house import RESTART, XML, Look, W, layout_of
from teikei.documents.language import LANGUAGES
from teikei.documents.package import Part, part

_LEVEL_STYLES = ("Heading2", "KouNumbered", "Gou", "Iroha")
_ITEM = 2
"""Level of 号."""


class Label(NamedTuple):
    """A heading as Word sees it: the number's text, what follows it, and what stands round the title."""

    text: str
    suffix: str
    before: str
    after: str


class Labels(NamedTuple):
    """The three kinds of headings in one language."""

    article: Label
    """第%1条, then （秘密保持） / Article %1, a space, (Confidentiality)."""
    sheet: Label
    """%1., a space, 収益."""
    chapter: Label
    """第%1章 and its space, 総則."""


@cache
def labels(code: str) -> Labels:
    """The headings of a language, by its code."""
    language = LANGUAGES[code]
    number = language.article_pattern.format(number="%1")
    before, after = language.article_heading_pattern.format(number="%1", title="\0").split("\0")
    sheet, behind = language.sheet_pattern.format(number="%1", title="\0").split("\0")
    chapter, end = language.chapter_pattern.format(number="%1", title="\0").split("\0")
    return Labels(
        _label(number, before.removeprefix(number), after),
        _label(sheet, "", behind),
        _label(chapter, "", end),
    )


def _label(number: str, before: str, after: str) -> Label:
    """One plain space between number and title is Word's own; any other belongs to the number."""
    if before.startswith(" "):
        return Label(number, "space", before[1:], after)
    if not before and number.endswith(" "):
        return Label(number[:-1], "space", before, after)
    return Label(number, "nothing", before, after)


def _level(
    look: Look, level: int, text: str, *, suffix: str = "tab", letters: bool = False, style: str = ""
) -> str:
    shape = "decimal" if not letters else "irohaFullWidth" if look.japanese else "lowerLetter"
    linked = f'<w:pStyle w:val="{look.prefix}{style}"/>' if style else ""
    after = f'<w:suff w:val="{suffix}"/>' if suffix != "tab" else ""
    indent = ""
    if level:
        left, hanging = look.indents[level - 1]
        indent = (
            f'<w:pPr><w:tabs><w:tab w:val="num" w:pos="{left}"/></w:tabs>'
            f'<w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr>'
        )
    hint = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>' if look.japanese else ""
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/>{linked}{after}'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>{indent}{hint}</w:lvl>'
    )


def _lists(look: Look, form: Form) -> tuple[str, ...]:
    """The abstract lists of one language: articles, chapters, and the one that restarts are made of."""
    language = look.language
    headings = labels(language.code)
    top = headings.article if form == "articles" else headings.sheet
    chapter = headings.chapter
    item, letter = "%3".join(language.item_brackets), "%4".join(language.letter_brackets)
    texts = (top.text, language.paragraph_pattern.format(article="%1", number="%2"), item, letter)

    def levels(*, linked: bool) -> str:
        return "".join(
            _level(
                look, level, text,
                suffix="tab" if level else top.suffix, letters=level > _ITEM,
                style=_LEVEL_STYLES[level] if linked else "",
            )
            for level, text in enumerate(texts)
        )  # fmt: skip

    heading = _level(look, 0, chapter.text, suffix=chapter.suffix, style="Heading1")
    return levels(linked=True), heading, levels(linked=False)


def _abstract(index: int, levels: str) -> str:
    """`nsid` tells Word which lists are the same when text is pasted into another paper."""
    return (
        f'<w:abstractNum w:abstractNumId="{index}"><w:nsid w:val="5E1A{index:04X}"/>'
        f'<w:multiLevelType w:val="multilevel"/><w:tmpl w:val="7A3C{index:04X}"/>{levels}</w:abstractNum>'
    )


@lru_cache(maxsize=128)
def numbering_part(language: str, form: Form, restarts: tuple[int, ...], *, dense: bool = False) -> Part:
    """`restarts`: for each list that begins again, which look of the layout it has (0 or 1)."""
    looks = layout_of(language, dense=dense).looks
    lists = [found for look in looks for found in _lists(look, form)]
    abstract = "".join(_abstract(index, levels) for index, levels in enumerate(lists))
    house = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{3 * look.order + kind}"/></w:num>'
        for look in looks
        for kind, number in enumerate((look.number, look.chapters))
    )
    again = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{3 * order + 2}"/>'
        f'<w:lvlOverride w:ilvl="{_ITEM}"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for number, order in enumerate(restarts, RESTART)
    )
    xml = f'{XML}<w:numbering xmlns:w="{W}">{abstract}{house}{again}</w:numbering>'
    return part("word/numbering.xml", xml, 9)
