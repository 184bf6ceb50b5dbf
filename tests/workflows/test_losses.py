"""What a crash may take: a worker between its commit and its answer; Temporal's own file, lost or older than SQL."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from activities.record import Order
from teikei.adapters.sql import tables as t
from teikei.adapters.temporal.dispatch import Dispatcher
from teikei.adapters.temporal.speak import Voice
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Trouble
from tests.architecture.house import ROOT
from tests.support.live import Books, Live, ports
from tests.workflows import people
from tests.workflows.conftest import connected, dev_server, working
from tests.workflows.histories import armed_at, events
from tests.workflows.saying import said, say
from workflows.ids import workflow_id


@contextmanager
def child(client: Client, folder: Path, failpoint: str = "") -> Iterator[subprocess.Popen[str]]:
    """A worker process over the database of this folder."""
    command = [
        sys.executable,
        "-m",
        "tests.workflows.child",
        client.service_client.config.target_host,
        str(folder),
    ]
    environment = {**os.environ, "TEIKEI_FAILPOINT": failpoint}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "working\n"
            yield worker
        finally:
            worker.kill()


@pytest.mark.slow
async def test_a_worker_killed_between_commit_and_answer_leaves_one_act(
    server: Client, tmp_path: Path
) -> None:
    """One row, one step; the caller who repeats gets the stored answer."""
    books = Books(tmp_path)
    state = books.put(people.decision("killed", datetime.now(UTC)))
    voice, what = Voice(server), say(Comment(text="一度だけ"), 0, "once")
    await voice.start(state)
    with child(server, tmp_path, "commit.after:kill") as worker:
        with pytest.raises(Trouble):
            await voice.say(state.id, what, timedelta(seconds=3))
        assert await asyncio.to_thread(worker.wait, 20) == -signal.SIGKILL
    assert books.load(state.id).version == 2
    stored = ports(server, books.engine).queue.answer("once")
    assert stored is not None
    with child(server, tmp_path):
        again = await voice.say(state.id, what, timedelta(seconds=30))
        after = await voice.say(state.id, say(Comment(text="次")), timedelta(seconds=10))
    assert again == stored[1]
    assert (again.version, after.version) == (2, 3)
    assert books.codes() == ["decision.commented"] * 2


# Temporal's own file


def stored(live: Live) -> dict[str, str]:
    """Every state, byte for byte."""
    return dict(live.rows(t.MatterRow, "id", "state"))


async def acted(voice: Voice, matter: str, texts: list[str]) -> None:
    for text in texts:
        await said(voice, matter, Comment(text=text), 0, text)


async def checked(client: Client, folder: Path, matters: list[str]) -> None:
    """After reconcile: equal states, equal next due instants, equal outcome of one further act."""
    books = Books(folder / "sql")
    live = ports(client, books.engine)
    before = stored(live)
    twin = folder / "twin"
    shutil.copytree(folder / "sql", twin)
    alone = Books(twin)
    async with working(client, books):
        await Dispatcher(live.voice, live.ledger, live.queue).reconcile()
        for matter in matters:
            due = books.load(matter).earliest()
            armed = armed_at(await events(client, workflow_id(matter)))
            assert due
            assert due.at
            assert armed
            assert abs(armed - due.at) < timedelta(seconds=2)
        assert stored(live) == before
        for matter in matters:
            act, key = RecordInternalApproval(status="approved", reference="-"), f"further {matter}"
            await said(live.voice, matter, act, 1, key)
            alone.commit(Order(key=key, by=people.actor(1), matter=matter, now=datetime.now(UTC), act=act))
            assert timeless(books.load(matter)) == timeless(alone.load(matter))
    assert sorted(books.codes()) == sorted(alone.codes())


def timeless(state: Any) -> Any:
    """A state without the instants at which a company answered, and up to which its time was counted."""
    internal = tuple(replace(i, since=datetime.min.replace(tzinfo=UTC)) for i in state.internal)
    waits = tuple(replace(w, counted=None) for w in state.waits)
    spent = tuple(replace(s, seconds=0) for s in state.spent)
    return replace(state, internal=internal, waits=waits, spent=spent)


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["deleted", "older"])
async def test_temporal_may_lose_everything_or_the_last_acts(tmp_path: Path, lost: str) -> None:
    """All matters go on from SQL, whatever Temporal's file remembers."""
    (temporal := tmp_path / "temporal").mkdir()
    books = Books(tmp_path / "sql")
    matters = [books.put(people.decision(f"{lost} {n}", datetime.now(UTC))).id for n in range(3)]
    with dev_server(temporal) as address:
        client = await connected(address)
        async with working(client, books) as voice:
            for matter in matters:
                await voice.start(books.load(matter))
                await acted(voice, matter, [f"{matter} early {i}" for i in range(2)])
    if lost == "older":
        shutil.copytree(temporal, tmp_path / "copy")
        with dev_server(temporal) as address:
            client = await connected(address)
            async with working(client, books) as voice:
                for matter in matters:
                    await acted(voice, matter, [f"{matter} late {i}" for i in range(3)])
                await said(voice, matters[0], RecordInternalApproval(status="approved", reference="-"), 0)
                await said(voice, matters[0], CastVote(choice="yes"), 0)
    shutil.rmtree(temporal)
    if lost == "older":
        shutil.copytree(tmp_path / "copy", temporal)
    else:
        temporal.mkdir()
    with dev_server(temporal) as address:
        await checked(await connected(address), tmp_path, matters)
