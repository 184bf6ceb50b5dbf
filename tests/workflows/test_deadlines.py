"""Every deadline branch, with time skipped: silence gets its named outcome, and reminders stand in their order before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import Client

from teikei.domain.agreement.force import clocks
from teikei.domain.alliance.state import Exit
from teikei.domain.matter import Matter
from tests.support.memory import MemoryLedger
from tests.workflows import people
from tests.workflows.conftest import Quill, working
from tests.workflows.sleeper import slept
from workflows.ids import MATTERS, workflow_id
from workflows.registry import MATTERS as STORIES


async def lived(client: Client, ledger: MemoryLedger, state: Matter, papers: Quill | None = None) -> Matter:
    """Start the story of a state and wait for its end, skipping the time between."""
    stored = ledger.put(state)
    async with working(client, ledger, papers):
        handle = await client.start_workflow(
            STORIES[stored.kind].run, stored, id=workflow_id(stored.id), task_queue=MATTERS
        )
        await handle.result()
    return ledger.load(stored.id)


async def skip_until(client: Client, ledger: MemoryLedger, code: str) -> None:
    """Skip time with a run that only sleeps, until an entry of this code is there."""
    for _ in range(60):
        if code in ledger.codes():
            return
        await slept(client, days=20)
    raise AssertionError(f"{code} did not come: {ledger.codes()}")


NUDGES = ["due.remind", "due.remind", "due.overdue", "due.escalate"]


async def test_a_decision_that_nobody_answers_lapses_after_its_reminders(skipping: Client) -> None:
    ledger = MemoryLedger()
    over: Any = await lived(skipping, ledger, people.decision("silent", datetime.now(UTC)))
    assert (over.stage, over.outcome) == ("closed", "lapsed")
    assert [c for c in ledger.codes() if c.startswith("due.")] in (NUDGES, ["due.remind", *NUDGES])
    assert ledger.codes()[-1] == "decision.lapsed"
    assert {m.company for m in ledger.mails} == {people.company(0), people.company(1)}
    assert ledger.tells[-1].act.outcome == "lapsed"  # type: ignore[attr-defined]


async def test_only_the_silent_company_is_reminded(skipping: Client) -> None:
    ledger = MemoryLedger()
    asked = people.decision("half", datetime.now(UTC)).answered("votes", people.company(0))
    await lived(skipping, ledger, asked)
    assert {m.company for m in ledger.mails} == {people.company(1)}


async def test_intake_lapses_into_abandonment(skipping: Client) -> None:
    ledger = MemoryLedger()
    over: Any = await lived(skipping, ledger, people.alliance("intake lapses"))
    assert (over.stage, over.reason) == ("abandoned", "intake_lapsed")


async def test_silent_scores_close_due_diligence_and_call_the_decision(skipping: Client) -> None:
    ledger = MemoryLedger()
    asked = people.alliance("scores").closed_wait("intake")
    state = replace(asked, stage="due_diligence").ask("scores", asked.companies(), datetime.now(UTC))
    stored = ledger.put(state)
    async with working(skipping, ledger):
        await skipping.start_workflow(
            STORIES["alliance"].run, stored, id=workflow_id(stored.id), task_queue=MATTERS
        )
        await skip_until(skipping, ledger, "alliance.go_no_go_called")
    assert "diligence.lapsed" in ledger.codes()
    assert [m.kind for m in ledger.born] == ["decision"]


@pytest.mark.parametrize(
    ("wait", "stage", "code"),
    [("draft", "negotiation", "alliance.abandoned"), ("exit", "exit", "exit.lapsed")],
)
async def test_waits_of_an_alliance_have_their_outcomes(
    skipping: Client, wait: str, stage: str, code: str
) -> None:
    ledger = MemoryLedger()
    now = datetime.now(UTC)
    base = people.alliance(f"{wait}").closed_wait("intake")
    leaving = Exit(reason="term", end_date=now.date(), started=now, terminated=True, final_period="-")
    state = replace(base, stage=stage, exit=leaving if stage == "exit" else None, terms=people.terms()).ask(
        wait, base.companies(), now
    )
    over = await lived(skipping, ledger, state)
    assert over.over
    assert code in ledger.codes()


async def test_talks_that_nobody_closes_end_the_agreement(skipping: Client) -> None:
    ledger, quill = MemoryLedger(), Quill()
    over: Any = await lived(skipping, ledger, people.agreement("rounds", datetime.now(UTC)), quill)
    assert (over.stage, over.reason) == ("ended", "rounds_lapsed")
    assert len(quill.written) == 1
    assert ledger.tells[-1].act.to == "ended"  # type: ignore[attr-defined]


async def test_signatures_that_do_not_come_open_the_talks_again(skipping: Client) -> None:
    ledger = MemoryLedger()
    now = datetime.now(UTC)
    drafted = replace(people.agreement("unsigned", now), stage="signing", owes=())
    over: Any = await lived(skipping, ledger, drafted.ask("signatures", drafted.companies(), now))
    codes = ledger.codes()
    assert codes.index("agreement.signing_lapsed") < codes.index("agreement.ended")
    assert over.reason == "rounds_lapsed"


async def test_a_term_ends_by_itself_and_renews_where_it_says_so(skipping: Client) -> None:
    ledger = MemoryLedger()
    today = datetime.now(UTC).date()
    base = replace(
        people.agreement("term", datetime.now(UTC)), stage="in_force", owes=(), nda_terms=None, role="main"
    )
    short = people.terms(term_from=today, term_until=today.replace(year=today.year + 1), renewal_years=1)
    state = clocks(replace(base, terms=short, term_until=short.term_until, signed_on=today))
    stored = ledger.put(state)
    async with working(skipping, ledger):
        await skipping.start_workflow(
            STORIES["agreement"].run, stored, id=workflow_id(stored.id), task_queue=MATTERS
        )
        await skip_until(skipping, ledger, "agreement.renewed")
    codes = ledger.codes()
    assert codes.index("agreement.notice_day_near") < codes.index("agreement.renewed")
    after: Any = ledger.load(stored.id)
    assert after.term_until.year == today.year + 2


async def test_inputs_that_do_not_come_are_named_and_the_split_goes_to_the_vote(skipping: Client) -> None:
    ledger = MemoryLedger()
    stored = ledger.put(people.allocation("inputs"))
    async with working(skipping, ledger):
        await skipping.start_workflow(
            STORIES["allocation"].run, stored, id=workflow_id(stored.id), task_queue=MATTERS
        )
        await skip_until(skipping, ledger, "allocation.submitted")
    assert "allocation.inputs_lapsed" in ledger.codes()
    assert [m.kind for m in ledger.born] == ["decision"]


async def test_three_years_of_reviews_that_nobody_holds_are_recorded_as_missed(skipping: Client) -> None:
    ledger = MemoryLedger()
    today = datetime.now(UTC).date()
    base = people.alliance("reviews").closed_wait("intake")
    long = people.terms(term_from=today, term_until=today.replace(year=today.year + 3), review_months=12)
    state = replace(
        base, stage="operation", terms=long, period_from=today, signed_on=today, main_title="契約"
    )
    stored = ledger.put(state)
    async with working(skipping, ledger):
        await skipping.start_workflow(
            STORIES["alliance"].run, stored, id=workflow_id(stored.id), task_queue=MATTERS
        )
        for _ in range(30):
            if ledger.codes().count("review.missed") >= 2:
                break
            await slept(skipping, days=60)
    assert ledger.codes().count("review.missed") >= 2
    invited = [m for m in ledger.mails if m.template == "review_invitation"]
    assert len({m.invitation.uid for m in invited if m.invitation}) == ledger.codes().count("review.planned")
