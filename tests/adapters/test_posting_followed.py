"""What still waits in the outbox on the day of a handover goes to the successor, and only that, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, update

from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import writing
from teikei.adapters.sql.posting import NEVER
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.act import TEIKEI, Copy, Mail
from teikei.domain.alliance.handing import HandOver
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.clock import FellDue
from teikei.domain.handover import house_after
from teikei.domain.house import House, StandIn
from teikei.domain.matter import Person
from teikei.domain.messages import PartyChanged
from teikei.domain.posting import followed
from teikei.domain.succession import Succession
from tests.domain import cast
from tests.support.reminders import Life
from tests.support.story import at, opened, subject
from tests.workflows import people

MONDAY = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 5, 14, 0, 0, tzinfo=UTC)
HALF_PAST = THURSDAY + timedelta(minutes=30)
HEIR = Person(name="Heir", email="heir@example.test", language="en")
LEAVER = people.party(0).contact


@pytest.fixture
def one(engine: Engine) -> Iterator[Life]:
    """Two questions of two alliances to two companies fell due on Thursday at nine; their reminders wait for half past."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        made = Life(engine, traveller)
        for n in range(2):
            made.ask(n, 3)
        made.set(THURSDAY)
        made.fall()
        yield made


def hand_over(one: Life, *matters: str, heir: Person = HEIR, **house: Any) -> None:
    """As the alliance tells its open matters."""
    for matter in matters:
        party = one.ledger.load(matter).party(people.company(0))
        who = Succession(company=party.company, leaver=party.contact.name, successor=heir)
        news = PartyChanged(
            company=party.company,
            party=replace(party, contact=heir),
            house=House(company=party.company, **house) if house else None,
            succession=who,
        )
        assert one.say(matter, news)


def delivered(one: Life) -> list[EmailMessage]:
    """What goes out now: each message that is made."""
    mailer, found = Mailer(one.queue, MailSettings()), []
    for row in one.queue.claim(64, one.now):
        fixed = one.queue.fix(row.id).row
        if fixed:
            message = message_from_bytes(mailer.eml(fixed), policy=SMTP)
            assert isinstance(message, EmailMessage)
            found.append(message)
            one.queue.close(row.id, "sent")
    return found


def to(messages: list[EmailMessage]) -> Counter[str]:
    return Counter(m["To"].addresses[0].addr_spec for m in messages)


def test_one_message_to_the_successor_with_all_that_waited(one: Life) -> None:
    """Of one person and day there is one digest, though the matters hear of it one after the other."""
    for matter in one.matters:
        hand_over(one, matter)
    one.set(HALF_PAST)
    messages = delivered(one)
    assert to(messages) == {HEIR.email: 1, "p1@example.test": 1}
    [mine] = [m for m in messages if m["To"].addresses[0].addr_spec == HEIR.email]
    assert mine["Content-Language"] == "en"
    body = mine.get_body(("plain",))
    assert body is not None
    assert "Dear Heir" in body.get_content()
    assert all(f"Alliance {n:03}" in body.get_content() for n in (0, 1))


def test_only_of_the_matter_that_heard_it(one: Life) -> None:
    hand_over(one, one.matters[0])
    one.set(HALF_PAST)
    assert to(delivered(one)) == {HEIR.email: 1, LEAVER.email: 1, "p1@example.test": 1}


def test_what_a_mail_server_may_have_stays_as_it_is(one: Life) -> None:
    one.set(HALF_PAST)
    [own] = [r for r in one.queue.claim(64, one.now) if r.target == LEAVER.email]
    before = one.queue.fix(own.id).row
    hand_over(one, *one.matters)
    again = one.queue.fix(own.id)
    assert (again.again, again.row) == (True, before)


def test_who_stands_in_for_the_successor_gets_the_copy_and_nobody_of_before(one: Life) -> None:
    days: dict[str, Any] = {"first": MONDAY.date(), "last": date(2026, 5, 31), "reason": "休暇"}
    away = StandIn(person=HEIR.name, by="代理", email=("in@example.test",), **days)
    hand_over(one, *one.matters, stand_ins=(away,))
    one.set(HALF_PAST)
    copies = {m["To"].addresses[0].addr_spec: str(m["Cc"] or "") for m in delivered(one)}
    assert set(copies) == {HEIR.email, "p1@example.test"}
    assert "in@example.test" in copies[HEIR.email]


