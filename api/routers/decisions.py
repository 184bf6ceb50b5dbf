"""Decisions: comments, each company's own approval (稟議), recusals, votes."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from api.answers import say, shown
from api.guard import COMPANY, Call, GuardedRoute, matter, require
from api.paging import Listed, Paged
from api.routers.agreements import AllianceId
from api.routers.alliances import ACT, Company, Word
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval, Recuse

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=GuardedRoute)

Decision = Annotated[Call, Depends(require(COMPANY, matter("decision")))]
Name = Annotated[
    str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="A person, as on the API key.")
]


@router.get("", response_model=Listed)
async def decisions_list(
    call: Company, window: Paged, alliance: AllianceId = "", stage: Word = ""
) -> Response:
    """Decisions of the caller's alliances."""
    reads, subject = call.services.reads, call.subject
    page = await run_in_threadpool(
        lambda: reads.matters(
            subject, "decision", alliance=alliance, stage=stage, after=window.after, limit=window.limit
        )
    )
    return window.answer(page)


@router.get("/{id}")
async def decisions_get(call: Decision) -> Response:
    """One decision: what it is about, where each company stands, its outcome."""
    return shown(call.seen)


@router.get("/{id}/comments", response_model=Listed)
async def decisions_comments_list(call: Decision, window: Paged) -> Response:
    """What the parties said about it."""
    reads = call.services.reads
    page = await run_in_threadpool(
        lambda: reads.items(call.subject, call.id, "comment", after=window.after, limit=window.limit)
    )
    return window.answer(page)


@router.post("/{id}/comments", **ACT)
async def decisions_comments_create(call: Decision, body: Comment) -> Response:
    """Say something about the decision; all parties read it."""
    return await say(call, body)


@router.post("/{id}/internal-approvals", **ACT)
async def decisions_internal_approvals_create(call: Decision, body: RecordInternalApproval) -> Response:
    """Say where the own company's approval stands; its reference stays the company's own."""
    return await say(call, body)


@router.get("/{id}/approval-route")
async def decisions_approval_route(call: Decision, person: Name = "") -> Response:
    """The own company's route for this decision as of today: who is asked, who stands in, what would block.

    Before a submission: as if `person` (else the caller) proposed it now.
    """
    reads = call.services.reads
    return JSONResponse(await run_in_threadpool(reads.approval_route, call.subject, call.id, person))


@router.post("/{id}/approval-requests", **ACT)
async def decisions_approval_requests_create(call: Decision, body: SubmitInternalApproval) -> Response:
    """Put the decision before the own company's approval route; after a return, once more."""
    return await say(call, body)


@router.post("/{id}/approval-requests/answers", **ACT)
async def decisions_approval_answers_create(call: Decision, body: DecideInternalApproval) -> Response:
    """Approve or return at the open step of the own company's route; the names stay the company's own."""
    return await say(call, body)


@router.post("/{id}/votes", **ACT)
async def decisions_votes_create(call: Decision, body: CastVote) -> Response:
    """Vote for the own company; a vote stands."""
    return await say(call, body)


@router.post("/{id}/recusals", **ACT)
async def decisions_recusals_create(call: Decision, body: Recuse) -> Response:
    """Take no part in a decision in which the own company has an interest of its own."""
    return await say(call, body)
