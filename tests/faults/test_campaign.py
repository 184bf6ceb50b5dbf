"""Everything is killed, at random moments and at the worst ones, while twelve clients write to one alliance.

In this order on one stack per database; the last test settles the accounts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench._world import write_figures
from teikei.adapters.sql import codec
from teikei.domain.decision.state import Decision
from teikei.domain.matter import Matter
from tests.faults.conftest import CAMPAIGN, Campaign
from tests.faults.crowd import COMMENTS
from tests.faults.siege import KINDS, Siege

pytestmark = [pytest.mark.faults, pytest.mark.e2e, pytest.mark.server]

FAILPOINTS = {
    "commit.before": "worker",
    "commit.after": "worker",
    "api.before_answer": "api",
    "outbox.before_send": "worker",
    "mail.after_send": "worker",
}
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"


async def test_kills_at_random_moments_lose_nothing_and_do_nothing_twice(
    under_siege: Siege, campaign: Campaign, say: Callable[[str], None]
) -> None:
    one = under_siege
    order = [kind for kind in campaign.kinds for _ in range(campaign.kills[one.database])]
    one.random.shuffle(order)
    for number, kind in enumerate(order, start=1):
        await asyncio.sleep(one.random.uniform(0.1, 2.0))
        took = await one.recovered(kind, one.end(*KINDS[kind]))
        await one.verify()
        if campaign.full:
            say(
                f"{one.database} {number}/{len(order)} {kind}: back in {took:.1f} s, {one.found.acknowledged} stored, 0 lost"
            )
        assert took <= campaign.back_within, f"{kind}: {took:.1f} s"


@pytest.mark.parametrize("failpoint", FAILPOINTS if CAMPAIGN.full else ("commit.after", "api.before_answer"))
async def test_a_death_at_the_worst_moment_changes_nothing(
    under_siege: Siege, campaign: Campaign, say: Callable[[str], None], failpoint: str
) -> None:
    one = under_siege
    for _ in range(campaign.rounds):
        died = await one.armed(FAILPOINTS[failpoint], failpoint)
        took = await one.recovered(f"at {failpoint}", died)
        await one.verify()
        if campaign.full:
            say(
                f"{one.database} died at {failpoint}: back in {took:.1f} s, {one.found.acknowledged} stored, 0 lost"
            )
        assert took <= campaign.back_within


async def test_orders_of_a_time_without_worker_outlive_the_server(under_siege: Siege) -> None:
    one = under_siege
    begun = await one.hold("worker")
    waiting = "select count(*) from inbox where status = 'open'"
    async with asyncio.timeout(60):
        while one.books.one(waiting) < len(one.crowd.place.firms):
            await asyncio.sleep(0.05)
    promised = [row.key for row in one.books.rows("select key from inbox where status = 'open'")]
    one.end("temporal")
    one.release("worker")
    await one.recovered("no worker", begun)
    await one.verify()
    delivered = {row.key for row in one.books.rows("select key from inbox where status = 'done'")}
    assert promised
    assert set(promised) <= delivered | {t.key for t in one.crowd.said if t.answer.receipt is None}
    assert any(t.answer.waited for t in one.crowd.said if t.answer.receipt)
    one.say(f"{one.database}: {len(promised)} orders outlived the server")


async def test_temporal_s_folder_may_be_deleted(under_siege: Siege) -> None:
    one = under_siege
    before = await _standing_still(one)
    await one.hold("temporal", "worker")
    one.forget()
    await _risen(one, before)


async def test_temporal_s_folder_may_be_restored_from_an_old_copy(
    under_siege: Siege, campaign: Campaign
) -> None:
    one = under_siege
    await _standing_still(one)
    await one.hold("temporal", "worker")
    copy = one.copy()
    one.release("temporal", "worker")
    one.crowd.go_on()
    at = asyncio.get_running_loop().time()
    async with asyncio.timeout(120):
        await one.crowd.until_answered(at, campaign.acts_since_copy)
    before = await _standing_still(one)
    await one.hold("temporal", "worker")
    one.restore(copy)
    await _risen(one, before)


async def test_in_the_end_the_accounts_are_in_order(
    under_siege: Siege, campaign: Campaign, say: Callable[[str], None]
) -> None:
    one = under_siege
    await one.verify()
    await one.crowd.rest()
    if campaign.full:
        async with asyncio.timeout(150):
            while one.books.unfinished():
                await asyncio.sleep(0.2)
    mails = one.books.mails(one.box.got, one.kills, settled=campaign.full)
    assert mails.well, mails.told()
    assert one.box.accepted > 0
    assert not one.books.rows("select id from matters where attention <> ''")
    figures = one.report()
    if campaign.full:
        say(json.dumps(figures, indent=1))
        write_figures(RESULTS / f"{campaign.name}-{one.database}.json", figures, show=False)
    assert figures["lost"] == figures["duplicated"] == figures["wrong"] == 0


async def _standing_still(one: Siege) -> dict[str, Matter]:
    """Nobody speaks, nothing is on its way; the states as they are stored."""
    async with asyncio.timeout(120):
        await one.crowd.rest()
        while one.books.on_its_way():
            await asyncio.sleep(0.05)
    return {m.id: m for m in one.books.open_matters()}


async def _risen(one: Siege, before: dict[str, Matter]) -> None:
    """Reconcile brings every run to SQL's state and its next due instant; one further act has the outcome that the rule gives."""
    one.release("temporal", "worker")
    await one.runs.until_serving()
    differences = await one.runs.differences(one.books, patience=60)
    assert not differences, differences
    assert {m.id: codec.dump(m) for m in one.books.open_matters()} == {
        i: codec.dump(m) for i, m in before.items()
    }
    decision = before[one.crowd.place.decision]
    assert isinstance(decision, Decision)
    answer = await one.crowd.say(COMMENTS, decision.id, 0, {"text": "その後"})
    assert answer.receipt is not None
    wanted = replace(decision, comments=decision.comments + 1, version=decision.version + 1)
    assert codec.dump(_uncounted(one.books.state(decision.id))) == codec.dump(_uncounted(wanted))
    one.crowd.go_on()
    await one.verify()


def _uncounted(state: Matter) -> Matter:
    """Without the instant up to which the time of the companies was counted: every act moves it."""
    waits = tuple(replace(w, counted=None) for w in state.waits)
    return replace(state, waits=waits, spent=tuple(replace(s, seconds=0) for s in state.spent))
