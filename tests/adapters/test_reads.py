"""What each company sees: its own alliances, nobody else's marks, and one answer for foreign and unknown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from sqlalchemy import Engine

from activities.ports import Page, Subject
from activities.record import Say
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.columns import Base
from teikei.adapters.sql.engine import open_engine, reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.adapters.sql.scope import scoped
from teikei.domain.act import TEIKEI, Actor
from teikei.domain.agreement.talks import Freeze
from teikei.domain.alliance.diligence import GiveScore
from teikei.domain.clock import NoteAttention, PaperReady
from teikei.domain.decision.voting import Comment, RecordInternalApproval
from teikei.domain.errors import Invalid, Unknown
from teikei.domain.ids import derive
from teikei.domain.matter import Matter
from tests.domain import cast
from tests.support.story import OPERATOR, SqlWorld, at, opened, order, subject, voting

SECRET = "決して見せない所見"
A, B, C, STRANGER = (subject(i) for i in (0, 1, 2, 7))


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def reads(engine: Engine, files: FileStore) -> SqlReads:
    return SqlReads(engine, files, Mailer(SqlQueue(engine), MailSettings()))


def everything(page: Callable[[str], Page]) -> list[dict[str, Any]]:
    """All rows over all pages."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        one = page(after)
        found += one.data
        after = one.after
    return found


def timeline(reads: SqlReads, who: Subject, alliance: str, limit: int = 7) -> list[dict[str, Any]]:
    return everything(lambda after: reads.timeline(who, alliance, after=after, limit=limit))


def scored(engine: Engine) -> SqlWorld:
    """Three companies in due diligence; the first has marked the second, and shared nothing."""
    world = at(engine, "due_diligence", 3)
    act = GiveScore(about=cast.company(1), axis="culture", points=1, evidence=SECRET)
    world.say(world.root, act, cast.company(0))
    return world


def whole(reads: SqlReads, who: Subject, world: SqlWorld) -> str:
    """Everything that a company can read of an alliance, as one text."""
    root = world.root
    parts: list[Any] = [reads.matter(who, s.kind, s.id) for s in world.states.values()]
    parts += [timeline(reads, who, root), list(reads.record(who, root))]
    for kind in ("score", "comment", "review", "action"):
        parts += [reads.items(who, s.id, kind, after="", limit=100).data for s in world.states.values()]
    parts += [
        reads.papers(who, root, after="", limit=100).data,
        reads.outbox(who, root, status="", after="", limit=100).data,
    ]
    return json.dumps(parts, ensure_ascii=False)


def test_a_mark_that_is_not_shared_is_its_authors_alone(engine: Engine, reads: SqlReads) -> None:
    world = scored(engine)
    assert SECRET in whole(reads, A, world)
    for other in (B, C):
        assert SECRET not in whole(reads, other, world)
    mine, others = timeline(reads, A, world.root), timeline(reads, B, world.root)
    hidden = [line["act"] for line in mine if line not in others]
    assert hidden == ["record_internal_approval", "score"]
    assert not [line for line in others if line["act"] == "score"]
    assert len(list(reads.record(A, world.root))) == len(list(reads.record(B, world.root)))


def test_a_mark_stays_private_when_diligence_ends_without_it(engine: Engine, reads: SqlReads) -> None:
    world = scored(engine)
    world.until(lambda: world.alliance.diligence_over)
    cast.decide(world)
    assert world.alliance.stage == "negotiation"
    items = [reads.items(who, world.root, "score", after="", limit=50).data for who in (A, B, C)]
    assert [len(i) for i in items] == [1, 0, 0]
    assert items[0][0]["evidence"] == SECRET
    for other in (B, C):
        assert SECRET not in whole(reads, other, world)


def test_the_reference_of_an_internal_approval_is_its_companys_own(engine: Engine, reads: SqlReads) -> None:
    world, decision = voting(engine, 3)
    world.say(decision, RecordInternalApproval(status="submitted", reference=SECRET), cast.company(0))
    assert SECRET in whole(reads, A, world)
    for other in (B, C):
        assert SECRET not in whole(reads, other, world)


