"""Lint of the pairs: the real clauses with a planted defect each, and what must not be one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from teikei.documents import Finding, Library, lint
from teikei.documents.english import style
from teikei.documents.words_en import SPELT, TENS, spelt

TEMPLATES = Path(__file__).parents[2] / "templates"
MANIFEST = (
    "kind: {kind}\ntitle: {{ja: 試験書, en: Test}}\nlanguages: [ja, en]\nform: {form}\nclauses: [{id}]\n"
)


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., list[Finding]]:
    """Lint of a paper of one clause after one change in its English (or Japanese) file."""

    def plant(
        clause: str, old: str, new: str, language: str = "en", kind: str = "co_development"
    ) -> list[Finding]:
        (tmp_path / "papers").mkdir(exist_ok=True)
        form = "sheet" if kind == "statement" else "articles"
        manifest = MANIFEST.format(kind=kind, form=form, id=clause)
        (tmp_path / "papers" / f"{kind}.yaml").write_text(manifest, encoding="utf-8")
        folder = tmp_path / "clauses" / clause
        shutil.copytree(TEMPLATES / "clauses" / clause, folder, dirs_exist_ok=True)
        file = folder / f"{language}.md.j2"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [f for f in lint(Library(tmp_path), language="en") if f.rule != "reference_absent"]

    return plant


PARAGRAPH = "4. A Party whose performance"
DEFECTS = (
    ("termination_cause", "thirty (30) days", "forty (40) days", "pair_numbers"),
    ("termination_cause", "thirty (30) days", "forty (30) days", "words_and_figures"),
    ("records_audit", "more than 5%", "more than 6%", "pair_numbers"),
    ("definitions_dev", "29 December", "28 December", "pair_numbers"),
    ("definitions_dev", "3 January", "3 February", "pair_numbers"),
    ("improvements", 'improvement_years|period("year")', 'notice_months|period("month")', "pair_numbers"),
    ("roles_dev", PARAGRAPH, "4. A new paragraph.\n" + PARAGRAPH, "pair_paragraphs"),
    ("dispute_ladder", "   - where the dispute is not", "2. where the dispute is not", "pair_paragraphs"),
    ("purpose_dev", "| Purpose | Measure of achievement |\n|---|---|", "| Purpose | Measure | Note |\n|---|---|---|", "pair_fails"),
    ("development_period", 'ref("costs_dev")', 'ref("damages")', "pair_references"),
    ("development_period", '{{ ref("development_plan") }}.1', '{{ ref("development_plan") }}.2', "pair_references"),
    ("damages", "under Paragraph 1", "under Paragraph 3", "pair_references"),
    ("dispute_ladder", "under Paragraph 5", "under Paragraph 4", "pair_references"),
    ("damages", "terms: []", "terms: [Damage]", "pair_terms"),
    ("dispute_ladder", "“Dispute Notice”", "‘Dispute Notice’", "term_not_defined"),
    ("costs_dev", "{{ all_others }}", "the other Party", "two_party_word"),
    ("damages", "wilful", "willful", "american"),
    ("damages", "shall bear it", "must bear it", "modal"),
    ("damages", "in proportion to", "pro rata to", "latin"),
    ("damages", "as between", "as as between", "doubled_word"),
    ("damages", "attorneys’", "attorneys'", "straight_quote"),
    ("damages", "Where, in", "Where,  in", "spacing"),
    ("damages", "a third party", "第三者", "japanese"),
)  # fmt: skip


@pytest.mark.parametrize(("clause", "old", "new", "rule"), DEFECTS)
def test_a_planted_defect_is_found(
    planted: Callable[..., list[Finding]], clause: str, old: str, new: str, rule: str
) -> None:
    found = planted(clause, old, new)
    assert [(f.level, f.place) for f in found if f.rule == rule] == [("error", clause)], found


@pytest.mark.parametrize(
    ("clause", "old", "new", "rule"),
    [
        ("statement_rounding", "{{ whole_total|number }} =", "{{ pool|number }} =", "pair_numbers"),
        ("statement_payment", "| Total |", "| Sum | | | |\n| Total |", "pair_paragraphs"),
        ("statement_pool", "the excess of {{ loss|money(currency) }}", "the excess", "pair_numbers"),
    ],
)
def test_what_the_engine_reckons_for_a_statement_is_compared_too(
    planted: Callable[..., list[Finding]], clause: str, old: str, new: str, rule: str
) -> None:
    assert [f.rule for f in planted(clause, old, new, kind="statement")] == [rule]


def test_a_changed_japanese_clause_makes_the_english_stale(planted: Callable[..., list[Finding]]) -> None:
    changed = planted("export_control", "10営業日以内", "15営業日以内", "ja")
    assert {f.rule for f in changed} == {"pair_stale", "pair_numbers"}
    reworded = planted("consultation", "信義誠実の原則に従って", "誠実に", "ja")
    assert {f.rule for f in reworded} == {"pair_stale"}


def test_a_new_owner_or_review_date_does_not(planted: Callable[..., list[Finding]]) -> None:
    assert planted("damages", "owner: legal", "owner: compliance", "ja") == []
    assert planted("damages", "2027-12-31", "2028-12-31", "ja") == []


@pytest.mark.parametrize(
    "text",
    [
        "A Party may terminate within thirty (30) days; two-thirds (2/3) of the votes suffice.",
        "The Party that had had notice shall keep it, and that that is so.",
    ],
)
def test_good_english_is_left_alone(text: str) -> None:
    assert list(style(text, many=True)) == []


def test_spelt_numbers_are_read_back() -> None:
    """An oracle that adds the words up again."""
    value = {word: number for number, word in enumerate(SPELT)}
    value |= {word: 10 * number for number, word in enumerate(TENS) if word}
    for number in range(1000):
        total = 0
        for word in spelt(number).replace("-", " ").replace(" and ", " ").split():
            total = total * 100 if word == "hundred" else total + value[word]
        assert total == number
