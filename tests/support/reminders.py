"""Reminders of many matters in real time on SQL and a real SMTP server, with every clock set by the test.

In place of Temporal a set of running deliveries, each tried anew until it ends:
what is handed on, killed, lost and begun again is the real dispatching side.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Literal, Self

import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import Engine, select

from activities.record import Order
from teikei.adapters.calendars import calendar
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.waiting import Fixed
from teikei.adapters.temporal.server import LOOPBACK, free_port
from teikei.domain.act import TEIKEI, Act, Actor
from teikei.domain.clock import FellDue, Hold, Release
from teikei.domain.decision.state import new_decision
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.errors import Refused, Unavailable
from teikei.domain.matter import Person
from tests.support.live import database, plant
from tests.workflows import people

Mode = Literal["up", "down", "later", "answer lost", "cut off"]


class Killed(BaseException):
    """The worker died here."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the server accepted it: when (wall clock, and step of the test), and to whom."""

    id: str
    to: str
    at: datetime
    step: int
    content: bytes

    @property
    def text(self) -> str:
        message = message_from_bytes(self.content, policy=SMTP)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        return f"{message['Subject']}\n{body.get_content()}"


class Server:
    """A mail server that can be away, say "later", or break off before or after it has kept a message."""

    def __init__(self, life: Life) -> None:
        self.life, self.mode = life, "up"
        self.port, self.nobody = free_port(), free_port()
        self.letters: list[Letter] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        content = envelope.original_content
        assert isinstance(content, bytes)
        if self.mode == "later":
            return "451 4.3.0 later"
        if self.mode != "cut off":
            ident = str(message_from_bytes(content)["Message-ID"]).strip("<>").partition("@")[0]
            now = datetime.now(UTC)
            self.letters.append(Letter(ident, envelope.rcpt_tos[0], now, self.life.step, content))
        if self.mode != "up":
            server.transport.abort()
        return "250 kept"

    @property
    def settings(self) -> MailSettings:
        port = self.nobody if self.mode == "down" else self.port
        return MailSettings(host=LOOPBACK, port=port, security="plain", timeout=5)

    def __enter__(self) -> Self:
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


class Watched(SqlQueue):
    """Notes at which step each message was made."""

    def __init__(self, engine: Engine, life: Life) -> None:
        super().__init__(engine)
        self.life, self.made = life, dict[str, int]()

    def fix(self, outbox: str) -> Fixed:
        fixed = super().fix(outbox)
        if fixed.row and not fixed.again:
            self.made[outbox] = self.life.step
        return fixed


@dataclass
class Life:
    """What a test does with it, step by step."""

    engine: Engine
    traveller: Any
    step: int = 0
    running: set[str] = field(default_factory=set)
    """Deliveries that Temporal has under way."""
    matters: list[str] = field(default_factory=list)
    closed: dict[tuple[str, str], int] = field(default_factory=dict)
    """(matter, company) → the step at which its question was answered, or the matter over."""
    held: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Matter → (from step, to step) of its pauses; 0: it lasts."""
    kill_at: str = ""
    kills: int = 0

    def __post_init__(self) -> None:
        self.ledger, self.queue, self.server = (
            SqlLedger(self.engine, calendar),
            Watched(self.engine, self),
            Server(self),
        )

    # the clock

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def set(self, at: datetime) -> None:
        self.step += 1
        self.traveller.move_to(at)

    # the matters

    def ask(self, number: int, days: int, companies: int = 2) -> str:
        """A decision in an alliance of its own that waits for all its companies."""
        home = people.alliance(f"home {number}", parties=tuple(_party(n) for n in range(companies)))
        home = replace(home, title=f"提携{number:03}", title_en=f"Alliance {number:03}").closed_wait("intake")
        state = new_decision(home, "go_no_go", self.now, days=days, about=f"{number}")
        plant(self.engine, replace(state, version=1), self.now, home=home)
        self.matters.append(state.id)
        return state.id

    def say(self, matter: str, act: Act, by: Actor = TEIKEI) -> bool:
        self.step += 1
        order = Order(key=f"{matter} {self.step}", by=by, matter=matter, act=act, now=self.now)  # type: ignore[arg-type]
        try:
            self.ledger.commit(order)
        except Refused:
            return False
        return True

    def answer(self, matter: str, company: int) -> None:
        who = people.actor(company)
        self.say(matter, RecordInternalApproval(status="approved", reference="稟"), who)
        if self.say(matter, CastVote(choice="yes"), who):
            self.closed.setdefault((matter, who.company), self.step)
        self._over(matter)

    def hold(self, matter: str) -> None:
        if self.say(matter, Hold(reason="停止")):
            self.held.setdefault(matter, []).append((self.step, 0))

    def release(self, matter: str) -> None:
        if self.say(matter, Release()):
            begun, _ = self.held[matter].pop()
            self.held[matter].append((begun, self.step))

    def fall(self) -> None:
        """What is due falls, as the runs would have it."""
        for matter in self.matters:
            while (due := self.ledger.load(matter).earliest()) and due.at and due.at <= self.now:
                assert self.say(matter, FellDue(item=due.key))
            self._over(matter)

    def _over(self, matter: str) -> None:
        state = self.ledger.load(matter)
        for company in state.companies() if state.over else ():
            self.closed.setdefault((matter, company), self.step)

    # the dispatching side

    async def work(self) -> None:
        """One look of the dispatcher, and one try of every delivery; a kill ends it where it stands."""
        self.step += 1
        try:
            for row in self.queue.claim(64, self.now):
                if row.kind != "mail":
                    self.queue.close(row.id, "done")
                    continue
                self._point("claimed")
                self.running.add(row.id)
                self._point("begun")
                self.queue.hand(row.id)
            mailer = Mailer(self.queue, self.server.settings, self._point)
            for one in sorted(self.running):
                try:
                    await mailer.deliver(one)
                except Unavailable:
                    continue
                self.running.discard(one)
        except Killed:
            self.kills += 1

    def _point(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = ""
            raise Killed

    def lose(self) -> None:
        """Temporal has lost its files; the dispatcher begins again what was handed over."""
        self.running = set(self.queue.handed("", 500))

    # looking

    def made(self, ident: str) -> int:
        """The step at which the message of this mail was made for the last time."""
        return self.queue.made[ident]

    def rows(self) -> list[Any]:
        """Every mail that was meant."""
        box = t.table(t.OutboxRow)
        with reading(self.engine) as db:
            return list(
                db.execute(select(box).where(box.c.kind == "mail").order_by(box.c.stored_at, box.c.id))
            )


def _party(n: int) -> Any:
    superior = Person(name=f"上長{n}", email=f"boss{n}@example.test")
    return replace(people.party(n), escalation=superior)


@contextmanager
def life(folder: Path, begins: datetime) -> Iterator[Life]:
    """A fresh database and a mail server, at that instant (UTC)."""
    engine = database(folder)
    with time_machine.travel(begins, tick=False) as traveller:
        one = Life(engine, traveller)
        with one.server:
            yield one
    engine.dispose()
