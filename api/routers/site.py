"""What everyone may see: health, version, the description of the API and the page that shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from api.guard import PUBLIC, Call, GuardedRoute, require
from api.language import error_text
from api.services import Services

router = APIRouter(tags=["health"], route_class=GuardedRoute)

Public = Annotated[Call, Depends(require(PUBLIC))]
CODES = {"sql": "sql.unavailable", "temporal": "temporal.unavailable", "libreoffice": "pdf.no_office"}
"""What a caller would hear of each part."""
STATIC = Path(__file__).resolve().parent.parent / "static"
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@router.get("/livez")
async def livez(call: Public) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", responses={503: {"description": "SQL does not answer."}})
async def readyz(call: Public) -> Response:
    """Which parts answer. Without SQL not ready (503); without Temporal degraded: acts are kept and delivered later.

    `libreoffice` is what the documents worker said at its start; without it drafts are written, but no PDF.
    """
    there = await parts(call.services)
    missing = [name for name, well in there.items() if not well]
    status = "ready" if not missing else "degraded" if there["sql"] else "down"
    told = {name: {one: error_text(one, CODES[name], "remedy") for one in ("ja", "en")} for name in missing}
    body = {"status": status, "parts": there, "degraded": missing, "remedies": told}
    return JSONResponse(body, 200 if there["sql"] else 503)


async def parts(services: Services) -> dict[str, bool]:
    """Which parts answer in time."""
    sql, temporal, office = await asyncio.gather(
        _answers(run_in_threadpool(services.reads.healthy), services.patience),
        _answers(services.desk.alive(), services.patience),
        _answers(run_in_threadpool(services.conversions.ready), services.patience),
    )
    return {"sql": sql, "temporal": temporal, "libreoffice": office}


@router.get("/version")
async def version(call: Public) -> Response:
    """Which release this is."""
    return JSONResponse({"name": "teikei", "version": call.services.version})


@router.get("/openapi.json", include_in_schema=False)
async def openapi(call: Public, request: Request) -> Response:
    """OpenAPI 3.1."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
async def docs(call: Public) -> Response:
    """The page that shows the operations; it loads nothing from elsewhere."""
    return _file("docs.html", "text/html; charset=utf-8")


@router.get("/docs/docs.js", include_in_schema=False)
async def docs_script(call: Public) -> Response:
    """Its script."""
    return _file("docs.js", "text/javascript; charset=utf-8")


@router.get("/docs/docs.css", include_in_schema=False)
async def docs_style(call: Public) -> Response:
    """Its style."""
    return _file("docs.css", "text/css; charset=utf-8")


@router.get("/docs/paper.css", include_in_schema=False)
async def paper_style(call: Public) -> Response:
    """The style of a paper as a web page."""
    return _file("paper.css", "text/css; charset=utf-8")


@router.get("/static/pico.css", include_in_schema=False)
async def pico(call: Public) -> Response:
    """The base style of pages (Pico 2.1.1, MIT)."""
    return _kept("pico.css")


@router.get("/static/teikei.css", include_in_schema=False)
async def style(call: Public) -> Response:
    """Our style."""
    return _kept("teikei.css")


def _kept(name: str) -> Response:
    """A style that a browser keeps for an hour: it says nothing about anybody."""
    answer = _file(name, "text/css; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _file(name: str, media_type: str) -> Response:
    return Response(
        (STATIC / name).read_bytes(), headers={"Content-Security-Policy": CSP}, media_type=media_type
    )


async def _answers(question: Awaitable[bool], patience: float) -> bool:
    """True only if a part says so in time; any accident of it counts as no."""
    try:
        return await asyncio.wait_for(question, patience)
    except Exception:  # noqa: BLE001  (health asks whether, not why)
        return False
