"""`teikei template lint|list|new`: what is told, exit codes, both languages."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from teikei import cli, writing
from teikei.documents import Library, default_library, render
from tests.adapters.test_paper_command import teikei
from tests.documents.attacks import linked_picture
from tests.documents.corpus import paragraphs
from tests.documents.samples import sample

MANIFEST = "kind: nda\ntitle: {ja: 試験書, en: Trial}\nlanguages: [ja, en, ja+en]\nform: articles\nclauses: [shared_staff]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of one paper that has no clause yet."""
    monkeypatch.setattr(cli.console, "_width", 300)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "nda.yaml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "clauses").mkdir()
    return tmp_path


def test_a_new_clause_is_a_whole_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("template", "new", "shared_staff", "--folder", str(folder), "--owner", "知財")
    assert teikei(*words, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    home = folder / "clauses" / "shared_staff"
    assert told == {"id": "shared_staff", "files": [str(home / "ja.md.j2"), str(home / "en.md.j2")]}
    library = Library(folder)
    ja, en = library.clause("shared_staff"), library.clause("shared_staff", "en")
    assert (ja.owner, en.of) == ("知財", ja.digest)
    assert ja.review_by == date.today() + timedelta(days=365)  # noqa: DTZ011
    assert "第1条" in render("nda", sample("nda"), language="ja+en", library=library).text
    assert teikei(*words) == 1
    said = capsys.readouterr().err
    assert "clause.exists" in said
    assert "There is a clause of this name" in said
    assert "同じ名前の条項" in said


@pytest.mark.parametrize("name", ["../x", "Shared", "1st", "a" * 40, "a"])
def test_a_malformed_name_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert teikei("template", "new", name, "--folder", str(folder)) == 1
    assert "clause.id" in capsys.readouterr().err
    assert list((folder / "clauses").iterdir()) == []


def test_the_list_names_every_kind_with_its_clauses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert teikei("template", "list", "--json") == 0
    told = {one["kind"]: one for one in json.loads(capsys.readouterr().out)}
    assert set(told) == set(default_library().kinds)
    for kind, one in told.items():
        ids = default_library().manifest(kind).clause_ids
        assert [clause["id"] for clause in one["clauses"]] == list(ids)
    assert teikei("template", "list") == 0
    assert "clean_team  if rivals" in capsys.readouterr().out


def test_lint_of_a_word_template(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "own.docx"
    file.write_bytes(paragraphs("{{ title }}、{{ day|ymd }}"))
    assert teikei("template", "lint", str(file), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["variables"], told["findings"]) == ("own.docx", ["day", "title"], [])
    assert told["form"]["properties"]["day"]["format"] == "date"
    file.write_bytes(paragraphs("{{ sum|money }}"))
    assert teikei("template", "lint", str(file), "--json") == 1
    assert json.loads(capsys.readouterr().out)["findings"]
    for bad, said in (
        (
            linked_picture("http://127.0.0.1:9/x"),
            ["document.upload_external", "外部", "refers to something outside"],
        ),
        (paragraphs("{{ title"), ["document.template_tag_open", "own.docx"]),
    ):
        file.write_bytes(bad)
        assert teikei("template", "lint", str(file)) == 1
        told_why = capsys.readouterr().err
        assert [one for one in said if one not in told_why] == []
    assert teikei("template", "lint", str(folder / "absent.docx")) == 1


def test_lint_of_the_library_exits_with_what_it_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = {"level": "warning", "rule": "owner", "place": "nda", "detail": "no owner"}
    for found, code in (([finding], 1), ([], 0)):
        monkeypatch.setattr(writing, "library_findings", lambda found=found: found)
        assert teikei("template", "lint", "--json") == code
        assert json.loads(capsys.readouterr().out) == found
