"""Allocation periods: what each company enters, the exact split, the payments."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.answers import say, shown
from api.guard import COMPANY, Call, GuardedRoute, matter, require
from api.paging import Listed, Paged
from api.routers.agreements import AllianceId
from api.routers.alliances import ACT, Company, Word
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount

router = APIRouter(prefix="/v1/periods", tags=["periods"], route_class=GuardedRoute)

Period = Annotated[Call, Depends(require(COMPANY, matter("allocation")))]


@router.get("", response_model=Listed)
async def periods_list(call: Company, window: Paged, alliance: AllianceId = "", stage: Word = "") -> Response:
    """Allocation periods of the caller's alliances."""
    reads, subject = call.services.reads, call.subject
    page = await run_in_threadpool(
        lambda: reads.matters(
            subject, "allocation", alliance=alliance, stage=stage, after=window.after, limit=window.limit
        )
    )
    return window.answer(page)


@router.get("/{id}")
async def periods_get(call: Period) -> Response:
    """One period: amounts in minor units, the split, where it stands."""
    return shown(call.seen)


@router.post("/{id}/amounts", **ACT)
async def periods_amounts_create(call: Period, body: EnterAmount) -> Response:
    """Enter income or an allowed cost of the own company, in minor units."""
    return await say(call, body)


@router.post("/{id}/input-closures", **ACT)
async def periods_input_closures_create(call: Period, body: CloseInputs = CloseInputs()) -> Response:
    """Say that the own company has entered all that it has."""
    return await say(call, body)


@router.post("/{id}/payment-confirmations", **ACT)
async def periods_payment_confirmations_create(call: Period, body: ConfirmPayment) -> Response:
    """Say that the own company has received its part."""
    return await say(call, body)
