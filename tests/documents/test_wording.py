"""Wording of the papers: numbers, citations, commands, several parties."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from teikei.documents import compose, default_library, lint, render
from teikei.documents.lint import TWO_PARTY
from teikei.documents.proof import proofread
from teikei.domain.papers import PAPER_TITLES, PaperKind
from tests.documents.samples import COUNTS, KINDS, sample, voting_line

CONTRACTS: tuple[PaperKind, ...] = tuple(
    kind
    for kind in KINDS
    if kind not in {"minutes", "statement", "notice", "return_letter", "comparison", "summary"}
)
VOTING = (
    voting_line(
        "allocation", kind="majority", weights=(3, 2, 1), quorum=Fraction(2, 3), tie="chair", chair="甲"
    ),
    voting_line("resolution", kind="majority", threshold=Fraction(2, 3), base="entitled", silence="approves"),
    voting_line("reserved", kind="n_of_m", needed=2, veto=("甲", "乙"), silence="abstains", sealed=True),
)
SWITCHES = (
    "rivals",
    "personal_data",
    "land",
    "data",
    "equipment",
    "exclusive",
    "exclusive_campaigns",
    "tag_drag",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
def test_articles_are_numbered_without_a_gap(kind: PaperKind, count: int) -> None:
    numbers = [one.number for one in render(kind, sample(kind, count)).articles]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("kind", CONTRACTS)
@pytest.mark.parametrize("count", COUNTS)
def test_a_proofreader_finds_nothing(kind: PaperKind, count: int) -> None:
    assert proofread(compose(default_library(), kind, sample(kind, count))) == []


@pytest.mark.parametrize("kind", CONTRACTS)
@pytest.mark.parametrize("medium", ["paper", "electronic"])
def test_every_switch_on_still_reads_right(kind: PaperKind, medium: str) -> None:
    variables = sample(kind, 3)
    changes: dict[str, Any] = {name: True for name in SWITCHES if hasattr(variables, name)}
    if hasattr(variables, "voting"):
        changes |= {"voting": VOTING}
    paper = compose(default_library(), kind, sample(kind, 3, medium=medium, **changes))
    assert proofread(paper) == []
    assert ("㊞" in render(kind, sample(kind, 3, medium=medium)).text) == (medium == "paper")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [n for n in COUNTS if n > 2])
def test_no_word_for_two_where_there_are_more(kind: PaperKind, count: int) -> None:
    text = render(kind, sample(kind, count)).text
    assert [word for word in TWO_PARTY if word in text] == []


@pytest.mark.parametrize("kind", CONTRACTS)
def test_citations_hit_articles_that_exist(kind: PaperKind) -> None:
    rendered = render(kind, sample(kind))
    own = re.findall(r"(?<![法令条約契書])第(\d+)条", rendered.text)
    assert {int(number) for number in own} <= {one.number for one in rendered.articles}


def test_a_citation_follows_the_clause_when_numbers_move() -> None:
    two, three = (
        render("termination", sample("termination", 2)),
        render("termination", sample("termination", 3)),
    )
    for rendered in (two, three):
        kept = rendered.article("end_survival")
        assert kept is not None
        assert f"本契約又は{kept.cite}により存続する条項" in rendered.text


@pytest.mark.parametrize("kind", CONTRACTS)
def test_each_party_signs_once_and_the_date_stays_blank(kind: PaperKind) -> None:
    variables = sample(kind, 5)
    tail = render(kind, variables).text.split("　　　　年　　月　　日", 1)[1]
    for party in variables.parties:
        assert tail.count(f"名　称\t{party.name}") == 1
        assert f"代表者\t{party.representative_title}　{party.representative_name}" in tail


def test_the_clause_files_have_no_errors() -> None:
    assert [finding for finding in lint(default_library()) if finding.level == "error"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_title_of_the_paper_is_the_one_the_domain_uses(kind: PaperKind) -> None:
    assert PAPER_TITLES[kind][0] in render(kind, sample(kind)).title
