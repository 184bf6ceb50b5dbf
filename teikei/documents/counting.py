"""The numbers of a .docx's lists as the reader of its pages sees them.

Word stores no number in the text: a paragraph names a list, itself or by its
style, and the program that shows it counts. This does the same for any file, so
that the text of a returned paper has its 第3条 and its （1） again. Rules:
ECMA-376 part 1, 17.9 (levels restart under the next higher one; `w:startOverride`
restarts at the first paragraph of its instance; instances of one abstract list
count on together).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from teikei.documents.house import W, q
from teikei.documents.language import IROHA
from teikei.documents.words import kansuji

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_LEVELS = 9


def _roman(value: int) -> str:
    shown = ""
    for size, sign in _ROMAN:
        times, value = divmod(value, size)
        shown += sign * times
    return shown


def _letters(value: int) -> str:
    """Word doubles the letter after z: aa, bb."""
    times, place = divmod(value - 1, 26)
    return chr(ord("a") + place) * (times + 1)


def _of(signs: str) -> Callable[[int], str]:
    return lambda value: signs[(value - 1) % len(signs)]


_SHAPES: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalFullWidth": lambda value: str(value).translate(_WIDE),
    "decimalZero": lambda value: f"{value:02d}",
    "lowerLetter": _letters,
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "iroha": _of(IROHA),
    "irohaFullWidth": _of(IROHA),
    "aiueo": _of(_AIUEO),
    "aiueoFullWidth": _of(_AIUEO),
    "japaneseCounting": kansuji,
    "ideographDigital": kansuji,
    "none": lambda _value: "",
}
"""Shapes of numbers that contracts use; any other is read as decimal."""

_AFTER = {"nothing": "", "space": " "}


def _value(node: etree._Element | None, path: str, other: str = "") -> str:
    found = node.find(path, {"w": W}) if node is not None else None
    return str(found.get(q("val"), other)) if found is not None else other


@dataclass(frozen=True, slots=True)
class _Level:
    text: str
    shape: str
    start: int
    suffix: str
    style: str
    restart: int
    """The level at or above which a number begins this one again; -1: none does."""


@dataclass(slots=True)
class _Instance:
    """A `w:num`: the list it belongs to and where it begins anew."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbers:
    """Counts through one document; give it every paragraph once, in reading order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        """The roots of word/numbering.xml and word/styles.xml; either may be absent."""
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._instances: dict[str, _Instance] = {}
        self._styles: dict[str, tuple[str, str, str]] = {}
        self._counts: dict[str, list[int]] = {}
        if numbering is not None:
            self._read(numbering)
        for style in styles.iter(q("style")) if styles is not None else ():
            place = "w:pPr/w:numPr/w:"
            self._styles[str(style.get(q("styleId")))] = (
                _value(style, place + "numId"), _value(style, place + "ilvl"), _value(style, "w:basedOn"),
            )  # fmt: skip

    def _read(self, numbering: etree._Element) -> None:
        for one in numbering.iter(q("abstractNum")):
            levels = {_level_of(level): _level(level) for level in one.iter(q("lvl"))}
            self._abstract[str(one.get(q("abstractNumId")))] = levels
        for one in numbering.iter(q("num")):
            instance = _Instance(_value(one, "w:abstractNumId"))
            for change in one.iter(q("lvlOverride")):
                index = _level_of(change)
                if start := _value(change, "w:startOverride"):
                    instance.starts[index] = int(start)
                if (level := change.find(q("lvl"))) is not None:
                    instance.levels[index] = _level(level)
            self._instances[str(one.get(q("numId")))] = instance

    def label(self, paragraph: etree._Element) -> str:
        """The number of a paragraph with what follows it; empty where it has none."""
        number, index = self._place(paragraph.find(q("pPr")))
        instance = self._instances.get(number)
        if instance is None:
            return ""
        levels = self._abstract.get(instance.abstract, {}) | instance.levels
        level = levels.get(index)
        if level is None:
            return ""
        counts = self._count(instance, index, levels)
        text = level.text
        for place in range(_LEVELS):
            if (mark := f"%{place + 1}") in text and place in levels:
                shown = levels[place]
                value = counts[place] or shown.start
                text = text.replace(mark, _SHAPES.get(shown.shape, str)(value))
        return text + _AFTER.get(level.suffix, "\t") if text else ""

    def _count(self, instance: _Instance, index: int, levels: dict[int, _Level]) -> list[int]:
        """Advance one level; those below it begin again."""
        counts = self._counts.setdefault(instance.abstract, [0] * _LEVELS)
        start = instance.starts.pop(index, None)
        if start is not None:
            counts[index] = start
        else:
            counts[index] = counts[index] + 1 if counts[index] else levels[index].start
        for lower in range(index + 1, _LEVELS):
            if lower not in levels or index <= levels[lower].restart:
                counts[lower] = 0
        return counts

    def _place(self, properties: etree._Element | None) -> tuple[str, int]:
        """The list and the level: what the paragraph says, else its style or the style that this is based on."""
        number, level = _value(properties, "w:numPr/w:numId"), _value(properties, "w:numPr/w:ilvl")
        style, seen = _value(properties, "w:pStyle"), 0
        while not number and style in self._styles and seen < len(self._styles):
            number, given, based = self._styles[style]
            level = level or given or self._linked(number, style)
            style, seen = based, seen + 1
        return number, int(level or 0)

    def _linked(self, number: str, style: str) -> str:
        """The level of a list that names the style."""
        instance = self._instances.get(number)
        levels = self._abstract.get(instance.abstract, {}) if instance else {}
        return next((str(index) for index, level in levels.items() if level.style == style), "")


def _level_of(node: etree._Element) -> int:
    return int(node.get(q("ilvl"), "0"))


def _level(node: etree._Element) -> _Level:
    restart = _value(node, "w:lvlRestart")
    return _Level(
        text=_value(node, "w:lvlText"),
        shape=_value(node, "w:numFmt", "decimal"),
        start=int(_value(node, "w:start", "1")),
        suffix=_value(node, "w:suff", "tab"),
        style=_value(node, "w:pStyle"),
        restart=int(restart) - 1 if restart else _level_of(node) - 1,
    )
