"""Mails that share a message, in SQL on both databases: joined, given back, closed together; and per day in a sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, update

from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.directory import SqlDirectory
from teikei.adapters.sql.engine import writing
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.errors import Unknown
from teikei.domain.house import House, StandIn
from teikei.domain.messages import PartyChanged
from tests.support.reminders import Life
from tests.support.story import OPERATOR, at, subject

MONDAY = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
DUE = datetime(2026, 5, 14, 0, 0, tzinfo=UTC)
HALF_PAST = DUE + timedelta(minutes=30)


@pytest.fixture
def one(engine: Engine) -> Iterator[Life]:
    """Three questions to two companies that are due on Thursday at nine; it is half past."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        made = Life(engine, traveller)
        for n in range(3):
            made.ask(n, 3)
        made.set(DUE)
        made.fall()
        assert made.queue.claim(64, made.now) == []
        made.set(HALF_PAST)
        yield made


def standing(one: Life) -> Counter[tuple[str, str]]:
    """(company, status) of every mail."""
    return Counter((r.target.partition("@")[0], r.status) for r in one.rows())


def carriers(one: Life) -> list[Any]:
    return sorted(one.queue.claim(64, one.now), key=lambda r: r.target)


def test_one_of_those_that_share_a_message_is_given_out(one: Life) -> None:
    rows = carriers(one)
    assert [r.target for r in rows] == ["p0@example.test", "p1@example.test"]
    for row in rows:
        one.queue.hand(row.id)
    one.set(HALF_PAST + timedelta(minutes=5))
    assert one.queue.claim(64, one.now) == [], "the others wait until it is over"


def test_a_clock_that_is_set_back_lets_what_was_handed_over_wait(one: Life) -> None:
    (first, _) = carriers(one)
    one.queue.hand(first.id)
    own = update(t.table(t.OutboxRow)).where(t.table(t.OutboxRow).c.id == first.id)
    with writing(one.engine) as db:
        db.execute(own.values(at=HALF_PAST, digest=None))
    one.set(HALF_PAST - timedelta(minutes=10))
    assert one.queue.fix(first.id).status == "waits"
    assert first.id not in {r.id for r in one.queue.claim(64, one.now)}
    one.set(HALF_PAST)
    assert one.queue.fix(first.id).status == "fixed"


def test_the_message_takes_all_of_its_person_and_company_along(one: Life) -> None:
    first, second = carriers(one)
    fixed = one.queue.fix(first.id)
    assert fixed.row is not None
    assert not fixed.again
    assert len(fixed.row.shown) == 2
    assert all('"p0@example.test"' in payload for payload in fixed.row.shown)
    assert standing(one) == {("p0", "open"): 1, ("p0", "joined"): 2, ("p1", "open"): 3}
    assert {r.carrier for r in one.rows() if r.status == "joined"} == {first.id}
    assert {r.detail for r in one.rows() if r.status == "joined"} == {first.id}
    again = one.queue.fix(first.id)
    assert again.again
    assert again.row == fixed.row
    joined = next(r.id for r in one.rows() if r.status == "joined")
    assert (one.queue.fix(joined).row, one.queue.fix(joined).status) == (None, "joined")
    one.queue.close(first.id, "sent")
    assert standing(one) == {("p0", "sent"): 3, ("p1", "open"): 3}
    one.queue.close(second.id, "dead", "550 no")
    assert standing(one) == {("p0", "sent"): 3, ("p1", "dead"): 1, ("p1", "open"): 2}
    with pytest.raises(Unknown, match=r"thing\.unknown"):
        one.queue.fix("out_nowhere")


def test_what_surely_did_not_arrive_is_made_anew_and_takes_later_ones_along(one: Life) -> None:
    (first, _) = carriers(one)
    one.queue.fix(first.id)
    one.queue.failed(first.id, "gone", release=True, refused=False)
    assert standing(one)["p0", "open"] == 3
    one.answer(one.matters[1], 0)
    fixed = one.queue.fix(first.id)
    if fixed.row is None:  # the question of the carrier was the one that was answered
        (first, _) = carriers(one)
        fixed = one.queue.fix(first.id)
    assert fixed.row is not None
    assert not fixed.again
    assert len(fixed.row.shown) == 1
    assert standing(one)["p0", "obsolete"] == 1
    one.queue.failed(first.id, "silence", release=False, refused=False)
    assert one.queue.fix(first.id).again


def test_the_second_digest_of_a_day_waits_for_the_next_working_one(one: Life) -> None:
    (first, _) = carriers(one)
    one.queue.fix(first.id)
    one.queue.close(first.id, "sent")
    one.ask(7, 0)
    late = one.now + timedelta(hours=3)
    one.set(late)
    one.fall()
    state = one.ledger.load(one.matters[-1])
    assert state.waits
    one.set(DUE + timedelta(days=1))  # overdue items of Friday, nine o'clock
    one.fall()
    assert [r.target for r in one.queue.claim(64, one.now) if r.target.startswith("p0")] == []
    one.set(HALF_PAST + timedelta(days=1))
    (friday,) = [r for r in one.queue.claim(64, one.now) if r.target.startswith("p0")]
    fixed = one.queue.fix(friday.id)
    assert fixed.row is not None
    assert len(fixed.row.shown) >= 2


