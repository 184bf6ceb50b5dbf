"""Agreements: versions, rounds, the freezing of exact bytes, signatures, refusal of renewal."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.answers import DOCX, download, say, shown
from api.guard import COMPANY, Call, GuardedRoute, matter, require
from api.paging import Listed, Paged
from api.routers.alliances import ACT, Company, Word
from api.routers.library import WORD
from teikei.domain.agreement.force import RefuseRenewal, Sign
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.talks import Freeze, Revise, ReviseAmendment
from teikei.domain.agreement.uploading import UploadSigned
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
from teikei.domain.fields import Day
from teikei.domain.stamp_card import Asked
from teikei.domain.stamp_table import What

router = APIRouter(prefix="/v1/agreements", tags=["agreements"], route_class=GuardedRoute)

Agreement = Annotated[Call, Depends(require(COMPANY, matter("agreement")))]
AllianceId = Annotated[
    str, Query(pattern="^(aln_[a-z2-7]{26})?$", description="Only those of this alliance.")
]
Years = Annotated[int, Query(ge=1, le=10, description="How many years from the first day of the term.")]
Today = Annotated[Day | None, Query(description="Today by the alliance's clock if it is left out.")]
First = Annotated[Day, Query(alias="from", description="The earlier day.")]
Last = Annotated[Day | None, Query(alias="to", description="The later day; today if it is left out.")]
Proves = Annotated[What | None, Query(description="What the paper proves, where its reader says so.")]
Yen = Annotated[int | None, Query(ge=0, le=10**15, description="The amount that it states, tax included.")]
Tax = Annotated[int, Query(ge=0, le=10**15, description="Consumption tax in it that is shown apart.")]
Originals = Annotated[int, Query(ge=0, le=100, description="How many originals; 0: one for each party.")]
Beside = Annotated[bool, Query(description="The debt that it guarantees stands in the same paper.")]
Spoken = Annotated[Literal["ja", "en", "ja+en"], Query(description="Of the page (`ja%2Ben`: both).")]
BUSY: dict[int | str, dict[str, Any]] = {
    429: {"description": "Others are being worked out; again after `Retry-After`."}
}


@router.get("", response_model=Listed)
async def agreements_list(
    call: Company, window: Paged, alliance: AllianceId = "", stage: Word = ""
) -> Response:
    """Agreements of the caller's alliances."""
    reads, subject = call.services.reads, call.subject
    page = await run_in_threadpool(
        lambda: reads.matters(
            subject, "agreement", alliance=alliance, stage=stage, after=window.after, limit=window.limit
        )
    )
    return window.answer(page)


@router.get("/{id}")
async def agreements_get(call: Agreement) -> Response:
    """One agreement: its terms, its newest version, who has signed."""
    return shown(call.seen)


@router.get("/{id}/versions", response_model=Listed)
async def agreements_versions_list(call: Agreement, window: Paged) -> Response:
    """The papers of every version that was written."""
    reads, alliance = call.services.reads, call.seen["alliance_id"]
    page = await run_in_threadpool(
        lambda: reads.papers(call.subject, alliance, after=window.after, limit=window.limit, matter=call.id)
    )
    return window.answer(page)


@router.get("/{id}/rehearsal", responses=BUSY)
async def agreements_rehearsal_get(call: Agreement, years: Years = 5) -> Response:
    """Live the draft some years on a throw-away clock: what silence, a tie, a loss and an insolvency would lead to."""
    lived = await run_in_threadpool(call.services.reads.rehearsal, call.subject, call.id, years)
    return shown(lived)


@router.get("/{id}/text", responses=BUSY)
async def agreements_text_get(call: Agreement, on: Today = None) -> Response:
    """The text in force on a day: every article with the paper by which, and the day since which, it reads so."""
    return shown(await run_in_threadpool(call.services.reads.wording, call.subject, call.id, on))


@router.get("/{id}/comparison", responses=BUSY)
async def agreements_comparison_get(call: Agreement, first: First, last: Last = None) -> Response:
    """新旧対照表: the articles that read otherwise on the later day than on the earlier one, before and after."""
    return shown(await run_in_threadpool(call.services.reads.changes, call.subject, call.id, first, last))


@router.get("/{id}/stamp")
async def agreements_stamp_get(
    call: Agreement,
    what: Proves = None,
    amount: Yen = None,
    tax: Tax = 0,
    originals: Originals = 0,
    beside_debt: Beside = False,  # noqa: FBT002  (a parameter of the query)
) -> Response:
    """Stamp duty (印紙税) of this paper: class, amount, what the answer hangs on; and papers that need another form."""
    asked = Asked(what=what, amount=amount, tax=tax, originals=originals, beside_debt=beside_debt)
    return shown(await run_in_threadpool(call.services.reads.stamp, call.subject, call.id, asked))


@router.get("/{id}/summary", response_class=Response, responses=WORD)
async def agreements_summary_get(call: Agreement, language: Spoken = "ja") -> Response:
    """契約概要書: one A4 page for the approval inside a company, as Word. As of today; nothing is stored."""
    name, made = await run_in_threadpool(call.services.reads.summary, call.subject, call.id, language)
    return download(name, made, DOCX)


@router.post("/{id}/revisions", **ACT)
async def agreements_revisions_create(call: Agreement, body: Revise) -> Response:
    """Put new terms on the table; an approval of the old bytes is void."""
    return await say(call, body)


@router.post("/{id}/amendment-revisions", **ACT)
async def agreements_amendment_revisions_create(call: Agreement, body: ReviseAmendment) -> Response:
    """Put other changes on the table; an approval of the old bytes is void."""
    return await say(call, body)


@router.post("/{id}/freezes", **ACT)
async def agreements_freezes_create(call: Agreement, body: Freeze) -> Response:
    """Ask all companies to approve exactly these bytes; Location is the decision."""
    return await say(call, body)


@router.post("/{id}/signatures", **ACT)
async def agreements_signatures_create(call: Agreement, body: Sign) -> Response:
    """Record that the own company has signed."""
    return await say(call, body)


@router.post("/{id}/notices-sent", **ACT)
async def agreements_notices_sent_create(call: Agreement, body: RecordNoticeSent) -> Response:
    """Record that the own company's refusal of renewal is on its way: to whom, how, when."""
    return await say(call, body)


@router.post("/{id}/signed-papers", **ACT)
async def agreements_signed_papers_create(call: Agreement, body: UploadSigned) -> Response:
    """Hand in the NDA that all parties signed elsewhere; its file was handed in before. Every other party can contest it."""
    held = call.services.imports.held
    await run_in_threadpool(held, call.subject, body.contract.file, "/contract/file/sha256")
    return await say(call, body)


@router.post("/{id}/renewal-refusals", **ACT)
async def agreements_renewal_refusals_create(call: Agreement, body: RefuseRenewal) -> Response:
    """Record that the own company's refusal of renewal has arrived, at all others or party by party (`to`)."""
    return await say(call, body)


@router.post("/{id}/handovers", **ACT)
async def agreements_handovers_create(call: Agreement, body: HandOver) -> Response:
    """Let one person of the own company follow another in what survives a closed alliance."""
    return await say(call, body)


@router.post("/{id}/handover-withdrawals", **ACT)
async def agreements_handover_withdrawals_create(call: Agreement, body: WithdrawHandover) -> Response:
    """Take back a handover in what survives a closed alliance, before its day."""
    return await say(call, body)
