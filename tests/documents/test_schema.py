"""Every paper against the Open XML SDK's rules."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from teikei.documents import render
from teikei.domain.papers import PaperKind
from tests.documents.made import library
from tests.documents.outside import run
from tests.documents.samples import KINDS, sample
from tests.support.fetched import ClientMissingError
from tests.support.schema_validator import schema_validator


@pytest.fixture(scope="module")
def validator() -> str:
    try:
        return str(schema_validator(print))
    except ClientMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 10])
def test_the_validator_finds_no_error(validator: str, kind: PaperKind, count: int, tmp_path: Path) -> None:
    file = tmp_path / "paper.docx"
    file.write_bytes(render(kind, sample(kind, count)).docx)
    assert json.loads(run(validator, str(file)))["errors"] == []


@pytest.mark.parametrize("language", ["ja", "en", "ja+en"])
@pytest.mark.parametrize("form", ["articles", "sheet"])
def test_every_language_and_form_is_sound(validator: str, language: str, form: str, tmp_path: Path) -> None:
    ours = library(tmp_path / "library", form=form)
    paper = render("nda", sample("nda", 3), language=language, library=ours, version=2, document="agr_1")
    file = tmp_path / "paper.docx"
    file.write_bytes(paper.docx)
    assert json.loads(run(validator, str(file)))["errors"] == []


def test_the_validator_finds_a_planted_error(validator: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.docx"
    file.write_bytes(_with_stray_element(render(KINDS[0], sample(KINDS[0], 2)).docx))
    assert json.loads(run(validator, str(file)))["errors"]


def _with_stray_element(docx: bytes) -> bytes:
    """The same file with a table cell where only paragraphs and tables may stand."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body><w:tc/>", 1)
            new.writestr(name, data)
    return out.getvalue()
