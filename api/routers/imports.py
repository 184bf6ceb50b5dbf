"""Alliances that lived before this system: signed files, a workbook as a dry run, its confirmation; or one by one."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Reads, Subject
from api.answers import Told, shown, told
from api.guard import COMPANY, Call, GuardedRoute, require, shaped
from api.routers.alliances import Company
from api.routers.registers import XLSX
from teikei.domain.alliance.bringing import BringIn
from teikei.domain.fields import Instant

router = APIRouter(prefix="/v1", tags=["imports"], route_class=GuardedRoute)

BYTES = "application/octet-stream"
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def _import(reads: Reads, subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
    return reads.imported(subject, shaped("imp", path["id"]))


def _body(*media: str) -> dict[str, Any]:
    """The description of a body that is bytes; what they are, they say themselves."""
    return {"requestBody": {"required": True, "content": dict.fromkeys(media, BINARY)}}


Import = Annotated[Call, Depends(require(COMPANY, _import))]
FileName = Annotated[
    str,
    Query(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f/\\]*$",
        description="As the workbook names it.",
    ),
]
Sandbox = Annotated[Instant | None, Query(description="Sandbox alliances, whose clock starts here.")]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was handed in."""

    sha256: str
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what became of them; `before`: in already, under the same number."""

    open: int
    done: int
    before: int
    refused: int
    faults: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a confirmation is; `done` false: some rows are left, say it again."""

    id: str
    counts: Counts
    done: bool


@dataclass(frozen=True, slots=True)
class ImportOut:
    """A dry run and what became of it. `faults` name cells, in both languages; a row shows its act as it would come in."""

    id: str
    status: str
    sha256: str
    person: str
    at: str
    sandbox_from: str | None
    confirmed_at: str | None
    confirmed_by: str
    counts: Counts
    faults: list[dict[str, Any]]
    rows: list[dict[str, Any]]


@router.post("/files", status_code=201, response_model=Kept, openapi_extra=_body(BYTES))
async def files_create(call: Company, request: Request, name: FileName) -> Response:
    """Hand in a signed paper as bytes; imports find it by its name, acts by its hash. At most 20 MiB."""
    content = await request.body()
    return JSONResponse(await run_in_threadpool(call.services.imports.keep, call.subject, name, content), 201)


@router.post("/imports", status_code=201, response_model=ImportOut, openapi_extra=_body(BYTES, XLSX))
async def imports_create(call: Company, request: Request, sandbox_from: Sandbox = None) -> Response:
    """Read a workbook of earlier alliances (dry run): what would come in, every fault by its cell. At most 5 MiB."""
    content = await request.body()
    read = call.services.imports.read
    view = await run_in_threadpool(read, call.subject, content, call.key, sandbox_from)
    return JSONResponse(view, 201, {"Location": f"/v1/imports/{view['id']}"})


@router.get("/imports/{id}", response_model=ImportOut)
async def imports_get(call: Import) -> Response:
    """An import of the caller's own company: its faults, and its rows with what became of them."""
    return shown(call.seen)


@router.post("/imports/{id}/confirmation", response_model=Progress)
async def imports_confirm(call: Import) -> Response:
    """Bring in exactly what the dry run showed. Again it goes on where it stopped. Works with Temporal down."""
    return JSONResponse(await run_in_threadpool(call.services.imports.confirm, call.subject, call.id))


@router.post("/earlier-alliances", status_code=201, response_model=Told)
async def earlier_alliances_create(call: Company, body: BringIn) -> Response:
    """Bring in one earlier alliance, in the stage in which it stands; its files were handed in before."""
    held, subject = call.services.imports.held, call.subject
    await run_in_threadpool(held, subject, body.contract.file, "/contract/file/sha256")
    if body.nda:
        await run_in_threadpool(held, subject, body.nda.file, "/nda/file/sha256")
    return told(call, await call.services.desk.open(body, subject.actor, call.key))
