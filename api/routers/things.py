"""What is found by its own id: papers by hash, mails, orders; and the operator's list of accidents."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Reads, Subject
from api.answers import DOCX, PDF, download, shown, told
from api.guard import COMPANY, OPERATOR, Call, GuardedRoute, require, shaped
from api.paging import Listed, Paged
from api.problems import language_of, stored
from api.routers.alliances import ACT
from teikei.domain.act import Actor
from teikei.domain.clock import ClearAttention
from teikei.domain.errors import Conflict, Unknown
from teikei.domain.ids import kind_of

router = APIRouter(prefix="/v1", route_class=GuardedRoute)


@dataclass(frozen=True, slots=True)
class Resent:
    """The mail goes out once more."""

    outbox: str


def _paper(reads: Reads, subject: Subject, path: Mapping[str, str]) -> tuple[str, bytes]:
    if not re.fullmatch("[0-9a-f]{64}", path["sha256"]):
        raise Unknown("resource.unknown")
    return reads.file(subject, path["sha256"])


def _mail(reads: Reads, subject: Subject, path: Mapping[str, str]) -> bytes:
    return reads.mail(subject, shaped("out", path["id"]))


def _order(reads: Reads, subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
    return reads.waiting(subject, shaped("ord", path["id"]))


Paper = Annotated[Call, Depends(require(COMPANY, _paper))]
Mail = Annotated[Call, Depends(require(COMPANY, _mail))]
Order = Annotated[Call, Depends(require(COMPANY, _order))]
Operator = Annotated[Call, Depends(require(OPERATOR))]


@router.get(
    "/papers/{sha256}", tags=["papers"], response_class=Response, responses={200: {"content": {DOCX: {}}}}
)
async def papers_get(call: Paper) -> Response:
    """The bytes of a paper."""
    name, content = call.seen
    return download(name, content, DOCX if name.endswith(".docx") else "application/octet-stream")


@router.get(
    "/papers/{sha256}/pdf",
    tags=["papers"],
    response_class=Response,
    responses={
        200: {"content": {PDF: {}}},
        202: {"description": "It is being made: ask again after `Retry-After`."},
    },
)
async def papers_pdf(call: Paper) -> Response:
    """A Word paper as PDF/A-3b, with the Word file and its data inside. It is made once: the bytes stay the same."""
    made = await call.services.conversions.pdf(call.path["sha256"])
    if made is None:
        where = f"/v1/papers/{call.path['sha256']}/pdf"
        return JSONResponse({"status": "converting"}, 202, {"Location": where, "Retry-After": "1"})
    return download(f"{call.seen[0].removesuffix('.docx')}.pdf", made, PDF)


@router.get(
    "/outbox/{id}.eml",
    tags=["outbox"],
    response_class=Response,
    responses={200: {"content": {"message/rfc822": {}}}},
)
async def outbox_get(call: Mail) -> Response:
    """One mail to the caller's own company, as it goes out."""
    return download(f"{call.id}.eml", call.seen, "message/rfc822")


@router.post("/outbox/{id}/resends", tags=["outbox"], status_code=201, response_model=Resent)
async def outbox_resends_create(call: Mail) -> Response:
    """Send a mail to the caller's own company once more."""
    await run_in_threadpool(call.services.directory.resend, call.subject, call.id)
    return JSONResponse({"outbox": call.id}, 201, {"Location": f"/v1/outbox/{call.id}.eml"})


@router.get("/orders/{id}", tags=["orders"])
async def orders_get(call: Order, request: Request) -> Response:
    """How it went with an order of the caller's own company: open, done with its receipt, or refused with its problem."""
    view = {"receipt": None, "problem": None, **call.seen}
    if view["problem"]:
        view["problem"] = stored(language_of(request), view["problem"])
    return shown(view)


@router.get("/attention", tags=["attention"], response_model=Listed)
async def attention_list(call: Operator, window: Paged) -> Response:
    """Matters with an accident that a retry cannot heal (operator): ids and reasons, no content."""
    page = await run_in_threadpool(
        lambda: call.services.reads.attention(after=window.after, limit=window.limit)
    )
    return window.answer(page)


@router.post("/attention/{id}/resolutions", tags=["attention"], **ACT)
async def attention_resolutions_create(call: Operator, body: ClearAttention) -> Response:
    """Have it tried again, or say how it was resolved (operator). Without an accident there is nothing here to see."""
    if not kind_of(call.id):
        raise Unknown("resource.unknown")
    by = Actor(company="operator", person=call.subject.person, key_id=call.subject.key_id)
    try:
        answer = await call.services.desk.order(call.id, body, by, call.key)
    except Conflict as error:
        raise Unknown("resource.unknown") if error.code == "attention.none" else error from None
    return told(call, answer, "/v1/attention")