def test_the_record_of_everyone_has_the_same_leaves(engine: Engine, reads: SqlReads) -> None:
    world = scored(engine)
    seen = {who.company: list(reads.record(who, world.root)) for who in (A, B)}
    assert [e["leaf"] for e in seen[A.company]] == [e["leaf"] for e in seen[B.company]]
    hidden = [e for e in seen[B.company] if "payload" not in e]
    assert hidden
    assert all(set(e) == {"leaf", "hash"} for e in hidden)
    readable = [e for e in seen[A.company] if "payload" in e]
    assert len(readable) > len(seen[A.company]) - len(hidden)
    for entry in readable:
        assert entry["hash"] == hashlib.sha256(b"\x00" + rfc8785.dumps(entry["leaf"])).hexdigest()
        body = bytes.fromhex(entry["salt"]) + rfc8785.dumps(entry["payload"])
        assert entry["leaf"]["commit"] == hashlib.sha256(body).hexdigest()
    assert [e["leaf"]["seq"] for e in seen[B.company]] == list(range(1, len(seen[B.company]) + 1))


def test_a_long_record_comes_in_chunks(
    engine: Engine, reads: SqlReads, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = scored(engine)
    all_at_once = list(reads.record(B, world.root))
    monkeypatch.setattr("teikei.adapters.sql.record.CHUNK", 3)
    assert list(reads.record(B, world.root)) == all_at_once


def calls(reads: SqlReads, who: Subject, ids: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """Every read by id."""
    root, dec, out, sha, ordr = ids["alliance"], ids["decision"], ids["mail"], ids["file"], ids["order"]
    return {
        "alliance": lambda: reads.matter(who, "alliance", root),
        "decision": lambda: reads.matter(who, "decision", dec),
        "items": lambda: reads.items(who, dec, "comment", after="", limit=5),
        "timeline": lambda: reads.timeline(who, root, after="", limit=5),
        "record": lambda: reads.record(who, root),
        "papers": lambda: reads.papers(who, root, after="", limit=5),
        "file": lambda: reads.file(who, sha),
        "outbox": lambda: reads.outbox(who, root, status="", after="", limit=5),
        "mail": lambda: reads.mail(who, out),
        "clock": lambda: reads.clock(who, root),
        "waiting": lambda: reads.waiting(who, ordr),
    }


def furnished(engine: Engine, files: FileStore) -> tuple[SqlWorld, dict[str, str]]:
    """Two companies with a decision, a written paper, a mail and a waiting order of the first."""

    def write(state: Matter, effect: str) -> PaperReady:
        return PaperReady(effect=effect, sha256=files.put(b"paper"), size=5)

    world = at(engine, "nda", 2, sandbox=True, write=write)
    nda = world.agreement("nda")
    remind = nda.earliest()
    assert remind is not None
    assert remind.at is not None
    world.advance(remind.at + timedelta(days=1))
    world.say(nda.id, Freeze(sha256=files.put(b"paper")), cast.company(0))
    decision = world.decision().id
    made = world.queue.put(
        matter=decision, say=Say(key="w", by=Actor(company=A.company), act=Comment(text="待つ"))
    )
    reads = SqlReads(engine, files, Mailer(world.queue, MailSettings()))
    mail = reads.outbox(A, world.root, status="", after="", limit=5).data[0]["id"]
    return world, {
        "alliance": world.root,
        "decision": decision,
        "mail": mail,
        "file": files.put(b"paper"),
        "order": made,
    }


def test_foreign_and_unknown_are_one_answer(engine: Engine, files: FileStore, reads: SqlReads) -> None:
    _, ids = furnished(engine, files)
    nowhere = {
        "alliance": derive("aln", "x"), "decision": derive("dec", "x"), "mail": derive("out", "x"),
        "file": "f" * 64, "order": derive("ord", "x"),
    }  # fmt: skip
    for name, call in calls(reads, A, ids).items():
        call()
        told = []
        for who, what in ((C, ids), (STRANGER, ids), (OPERATOR, ids), (C, nowhere), (A, nowhere)):
            with pytest.raises(Unknown) as refusal:
                calls(reads, who, what)[name]()
            told.append((refusal.value.code, refusal.value.pointer, refusal.value.params))
        assert told == [("thing.unknown", "", {})] * 5, name


def test_mails_and_orders_are_the_companys_own(engine: Engine, files: FileStore, reads: SqlReads) -> None:
    world, ids = furnished(engine, files)
    for call in (lambda: reads.mail(B, ids["mail"]), lambda: reads.waiting(B, ids["order"])):
        with pytest.raises(Unknown, match=r"thing\.unknown"):
            call()
    theirs = reads.outbox(B, world.root, status="", after="", limit=5).data
    assert theirs
    assert {m["to"] for m in theirs} == {"contact1@example.com"}
    mine = reads.outbox(A, world.root, status="kept", after="", limit=5).data[0]
    assert set(mine) == {"id", "at", "template", "to", "subject", "status", "attempts", "detail", "carrier"}
    assert mine["subject"]
    assert reads.mail(A, mine["id"]).startswith(f"Message-ID: <{mine['id']}@".encode())
    assert reads.outbox(A, world.root, status="dead", after="", limit=5).data == []


def test_an_order_shows_its_receipt_or_its_problem(engine: Engine, files: FileStore, reads: SqlReads) -> None:
    world, ids = furnished(engine, files)
    assert reads.waiting(A, ids["order"]) == {"id": ids["order"], "status": "open", "matter": ids["decision"]}
    done = world.ledger.commit(
        order(ids["decision"], Comment(text="待つ"), Actor(company=A.company), "w", world.now)
    )
    world.queue.close_order(ids["order"], done.receipt)
    shown = reads.waiting(A, ids["order"])
    assert (shown["status"], shown["receipt"]["first"]) == ("done", done.receipt.first)
    world.queue.close_order(ids["order"], problem=Invalid("field.wrong", "/text", most=3))
    shown = reads.waiting(A, ids["order"])
    assert shown["problem"] == {
        "class": "Invalid",
        "code": "field.wrong",
        "pointer": "/text",
        "params": {"most": 3},
    }
    assert (shown["status"], "receipt" in shown) == ("refused", False)


def test_a_paper_is_read_by_every_party(engine: Engine, files: FileStore, reads: SqlReads) -> None:
    world, ids = furnished(engine, files)
    (paper,) = reads.papers(B, world.root, after="", limit=5).data
    nda = world.agreement("nda").id
    assert (paper["kind"], paper["name"], paper["matter"], paper["size"]) == ("nda", "nda-v1.docx", nda, 5)
    assert reads.papers(B, world.root, after="", limit=5, matter=nda).data == [paper]
    assert reads.papers(B, world.root, after="", limit=5, matter=ids["decision"]).data == []
    assert reads.file(B, ids["file"]) == ("nda-v1.docx", b"paper")


def test_lists_show_a_companys_own_alliances_only(engine: Engine, reads: SqlReads) -> None:
    three, two = opened(engine, 3), opened(engine, 2, key=1)
    lists = {
        who.company: {row["id"] for row in everything(partial(_alliances, reads, who))}
        for who in (A, B, C, STRANGER, OPERATOR)
    }
    both = {three.root, two.root}
    assert lists == {
        A.company: both,
        B.company: both,
        C.company: {three.root},
        STRANGER.company: set(),
        "operator": set(),
    }


def _alliances(reads: SqlReads, who: Subject, after: str = "", **more: str) -> Page:
    return reads.alliances(who, **{"stage": "", "form": "", "q": "", **more}, after=after, limit=1)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "海風"}, 1), ({"q": "sea b"}, 1), ({"q": "%"}, 0), ({"q": "a_b"}, 0), ({"stage": "intake"}, 1),
        ({"stage": "exit"}, 0), ({"form": "co_development"}, 1), ({"form": "co_sales"}, 0),
    ],
)  # fmt: skip
def test_alliances_are_found(engine: Engine, reads: SqlReads, asked: dict[str, str], found: int) -> None:
    opened(engine)
    assert len(_alliances(reads, A, **asked).data) == found


