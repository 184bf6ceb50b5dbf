"""The lifecycle on SQL without Temporal: acts go through `commit`, news and births through the outbox.

`SqlWorld` is the `World` of the domain tests on a real database, so the moves
of `tests/domain/cast.py` drive both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, func, insert, select

from activities.ports import Subject
from activities.record import Committed, Order
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.queue import OutboxRow, SqlQueue
from teikei.domain.act import TEIKEI, Act, Actor
from teikei.domain.alliance.bringing import Opening
from teikei.domain.alliance.intake import Company
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Refused
from teikei.domain.ids import kind_of
from teikei.domain.matter import Matter
from teikei.domain.stories import own_act
from tests.domain import cast
from tests.support.story_domain import LATE, START, World


def subject(i: int) -> Subject:
    """The i-th company, asking."""
    return Subject(company=cast.company(i), person="p", key_id=f"key_{i}")


OPERATOR = Subject(company="operator", person="", key_id="key_o", operator=True)


@dataclass(slots=True, kw_only=True)
class SqlWorld(World):
    """One alliance in a database. `now` is the workflow's clock; in a sandbox the clock row follows it."""

    engine: Engine
    ledger: SqlLedger
    queue: SqlQueue
    sandbox: bool = False
    write: Callable[[Matter, str], PaperReady] | None = None
    """How an owed paper is written; without it, a made-up hash is reported."""
    count: int = 0
    given: list[str] = field(default_factory=list)
    """Every key that was committed."""

    def open(self, act: Opening, by: str, directory: tuple[Company, ...]) -> str:
        enlist(self.engine, directory)
        key = self.key()
        done = self.ledger.commit(order("", act, Actor(company=by, person="担当者"), key, self.now))
        self.root = done.state.id
        self.given.append(key)
        self._keep(done)
        self.pump()
        return self.root

    def advance(self, to: datetime) -> None:
        """As the sandbox clock moves: the digests of the days that have passed leave."""
        super(SqlWorld, self).advance(to)
        if self.sandbox:
            self.queue.set_clock(self.root, self.now)
            self.pump()

    def key(self) -> str:
        self.count += 1
        return sha256(f"{self.count}".encode()).hexdigest()

    def _apply(self, matter: str, act: Act, by: Actor, key: str = "") -> Any:
        if self.sandbox and self.queue.clock(self.root) != self.now:
            self.queue.set_clock(self.root, self.now)
        key = key or self.key()
        done = self.ledger.commit(order(matter, act, by, key, self.now))
        self.given.append(key)
        self._keep(done)
        return done

    def _keep(self, done: Committed[Any]) -> None:
        self.states[done.state.id] = done.state
        for born in filter(kind_of, done.receipt.created):
            self.states[born] = self.ledger.load(born)

    def pump(self) -> None:
        """What the dispatcher and the stories do, until all is quiet."""
        while True:
            if rows := self.queue.claim(50, datetime.now(UTC)):
                for row in rows:
                    self._hand_on(row)
                continue
            own = next(
                ((s.id, act) for s in self.states.values() if (act := self._paper(s) or own_act(s))), None
            )
            if own is None:
                return
            self._apply(*own, TEIKEI)

    def _hand_on(self, row: OutboxRow) -> None:
        if row.kind == "mail":
            self.queue.hand(row.id)
            self.queue.keep(row.id)
            return
        status = "done"
        if row.kind == "tell":
            try:
                self._apply(row.target, row.act(), TEIKEI, row.id)
            except Refused as refusal:
                if refusal.code not in LATE:
                    raise
                status = "refused"
        self.queue.close(row.id, status)

    def _paper(self, state: Matter) -> PaperReady | None:
        if self.write and state.owes and not state.over:
            return self.write(state, state.owes[0].key)
        return self.owed(state)


def order(matter: str, act: Act, by: Actor, key: str, now: datetime, at: datetime | None = None) -> Order:
    """An order as a workflow makes it."""
    return Order(key=key, by=by, matter=matter, act=act, now=now, at=at)  # type: ignore[arg-type]


def enlist(engine: Engine, directory: tuple[Company, ...]) -> None:
    """Companies of the directory, with ids of the tests' choice."""
    names = ("id", "name_ja", "name_en", "address", "representative_title", "representative_name")
    companies = t.table(t.CompanyRow)
    with writing(engine) as db:
        known = set(db.scalars(select(companies.c.id)))
        rows = [
            {n: getattr(c, n) for n in names} | {"created_at": START} for c in directory if c.id not in known
        ]
        if rows:
            db.execute(insert(companies), rows)


def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine, calendar)


def opened(engine: Engine, n: int = 2, *, sandbox: bool = False, key: int = 0, **more: Any) -> SqlWorld:
    """An alliance of n companies, just opened. `key` tells several alliances of one database apart."""
    world = SqlWorld(
        engine=engine,
        ledger=ledger(engine),
        queue=SqlQueue(engine),
        sandbox=sandbox,
        count=key * 10_000,
        **more,
    )
    act = cast.opening(n, sandbox_from=world.now if sandbox else None)
    world.open(act, cast.company(0), cast.directory(n))
    return world


def _evaluated(world: SqlWorld) -> None:
    cast.score(world)
    cast.decide(world)


def _negotiated(world: SqlWorld) -> None:
    world.say(world.root, DraftAgreement(terms=cast.terms(len(world.alliance.parties))), cast.company(1))
    cast.freeze(world, "main")
    cast.decide(world)


def _begun(world: SqlWorld) -> None:
    cast.sign(world, "main")
    world.until(lambda: world.alliance.stage == "operation")


STEPS: tuple[Callable[[SqlWorld], object], ...] = (
    lambda world: world.say(world.root, cast.intake(len(world.alliance.parties)), cast.company(0)),
    lambda world: cast.agree(world, "nda"),
    _evaluated,
    _negotiated,
    _begun,
    cast.begin_exit,
)
"""From each stage to the next."""


def at(engine: Engine, stage: str, n: int = 2, **more: Any) -> SqlWorld:
    """An alliance that has just reached a stage."""
    world = opened(engine, n, **more)
    for step in STEPS[: cast.STAGES.index(stage)]:
        step(world)
    assert world.alliance.stage == stage
    return world


def voting(engine: Engine, n: int = 2, **more: Any) -> tuple[SqlWorld, str]:
    """An alliance with an open decision (on the NDA), and its id."""
    world = at(engine, "nda", n, **more)
    cast.freeze(world, "nda")
    return world, world.decision().id


def counts(engine: Engine) -> dict[str, int]:
    """Rows of every table."""
    with reading(engine) as db:
        return {
            name: db.scalar(select(func.count()).select_from(table)) or 0
            for name, table in t.METADATA.tables.items()
        }
