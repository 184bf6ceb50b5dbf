"""Lists by keyset: the cursor is the key of the last row, opaque to whoever holds it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, literal, tuple_

from activities.ports import Page
from teikei.domain.errors import Invalid

BIG = 2**63
"""What a bigint cannot hold."""


def page(
    db: Connection,
    query: Select[Any],
    keys: tuple[ColumnElement[Any], ...],
    shape: Callable[[Row[Any]], dict[str, Any]],
    *,
    after: str,
    limit: int,
    falling: bool = False,
) -> Page:
    """One page of `query` in the order of `keys` (together unique; text, integers or instants), or against it.

    `Invalid("list.bad_cursor")` for what is no cursor of this list.
    """
    if after:
        last = tuple_(*map(literal, _opened(after, keys), (key.type for key in keys)))
        query = query.where(tuple_(*keys) < last if falling else tuple_(*keys) > last)
    order = [key.desc() for key in keys] if falling else keys
    rows = list(db.execute(query.order_by(*order).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    ends = [rows[-1]._mapping[key] for key in keys] if more else []  # noqa: SLF001  (public by name)
    return Page(data=[shape(row) for row in rows], after=_closed(ends) if more else None)


def _closed(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=datetime.isoformat).encode()).decode()


def _opened(cursor: str, keys: tuple[ColumnElement[Any], ...]) -> list[Any]:
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error):
        raise Invalid("list.bad_cursor") from None
    kinds = [key.type.python_type for key in keys]
    if isinstance(values, list) and len(values) == len(kinds):
        values = [_instant(v) if k is datetime else v for v, k in zip(values, kinds, strict=True)]
    shaped = isinstance(values, list) and [type(v) for v in values] == kinds
    if not shaped or any(isinstance(v, int) and abs(v) >= BIG for v in values):
        raise Invalid("list.bad_cursor")
    return list(values)


def _instant(said: Any) -> datetime | None:
    """None for what names no instant in time."""
    try:
        at = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None
