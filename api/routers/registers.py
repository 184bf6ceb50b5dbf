"""契約台帳: the register of contracts as a spreadsheet, over the alliances of a list."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.answers import download
from api.guard import GuardedRoute
from api.problems import language_of
from api.routers.alliances import Company, Word, Words
from teikei.domain.texts import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter(prefix="/v1", tags=["alliances"], route_class=GuardedRoute)


@router.get("/alliances.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
async def alliances_register(
    call: Company, request: Request, stage: Word = "", form: Word = "", q: Words = ""
) -> Response:
    """The contracts of the caller's alliances as .xlsx, one line each, in the language of the request; at most 10,000 lines."""
    reads, subject, language = call.services.reads, call.subject, language_of(request)
    content = await run_in_threadpool(
        lambda: reads.register(subject, stage=stage, form=form, q=q, language=language)
    )
    answer = download(say(language, "register.file"), content, XLSX)
    answer.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return answer
