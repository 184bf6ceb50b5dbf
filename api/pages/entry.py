"""Signing in and out, the one-time link, the language: the pages for which nobody has to be known.

A link identifies in its path and acts only by POST: a mail scanner that opens it uses nothing up (security.md, 16).
"""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.guard import COOKIE, PUBLIC, Call, GuardedRoute, require
from api.language import LANGUAGES
from api.pages.forms import first, given
from api.pages.html import LANGUAGE_COOKIE, page
from teikei.domain.errors import Busy, Forbidden, Invalid, Unknown

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Anyone = Annotated[Call, Depends(require(PUBLIC, page=True))]
Next = Annotated[str, Query(max_length=500, pattern=r"^(/[^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*|/)?$")]
"""A path of ours: one slash, so that it cannot name another host."""
YEAR = 365 * 24 * 3600


@router.get("/sign-in")
async def sign_in_page(call: Anyone, request: Request, next: Next = "") -> Response:  # noqa: A002  (its name in the address)
    """The form."""
    return page(request, "sign_in.html", {"next": next, "mail": "", "fault": None})


@router.post("/sign-in")
async def sign_in(call: Anyone, request: Request, next: Next = "") -> Response:  # noqa: A002
    """With mail address and password: to where one wanted to go."""
    said = await given(request)
    mail, password = first(said, "mail", "password")
    try:
        secret = await run_in_threadpool(call.services.accounts.sign_in, mail, password)
    except (Forbidden, Busy) as fault:
        values = {"next": next, "mail": mail, "fault": fault}
        return page(request, "sign_in.html", values, status=403 if isinstance(fault, Forbidden) else 429)
    return _signed_in(request, secret, next or "/")


@router.post("/sign-out")
async def sign_out(call: Anyone, request: Request) -> Response:
    """The session ends, here and at the server."""
    await run_in_threadpool(call.services.accounts.sign_out, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/enter/{secret}")
async def enter_page(call: Anyone, request: Request) -> Response:
    """Whose link this is, and the form for a password. Looking at it uses nothing up."""
    return page(request, "enter.html", {"account": await _invited(call), "fault": None})


@router.post("/enter/{secret}")
async def enter(call: Anyone, request: Request) -> Response:
    """The password is chosen; the link is used up."""
    account, accounts, secret = await _invited(call), call.services.accounts, call.path["secret"]
    said = await given(request)
    password, again = first(said, "password", "again")
    try:
        session = await run_in_threadpool(accounts.enter, secret, _both_times(password, again))
    except Invalid as fault:
        return page(request, "enter.html", {"account": account, "fault": fault}, status=422)
    return _signed_in(request, session, "/")


async def _invited(call: Call) -> dict[str, Any]:
    """Whose link the path names; `Unknown` for one that is used or old."""
    account = await run_in_threadpool(call.services.accounts.invited, call.path["secret"])
    if account is None:
        raise Unknown("resource.unknown")
    return account


def _both_times(password: str, again: str) -> str:
    if password != again:
        raise Invalid("auth.not_the_same", "/again")
    return password


@router.post("/language")
async def language(call: Anyone, request: Request) -> Response:
    """The language of all pages, on this browser."""
    said = await given(request)
    chosen, back = first(said, "language", "back")
    if chosen not in LANGUAGES:
        raise Invalid("form.malformed")
    ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if ours and back.isprintable() else "/", 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=YEAR, httponly=True, samesite="lax", secure=_safe(request)
    )
    return answer


def _signed_in(request: Request, secret: str, to: str) -> Response:
    answer = RedirectResponse(to, 303)
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="lax", secure=_safe(request))
    return answer


def _safe(request: Request) -> bool:
    """Cookies travel over TLS only, wherever there is TLS."""
    return request.url.scheme == "https"
