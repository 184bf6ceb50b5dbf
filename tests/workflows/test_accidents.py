"""Whatever goes wrong, the run goes on: what a retry heals is tried again, everything else waits as `attention`.

Injected into every activity and every wait: a rule's refusal, trouble, a
failure without a code (broken code), a time-out, a cancellation.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from activities.record import Committed, Order
from teikei.domain.decision.voting import Comment
from teikei.domain.errors import Conflict, TeikeiError, Unavailable
from teikei.domain.matter import Matter
from tests.support.memory import MemoryLedger
from tests.workflows import people
from tests.workflows.conftest import eventually, working
from tests.workflows.faulty import Blots, Faulty, Stairs
from tests.workflows.histories import armed_at, events
from tests.workflows.saying import CLEAR, OPERATOR, begun, said, say
from workflows import options
from workflows.delivery import DeliveryWorkflow
from workflows.ids import MATTERS, delivery_id, workflow_id
from workflows.matter import LivingMatter

REFUSAL = Conflict("nda.drafted_already")
TROUBLE = Unavailable("sql.unavailable")
BROKEN = ValueError("a bug")
SLOW = TimeoutError("a library gave up")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between the tries of a story are tenths of a second here."""
    monkeypatch.setattr(options, "OWN_BACKOFF", (0.1, 0.2))


async def running(client: Client, matter: str) -> bool:
    found = await client.get_workflow_handle(workflow_id(matter)).describe()
    return found.status is WorkflowExecutionStatus.RUNNING


def in_nda(name: str) -> Matter:
    """An alliance whose story has an act of its own before it."""
    return replace(people.alliance(name).closed_wait("intake"), stage="nda")


async def attention(client: Client, ledger: MemoryLedger, matter: str) -> str:
    """The reason that is listed; the run stands still and lives."""
    await eventually(lambda: ledger.states[matter].attention is not None)
    assert await running(client, matter)
    noted = ledger.states[matter].attention
    assert noted is not None
    return noted.reason


# a story's own act


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (REFUSAL, "nda.drafted_already"),
        (BROKEN, "server.error"),
        (SLOW, "server.error"),
        (KeyError("x"), "server.error"),
    ],
    ids=lambda e: str(e) if isinstance(e, str) else type(e).__name__,
)
async def test_an_own_act_that_cannot_succeed_waits_for_the_operator(
    server: Client, error: Exception, reason: str
) -> None:
    ledger = Faulty(over="draft_nda", error=error, times=-1)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, in_nda(f"own {reason}"))
        assert await attention(server, ledger, state.id) == reason
        met = ledger.met
        await asyncio.sleep(0.5)
        assert ledger.met == met, "it does not try on behind the operator's back"
        ledger.times = 0
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: "alliance.nda_begun" in ledger.codes())
    assert ledger.codes() == ["attention.noted", "attention.retry", "alliance.nda_begun"]


async def test_clearing_without_a_repair_lists_it_again(server: Client) -> None:
    ledger = Faulty(over="draft_nda", times=-1)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, in_nda("again"))
        await attention(server, ledger, state.id)
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: ledger.codes().count("attention.noted") == 2)
        assert await running(server, state.id)


async def test_trouble_with_an_own_act_heals_by_itself(server: Client) -> None:
    ledger = Faulty(over="draft_nda", error=TROUBLE, times=5)
    async with working(server, ledger) as voice:
        await begun(voice, ledger, in_nda("heals"))
        await eventually(lambda: "alliance.nda_begun" in ledger.codes())
    assert ledger.met == 5
    assert ledger.codes() == ["alliance.nda_begun"]


async def test_even_the_note_may_fail(server: Client) -> None:
    """Everything that is committed breaks: the run lives, and lists its accident when it can."""
    ledger = Faulty(over="draft_nda", times=-1)
    stumbled = ledger._stumble
    broken = True

    def all_of_it(what: str) -> None:
        stumbled("draft_nda" if broken and what != "load" else what)

    ledger._stumble = all_of_it  # type: ignore[method-assign]
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, in_nda("note"))
        await eventually(lambda: ledger.met > 3)
        assert await running(server, state.id)
        assert ledger.codes() == []
        broken = False
        assert await attention(server, ledger, state.id) == "server.error"


# somebody's act


@pytest.mark.parametrize("error", [BROKEN, SLOW], ids=lambda e: type(e).__name__)
async def test_a_broken_act_of_a_company_harms_nobody_else(server: Client, error: Exception) -> None:
    ledger = Faulty(over="comment", error=error, times=1)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("others", datetime.now(UTC)))
        with pytest.raises(TeikeiError) as heard:
            await voice.say(state.id, say(Comment(text="一つ目")))
        assert heard.value.code == "server.error"
        await said(voice, state.id, Comment(text="二つ目"), 1)
        assert await running(server, state.id)
    assert ledger.codes() == ["decision.commented"]


