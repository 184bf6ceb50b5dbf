"""Pages of lists in memory: the cursor is an offset."""

from __future__ import annotations

from typing import Any

from activities.ports import Page


def paged(rows: list[Any], after: str, limit: int) -> Page:
    """So many rows from there on."""
    first = int(after or 0)
    last = first + limit
    return Page(data=rows[first:last], after=str(last) if last < len(rows) else None)
