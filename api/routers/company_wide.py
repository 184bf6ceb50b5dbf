"""One act of a company for all its alliances: a dry run that says what it would do in each, then an order to each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from api.guard import Call, GuardedRoute
from api.routers.alliances import Company
from teikei.domain.alliance.announcing import AnnounceEvent
from teikei.domain.alliance.handing import HandOver
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.company_wide import CompanyWide
from teikei.domain.errors import KINDS, Conflict
from teikei.domain.fields import Flag
from teikei.domain.ids import kind_of

router = APIRouter(prefix="/v1", tags=["company-wide"], route_class=GuardedRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyHandOver(HandOver):
    """`hand_over` in every alliance in which the leaver holds anything."""

    dry_run: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyEvent(AnnounceEvent):
    """`announce_event` in every open alliance of the company."""

    dry_run: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyEventWithdrawal(WithdrawEvent):
    """`withdraw_event` in every alliance in which it was announced."""

    dry_run: Flag = False


Body = CompanyHandOver | CompanyEvent | CompanyEventWithdrawal


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the act would do in each alliance. `problem`: the refusal that it would meet there; then no order is written."""

    alliances: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order to each `alliance`, or to each `agreement` with what survives a closed one (`/v1/orders/{order}` tells
    how it went), and those that would refuse.
    """

    orders: list[dict[str, str]]
    refused: list[dict[str, Any]]
    key: str


ANSWERS: dict[str, Any] = {
    "status_code": 202,
    "response_model": Ordered,
    "responses": {200: {"model": Ahead, "description": "The dry run; nothing is written."}},
}


@router.post("/handovers", **ANSWERS)
async def handovers_create(call: Company, body: CompanyHandOver) -> Response:
    """Let one person follow another in all alliances of the own company: everything that can move, in one act."""
    return await _everywhere(call, body, _act(HandOver, body))


@router.post("/company-events", **ANSWERS)
async def company_events_create(call: Company, body: CompanyEvent) -> Response:
    """Announce what happens to the own company in all its alliances; the dry run lists every agreement touched."""
    return await _everywhere(call, body, _act(AnnounceEvent, body))


@router.post("/company-event-withdrawals", **ANSWERS)
async def company_event_withdrawals_create(call: Company, body: CompanyEventWithdrawal) -> Response:
    """Take back what the own company announced, before its day, in all its alliances in which it did."""
    return await _everywhere(call, body, _act(WithdrawEvent, body))


def _act(kind: type[Any], body: Any) -> Any:
    return kind(**{f.name: getattr(body, f.name) for f in fields(kind) if f.name != "kind"})


async def _everywhere(call: Call, body: Body, act: CompanyWide) -> Response:
    """Look into every alliance; then an order to each in which it would be accepted.

    A repeat under the same key is answered with the orders of the first time, though nothing is left to do by now.
    """
    services, subject = call.services, call.subject
    found = await run_in_threadpool(services.reads.company_wide, subject, act)
    if body.dry_run:
        return JSONResponse({"alliances": found}, 200)
    fit = [one["matter"] for one in found if one["problem"] is None]
    orders = await services.desk.order_all(fit, act, subject.actor, call.key)
    refused = [one for one in found if one["problem"] and one["matter"] not in orders]
    if not orders:
        _nothing(act, refused)
    listed = [{kind_of(matter): matter, "order": order} for matter, order in sorted(orders.items())]
    return JSONResponse({"orders": listed, "refused": refused, "key": call.idempotency}, 202)


def _nothing(act: CompanyWide, refused: list[dict[str, Any]]) -> None:
    """No alliance takes it: the caller hears why the first one does not."""
    if refused:
        problem = refused[0]["problem"]
        raise KINDS[problem["class"]](problem["code"], problem["pointer"], **problem["params"])
    if isinstance(act, HandOver):
        raise Conflict("handover.nothing", leaver=act.leaver)
    if isinstance(act, WithdrawEvent):
        raise Conflict("event.not_announced")
    raise Conflict("event.no_alliance")
