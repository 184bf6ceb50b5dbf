"""Around every answer: a trace id, headers of caution, a limit to the body, and no accident without a code.

Plain ASGI.  The framework's own body limit answers in plain text, so it is not used.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.language import pick
from api.problems import problem
from api.services import LARGER, Services

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, unless the route says otherwise."""

log = structlog.get_logger("api")


class Envelope:
    """The one middleware."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self.app = app
        self.services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = secrets.token_hex(16)
        with structlog.contextvars.bound_contextvars(trace_id=trace):
            await self._answer(scope, receive, _Sender(send, scope, trace, self.services))

    async def _answer(self, scope: Scope, receive: Receive, send: _Sender) -> None:
        headers = Headers(scope=scope)
        language = pick(headers.get("accept-language", ""))
        length = headers.get("content-length", "")
        most = LARGER.get(scope["path"], self.services.most_body)
        if length.isdecimal() and (len(length) > 18 or int(length) > most):
            await problem(language, 413, "body.too_large")(scope, receive, send)
            return
        try:
            await self.app(scope, _limited(receive, most), send)
        except Exception:
            log.exception("api.unhandled", method=scope["method"], path=scope["path"])
            if send.started:
                raise
            await problem(language, 500, "server.error")(scope, receive, send)


def _limited(receive: Receive, left: int) -> Receive:
    """Count the bytes of a body whose length was not told."""

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return limited


class _Sender:
    """Puts the headers on when the answer starts."""

    def __init__(self, send: Send, scope: Scope, trace: str, services: Services) -> None:
        self.send, self.scope, self.trace, self.services = send, scope, trace, services
        self.started = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if self.scope["method"] == "POST":
                self.services.failpoint("api.before_answer")
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers["X-Trace-Id"] = self.trace
            key = self.scope.get("state", {}).get("idempotency")
            if key:
                headers["Idempotency-Key"] = key
        await self.send(message)
