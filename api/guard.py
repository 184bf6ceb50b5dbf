"""Who may call which route: `require(action, loader)` stands on every one, and is asked before the body is read.

A loader reads the thing that the path names, as the caller sees it; what the
caller may not see is not there (`Unknown` → 404).  The action is checked first,
so a key of the wrong kind never learns whether an id exists.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from activities.ports import Reads, Subject
from api.problems import BadParameter, NotSignedIn
from api.services import Services
from teikei.domain.errors import Forbidden, Unknown
from teikei.domain.ids import PREFIXES, kind_of

SECRET = re.compile(r"Bearer ([A-Za-z0-9_.~+/=-]{1,200})")
COOKIE = "teikei"
"""Holds the secret of a session; only pages read it, so no key of the API ever travels by itself."""
IDEMPOTENCY = re.compile(r"[ -~]{1,255}")
NOBODY = Subject(company="", person="", key_id="")


class Action(Enum):
    """Whom a route is for."""

    PUBLIC = "public"
    ANYONE = "anyone"
    """Whoever holds a key."""
    COMPANY = "company"
    OPERATOR = "operator"


PUBLIC, ANYONE, COMPANY, OPERATOR = Action.PUBLIC, Action.ANYONE, Action.COMPANY, Action.OPERATOR

Loader = Callable[[Reads, Subject, Mapping[str, str]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose caller is known and may make it."""

    services: Services
    subject: Subject
    route: str
    """Template of the path."""
    path: Mapping[str, str]
    seen: Any = None
    """What the loader read."""
    idempotency: str = ""

    @property
    def id(self) -> str:
        """The id that the path names."""
        return self.path["id"]

    @property
    def key(self) -> str:
        """Key of the act: one per company, route, ids in the path, and `Idempotency-Key`."""
        parts = [self.subject.company, self.route, sorted(self.path.items()), self.idempotency]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Require:
    """The dependency of a route; also what the inventory of routes reads."""

    action: Action
    loader: Loader | None = None
    page: bool = False
    """For a person in a browser: asked by the cookie of a session, and a POST must come from a page of ours."""

    async def __call__(self, request: Request) -> Call:
        """What `check` found before the body was read."""
        call: Call = request.state.call
        return call

    async def check(self, request: Request, queries: frozenset[str]) -> Call:
        """Who asks, may it, is the thing there for it: in this order, and before anything else is looked at."""
        services: Services = request.app.state.services
        subject, seen, acting = NOBODY, None, request.method == "POST"
        request.state.page = self.page
        if self.page and acting and not own_page(request):
            raise Forbidden("auth.other_page")
        if self.action is not PUBLIC:
            who = _by_session if self.page else _by_key
            subject, seen = await run_in_threadpool(self._look, services, who, request, acting=acting)
        for name in request.query_params:
            if name not in queries:
                raise BadParameter("field.extra", name[:100])
        route = request.scope["route"].path
        idempotency = request.state.idempotency = _idempotency(request) if acting else ""
        return Call(
            services=services,
            subject=subject,
            route=route,
            path=request.path_params,
            seen=seen,
            idempotency=idempotency,
        )

    def _look(
        self,
        services: Services,
        who: Callable[[Services, Request], Subject],
        request: Request,
        *,
        acting: bool,
    ) -> tuple[Subject, Any]:
        reads, path, subject = services.reads, request.path_params, who(services, request)
        if self.action is COMPANY and subject.operator:
            raise Forbidden("auth.company_only")
        if self.action is OPERATOR and not subject.operator:
            raise Forbidden("act.operator_only")
        if acting and isinstance(self.loader, OfMatter) and not self.page:
            self.loader.there(reads, subject, path)
            return subject, None
        return subject, self.loader(reads, subject, path) if self.loader else None


def _by_key(services: Services, request: Request) -> Subject:
    """Who holds the API key of the request."""
    secret = request.headers.get("authorization", "")
    if not secret:
        raise NotSignedIn("auth.missing")
    shaped = SECRET.fullmatch(secret)
    subject = services.reads.caller(shaped.group(1)) if shaped else None
    if subject is None:
        raise NotSignedIn("auth.unknown_key")
    return subject


def _by_session(services: Services, request: Request) -> Subject:
    """Who is signed in."""
    secret = request.cookies.get(COOKIE, "")
    subject = services.accounts.signed_in(secret) if secret else None
    if subject is None:
        raise NotSignedIn("auth.signed_out")
    return subject


def own_page(request: Request) -> bool:
    """Was this sent by a page of ours? Browsers say so themselves; older ones name the origin at least."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return origin.partition("://")[2] == request.headers.get("host", "")


def require(action: Action, loader: Loader | None = None, *, page: bool = False) -> Require:
    """The dependency that every route has."""
    return Require(action, loader, page)


def _idempotency(request: Request) -> str:
    """The caller's `Idempotency-Key`, or one of ours."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return str(uuid.uuid4())
    if not IDEMPOTENCY.fullmatch(given):
        raise BadParameter("idempotency.malformed", "Idempotency-Key")
    return given


class GuardedRoute(APIRoute):
    """A route that asks its `require` before the framework reads the body; without one it cannot be made."""

    def guard(self) -> Require:
        found = [d.call for d in self.dependant.dependencies if isinstance(d.call, Require)]
        if len(found) != 1:
            raise UnguardedRouteError(self.path)
        return found[0]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        guard, inner = self.guard(), super().get_route_handler()
        flat = [
            *self.dependant.query_params,
            *(p for d in self.dependant.dependencies for p in d.query_params),
        ]
        queries = frozenset(p.alias for p in flat)

        async def handler(request: Request) -> Response:
            request.state.call = await guard.check(request, queries)
            return await inner(request)

        return handler


class UnguardedRouteError(RuntimeError):
    """A route without `require`: the app does not start."""


def inventory(app: FastAPI) -> dict[str, Require]:
    """`GET /v1/…` → its guard, for every route; raises where one has none."""
    found: dict[str, Require] = {}
    for route in app.routes:
        if not isinstance(route, GuardedRoute):
            raise UnguardedRouteError(getattr(route, "path", repr(route)))
        found |= {f"{method} {route.path}": route.guard() for method in route.methods or ()}
    return found


def shaped(prefix: str, given: str) -> str:
    """The id; one of another shape names nothing."""
    if not re.fullmatch(prefix + "_[a-z2-7]{26}", given):
        raise Unknown("resource.unknown")
    return given


@dataclass(frozen=True, slots=True)
class OfMatter:
    """Loads the view of the matter that the path names; an act needs only to know that it is there."""

    kind: str

    def __call__(self, reads: Reads, subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
        return reads.matter(subject, *self._named(path["id"]))

    def there(self, reads: Reads, subject: Subject, path: Mapping[str, str]) -> None:
        reads.there(subject, *self._named(path["id"]))

    def _named(self, given: str) -> tuple[str, str]:
        kind = self.kind or kind_of(given)
        if not kind:
            raise Unknown("resource.unknown")
        return kind, shaped(PREFIXES[kind], given)


def of_old(reads: Reads, subject: Subject, path: Mapping[str, str]) -> None:
    """The loader of what goes on being readable where a company is a party no more."""
    reads.clock(subject, shaped(PREFIXES["alliance"], path["id"]))


def matter(kind: str = "") -> Loader:
    """The loader of one kind of matter, or of any."""
    return OfMatter(kind)
