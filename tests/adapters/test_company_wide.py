"""One act for all alliances of a company in SQL: looked at first, ordered whole or not at all, and the directory after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.company_wide import part_key
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.announcing import AnnounceEvent
from teikei.domain.alliance.handing import HandOver
from teikei.domain.alliance.standing import Abandon
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.errors import Conflict, Refused
from teikei.domain.matter import Person
from tests.domain.test_handover_survivors import closed
from tests.support.live import plant
from tests.support.story import SqlWorld, at, opened, order, subject

A, B, STRANGER = subject(0), subject(1), subject(7)
HEIR = Person(name="カナリア後任", email="heir@example.com")
LEAVER = "担当0"


@pytest.fixture
def reads(engine: Engine, tmp_path: Path) -> SqlReads:
    return SqlReads(engine, FileStore(tmp_path / "files"), Mailer(SqlQueue(engine), MailSettings()))


def hand(world: SqlWorld, **more: Any) -> HandOver:
    given: dict[str, Any] = {"leaver": LEAVER, "successor": HEIR, "on": world.today(), "reason": "異動"}
    return HandOver(**{**given, **more})


def worlds(engine: Engine, n: int = 3) -> list[SqlWorld]:
    return [opened(engine, sandbox=True, key=i) for i in range(n)]


def orders(engine: Engine) -> int:
    with reading(engine) as db:
        return int(db.scalar(select(func.count()).select_from(t.table(t.InboxRow))) or 0)


def deliver(world: SqlWorld) -> dict[str, str]:
    """As the dispatcher does; what became of each order."""
    found = {}
    for row in world.queue.claim_orders(100, datetime.now(UTC)):
        try:
            receipt = world.ledger.commit(order(row.matter, row.act(), row.actor(), row.key, world.now))
        except Refused as refusal:
            world.queue.close_order(row.id, None, refusal)
            found[row.matter] = refusal.code
        else:
            world.queue.close_order(row.id, receipt.receipt)
            found[row.matter] = "done"
    return found


def test_one_order_for_each_alliance_and_a_repeat_changes_nothing(engine: Engine, reads: SqlReads) -> None:
    some = worlds(engine)
    act = hand(some[0])
    found = reads.company_wide(A, act)
    assert [one["alliance"] for one in found] == sorted(w.root for w in some)
    assert {p["what"] for one in found for p in one["moves"]} == {"contact"}
    assert orders(engine) == 0, "looking writes nothing"
    made = some[0].queue.put_all([w.root for w in some], act, A.actor, "k")
    assert set(made) == {w.root for w in some}
    assert deliver(some[0]) == dict.fromkeys(made, "done")
    assert reads.company_wide(A, act) == [], "nothing is held any more"
    assert some[0].queue.put_all([], act, A.actor, "k") == made, "a repeat gives the orders of the first time"
    assert orders(engine) == 3
    assert deliver(some[0]) == {}
    for world in some:
        names = [p["contact"]["name"] for p in reads.matter(B, "alliance", world.root)["parties"]]
        assert names == [HEIR.name, "担当1"]
    with pytest.raises(Conflict, match=r"key\.other_body"):
        some[0].queue.put_all([w.root for w in some], hand(some[0], reason="別"), A.actor, "k")
    with pytest.raises(Conflict, match=r"key\.other_body"):
        some[0].queue.put_all([], hand(some[0], reason="別"), A.actor, "k")
    assert orders(engine) == 3


def test_the_look_is_the_companys_own_and_leaves_out_what_is_over(engine: Engine, reads: SqlReads) -> None:
    some = worlds(engine)
    some[0].say(some[0].root, Abandon(reason="中止"), A.company)
    assert len(reads.company_wide(A, hand(some[1]))) == 2
    assert reads.company_wide(B, hand(some[1])) == []
    assert reads.company_wide(STRANGER, hand(some[1], leaver="担当1")) == []
    ahead = reads.company_wide(B, hand(some[1], leaver="担当1", on=some[1].today() - timedelta(days=1)))
    assert [one["problem"]["code"] for one in ahead] == ["handover.in_the_past"] * 2
    assert all(one["problem"]["title_ja"] for one in ahead)


def test_the_look_counts_by_each_clock_and_lists_agreements(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "nda", sandbox=True)
    act = AnnounceEvent(event="merger", on=world.today(), what="合併")
    [found] = reads.company_wide(B, act)
    nda = world.agreement("nda")
    assert found["agreements"] == [
        {"id": nda.id, "title": "秘密保持契約書", "title_en": "Non-Disclosure Agreement", "stage": "rounds"}
    ]


def test_an_order_that_cannot_be_written_takes_the_others_with_it(engine: Engine) -> None:
    some = worlds(engine)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a foreign key, as each database says it
        some[0].queue.put_all([*(w.root for w in some), "aln_nowhere"], hand(some[0]), A.actor, "k")
    assert orders(engine) == 0


KILLED = """
import json, sys
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.queue import SqlQueue
from teikei.domain.act import Actor
from teikei.domain.alliance.announcing import AnnounceEvent
from datetime import date
url, company, matters = json.loads(sys.argv[1])
act = AnnounceEvent(event="merger", on=date(2026, 4, 1), what="x")
print(len(SqlQueue(open_engine(url)).put_all(matters, act, Actor(company=company), "k")))
"""


def test_a_kill_between_the_orders_and_their_end_leaves_none(engine: Engine, url: str) -> None:
    some = worlds(engine, 2)
    told = json.dumps([url, A.company, [w.root for w in some]])

    def run(failpoint: str) -> int:
        environment = {**os.environ, "TEIKEI_FAILPOINT": failpoint}
        return subprocess.run([sys.executable, "-c", KILLED, told], env=environment, check=False).returncode

    assert run("orders.before:kill") == -signal.SIGKILL
    assert orders(engine) == 0
    assert (run(""), orders(engine)) == (0, 2)
    assert (run(""), orders(engine)) == (0, 2)


def test_keys_of_the_parts_are_apart() -> None:
    assert len({part_key(k, a) for k in ("k", "l") for a in ("aln_a", "aln_b")}) == 4


def test_what_survives_a_closed_alliance_gets_an_order_of_its_own(engine: Engine, reads: SqlReads) -> None:
    gone, kept = closed()
    plant(engine, replace(kept, version=1), gone.now, home=gone.alliance)
    world = opened(engine, key=1)
    world.say(world.root, Abandon(reason="中止"), A.company)
    act = HandOver(
        leaver=LEAVER, successor=HEIR, on=datetime.now(UTC).date() + timedelta(days=2), reason="異動"
    )
    [found] = reads.company_wide(A, act)
    assert (found["alliance"], found["matter"]) == (gone.root, kept.id)
    made = world.queue.put_all([kept.id], act, A.actor, "k")
    assert deliver(world) == {kept.id: "done"}
    assert world.queue.put_all([], act, A.actor, "k") == made, "a repeat gives the order of the first time"
    after = world.ledger.load(kept.id)
    assert isinstance(after, Agreement)
    assert [p.successor for p in after.handovers] == [HEIR]
    assert reads.matter(B, "agreement", kept.id)["handovers"] == []


def test_what_was_announced_everywhere_is_withdrawn_everywhere(engine: Engine, reads: SqlReads) -> None:
    """Not where it was not announced; on the day nothing happens, in no alliance and in no directory."""
    some, other = [opened(engine, key=i) for i in range(2)], opened(engine, key=5)
    act = name(some[0], 10)
    made = some[0].queue.put_all([w.root for w in some], act, A.actor, "announced")
    assert deliver(some[0]) == dict.fromkeys(made, "done")
    gone = WithdrawEvent(event="name", on=act.on, reason="株主総会で否決")
    assert [one["alliance"] for one in reads.company_wide(A, gone)] == sorted(w.root for w in some)
    assert reads.company_wide(B, gone) == []
    orders_ = some[0].queue.put_all(
        [one["alliance"] for one in reads.company_wide(A, gone)], gone, A.actor, "withdrawn"
    )
    assert deliver(some[0]) == dict.fromkeys(orders_, "done")
    assert reads.company_wide(A, gone) == []
    for world in (*some, other):
        world.states[world.root] = world.ledger.load(world.root)
        world.advance(world.now + timedelta(days=12))
        assert world.alliance.party(A.company).name_ja == "第0社"
    assert reads.company(A.company)["name_ja"] == "第0社"


# the directory


def name(world: SqlWorld, days: int = 0, **facts: str) -> AnnounceEvent:
    given: dict[str, Any] = facts or {"name_ja": "新社名", "name_en": "New Name"}
    return AnnounceEvent(event="name", on=world.today() + timedelta(days=days), what="決議", **given)


def test_the_directory_follows_on_the_day_and_a_late_alliance_never_takes_it_back(
    engine: Engine, reads: SqlReads
) -> None:
    first, late = opened(engine), opened(engine, key=1)
    first.say(first.root, name(first, 10), A.company)
    late.say(late.root, name(late, 10), A.company)
    assert reads.company(A.company)["name_ja"] == "第0社"
    first.advance(first.now + timedelta(days=11))
    assert reads.company(A.company)["name_ja"] == "新社名"
    first.say(first.root, name(first, name_ja="さらに新しい社名"), A.company)
    assert reads.company(A.company)["name_ja"] == "さらに新しい社名"
    late.advance(late.now + timedelta(days=11))
    assert late.alliance.party(A.company).name_ja == "新社名"
    assert reads.company(A.company)["name_ja"] == "さらに新しい社名"


def test_an_alliance_that_is_opened_later_begins_with_the_new_facts(engine: Engine) -> None:
    world = opened(engine)
    world.say(world.root, name(world), A.company)
    later = opened(engine, key=1)
    assert later.alliance.party(A.company).name_ja == "新社名"
    assert later.alliance.party(A.company).former == ()


def test_a_sandbox_renames_nobody_outside_it(engine: Engine, reads: SqlReads) -> None:
    world = opened(engine, sandbox=True)
    world.say(world.root, name(world), A.company)
    assert world.alliance.party(A.company).name_ja == "新社名"
    assert reads.company(A.company)["name_ja"] == "第0社"


def test_a_planned_handover_shows_in_no_list_of_another_company(engine: Engine, reads: SqlReads) -> None:
    world = opened(engine, sandbox=True)

    def seen() -> str:
        listed = reads.alliances(B, stage="", form="", q="", after="", limit=9).data
        shown = reads.matter(B, "alliance", world.root)
        timeline = reads.timeline(B, world.root, after="", limit=100).data
        fence = {"version"}
        return json.dumps(
            [[{k: v for k, v in r.items() if k not in fence} for r in (*listed, shown)], timeline]
        )

    before, book = seen(), reads.register(B, stage="", form="", q="", language="ja")
    world.say(world.root, hand(world, on=world.today() + timedelta(days=1)), A.company)
    assert seen() == before
    assert reads.register(B, stage="", form="", q="", language="ja") == book
    own = reads.timeline(A, world.root, after="", limit=100).data
    assert LEAVER in own[-1]["title_ja"]