def test_while_one_may_have_arrived_no_other_is_made(one: Life) -> None:
    (first, _) = carriers(one)
    one.queue.fix(first.id)
    one.queue.failed(first.id, "silence", release=False, refused=False)
    one.set(DUE + timedelta(days=1))
    one.fall()
    one.set(HALF_PAST + timedelta(days=1))
    younger = next(
        r.id for r in one.rows() if r.status == "open" and r.target == first.target and r.id != first.id
    )
    assert one.queue.fix(younger).status == "waits", "even if its own delivery is under way"
    assert [r.id for r in one.queue.claim(64, one.now) if r.target == first.target] == [first.id]
    one.queue.close(first.id, "sent")
    assert one.queue.fix(younger).status == "waits", "who has just had one has the next one on Monday"


def test_only_a_row_of_refusals_wears_a_mail_out(one: Life) -> None:
    (first, second) = carriers(one)
    for row in (first, second):
        one.queue.fix(row.id)
        one.queue.failed(row.id, "451 later", release=True, refused=True)
    one.set(DUE + timedelta(days=1, hours=2))
    one.queue.failed(first.id, "nobody there", release=True, refused=False)
    one.set(DUE + timedelta(days=5, hours=12))  # the evening of the fourth working day
    assert one.queue.fix(first.id).status == "waits"
    assert one.queue.fix(second.id).status == "dead"


def test_it_reads_as_the_message_and_is_sent_again_as_the_message(
    one: Life, engine: Engine, tmp_path: Path
) -> None:
    (first, _) = carriers(one)
    one.queue.keep(first.id)
    assert standing(one)["p0", "kept"] == 3
    reads = SqlReads(engine, FileStore(tmp_path), Mailer(one.queue, MailSettings()))
    mine = replace(subject(0), company=first.company)
    shown = [r for r in one.rows() if r.carrier == first.id]
    listed = [reads.outbox(mine, r.alliance_id, status="kept", after="", limit=5).data for r in shown]
    assert [row["carrier"] for (row,) in listed] == [first.id, first.id]
    assert len({reads.mail(mine, r.id) for r in (*shown, first)}) == 1
    message = message_from_bytes(reads.mail(mine, shown[0].id), policy=SMTP)
    assert message["Message-ID"] == f"<{first.id}@teikei.invalid>"
    for who in (subject(7), OPERATOR):
        with pytest.raises(Unknown, match=r"thing\.unknown"):
            reads.mail(who, shown[0].id)
    SqlDirectory(engine).resend(mine, shown[0].id)
    assert one.queue.row(first.id).status == "open"
    (again,) = [r for r in one.queue.claim(64, one.now) if r.target.startswith("p0")]
    assert again.id == first.id
    fixed = one.queue.fix(first.id)
    assert fixed.again, "as it was, and whatever else went out today"


def test_in_a_sandbox_a_digest_is_that_of_its_day(engine: Engine) -> None:
    world = at(engine, "nda", sandbox=True)
    world.advance(world.now + timedelta(days=60))
    reads = SqlReads(engine, FileStore(Path()), Mailer(world.queue, MailSettings()))
    rows = reads.outbox(subject(0), world.root, status="", after="", limit=100).data
    assert {r["status"] for r in rows} == {"kept"}
    days = Counter(
        (r["to"], datetime.fromisoformat(r["at"]).astimezone().date())
        for r in rows
        if not r["carrier"] and r["template"] != "escalate"
    )
    assert set(days.values()) == {1}


def test_who_stands_in_in_one_alliance_gets_no_line_of_another(engine: Engine) -> None:
    """A house is arranged for one alliance; the reader has two messages then, the stand-in a copy of one."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        life = Life(engine, traveller)
        home, other = life.ask(0, 3), life.ask(1, 3)
        party = life.ledger.load(home).parties[0]
        days: dict[str, Any] = {"first": MONDAY.date(), "last": DUE.date(), "reason": "休暇"}
        away = StandIn(person=party.contact.name, by="代理", email=("in@example.test",), **days)
        house = House(company=party.company, stand_ins=(away,))
        assert life.say(home, PartyChanged(company=party.company, house=house))
        life.set(DUE)
        life.fall()
        life.set(HALF_PAST)
        own = [r for r in life.queue.claim(64, life.now) if r.target == party.contact.email]
        messages = []
        for row in own:
            fixed = life.queue.fix(row.id).row
            assert fixed is not None
            messages.append(message_from_bytes(Mailer(life.queue, MailSettings()).eml(fixed), policy=SMTP))
        texts = {str(m["Cc"] or ""): m.get_content() if not m.is_multipart() else "" for m in messages}
        assert {cc for cc, text in texts.items() if "提携001" in text} == {""}, other
        assert {cc.count("in@example.test") for cc, text in texts.items() if "提携000" in text} == {1}


def test_who_has_handed_over_gets_no_more_of_what_still_waits(engine: Engine) -> None:
    """A reminder that waits for its hour goes to the contact of that hour, or to nobody; never to one who has left."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        life = Life(engine, traveller)
        matter = life.ask(0, 3)
        life.set(DUE)
        life.fall()
        party = life.ledger.load(matter).parties[0]
        new = replace(party.contact, name="後任", email="new@example.test")
        news = PartyChanged(company=party.company, party=replace(party, contact=new))
        assert life.say(matter, news)
        life.set(HALF_PAST)
        fixed = [life.queue.fix(row.id).row for row in life.queue.claim(64, life.now)]
        assert party.contact.email not in {row.target for row in fixed if row}
