"""Authors' and callers' errors: one code, the place, and all of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from teikei import documents
from teikei.documents import CODES, DocumentError, Library, lint, read_text, render
from tests.documents.samples import fields_of, sample

HEAD = '---\nid: {id}\nversion: 1\ntitle: 試験\ncondition: ""\nowner: legal\nreview_by: 2099-12-31\n---\n'
MANIFEST = "kind: nda\ntitle: {{ja: 試験書}}\nlanguages: [ja]\nform: articles\nclauses: [{ids}]\n"


def library(folder: Path, **bodies: str) -> Library:
    """A library of one paper `nda` made of the given clause bodies."""
    (folder / "papers").mkdir()
    (folder / "papers" / "nda.yaml").write_text(MANIFEST.format(ids=", ".join(bodies)), encoding="utf-8")
    for name, body in bodies.items():
        place = folder / "clauses" / name
        place.mkdir(parents=True)
        (place / "ja.md.j2").write_text(HEAD.format(id=name) + body, encoding="utf-8")
    return Library(folder)


def code_of(folder: Path, body: str, **changes: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        render("nda", sample("nda", **changes), library=library(folder, one=body))
    assert caught.value.code in CODES
    return caught.value


def test_missing_names_are_told_all_at_once() -> None:
    values = fields_of("nda", 3)
    del values["court"], values["term_until"]
    with pytest.raises(DocumentError) as caught:
        render("nda", values)
    assert caught.value.code == "document.missing_variables"
    assert caught.value.params["names"] == "court, term_until"


def test_names_that_no_variable_has_are_told_all_at_once(tmp_path: Path) -> None:
    planted = library(tmp_path, one="1. {{ first }}及び{{ court }}による。", two="1. {{ second }}による。")
    with pytest.raises(DocumentError) as caught:
        render("nda", sample("nda"), library=planted)
    assert caught.value.code == "document.missing_variables"
    assert caught.value.params["names"] == "first, second"


def test_a_mapping_must_fit_the_dataclass() -> None:
    assert render("nda", fields_of("nda", 3)).sha256 == render("nda", sample("nda")).sha256
    for bad in ({"nonsense": 1}, {"parties": ({"label": "甲"},)}):
        with pytest.raises(DocumentError) as caught:
            render("nda", fields_of("nda", 3) | bad)
        assert caught.value.code == "document.wrong_variables"


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1f", "\ufffe", "\u202e"])
def test_an_illegal_character_names_its_field(bad: str) -> None:
    variables = sample("nda", background=f"不正な{bad}文字。")
    with pytest.raises(DocumentError) as caught:
        render("nda", variables)
    assert caught.value.code == "document.illegal_character"
    assert caught.value.pointer == "/background"
    assert caught.value.params == {"character": f"U+{ord(bad):04X}"}


@pytest.mark.parametrize(
    "body",
    [
        "1. {{ 'a' * 300000000 }}する。",
        "1. {% for a in parties %}{% for b in parties %}{% for c in parties %}x{% endfor %}{% endfor %}{% endfor %}する。",
        "1. {{ parties.__class__ }}する。",
        "1. {{ court.format(1) }}する。",
        "1. {{ '%09999d' % 1 }}する。",
        "1. {% macro f() %}{% endmacro %}する。",
        "1. {% include 'x' %}する。",
        "1. {{ range(10) }}する。",
        "1. {{ 2 ** 9999 }}する。",
    ],
)
def test_the_clause_language_computes_nothing(tmp_path: Path, body: str) -> None:
    assert code_of(tmp_path, body).code == "document.forbidden_syntax"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("1. {{ ref('absent') }}による。", "document.reference_absent"),
        ("1. {{ ref('one') }}第2項による。", "document.reference_absent"),
        ("1. {{ ref('one') }}第1項第1号による。", "document.reference_absent"),
        ("1. {{ term_from }}による。", "document.unformatted_value"),
        ("1. {{ rivals }}による。", "document.unformatted_value"),
        ("1. {{ court|money('JPY') }}による。", "document.not_an_integer"),
        ("1. {{ 5|money('XXX') }}による。", "document.currency_unknown"),
        ("1. {{ parties[99].name }}による。", "document.clause_failed"),
        ("1. {{ parties[0].nonsense }}による。", "document.clause_failed"),
        ("1. {% if court %}による。", "document.clause_syntax"),
        ("1. {{ court|upper_case }}による。", "document.clause_syntax"),
        ("番号のない段落である。", "document.clause_layout"),
        ("   - 項のない号", "document.clause_layout"),
        ("1. 表。\n| a | b |\n| c | d |", "document.table_layout"),
        ("1. 表。\n| a | b |\n|---|---|\n| c |", "document.table_layout"),
        ("", "document.clause_empty"),
        ("1. {{ parties[0].contact }}", "document.text_empty"),
    ],
)
def test_each_author_error_has_a_code_and_names_the_clause(tmp_path: Path, body: str, code: str) -> None:
    parties = tuple(replace(party, contact="") for party in sample("nda").parties)
    error = code_of(tmp_path, body, parties=parties)
    assert error.code == code
    assert error.pointer == "one"


def test_an_unknown_kind_a_missing_language_and_wrong_variables_are_refused() -> None:
    cases: tuple[tuple[str, Callable[[], object]], ...] = (
        ("document.unknown_kind", lambda: render("../secret", {})),
        ("document.language_missing", lambda: render("minutes", sample("minutes"), language="fr")),
        ("document.wrong_variables", lambda: render("nda", sample("minutes"))),
    )
    for expected, call in cases:
        with pytest.raises(DocumentError) as caught:
            call()
        assert caught.value.code == expected


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_paper_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        read_text(data)
    assert caught.value.code == "document.archive_invalid"


def test_planted_faults_are_found_by_the_lint(tmp_path: Path) -> None:
    planted = library(
        tmp_path,
        two_party="1. 双方は、相手方に通知しなければならない。",
        debts="1. 各当事者は、全当事者に生じた損害を賠償しなければならない。",
        names="1. {{ nonsense }}による。",
        cites="1. {{ ref('absent') }}による。",
        broken="1. {% if court %}による。",
    )
    manifest = tmp_path / "papers" / "nda.yaml"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("broken]", "broken, lost]"), encoding="utf-8"
    )
    (tmp_path / "clauses" / "idle").mkdir()
    old = HEAD.format(id="idle").replace("2099", "2020")
    (tmp_path / "clauses" / "idle" / "ja.md.j2").write_text(old + "1. 無効とする。", encoding="utf-8")
    found = {(finding.rule, finding.place) for finding in lint(planted)}
    assert {
        ("two_party_word", "two_party"),
        ("several_or_joint", "debts"),
        ("undefined_name", "names"),
        ("reference_absent", "cites"),
        ("document.clause_syntax", "broken"),
        ("document.clause_missing", "lost"),
        ("unused", "idle"),
        ("review_by", "idle"),
    } <= found


def test_the_list_of_codes_is_the_codes_that_are_raised() -> None:
    source = Path(documents.__file__).parent
    raised = {
        code
        for file in source.glob("*.py")
        if file.name != "parts.py"  # its "document.main" is a content type
        for code in re.findall(r'"(document\.[a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert raised == CODES
