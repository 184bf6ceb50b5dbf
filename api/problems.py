"""Every answer that is not a success: RFC 9457, a code that is never translated, texts in ja and en.

Two tables: domain class → status here, pydantic's error type → our code in
`faults.py`.  "Not there" and "not yours" give the same bytes: every `Unknown`
has one code and no parameters, and the trace id stands in a header only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.faults import Fault, faults
from api.language import error_text, pick
from api.pages.html import page, reads_in
from teikei.domain.errors import (
    KINDS,
    Broken,
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    Refused,
    TeikeiError,
    Trouble,
    Unknown,
)

MEDIA_TYPE = "application/problem+json"
UNKNOWN = "resource.unknown"


class NotSignedIn(TeikeiError):
    """No key, or nobody's key."""


class BadParameter(Invalid):
    """A query parameter or header is wrong; `parameter` names it."""

    def __init__(self, code: str, parameter: str) -> None:
        super().__init__(code)
        self.parameter = parameter


STATUS: dict[type[TeikeiError], int] = {
    NotSignedIn: 401,
    Invalid: 422,
    Forbidden: 403,
    Unknown: 404,
    Conflict: 409,
    Refused: 409,
    Busy: 429,
    Trouble: 503,
    Broken: 500,
    TeikeiError: 500,
}
"""By class; the nearest base counts."""

RETRY_AFTER: dict[int, str] = {429: "1", 503: "2"}
"""Seconds."""

HTTP_CODES: dict[int, str] = {
    400: "body.malformed",
    404: "route.unknown",
    405: "route.method",
    413: "body.too_large",
    415: "body.content_type",
    500: "server.error",
}
"""What the framework itself refuses."""

CODES = frozenset(HTTP_CODES.values()) | {UNKNOWN, "request.invalid"}
"""Codes that come from here; the other doors name theirs (`faults`, `guard`, `paging`)."""


def status_of(error: TeikeiError) -> int:
    """By the nearest base in the table."""
    return next(STATUS[base] for base in type(error).__mro__ if base in STATUS)


def problem(
    language: str,
    status: int,
    code: str,
    *,
    params: Mapping[str, str | int] | None = None,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem answer; `language` is `ja` or `en`."""
    more = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    if status in RETRY_AFTER:
        more["Retry-After"] = RETRY_AFTER[status]
    body = _body(language, status, code, params or {}, errors)
    # "replace": a pointer may carry a lone surrogate that a caller sent as the name of a field.
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, status, more, MEDIA_TYPE)


def _body(
    language: str, status: int, code: str, params: Mapping[str, str | int], errors: Sequence[Fault]
) -> dict[str, Any]:
    """RFC 9457, with the title in both languages."""
    titles = {one: error_text(one, code, "title", **params) for one in ("ja", "en")}
    return {
        "type": f"urn:teikei:problem:{code}",
        "title": titles[language],
        "title_ja": titles["ja"],
        "title_en": titles["en"],
        "status": status,
        "detail": error_text(language, code, "remedy", **params),
        "code": code,
        "errors": [fault.shown(language) for fault in errors],
    }


def _faults_of(error: TeikeiError) -> tuple[Fault, ...]:
    if isinstance(error, BadParameter):
        return (Fault(pointer="", parameter=error.parameter, code=error.code),)
    return (Fault(pointer=error.pointer, code=error.code, params=error.params),) if error.pointer else ()


def of_error(language: str, error: TeikeiError) -> Response:
    """The problem of a domain error."""
    status = status_of(error)
    if status == 404:
        return problem(language, 404, UNKNOWN)
    headers = {"WWW-Authenticate": 'Bearer realm="teikei"'} if status == 401 else {}
    return problem(
        language, status, error.code, params=error.params, errors=_faults_of(error), headers=headers
    )


def stored(language: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """The problem of an order that was refused: {class, code, pointer, params} as the inbox keeps it."""
    error = KINDS.get(told["class"], Refused)(told["code"], told["pointer"], **told["params"])
    return _body(language, status_of(error), error.code, error.params, _faults_of(error))


def language_of(request: Request) -> str:
    """The language that the caller reads."""
    return pick(request.headers.get("accept-language", ""))


def _for_a_page(request: Request) -> bool:
    """Does a person in a browser ask? Pages say so; what no route knows, by what the browser wants."""
    wants = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")
    return bool(getattr(request.state, "page", wants))


async def _refused(request: Request, error: TeikeiError) -> Response:
    if not _for_a_page(request):
        return of_error(language_of(request), error)
    if isinstance(error, NotSignedIn):
        back = (
            f"?next={quote(request.url.path)}" if request.method == "GET" and request.url.path != "/" else ""
        )
        return RedirectResponse(f"/sign-in{back}", 303)
    return _page(request, of_error(reads_in(request), error))


def _page(request: Request, told: Response) -> Response:
    """A problem as a page, with the same status and code."""
    return page(request, "problem.html", {"problem": json.loads(bytes(told.body))}, status=told.status_code)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """What the framework found wrong with body, query or headers."""
    language = language_of(request)
    if _for_a_page(request):
        return _page(request, problem(reads_in(request), 422, "request.invalid"))
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(language, 400, "body.malformed")
    if isinstance(error.body, bytes):
        return problem(language, 415, "body.content_type")
    return problem(language, 422, "request.invalid", errors=faults(found, error.body))


async def _http(request: Request, error: HTTPException) -> Response:
    """What the framework refuses before any route of ours."""
    status = error.status_code if error.status_code in HTTP_CODES else 500
    headers = {"Allow": _allowed(request)} if status == 405 else {}
    if _for_a_page(request):
        return _page(request, problem(reads_in(request), status, HTTP_CODES[status]))
    return problem(language_of(request), status, HTTP_CODES[status], headers=headers)


def _allowed(request: Request) -> str:
    """Every method of the path, over all its routes."""
    methods: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods
    return ", ".join(sorted(methods))


def install(app: FastAPI) -> None:
    """Give the app our answers in place of the framework's."""
    answers: dict[type[Exception], Any] = {
        TeikeiError: _refused,
        RequestValidationError: _invalid,
        HTTPException: _http,
    }
    for kind, answer in answers.items():
        app.add_exception_handler(kind, answer)
