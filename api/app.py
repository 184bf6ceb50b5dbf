"""The application: `create_app(services)`. It starts only when every route has its `require`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api import openapi, problems
from api.envelope import Envelope
from api.guard import inventory
from api.pages import entry, life, setup
from api.routers import (
    agreements,
    alliance_reads,
    alliances,
    companies,
    company_wide,
    decisions,
    imports,
    library,
    periods,
    recorded,
    registers,
    selections,
    site,
    things,
)
from api.services import Services

__all__ = ["Services", "create_app"]

ROUTERS = (
    site,
    companies,
    company_wide,
    alliances,
    alliance_reads,
    agreements,
    decisions,
    periods,
    recorded,
    registers,
    imports,
    selections,
    library,
    things,
    entry,
    life,
    setup,
)


def create_app(services: Services) -> FastAPI:
    """An ASGI application over these ports; raises `UnguardedRouteError` where a route lacks its guard.

    It opens nothing and starts nothing: with Temporal down it answers reads, and acts become orders.
    """
    app = FastAPI(
        title="teikei",
        version=services.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in ROUTERS:
        # Flat on purpose (no include_router): the inventory and the `Allow` header read one list.
        app.router.routes.extend(module.router.routes)
    app.state.services = services
    app.add_middleware(Envelope, services=services)
    problems.install(app)
    inventory(app)
    described: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not described:
            described.update(openapi.describe(app))
        return described

    app.openapi = describe  # type: ignore[method-assign]
    return app
