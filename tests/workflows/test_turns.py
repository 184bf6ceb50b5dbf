"""A run may turn anywhere: what comes of a life is the same however often its runs begin anew."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client

from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from teikei.domain.act import TEIKEI
from teikei.domain.agreement.force import clocks
from teikei.domain.clock import FellDue
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Refused
from teikei.domain.stories import own_act
from tests.support.live import Live, at_work, database, ports
from tests.support.memory import MemoryLedger
from tests.support.story_domain import LATE, World
from tests.workflows import people
from tests.workflows.conftest import CACHED, working
from tests.workflows.histories import runs
from tests.workflows.lives import whole
from tests.workflows.saying import begun, said
from tests.workflows.sleeper import slept
from workflows import options
from workflows.ids import workflow_id


class Prompt(World):
    """The pure world in the order of the real one: a story's own act, then its papers, then news, then what is due now."""

    def pump(self) -> None:
        while True:
            own = next(
                ((s.id, act) for s in self.states.values() if (act := own_act(s) or self.owed(s))), None
            )
            if own is not None:
                self._apply(*own, TEIKEI)
            elif self.news:
                self._hear()
            elif (due := self.due()) and due[1].at is not None and due[1].at <= self.now:
                self._apply(due[0].id, FellDue(item=due[1].key), TEIKEI)
            else:
                return

    def _hear(self) -> None:
        tell = self.news.popleft()
        try:
            self._apply(tell.to, tell.act, TEIKEI)
        except Refused as refusal:
            assert refusal.code in LATE


@pytest.mark.slow
@pytest.mark.parametrize("events", [1000, 4], ids=["seldom", "after every act"])
async def test_a_whole_is_what_the_rules_alone_make_of_it(
    server: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    monkeypatch.setattr(options, "TURN_EVENTS", events)
    pure = Prompt(calendar=calendar("JP"))
    await asyncio.to_thread(whole, pure)
    live = ports(server, database(tmp_path))
    async with at_work(live, cached=CACHED):
        await asyncio.to_thread(whole, live)
    assert live.states == pure.states
    assert Counter((m, c) for _, m, c in entries(live)) == Counter(
        (x.matter, x.entry.code) for x in pure.lines
    )
    mails = Counter(
        (r[1], r[2].split()[1]) for r in live.rows(t.OutboxRow, "id", "company", "intent") if r[2]
    )
    assert mails == Counter((m.company, m.item) for _, _, m in pure.mails)
    papers = {sha for (sha,) in live.rows(t.FileRow, "sha256")}
    assert papers == {p.sha256 for p in pure.papers}
    assert len(live.papers.written) == len(pure.written) == len(papers)
    turned = [len(await runs(server, workflow_id(m))) for m in live.states]
    acts = Counter(line.matter for line in pure.lines)
    assert all(n > 1 or not s.over for n, s in zip(turned, live.states.values(), strict=True))
    if events == 4:
        assert sum(turned) > sum(acts.values()) / 2, "it did not turn often enough to prove anything"


def entries(live: Live) -> list[tuple[int, str, str]]:
    """(seq, matter, code) of the record."""
    payloads = {seq: json.loads(body)["code"] for seq, body in live.rows(t.ContentRow, "seq", "payload")}
    return [(seq, matter, payloads[seq]) for seq, matter in live.rows(t.EntryRow, "seq", "matter")]


async def test_a_change_of_stage_turns_the_run(server: Client) -> None:
    ledger = MemoryLedger()
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("turns", datetime.now(UTC)))
        for n in (0, 1):
            await said(voice, state.id, RecordInternalApproval(status="approved", reference="-"), n)
        assert len(await runs(server, workflow_id(state.id))) == 2
        for n in (0, 1):
            await said(voice, state.id, CastVote(choice="yes"), n)
        await server.get_workflow_handle(workflow_id(state.id)).result()
    assert ledger.codes()[-1] == "decision.approved"
    assert len(await runs(server, workflow_id(state.id))) == 2


async def test_a_long_run_turns_by_its_events(server: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert options.TURN_EVENTS == 1000
    monkeypatch.setattr(options, "TURN_EVENTS", 100)
    ledger = MemoryLedger()
    async with working(server, ledger) as voice:
        state = await begun(voice, ledger, people.decision("long", datetime.now(UTC)))
        for i in range(40):
            await said(voice, state.id, Comment(text=f"{i}"), 0)
        lengths = [len(h.events) for h in await runs(server, workflow_id(state.id))]
    assert ledger.codes() == ["decision.commented"] * 40
    assert len(lengths) == 3
    assert all(100 <= n < 100 + 15 for n in lengths[:-1])


async def test_an_old_run_turns_by_its_age(skipping: Client) -> None:
    ledger = MemoryLedger()
    today = datetime.now(UTC).date()
    base = replace(
        people.agreement("old", datetime.now(UTC)), stage="in_force", owes=(), nda_terms=None, role="main"
    )
    # Something falls due in each of three years; the stage stays the same.
    term = people.terms(term_from=today, term_until=today.replace(year=today.year + 1), renewal_years=1)
    state = ledger.put(clocks(replace(base, terms=term, term_until=term.term_until, signed_on=today)))
    async with working(skipping, ledger) as voice:
        await voice.start(state)
        for _ in range(12):
            await slept(skipping, days=100)
    found = [h.events for h in await runs(skipping, workflow_id(state.id))]
    ages = [(e[-1].event_time.ToDatetime() - e[0].event_time.ToDatetime()) for e in found[:-1]]
    assert len(ages) >= 3
    assert all(age > options.TURN_AGE for age in ages)
    assert ledger.codes().count("agreement.renewed") >= 3
