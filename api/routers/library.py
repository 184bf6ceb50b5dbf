"""The clauses and papers of this installation, a paper tried out of them, and a company's own Word templates."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Reads, Subject
from api.answers import DOCX, PDF, download
from api.forms import form, variables
from api.guard import COMPANY, Call, GuardedRoute, require
from api.paging import Listed, Paged
from api.routers.alliances import Company
from api.routers.imports import BINARY, BYTES, FileName
from teikei.domain.errors import Unknown
from teikei.domain.papers import PaperKind
from teikei.domain.terms import STRICT

router = APIRouter(prefix="/v1", route_class=GuardedRoute)

FINDINGS_IN = "5"
"""Seconds until asking again for findings makes sense."""
WORD: dict[int | str, dict[str, Any]] = {200: {"content": {DOCX: {}}}}
PREVIEWS: dict[int | str, dict[str, Any]] = {
    200: {"content": {DOCX: {}, PDF: {}, "text/html": {}, "text/plain": {}}},
    202: {"description": "The PDF is being made: send the same again after `Retry-After`."},
}
SHEET = "/docs/paper.css"
PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
"""Of a paper as a web page: nothing runs, only our own style sheet is loaded."""
UPLOAD: dict[str, Any] = {"requestBody": {"required": True, "content": {BYTES: BINARY, DOCX: BINARY}}}

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A paper that is tried: `values` fill the form of its kind (`GET /v1/paper-kinds`)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    kind: PaperKind
    language: Literal["ja", "en", "ja+en"] = "ja"
    values: dict[str, Any]
    format: Literal["docx", "pdf", "html", "text"] = "docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a template is filled with: its form is in the answer to its upload."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of papers with titles, languages, clauses in their order with the condition of each, and the form of the variables."""

    data: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Clauses:
    """The newest clauses; `body` is the text of the file without its front matter."""

    data: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Used:
    """The clauses that made a paper, in their order; `number` is that of its article."""

    data: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What lint says of the library: place, rule, what was found, source and remedy; never a verdict."""

    data: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause file, whole; `first_used_at` null: no paper was made of it yet."""

    id: str
    language: str
    version: int
    sha256: str
    title: str
    text: str
    first_used_at: str | None


@dataclass(frozen=True, slots=True)
class TemplateOut:
    """A template as it was read: its variables, the form of their values (JSON Schema), and what is odd about it."""

    sha256: str
    name: str
    language: str
    size: int
    at: str
    variables: list[str]
    form: dict[str, Any]
    findings: list[dict[str, str]]


def _sha(path: Mapping[str, str]) -> str:
    if not re.fullmatch("[0-9a-f]{64}", path["sha256"]):
        raise Unknown("resource.unknown")
    return path["sha256"]


def _used(reads: Reads, subject: Subject, path: Mapping[str, str]) -> list[dict[str, Any]]:
    return reads.made_of(subject, _sha(path))


def _clause(reads: Reads, subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
    return reads.clause(subject, _sha(path))


def _template(reads: Reads, subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
    return reads.template(subject, _sha(path))


OfPaper = Annotated[Call, Depends(require(COMPANY, _used))]
OneClause = Annotated[Call, Depends(require(COMPANY, _clause))]
OneTemplate = Annotated[Call, Depends(require(COMPANY, _template))]
InLanguage = Annotated[Language, Query(description="Of the clauses.")]


@router.get("/papers/{sha256}/clauses", tags=["papers"], response_model=Used)
async def papers_clauses(call: OfPaper) -> Response:
    """The exact clauses that made a paper; none for a file that was not written here."""
    return JSONResponse({"data": call.seen})


@router.get("/paper-kinds", tags=["clauses"], response_model=Kinds)
async def paper_kinds_list(call: Company) -> Response:
    """The papers that can be made, and what each of them asks for."""
    kinds = await run_in_threadpool(call.services.library.kinds)
    return JSONResponse({"data": [one | {"form_of_values": form(one["kind"])} for one in kinds]})


@router.get("/clauses", tags=["clauses"], response_model=Clauses)
async def clauses_list(
    call: Company,
    kind: Annotated[PaperKind | None, Query(description="Of one kind of paper, in its order.")] = None,
    language: InLanguage = "ja",
) -> Response:
    """The newest text of each clause."""
    return JSONResponse(
        {"data": await run_in_threadpool(call.services.library.clauses, kind or "", language)}
    )


@router.get(
    "/clauses/findings",
    tags=["clauses"],
    response_model=Findings,
    responses={202: {"description": "They are being read: ask again after `Retry-After`."}},
)
async def clauses_findings(call: Company) -> Response:
    """What lint says of the library, found once by each process that answers."""
    found = call.services.library.findings()
    if found is None:
        return JSONResponse({"status": "reading"}, 202, {"Retry-After": FINDINGS_IN})
    return JSONResponse({"data": found})


@router.get("/clauses/{sha256}", tags=["clauses"], response_model=ClauseText)
async def clauses_get(call: OneClause) -> Response:
    """The exact text of a clause that made some paper, or is among the newest."""
    return JSONResponse(call.seen)


@router.post("/previews", tags=["papers"], response_class=Response, responses=PREVIEWS)
async def previews_create(call: Company, body: Preview) -> Response:
    """Try a paper, as Word, PDF, web page or plain text. No paper comes of it.

    Only for a PDF, which another process makes, Word file and PDF are kept; the same values give the same PDF.
    """
    given = variables(body.kind, body.values)
    made = await run_in_threadpool(call.services.library.preview, body.kind, body.language, given)
    match body.format:
        case "pdf":
            return _pdf(made.title, await call.services.conversions.preview(made.docx))
        case "html":
            return HTMLResponse(made.html(link=SHEET), headers=PAGE)
        case "text":
            return PlainTextResponse(made.text)
        case "docx":
            return download(f"{made.title}.docx", made.docx, DOCX)


def _pdf(title: str, made: bytes | None) -> Response:
    if made is None:
        return JSONResponse({"status": "converting"}, 202, {"Retry-After": "1"})
    return download(f"{title}.pdf", made, PDF)


@router.post(
    "/templates", tags=["templates"], status_code=201, response_model=TemplateOut, openapi_extra=UPLOAD
)
async def templates_create(
    call: Company, request: Request, name: FileName, language: InLanguage = "ja"
) -> Response:
    """Hand in a Word template as bytes, for the own company only. At most 20 MiB."""
    content = await request.body()
    view = await run_in_threadpool(call.services.templates.keep, call.subject, name, content, language)
    return JSONResponse(view, 201, {"Location": f"/v1/templates/{view['sha256']}"})


@router.get("/templates", tags=["templates"], response_model=Listed)
async def templates_list(call: Company, window: Paged) -> Response:
    """Templates of the caller's own company, newest first."""
    read, subject = call.services.reads.templates, call.subject
    return window.answer(
        await run_in_threadpool(lambda: read(subject, after=window.after, limit=window.limit))
    )


@router.get("/templates/{sha256}", tags=["templates"], response_model=TemplateOut)
async def templates_get(call: OneTemplate) -> Response:
    """A template of the caller's own company."""
    return JSONResponse(call.seen)


@router.post("/templates/{sha256}/drafts", tags=["templates"], response_class=Response, responses=WORD)
async def templates_drafts_create(call: OneTemplate, body: Filled) -> Response:
    """Fill in a template. Nothing is stored."""
    draft = call.services.templates.draft
    name, made = await run_in_threadpool(draft, call.subject, call.path["sha256"], body.values)
    return download(name, made, DOCX)
