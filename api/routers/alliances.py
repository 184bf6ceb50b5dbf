"""Alliances: open one, see one, and every act that a party does to it."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.answers import Told, Waiting, say, shown, told
from api.guard import COMPANY, Call, GuardedRoute, matter, require
from api.paging import Listed, Paged
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.exits import BeginExit, TickExitItem
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.intake import OpenAlliance, StateIntake
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    ReleaseObligation,
    TakeOnObligation,
    WaiveObligation,
)
from teikei.domain.alliance.operation import FinishAction, HoldReview
from teikei.domain.alliance.rescheduling import MoveReview, SkipReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.errors import Invalid

router = APIRouter(prefix="/v1/alliances", tags=["alliances"], route_class=GuardedRoute)

Company = Annotated[Call, Depends(require(COMPANY))]
Alliance = Annotated[Call, Depends(require(COMPANY, matter("alliance")))]
Word = Annotated[str, Query(pattern="^[a-z_]{0,40}$")]
Words = Annotated[
    str,
    Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$", description="Part of a name, a party or a text."),
]
ACT: dict[str, Any] = {"status_code": 201, "response_model": Told, "responses": {202: {"model": Waiting}}}


@router.post("", status_code=201, response_model=Told)
async def alliances_create(call: Company, body: OpenAlliance) -> Response:
    """Open an alliance of 2 to 10 companies, the caller's among them. Works with Temporal down."""
    if body.selection is not None:
        raise Invalid("selection.not_here", "/selection")
    return told(call, await call.services.desk.open(body, call.subject.actor, call.key))


@router.get("", response_model=Listed)
async def alliances_list(
    call: Company, window: Paged, stage: Word = "", form: Word = "", q: Words = ""
) -> Response:
    """Alliances to which the caller's company is a party."""
    reads, subject = call.services.reads, call.subject
    page = await run_in_threadpool(
        lambda: reads.alliances(subject, stage=stage, form=form, q=q, after=window.after, limit=window.limit)
    )
    return window.answer(page)


@router.get("/{id}")
async def alliances_get(call: Alliance) -> Response:
    """One alliance as the caller's company sees it."""
    return shown(call.seen)


@router.post("/{id}/intake", **ACT)
async def alliances_intake_create(call: Alliance, body: StateIntake) -> Response:
    """Say what the alliance is for, and answer the questions that name its road."""
    return await say(call, body)


@router.post("/{id}/gate-waivers", **ACT)
async def alliances_gate_waivers_create(call: Alliance, body: WaiveGate) -> Response:
    """Waive the NDA, with the reason: due diligence begins. Every other party can contest it."""
    return await say(call, body)


@router.post("/{id}/scores", **ACT)
async def alliances_scores_create(call: Alliance, body: GiveScore) -> Response:
    """Mark the own company or a partner on one axis. A mark about a partner stays private until shared."""
    return await say(call, body)


@router.post("/{id}/scores/shares", **ACT)
async def alliances_scores_share(call: Alliance, body: ShareScores = ShareScores()) -> Response:
    """Show the own marks to all parties; they cannot be changed afterwards."""
    return await say(call, body)


@router.post("/{id}/agreements", **ACT)
async def alliances_agreements_create(call: Alliance, body: DraftAgreement) -> Response:
    """Put the terms of the main agreement on the table; Location is the new agreement."""
    return await say(call, body)


@router.post("/{id}/amendments", **ACT)
async def alliances_amendments_create(call: Alliance, body: DraftAmendment) -> Response:
    """Put changes of the main agreement on the table; Location is the amendment, an agreement of its own."""
    return await say(call, body)


@router.post("/{id}/decisions", **ACT)
async def alliances_decisions_create(call: Alliance, body: CallDecision) -> Response:
    """Put a motion to the vote of all parties; Location is the new decision."""
    return await say(call, body)


@router.post("/{id}/reviews", **ACT)
async def alliances_reviews_create(call: Alliance, body: HoldReview) -> Response:
    """Record a review that was held; its minutes are then written."""
    return await say(call, body)


@router.post("/{id}/review-moves", **ACT)
async def alliances_review_moves_create(call: Alliance, body: MoveReview) -> Response:
    """Move the review that is called to another day (its chair); all parties are invited anew."""
    return await say(call, body)


@router.post("/{id}/review-skips", **ACT)
async def alliances_review_skips_create(call: Alliance, body: SkipReview) -> Response:
    """Leave out the review that is called (its chair); the second in a row is escalated."""
    return await say(call, body)


@router.post("/{id}/health-checks", **ACT)
async def alliances_health_checks_create(
    call: Alliance, body: CallHealthCheck = CallHealthCheck()
) -> Response:
    """Call a health check: every party says how it sees the alliance, on twelve statements."""
    return await say(call, body)


