"""Lists: `limit` and an opaque `cursor` in, `{data, next_cursor}` and a `Link` to the next page out.

A cursor belongs to its list: it carries a check over the route, so a made-up
one, or one of another list, is refused before any read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from activities.ports import Page
from api.problems import BadParameter

CHECK = 16
"""Digits of the check; it tells slips from cursors, it is no secret."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    data: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    request: Request
    limit: int
    after: str

    def answer(self, page: Page, **more: Any) -> Response:
        """The page as JSON; `more` stands beside it."""
        following = _cursor(self._list, page.after) if page.after else None
        headers = {"Link": f'<{self._url(following)}>; rel="next"'} if following else {}
        return JSONResponse({"data": page.data, "next_cursor": following, **more}, headers=headers)

    @property
    def _list(self) -> str:
        return self.request.url.path

    def _url(self, cursor: str) -> str:
        url = self.request.url.include_query_params(limit=self.limit, cursor=cursor)
        return f"{url.path}?{url.query}"


async def _window(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100, description="Rows on this page.")] = 25,
    cursor: Annotated[str, Query(max_length=5000, description="`next_cursor` of the page before.")] = "",
) -> Window:
    return Window(request, limit, _after(request.url.path, cursor) if cursor else "")


Paged = Annotated[Window, Depends(_window)]


def _cursor(name: str, after: str) -> str:
    return f"{_check(name, after)}.{after}"


def _after(name: str, cursor: str) -> str:
    check, _, after = cursor.partition(".")
    if check != _check(name, after):
        raise BadParameter("list.bad_cursor", "cursor")
    return after


def _check(name: str, after: str) -> str:
    return hashlib.sha256(f"{name}\x1f{after}".encode("utf-8", "replace")).hexdigest()[:CHECK]
