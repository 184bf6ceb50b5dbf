"""What SQL holds counts, also for a no: a run that is behind SQL must not refuse what SQL would accept.

A run falls behind when a commit is stored and both worker and server die before
the run learns of it. Who has read the stored state may build on it at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import TypeAdapter
from temporalio.client import Client

from activities.record import Order, Receipt, Say, saying
from api.examples import EXAMPLES
from teikei.adapters.calendars import calendar
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.directory import SqlDirectory
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.temporal.desk import TemporalDesk
from teikei.adapters.temporal.dispatch import Dispatcher
from teikei.adapters.temporal.speak import Voice
from teikei.domain.act import Actor
from teikei.domain.alliance.intake import OpenAlliance
from teikei.domain.alliance.standing import Resume, Suspend
from teikei.domain.errors import Conflict
from tests.workflows.conftest import connected, dev_server, working

pytestmark = [pytest.mark.faults, pytest.mark.server]


@pytest_asyncio.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[Client]:
    with dev_server(tmp_path) as address:
        yield await connected(address)


class Office:
    """A ledger, its queue, and an alliance in real time."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'teikei.db'}"
        engine = open_engine(url)
        migrate(url)
        self.ledger, self.queue = SqlLedger(engine, calendar), SqlQueue(engine)
        firms = [
            SqlDirectory(engine).add_company({**EXAMPLES["NewCompany"], "name_ja": f"{n}社"}, f"{n}")["id"]
            for n in range(2)
        ]
        parties = [{**EXAMPLES["OpenAlliance"]["parties"][0], "company": firm} for firm in firms]
        body = {**EXAMPLES["OpenAlliance"], "parties": parties, "sandbox_from": None}
        self.by = Actor(company=firms[0])
        self.alliance = self.commit("opening", "", TypeAdapter(OpenAlliance).validate_python(body)).matter

    def commit(self, key: str, matter: str, act: Any) -> Receipt:
        """An act that no run hears of."""
        return self.ledger.commit(
            Order(key=key, by=self.by, matter=matter, act=act, now=datetime.now(UTC))
        ).receipt


async def test_the_desk_does_not_tell_the_refusal_of_a_run_that_is_behind(
    own_server: Client, tmp_path: Path
) -> None:
    office = Office(tmp_path)
    async with working(own_server, office.ledger) as voice:
        await voice.start(office.ledger.load(office.alliance))
        desk = TemporalDesk(voice, office.ledger, office.queue)
        with pytest.raises(Conflict, match="not_held"):
            await desk.order(office.alliance, Resume(), office.by, "too early")
        before = office.commit("unheard", office.alliance, Suspend(reason="点検"))
        receipt = await desk.order(office.alliance, Resume(), office.by, "in time")
    assert isinstance(receipt, Receipt)
    assert receipt.version == before.version + 1


async def test_an_order_is_not_refused_by_a_run_that_is_behind(own_server: Client, tmp_path: Path) -> None:
    office = Office(tmp_path)
    async with working(own_server, office.ledger) as voice:
        await voice.start(office.ledger.load(office.alliance))
        with pytest.raises(Conflict, match="not_held"):
            await voice.say(office.alliance, _say(office, "too early"))
        office.commit("unheard", office.alliance, Suspend(reason="点検"))
        office.queue.put(matter=office.alliance, say=_say(office, "the order"))
        dispatcher = Dispatcher(Voice(own_server), office.ledger, office.queue)
        until = datetime.now(UTC) + timedelta(seconds=30)
        while office.queue.answer("the order") is None and datetime.now(UTC) < until:
            await dispatcher.once()
    assert office.queue.answer("the order") is not None
    assert office.ledger.load(office.alliance).suspended is None


def _say(office: Office, key: str) -> Say:
    return saying(key, office.by, Resume())