async def test_who_waits_hears_of_a_database_that_is_away_within_eight_seconds(server: Client) -> None:
    """And the lock is free at once: the next act goes through."""
    ledger = MemoryLedger()
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("away", datetime.now(UTC)))
        ledger.failures = 10**6
        before = time.monotonic()
        with pytest.raises(Unavailable) as heard:
            await voice.say(state.id, say(Comment(text="一つ目")))
        assert time.monotonic() - before < 8
        assert heard.value.code == "sql.unavailable"
        assert ledger.commits <= 3
        ledger.failures = 0
        before = time.monotonic()
        await said(voice, state.id, Comment(text="二つ目"))
        assert time.monotonic() - before < 3
    assert ledger.codes() == ["decision.commented"]


async def test_a_commit_that_hangs_frees_the_lock_after_five_seconds(server: Client) -> None:
    ledger = MemoryLedger()
    plain, stuck = ledger.commit, [True]

    def hanging(order: Order) -> Committed[Any]:
        if stuck.pop() if stuck else False:
            time.sleep(7)
            raise TROUBLE
        return plain(order)

    ledger.commit = hanging  # type: ignore[method-assign]
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("hangs", datetime.now(UTC)))
        before = time.monotonic()
        first = asyncio.create_task(voice.say(state.id, say(Comment(text="一つ目"))))
        await asyncio.sleep(0.5)
        await said(voice, state.id, Comment(text="二つ目"), 1)
        assert 4 < time.monotonic() - before < 9
        with pytest.raises(Unavailable):
            await first
    assert ledger.codes() == ["decision.commented"]


# papers


async def test_a_paper_that_cannot_be_written_waits_for_the_operator(server: Client) -> None:
    ledger, quill = MemoryLedger(), Blots(error=Conflict("paper.broken"), times=1)
    async with working(server, ledger, quill) as voice:
        state = await begun(voice, ledger, people.agreement("refused paper", datetime.now(UTC)))
        assert await attention(server, ledger, state.id) == "paper.broken"
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: ledger.states[state.id].stage == "rounds")
    assert len(quill.written) == 1


async def test_a_paper_over_which_the_writer_stumbles_is_tried_again(server: Client) -> None:
    ledger, quill = MemoryLedger(), Blots(times=2)
    async with working(server, ledger, quill) as voice:
        state = await begun(voice, ledger, people.agreement("stumbled paper", datetime.now(UTC)))
        await eventually(lambda: ledger.states[state.id].stage == "rounds")
    assert ledger.codes() == ["agreement.version_written"]


@pytest.mark.parametrize(
    ("error", "reason"), [(REFUSAL, "nda.drafted_already"), (BROKEN, "ValueError")], ids=["refused", "broken"]
)
async def test_loading_that_cannot_succeed_waits_for_the_operator(
    server: Client, error: Exception, reason: str
) -> None:
    ledger, quill = Faulty(over="load", error=error, times=0), Blots(owed=False)
    async with working(server, ledger, quill) as voice:
        state = ledger.put(people.agreement(f"load {error}", datetime.now(UTC)))
        ledger.over, ledger.times = "load", -1
        plain = MemoryLedger.load
        ledger.commit = lambda order: _committed(ledger, plain, order)  # type: ignore[method-assign]
        await voice.start(state)
        assert await attention(server, ledger, state.id) == reason
        ledger.times, quill.owed = 0, True
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: ledger.states[state.id].stage == "rounds")


def _committed(ledger: Faulty, load: Callable[[Any, str], Matter], order: Order) -> Committed[Any]:
    """Commit with a loading of its own, so that only the activity `load` stumbles."""
    over, ledger.over = ledger.over, ""
    try:
        return MemoryLedger.commit(ledger, order)
    finally:
        ledger.over = over


async def test_loading_while_the_database_is_away_heals_by_itself(server: Client) -> None:
    ledger, quill = Faulty(over="load", error=TROUBLE), Blots(owed=False)
    async with working(server, ledger, quill) as voice:
        state = ledger.put(people.agreement("load away", datetime.now(UTC)))
        ledger.times = 7
        await voice.start(state)
        await eventually(lambda: ledger.times == 0)
        await eventually(lambda: "due.stuck" in str(ledger.states[state.id].attention))
        quill.owed = True
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: ledger.states[state.id].stage == "rounds")
    assert ledger.codes() == ["attention.noted", "attention.retry", "agreement.version_written"]


