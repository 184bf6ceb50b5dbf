"""The port `Imports`: files by company, dry runs, and the births of one confirmation.

A dry run stores the acts that it shows; a confirmation brings in these and no
others.  Each is a commit of its own under a key made of the company and its own
number for the alliance, so a repeat after a crash brings in what is missing and
nothing twice, out of whatever workbook (docs/decisions/0010-imports.md).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Row, insert, select, update

from activities.ports import Ledger, Subject
from activities.record import Order
from teikei.adapters.files import FileStore
from teikei.adapters.heavy import room
from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.scope import scoped
from teikei.adapters.workbooks import sheets
from teikei.domain.alliance.bringing import BringIn
from teikei.domain.alliance.intake import CALENDAR, Company
from teikei.domain.calendar import Calendar
from teikei.domain.elsewhere import SignedFile
from teikei.domain.errors import Conflict, Invalid, Refused, Unknown
from teikei.domain.ids import derive
from teikei.domain.import_rows import Desk, Flag, Judged, Places, at_its_cell, judged, places
from teikei.domain.imported import CellFault, Imported
from teikei.domain.imports import parse
from teikei.domain.texts import say

AT_ONCE = 8.0
"""Seconds of one confirmation; what is left is brought in by the next."""
CHUNK = 50
_UPLOADS, _IMPORTS, _LINES = t.table(t.UploadRow), t.table(t.ImportRow), t.table(t.ImportLineRow)
_COMPANIES = t.table(t.CompanyRow)
_FACTS = tuple(Company.__dataclass_fields__)
_FAULTS: TypeAdapter[list[CellFault]] = TypeAdapter(list[CellFault])
_FLAGS: TypeAdapter[list[Flag]] = TypeAdapter(list[Flag])
_PLACES: TypeAdapter[Places] = TypeAdapter(Places)
_ACT: TypeAdapter[BringIn] = TypeAdapter(BringIn)

Companies = Callable[[Subject, set[str]], dict[str, Company]]


class SqlImports:
    """`activities.ports.Imports`. Everything may raise `Unavailable`. `calendar` gives a business calendar by name."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        files: FileStore,
        calendar: Callable[[str], Calendar],
        companies: Companies | None = None,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._files = files
        self._calendar = calendar
        self._companies = companies or self._directory

    def keep(self, subject: Subject, name: str, content: bytes) -> dict[str, Any]:
        """Store a file and that this company handed it in: {sha256, size, name}."""
        if not content:
            raise Invalid("files.empty")
        sha256, now = self._files.put(content), datetime.now(UTC)
        this = (_UPLOADS.c.sha256 == sha256, _UPLOADS.c.name == name)
        with writing(self._engine) as db:
            if db.execute(scoped(t.UploadRow, subject).where(*this)).first():
                again = update(_UPLOADS).where(_UPLOADS.c.company == subject.company, *this)
                db.execute(again.values(at=now))
            else:
                facts = {"sha256": sha256, "name": name, "size": len(content), "person": subject.person}
                db.execute(insert(_UPLOADS).values(company=subject.company, at=now, **facts))
        return {"sha256": sha256, "size": len(content), "name": name}

    def held(self, subject: Subject, file: SignedFile, pointer: str) -> None:
        """A hash that a company has only read somewhere gives it no bytes: it must have handed them in itself."""
        query = scoped(t.UploadRow, subject).where(
            _UPLOADS.c.sha256 == file.sha256, _UPLOADS.c.size == file.size
        )
        with reading(self._engine) as db:
            if db.execute(query).first() is None:
                raise Invalid("files.not_handed_in", pointer)

    # the dry run

    def read(
        self, subject: Subject, content: bytes, key: str, sandbox_from: datetime | None
    ) -> dict[str, Any]:
        """Read the workbook, judge every row, and store what was found under an id that comes from the key."""
        made, sha256 = derive("imp", key), hashlib.sha256(content).hexdigest()
        with reading(self._engine) as db:
            known = db.execute(scoped(t.ImportRow, subject).where(_IMPORTS.c.id == made)).first()
        if known is None:
            self._write(subject, made, self._files.put(content), content, sandbox_from)
        elif (known.sha256, known.sandbox_from) != (sha256, sandbox_from):
            raise Conflict("key.other_body")
        with reading(self._engine) as db:
            return imported(db, subject, made)

    def _write(
        self, subject: Subject, made: str, sha256: str, content: bytes, sandbox_from: datetime | None
    ) -> None:
        with room():
            parsed = parse(sheets(content))
        with reading(self._engine) as db:
            files = _by_name(db, subject, _named(parsed.alliances))
            keys = {row.key for row in parsed.alliances}
            before = _brought(db, subject, keys, sandbox=sandbox_from is not None)
        desk = Desk(
            companies=self._companies(subject, {p.company for row in parsed.alliances for p in row.parties}),
            files=files,
            now=sandbox_from or datetime.now(UTC),
            calendar=self._calendar(CALENDAR),
            sandbox_from=sandbox_from,
        )
        found = [judged(row, subject.actor, desk) for row in parsed.alliances]
        # What is in already is told so, whatever would be said of its row today.
        faults = [*parsed.faults, *(f for one in found if one.row.key not in before for f in one.faults)]
        rows = [_line(subject, made, i, one, before) for i, one in enumerate(found, start=1)]
        with writing(self._engine) as db:
            db.execute(insert(_IMPORTS).values(
                id=made, company=subject.company, person=subject.person, sha256=sha256, at=datetime.now(UTC),
                faults=_FAULTS.dump_json(faults).decode(), sandbox_from=sandbox_from, confirmed_at=None, confirmed_by="",
            ))  # fmt: skip
            if kept := [row for row in rows if row]:
                db.execute(insert(_LINES), kept)

    def _directory(self, subject: Subject, ids: set[str]) -> dict[str, Company]:
        query = scoped(t.CompanyRow, subject).where(_COMPANIES.c.id.in_(ids))
        with reading(self._engine) as db:
            rows = db.execute(query.with_only_columns(*(_COMPANIES.c[name] for name in _FACTS)))
            return {row.id: Company(**dict(zip(_FACTS, row, strict=True))) for row in rows}

    # the confirmation

    def confirm(self, subject: Subject, found: str) -> dict[str, Any]:
        """Bring in row by row until nothing is left or the time is up; how many of each."""
        with writing(self._engine) as db:
            if _mine(db, subject, found).confirmed_at is None:
                confirmed = update(_IMPORTS).where(_IMPORTS.c.id == found)
                db.execute(confirmed.values(confirmed_at=datetime.now(UTC), confirmed_by=subject.person))
        until = time.monotonic() + AT_ONCE
        while rows := self._open(subject, found):
            for row in rows:
                self._bring(subject, row)
                if time.monotonic() >= until:
                    return self._progress(subject, found)
        return self._progress(subject, found)

    def _open(self, subject: Subject, found: str) -> list[Row[Any]]:
        query = scoped(t.ImportLineRow, subject).where(_LINES.c.import_id == found, _LINES.c.status == "open")
        with reading(self._engine) as db:
            return list(db.execute(query.order_by(_LINES.c.position).limit(CHUNK)))

    def _bring(self, subject: Subject, row: Row[Any]) -> None:
        """One birth. What it refuses is told at its cell, and the others go on; trouble is raised, for a repeat heals it."""
        act = _ACT.validate_json(row.act)
        sandbox = act.sandbox_from is not None
        with reading(self._engine) as db:
            before = _brought(db, subject, {row.reference}, sandbox=sandbox)
        if before:
            self._note(row, status="before", alliance=before[row.reference])
            return
        parts = (subject.company, "bring_in", *(("sandbox",) if sandbox else ()), row.reference)
        key = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
        order = Order(
            key=key, by=subject.actor, matter="", act=act, now=act.sandbox_from or datetime.now(UTC)
        )
        try:
            self._whole(act)
            receipt = self._ledger.commit(order).receipt
        except Refused as refusal:
            fault = at_its_cell(_PLACES.validate_json(row.places), refusal)
            self._note(row, status="refused", problem=codec.dump(fault))
        else:
            self._note(row, status="done", alliance=receipt.matter)

    def _whole(self, act: BringIn) -> None:
        """The bytes that the dry run named are still these bytes."""
        for at, contract in (("/contract", act.contract), ("/nda", act.nda)):
            if contract and not self._files.exists(contract.file.sha256):
                raise Invalid("import.file_missing", f"{at}/file", file=contract.file.name)

    def _note(self, row: Row[Any], **values: str) -> None:
        with writing(self._engine) as db:
            this = (_LINES.c.import_id == row.import_id, _LINES.c.position == row.position)
            db.execute(update(_LINES).where(*this, _LINES.c.status == "open").values(**values))

    def _progress(self, subject: Subject, found: str) -> dict[str, Any]:
        with reading(self._engine) as db:
            view = imported(db, subject, found)
        return {"id": found, "counts": view["counts"], "done": not view["counts"]["open"]}


