"""Tags in a part of a firm's own .docx: found over split runs, taken out to where they act.

The dialect is docxtpl's (0.20): ``{{ }}``, ``{% %}``, ``{# #}``; ``{%p %}``,
``{%tr %}``, ``{%tc %}`` and ``{%r %}`` stand for their paragraph, row, cell or
run, and what else stands in it goes. Word and LibreOffice split a tag over runs
wherever they like, so a paragraph is read as one text. The part's tree then
holds a numbered mark in place of each tag; `hoist` moves the marks to where they
act and `nesting` makes a Jinja source of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn, cast

from lxml import etree

from teikei.documents.errors import DocumentError
from teikei.documents.house import W, q

MARK = re.compile("\ufdd0(\\d+)\ufdd1")
"""Noncharacters of Unicode around the tag's number: no text may hold them."""

Home = Literal["", "p", "tr", "tc", "r"]
CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPEN = re.compile(r"\{[{%#]")
_HOMED = re.compile(r"-?(p|tr|tc|r)\s")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
SHOWN = 80
_MISPLACED = etree.XPath(
    "//*[not(self::w:t) and text()[contains(., '{{') or contains(., '{%')]]"
    " | //*[@*[contains(., '{{') or contains(., '{%')]]",
    namespaces={"w": W},
)


T, R, P, TR, TC, RPR, PPR, SECTION = map(q, ("t", "r", "p", "tr", "tc", "rPr", "pPr", "sectPr"))
_NOISE = tuple(map(q, ("proofErr", "lastRenderedPageBreak")))
_SPACES = frozenset(map(q, ("tab", "br", "cr", "noBreakHyphen", "softHyphen")))
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_VOLATILE = re.compile(r"\{.*\}(?:rsid\w*|paraId|textId)")
"""Marks of editing sessions; a loop would write each paragraph id twice."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tag stands: what an author needs to find it in Word."""

    file: str
    part: str
    paragraph: int
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: `said` as the author wrote it, `inner` what Jinja shall read."""

    kind: str
    home: Home
    inner: str
    said: str
    place: Place
    before: str = ""
    after: str = ""

    @property
    def word(self) -> str:
        """`if`, `endfor`, …; empty where a value is printed."""
        found = self.inner.split(None, 1)
        return found[0] if self.kind == "{%" and found else ""


def refuse(code: str, place: Place, tag: str, **params: str | int) -> NoReturn:
    """Every error of a template names file, part, paragraph, visible text and tag."""
    raise DocumentError(
        code,
        f"{place.part}:{place.paragraph}",
        file=place.file,
        part=place.part,
        paragraph=place.paragraph,
        text=place.text,
        tag=tag,
        **params,
    )


@dataclass(slots=True)
class Tagged:
    """A part with marks for tags, and what was seen on the way."""

    root: etree._Element
    tags: list[Tag]
    notes: list[tuple[Place, str, str]]


def find_tags(root: etree._Element, file: str, part: str) -> Tagged:
    """Put marks for all tags of the part; changes the tree."""
    found = Tagged(root, [], [])
    _quieten(root)
    if next(root.iter(q("ins"), q("del"), q("moveFrom")), None) is not None:
        found.notes.append((Place(file, part, 0, ""), "template_tracked", part))
    paragraphs = list(root.iter(P))
    for element in cast("list[Any]", _MISPLACED(root)):
        _refuse_misplaced(element, paragraphs, file, part)
    for number, paragraph in enumerate(paragraphs, 1):
        _read_paragraph(found, paragraph, Place(file, part, number, ""))
    return found


def _refuse_misplaced(
    element: etree._Element, paragraphs: list[etree._Element], file: str, part: str
) -> None:
    """Others would fill it in, and the value could become an instruction of a field."""
    said = " ".join((element.text or "", *map(str, element.attrib.values())))
    around = next(element.iterancestors(P), None)
    number = paragraphs.index(around) + 1 if around is not None else 0
    opened = _OPEN.search(said)
    refuse(
        "document.template_place",
        Place(file, part, number, said[:SHOWN]),
        said[opened.start() :] if opened else said,
    )


def read_properties(root: etree._Element, file: str, part: str) -> Tagged:
    """The same for title, subject and the like, which are plain text without runs."""
    found = Tagged(root, [], [])
    for number, element in enumerate(root, 1):
        text = element.text or ""
        first = len(found.tags)
        spans = _spans(found, text, Place(file, part, number, text[:SHOWN]))
        for tag in found.tags[first:]:
            if tag.home:
                refuse("document.template_no_home", tag.place, tag.said)
        for index, (start, end) in reversed(list(enumerate(spans, first))):
            text = f"{text[:start]}\ufdd0{index}\ufdd1{text[end:]}"
        element.text = text
    return found


def _quieten(root: etree._Element) -> None:
    for element in list(root.iter(*_NOISE)):
        replace_with(element, "")
    for element in root.iter(P, R, TR):
        for name in [str(name) for name in element.attrib if _VOLATILE.fullmatch(str(name))]:
            del element.attrib[name]


def replace_with(element: etree._Element, text: str) -> None:
    """Text instead of an element, its tail kept."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    text += element.tail or ""
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    parent.remove(element)


