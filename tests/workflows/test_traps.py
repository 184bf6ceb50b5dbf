"""Traps of long-lived runs: turning under load, repeats, starting late, operators, new rules."""

from __future__ import annotations

import asyncio
import contextlib
import json
import warnings
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.workflow import UnfinishedUpdateHandlersWarning

from activities.record import Order, Receipt, saying
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading
from teikei.adapters.temporal.dispatch import Dispatcher
from teikei.adapters.temporal.speak import PATIENCE, Voice
from teikei.domain.act import Outcome
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Conflict, Trouble, Unavailable
from tests.support.live import Books, ports
from tests.support.memory import MemoryLedger
from tests.workflows import people
from tests.workflows.conftest import connected, dev_server, eventually, working
from tests.workflows.histories import events, runs
from tests.workflows.saying import begun, said, say
from workflows import options
from workflows.ids import workflow_id


@pytest.fixture(params=["memory", "sql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return MemoryLedger() if request.param == "memory" else Books(tmp_path)


async def test_fifty_callers_across_many_turns_are_each_answered_once(tmp_path: Path) -> None:
    """A server that suggests to turn after 40 events; fifty callers of one matter at the same time, three acts each."""
    ledger = Books(tmp_path / "sql")
    (tmp_path / "temporal").mkdir()
    suggest = {"limit.historyCount.suggestContinueAsNew": 40, "history.maxInFlightUpdates": 100}
    with (
        warnings.catch_warnings(record=True) as seen,
        dev_server(tmp_path / "temporal", **suggest) as address,
    ):
        warnings.simplefilter("always")
        client = await connected(address)
        async with working(client, ledger) as voice:
            state = await begun(voice, ledger, people.decision("crowd", datetime.now(UTC)))
            callers = [caller(voice, state.id, [f"{n} {i}" for i in range(3)]) for n in range(50)]
            answers = [answer for said_by_one in await asyncio.gather(*callers) for answer in said_by_one]
            turned = len(await runs(client, workflow_id(state.id)))
    assert turned >= 4, "it did not turn"
    assert sorted(a.version for a in answers) == list(range(2, 152)), "each answered, each its own step"
    assert sorted(heard(ledger)) == sorted(f"{n} {i}" for n in range(50) for i in range(3)), (
        "each present once"
    )
    assert not [w for w in seen if issubclass(w.category, UnfinishedUpdateHandlersWarning)]


async def caller(voice: Voice, matter: str, texts: list[str]) -> list[Receipt]:
    """One act after the other, each until it is answered."""
    return [await said(voice, matter, Comment(text=t), 0, f"key of {t}") for t in texts]


def heard(ledger: Books) -> list[str]:
    """The texts of all comments."""
    table = t.table(t.ContentRow)
    with reading(ledger.engine) as db:
        return [json.loads(p)["values"]["text"] for p in db.scalars(select(table.c.payload))]


async def test_the_same_key_before_and_after_a_turn_has_one_effect(
    server: Client, ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "TURN_EVENTS", 10)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("twice", datetime.now(UTC)))
        first = await said(voice, state.id, Comment(text="一"), 0, "k")
        at_once = await said(voice, state.id, Comment(text="一"), 0, "k")
        for n in range(4):
            await said(voice, state.id, Comment(text=f"{n}"), 1)
        assert len(await runs(server, workflow_id(state.id))) > 1
        again = await said(voice, state.id, Comment(text="一"), 0, "k")
        with pytest.raises(Conflict, match=r"key\.other_body"):
            await said(voice, state.id, Comment(text="他"), 0, "k")
    assert first == at_once == again
    assert ledger.codes() == ["decision.commented"] * 5
    assert ledger.load(state.id).comments == 5


async def test_what_was_said_before_any_worker_lived_is_answered(server: Client, ledger: Any) -> None:
    voice = Voice(server)
    state = await begun(voice, ledger, people.decision("queued", datetime.now(UTC)))
    waiting = [
        asyncio.create_task(said(voice, state.id, Comment(text=f"{n}"), n % 2, f"k{n}")) for n in range(5)
    ]
    stranger = asyncio.create_task(said(voice, state.id, Comment(text="?"), 7))
    await asyncio.sleep(1)
    assert not any(task.done() for task in waiting)
    async with working(server, ledger):
        answers = await asyncio.gather(*waiting)
        with pytest.raises(Exception, match=r"party\.not_one"):
            await stranger
    assert {a.version for a in answers} == {2, 3, 4, 5, 6}
    assert len(ledger.codes()) == 5


async def test_who_speaks_in_the_last_task_is_answered_before_the_run_ends(
    server: Client, ledger: Any
) -> None:
    """The vote that ends a decision and a comment after it arrive together: both are answered by the run itself."""
    state = ledger.put(people.decision(f"last {type(ledger).__name__}", datetime.now(UTC)))
    voice = Voice(server)
    for who in range(2):
        act = RecordInternalApproval(status="approved", reference="-")
        ledger.commit(
            Order(key=f"inside {who}", by=people.actor(who), matter=state.id, act=act, now=datetime.now(UTC))
        )
    ledger.commit(
        Order(
            key="first",
            by=people.actor(0),
            matter=state.id,
            act=CastVote(choice="yes"),
            now=datetime.now(UTC),
        )
    )
    await voice.start(ledger.load(state.id))
    vote = asyncio.create_task(voice.say(state.id, say(CastVote(choice="yes"), 1)))
    await asyncio.sleep(0.3)
    late = [asyncio.create_task(voice.say(state.id, say(Comment(text=f"{n}")))) for n in range(3)]
    await asyncio.sleep(0.3)
    async with working(server, ledger):
        assert isinstance(await vote, Receipt)
        for answer in await asyncio.gather(*late, return_exceptions=True):
            assert isinstance(answer, Conflict)
            assert answer.code == "matter.over"
    kinds = [e.event_type for e in await events(server, workflow_id(state.id))]
    accepted = kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
    assert accepted == kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED) == 4