# looking


def imported(db: Connection, subject: Subject, found: str) -> dict[str, Any]:
    """One import of the subject's own company; `Unknown` for another's."""
    row = _mine(db, subject, found)
    query = scoped(t.ImportLineRow, subject).where(_LINES.c.import_id == found)
    rows = [_shown(line) for line in db.execute(query.order_by(_LINES.c.position))]
    faults = [_told(fault) for fault in _FAULTS.validate_json(row.faults)]
    counts = {name: sum(r["status"] == name for r in rows) for name in ("open", "done", "before", "refused")}
    return {
        "id": row.id,
        "status": "confirmed" if row.confirmed_at else "dry_run",
        "sha256": row.sha256,
        "person": row.person,
        "at": row.at.isoformat(),
        "sandbox_from": row.sandbox_from.isoformat() if row.sandbox_from else None,
        "confirmed_at": row.confirmed_at.isoformat() if row.confirmed_at else None,
        "confirmed_by": row.confirmed_by,
        "counts": {**counts, "faults": len(faults)},
        "faults": faults,
        "rows": rows,
    }


def _mine(db: Connection, subject: Subject, found: str) -> Row[Any]:
    row = db.execute(scoped(t.ImportRow, subject).where(_IMPORTS.c.id == found)).first()
    if row is None:
        raise Unknown("thing.unknown")
    return row


