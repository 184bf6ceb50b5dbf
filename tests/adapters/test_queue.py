"""Outbox and inbox: in order per target, given out once, postponed, closed; and what the sandbox clock asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from activities.record import Order, Say, saying
from teikei.adapters.sql.queue import LEASE, SqlQueue
from teikei.domain.act import Actor
from teikei.domain.alliance.diligence import DraftNda
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.clock import FellDue, Hold, Release
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Conflict, Invalid, Unknown
from tests.domain import cast
from tests.support.story import SqlWorld, at, opened, order, voting

FIRST = Actor(company=cast.company(0), person="甲の人", key_id="key_1")


def now() -> datetime:
    return datetime.now(UTC)


def say(text: str, key: str) -> Say:
    return Say(key=key, by=FIRST, act=Comment(text=text))


def held(world: SqlWorld) -> None:
    """Suspended and resumed with nobody handing anything on: two tells to the same matter."""
    for n, act in enumerate((Suspend(reason="待つ"), Resume())):
        world.ledger.commit(order(world.root, act, FIRST, f"{world.root}-{n}", world.now))


def test_a_later_row_to_the_same_matter_waits_for_the_earlier(engine: Engine) -> None:
    world = at(engine, "nda")
    held(world)
    first = world.queue.claim(10, now())
    assert [(r.kind, r.target, type(r.act())) for r in first] == [("tell", world.agreement("nda").id, Hold)]
    world.queue.later(first[0].id, 30, "temporal.unavailable")
    assert world.queue.claim(10, now()) == [], "release must not overtake hold"
    again = world.queue.claim(10, now() + timedelta(seconds=60))
    assert [r.id for r in again] == [first[0].id]
    assert (again[0].attempts, again[0].detail) == (1, "temporal.unavailable")
    world.queue.close(first[0].id, "done")
    second = world.queue.claim(10, now() + timedelta(seconds=60))
    assert [type(r.act()) for r in second] == [Release]


def test_rows_to_different_matters_go_together_in_order(engine: Engine) -> None:
    worlds = [at(engine, "nda", key=n) for n in range(3)]
    for world in reversed(worlds):
        world.ledger.commit(order(world.root, Abandon(reason="中止"), FIRST, world.root, world.now))
    tells = worlds[0].queue.claim(10, now())
    assert [r.target for r in tells] == [world.agreement("nda").id for world in reversed(worlds)]


def test_a_row_is_given_out_once_and_comes_back_when_its_taker_dies(engine: Engine) -> None:
    for world in [at(engine, "nda", key=n) for n in range(6)]:
        held(world)
    if engine.dialect.name == "sqlite":  # one dispatcher, no lease: what it did not close is there at once
        assert SqlQueue(engine).claim(6, now()) == SqlQueue(engine).claim(6, now()) != []
        return
    with ThreadPoolExecutor(4) as pool:
        claimed = [
            r.id for rows in pool.map(lambda _: SqlQueue(engine).claim(2, now()), range(4)) for r in rows
        ]
    assert len(claimed) == len(set(claimed)) == 6
    assert SqlQueue(engine).claim(10, now()) == []
    assert len(SqlQueue(engine).claim(10, now() + LEASE + timedelta(seconds=1))) == 6, (
        "a dead dispatcher's rows come back"
    )


def test_a_mail_that_ended_before_it_was_noted_as_handed_stays_ended(engine: Engine) -> None:
    world, _ = voting(engine, sandbox=True)
    world.advance(world.now + timedelta(days=5))
    due = world.states[world.decision().id].earliest()
    assert due is not None
    assert due.at is not None
    world.queue.set_clock(world.root, due.at)
    world.now = due.at
    fell = order(world.decision().id, FellDue(item=due.key), Actor(company="teikei"), "fell", world.now)
    world.ledger.commit(fell)
    assert world.queue.claim(10, now()) == []
    assert world.queue.quiet(world.root), "a reminder waits for those of its day, and holds nothing up"
    world.queue.set_clock(world.root, due.at + timedelta(days=1))
    row, other = world.queue.claim(10, now())[:2]
    assert not world.queue.quiet(world.root)
    world.queue.close(row.id, "sent", "250")
    world.queue.hand(row.id)
    world.queue.hand(other.id)
    assert (world.queue.mail(row.id).status, world.queue.mail(row.id).detail) == ("sent", "250")
    assert world.queue.mail(other.id).status == "handed"
    assert world.queue.quiet(world.root), "a delivery that has started never holds the clock"
    assert world.queue.claim(10, now()) == []


def test_only_mails_are_mails(engine: Engine) -> None:
    world = at(engine, "nda")
    held(world)
    row = world.queue.claim(1, now())[0]
    assert world.queue.row(row.id) == row
    for missing in (row.id, "out_nowhere"):
        with pytest.raises(Unknown, match=r"thing\.unknown"):
            world.queue.mail(missing)


def test_an_order_is_kept_once_and_answered(engine: Engine) -> None:
    world, decision = voting(engine)
    made = world.queue.put(matter=decision, say=say("意見", "k"))
    assert world.queue.put(matter=decision, say=say("意見", "k")) == made
    assert made.startswith("ord_")
    for matter, other in ((decision, say("別", "k")), (world.root, say("意見", "k"))):
        with pytest.raises(Conflict, match=r"key\.other_body"):
            world.queue.put(matter=matter, say=other)
    assert not world.queue.quiet(world.root)
    (row,) = world.queue.claim_orders(10, now())
    assert (row.id, row.key, row.matter, row.actor(), row.act()) == (
        made,
        "k",
        decision,
        FIRST,
        Comment(text="意見"),
    )
    done = world.ledger.commit(order(decision, row.act(), row.actor(), row.key, world.now))
    world.queue.close_order(made, done.receipt)
    assert world.queue.claim_orders(10, now() + timedelta(minutes=5)) == []
    assert world.queue.quiet(world.root)
    stored = world.queue.answer("k")
    assert stored is not None
    assert stored[1] == done.receipt
    assert world.queue.answer("never") is None


def test_orders_of_one_matter_keep_their_order(engine: Engine) -> None:
    world, decision = voting(engine)
    ids = [world.queue.put(matter=decision, say=say(f"意見{n}", f"k{n}")) for n in range(3)]
    elsewhere = world.queue.put(matter=world.root, say=say("意見", "z"))
    assert {r.id for r in world.queue.claim_orders(10, now())} == {ids[0], elsewhere}
    world.queue.order_later(ids[0], 20)
    later = now() + timedelta(seconds=30)
    assert ids[1] not in {r.id for r in world.queue.claim_orders(10, later)}
    world.queue.close_order(ids[0], problem=Conflict("matter.over", stage="closed"))
    assert ids[1] in {r.id for r in world.queue.claim_orders(10, later + LEASE * 2)}


def test_an_order_for_no_matter_is_unknown(engine: Engine) -> None:
    with pytest.raises(Unknown, match=r"matter\.unknown"):
        SqlQueue(engine).put(matter="dec_nowhere", say=say("意見", "k"))


def test_answers_are_forgotten_but_births_are_guarded(engine: Engine) -> None:
    world, decision = voting(engine)
    world.ledger.commit(order(decision, Comment(text="意見"), FIRST, "k", world.now))
    assert world.queue.forget_answers(now() - timedelta(days=30)) == 0
    assert world.queue.forget_answers(now() + timedelta(seconds=1)) == len(world.given)
    assert world.queue.answer("k") is None
    assert world.queue.answer(world.given[0]) is not None


def test_open_matters_come_in_pages(engine: Engine) -> None:
    world, decision = voting(engine)
    first = world.queue.open_matters("", 2)
    rest = world.queue.open_matters(first[-1][0], 2)
    found = [*first, *rest]
    assert sorted(found) == found
    assert {(m, k, v) for m, k, v in found} == {
        (s.id, s.kind, s.version) for s in world.states.values() if not s.over
    }
    cast.decide(world)
    assert decision not in {m for m, _, _ in world.queue.open_matters("", 10)}
    assert world.queue.is_over(decision)
    assert not world.queue.is_over(world.root)
    assert world.queue.alliance_of(decision) == world.root
    with pytest.raises(Unknown, match=r"matter\.unknown"):
        world.queue.is_over("dec_nowhere")


def test_the_clock_moves_forward_only(engine: Engine) -> None:
    world = opened(engine, sandbox=True)
    start = world.queue.clock(world.root)
    assert start is not None
    assert start == world.queue.clock_of(world.root) == world.now
    world.queue.set_clock(world.root, start)
    world.queue.set_clock(world.root, start + timedelta(days=1))
    with pytest.raises(Invalid, match=r"clock\.backwards"):
        world.queue.set_clock(world.root, start)
    assert world.queue.clock(world.root) == start + timedelta(days=1)


def test_real_time_has_no_clock(engine: Engine) -> None:
    world = opened(engine)
    assert world.queue.clock(world.root) is None
    assert world.queue.clock_of(world.root) is None
    assert world.queue.clock_of("dec_nowhere") is None
    with pytest.raises(Conflict, match=r"clock\.not_sandbox"):
        world.queue.set_clock(world.root, world.now)


def test_the_earliest_due_item_over_all_matters(engine: Engine) -> None:
    world = at(engine, "operation", 3, sandbox=True)
    items = [
        (d.at, s.kind, d.key, s.id)
        for s in world.states.values()
        if not s.over and not s.suspended
        for d in s.due
        if d.at
    ]
    first = min(items)
    assert world.queue.next_due(world.root) == (first[3], first[2], first[0])
    world.say(world.root, Suspend(reason="待つ"), cast.company(0))
    held = world.queue.next_due(world.root)
    assert held is not None
    assert held[1].startswith("suspension/"), "only the end of the suspension is awaited"
    world.say(world.root, Resume(), cast.company(0))
    assert world.queue.next_due(world.root) == (first[3], first[2], first[0])
    for company in world.alliance.companies():
        world.say(world.root, Abandon(reason="中止"), company)
    assert world.queue.next_due(world.root) is None


def test_an_owed_paper_is_not_quiet(engine: Engine) -> None:
    world = opened(engine, sandbox=True)
    assert world.queue.quiet(world.root)
    world.write = None
    world.say(world.root, cast.intake(2), cast.company(0))
    assert world.queue.quiet(world.root)
    cast.freeze(world, "nda")
    cast.decide(world, "no")
    other = opened(engine, key=1, sandbox=True)
    other.ledger.commit(order(other.root, cast.intake(2), FIRST, "intake", other.now))
    other.ledger.commit(order(other.root, DraftNda(), Actor(company="teikei"), "nda", other.now))
    for row in other.queue.claim(10, now()):
        other.queue.close(row.id, "done")
    assert not other.queue.quiet(other.root)
    assert world.queue.quiet(world.root), "alliances do not wait for each other"


def test_votes_are_not_lost_on_the_way(engine: Engine) -> None:
    """An order through the inbox and the same act by the front door are one act."""
    world, decision = voting(engine)
    vote = Say(key="v", by=FIRST, act=CastVote(choice="no"))
    made = world.queue.put(matter=decision, say=vote)
    assert world.queue.claim_orders(1, now())[0].id == made
    for c in world.alliance.companies():
        world.say(decision, RecordInternalApproval(status="approved", reference="稟"), c)
    done = [
        world.ledger.commit(order(decision, CastVote(choice="no"), FIRST, "v", world.now)) for _ in range(2)
    ]
    assert done[0].receipt == done[1].receipt


def test_a_refusal_that_was_told_stands_against_a_delivery_that_comes_late(engine: Engine) -> None:
    world = at(engine, "operation", 2)
    late = saying("late", Actor(company=cast.company(0)), Suspend(reason="待つ"))
    told = Conflict("matter.wrong_stage", stage="exit", wanted="operation")
    assert world.queue.refuse(matter=world.root, say=late, refusal=told) is None
    before = world.queue.state_json(world.root)
    order = Order(key="late", by=late.by, matter=world.root, act=late.act, now=world.now)
    with pytest.raises(Conflict, match=r"matter\.wrong_stage") as again:
        world.ledger.commit(order)
    assert again.value.params == told.params
    assert world.queue.state_json(world.root) == before
    assert world.queue.refuse(matter=world.root, say=late, refusal=told) is None


def test_a_refusal_gives_way_to_an_answer_that_is_stored(engine: Engine) -> None:
    world = at(engine, "operation", 2)
    act = Suspend(reason="待つ")
    applied = world.ledger.commit(
        Order(key="first", by=Actor(company=cast.company(0)), matter=world.root, act=act, now=world.now)
    )
    say = saying("first", Actor(company=cast.company(0)), act)
    assert (
        world.queue.refuse(matter=world.root, say=say, refusal=Conflict("matter.suspended"))
        == applied.receipt
    )
