"""One stored PDF per Word file, whoever asks and however often; what made a paper is kept beside it."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pikepdf
import pytest
from sqlalchemy import Engine

from activities.record import RenderJob
from teikei.adapters.files import FileStore
from teikei.adapters.office.desk import PdfDesk
from teikei.adapters.office.pool import OfficePool
from teikei.adapters.papers import PaperDesk
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.documents import render
from teikei.documents.errors import DocumentError
from teikei.documents.pdf import archival, is_word, read
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Conflict, TeikeiError, Unavailable, Unknown
from teikei.domain.matter import Matter
from teikei.domain.papers import VARIABLES
from tests.documents.samples import sample
from tests.support.story import at, ledger

DOCX = render("minutes", sample("minutes", 2)).docx


class Press:
    """A pool that makes other bytes each time, as LibreOffice does; all of its callers meet before they get them."""

    def __init__(self, together: int = 1) -> None:
        self.made = 0
        self._all = threading.Barrier(together)

    def convert(self, docx: bytes) -> bytes:
        assert docx == DOCX
        self._all.wait(10)
        pdf, buffer = pikepdf.new(), io.BytesIO()
        self.made += 1
        pdf.docinfo["/Title"] = f"{self.made} {threading.get_ident()}"
        pdf.save(buffer)
        return buffer.getvalue()


def desk(engine: Engine, files: FileStore, press: Press | None) -> PdfDesk:
    return PdfDesk(SqlRenditions(engine), files, cast("OfficePool | None", press))


def test_the_same_paper_has_one_pdf(engine: Engine, tmp_path: Path) -> None:
    files, press = FileStore(tmp_path), Press()
    source = files.put(DOCX)
    first = desk(engine, files, press).convert(source)
    assert read(files.get(first)).docx == DOCX
    assert desk(engine, files, press).convert(source) == first
    assert desk(engine, files, None).convert(source) == first, "what is stored needs no LibreOffice"
    assert press.made == 1


def test_two_who_make_it_at_once_hear_of_one(engine: Engine, tmp_path: Path) -> None:
    files, press = FileStore(tmp_path), Press(together=2)
    source = files.put(DOCX)

    def convert(_: int) -> str:
        try:
            return desk(engine, files, press).convert(source)
        except Unavailable:  # they met at the key: the activity tries again, and finds it
            return desk(engine, files, None).convert(source)

    with ThreadPoolExecutor(2) as threads:
        assert {*threads.map(convert, range(2))} == {SqlRenditions(engine).pdf(source)}
    assert press.made == 2


def test_a_pdf_whose_bytes_are_lost_is_made_anew(engine: Engine, tmp_path: Path) -> None:
    files, press = FileStore(tmp_path), Press()
    source = files.put(DOCX)
    first = desk(engine, files, press).convert(source)
    (tmp_path / first[:2] / first).unlink()
    second = desk(engine, files, press).convert(source)
    assert second != first
    assert files.exists(second)
    assert desk(engine, files, press).convert(source) == second


def test_what_cannot_be_converted(engine: Engine, tmp_path: Path) -> None:
    files, press = FileStore(tmp_path), Press()
    foreign: list[tuple[bytes, Press | None, type[TeikeiError], str]] = [
        (b"%PDF-1.7", press, Conflict, "pdf.not_word"),
        (b"plain words, which LibreOffice would print", press, Conflict, "pdf.not_word"),
        (DOCX[:2000], press, Conflict, "pdf.not_word"),
        (DOCX, None, Unavailable, "pdf.no_office"),
    ]
    for content, pool, kind, code in foreign:
        with pytest.raises(kind, match=code.replace(".", r"\.")):
            desk(engine, files, pool).convert(files.put(content))
    with pytest.raises(Unknown):
        desk(engine, files, press).convert("ab" * 32)
    assert press.made == 0
    assert is_word(DOCX)
    for make in (lambda: archival(b"no pdf", docx=DOCX), lambda: read(b"no pdf")):
        with pytest.raises(DocumentError, match=r"document\.pdf_invalid"):
            make()


def test_a_paper_of_a_life_keeps_what_it_was_written_from(engine: Engine, tmp_path: Path) -> None:
    files, renditions = FileStore(tmp_path), SqlRenditions(engine)
    papers, jobs = PaperDesk(ledger(engine), files, renditions), []

    def write(state: Matter, effect: str) -> PaperReady:
        jobs.append(job := RenderJob(matter=state.id, effect=effect))
        made = papers.write(job)
        data = renditions.data(made.sha256)
        assert papers.write(job) == made
        assert renditions.data(made.sha256) == data
        said = json.loads(data)
        assert said["kind"] in VARIABLES
        assert said["variables"]["parties"]
        return PaperReady(effect=effect, sha256=made.sha256, size=made.size, clauses=made.clauses)

    at(engine, "negotiation", write=write)
    assert jobs


def test_the_documents_worker_says_whether_it_has_libreoffice(engine: Engine) -> None:
    renditions = SqlRenditions(engine)
    assert not renditions.has_office()
    for well in (True, True, False, True):
        renditions.say_office(well=well, detail="namespace")
        assert renditions.has_office() is well