def _shown(line: Row[Any]) -> dict[str, Any]:
    at = _PLACES.validate_json(line.places).row
    return {
        "reference": line.reference,
        "sheet": at.sheet,
        "cell": at.cells.get("key", ""),
        "status": line.status,
        "alliance": line.alliance or None,
        "act": json.loads(line.act),
        "flags": [_flag(at.sheet, flag) for flag in _FLAGS.validate_json(line.flags)],
        "problem": _told(codec.adapter(CellFault).validate_json(line.problem)) if line.problem else None,
    }


def _told(fault: CellFault) -> dict[str, Any]:
    """Title and remedy in both languages, beside the code and the place."""
    texts = {
        f"{part}_{language}": fault.told(language, part)
        for part in ("title", "remedy")
        for language in ("ja", "en")
    }
    pointer = f"/{fault.sheet}/{fault.cell}" if fault.cell else f"/{fault.sheet}"
    return {"sheet": fault.sheet, "cell": fault.cell, "pointer": pointer, "code": fault.code, **texts}


def _flag(sheet: str, flag: Flag) -> dict[str, Any]:
    days = {
        "legal_last_day": flag.legal_last_day.isoformat(),
        "safe_day": flag.safe_day.isoformat(),
    }
    titles = {f"title_{one}": say(one, f"timeline.{flag.code}", **days) for one in ("ja", "en")}
    return {"sheet": sheet, "cell": flag.cell, "code": flag.code, **days, **titles}


def _line(
    subject: Subject, made: str, position: int, one_: Judged, before: Mapping[str, str]
) -> dict[str, Any] | None:
    """The stored row; nothing for one that stays out."""
    there = before.get(one_.row.key, "")
    if one_.act is None:
        return None
    return {
        "import_id": made,
        "position": position,
        "company": subject.company,
        "reference": one_.row.key,
        "act": _ACT.dump_json(one_.act).decode(),
        "flags": _FLAGS.dump_json(list(one_.flags)).decode(),
        "places": _PLACES.dump_json(places(one_.row)).decode(),
        "status": "before" if there else "open",
        "alliance": there,
        "problem": "",
    }


def _named(rows: Iterable[Imported]) -> set[str]:
    return {name for row in rows for name in (row.file, row.nda_file) if name}


def _by_name(db: Connection, subject: Subject, names: set[str]) -> dict[str, SignedFile]:
    """The files of these names; of several, the one that was handed in last."""
    query = scoped(t.UploadRow, subject).where(_UPLOADS.c.name.in_(names)).order_by(_UPLOADS.c.at)
    return {
        row.name: SignedFile(name=row.name, sha256=row.sha256, size=row.size) for row in db.execute(query)
    }


def _brought(db: Connection, subject: Subject, references: set[str], *, sandbox: bool) -> dict[str, str]:
    """Alliances that the company brought in under these numbers, out of whatever workbook; a trial in a sandbox is none."""
    trials = _IMPORTS.c.sandbox_from.is_not(None)
    same = select(_IMPORTS.c.id).where(trials if sandbox else ~trials)
    query = scoped(t.ImportLineRow, subject).where(
        _LINES.c.reference.in_(references), _LINES.c.status == "done", _LINES.c.import_id.in_(same)
    )
    return {row.reference: row.alliance for row in db.execute(query)}
