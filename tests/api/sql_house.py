"""Real SQL behind the ports: the ledger, reads, directory and queue of the adapters, on SQLite in a temporary folder.

In place of Temporal a desk that commits at once and then hands on, as dispatcher and
stories would, until all is quiet; papers are a few bytes in the real file store.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from activities.ports import Advanced, Pending
from activities.record import Order, Receipt, saying
from api.services import Services
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql.accounts import SqlAccounts
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.directory import SqlDirectory, ensure_operator_key
from teikei.adapters.sql.engine import open_engine, reading
from teikei.adapters.sql.imports import SqlImports
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import OutboxRow, SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.adapters.sql.selections import SqlSelections
from teikei.adapters.sql.tables import EntryRow, table
from teikei.adapters.sql.templates import SqlTemplates
from teikei.domain.act import TEIKEI, Act, Actor
from teikei.domain.clock import FellDue, NoteAttention, PaperReady
from teikei.domain.errors import Refused
from teikei.domain.stories import own_act
from tests.api.conversions import FakeConversions
from tests.api.papers import CHILD, library


class SqlDesk:
    """`activities.ports.Desk` without Temporal: the same commits in the same order, at once."""

    def __init__(self, ledger: SqlLedger, queue: SqlQueue, files: FileStore) -> None:
        self.ledger, self.queue, self.files = ledger, queue, files
        self.stuck = False

    async def order(self, matter: str, act: Act, by: Actor, key: str) -> Receipt | Pending:
        if self.stuck:
            return Pending(order=self.queue.put(matter=matter, say=saying(key, by, act)))
        receipt = self.commit(matter, act, by, key)
        self.pump()
        return receipt

    async def order_all(self, matters: Sequence[str], act: Act, by: Actor, key: str) -> dict[str, str]:
        return self.queue.put_all(matters, act, by, key)

    def deliver(self) -> None:
        """What the dispatcher does with orders."""
        for row in self.queue.claim_orders(100, datetime.now(UTC)):
            try:
                receipt = self.commit(row.matter, row.act(), row.actor(), row.key)
            except Refused as refusal:
                self.queue.close_order(row.id, None, refusal)
            else:
                self.queue.close_order(row.id, receipt)
        self.pump()

    async def open(self, act: Act, by: Actor, key: str) -> Receipt:
        receipt = self.commit("", act, by, key)
        self.pump()
        return receipt

    async def advance(self, alliance: str, to: datetime) -> Advanced:
        steps = 0
        while (found := self.queue.next_due(alliance)) and found[2] <= to:
            matter, item, at = found
            now = self.queue.clock(alliance)
            self.queue.set_clock(alliance, at if now is None else max(at, now))
            self.commit(matter, FellDue(item=item), TEIKEI, f"due {matter} {item} {at}")
            self.pump()
            steps += 1
        self.queue.set_clock(alliance, to)
        self.pump()
        return Advanced(now=to, steps=steps, done=True)

    async def alive(self) -> bool:
        return False

    def commit(self, matter: str, act: Any, by: Actor, key: str) -> Receipt:
        return self.ledger.commit(
            Order(key=key, by=by, matter=matter, act=act, now=datetime.now(UTC))
        ).receipt

    def pump(self) -> None:
        """Hand on what waits, and do what the stories owe, until there is nothing of either."""
        while True:
            rows = self.queue.claim(100, datetime.now(UTC))
            for row in rows:
                if row.kind == "mail":
                    self.queue.keep(row.id)
                else:
                    self.queue.close(row.id, *self.hand_on(row))
            if not rows and not any(self.own(matter) for matter, _, _ in self.queue.open_matters("", 10_000)):
                return

    def hand_on(self, row: OutboxRow) -> tuple[str, str]:
        if row.kind != "tell":
            return "done", ""
        try:
            self.commit(row.target, row.act(), TEIKEI, row.id)
        except Refused as refusal:
            return "refused", refusal.code
        return "done", ""

    def own(self, matter: str) -> bool:
        """One act of the matter's own story, if it owes one."""
        state = self.ledger.load(matter)
        act = own_act(state)
        if state.owes and not state.over:
            effect = state.owes[0].key
            content = f"PK {matter} {effect}".encode()
            act = PaperReady(
                effect=effect, sha256=self.files.put(content), size=len(content), clauses="c" * 64
            )
        if act is not None:
            self.commit(matter, act, TEIKEI, f"own {matter} {state.version}")
        return act is not None


class SqlHouse:
    """Everything real but Temporal and the document engine."""

    def __init__(self, place: Path) -> None:
        self.engine = open_engine(f"sqlite:///{place / 'teikei.sqlite'}")
        migrate(self.engine)
        ensure_operator_key(self.engine, place / "operator.key")
        self.operator_secret = (place / "operator.key").read_text(encoding="utf-8").strip()
        ledger, queue, files = (
            SqlLedger(self.engine, calendar),
            SqlQueue(self.engine),
            FileStore(place / "files"),
        )
        self.desk = SqlDesk(ledger, queue, files)
        reads = SqlReads(self.engine, files, Mailer(queue, MailSettings()))
        self.services = Services(
            desk=self.desk,
            reads=reads,
            directory=SqlDirectory(self.engine),
            accounts=SqlAccounts(self.engine),
            imports=SqlImports(self.engine, ledger, files, calendar),
            selections=SqlSelections(self.engine, ledger),
            conversions=FakeConversions(),
            library=library(),
            templates=SqlTemplates(self.engine, files, CHILD),
            version="1.2.3",
            patience=5.0,
        )

    def count(self) -> int:
        with reading(self.engine) as db:
            return int(db.scalar(select(func.count()).select_from(table(EntryRow))) or 0)

    def nobody_answers(self, *, now: bool) -> None:
        """Acts become orders, as when no worker runs."""
        self.desk.stuck = now

    def hurt(self, matter: str) -> None:
        self.desk.commit(matter, NoteAttention(reason="it broke"), TEIKEI, f"hurt {matter}")
