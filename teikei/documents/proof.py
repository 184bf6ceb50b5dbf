"""Proofreading of a composed paper: what a careful junior checks before it goes out.

Relative citations (前項, 前各号, 第2項 of the same article), brackets, full
stops, and that every article obliges or allows something. Advisory: a value
such as a company name may contain any of these words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from teikei.documents.blocks import Article, Paper, Paragraph
from teikei.documents.findings import Finding
from teikei.documents.language import LANGUAGES

COMMANDS = re.compile(
    r"ならない|ものとする|できる|することがある|とする。|による。|負う|しない。|有する|有しない"
    r"|する。|生じない|妨げない|いう。|限りでない|行う。|準拠|適用"
)
"""Endings by which a 項 commands, permits or lays down a rule."""

_BARE = re.compile(r"第(\d+)項")
_BACK = re.compile(r"前(二|三|四|各)?項")
_OTHER = re.compile(f"条{LANGUAGES['ja'].connected}$")
_STEPS = {"": 1, "二": 2, "三": 3, "四": 4, "各": 1}
_PAIRS = (("「", "」"), ("（", "）"), ("『", "』"))


def proofread(paper: Paper) -> list[Finding]:
    """Findings over all articles of a contract; a sheet has none."""
    return [finding for block in paper.blocks if isinstance(block, Article) for finding in _article(block)]


def _article(article: Article) -> Iterator[Finding]:
    paragraphs = [block for block in article.body if isinstance(block, Paragraph)]
    place = article.clause_id
    whole = "".join(p.text + "".join(item.text for item in p.items) for p in paragraphs)
    if not COMMANDS.search(whole):
        yield Finding("error", "no_command", place, whole[:80])
    for opening, closing in _PAIRS:
        if whole.count(opening) != whole.count(closing):
            yield Finding("error", "brackets", place, opening + closing)
    for position, paragraph in enumerate(paragraphs):
        yield from _paragraph(place, paragraph, position, len(paragraphs))
    if article.number == 1 and "前条" in whole:
        yield Finding("error", "no_previous_article", place, whole[:80])


def _paragraph(place: str, paragraph: Paragraph, position: int, total: int) -> Iterator[Finding]:
    text = paragraph.text + "".join(item.text for item in paragraph.items)
    if not paragraph.text.endswith(("。", "）")):
        yield Finding("error", "full_stop", place, paragraph.text[-40:])
    for match in _BACK.finditer(text):
        if position < _STEPS[match[1] or ""]:
            yield Finding("error", "no_previous_paragraph", place, match[0])
    for match in _BARE.finditer(text):
        if _OTHER.search(text, 0, match.start()):
            continue  # 第4条第2項から第4項まで: the article is another one
        if not 1 <= int(match[1]) <= total:
            yield Finding("error", "no_such_paragraph", place, match[0])
    if "次の各号" in paragraph.text and not paragraph.items:
        yield Finding("error", "no_items", place, paragraph.text[:80])