def test_on_its_day_before_any_mail_of_that_day(engine: Engine) -> None:
    """A planned handover falls due at midnight: what quiet hours hold back until eight goes to the successor."""
    evening = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
    with time_machine.travel(evening, tick=False) as traveller:
        world = opened(engine)
        world.now = evening
        world.say(world.root, cast.intake(2), cast.company(0))
        contact = world.alliance.party(cast.company(0)).contact
        plan = HandOver(leaver=contact.name, successor=HEIR, on=date(2026, 5, 14), reason="異動")
        world.say(world.root, plan, cast.company(0))
        world.say(world.root, WaiveGate(reason="急ぐ"), cast.company(1))
        due = next(d for d in world.alliance.due if d.item.startswith("handover-"))
        assert due.at == datetime(2026, 5, 13, 15, 0, tzinfo=UTC)
        world.now = due.at
        traveller.move_to(due.at)
        world._apply(world.root, FellDue(item=due.key), TEIKEI)
        traveller.move_to(datetime(2026, 5, 13, 23, 0, tzinfo=UTC))
        [row] = [r for r in world.queue.claim(50, datetime.now(UTC)) if r.kind == "mail"]
        mail = codec.load_mail(row.payload)
        assert (row.target, mail.name, mail.language) == (HEIR.email, HEIR.name, "en")
        assert mail.template == "entered"


def test_in_a_sandbox_the_digest_of_the_day_moves_too(engine: Engine) -> None:
    world = opened(engine, sandbox=True)
    assert world.fall().startswith("intake/remind-")
    contact = world.alliance.party(cast.company(0)).contact
    hand = HandOver(leaver=contact.name, successor=HEIR, on=world.today(), reason="異動")
    world.say(world.root, hand, cast.company(0))
    world.advance(world.now + timedelta(days=2))
    reads = SqlReads(engine, FileStore(Path()), Mailer(world.queue, MailSettings()))
    rows = reads.outbox(subject(0), world.root, status="", after="", limit=50).data
    assert [(r["to"], r["status"]) for r in rows] == [(HEIR.email, "kept")]


def test_an_invitation_that_waits_is_made_anew(engine: Engine) -> None:
    """The handover invites the successor itself; two invitations to one review would be one too many."""
    world = at(engine, "operation", sandbox=True)
    world.until(lambda: any(world.alliance.wait(f"review-{n}") for n in range(5)))
    world.until(lambda: not any(d.what == "invite" for d in world.alliance.due))
    with writing(engine) as db:
        box = t.table(t.OutboxRow)
        invited = box.c.payload.contains("review_invitation") & (box.c.company == cast.company(0))
        db.execute(
            update(box).where(invited).values(status="open", not_before=NEVER, sent_at=None, fixed_at=None)
        )
    contact = world.alliance.party(cast.company(0)).contact
    hand = HandOver(leaver=contact.name, successor=HEIR, on=world.today(), reason="異動")
    world.say(world.root, hand, cast.company(0))
    reads = SqlReads(engine, FileStore(Path()), Mailer(world.queue, MailSettings()))
    rows = reads.outbox(subject(0), world.root, status="", after="", limit=100).data
    invited_ = [(r["to"], r["status"]) for r in rows if r["template"] == "review_invitation"]
    assert invited_ == [(contact.email, "obsolete"), (HEIR.email, "kept")]


# the rule


def mail(**more: Any) -> Mail:
    return replace(cast.opened().alliance.mail_to(cast.company(0), "remind", "x", what="signatures"), **more)


def test_what_never_moves_by_itself_stays() -> None:
    """The signature of the one who signs for the company, and what is about a clean team."""
    state = cast.opened().alliance
    who = Succession(
        company=cast.company(0), leaver=state.party(cast.company(0)).contact.name, successor=HEIR
    )
    moved = followed(mail(), who, state)
    assert moved is not None
    assert moved.address == HEIR.email, "the leaver does not sign: somebody has to see to it"
    signs = tuple(replace(p, representative_name=who.leaver) for p in state.parties)
    assert followed(mail(), who, replace(state, parties=signs)) == mail()
    clean = mail(values={"what": "clean_team"})
    assert followed(clean, who, state) == clean
    assert followed(mail(), replace(who, company=cast.company(1)), state) == mail(), "a namesake elsewhere"
    assert followed(mail(), replace(who, leaver="誰か"), state) == mail()


def test_who_stood_in_for_the_reader_is_followed_in_the_copy() -> None:
    state = cast.opened().alliance
    contact, days = (
        state.party(cast.company(0)).contact,
        {"first": date(2026, 1, 5), "last": date(2026, 2, 1)},
    )
    copied = mail(copies=(Copy(name="代理", address="in@example.test", **days),))
    who = Succession(company=cast.company(0), leaver="代理", successor=HEIR)
    away = StandIn(person=contact.name, by=HEIR.name, email=(HEIR.email,), reason="休暇", **days)
    after = replace(state, houses=(House(company=cast.company(0), stand_ins=(away,)),))
    moved = followed(copied, who, after)
    assert moved is not None
    assert (moved.address, [c.address for c in moved.copies]) == (contact.email, [HEIR.email])


def test_a_stand_in_that_is_followed_brings_the_own_address() -> None:
    days: dict[str, Any] = {"first": date(2026, 1, 5), "last": date(2026, 2, 1), "reason": "休暇"}
    house = House(
        company="k", stand_ins=(StandIn(person="長", by="代理", email=("in@example.test",), **days),)
    )
    after, _ = house_after(house, Succession(company="k", leaver="代理", successor=HEIR))
    assert [(s.by, s.email) for s in after.stand_ins] == [(HEIR.name, (HEIR.email,))]
