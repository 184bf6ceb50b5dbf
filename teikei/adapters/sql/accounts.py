"""The port `Accounts`: passwords as argon2 hashes, links and sessions as SHA-256 of 32 random bytes.

A link lives a day and works once; a session lives twelve hours whatever it does, so no read
has to write. After ten wrong passwords in a row an account rests for a quarter of an hour
(OWASP ASVS 5.0, 6.3.1).  A mail address that nobody has takes as long to refuse as a wrong password.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import Connection, Engine, insert, select, update

from activities.ports import Subject
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.keys import OPERATOR, digest, new_secret
from teikei.adapters.sql.reads import one
from teikei.domain.errors import Busy, Conflict, Forbidden, Invalid, Unknown
from teikei.domain.ids import derive

LINK_LIVES, SESSION_LIVES = timedelta(days=1), timedelta(hours=12)
MOST_FAILURES, RESTS = 10, timedelta(minutes=15)
SHORTEST, LONGEST = 12, 200
"""Characters of a password; length is the only rule (NIST SP 800-63B-4, 3.1.1.2)."""
_ACCOUNTS, _LINKS, _SESSIONS = t.table(t.AccountRow), t.table(t.LinkRow), t.table(t.SessionRow)


_AT_ONCE, _PATIENCE = threading.BoundedSemaphore(4), 5.0
"""A hash takes 64 MiB and a twentieth of a second: so many at a time, others wait so many seconds, then `Busy`."""


@contextmanager
def _hashing() -> Iterator[PasswordHash]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Busy("server.busy")
    try:
        yield _argon2()
    finally:
        _AT_ONCE.release()


@cache
def _argon2() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    return _argon2().hash(new_secret())


class SqlAccounts:
    """`activities.ports.Accounts`. Everything may raise `Unavailable("sql.unavailable")`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, company: str, person: str, mail: str, key: str) -> dict[str, Any]:
        """An account; the same key gives the same one. `Conflict("account.mail_taken")`, `Unknown` for no company."""
        made, address = derive("acc", company, key), mail.strip().casefold()
        with writing(self._engine) as db:
            if company:
                one(db, select(t.table(t.CompanyRow).c.id).where(t.table(t.CompanyRow).c.id == company))
            known = db.execute(select(_ACCOUNTS).where(_ACCOUNTS.c.id == made)).first()
            if known is None:
                if db.scalar(select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.mail == address)):
                    raise Conflict("account.mail_taken")
                row = {"id": made, "company_id": company or None, "person": person, "mail": address}
                more = {"hash": "", "failures": 0, "created_at": datetime.now(UTC)}
                db.execute(insert(_ACCOUNTS).values(**row, **more))
                known = db.execute(select(_ACCOUNTS).where(_ACCOUNTS.c.id == made)).one()
        return _shown(known)

    def listed(self, company: str) -> list[dict[str, Any]]:
        """Accounts of a company (none: of the operator), by name."""
        mine = _ACCOUNTS.c.company_id == company if company else _ACCOUNTS.c.company_id.is_(None)
        query = select(_ACCOUNTS).where(mine).order_by(_ACCOUNTS.c.person, _ACCOUNTS.c.id)
        with reading(self._engine) as db:
            return [_shown(row) for row in db.execute(query)]

    def link(self, account: str) -> str:
        """A new one-time link; earlier ones go on until they are used or a day old."""
        secret = new_secret()
        row = {"hash": digest(secret), "account_id": account, "until": datetime.now(UTC) + LINK_LIVES}
        with writing(self._engine) as db:
            one(db, select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.id == account))
            db.execute(insert(_LINKS).values(**row))
        return secret

    def invited(self, secret: str) -> dict[str, Any] | None:
        """Whose account it opens."""
        with reading(self._engine) as db:
            account = self._opened(db, secret)
            found = db.execute(select(_ACCOUNTS).where(_ACCOUNTS.c.id == account)).first()
        return _shown(found) if found else None

    def enter(self, secret: str, password: str) -> str:
        """Choose a password; `Unknown` for a link that is used or old, `Invalid("auth.password_length", "/password")`."""
        chosen = unicodedata.normalize("NFKC", password)
        if not SHORTEST <= len(chosen) <= LONGEST:
            raise Invalid("auth.password_length", "/password", shortest=SHORTEST, longest=LONGEST)
        with _hashing() as argon2:
            hashed, now = argon2.hash(chosen), datetime.now(UTC)
        with writing(self._engine) as db:
            account = self._opened(db, secret)
            if account is None:
                raise Unknown("thing.unknown")
            db.execute(update(_LINKS).where(_LINKS.c.hash == digest(secret)).values(used_at=now))
            still = (_SESSIONS.c.account_id == account, _SESSIONS.c.ended_at.is_(None))
            db.execute(update(_SESSIONS).where(*still).values(ended_at=now))
            db.execute(update(_ACCOUNTS).where(_ACCOUNTS.c.id == account).values(hash=hashed, failures=0))
            return _session(db, account, now)

    def sign_in(self, mail: str, password: str) -> str:
        """A new session; which of mail address and password was wrong is not told."""
        now, given = datetime.now(UTC), unicodedata.normalize("NFKC", password[: LONGEST + 1])
        query = select(_ACCOUNTS).where(_ACCOUNTS.c.mail == mail.strip().casefold())
        with reading(self._engine) as db:
            row = db.execute(query).first()
        if row and row.failures >= MOST_FAILURES and row.failed_at and now < row.failed_at + RESTS:
            raise Busy("auth.too_often", minutes=int(RESTS.total_seconds() // 60))
        with _hashing() as argon2:
            right = argon2.verify(given, (row.hash if row else "") or _nobodys())
        with writing(self._engine) as db:
            if row is None or not row.hash or not right:
                if row is not None:
                    failed = update(_ACCOUNTS).where(_ACCOUNTS.c.id == row.id)
                    again = 1 if row.failed_at and now >= row.failed_at + RESTS else _ACCOUNTS.c.failures + 1
                    db.execute(failed.values(failures=again, failed_at=now))
                secret = ""
            else:
                db.execute(update(_ACCOUNTS).where(_ACCOUNTS.c.id == row.id).values(failures=0))
                secret = _session(db, row.id, now)
        if not secret:
            raise Forbidden("auth.refused")
        return secret

    def signed_in(self, secret: str) -> Subject | None:
        """Who this session is."""
        query = (
            select(_ACCOUNTS.c.id, _ACCOUNTS.c.company_id, _ACCOUNTS.c.person)
            .join(_SESSIONS, _SESSIONS.c.account_id == _ACCOUNTS.c.id)
            .where(
                _SESSIONS.c.hash == digest(secret),
                _SESSIONS.c.ended_at.is_(None),
                _SESSIONS.c.until > datetime.now(UTC),
            )
        )
        with reading(self._engine) as db:
            row = db.execute(query).first()
        if row is None:
            return None
        operator = row.company_id is None
        company = OPERATOR if operator else row.company_id
        return Subject(company=company, person=row.person, key_id=row.id, operator=operator)

    def sign_out(self, secret: str) -> None:
        """End it; one that has ended stays so."""
        mine = (_SESSIONS.c.hash == digest(secret), _SESSIONS.c.ended_at.is_(None))
        with writing(self._engine) as db:
            db.execute(update(_SESSIONS).where(*mine).values(ended_at=datetime.now(UTC)))

    @staticmethod
    def _opened(db: Connection, secret: str) -> str | None:
        found: str | None = db.scalar(
            select(_LINKS.c.account_id).where(
                _LINKS.c.hash == digest(secret),
                _LINKS.c.used_at.is_(None),
                _LINKS.c.until > datetime.now(UTC),
            )
        )
        return found


def _session(db: Connection, account: str, now: datetime) -> str:
    secret = new_secret()
    row = {"hash": digest(secret), "account_id": account, "until": now + SESSION_LIVES}
    db.execute(insert(_SESSIONS).values(**row))
    return secret


def _shown(row: Any) -> dict[str, Any]:
    chosen = {"chosen": bool(row.hash)}
    return {"id": row.id, "company": row.company_id or "", "person": row.person, "mail": row.mail, **chosen}
