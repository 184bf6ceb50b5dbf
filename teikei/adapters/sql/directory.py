"""The port `Directory`: companies, API keys, the operator's key, and the re-sending of a mail."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update

from activities.ports import Subject
from teikei.adapters.sql import keys, posting
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.reads import company_facts, one
from teikei.adapters.sql.scope import scoped
from teikei.domain.errors import Conflict, Unavailable
from teikei.domain.ids import derive
from teikei.domain.views import plain

FACTS = ("name_ja", "name_en", "address", "representative_title", "representative_name")
RESENDABLE = ("sent", "kept", "dead")
_COMPANIES, _KEYS, _OUTBOX = t.table(t.CompanyRow), t.table(t.ApiKeyRow), t.table(t.OutboxRow)


class SqlDirectory:
    """`activities.ports.Directory`. Everything may raise `Unavailable("sql.unavailable")`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_company(self, facts: dict[str, str], key: str) -> dict[str, Any]:
        """A company; the same key gives the same company, with other facts `Conflict("company.other_facts")`."""
        company = derive("cmp", key)
        given = {name: facts[name] for name in FACTS}
        with writing(self._engine) as db:
            known = db.execute(select(_COMPANIES).where(_COMPANIES.c.id == company)).first()
            if known is None:
                db.execute(insert(_COMPANIES).values(id=company, **given, created_at=datetime.now(UTC)))
                known = db.execute(select(_COMPANIES).where(_COMPANIES.c.id == company)).one()
        told = company_facts(known)
        if any(told[name] != value for name, value in given.items()):
            raise Conflict("company.other_facts")
        return told

    def add_key(self, company: str, person: str, key: str) -> dict[str, Any]:
        """An API key: {id, company, person, created_at, secret}.

        The secret is in this answer only; the same key again is `Conflict("key.secret_shown_once")`
        and makes no second one.  `Unknown("thing.unknown")` for no company.
        """
        made, secret, now = derive("key", company, key), keys.new_secret(), datetime.now(UTC)
        with writing(self._engine) as db:
            one(db, select(_COMPANIES.c.id).where(_COMPANIES.c.id == company))
            if db.scalar(select(_KEYS.c.id).where(_KEYS.c.id == made)):
                raise Conflict("key.secret_shown_once")
            row = {
                "id": made,
                "company_id": company,
                "person": person,
                "hash": keys.digest(secret),
                "created_at": now,
            }
            db.execute(insert(_KEYS).values(**row))
        return {"id": made, "company": company, "person": person, "created_at": plain(now), "secret": secret}

    def revoke_key(self, key_id: str) -> None:
        """The key opens nothing any more; again changes nothing. `Unknown("thing.unknown")` for no key."""
        with writing(self._engine) as db:
            one(db, select(_KEYS.c.id).where(_KEYS.c.id == key_id))
            revoked = update(_KEYS).where(_KEYS.c.id == key_id, _KEYS.c.revoked_at.is_(None))
            db.execute(revoked.values(revoked_at=datetime.now(UTC)))

    def resend(self, subject: Subject, outbox: str) -> None:
        """A mail that was sent, kept or given up goes out once more, in the message in which it was shown; one that is
        on its way needs nothing.
        """
        with writing(self._engine) as db:
            one(db, scoped(t.OutboxRow, subject).where(_OUTBOX.c.id == outbox, _OUTBOX.c.kind == "mail"))
            posting.again(db, outbox, RESENDABLE)


def ensure_operator_key(engine: Engine, path: Path) -> None:
    """Write the operator's secret once into a file that only its owner reads, and know it by its hash.

    The file comes first: after a crash in between, the next start registers what stands in it.
    """
    if not path.exists():
        _write_once(path, keys.new_secret())
    digest = keys.digest(path.read_text(encoding="utf-8").strip())
    if _known(engine, digest):
        return
    row = {"id": derive("key", keys.OPERATOR, digest), "company_id": None, "person": "", "hash": digest}
    try:
        with writing(engine) as db:
            db.execute(insert(_KEYS).values(**row, created_at=datetime.now(UTC)))
    except Unavailable:
        if not _known(engine, digest):  # else another process was faster
            raise


def _known(engine: Engine, digest: str) -> bool:
    with reading(engine) as db:
        return db.scalar(select(_KEYS.c.id).where(_KEYS.c.hash == digest)) is not None


def _write_once(path: Path, secret: str) -> None:
    """Whole or not at all, and never over one that another process wrote meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, f"{secret}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
