"""A paper says enough, says nothing twice, and every variable and option makes a difference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from teikei.documents import default_library
from teikei.documents.blocks import Paper, Paragraph, Preamble
from teikei.domain.papers import PaperKind
from tests.documents import substance
from tests.documents.samples import COUNTS, KINDS
from tests.documents.substance import full, paper, says

ARTICLES = Path(__file__).resolve().parents[2] / "docs" / "review" / "articles.md"
ELSEWHERE = {"termination": {16}}
"""Articles of the customary list that are no clause of the paper; the page says where they are."""


@pytest.mark.parametrize("kind", substance.LEAST)
def test_the_paper_says_enough(kind: PaperKind) -> None:
    assert substance.characters(paper(kind, full(kind))) >= substance.LEAST[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
def test_no_long_sentence_stands_twice(kind: PaperKind, count: int) -> None:
    assert substance.doubled(paper(kind, full(kind, count))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_variable_changes_the_text(kind: PaperKind) -> None:
    assert substance.silent(kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_option_reads_differently(kind: PaperKind) -> None:
    assert substance.same(kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_conditional_clause_comes_and_goes(kind: PaperKind) -> None:
    assert substance.conditional(kind) == []


def test_every_field_of_a_line_stands_in_some_paper() -> None:
    unsaid = {name for kind in KINDS for name, *_ in _changed_lines(full(kind))}
    for kind in KINDS:
        before = says(kind, full(kind))
        for name, variable, lines in _changed_lines(full(kind)):
            if name in unsaid and says(kind, replace(full(kind), **{variable: lines})) != before:
                unsaid.discard(name)
    assert unsaid == set()


def listed() -> dict[str, list[tuple[str, str, str]]]:
    """By paper the rows of docs/review/articles.md: numbers in the customary list, clause, condition."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for section in ARTICLES.read_text(encoding="utf-8").split("\n## ")[1:]:
        if (kind := section.split("\n", 1)[0]) in KINDS:
            found[kind] = re.findall(
                r"^\| (\S+) \| `(\w+)` \| .*? \| (?:`(.+)`)? \|.*\|$", section, re.MULTILINE
            )
    return found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"notice", "return_letter"}])
def test_the_page_of_articles_says_what_the_paper_has_in_the_customary_order(kind: PaperKind) -> None:
    rows, library = listed()[kind], default_library()
    ids = [entry.clause for entry in library.manifest(kind).entries if entry.clause]
    assert {clause: condition for _, clause, condition in rows if clause != "language"} == {
        one: library.clause(one).condition_text for one in ids if one != "language"
    }
    customary = [clause for number, clause, _ in rows if number != "+"]
    assert customary == [one for one in ids if one in customary]
    numbers = [int(number) for numbers, *_ in rows if numbers != "+" for number in numbers.split(",")]
    assert numbers == sorted(set(numbers))
    assert set(range(1, max(numbers) + 1)) - set(numbers) <= ELSEWHERE.get(kind, set())


def test_what_is_measured_would_be_noticed() -> None:
    said = Preamble(
        "x",
        tuple(Paragraph(None, "各当事者は、この文を一度だけ読むことができるものとする。") for _ in range(2)),
    )
    twice = Paper("nda", "ja", "articles", "x", "x", (said,))
    assert len(substance.doubled(twice)) == 1
    assert substance.characters(twice) == 2 * 28


def _changed_lines(variables: Any) -> Iterator[tuple[tuple[str, str], str, Any]]:
    """(line, field), the variable, and its lines with that field of one line changed."""
    for item in fields(variables):
        lines = getattr(variables, item.name)
        if not (isinstance(lines, tuple) and lines and is_dataclass(lines[0])):
            continue
        for changed in substance.others(type(variables), item.name, lines):
            before, after = next((a, b) for a, b in zip(lines, changed, strict=True) if a != b)
            field = next(f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name))
            if not field.endswith("_en"):
                yield (type(before).__name__, field), item.name, changed