def test_matters_come_in_the_order_of_their_births(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "signing", 2)
    rows = everything(
        lambda after: reads.matters(A, "decision", alliance=world.root, stage="", after=after, limit=1)
    )
    subjects = [reads.matter(A, "decision", row["id"])["subject"] for row in rows]
    assert subjects == ["approval", "go_no_go", "approval"]
    assert {row["stage"] for row in rows} == {"closed"}
    assert not {"state", "owes", "sandbox", "position"} & set(rows[0])
    assert reads.matters(A, "decision", alliance="", stage="called", after="", limit=9).data == []
    assert reads.matters(C, "decision", alliance=world.root, stage="", after="", limit=9).data == []


def test_the_timeline_tells_in_both_languages_by_names(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "negotiation", 2)
    lines = timeline(reads, A, world.root)
    assert set(lines[0]) == {"seq", "at", "stage", "matter", "act", "by", "title_ja", "title_en"}
    assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
    assert (lines[0]["by"], lines[0]["stage"], lines[0]["act"]) == ("第0社", "intake", "open_alliance")
    assert {line["by"] for line in lines} == {"第0社", "第1社", "teikei"}
    assert all("cmp_" not in line["title_ja"] + line["title_en"] for line in lines)
    assert all("〈" not in line["title_ja"] + line["title_en"] for line in lines)
    assert lines == timeline(reads, A, world.root, limit=100)


