"""What `q` finds is what a plain scan over the same texts finds, on both databases, and only among the own alliances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from activities.ports import Subject
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.migrate import config, migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.alliance.intake import OpenAlliance, StateIntake
from teikei.domain.alliance.operation import FinishAction
from tests.domain import cast
from tests.support.story import OPERATOR, SqlWorld, at, ledger, opened, subject

A, B, C, STRANGER = (subject(i) for i in (0, 1, 2, 7))
LETTERS = "契約提携東都海IoTＩｏＴｶﾞガがカ゛ßẞsSİiıΣσςée\u0301%_\\/*?[]'\" 　-－ー①㈱株式会社㍿℡𠮷👍％＿．."
WORDS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=12).map(str.strip).filter(bool)
SERIAL = count(100)


@pytest.fixture
def reads(engine: Engine, tmp_path: Path) -> SqlReads:
    return SqlReads(engine, FileStore(tmp_path / "files"), Mailer(SqlQueue(engine), MailSettings()))


def found(reads: SqlReads, who: Subject, q: str, **more: str) -> set[str]:
    """Ids over all pages."""
    ask = partial(reads.alliances, who, **{"stage": "", "form": "", **more}, q=q, limit=3)
    page = ask(after="")
    ids = [row["id"] for row in page.data]
    while page.after:
        page = ask(after=page.after)
        ids += [row["id"] for row in page.data]
    assert len(ids) == len(set(ids))
    return set(ids)


def flat(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold())


def written(reads: SqlReads, who: Subject, alliance: str) -> Iterator[str]:
    """The searched texts of an alliance as one of its parties reads them, out of its views."""
    view = reads.matter(who, "alliance", alliance)
    yield from (view["title"], view["title_en"], view["brief"]["background"], view["brief"]["exit_idea"])
    for party in view["parties"]:
        yield from (party["name_ja"], party["name_en"])
    told = {
        "purposes": "measure",
        "goals": "title",
        "contributions": "what",
        "benefits": "how",
        "risks": "measure",
    }
    for part, field in told.items():
        yield from (one[field] for one in view["brief"][part])
    yield from (goal["target"] for goal in view["brief"]["goals"])
    rows = reads.matters(who, "agreement", alliance=alliance, stage="", after="", limit=100).data
    for row in rows:
        yield from (row["title"], row["title_en"])


def scan(reads: SqlReads, who: Subject, q: str) -> set[str]:
    """The oracle: every text of every alliance, folded and looked through by Python."""
    mine = found(reads, who, "")
    return {one for one in mine if any(flat(q).strip() in flat(text) for text in written(reads, who, one))}


def opened_as(engine: Engine, title: str, title_en: str = "X") -> SqlWorld:
    world = SqlWorld(
        engine=engine, ledger=ledger(engine), queue=SqlQueue(engine), count=next(SERIAL) * 10_000
    )
    act: OpenAlliance = replace(cast.opening(2), name_ja=title, name_en=title_en)
    world.open(act, cast.company(0), cast.directory(2))
    return world


def stated(background: str, goal: str) -> StateIntake:
    given = cast.intake(2)
    return replace(given, background=background, goals=(replace(given.goals[0], title=goal),))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_q_finds_what_a_plain_scan_finds(engine: Engine, reads: SqlReads, data: st.DataObject) -> None:
    title, background, goal = (data.draw(WORDS) for _ in range(3))
    world = opened_as(engine, title, data.draw(WORDS))
    if data.draw(st.booleans()):
        world.say(world.root, stated(background, goal), cast.company(0))
    source = data.draw(st.sampled_from([title, background, goal, "第1社", "秘密保持契約書"]))
    first = data.draw(st.integers(0, len(source) - 1))
    last = data.draw(st.integers(first + 1, len(source)))
    part = source[first:last]
    asked = [
        part,
        part.upper(),
        normalize("NFKD", part),
        f"　{part} ",
        data.draw(WORDS),
        data.draw(st.sampled_from(LETTERS)),
    ]
    for q in asked:
        assert found(reads, A, q) == scan(reads, A, q), q


@pytest.mark.parametrize(
    ("q", "finds"),
    [
        ("契約", 1), ("提", 1), ("IoT", 1), ("ｉｏｔ", 1), ("ＩＯＴ", 1), ("iot契", 1), ("ｶﾞｽ", 1), ("(株)", 1), ("㈱", 1),
        ("50%", 1), ("50％", 1), ("a_b", 1), ("5_%", 0), ("a%b", 0), ("%", 1), ("_", 1), ("契携", 0), ("約提", 1), ("*", 0),
        ("c\\d", 1), ("c\\\\d", 0), ("e/f", 1), ("e//f", 0), ("strasse", 1), ("STRASSE", 1), ("ÉTÉ", 1), ("e\u0301te\u0301", 1), ("tel", 1), ("℡", 1), ("  ", 1), ("", 1),
    ],
)  # fmt: skip
def test_words_of_every_kind(engine: Engine, reads: SqlReads, q: str, finds: int) -> None:
    opened_as(engine, "ＩｏＴ契約提携㈱ガス50%", r"a_b c\d e/f Straße été ℡")
    assert len(found(reads, A, q)) == finds


def test_no_query_reaches_over_two_texts(engine: Engine, reads: SqlReads) -> None:
    opened_as(engine, "海風", "Sea")
    assert found(reads, A, "海風sea") == found(reads, A, "海風 Sea") == set()


def test_texts_are_found_once_they_are_said_and_no_longer_when_they_are_gone(
    engine: Engine, reads: SqlReads
) -> None:
    world = opened_as(engine, "海風計画")
    assert found(reads, A, "養殖") == found(reads, A, "秘密保持契約") == set()
    world.say(world.root, stated("沖合での養殖", "稚魚の出荷"), cast.company(0))
    for q in ("養殖", "稚魚", "秘密保持契約", "第1社", "company 1", "拠出0"):
        assert found(reads, B, q) == {world.root}, q
    assert found(reads, A, "養殖", stage="nda") == {world.root}
    assert found(reads, A, "養殖", stage="exit") == found(reads, A, "養殖", form="co_sales") == set()


def test_what_a_main_agreement_is_about_is_found(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "operation")
    assert found(reads, A, "電池") == {world.root}


def test_others_find_nothing_of_it(engine: Engine, reads: SqlReads) -> None:
    three, two = opened(engine, 3), opened(engine, 2, key=1)
    assert found(reads, A, "海風") == {three.root, two.root}
    assert found(reads, C, "海風") == {three.root}
    assert found(reads, C, "第0社") == {three.root}
    assert found(reads, STRANGER, "海風") == found(reads, OPERATOR, "海風") == set()


def rows(engine: Engine) -> set[tuple[Any, ...]]:
    with reading(engine) as db:
        return {tuple(row) for row in db.execute(select(t.table(t.SearchRow)))}


def test_the_migration_fills_what_was_there_before(engine: Engine, reads: SqlReads) -> None:
    at(engine, "operation")
    opened(engine, 3, key=1)
    before = rows(engine)
    assert len(before) == 4
    with writing(engine) as db:
        command.downgrade(config(db), "0001")
    migrate(engine)
    assert rows(engine) == before


def test_an_act_that_changes_no_text_writes_none(engine: Engine) -> None:
    world = at(engine, "operation")
    cast.review(world)
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))
    world.say(world.root, FinishAction(number=1, result="送った"), cast.company(0))
    assert said
    assert not [one for one in said if "searches" in one]
