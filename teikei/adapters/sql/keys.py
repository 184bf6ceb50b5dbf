"""API keys: a secret is shown once and stored as its SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, bindparam, select

from activities.ports import Subject
from teikei.adapters.sql import tables as t

OPERATOR = "operator"
_KEYS = t.table(t.ApiKeyRow)
_BY_HASH = select(_KEYS.c.id, _KEYS.c.company_id, _KEYS.c.person).where(
    _KEYS.c.hash == bindparam("digest"), _KEYS.c.revoked_at.is_(None)
)


def new_secret() -> str:
    """`tk_` and 32 random bytes, URL-safe."""
    return f"tk_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """SHA-256 (hex): 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def caller(db: Connection, secret: str) -> Subject | None:
    """Whose key this is; None for an unknown or revoked one."""
    row = db.execute(_BY_HASH, {"digest": digest(secret)}).first()
    if row is None:
        return None
    operator = row.company_id is None
    return Subject(
        company=OPERATOR if operator else row.company_id, person=row.person, key_id=row.id, operator=operator
    )