def _own(paragraph: etree._Element) -> list[etree._Element]:
    """What prints in this paragraph, the paragraphs of its text boxes left out."""
    found = []
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, element in walk:
        if element.tag in {PPR, RPR} or (element.tag == P and element is not paragraph):
            walk.skip_subtree()
        elif element.tag == T or element.tag in _SPACES:
            found.append(element)
    return found


def _read_paragraph(found: Tagged, paragraph: etree._Element, place: Place) -> None:
    atoms = _own(paragraph)
    whole = "".join(atom.text or "" for atom in atoms if atom.tag == T)
    if not _OPEN.search(whole):
        if any(closer in whole for closer in CLOSERS.values()):
            found.notes.append((replace(place, text=whole[:SHOWN]), "template_stray_close", whole[:SHOWN]))
        return
    spans = _spans(found, whole, replace(place, text=whole[:SHOWN]))
    _mark(atoms, spans, len(found.tags) - len(spans))


def _spans(found: Tagged, whole: str, place: Place) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    while opened := _OPEN.search(whole, spans[-1][1] if spans else 0):
        spans.append(_one(found, whole, opened, place))
    return spans


def _one(found: Tagged, whole: str, opened: re.Match[str], place: Place) -> tuple[int, int]:
    """Read the tag that begins here; its span in the paragraph's text."""
    start, kind = opened.start(), opened[0]
    end = whole.find(CLOSERS[kind], start + 2)
    again = _OPEN.search(whole, start + 2)
    if end < 0 or (again and again.start() < end and kind != "{#"):
        refuse("document.template_tag_open", place, whole[start : start + 40])
    said = whole[start : end + 2]
    inner = said[2:-2]
    home: Home = ""
    before = "-" if inner.startswith("-") else ""
    after = "-" if inner.endswith("-") and len(inner) > 1 else ""
    inner = inner[len(before) : len(inner) - len(after)]
    if matched := _HOMED.match(inner):
        home = matched[1]  # type: ignore[assignment]  # the pattern has no other words
        inner = inner[matched.end() :]
    if kind == "{{" and home in {"p", "tr", "tc"}:
        refuse("document.template_object", place, said, type="{{" + home)
    if kind == "{{" or (kind == "{#" and home == "r"):
        home = ""  # {{r x }}: plain text takes the look of the run that it stands in
    inner = "" if kind == "{#" else inner.translate(_QUOTES).replace("\n", " ").strip()
    if not inner and kind != "{#":
        refuse("document.template_tag_empty", place, said)
    found.tags.append(Tag(kind, home, inner, said, place, before, after))
    return start, end + 2


def _mark(atoms: list[etree._Element], spans: list[tuple[int, int]], first: int) -> None:
    """Each tag becomes a mark in the run that it begins in; emptied runs go."""
    texts: dict[int, list[str]] = {}
    position, at, inside = 0, 0, False
    for index, atom in enumerate(atoms):
        if atom.tag != T:
            if inside:
                drop(atom)
            continue
        text, taken = atom.text or "", 0
        kept = texts.setdefault(index, [])
        while taken < len(text):
            start, end = spans[at] if at < len(spans) else (len(text) + position, -1)
            here = position + taken
            if here < start:
                step = min(start - here, len(text) - taken)
                kept.append(text[taken : taken + step])
                taken += step
                continue
            if here == start:
                kept.append(f"\ufdd0{first + at}\ufdd1")
            taken += min(end - here, len(text) - taken)
            inside = position + taken < end
            at += not inside
        position += len(text)
    for index, pieces in texts.items():
        new = "".join(pieces)
        if new != (atoms[index].text or ""):
            atoms[index].text = new
            atoms[index].set(SPACE, "preserve")
            if not new:
                drop(atoms[index])


def drop(atom: etree._Element) -> None:
    """Take out a piece of text and its run, if the run then holds nothing."""
    run = atom.getparent()
    replace_with(atom, "")
    if run is not None and run.tag == R and all(child.tag == RPR for child in run):
        replace_with(run, "")
