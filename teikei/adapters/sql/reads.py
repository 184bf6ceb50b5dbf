"""The port `Reads`: every read of the API, each through `scoped`.

Unknown and foreign ids are one case here: the scoped select is empty, and the
same `Unknown("thing.unknown")` is raised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, Select, select

from activities.ports import Page, Subject
from teikei.adapters import sheets
from teikei.adapters.calendars import calendar
from teikei.adapters.clause_library import FileLibrary
from teikei.adapters.files import FileStore
from teikei.adapters.heavy import room
from teikei.adapters.mail import subject_of
from teikei.adapters.sql import (
    clauses,
    codec,
    company_wide,
    imports,
    keys,
    posting,
    registers,
    templates,
    wording,
)
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.inbox import inbox
from teikei.adapters.sql.leaving import left_today
from teikei.adapters.sql.pages import page
from teikei.adapters.sql.record import leaves, line
from teikei.adapters.sql.scope import scoped
from teikei.adapters.sql.selections import selection, selections
from teikei.adapters.sql.waiting import OUT_COLUMNS, OutboxRow
from teikei.domain.act import Actor
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.company_wide import CompanyWide
from teikei.domain.decision.approving import approval_route
from teikei.domain.decision.state import Decision
from teikei.domain.errors import Unavailable, Unknown
from teikei.domain.rehearsal.memo import rehearse
from teikei.domain.stamp_card import Asked
from teikei.domain.views import Row as ListRow
from teikei.domain.views import plain, view

_COMPANY, _ALLIANCES, _MATTERS = t.table(t.CompanyRow), t.table(t.AllianceRow), t.table(t.MatterRow)
_ITEMS, _FILES, _OUTBOX, _INBOX = (
    t.table(t.ItemRow),
    t.table(t.FileRow),
    t.table(t.OutboxRow),
    t.table(t.InboxRow),
)
_CONTENTS, _ENTRIES = t.table(t.ContentRow), t.table(t.EntryRow)
_INTERNAL = {"owes", "sandbox", "attention"}
_LISTED = tuple(f.name for f in fields(ListRow) if f.name not in _INTERNAL)


class Letters(Protocol):
    """Who turns an outbox row into a message."""

    def eml(self, row: OutboxRow, /) -> bytes:
        """RFC 5322 bytes; equal for equal rows."""


class SqlReads:
    """`activities.ports.Reads`. Everything may raise `Unavailable("sql.unavailable")`."""

    def __init__(
        self, engine: Engine, files: FileStore, letters: Letters, library: FileLibrary | None = None
    ) -> None:
        self._engine = engine
        self._files = files
        self._letters = letters
        self._library = library or FileLibrary()

    def caller(self, secret: str) -> Subject | None:
        """Whose key is this? None: nobody's, or revoked."""
        with reading(self._engine) as db:
            return keys.caller(db, secret)

    def healthy(self) -> bool:
        """Does SQL answer?"""
        try:
            with reading(self._engine) as db:
                db.execute(select(1))
        except Unavailable:
            return False
        return True

    # matters

    def alliances(self, subject: Subject, *, stage: str, form: str, q: str, after: str, limit: int) -> Page:
        """Alliances to which the subject is a party, by title; `q` is looked for in their texts (`teikei.domain.search`)."""
        query = registers.alliances(subject, stage=stage, form=form, q=q)
        with reading(self._engine) as db:
            return page(db, query, (_MATTERS.c.title, _MATTERS.c.id), _listed, after=after, limit=limit)

    def register(self, subject: Subject, *, stage: str, form: str, q: str, language: str) -> bytes:
        """契約台帳 of these alliances as .xlsx; `Invalid("list.too_many_lines")` when it would be too long."""
        query = registers.alliances(subject, stage=stage, form=form, q=q)
        with reading(self._engine) as db:
            lines = registers.register(db, subject, query, language)
        return sheets.register(lines, language)

    def matter(self, subject: Subject, kind: str, matter: str) -> dict[str, Any]:
        """The one view of a matter; see `teikei.domain.views`."""
        with reading(self._engine) as db:
            row = one(
                db, scoped(t.MatterRow, subject).where(_MATTERS.c.id == matter, _MATTERS.c.kind == kind)
            )
        return view(codec.load_state(row.kind, row.state), subject.company)

    def inbox(self, subject: Subject, alliance: str = "") -> list[dict[str, Any]]:
        """What the subject's company is asked now, everywhere or in one alliance."""
        with reading(self._engine) as db:
            return inbox(db, subject, alliance)

    def rehearsal(self, subject: Subject, agreement: str, years: int) -> dict[str, Any]:
        """The draft lived through on a throw-away clock (`teikei.domain.rehearsal`); nothing is written."""
        mine = scoped(t.MatterRow, subject)
        with reading(self._engine) as db:
            paper = one(db, mine.where(_MATTERS.c.id == agreement, _MATTERS.c.kind == Agreement.kind))
            home = one(db, mine.where(_MATTERS.c.id == paper.alliance_id))
        alliance = codec.load_state(home.kind, home.state)
        draft = codec.load_state(paper.kind, paper.state)
        assert isinstance(alliance, Alliance)
        assert isinstance(draft, Agreement)
        with room():
            return rehearse(alliance, draft, calendar(alliance.calendar), years)

    def wording(self, subject: Subject, agreement: str, on: date | None) -> dict[str, Any]:
        """The text in force on a day, else today (`teikei.documents.in_force`)."""
        with reading(self._engine) as db:
            return wording.wording(db, self._files, subject, agreement, on)

    def changes(self, subject: Subject, agreement: str, first: date, last: date | None) -> dict[str, Any]:
        """新旧対照表 from a day to a later one, else to today."""
        with reading(self._engine) as db:
            return wording.changes(db, self._files, subject, agreement, first, last)

    def stamp(self, subject: Subject, agreement: str, asked: Asked) -> dict[str, Any]:
        """The stamp card of an agreement (`teikei.domain.stamp_card`)."""
        with reading(self._engine) as db:
            return wording.stamp(db, subject, agreement, asked)

    def summary(self, subject: Subject, agreement: str, language: str) -> tuple[str, bytes]:
        """契約概要書 of an agreement (`teikei.documents.summarise`); nothing is stored."""
        with reading(self._engine) as db:
            return wording.summary(db, subject, agreement, language)

    def leaving(self, subject: Subject, alliance: str) -> dict[str, Any]:
        """What leaving this alliance today would mean (`teikei.domain.leaving`); nothing is written."""
        with reading(self._engine) as db:
            return left_today(db, subject, alliance)

    def company_wide(self, subject: Subject, act: CompanyWide) -> list[dict[str, Any]]:
        """What an act for all alliances of the company would do in each; nothing is written."""
        with reading(self._engine) as db:
            return company_wide.ahead(db, subject, act)

    def there(self, subject: Subject, kind: str, matter: str) -> None:
        """Nothing where the subject may see this matter: what every act asks first, so no state is opened."""
        found = scoped(t.MatterRow, subject).where(_MATTERS.c.id == matter, _MATTERS.c.kind == kind)
        with reading(self._engine) as db:
            one(db, found.with_only_columns(_MATTERS.c.id))

    def approval_route(self, subject: Subject, decision: str, person: str) -> dict[str, Any]:
        """The own company's way of approving a decision inside, as if `person` (else the subject) proposed it now."""
        found = scoped(t.MatterRow, subject).where(_MATTERS.c.id == decision, _MATTERS.c.kind == "decision")
        with reading(self._engine) as db:
            row = one(db, found)
            home = one(db, scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == row.alliance_id))
        state = codec.load_state(row.kind, row.state)
        assert isinstance(state, Decision)
        by = Actor(company=subject.company, person=person or subject.person)
        route: dict[str, Any] = plain(approval_route(state, by, home.clock or datetime.now(UTC)))
        return route

    def matters(
        self, subject: Subject, kind: str, *, alliance: str, stage: str, after: str, limit: int
    ) -> Page:
        """Matters of a kind in the order in which they were born."""
        query = scoped(t.MatterRow, subject).where(_MATTERS.c.kind == kind)
        if alliance:
            query = query.where(_MATTERS.c.alliance_id == alliance)
        if stage:
            query = query.where(_MATTERS.c.stage == stage)
        with reading(self._engine) as db:
            order = (_MATTERS.c.alliance_id, _MATTERS.c.position, _MATTERS.c.id)
            return page(db, query, order, _listed, after=after, limit=limit)

    def items(self, subject: Subject, matter: str, kind: str, *, after: str, limit: int) -> Page:
        """Closed items of a matter, earliest first; those private to others are not there."""
        query = scoped(t.ItemRow, subject).where(_ITEMS.c.matter == matter, _ITEMS.c.kind == kind)
        with reading(self._engine) as db:
            one(db, scoped(t.MatterRow, subject).where(_MATTERS.c.id == matter))
            return page(db, query, (_ITEMS.c.position, _ITEMS.c.id), _item, after=after, limit=limit)

    # record

    def timeline(
        self, subject: Subject, alliance: str, *, after: str, limit: int, newest: bool = False
    ) -> Page:
        """{seq, at, stage, matter, act, by, title_ja, title_en}, the oldest or the newest first; without what is private to others or erased."""
        query = scoped(t.ContentRow, subject).where(_CONTENTS.c.alliance_id == alliance)
        query = query.join(
            _ENTRIES,
            (_ENTRIES.c.alliance_id == _CONTENTS.c.alliance_id) & (_ENTRIES.c.seq == _CONTENTS.c.seq),
        )
        with reading(self._engine) as db:
            one(db, scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == alliance))
            names = {row.id: (row.name_ja, row.name_en) for row in db.execute(_parties(subject, alliance))}
            own = db.execute(scoped(t.MatterRow, subject).where(_MATTERS.c.id == alliance)).first()
            if own:  # who left reads on what was, and no more what the alliance is
                names[alliance] = (own.title, own.title_en)
            order = (_CONTENTS.c.seq,)
            return page(
                db,
                query.add_columns(_ENTRIES.c.at),
                order,
                lambda row: line(row, names),
                after=after,
                limit=limit,
                falling=newest,
            )

    def record(self, subject: Subject, alliance: str) -> Iterator[dict[str, Any]]:
        """{leaf, hash} of every entry in order; with {salt, payload} where the subject may read them."""
        with reading(self._engine) as db:
            one(db, scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == alliance))
        return leaves(self._engine, subject, alliance)

    # papers and mails

    def papers(self, subject: Subject, alliance: str, *, after: str, limit: int, matter: str = "") -> Page:
        """Papers of an alliance, or of one matter of it, earliest first."""
        query = scoped(t.FileRow, subject).where(_FILES.c.alliance_id == alliance)
        if matter:
            query = query.where(_FILES.c.matter == matter)
        with reading(self._engine) as db:
            one(db, scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == alliance))
            return page(db, query, (_FILES.c.position, _FILES.c.name), _paper, after=after, limit=limit)

    def file(self, subject: Subject, sha256: str) -> tuple[str, bytes]:
        """(name, bytes) of a paper in one of the subject's alliances."""
        with reading(self._engine) as db:
            row = one(
                db,
                scoped(t.FileRow, subject)
                .where(_FILES.c.sha256 == sha256)
                .order_by(_FILES.c.at, _FILES.c.name),
            )
        return row.name, self._files.get(sha256)

    def made_of(self, subject: Subject, sha256: str) -> list[dict[str, Any]]:
        """The clauses of a paper in one of the subject's alliances; none for a file that is not ours."""
        with reading(self._engine) as db:
            one(db, scoped(t.FileRow, subject).where(_FILES.c.sha256 == sha256))
            return clauses.of_paper(db, subject, sha256)

    def clause(self, subject: Subject, sha256: str) -> dict[str, Any]:
        """A clause that made a paper, else one of those that this installation has now."""
        with reading(self._engine) as db:
            found = clauses.found(db, subject, sha256)
        found = found or self._library.clause(sha256)
        if found is None:
            raise Unknown("thing.unknown")
        return {"first_used_at": None, **found}

    def template(self, subject: Subject, sha256: str) -> dict[str, Any]:
        """A Word template of the subject's own company."""
        with reading(self._engine) as db:
            return templates.template(db, subject, sha256)

    def templates(self, subject: Subject, *, after: str, limit: int) -> Page:
        """Those of the subject's own company, newest first."""
        with reading(self._engine) as db:
            return templates.listed(db, subject, after=after, limit=limit)

    def outbox(self, subject: Subject, alliance: str, *, status: str, after: str, limit: int) -> Page:
        """Mails to the subject's own company, earliest first; `at` is the instant of the act that meant them.

        `carrier`: the mail in whose message this one is shown; empty for one that goes by itself or shows others.
        """
        query = scoped(t.OutboxRow, subject).where(
            _OUTBOX.c.alliance_id == alliance, _OUTBOX.c.kind == "mail"
        )
        if status:
            query = query.where(_OUTBOX.c.status == status)
        with reading(self._engine) as db:
            one(db, scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == alliance))
            return page(db, query, (_OUTBOX.c.position,), _mail, after=after, limit=limit)

    def mail(self, subject: Subject, outbox: str) -> bytes:
        """One mail to the subject's own company: the message in which it is shown."""
        with reading(self._engine) as db:
            row = one(
                db, scoped(t.OutboxRow, subject).where(_OUTBOX.c.id == outbox, _OUTBOX.c.kind == "mail")
            )
            letter = posting.letter(db, _carrying(db, subject, row))
        return self._letters.eml(letter)

    # clock, orders

    def clock(self, subject: Subject, alliance: str) -> datetime | None:
        """The sandbox clock (UTC); None where real time counts."""
        with reading(self._engine) as db:
            at: datetime | None = one(
                db, scoped(t.AllianceRow, subject).where(_ALLIANCES.c.id == alliance)
            ).clock
        return at

    def waiting(self, subject: Subject, order: str) -> dict[str, Any]:
        """{id, status, matter} and the receipt, or the problem {class, code, pointer, params}. Status: open, done, refused."""
        with reading(self._engine) as db:
            row = one(db, scoped(t.InboxRow, subject).where(_INBOX.c.id == order))
        shown = {"id": row.id, "status": row.status, "matter": row.matter}
        facts = row._mapping  # noqa: SLF001  (public by name)
        answer = {name: json.loads(facts[name]) for name in ("receipt", "problem") if facts[name]}
        return {**shown, **answer}

    # the operator, the directory

    def imported(self, subject: Subject, found: str) -> dict[str, Any]:
        """An import of the subject's own company; see `imports.imported`."""
        with reading(self._engine) as db:
            return imports.imported(db, subject, found)

    def selections(self, subject: Subject, *, after: str, limit: int) -> Page:
        """Selections that the subject's own company began; see `selections`."""
        with reading(self._engine) as db:
            return selections(db, subject, after=after, limit=limit)

    def selection(self, subject: Subject, found: str) -> dict[str, Any]:
        """One of them, its candidates side by side."""
        with reading(self._engine) as db:
            return selection(db, subject, found)

    def attention(self, *, after: str, limit: int) -> Page:
        """Matters with an accident: ids and reason, no content. For the operator, who is a party nowhere."""
        query = select(_MATTERS.c.id, _MATTERS.c.kind, _MATTERS.c.state).where(_MATTERS.c.attention != "")
        with reading(self._engine) as db:
            return page(db, query, (_MATTERS.c.id,), _accident, after=after, limit=limit)

    def companies(self, *, after: str, limit: int) -> Page:
        """The directory, by id."""
        with reading(self._engine) as db:
            return page(db, select(_COMPANY), (_COMPANY.c.id,), company_facts, after=after, limit=limit)

    def company(self, company: str) -> dict[str, Any]:
        """One company of the directory."""
        with reading(self._engine) as db:
            return company_facts(one(db, select(_COMPANY).where(_COMPANY.c.id == company)))


