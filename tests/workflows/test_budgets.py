"""What an act may cost in history events, measured on the dev server over memory and over SQL.

Years of a matter are thousands of acts: an event more per act is a budget that creeps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from teikei.adapters.temporal.speak import Voice
from teikei.domain.agreement.force import RefuseRenewal, clocks
from teikei.domain.clock import Hold, Release
from teikei.domain.decision.voting import Comment, RecordInternalApproval
from teikei.domain.errors import Refused
from teikei.domain.matter import Matter
from tests.support.live import Books
from tests.support.memory import MemoryLedger
from tests.workflows import people
from tests.workflows.conftest import Quill, working
from tests.workflows.histories import armed_at, events, kinds
from tests.workflows.saying import TEIKEI, begun, said
from workflows.ids import delivery_id, workflow_id

ACCEPTED, MOVED, TURNED, DELIVERED, PAID = 6, 2, 7, 12, 12

Step = Callable[[Voice, Matter], Awaitable[Any]]


@pytest.fixture(params=["memory", "sql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Both ledgers: the budget is of the story, not of what remembers it."""
    return MemoryLedger() if request.param == "memory" else Books(tmp_path)


def called() -> Matter:
    return people.decision("budget", datetime.now(UTC))


def half_ready() -> Matter:
    """A decision that moves on with the second company's internal approval."""
    first = RecordInternalApproval(status="approved", reference="-")
    return first.decide(
        people.decision("budget", datetime.now(UTC)), people.actor(1), datetime.now(UTC)
    ).state


def renewing() -> Matter:
    """An agreement in force whose next item is the safe day of a refusal."""
    today = datetime.now(UTC).date()
    base = replace(
        people.agreement("budget", datetime.now(UTC)), stage="in_force", owes=(), nda_terms=None, role="main"
    )
    term = people.terms(term_from=today, term_until=today.replace(year=today.year + 2), renewal_years=1)
    return clocks(replace(base, terms=term, term_until=term.term_until))


COMMENT = Comment(text="見ました")
APPROVED = RecordInternalApproval(status="approved", reference="稟議")


async def stranger(voice: Voice, state: Matter) -> None:
    with pytest.raises(Refused) as refusal:
        await said(voice, state.id, COMMENT, 7)
    assert refusal.value.code == "party.not_one"


async def comment(voice: Voice, state: Matter) -> None:
    await said(voice, state.id, COMMENT)


async def refuse_renewal(voice: Voice, state: Matter) -> None:
    arrived = datetime.now(UTC).date()
    await said(voice, state.id, RefuseRenewal(arrived_on=arrived, evidence_sha256="ab" * 32, reason="-"))


async def approve_inside(voice: Voice, state: Matter) -> None:
    await said(voice, state.id, APPROVED)


async def hold(voice: Voice, state: Matter) -> None:
    await said(voice, state.id, Hold(reason="-"), TEIKEI)


async def hold_and_release(voice: Voice, state: Matter) -> None:
    await hold(voice, state)
    await said(voice, state.id, Release(), TEIKEI)


async def twice(voice: Voice, state: Matter) -> None:
    await said(voice, state.id, COMMENT, 0, "the same key")
    await said(voice, state.id, COMMENT, 0, "the same key")


@dataclass(frozen=True)
class Case:
    start: Callable[[], Matter]
    step: Step
    most: int


CASES = {
    "refused": Case(called, stranger, 0),
    "accepted": Case(called, comment, ACCEPTED),
    "said twice": Case(called, twice, ACCEPTED),
    "the earliest due item moves": Case(renewing, refuse_renewal, ACCEPTED + MOVED),
    "the due item goes": Case(called, hold, ACCEPTED + 1),
    "it goes and comes": Case(called, hold_and_release, 2 * ACCEPTED + MOVED),
    "the run turns": Case(half_ready, approve_inside, ACCEPTED + TURNED),
}


@pytest.mark.parametrize("name", CASES)
async def test_what_an_act_costs(
    server: Client, ledger: Any, name: str, record_property: Callable[[str, object], None]
) -> None:
    case = CASES[name]
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, case.start())
        before = len(await events(server, workflow_id(state.id)))
        await case.step(voice, state)
        found = await events(server, workflow_id(state.id))
    cost = len(found) - before
    record_property("events", cost)
    assert cost <= case.most, kinds(found[before:])
    due = ledger.load(state.id).earliest()
    armed = armed_at(found)
    assert (armed is None) == (due is None)
    if armed and due and due.at:
        assert abs(armed - due.at) < timedelta(seconds=2), "the timer is armed for something else"


@pytest.mark.parametrize("acts", [20])
async def test_many_acts_cost_as_much_each_as_one(server: Client, ledger: Any, acts: int) -> None:
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, called())
        before = len(await events(server, workflow_id(state.id)))
        for _ in range(acts):
            await comment(voice, state)
        found = await events(server, workflow_id(state.id))
    assert len(found) - before <= acts * ACCEPTED
    assert kinds(found).count("timer_started") == 1


async def test_what_a_paper_costs(server: Client, ledger: Any) -> None:
    """Written in the other process and reported as an act; the change of stage turns the run."""
    async with working(server, ledger, Quill()) as voice:
        state = await begun(voice, ledger, people.agreement("paper", datetime.now(UTC)))
        found = await events(server, workflow_id(state.id))
        while ledger.load(state.id).owes:
            found = await events(server, workflow_id(state.id))
        found = await events(server, workflow_id(state.id))
    assert len(found) <= 4 + PAID + TURNED - 2, kinds(found)


async def test_what_a_delivery_costs(server: Client) -> None:
    async with working(server, MemoryLedger()) as voice:
        await voice.deliver("out_budget")
        assert await server.get_workflow_handle(delivery_id("out_budget")).result() == "sent"
        found = await events(server, delivery_id("out_budget"))
    assert len(found) <= DELIVERED, kinds(found)
