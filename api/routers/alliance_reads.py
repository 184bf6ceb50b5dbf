"""What belongs to an alliance and is read as a list: marks, reviews, timeline, record, papers, mails; and its clock."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Page
from api.answers import lines, shown
from api.guard import COMPANY, Call, GuardedRoute, of_old, require
from api.paging import Listed, Paged, Window
from api.problems import BadParameter
from api.routers.alliances import Alliance
from teikei.domain.fields import Instant
from teikei.domain.terms import STRICT
from teikei.domain.views import plain

router = APIRouter(prefix="/v1/alliances", tags=["alliances"], route_class=GuardedRoute)

Past = Annotated[Call, Depends(require(COMPANY, of_old))]
"""Whoever is, was or may become a party: each read shows it what is its own, and what was while it was one."""
Status = Annotated[str, Query(pattern="^[a-z_]{0,20}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Where the sandbox clock shall stand; everything that is due until then happens in its order."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    to: Instant


@dataclass(frozen=True, slots=True)
class ClockOut:
    """`now` is null where the alliance lives in real time."""

    sandbox: bool
    now: str | None


@dataclass(frozen=True, slots=True)
class AdvancedOut:
    """Where the clock stands; `done` false: not there yet, ask again with the same instant."""

    now: str
    steps: int
    done: bool


async def _page(window: Window, read: Callable[..., Page], *args: Any, **more: Any) -> Page:
    """One page of a read."""
    return await run_in_threadpool(lambda: read(*args, after=window.after, limit=window.limit, **more))


@router.get("/{id}/assessments", response_model=Listed)
async def alliances_assessments_list(call: Alliance, window: Paged) -> Response:
    """Marks that the caller's company may see, the gaps between shared ones, and who has shared."""
    view = call.seen
    page = _slice(view["scores"], window)
    if not view["scores"]:
        page = await _page(window, call.services.reads.items, call.subject, call.id, "score")
    waits = [one for one in view["waits"] if one["item"] == "scores"]
    return window.answer(
        page, gaps=view["gaps"], shared=view["shared"], awaits=waits[0]["awaits"] if waits else []
    )


def _slice(rows: list[dict[str, Any]], window: Window) -> Page:
    """A page of rows that stand in the state; its cursor is an offset, and is over when the rows left the state."""
    kind, _, start = window.after.partition(":")
    if window.after and (kind == "open") is not bool(rows):
        raise BadParameter("list.bad_cursor", "cursor")
    first = int(start or 0) if rows else 0
    last = first + window.limit
    return Page(data=rows[first:last], after=f"open:{last}" if last < len(rows) else None)


@router.get("/{id}/reviews", response_model=Listed)
async def alliances_reviews_list(call: Alliance, window: Paged) -> Response:
    """Reviews that were held; `open` is the one that is planned, with its agenda."""
    page = await _page(window, call.services.reads.items, call.subject, call.id, "review")
    waits = [one for one in call.seen["waits"] if one["item"].startswith("review-")]
    opened = (
        {**waits[0], "number": int(waits[0]["item"].split("-")[1]), "agenda": call.seen["agenda"]}
        if waits
        else None
    )
    return window.answer(page, open=opened)


@router.get("/{id}/action-results", response_model=Listed)
async def alliances_action_results_list(call: Alliance, window: Paged) -> Response:
    """Action items that are done; `open` are those that are not."""
    page = await _page(window, call.services.reads.items, call.subject, call.id, "action")
    return window.answer(page, open=call.seen["actions"])


@router.get("/{id}/obligations", response_model=Listed)
async def alliances_obligations_list(call: Alliance, window: Paged) -> Response:
    """Occurrences of obligations that are over, and how; `open` are the obligations that stand."""
    page = await _page(window, call.services.reads.items, call.subject, call.id, "obligation")
    return window.answer(page, open=call.seen["obligations"])


@router.get("/{id}/health-checks", response_model=Listed)
async def alliances_health_checks_list(call: Alliance, window: Paged) -> Response:
    """Health checks that are closed, statement by statement; `open` is the one that is answered now."""
    page = await _page(window, call.services.reads.items, call.subject, call.id, "health_check")
    return window.answer(page, open=call.seen["health_check"], trend=call.seen["health"])


@router.get("/{id}/events", response_model=Listed)
async def alliances_events_list(call: Alliance, window: Paged) -> Response:
    """Company events that are over; `open` are those that wait for their day, for answers or for a review."""
    page = await _page(window, call.services.reads.items, call.subject, call.id, "event")
    return window.answer(page, open=call.seen["events"])


@router.get("/{id}/leaving", responses={409: {"description": "No main agreement is in force."}})
async def alliances_leaving_get(call: Alliance) -> Response:
    """If we left today: the last days for notices, the earliest end, money, checklist, what survives, what is owed."""
    return shown(await run_in_threadpool(call.services.reads.leaving, call.subject, call.id))


@router.get("/{id}/timeline", response_model=Listed)
async def alliances_timeline_list(call: Past, window: Paged) -> Response:
    """What happened, in order, in the words of both languages."""
    return window.answer(await _page(window, call.services.reads.timeline, call.subject, call.id))


@router.get("/{id}/record", response_class=Response, responses={200: {"content": {"application/jsonl": {}}}})
async def alliances_record_get(call: Past) -> Response:
    """The record as JSON lines: every leaf; salt and payload where the caller's company may read them."""
    rows = await run_in_threadpool(call.services.reads.record, call.subject, call.id)
    return await lines(rows)


@router.get("/{id}/papers", response_model=Listed)
async def alliances_papers_list(call: Past, window: Paged) -> Response:
    """Papers of the alliance and of everything in it."""
    return window.answer(await _page(window, call.services.reads.papers, call.subject, call.id))


@router.get("/{id}/outbox", response_model=Listed)
async def alliances_outbox_list(call: Past, window: Paged, status: Status = "") -> Response:
    """Mails to the caller's own company."""
    return window.answer(
        await _page(window, call.services.reads.outbox, call.subject, call.id, status=status)
    )


@router.get("/{id}/clock", response_model=ClockOut)
async def alliances_clock_get(call: Past) -> Response:
    """Where the sandbox clock stands."""
    now = await run_in_threadpool(call.services.reads.clock, call.subject, call.id)
    return JSONResponse({"sandbox": now is not None, "now": plain(now)})


@router.post("/{id}/clock", response_model=AdvancedOut)
async def alliances_clock_advance(call: Alliance, body: Advance) -> Response:
    """Move the sandbox clock forward. Moving it to the same instant again changes nothing."""
    return JSONResponse(plain(await call.services.desk.advance(call.id, body.to)))
