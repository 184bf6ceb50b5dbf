"""The desk, the dispatcher and the sandbox clock against a dev server and SQL."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.service import RPCError

from activities.ports import Pending
from activities.record import Order, Receipt
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import writing
from teikei.adapters.temporal.client import connect
from teikei.adapters.temporal.desk import ANSWER_WITHIN, IN_FLIGHT
from teikei.domain.act import Act
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Busy, Conflict, Refused
from teikei.domain.matter import Matter
from tests.support.live import Books, Live, at_work, database, ports
from tests.support.story_domain import START
from tests.workflows import people
from tests.workflows.conftest import eventually, working
from tests.workflows.faulty import Faulty
from tests.workflows.histories import events, runs
from tests.workflows.lives import operating
from tests.workflows.saying import begun, said, say
from workflows import options
from workflows.ids import workflow_id

APPROVED = RecordInternalApproval(status="approved", reference="-")
YES = CastVote(choice="yes")


@pytest_asyncio.fixture
async def planted(server: Client, tmp_path: Path) -> tuple[Live, Matter]:
    """A decision in SQL, and everything over it; nothing runs yet."""
    books = Books(tmp_path)
    return ports(server, books.engine), books.put(people.decision(tmp_path.name, datetime.now(UTC)))


async def ordered(live: Live, matter: str, act: Act, n: int = 0, key: str = "k") -> Receipt | Pending:
    return await live.desk.order(matter, act, people.actor(n), key)


async def test_the_ninth_act_in_flight_on_one_matter_hears_busy(planted: tuple[Live, Matter]) -> None:
    live, state = planted
    flying = [
        asyncio.create_task(ordered(live, state.id, Comment(text=f"{n}"), 0, f"k{n}"))
        for n in range(IN_FLIGHT)
    ]
    await asyncio.sleep(0.3)
    with pytest.raises(Busy, match=r"matter\.busy"):
        await ordered(live, state.id, Comment(text="九"), 0, "k9")
    async with at_work(live):
        answers = await asyncio.gather(*flying)
        assert len({a.version for a in answers if isinstance(a, Receipt)}) == IN_FLIGHT
        assert isinstance(await ordered(live, state.id, Comment(text="九"), 0, "k9"), Receipt)


async def test_without_a_worker_the_act_becomes_an_order_and_is_delivered_later(
    planted: tuple[Live, Matter],
) -> None:
    live, state = planted
    await live.voice.start(state)
    before = time.monotonic()
    pending = await ordered(live, state.id, Comment(text="後で"))
    assert isinstance(pending, Pending)
    assert ANSWER_WITHIN <= time.monotonic() - before < ANSWER_WITHIN + 1.5
    assert order_of(live, pending) == ("open", "")
    again = await ordered(live, state.id, Comment(text="後で"))
    assert again == pending, "the same key is the same order"
    async with at_work(live):
        await eventually(lambda: order_of(live, pending)[0] == "done")
    assert live.ledger.load(state.id).version == 2
    assert '"version":2' in order_of(live, pending)[1]
    assert codes(live) == ["decision.commented"]


async def test_with_temporal_gone_altogether_the_order_waits_in_sql(tmp_path: Path) -> None:
    books = Books(tmp_path)
    state = books.put(people.decision("gone", datetime.now(UTC)))
    live = ports(await connect("127.0.0.1:1", lazy=True), books.engine)
    assert not await live.desk.alive()
    before = time.monotonic()
    assert isinstance(await ordered(live, state.id, Comment(text="後で")), Pending)
    assert time.monotonic() - before < ANSWER_WITHIN + 1.5, "the client's own tries do not count"


async def test_an_order_that_is_refused_says_so(planted: tuple[Live, Matter]) -> None:
    live, state = planted
    await live.voice.start(state)
    pending = await ordered(live, state.id, YES)
    assert isinstance(pending, Pending)
    async with at_work(live):
        await eventually(lambda: order_of(live, pending)[0] == "refused")
    problem = live.rows(t.InboxRow, "id", "problem")[0][1]
    assert "decision.internal_first" in problem


async def test_a_repeat_that_comes_meanwhile_shares_the_answer(planted: tuple[Live, Matter]) -> None:
    """Else the repeat could be refused while the first is still to become an order."""
    live, state = planted
    await live.voice.start(state)
    first = asyncio.create_task(ordered(live, state.id, YES))
    await asyncio.sleep(0.5)
    second = asyncio.create_task(ordered(live, state.id, YES))
    await asyncio.sleep(0)
    with pytest.raises(Conflict, match=r"key\.other_body"):
        await ordered(live, state.id, CastVote(choice="no"))
    second.cancel()
    third = await ordered(live, state.id, YES)
    assert isinstance(third, Pending)
    assert await first == third, "who gives up does not take the others along"
    assert live.desk._under_way == {}


async def test_a_refusal_told_while_an_order_of_the_key_waits_is_final(planted: tuple[Live, Matter]) -> None:
    live, state = planted
    waiting = live.queue.put(matter=state.id, say=say(YES, 0, "k"))
    live.queue.order_later(waiting, 3600)
    async with at_work(live):
        with pytest.raises(Conflict, match=r"decision\.internal_first"):
            await ordered(live, state.id, YES, 0, "k")
        await ordered(live, state.id, APPROVED, 0, "inside")
        with pytest.raises(Conflict, match=r"decision\.internal_first"):
            await live.voice.say(state.id, say(YES, 0, "k"))
        assert order_of(live, Pending(order=waiting))[0] == "refused"
        assert isinstance(await ordered(live, state.id, YES, 0, "another"), Receipt)


async def test_a_refusal_after_an_applied_delivery_gives_the_stored_answer(
    planted: tuple[Live, Matter],
) -> None:
    """The first delivery was applied and nobody heard it; the repeat would be refused as a second vote."""
    live, state = planted
    async with at_work(live):
        await ordered(live, state.id, APPROVED, 0, "inside")
        first = await ordered(live, state.id, YES, 0, "vote")
        with pytest.raises(Refused, match=r"decision\.voted_already"):
            await live.voice.say(state.id, say(YES, 0, "another"))
        assert await ordered(live, state.id, YES, 0, "vote") == first
        with pytest.raises(Conflict, match=r"key\.other_body"):
            await ordered(live, state.id, CastVote(choice="no"), 0, "vote")
        with pytest.raises(Conflict, match=r"decision\.voted_already"):
            await ordered(live, state.id, YES, 0, "another")


async def test_what_was_committed_without_the_run_is_answered_from_sql(planted: tuple[Live, Matter]) -> None:
    """SQL is ahead of the run: the act under the known key is not applied again."""
    live, state = planted
    async with at_work(live):
        await live.voice.start(state)
        act = Comment(text="一度")
        order = Order(key="k", by=people.actor(0), matter=state.id, act=act, now=datetime.now(UTC))
        first = live.ledger.commit(order).receipt
        assert await ordered(live, state.id, act) == first
    assert live.ledger.load(state.id).version == first.version


async def test_a_matter_that_is_over_answers_a_repeat_and_refuses_anything_new(
    planted: tuple[Live, Matter],
) -> None:
    live, state = planted
    async with at_work(live):
        for n in (0, 1):
            await ordered(live, state.id, APPROVED, n, f"inside {n}")
        await ordered(live, state.id, YES, 0, "vote 0")
        last = await ordered(live, state.id, YES, 1, "vote 1")
        await live.client.get_workflow_handle(workflow_id(state.id)).result()
        assert await ordered(live, state.id, YES, 1, "vote 1") == last
        with pytest.raises(Conflict, match=r"matter\.over"):
            await ordered(live, state.id, Comment(text="遅い"), 0, "late")


async def test_a_matter_whose_run_is_lost_is_begun_again_by_who_speaks_to_it(
    planted: tuple[Live, Matter],
) -> None:
    live, state = planted
    async with working(live.client, live.ledger):
        first = await ordered(live, state.id, Comment(text="一"), 0, "k1")
        await live.client.get_workflow_handle(workflow_id(state.id)).terminate()
        second = await ordered(live, state.id, Comment(text="二"), 0, "k2")
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert second.version == first.version + 1


async def test_a_mail_whose_delivery_was_lost_with_temporal_s_files_is_delivered(
    planted: tuple[Live, Matter],
) -> None:
    live, state = planted
    mail = {
        "id": "out_lost", "position": 1, "company": "", "stored_at": START, "not_before": None, "alliance_id": state.alliance_id, "matter": state.id, "kind": "mail", "target": "",
        "payload": "{}", "intent": "lost", "status": "handed", "detail": "", "attempts": 0, "at": START,
    }  # fmt: skip
    with writing(live.engine) as db:
        db.execute(insert(t.table(t.OutboxRow)).values(mail))
    async with at_work(live):
        await eventually(lambda: live.rows(t.OutboxRow, "id", "status") == [("out_lost", "sent")])
    assert live.post.delivered == ["out_lost"]


def codes(live: Live) -> list[str]:
    """Codes of the entries in order."""
    return [json.loads(payload)["code"] for _, payload in live.rows(t.ContentRow, "seq", "payload")]


def order_of(live: Live, pending: Pending) -> tuple[str, str]:
    """(status, receipt) of an order."""
    return next(
        (r[1], r[2]) for r in live.rows(t.InboxRow, "id", "status", "receipt") if r[0] == pending.order
    )


# what stands in raw histories

CANARY = "canary7f3a"


def failures(message: Any) -> list[Failure]:
    """Every failure inside a protobuf message."""
    found = [message] if isinstance(message, Failure) else []
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for one in value if field.is_repeated else [value]:
            found += failures(one)
    return found


async def test_no_failure_in_a_history_says_anything_in_plain(server: Client) -> None:
    ledger = Faulty(over="comment", error=Conflict("odd.code", name=CANARY), times=-1)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("canary", datetime.now(UTC)))
        with pytest.raises(Conflict) as heard:
            await said(voice, state.id, Comment(text="見ました"))
        assert heard.value.params == {"name": CANARY}
        found = await events(server, workflow_id(state.id))
    told = [f for event in found for f in failures(event)]
    assert told
    assert {f.message for f in told} == {"Encoded failure"}
    assert {f.stack_trace for f in told} == {""}
    for failure in told:
        # Both are payloads: they go through the codec, which will encrypt them.
        failure.ClearField("encoded_attributes")
        failure.application_failure_info.ClearField("details")
    for failure in told:
        assert CANARY.encode() not in failure.SerializeToString()


# the sandbox clock


def some_months(world: Any) -> None:
    operating(world)
    world.advance(START + timedelta(days=200))


def timeline(live: Live) -> list[tuple[Any, ...]]:
    """The record as it was written: (seq, instant, matter, everything that was said)."""
    said_ = dict(live.rows(t.ContentRow, "seq", "payload"))
    return [(seq, at, matter, said_[seq]) for seq, at, matter in live.rows(t.EntryRow, "seq", "at", "matter")]


@pytest.mark.slow
async def test_the_same_input_gives_the_same_timeline(
    server: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the runs turn meanwhile."""
    told = []
    for turn in (1000, 4):
        monkeypatch.setattr(options, "TURN_EVENTS", turn)
        live = ports(server, database(tmp_path / f"{turn}"))
        async with at_work(live):
            await asyncio.to_thread(some_months, live)
            told.append(timeline(live))
            mains = live.agreement("main").id
            assert len(await runs(server, workflow_id(mains))) > 1
        for matter in live.states:
            handle = server.get_workflow_handle(workflow_id(matter))
            with contextlib.suppress(RPCError):
                await handle.terminate()
    assert len(told[0]) > 60
    assert told[0] == told[1]
