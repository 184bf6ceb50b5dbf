"""Companies and keys: made once, secrets shown once and stored as hashes; mails sent again."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import keys
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.directory import SqlDirectory, ensure_operator_key
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.errors import Conflict, Unknown
from teikei.domain.ids import derive
from tests.support.story import OPERATOR, at, counts, subject

FACTS = {
    "name_ja": "港湾開発株式会社", "name_en": "Harbour", "address": "港区1-1",
    "representative_title": "代表取締役", "representative_name": "佐藤",
}  # fmt: skip


@pytest.fixture
def reads(engine: Engine, tmp_path: Path) -> SqlReads:
    return SqlReads(engine, FileStore(tmp_path / "files"), Mailer(SqlQueue(engine), MailSettings()))


def test_a_company_is_made_once_for_a_key(engine: Engine) -> None:
    directory = SqlDirectory(engine)
    made = directory.add_company(FACTS, "k")
    assert {name: made[name] for name in FACTS} == FACTS
    assert directory.add_company(FACTS, "k") == made
    with pytest.raises(Conflict, match=r"company\.other_facts"):
        directory.add_company({**FACTS, "address": "別"}, "k")
    assert directory.add_company(FACTS, "l")["id"] != made["id"]


def test_a_secret_is_shown_once_and_kept_as_a_hash(engine: Engine, reads: SqlReads) -> None:
    directory = SqlDirectory(engine)
    company = directory.add_company(FACTS, "k")["id"]
    made = directory.add_key(company, "佐藤", "k")
    before = counts(engine)
    with pytest.raises(Conflict, match=r"key\.secret_shown_once"):
        directory.add_key(company, "佐藤", "k")
    assert counts(engine) == before
    caller = reads.caller(made["secret"])
    assert caller is not None
    assert (caller.company, caller.person, caller.key_id, caller.operator) == (
        company,
        "佐藤",
        made["id"],
        False,
    )
    assert made["secret"].startswith("tk_")
    assert len(made["secret"]) == 46
    with reading(engine) as db:
        stored = [str(v) for row in db.execute(select(t.table(t.ApiKeyRow))) for v in row]
    assert not any(made["secret"] in v for v in stored)
    assert reads.caller(made["secret"][:-1]) is None
    assert reads.caller("") is None


def test_a_revoked_key_opens_nothing(engine: Engine, reads: SqlReads) -> None:
    directory = SqlDirectory(engine)
    made = directory.add_key(directory.add_company(FACTS, "k")["id"], "佐藤", "k")
    directory.revoke_key(made["id"])
    directory.revoke_key(made["id"])
    assert reads.caller(made["secret"]) is None
    with pytest.raises(Unknown, match=r"thing\.unknown"):
        directory.revoke_key(derive("key", "x"))


def test_no_key_for_no_company(engine: Engine) -> None:
    with pytest.raises(Unknown, match=r"thing\.unknown"):
        SqlDirectory(engine).add_key(derive("cmp", "x"), "p", "k")


def test_the_operator_key_is_written_once_for_its_owner_only(
    engine: Engine, reads: SqlReads, tmp_path: Path
) -> None:
    path = tmp_path / "home" / "operator.key"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ensure_operator_key(engine, path), range(8)))
    secret = path.read_text(encoding="utf-8").strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["operator.key"]
    ensure_operator_key(engine, path)
    assert path.read_text(encoding="utf-8").strip() == secret
    assert counts(engine)["api_keys"] == 1
    caller = reads.caller(secret)
    assert caller is not None
    assert (caller.company, caller.operator) == ("operator", True)
    with reading(engine) as db:
        assert db.scalars(select(t.table(t.ApiKeyRow).c.hash)).all() == [keys.digest(secret)]


def test_a_mail_goes_out_once_more(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "nda", sandbox=True)
    world.advance(world.now + timedelta(days=21))
    mine = reads.outbox(subject(0), world.root, status="", after="", limit=1).data[0]
    assert mine["status"] == "kept"
    directory = SqlDirectory(engine)
    for who in (subject(1), subject(7), OPERATOR):
        with pytest.raises(Unknown, match=r"thing\.unknown"):
            directory.resend(who, mine["id"])
    directory.resend(subject(0), mine["id"])
    (row,) = world.queue.claim(5, datetime.now(UTC))
    assert row.id == mine["id"]
    world.queue.hand(row.id)
    directory.resend(subject(0), mine["id"])
    assert world.queue.row(row.id).status == "handed", "it is on its way already"
