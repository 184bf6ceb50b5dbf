"""Same input, same bytes: in this process, in another one, whatever the hash seed."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import pytest

from teikei.documents import Library, default_library, render
from teikei.domain.papers import PaperKind
from tests.documents.outside import run
from tests.documents.samples import COUNTS, KINDS, sample

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (
    "from teikei.documents import render\n"
    "from tests.documents.samples import KINDS, sample\n"
    "print(*(render(kind, sample(kind)).sha256 for kind in KINDS))\n"
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
def test_two_renders_give_the_same_bytes(kind: PaperKind, count: int) -> None:
    first = render(kind, sample(kind, count))
    fresh = Library(ROOT.joinpath("templates"))
    second = render(kind, sample(kind, count), library=fresh)
    assert first.docx == second.docx
    assert first.sha256 == hashlib.sha256(first.docx).hexdigest()


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    here = [render(kind, sample(kind)).sha256 for kind in KINDS]
    for seed in ("1", "4242"):
        there = run(sys.executable, "-c", SCRIPT, cwd=ROOT, PYTHONHASHSEED=seed, PYTHONPATH=str(ROOT))
        assert there.split() == here


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_a_sound_zip_with_fixed_times(kind: PaperKind) -> None:
    with zipfile.ZipFile(io.BytesIO(render(kind, sample(kind)).docx)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert len(set(archive.namelist())) == len(archive.namelist())
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_used_clause_is_named_with_version_and_hash(kind: PaperKind) -> None:
    rendered = render(kind, sample(kind))
    for use in rendered.clauses:
        file = ROOT / "templates" / "clauses" / use.id / "ja.md.j2"
        assert use.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert use.version == default_library().clause(use.id).version


def test_another_value_gives_another_hash() -> None:
    assert render("nda", sample("nda")).sha256 != render("nda", sample("nda", return_days=31)).sha256
