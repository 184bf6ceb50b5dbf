"""`teikei paper render` and what `teikei doctor` says of LibreOffice: files, hashes, exit codes, both languages."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pytest

from teikei import cli
from teikei.documents import render
from teikei.documents.pdf import read
from teikei.domain.views import plain
from tests.documents.outside import need
from tests.documents.samples import sample

PAPER = render("return_letter", sample("return_letter"))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The variables of a paper as a file in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TEIKEI_HOME", str(tmp_path / "home"))
    file = tmp_path / "data.json"
    file.write_text(json.dumps(plain(sample("return_letter"))), encoding="utf-8")
    return file


def teikei(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.app(words)
    assert ended.value.code is None or isinstance(ended.value.code, int)
    return ended.value.code or 0


def test_a_word_file_is_written_where_it_is_wanted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert teikei("paper", "render", "return_letter", str(data), "out.docx") == 0
    assert capsys.readouterr().out.strip() == PAPER.sha256
    assert Path("out.docx").read_bytes() == PAPER.docx
    assert teikei("paper", "render", "--kind", "return_letter", "--data", str(data), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "file": "return_letter.docx", "sha256": PAPER.sha256, "size": len(PAPER.docx), "kind": "return_letter", "language": "ja",
    }  # fmt: skip


def test_a_web_page_needs_nothing_beside_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert teikei("paper", "render", "return_letter", str(data), "--format", "html") == 0
    made = Path("return_letter.html").read_bytes()
    assert capsys.readouterr().out.strip() == hashlib.sha256(made).hexdigest()
    sheet = files("api").joinpath("static", "paper.css").read_text(encoding="utf-8")
    assert made.decode() == PAPER.html(style=sheet)
    assert sheet in made.decode()
    assert "<link" not in made.decode()


@pytest.mark.office
def test_a_pdf_holds_the_word_file_and_the_data(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need("soffice")
    words = (
        "paper",
        "render",
        "--kind",
        "return_letter",
        "--data",
        str(data),
        "--lang",
        "ja",
        "--format",
        "pdf",
    )
    assert teikei(*words, "--json") == 0
    told, made = json.loads(capsys.readouterr().out), Path("return_letter.pdf").read_bytes()
    assert (told["file"], told["sha256"]) == ("return_letter.pdf", hashlib.sha256(made).hexdigest())
    inside = read(made)
    assert inside.docx == PAPER.docx
    assert json.loads(inside.data)["variables"] == json.loads(data.read_bytes())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "unheard_of"), ["return_letter", "minutes"]),
        (("--kind", "return_letter", "--lang", "xx"), ["document.language_missing", "言語", "language"]),
        (("--kind", "statement"), ["income_total: ", "period_from: "]),
        (("--kind", "return_letter", "--data", "absent.json"), ["absent.json"]),
        (("--kind", "return_letter", "--format", "pdf"), ["pdf.no_office", "導入", "libreoffice-writer-nogui"]),
    ],
)  # fmt: skip
def test_what_cannot_be_written_exits_with_one_and_says_why(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: list[str]
) -> None:  # fmt: skip
    monkeypatch.setenv("TEIKEI_OFFICE", str(data.parent / "nothing"))
    monkeypatch.setattr(cli.console, "_width", 300)
    given = words if "--data" in words else (*words, "--data", str(data))
    assert teikei("paper", "render", *given) == 1
    told = capsys.readouterr()
    assert [one for one in said if one not in told.err] == []
    assert (told.out, [p.name for p in data.parent.iterdir() if p != data]) == ("", [])


def test_doctor_names_libreoffice_and_what_to_do(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEIKEI_OFFICE", str(data.parent / "nothing"))
    assert teikei("doctor", "--json") == 1  # nothing runs here
    checks = {one["piece"]: one for one in json.loads(capsys.readouterr().out)}
    found = checks["LibreOffice on this machine"]
    assert not found["well"]
    assert "導入" in found["remedy"]
    assert "Install LibreOffice" in found["remedy"]
