"""What is entered for parties that do not log in, on any matter; and what they say of it with their own key."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.answers import say
from api.guard import COMPANY, Call, GuardedRoute, matter, require
from api.routers.alliances import ACT
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.recording import RecordFor

router = APIRouter(prefix="/v1/matters", tags=["recorded acts"], route_class=GuardedRoute)

Matter = Annotated[Call, Depends(require(COMPANY, matter()))]


@router.post("/{id}/recorded-acts", **ACT)
async def matters_recorded_acts_create(call: Matter, body: RecordFor) -> Response:
    """Enter what an off-platform party did elsewhere; the record names who entered it. `created` holds its id."""
    return await say(call, body)


@router.post("/{id}/recorded-acts/confirmations", **ACT)
async def matters_recorded_acts_confirm(call: Matter, body: ConfirmRecorded) -> Response:
    """Confirm what was entered for the own company; `recorded` of the matter lists it."""
    return await say(call, body)


@router.post("/{id}/recorded-acts/contests", **ACT)
async def matters_recorded_acts_contest(call: Matter, body: ContestRecorded) -> Response:
    """Contest what was entered for the own company; from then on it acts for itself."""
    return await say(call, body)