@router.post("/{id}/health-answers", **ACT)
async def alliances_health_answers_create(call: Alliance, body: AnswerHealthCheck) -> Response:
    """Answer the open health check for the own company: sheets of three or more people, or one named answer."""
    return await say(call, body)


@router.post("/{id}/action-results", **ACT)
async def alliances_action_results_create(call: Alliance, body: FinishAction) -> Response:
    """Say that an action item of the own company is done, and how."""
    return await say(call, body)


@router.post("/{id}/obligations", **ACT)
async def alliances_obligations_create(call: Alliance, body: TakeOnObligation) -> Response:
    """State an obligation: the own one is taken on at once, another party's waits for its answer."""
    return await say(call, body)


@router.post("/{id}/obligation-answers", **ACT)
async def alliances_obligation_answers_create(call: Alliance, body: AnswerObligation) -> Response:
    """Take on an obligation that another party stated for the own company, or decline it."""
    return await say(call, body)


@router.post("/{id}/fulfilments", **ACT)
async def alliances_fulfilments_create(call: Alliance, body: FulfilObligation) -> Response:
    """Say that an occurrence of an obligation of the own company is fulfilled, and how."""
    return await say(call, body)


@router.post("/{id}/obligation-holds", **ACT)
async def alliances_obligation_holds_create(call: Alliance, body: HoldObligation) -> Response:
    """Put an obligation that is owed to the own company on hold: nobody is reminded of it."""
    return await say(call, body)


@router.post("/{id}/obligation-releases", **ACT)
async def alliances_obligation_releases_create(call: Alliance, body: ReleaseObligation) -> Response:
    """End the hold of an obligation; its owner is asked again."""
    return await say(call, body)


@router.post("/{id}/obligation-waivers", **ACT)
async def alliances_obligation_waivers_create(call: Alliance, body: WaiveObligation) -> Response:
    """Waive an obligation that is owed to the own company; it is gone when all to whom it is owed have."""
    return await say(call, body)


@router.post("/{id}/exits", **ACT)
async def alliances_exits_create(call: Alliance, body: BeginExit) -> Response:
    """Begin the agreed exit; the termination agreement is then drafted."""
    return await say(call, body)


@router.post("/{id}/exit-items", **ACT)
async def alliances_exit_items_create(call: Alliance, body: TickExitItem) -> Response:
    """Say that an item of the own company on the exit checklist is done, and how."""
    return await say(call, body)


@router.post("/{id}/house", **ACT)
async def alliances_house_create(call: Alliance, body: ArrangeHouse) -> Response:
    """Replace the own company's approval routes and stand-ins. No other company reads them."""
    return await say(call, body)


@router.post("/{id}/handovers", **ACT)
async def alliances_handovers_create(call: Alliance, body: HandOver) -> Response:
    """Let one person of the own company follow another here, today or on a day to come; said again, it takes the plan's place."""
    return await say(call, body)


@router.post("/{id}/handover-withdrawals", **ACT)
async def alliances_handover_withdrawals_create(call: Alliance, body: WithdrawHandover) -> Response:
    """Take back a handover whose day is still to come."""
    return await say(call, body)


@router.post("/{id}/events", **ACT)
async def alliances_events_create(call: Alliance, body: AnnounceEvent) -> Response:
    """Announce what happens to the own company: new name, address or representative, or what the others are asked about."""
    return await say(call, body)


@router.post("/{id}/event-withdrawals", **ACT)
async def alliances_event_withdrawals_create(call: Alliance, body: WithdrawEvent) -> Response:
    """Take back what the own company announced, by kind and day, before that day."""
    return await say(call, body)


@router.post("/{id}/event-answers", **ACT)
async def alliances_event_answers_create(call: Alliance, body: AnswerEvent) -> Response:
    """Acknowledge what another party announced, or object with the reason."""
    return await say(call, body)


@router.post("/{id}/suspensions", **ACT)
async def alliances_suspensions_create(call: Alliance, body: Suspend) -> Response:
    """Suspend the alliance: nothing falls due until it is resumed."""
    return await say(call, body)


@router.post("/{id}/resumptions", **ACT)
async def alliances_resumptions_create(call: Alliance, body: Resume = Resume()) -> Response:
    """Resume the alliance: open deadlines move by the time that it stood still."""
    return await say(call, body)


@router.post("/{id}/abandonment", **ACT)
async def alliances_abandonment_create(call: Alliance, body: Abandon) -> Response:
    """Abandon the alliance, with the reason."""
    return await say(call, body)
