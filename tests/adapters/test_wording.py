"""The text in force out of SQL and the stored files: the signed bytes, the amendments of the record, the alliance's clock."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.documents import render
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.amendments import ChangeReviews, ChangeText
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Invalid, Unknown
from teikei.domain.matter import Matter
from teikei.domain.stamp_card import Asked
from teikei.domain.variables import variables
from tests.domain import cast
from tests.support.story import SqlWorld, at, subject

A, STRANGER = subject(0), subject(7)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """SQLite is enough: the queries are plain."""
    address = f"sqlite:///{tmp_path / 'teikei.db'}"
    migrate(address)
    return open_engine(address)


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> tuple[SqlWorld, SqlReads]:
    """An alliance whose main agreement and amendments are really written, as .docx."""
    files = FileStore(tmp_path / "files")

    def write(state: Matter, effect: str) -> PaperReady:
        kind, values = variables(state, effect)
        done = render(kind, values) if kind in {"co_development", "amendment"} else None
        content = done.docx if done else f"{state.id} {effect}".encode()
        return PaperReady(effect=effect, sha256=files.put(content), size=len(content), clauses="c" * 64)

    world = at(engine, "operation", sandbox=True, write=write)
    return world, SqlReads(engine, files, Mailer(SqlQueue(engine), MailSettings()))


def signed_by_all(world: SqlWorld, on: date, *changes: Any) -> str:
    world.say(world.root, DraftAmendment(changes=changes, effective_on=on), cast.company(0))
    cast.freeze(world, "amendment")
    cast.decide(world)
    cast.sign(world, "amendment")
    return world.agreement("amendment").id


def test_the_text_of_a_day_and_what_changed_since(house: tuple[SqlWorld, SqlReads]) -> None:
    world, reads = house
    main, first = world.agreement("main"), world.today()
    on = first + timedelta(days=30)
    moved = ChangeText(article="準拠法及び合意管轄", before="東京地方裁判所", after="大阪地方裁判所")
    amendment = signed_by_all(world, on, ChangeReviews(review_months=5), moved)
    before = reads.wording(A, main.id, None)
    assert (before["outcome"], before["on"], before["amendments"]) == ("available", first.isoformat(), [])
    assert before["sha256"] == (main.version_now.sha256 if main.version_now else "")
    assert {(a["by"], a["since"]) for a in before["articles"]} == {(main.id, str(main.effective_on))}
    world.until(lambda: world.states[amendment].stage == "in_force")
    after = reads.wording(A, main.id, None)
    assert after["on"] == on.isoformat(), "today is the day of the alliance's clock"
    assert (after["left"], [a["agreement"] for a in after["amendments"]]) == ([], [amendment])
    assert reads.wording(A, main.id, on - timedelta(days=1))["articles"] == before["articles"]
    rows = reads.changes(A, main.id, first, None)["rows"]
    assert [r["after"]["by"] for r in rows] == [amendment, amendment]
    old, new = ({a["clause_id"]: a for a in x["articles"]} for x in (before, after))
    assert {r["clause_id"]: r["after"] for r in rows} == {c: a for c, a in new.items() if a != old[c]}
    assert "大阪地方裁判所" in rows[-1]["after"]["text"]
    back = reads.changes(A, main.id, on, first)["rows"]
    assert [(r["before"], r["after"]) for r in back] == [(r["after"], r["before"]) for r in rows]


def test_who_is_no_party_reads_nothing_and_what_is_not_signed_has_no_text(
    house: tuple[SqlWorld, SqlReads],
) -> None:
    world, reads = house
    main = world.agreement("main").id
    reads_of_it: list[Any] = [
        lambda who: reads.wording(who, main, None),
        lambda who: reads.changes(who, main, world.today(), None),
        lambda who: reads.stamp(who, main, Asked()),
    ]
    for read in reads_of_it:
        assert read(A)["agreement"] == main
        with pytest.raises(Unknown):
            read(STRANGER)
    assert reads.stamp(A, main, Asked())["outcome"] == "not_taxed"
    with pytest.raises(Invalid):
        reads.stamp(A, main, Asked(what="loan", amount=1, tax=2))
    on_paper = reads.stamp(A, main, Asked(what="loan", amount=10**6, originals=3))
    assert (on_paper["medium"], on_paper["originals"], on_paper["total"]) == ("electronic", 3, 0)
    nda = reads.wording(A, world.agreement("nda").id, None)
    assert (nda["outcome"], nda["reason"]) == ("not_available", "unreadable"), "these bytes are no .docx"
    draft = DraftAmendment(changes=(ChangeReviews(review_months=5),), effective_on=world.today())
    world.say(world.root, draft, cast.company(0))
    open_one = reads.wording(A, world.agreement("amendment").id, None)
    assert (open_one["reason"], open_one["articles"]) == ("not_signed", [])
    assert "署名" in open_one["ja"]
    assert reads.wording(A, main, None)["amendments"] == []
