"""The ports without any server: worlds of the domain behind `Desk`, `Reads` and `Directory`.

Rules, ids, views and texts are the real ones; only the storing is in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from activities.ports import Advanced, Page, Pending, Subject
from activities.record import Committed, Order, Receipt
from teikei.adapters import sheets
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.sql.engine import open_engine, reading
from teikei.adapters.sql.imports import SqlImports, imported
from teikei.adapters.sql.migrate import migrate
from teikei.domain import register
from teikei.domain.act import Act, Actor, judge
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.bringing import Opening
from teikei.domain.alliance.intake import Company, Unborn
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import NoteAttention
from teikei.domain.decision.approving import approval_route
from teikei.domain.decision.state import Decision
from teikei.domain.elsewhere import SignedFile
from teikei.domain.errors import Conflict, Invalid, TeikeiError, Unknown
from teikei.domain.ids import derive
from teikei.domain.leaving import leaving
from teikei.domain.matter import Matter
from teikei.domain.record import canonical, instant, payload, seal
from teikei.domain.rehearsal.memo import rehearse
from teikei.domain.search import asked, searched
from teikei.domain.texts import titled
from teikei.domain.views import plain, row, view
from tests.api.accounts import asked as asked_in
from tests.api.candidates import FakeSelections, SeesSelections
from tests.api.lists import paged
from tests.api.papers import FakeTemplates, SaysPapers
from tests.api.wide import WideDesk, WideReads
from tests.api.wording import SaysWording
from tests.support.story_domain import START, Line, World

OPERATOR_SECRET = "operator-secret"


@dataclass(slots=True)
class House:
    """Everything that is stored."""

    companies: dict[str, Company] = field(default_factory=dict)
    keys: dict[str, Subject] = field(default_factory=dict)
    worlds: dict[str, World] = field(default_factory=dict)
    answers: dict[str, tuple[str, Act, Receipt]] = field(default_factory=dict)
    orders: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Order → (company, matter)."""
    batches: dict[str, tuple[Act, dict[str, str]]] = field(default_factory=dict)
    directory: dict[str, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    comments: dict[str, list[Any]] = field(default_factory=dict)
    resent: list[str] = field(default_factory=list)
    trouble: TeikeiError | None = None
    """Raised by the next acts."""
    accident: Exception | None = None
    """Raised by the next reads, as a bug would."""
    stuck: bool = False
    """No worker answers: acts become orders."""
    imports: FakeImports | None = None
    selections: FakeSelections | None = None
    templates: FakeTemplates | None = None
    temporal: bool = True
    sql: bool = True

    def __post_init__(self) -> None:
        self.keys[OPERATOR_SECRET] = Subject(
            company="operator", person="operator", key_id="key_operator", operator=True
        )

    def world(self, matter: str) -> World:
        found = next((w for w in self.worlds.values() if matter in w.states), None)
        if found is None:
            raise Unknown("matter.unknown", matter=matter)
        return found

    def state(self, matter: str) -> Matter:
        return self.world(matter).states[matter]

    def count(self) -> int:
        """Entries of all records: what "nothing was written" is measured by."""
        return sum(len(w.lines) for w in self.worlds.values())

    def hurt(self, matter: str) -> None:
        """An accident befalls a matter."""
        world = self.world(matter)
        world._apply(matter, NoteAttention(reason="it broke"), Actor(company="teikei"))


class FakeDesk(WideDesk):
    """`activities.ports.Desk`."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def order(self, matter: str, act: Act, by: Actor, key: str) -> Receipt | Pending:
        known = self._known(key, matter, act)
        if known:
            return known
        if self.house.stuck:
            order = derive("ord", key)
            self.house.orders[order] = (by.company, matter)
            return Pending(order=order)
        world = self.house.world(matter)
        lines, closed = len(world.lines), len(world.closed)
        outcome = world.say(matter, act, by.company, by.person)
        if outcome.closed and outcome.closed[0].kind == "comment":
            self.house.comments.setdefault(matter, []).extend(world.closed[closed:])
        return self._answered(
            key, act, world, matter, lines + 1, lines + len(outcome.entries), outcome.created
        )

    async def open(self, act: Act, by: Actor, key: str) -> Receipt:
        return self.born(act, by, key)

    def born(self, act: Act, by: Actor, key: str) -> Receipt:
        root = derive("aln", by.company, key)
        known = self._known(key, root, act)
        if known:
            return known
        assert isinstance(act, Opening)
        world = World(now=act.sandbox_from or START)
        directory = tuple(
            self.house.companies[p.company] for p in act.parties if p.company in self.house.companies
        )
        unborn = Unborn(id=root, companies=directory, now=world.now, calendar=calendar("JP"))
        outcome = judge(act, unborn, by, world.now)
        world.root = root
        world._store(outcome, None, act, by.company)
        self.house.worlds[root] = world
        return self._answered(key, act, world, root, 1, len(outcome.entries), outcome.created)

    async def advance(self, alliance: str, to: datetime) -> Advanced:
        world = self.house.worlds[alliance]
        if not world.alliance.sandbox:
            raise Conflict("clock.not_sandbox")
        if to < world.now:
            raise Invalid("clock.backwards", "/to", now=world.now.isoformat())
        before = len(world.lines)
        world.advance(to)
        return Advanced(now=world.now, steps=len(world.lines) - before, done=True)

    async def alive(self) -> bool:
        return self.house.temporal

    def _known(self, key: str, matter: str, act: Act) -> Receipt | None:
        if self.house.trouble:
            raise self.house.trouble
        where, said, receipt = self.house.answers.get(key, (matter, act, None))
        if (where, said) != (matter, act):
            raise Conflict("key.other_body")
        return receipt

    def _answered(
        self, key: str, act: Act, world: World, matter: str, first: int, last: int, created: tuple[str, ...]
    ) -> Receipt:
        state = world.states[matter]
        receipt = Receipt(
            matter=matter,
            kind=state.kind,
            version=state.version,
            at=world.now,
            first=first,
            last=last,
            created=created,
        )
        self.house.answers[key] = (matter, act, receipt)
        return receipt


class FakeDirectory:
    """`activities.ports.Directory`."""

    def __init__(self, house: House) -> None:
        self.house = house

    def add_company(self, facts: Mapping[str, str], key: str) -> dict[str, Any]:
        company = Company(id=derive("cmp", key), **facts)
        self.house.companies[company.id] = company
        return self._once(key, dict(facts), plain(company))

    def add_key(self, company: str, person: str, key: str) -> dict[str, Any]:
        secret = hashlib.sha256(f"secret {key}".encode()).hexdigest()
        made = {"id": derive("key", key), "company": company, "person": person, "secret": secret}
        self.house.keys[secret] = Subject(company=company, person=person, key_id=made["id"])
        if key in self.house.directory:
            raise Conflict("key.secret_shown_once")
        return self._once(key, person, made)

    def resend(self, subject: Subject, outbox: str) -> None:
        self.house.resent.append(outbox)

    def _once(self, key: str, body: Any, made: dict[str, Any]) -> dict[str, Any]:
        said, answer = self.house.directory.setdefault(key, (body, made))
        if said != body:
            raise Conflict("company.other_facts")
        return answer


class FakeImports:
    """`activities.ports.Imports`: the real one on a small database of its own, made when somebody needs it."""

    def __init__(self, house: House, desk: FakeDesk, place: Path) -> None:
        self.house, self.desk, self.place = house, desk, place
        house.imports = self

    @cached_property
    def engine(self) -> Engine:
        url = f"sqlite:///{self.place / 'imports.db'}"
        migrate(url)
        return open_engine(url)

    @cached_property
    def real(self) -> SqlImports:
        def known(_subject: Subject, ids: set[str]) -> dict[str, Company]:
            return {i: c for i, c in self.house.companies.items() if i in ids}

        return SqlImports(self.engine, self, FileStore(self.place / "files"), calendar, known)

    def commit(self, order: Order) -> Committed[Any]:
        receipt = self.desk.born(order.act, order.by, order.key)
        return Committed(state=self.house.state(receipt.matter), receipt=receipt)

    def load(self, matter: str) -> Matter:
        return self.house.state(matter)

    def keep(self, subject: Subject, name: str, content: bytes) -> dict[str, Any]:
        return self.real.keep(subject, name, content)

    def held(self, subject: Subject, file: SignedFile, pointer: str) -> None:
        self.real.held(subject, file, pointer)

    def read(
        self, subject: Subject, content: bytes, key: str, sandbox_from: datetime | None
    ) -> dict[str, Any]:
        return self.real.read(subject, content, key, sandbox_from)

    def confirm(self, subject: Subject, found: str) -> dict[str, Any]:
        return self.real.confirm(subject, found)

    def seen(self, subject: Subject, found: str) -> dict[str, Any]:
        with reading(self.engine) as db:
            return imported(db, subject, found)


class FakeReads(SeesSelections, SaysPapers, SaysWording, WideReads):
    """`activities.ports.Reads`."""

    def __init__(self, house: House) -> None:
        self.house = house

    def caller(self, secret: str) -> Subject | None:
        if self.house.accident:
            raise self.house.accident
        return self.house.keys.get(secret)

    def healthy(self) -> bool:
        return self.house.sql

    def alliances(self, subject: Subject, *, stage: str, form: str, q: str, after: str, limit: int) -> Page:
        found = [w.alliance for w in self._found(subject, stage, form, q)]
        return paged([plain(row(a)) for a in sorted(found, key=lambda a: a.id)], after, limit)

    def rehearsal(self, subject: Subject, agreement: str, years: int) -> dict[str, Any]:
        world = self.house.world(agreement)
        draft = world.states[agreement]
        assert isinstance(draft, Agreement)
        return rehearse(world.alliance, draft, calendar("JP"), years)

    def leaving(self, subject: Subject, alliance: str) -> dict[str, Any]:
        world = self.house.world(alliance)
        main = world.states.get(world.alliance.main)
        assert main is None or isinstance(main, Agreement)
        periods = [s for s in world.states.values() if isinstance(s, Allocation)]
        found: dict[str, Any] = plain(leaving(world.alliance, main, periods, calendar("JP"), world.now))
        return found

    def register(self, subject: Subject, *, stage: str, form: str, q: str, language: str) -> bytes:
        told: list[register.Line] = []
        for world in self._found(subject, stage, form, q):
            agreements = [s for s in world.states.values() if isinstance(s, Agreement)]
            told += register.lines(world.alliance, agreements, subject.company, calendar("JP"), language)
        return sheets.register(told, language)

    def _found(self, subject: Subject, stage: str, form: str, q: str) -> Iterator[World]:
        for world in self.house.worlds.values():
            a = world.alliance
            mine = subject.company in a.companies() and stage in ("", a.stage) and form in ("", a.form)
            if mine and any(asked(q) in searched(s) for s in world.states.values()):
                yield world

    def matter(self, subject: Subject, kind: str, matter: str) -> dict[str, Any]:
        state = self.house.state(matter)
        if state.kind != kind or subject.company not in state.companies():
            raise Unknown("matter.not_yours", company=subject.company)
        return view(state, subject.company)

    def there(self, subject: Subject, kind: str, matter: str) -> None:
        self.matter(subject, kind, matter)

    def approval_route(self, subject: Subject, decision: str, person: str) -> dict[str, Any]:
        self.matter(subject, "decision", decision)
        state, now = self.house.state(decision), self.house.world(decision).now
        assert isinstance(state, Decision)
        by = Actor(company=subject.company, person=person or subject.person)
        route: dict[str, Any] = plain(approval_route(state, by, now))
        return route

    def inbox(self, subject: Subject, alliance: str = "") -> list[dict[str, Any]]:
        found = asked_in(self.house.worlds.values(), subject)
        return [one for one in found if alliance in ("", one["alliance"])]

    def matters(
        self, subject: Subject, kind: str, *, alliance: str, stage: str, after: str, limit: int
    ) -> Page:
        states = [s for w in self.house.worlds.values() for s in w.states.values()]
        mine = [s for s in states if s.kind == kind and subject.company in s.companies()]
        found = [s for s in mine if alliance in ("", s.alliance_id) and stage in ("", s.stage)]
        return paged([plain(row(s)) for s in sorted(found, key=lambda s: s.id)], after, limit)

    def items(self, subject: Subject, matter: str, kind: str, *, after: str, limit: int) -> Page:
        world = self.house.world(matter)
        items = (
            self.house.comments.get(matter, [])
            if kind == "comment"
            else [c for c in world.closed if c.kind == kind]
        )
        seen = [i.data for i in items if not i.private_to or subject.company in i.private_to]
        return paged(plain(seen), after, limit)

    def timeline(
        self, subject: Subject, alliance: str, *, after: str, limit: int, newest: bool = False
    ) -> Page:
        rows = [
            {
                "seq": seq, "at": instant(line.at), "stage": line.stage, "matter": line.matter,
                "act": getattr(line.act, "kind", ""), "by": line.by,
                "title_ja": titled("ja", line.entry.code, line.entry.values),
                "title_en": titled("en", line.entry.code, line.entry.values),
            }
            for seq, line in self._lines(alliance)
            if _readable(line, subject)
        ]  # fmt: skip
        return paged(rows[:: -1 if newest else 1], after, limit)

    def record(self, subject: Subject, alliance: str) -> Iterator[dict[str, Any]]:
        for seq, line in self._lines(alliance):
            said = payload(
                line.entry, act=line.act, by=Actor(company=line.by), matter=line.matter, stage=line.stage
            )
            leaf = seal(canonical(said), salt=bytes(32), alliance=alliance, seq=seq, at=line.at)
            shown = {"salt": bytes(32).hex(), "payload": said} if _readable(line, subject) else {}
            yield {"leaf": plain(leaf), "hash": leaf.hash, **shown}

    def papers(self, subject: Subject, alliance: str, *, after: str, limit: int, matter: str = "") -> Page:
        written = self._written(self.house.worlds[alliance])
        rows = [
            {**plain(p), "matter": written.get(p.sha256, ""), "at": None}
            for p in self.house.worlds[alliance].papers
        ]
        return paged([r for r in rows if matter in ("", r["matter"])], after, limit)

    def file(self, subject: Subject, sha256: str) -> tuple[str, bytes]:
        for world in self.house.worlds.values():
            for paper in world.papers:
                if paper.sha256 == sha256 and subject.company in world.alliance.companies():
                    return f"契約 {paper.name}", b"PK docx"
        raise Unknown("paper.unknown")

    def outbox(self, subject: Subject, alliance: str, *, status: str, after: str, limit: int) -> Page:
        rows = [
            {
                "id": one, "at": plain(at), "template": mail.template, "to": mail.address, "subject": mail.item,
                "status": "kept", "attempts": 0, "detail": "", "carrier": "",
            }
            for one, at, mail in self._mails(alliance)
            if mail.company == subject.company and status in ("", "kept")
        ]  # fmt: skip
        return paged(rows, after, limit)

    def mail(self, subject: Subject, outbox: str) -> bytes:
        for alliance in self.house.worlds:
            for one, _, mail in self._mails(alliance):
                if one == outbox and mail.company == subject.company:
                    return f"To: {mail.address}\r\n\r\n{mail.item}".encode()
        raise Unknown("outbox.unknown")

    def clock(self, subject: Subject, alliance: str) -> datetime | None:
        world = self.house.world(alliance)
        if not subject.operator and subject.company not in world.alliance.companies():
            raise Unknown("thing.unknown")
        return world.now if world.alliance.sandbox else None

    def waiting(self, subject: Subject, order: str) -> dict[str, Any]:
        company, matter = self.house.orders.get(order, ("", ""))
        if company != subject.company:
            raise Unknown("order.unknown")
        return {"id": order, "status": "open", "matter": matter, "receipt": None, "problem": None}

    def imported(self, subject: Subject, found: str) -> dict[str, Any]:
        assert self.house.imports is not None
        return self.house.imports.seen(subject, found)

    def attention(self, *, after: str, limit: int) -> Page:
        states = [s for w in self.house.worlds.values() for s in w.states.values() if s.attention]
        return paged([{"matter": s.id, "kind": s.kind, **plain(s.attention)} for s in states], after, limit)

    def companies(self, *, after: str, limit: int) -> Page:
        return paged([plain(c) for _, c in sorted(self.house.companies.items())], after, limit)

    def company(self, company: str) -> dict[str, Any]:
        if company not in self.house.companies:
            raise Unknown("company.unknown", company=company)
        found: dict[str, Any] = plain(self.house.companies[company])
        return found

    def _lines(self, alliance: str) -> Iterator[tuple[int, Line]]:
        return enumerate(self.house.worlds[alliance].lines, start=1)

    def _mails(self, alliance: str) -> Iterator[tuple[str, datetime, Any]]:
        for i, (at, _, mail) in enumerate(self.house.worlds[alliance].mails):
            yield derive("out", alliance, i), at, mail

    @staticmethod
    def _written(world: World) -> dict[str, str]:
        return {
            getattr(line.act, "sha256", ""): line.matter
            for line in world.lines
            if getattr(line.act, "kind", "") == "paper_ready"
        }


def _readable(line: Line, subject: Subject) -> bool:
    return not line.entry.private_to or subject.company in line.entry.private_to
