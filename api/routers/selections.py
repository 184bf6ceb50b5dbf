"""候補先の選定: several candidates at intake, each with an alliance of its own; compared, chosen and dropped by the opener."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Pending, Reads, Subject
from api.answers import say, shown
from api.guard import COMPANY, Call, GuardedRoute, require, shaped
from api.language import error_text
from api.paging import Listed, Paged
from api.routers.alliances import ACT, Alliance, Company
from teikei.domain.alliance.selecting import Aside, ChooseCandidate, DropCandidate
from teikei.domain.errors import Conflict, TeikeiError
from teikei.domain.fields import Line
from teikei.domain.selections import OpenSelection, key_for
from teikei.domain.terms import STRICT

router = APIRouter(prefix="/v1", tags=["selections"], route_class=GuardedRoute)


def _selection(reads: Reads, subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
    return reads.selection(subject, shaped("sel", path["id"]))


Selection = Annotated[Call, Depends(require(COMPANY, _selection))]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRest:
    """`drop_candidate` for every candidate that is not chosen."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    reason: Line
    note: Aside = ""


@dataclass(frozen=True, slots=True)
class SelectionOut:
    """A selection: a line for each candidate, and shared marks side by side (`points` by alliance)."""

    id: str
    name_ja: str
    name_en: str
    form: str
    person: str
    at: str
    candidates: list[dict[str, Any]]
    comparison: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Drops:
    """What was done with each candidate that is not chosen: `done`, `waiting` (its order), or `refused` (why)."""

    drops: list[dict[str, Any]]
    key: str


@router.post("/selections", status_code=201, response_model=SelectionOut)
async def selections_create(call: Company, body: OpenSelection) -> Response:
    """Open an alliance for each of 1 to 10 candidates. No candidate sees that there is another. Works with Temporal down."""
    view = await run_in_threadpool(call.services.selections.open, call.subject, body, call.key)
    return JSONResponse(view, 201, {"Location": f"/v1/selections/{view['id']}"})


@router.get("/selections", response_model=Listed)
async def selections_list(call: Company, window: Paged) -> Response:
    """Selections that the caller's company began."""
    read, subject = call.services.reads.selections, call.subject
    return window.answer(
        await run_in_threadpool(lambda: read(subject, after=window.after, limit=window.limit))
    )


@router.get("/selections/{id}", response_model=SelectionOut)
async def selections_get(call: Selection) -> Response:
    """One selection: stage, gaps and next due item of each candidate, and shared marks side by side."""
    return shown(call.seen)


@router.post("/selections/{id}/drops", response_model=Drops)
async def selections_drops_create(call: Selection, body: DropRest) -> Response:
    """Drop every candidate that is not chosen, once one is. A repeat under the same key answers the same."""
    rest = [one for one in call.seen["candidates"] if not one["chosen"]]
    if len(rest) == len(call.seen["candidates"]):
        raise Conflict("selection.none_chosen")
    act = DropCandidate(reason=body.reason, note=body.note)
    done = await asyncio.gather(*(_dropped(call, one, act) for one in rest))
    return JSONResponse({"drops": done, "key": call.idempotency})


@router.post("/alliances/{id}/candidate-choices", **ACT)
async def alliances_candidate_choices_create(
    call: Alliance, body: ChooseCandidate = ChooseCandidate()
) -> Response:
    """Go on with this candidate. It reads nothing of it, and the others stay until they are dropped."""
    return await say(call, body)


@router.post("/alliances/{id}/candidate-drops", **ACT)
async def alliances_candidate_drops_create(call: Alliance, body: DropCandidate) -> Response:
    """Drop this candidate: it gets its return letter and the reason, and the alliance ends. The note stays inside."""
    return await say(call, body)


async def _dropped(call: Call, one: Mapping[str, Any], act: DropCandidate) -> dict[str, Any]:
    """One of many: what it answers is told, and keeps nobody from the others."""
    line: dict[str, Any] = {"candidate": one["candidate"], "alliance": one["alliance"]}
    key = key_for(call.key, one["candidate"])
    try:
        answer = await call.services.desk.order(one["alliance"], act, call.subject.actor, key)
    except TeikeiError as error:
        titles = {
            f"title_{language}": error_text(language, error.code, "title", **error.params)
            for language in ("ja", "en")
        }
        return {**line, "status": "refused", "code": error.code, **titles}
    if isinstance(answer, Pending):
        return {**line, "status": "waiting", "order": answer.order}
    return {**line, "status": "done", "version": answer.version}