async def test_no_worker_for_a_while_and_the_act_is_applied_once(server: Client, ledger: Any) -> None:
    """The caller gave up and repeats later: the update that waited and its repeat are one act."""
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("pause", datetime.now(UTC)))
        await events(server, workflow_id(state.id))
    what = say(Comment(text="後で"), 0)
    with pytest.raises(Trouble):
        await Voice(server).say(state.id, what, patience=options.CALLER_LIMIT / 10)
    async with working(server, ledger) as voice:
        receipt = await voice.say(state.id, what)
    assert receipt.version == 2
    assert ledger.codes() == ["decision.commented"]


async def test_a_run_that_an_operator_ended_is_begun_again_from_sql(server: Client, tmp_path: Path) -> None:
    live = ports(server, Books(tmp_path).engine)
    state = Books(tmp_path).put(people.decision("ended", datetime.now(UTC)))
    handle = server.get_workflow_handle(workflow_id(state.id))
    async with working(server, live.ledger):
        await live.voice.start(state)
        await said(live.voice, state.id, Comment(text="前"))
        before = live.ledger.load(state.id)
        await handle.terminate()
        reconciler = Dispatcher(live.voice, live.ledger, live.queue)
        assert await reconciler.reconcile() == 1
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        assert await reconciler.reconcile() == 0, "a run that is there is left alone"
        assert live.ledger.load(state.id) == before
        receipt = await said(live.voice, state.id, Comment(text="後"))
    assert receipt.version == before.version + 1


@dataclass(frozen=True, slots=True)
class Listening(Voice):
    """Notes which matters are asked whether they are behind; `held`: their answer does not come."""

    asked: list[str] = field(default_factory=list)
    held: asyncio.Event | None = None
    silent: set[str] = field(default_factory=set)
    """Matters that cannot be reached."""

    async def refresh(self, matter: str, version: int, patience: timedelta = PATIENCE) -> None:
        self.asked.append(matter)
        if self.held:
            await self.held.wait()
        if matter in self.silent:
            raise Unavailable("temporal.unavailable")
        await Voice.refresh(self, matter, version, patience)


