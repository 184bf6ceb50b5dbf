"""Marks of tags move to where they act: around paragraphs, rows, cells and runs (docxtpl's rules).

Where docxtpl would lose text without a word (text beside a dash, two tags that
both stand for one row) ours keeps it or refuses.
"""

from __future__ import annotations

import copy
import re
from dataclasses import replace

from lxml import etree

from teikei.documents.house import q
from teikei.documents.tags import (
    MARK,
    PPR,
    RPR,
    SECTION,
    SHOWN,
    SPACE,
    P,
    R,
    T,
    Tagged,
    drop,
    refuse,
    replace_with,
)  # fmt: skip


def hoisted(found: Tagged) -> Tagged:
    """Apply the dashes, then rows, cells, paragraphs and runs; changes the tree."""
    if any(tag.before == "-" or tag.after == "-" for tag in found.tags if tag.kind == "{%"):
        _join_paragraphs(found)
    for home in ("tr", "tc", "p"):
        _hoist(found, home)
    if any(tag.home == "r" for tag in found.tags):
        _split_runs(found)
    return found


def _marks(element: etree._Element) -> list[int]:
    return [int(number) for number in MARK.findall("".join(map(str, element.itertext())))]


def _ancestor(element: etree._Element, home: str) -> etree._Element | None:
    return next(element.iterancestors(q(home)), None)


def _hoist(found: Tagged, home: str) -> None:
    """Row, cell or paragraph give way to the tag that stands for them."""
    for text in [text for text in found.root.iter(T) if text.text and "\ufdd0" in text.text]:
        for number in map(int, MARK.findall(text.text or "")):
            tag = found.tags[number]
            if tag.home != home:
                continue
            block = _ancestor(text, home)
            if block is None:
                refuse("document.template_no_home", tag.place, tag.said)
            if block.getparent() is None:
                continue  # it went with another tag's block
            _settle(found, block, number)
            break


def _settle(found: Tagged, block: etree._Element, number: int) -> None:
    tag = found.tags[number]
    others = [other for other in _marks(block) if other != number and found.tags[other].kind != "{#"]
    if others:
        refuse("document.template_crowded", tag.place, tag.said, other=found.tags[others[0]].said)
    beside = "".join(MARK.sub("", text.text or "") for text in block.iter(T)).strip()
    if beside and tag.kind != "{#":
        found.notes.append((tag.place, "template_text_beside", beside[:SHOWN]))
    mark = "" if tag.kind == "{#" else f"\ufdd0{number}\ufdd1"
    section = block.find(f"{PPR}/{SECTION}")
    if section is None:
        replace_with(block, mark)
        return
    for child in list(block):
        if child.tag != PPR:
            block.remove(child)  # the paragraph carries the end of a section: it stays, empty
    ends = tag.word.startswith("end")
    if ends:
        earlier = block.getprevious()
        parent = block.getparent()
        if earlier is not None:
            earlier.tail = (earlier.tail or "") + mark
        elif parent is not None:
            parent.text = (parent.text or "") + mark
    else:
        block.tail = mark + (block.tail or "")


def _split_runs(found: Tagged) -> None:
    """``{%r %}`` stands between runs; both halves keep the look of the run."""
    for text in [text for text in found.root.iter(T) if text.text and "\ufdd0" in text.text]:
        pieces = re.split("(\ufdd0\\d+\ufdd1)", text.text or "")
        cuts = [
            index for index in range(1, len(pieces), 2) if found.tags[int(pieces[index][1:-1])].home == "r"
        ]
        run = text.getparent()
        if not cuts or run is None:
            continue
        first = found.tags[int(pieces[cuts[0]][1:-1])]
        if run.tag != R:
            refuse("document.template_no_home", first.place, first.said)
        _cut(run, text, pieces, cuts)


def _cut(run: etree._Element, text: etree._Element, pieces: list[str], cuts: list[int]) -> None:
    look = run.find(RPR)
    later = list(text.itersiblings())
    text.text = "".join(pieces[: cuts[0]])
    last = run
    for here, cut in enumerate(cuts):
        end = cuts[here + 1] if here + 1 < len(cuts) else len(pieces)
        new = run.makeelement(R)
        if look is not None:
            new.append(copy.deepcopy(look))
        piece = etree.SubElement(new, T)
        piece.text = "".join(pieces[cut + 1 : end])
        piece.set(SPACE, "preserve")
        after, last.tail = last.tail, None
        last.addnext(new)
        new.tail, last.tail = after, pieces[cut]
        last = new
    for element in later:
        last.append(element)
    for half in (run, last):
        for piece in half.findall(T):
            if not piece.text:
                drop(piece)


def _join_paragraphs(found: Tagged) -> None:
    """``{%-`` at a paragraph's start joins it to the text before, ``-%}`` at its end to the text after.

    Elsewhere docxtpl takes the dash away (and the text beside it with it); only
    between two tags of one text the dash is Jinja's and eats white space.
    """
    for number, tag in enumerate(found.tags):
        if tag.kind != "{%" or tag.home not in {"", "r"}:
            continue
        if tag.before:
            _join(found, number, forward=False)
        if tag.after:
            _join(found, number, forward=True)


def _join(found: Tagged, number: int, *, forward: bool) -> None:
    texts = list(found.root.iter(T))
    mark = f"\ufdd0{number}\ufdd1"
    index = next(i for i, text in enumerate(texts) if mark in (text.text or ""))
    here = texts[index].text or ""
    side = here.partition(mark)[2 if forward else 0]
    other = index + 1 if forward else index - 1
    alone = not side.strip()
    if MARK.search(side) or not 0 <= other < len(texts):
        return
    tag = found.tags[number]
    found.tags[number] = replace(tag, after="") if forward else replace(tag, before="")
    if not alone:
        return
    mine, theirs = _ancestor(texts[index], "p"), _ancestor(texts[other], "p")
    if mine is None or theirs is None or mine is theirs:
        return
    first, second = (mine, theirs) if forward else (theirs, mine)
    between = _between(first, second)
    if between is None:
        refuse("document.template_block_split", tag.place, tag.said, other=tag.said)
    for element in between:
        replace_with(element, "")
    for child in list(second):
        if child.tag != PPR:
            first.append(child)
    replace_with(second, "")


def _between(first: etree._Element, second: etree._Element) -> list[etree._Element] | None:
    """The empty paragraphs between two of one parent; None if anything else is there."""
    found: list[etree._Element] = []
    for element in first.itersiblings():
        if element is second:
            return found
        if element.tag != P:
            return None
        found.append(element)
    return None