def test_a_reminder_names_companies_not_ids(engine: Engine, files: FileStore, reads: SqlReads) -> None:
    world, _ = furnished(engine, files)
    told = [line for line in timeline(reads, A, world.root) if line["act"] == "fell_due"]
    assert told
    assert "第0社" in told[0]["title_ja"]
    assert "Company 0" in told[0]["title_en"]
    assert told[0]["by"] == "teikei"


def test_comments_are_items_in_order(engine: Engine, reads: SqlReads) -> None:
    world, decision = voting(engine)
    for n in range(12):
        world.say(decision, Comment(text=f"意見{n}"), cast.company(n % 2))
    rows = everything(lambda after: reads.items(B, decision, "comment", after=after, limit=5))
    assert [row["text"] for row in rows] == [f"意見{n}" for n in range(12)]
    assert rows[0]["closed_at"].endswith("+00:00")


@pytest.mark.parametrize(
    "cursor", ["x", "W10=", "WyJ4Il0=", "WzEsMl0=", "bnVsbA==", "WzE4NDQ2NzQ0MDczNzA5NTUxNjE2XQ==", "é"]
)
def test_a_cursor_of_no_list_is_refused(engine: Engine, reads: SqlReads, cursor: str) -> None:
    world = opened(engine)
    with pytest.raises(Invalid, match=r"list\.bad_cursor"):
        reads.timeline(A, world.root, after=cursor, limit=5)


def test_attention_shows_ids_and_reason(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "nda")
    world.ledger.commit(
        order(world.root, NoteAttention(reason="document.clause_failed"), TEIKEI, "n", world.now)
    )
    (row,) = reads.attention(after="", limit=5).data
    assert set(row) == {"matter", "kind", "since", "reason"}
    assert (row["matter"], row["kind"], row["reason"]) == (world.root, "alliance", "document.clause_failed")
    assert "attention" not in reads.alliances(A, stage="", form="", q="", after="", limit=5).data[0]


def test_the_clock_is_read_by_its_parties(engine: Engine, reads: SqlReads) -> None:
    sandbox, real = opened(engine, sandbox=True), opened(engine, key=1)
    assert reads.clock(B, sandbox.root) == sandbox.now
    assert reads.clock(B, real.root) is None


def test_companies_are_read_by_anyone_with_a_key(engine: Engine, reads: SqlReads) -> None:
    opened(engine, 3)
    rows = everything(lambda after: reads.companies(after=after, limit=2))
    assert {row["id"] for row in rows} == set(cast.companies(3))
    assert reads.company(cast.company(1))["name_en"] == "Company 1"
    with pytest.raises(Unknown, match=r"thing\.unknown"):
        reads.company(derive("cmp", "x"))


def test_health_is_a_real_answer(engine: Engine, reads: SqlReads, files: FileStore) -> None:
    assert reads.healthy()
    gone = open_engine("postgresql+psycopg://nobody:x@127.0.0.1:9/none")
    assert not SqlReads(gone, files, Mailer(SqlQueue(gone), MailSettings())).healthy()
    gone.dispose()


HIDDEN = (
    t.ApiKeyRow, t.AccountRow, t.LinkRow, t.SessionRow, t.AnswerRow, t.RenditionRow, t.PartRow,
)  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN)
def test_keys_and_answers_are_not_for_reading(hidden: type[Base]) -> None:
    with pytest.raises(TypeError):
        scoped(hidden, A)


def test_every_table_is_scoped(engine: Engine) -> None:
    """A select for a stranger finds nothing in any table but the directory of companies."""
    at(engine, "negotiation")
    models = [m for m in Base.__subclasses__() if m not in HIDDEN]
    assert len(models) == len(t.METADATA.tables) - len(HIDDEN)
    with reading(engine) as db:
        for who in (STRANGER, OPERATOR):
            seen = {t.table(m).name for m in models if db.execute(scoped(m, who)).first()}
            assert seen == {"companies"}
