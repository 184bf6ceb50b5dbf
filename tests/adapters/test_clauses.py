"""Every clause text that made a stored paper is kept as it was, whatever becomes of the file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from activities.ports import Subject
from activities.record import RenderJob
from teikei.adapters import clause_files
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.papers import PaperDesk
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.clauses import Made
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.adapters.sql.scope import scoped
from teikei.documents import articles, default_library, render
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Unavailable, Unknown
from teikei.domain.matter import Matter
from tests.documents.samples import sample
from tests.domain import cast
from tests.support.story import SqlWorld, at, ledger

STRANGER = Subject(company="cmp_nobody", person="x", key_id="k")
CLAUSES, USES = t.table(t.ClauseRow), t.table(t.PaperClauseRow)


def rows(engine: Engine) -> tuple[int, int]:
    with reading(engine) as db:
        texts, uses = (db.scalar(select(func.count()).select_from(one)) or 0 for one in (CLAUSES, USES))
    return texts, uses


def test_a_paper_of_a_life_names_its_clauses_and_their_texts_stay(engine: Engine, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    papers = PaperDesk(ledger(engine), files, SqlRenditions(engine))
    written = []

    def write(state: Matter, effect: str) -> PaperReady:
        job = RenderJob(matter=state.id, effect=effect)
        made = papers.write(job)
        before = rows(engine)
        assert papers.write(job) == made
        assert rows(engine) == before, "a repeat writes nothing"
        written.append(made.sha256)
        return PaperReady(effect=effect, sha256=made.sha256, size=made.size, clauses=made.clauses)

    world = at(engine, "negotiation", write=write)
    reads = SqlReads(engine, files, Mailer(SqlQueue(engine), MailSettings()))
    party = Subject(company=world.alliance.companies()[0], person="x", key_id="k")
    told = reads.made_of(party, written[0])
    numbered = [(one["number"], one["title"]) for one in told if one["number"]]
    assert numbered == [(one.number, one.title) for one in articles(files.get(written[0]))]
    assert [one["id"] for one in told] == [
        one for one in default_library().manifest("nda").clause_ids if one in {c["id"] for c in told}
    ]
    for one in told:
        kept = reads.clause(party, one["sha256"])
        assert hashlib.sha256(kept["text"].encode()).hexdigest() == one["sha256"]
        assert kept["first_used_at"]
    with pytest.raises(Unknown):
        reads.made_of(STRANGER, written[0])
    with reading(engine) as db:
        assert db.execute(scoped(t.PaperClauseRow, party)).first()
        assert db.execute(scoped(t.PaperClauseRow, STRANGER)).first() is None


def test_a_paper_is_written_in_the_language_that_its_alliance_was_opened_with(
    engine: Engine, tmp_path: Path
) -> None:
    papers = PaperDesk(ledger(engine), FileStore(tmp_path), SqlRenditions(engine))
    written = []

    def write(state: Matter, effect: str) -> PaperReady:
        made = papers.write(RenderJob(matter=state.id, effect=effect))
        written.append(made.sha256)
        return PaperReady(effect=effect, sha256=made.sha256, size=made.size, clauses=made.clauses)

    world = SqlWorld(engine=engine, ledger=ledger(engine), queue=SqlQueue(engine), write=write)
    world.open(cast.opening(papers_in="ja+en", governing_language="en"), cast.company(0), cast.directory(2))
    world.say(world.root, cast.intake(), cast.company(0))
    nda = world.agreement("nda")
    assert (nda.papers_in, nda.governing_language) == ("ja+en", "en")
    data = json.loads(SqlRenditions(engine).data(written[0]))
    assert (data["language"], data["variables"]["governing_language"]) == ("ja+en", "en")
    party = Subject(company=cast.company(0), person="x", key_id="k")
    reads = SqlReads(engine, FileStore(tmp_path), Mailer(SqlQueue(engine), MailSettings()))
    told = reads.made_of(party, written[0])
    assert [one["language"] for one in told] == ["ja"] * (len(told) // 2) + ["en"] * (len(told) // 2)
    assert "language" in {one["id"] for one in told}


def made_of(kind: str, language: str) -> list[Made]:
    paper = render(kind, sample("nda"), language=language)
    return [
        Made(id=c.id, language=c.language, version=c.version, sha256=c.sha256, number=0)
        for c in paper.clauses
    ]


def test_of_two_languages_both_texts_are_kept_and_shared_with_other_papers(engine: Engine) -> None:
    both, renditions = made_of("nda", "ja+en"), SqlRenditions(engine)
    english = made_of("nda", "en")
    renditions.written("aa" * 32, b"{}", both)
    renditions.written("bb" * 32, b"{}", english)
    assert {one.sha256 for one in english} < {one.sha256 for one in both}
    assert rows(engine) == (len(both), len(both) + len(english))


def test_a_clause_that_changed_under_the_paper_is_rendered_anew(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, before = made_of("nda", "ja"), default_library()
    with monkeypatch.context() as changed:
        changed.setattr(clause_files, "content", lambda *_: "another text")
        with pytest.raises(Unavailable, match=r"clause\.changed"):
            SqlRenditions(engine).written("aa" * 32, b"{}", made)
    assert rows(engine) == (0, 0)
    assert default_library() is not before
    SqlRenditions(engine).written("aa" * 32, b"{}", made)
    assert rows(engine) == (len(made), len(made))


def test_what_made_a_paper_is_never_rewritten(engine: Engine) -> None:
    SqlRenditions(engine).written("aa" * 32, b"{}", made_of("nda", "ja"))
    for change in (
        update(CLAUSES).values(content="x"),
        delete(USES),
        update(USES).values(number=9),
        delete(CLAUSES),
    ):
        with pytest.raises(DBAPIError, match="append-only"), writing(engine) as db:
            db.execute(change)