# deliveries


async def test_a_mail_that_is_refused_is_buried_even_if_the_burial_stumbles(server: Client) -> None:
    post = Stairs(Conflict("mail.refused"), [TROUBLE])
    async with working(server, MemoryLedger(), post=post) as voice:
        await voice.deliver("out_refused")
        assert await server.get_workflow_handle(delivery_id("out_refused")).result() == "dead"
    assert post.buried == ["out_refused"]


@pytest.mark.parametrize("error", [TROUBLE, BROKEN], ids=lambda e: type(e).__name__)
async def test_a_mail_that_stumbles_is_tried_for_four_days_and_then_buried(
    skipping: Client, error: Exception
) -> None:
    post = Stairs(error)
    async with working(skipping, MemoryLedger(), post=post):
        # Only the handle of the start lets this server skip time.
        handle = await skipping.start_workflow(
            DeliveryWorkflow.run, "out_late", id=delivery_id("out_late"), task_queue=MATTERS
        )
        assert await handle.result() == "dead"
        found = (await handle.fetch_history()).events
    days = found[-1].event_time.ToDatetime() - found[0].event_time.ToDatetime()
    assert 3 <= days.days <= 4
    assert post.buried == ["out_late"]


# waits


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "TimeoutError"),
        (ApplicationError("x", type="odd"), "odd"),
        (asyncio.CancelledError(), "cancelled"),
    ],
    ids=["time-out", "failure", "cancelled"],
)
async def test_no_wait_of_a_story_can_end_it(
    server: Client, monkeypatch: pytest.MonkeyPatch, unsandboxed: list[Any], error: BaseException, reason: str
) -> None:
    ledger = MemoryLedger()
    plain, armed = LivingMatter._stirred, [True]

    async def stirred(self: Any, version: int, timer: Any) -> None:
        if armed:
            armed.clear()
            raise error
        await plain(self, version, timer)

    monkeypatch.setattr(LivingMatter, "_stirred", stirred)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision(f"wait {reason}", datetime.now(UTC)))
        assert await attention(server, ledger, state.id) == reason
        assert armed_at(await events(server, workflow_id(state.id))) is None
        await said(voice, state.id, Comment(text="それでも"))
        await said(voice, state.id, CLEAR, OPERATOR)
        found = await events(server, workflow_id(state.id))
    assert armed_at(found) is not None, "its clock goes on"
    assert ledger.codes() == ["attention.noted", "decision.commented", "attention.retry"]


async def test_cancelling_a_run_lists_it_and_ends_nothing(server: Client) -> None:
    ledger = MemoryLedger()
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("cancel", datetime.now(UTC)))
        handle = server.get_workflow_handle(workflow_id(state.id))
        await events(server, workflow_id(state.id))
        await handle.cancel()
        assert await attention(server, ledger, state.id) == "cancelled"
        await handle.cancel()
        await said(voice, state.id, CLEAR, OPERATOR)
        found = await events(server, workflow_id(state.id))
        assert await running(server, state.id)
    assert armed_at(found) is not None


async def test_cancelling_while_the_database_is_away_ends_nothing(server: Client) -> None:
    ledger = MemoryLedger(failures=10**6)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, in_nda("cancel away"))
        await eventually(lambda: ledger.commits > 1)
        for _ in range(3):
            await server.get_workflow_handle(workflow_id(state.id)).cancel()
            await asyncio.sleep(0.3)
        assert await running(server, state.id)
        ledger.failures = 0
        await attention(server, ledger, state.id)
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: "alliance.nda_begun" in ledger.codes())


async def test_cancelling_a_run_that_is_turning_ends_nothing(
    server: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run drains (an act is in the database) while the cancellation comes."""
    ledger = MemoryLedger()
    plain = ledger.commit

    def slowly(order: Order) -> Committed[Any]:
        if getattr(order.act, "text", "") == "ゆっくり":
            time.sleep(1.5)
        return plain(order)

    ledger.commit = slowly  # type: ignore[method-assign]
    monkeypatch.setattr(options, "TURN_EVENTS", 10)
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("cancel turning", datetime.now(UTC)))
        first = asyncio.create_task(voice.say(state.id, say(Comment(text="ゆっくり"))))
        await asyncio.sleep(0.5)
        await server.get_workflow_handle(workflow_id(state.id)).cancel()
        await first
        await said(voice, state.id, Comment(text="次"))
        assert await running(server, state.id)
    assert ledger.codes().count("decision.commented") == 2