def one(db: Connection, query: Select[Any]) -> Row[Any]:
    """The row, or the same `Unknown("thing.unknown")` for what is not there and what is not yours."""
    row = db.execute(query.limit(1)).first()
    if row is None:
        raise Unknown("thing.unknown")
    return row


def _parties(subject: Subject, alliance: str) -> Select[Any]:
    members = t.table(t.MembershipRow)
    mine = scoped(t.MembershipRow, subject).where(members.c.alliance_id == alliance).subquery()
    return scoped(t.CompanyRow, subject).where(_COMPANY.c.id.in_(select(mine.c.company_id)))


def _listed(row: Row[Any]) -> dict[str, Any]:
    facts = row._mapping  # noqa: SLF001  (public by name)
    return {**{name: plain(facts[name]) for name in _LISTED}, "version": row.version}


def _item(row: Row[Any]) -> dict[str, Any]:
    return {**json.loads(row.data), "kind": row.kind, "id": row.id, "closed_at": plain(row.closed_at)}


def _paper(row: Row[Any]) -> dict[str, Any]:
    return {
        "sha256": row.sha256,
        "kind": row.kind,
        "name": row.name,
        "matter": row.matter,
        "size": row.size,
        "at": plain(row.at),
    }


def _outbox_row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(**{c.name: row._mapping[c.name] for c in OUT_COLUMNS})  # noqa: SLF001


def _carrying(db: Connection, subject: Subject, row: Row[Any]) -> Row[Any]:
    """The mail that goes out for this one: another one of the same company, or itself."""
    return one(db, scoped(t.OutboxRow, subject).where(_OUTBOX.c.id == row.carrier)) if row.carrier else row


def _mail(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "at": plain(row.at), "template": codec.load_mail(row.payload).template, "to": row.target,
        "subject": subject_of(_outbox_row(row)), "status": row.status, "attempts": row.attempts, "detail": row.detail,
        "carrier": row.carrier or "",
    }  # fmt: skip


def _accident(row: Row[Any]) -> dict[str, Any]:
    noted = json.loads(row.state)["attention"]
    return {"matter": row.id, "kind": row.kind, "since": noted["since"], "reason": noted["reason"]}


def company_facts(row: Row[Any]) -> dict[str, Any]:
    """A company as everyone with a key sees it."""
    return {name: plain(value) for name, value in row._mapping.items()}  # noqa: SLF001