async def test_only_a_run_that_may_be_behind_is_asked_again(server: Client, tmp_path: Path) -> None:
    live = ports(server, Books(tmp_path).engine)
    states = [Books(tmp_path).put(people.decision(f"asked {n}", datetime.now(UTC))) for n in range(2)]
    voice = Listening(server)
    async with working(server, live.ledger):
        reconciler = Dispatcher(voice, live.ledger, live.queue)
        assert await reconciler.reconcile() == 2
        assert sorted(voice.asked) == sorted(s.id for s in states)
        await said(live.voice, states[0].id, Comment(text="新しい"))
        voice.asked.clear()
        while missing := {workflow_id(s.id) for s in states} - await voice.running():
            assert missing
            await asyncio.sleep(0.1)
        await reconciler.reconcile()
        assert voice.asked == [states[0].id]
        await server.get_workflow_handle(workflow_id(states[1].id)).terminate()
        while workflow_id(states[1].id) in await voice.running():
            await asyncio.sleep(0.1)
        voice.asked.clear()
        assert await reconciler.reconcile() == 1
        assert voice.asked == [states[1].id]


async def test_one_run_that_does_not_answer_does_not_make_the_others_begin_anew(
    server: Client, tmp_path: Path
) -> None:
    live = ports(server, Books(tmp_path).engine)
    states = [Books(tmp_path).put(people.decision(f"silent {n}", datetime.now(UTC))) for n in range(3)]
    voice = Listening(server, silent={states[1].id})
    async with working(server, live.ledger):
        reconciler = Dispatcher(voice, live.ledger, live.queue)
        assert await reconciler.reconcile() == 2
        while len({workflow_id(s.id) for s in states} & await voice.running()) < 2:
            await asyncio.sleep(0.1)
        voice.asked.clear()
        voice.silent.clear()
        assert await reconciler.reconcile() == 1
        assert voice.asked == [states[1].id], "the others are known"
        voice.silent.update(s.id for s in states)
        for one in states:
            await said(live.voice, one.id, Comment(text="変わった"))
        with pytest.raises(Unavailable):
            await reconciler.reconcile()


async def test_the_outbox_does_not_wait_for_a_long_reconcile(server: Client, tmp_path: Path) -> None:
    live = ports(server, Books(tmp_path).engine)
    state = Books(tmp_path).put(people.decision("waits", datetime.now(UTC)))
    voice = Listening(server, held=asyncio.Event())
    async with working(server, live.ledger):
        working_on = asyncio.create_task(Dispatcher(voice, live.ledger, live.queue).run())
        while not voice.asked:
            await asyncio.sleep(0.02)
        order = saying("order", people.actor(0), Comment(text="間に"), None)
        live.queue.put(matter=state.id, say=order)
        while not live.queue.answer("order"):
            await asyncio.sleep(0.05)
        assert not working_on.done()
        working_on.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working_on


async def test_a_new_rule_does_not_disturb_what_was_decided_by_the_old_one(
    server: Client, ledger: Any, unsandboxed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second worker replays what the first one did; the state is what SQL says, not what the new rule would have said."""
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("rules", datetime.now(UTC)))
        for n in range(3):
            await said(voice, state.id, Comment(text=f"{n}"))
    plain = Comment.decide

    def by_new_rule(self: Comment, state: Decision, by: Any, now: datetime, /) -> Outcome[Any]:
        outcome = plain(self, state, by, now)
        return replace(outcome, state=replace(outcome.state, comments=outcome.state.comments + 9))

    monkeypatch.setattr(Comment, "decide", by_new_rule)
    old = len(unsandboxed)
    async with working(server, ledger) as voice:
        await said(voice, state.id, Comment(text="新"), 1)
        await eventually(lambda: len(unsandboxed) > old)
        await events(server, workflow_id(state.id))
        assert unsandboxed[-1].state == ledger.load(state.id)
    assert ledger.load(state.id).comments == 3 + 1 + 9
    failed = [
        e
        for e in await events(server, workflow_id(state.id))
        if e.HasField("workflow_task_failed_event_attributes")
    ]
    assert failed == []
