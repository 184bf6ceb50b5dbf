"""Inbox, portfolio, alliance, its matters and papers, and the form of an act. A GET changes nothing."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Pending, Reads, Subject
from activities.record import STATES
from api.answers import DOCX, PDF, download
from api.faults import Fault
from api.guard import ANYONE, COMPANY, Call, GuardedRoute, matter, require
from api.pages import diagram, forms
from api.pages.html import page, reads_in
from api.problems import status_of
from teikei.domain.errors import Refused, TeikeiError, Trouble, Unknown
from teikei.domain.ids import PLACES, kind_of

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST, LINES = 100, 50
STEPS = ("intake", "nda", "due_diligence", "negotiation", "signing", "operation", "exit", "closed")

Word = Annotated[str, Query(pattern="^[a-z_]{0,40}$")]
Words = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Given = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Cursor = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_=-]*$")]
"""Where the older part of the timeline begins."""
Said = Annotated[str, Query(pattern="^(done|kept)?$")]
"""What became of the act from which one comes: stored, or kept to be delivered."""
SHA, KEY = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")


def _paper(reads: Reads, subject: Subject, path: Mapping[str, str]) -> tuple[str, bytes]:
    if not SHA.fullmatch(path["sha256"]):
        raise Unknown("resource.unknown")
    return reads.file(subject, path["sha256"])


Company = Annotated[Call, Depends(require(COMPANY, page=True))]
Someone = Annotated[Call, Depends(require(ANYONE, page=True))]
Alliance = Annotated[Call, Depends(require(COMPANY, matter("alliance"), page=True))]
Agreement = Annotated[Call, Depends(require(COMPANY, matter("agreement"), page=True))]
Decision = Annotated[Call, Depends(require(COMPANY, matter("decision"), page=True))]
Period = Annotated[Call, Depends(require(COMPANY, matter("allocation"), page=True))]
Matter = Annotated[Call, Depends(require(COMPANY, matter(), page=True))]
Paper = Annotated[Call, Depends(require(COMPANY, _paper, page=True))]


@router.get("/")
async def inbox(call: Someone, request: Request) -> Response:
    """What is asked of my company, and of me, now."""
    if call.subject.operator:
        return RedirectResponse("/setup", 303)
    asked = await run_in_threadpool(call.services.reads.inbox, call.subject)
    return page(request, "inbox.html", {"asked": asked}, subject=call.subject)


@router.get("/alliances")
async def portfolio(
    call: Company, request: Request, stage: Word = "", form: Word = "", q: Words = ""
) -> Response:
    """All alliances of the company."""
    reads, subject = call.services.reads, call.subject
    found = await run_in_threadpool(
        lambda: reads.alliances(subject, stage=stage, form=form, q=q, after="", limit=MOST)
    )
    chosen = {"stage": stage, "form": form, "q": q}
    values = {"rows": found.data, "more": found.after is not None, "steps": STEPS, "chosen": chosen}
    return page(request, "portfolio.html", values, subject=subject)


@router.get("/alliances.xlsx")
async def ledger(
    call: Company, request: Request, stage: Word = "", form: Word = "", q: Words = ""
) -> Response:
    """契約台帳 of these alliances."""
    reads, subject, language = call.services.reads, call.subject, reads_in(request)
    content = await run_in_threadpool(
        lambda: reads.register(subject, stage=stage, form=form, q=q, language=language)
    )
    return download(
        "alliances.xlsx", content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


@router.get("/alliances/{id}")
async def alliance(call: Alliance, request: Request, said: Said = "", older: Cursor = "") -> Response:
    """Where it stands, what is asked, its matters and papers, and what happened last."""
    reads, subject, home = call.services.reads, call.subject, call.id

    def read() -> dict[str, Any]:
        matters = {
            kind: reads.matters(subject, kind, alliance=home, stage="", after="", limit=MOST).data
            for kind in PLACES
            if kind != "alliance"
        }
        lines = reads.timeline(subject, home, after=older, limit=LINES, newest=True)
        asked = reads.inbox(subject, home)
        papers = reads.papers(subject, home, after="", limit=MOST).data
        return {
            "matters": matters,
            "lines": lines.data,
            "older": lines.after,
            "asked": asked,
            "answers": _answers(asked, home),
            "papers": papers,
            "clock": reads.clock(subject, home),
        }

    values = {**await run_in_threadpool(read), **_about(call), "steps": STEPS, "said": said}
    view = call.seen
    values["nodes"] = diagram.nodes(view["parties"], view["brief"]["contributions"])
    values["half"] = diagram.height(len(view["parties"]))
    return page(request, "alliance.html", values, subject=subject)


def _about(call: Call) -> dict[str, Any]:
    """What every page of a matter has: the matter, the names of its parties, and the acts that have a form."""
    view = call.seen
    over = view["stage"] in STATES[view["kind"]].over_stages
    return {
        "matter": {**view, "over": over},
        "names": {p["company"]: p for p in view["parties"]},
        "called": {p[how]: p for p in view["parties"] for how in ("company", "name_ja")},
        "acts": forms.for_kind(view["kind"]),
    }


def _answers(asked: Sequence[Mapping[str, Any]], matter: str) -> list[tuple[str, int]]:
    """(act, number) for every open question about the matter, the likely ones first."""
    mine = [one for one in asked if one["matter"] == matter]
    return [(act, one["number"]) for one in mine for act in one["answers"]]


async def _matter(call: Call, request: Request, template: str, said_so: str) -> Response:
    reads, subject = call.services.reads, call.subject

    def read() -> dict[str, Any]:
        view = call.seen
        listed = reads.papers(subject, view["alliance_id"], after="", limit=MOST, matter=view["id"])
        said = reads.items(subject, view["id"], "comment", after="", limit=MOST).data
        answers = _answers(reads.inbox(subject, view["alliance_id"]), view["id"])
        return {"papers": listed.data, "comments": said, "answers": answers}

    values = {**await run_in_threadpool(read), **_about(call), "said": said_so}
    return page(request, template, values, subject=subject)


@router.get("/agreements/{id}")
async def agreement(call: Agreement, request: Request, said: Said = "") -> Response:
    """A contract: its versions, where it stands, who has signed."""
    return await _matter(call, request, "agreement.html", said)


@router.get("/decisions/{id}")
async def decision(call: Decision, request: Request, said: Said = "") -> Response:
    """What is to be decided, the paper, where each company stands, and the answer of one's own."""
    return await _matter(call, request, "decision.html", said)


@router.get("/periods/{id}")
async def period(call: Period, request: Request, said: Said = "") -> Response:
    """A period of profit allocation."""
    return await _matter(call, request, "period.html", said)


@router.get("/papers/{sha256}")
async def paper(call: Paper) -> Response:
    """The bytes that were written."""
    name, content = call.seen
    return download(name, content, DOCX if name.endswith(".docx") else "application/octet-stream")


@router.get("/papers/{sha256}/pdf")
async def paper_pdf(call: Paper, request: Request) -> Response:
    """The paper to read; while it is being made, a page that comes back by itself."""
    made = await call.services.conversions.pdf(call.path["sha256"])
    if made is None:
        waiting = page(request, "waiting.html", {}, subject=call.subject, status=202)
        waiting.headers["Refresh"] = "1"
        return waiting
    answer = download(f"{call.seen[0].removesuffix('.docx')}.pdf", made, PDF)
    answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].replace(
        "attachment", "inline", 1
    )
    return answer


@router.get("/acts/{id}/{act}")
async def act_page(
    call: Matter, request: Request, number: Given = "", item: Given = "", sha256: Given = ""
) -> Response:
    """The form of an act; what a link already knows stands in it."""
    known = {"number": number, "item": item, "sha256": sha256}
    return _form(call, request, {k: [v] for k, v in known.items() if v}, (), None, 200)


@router.post("/acts/{id}/{act}")
async def act(call: Matter, request: Request) -> Response:
    """Say it. The form carries its own key, so sending it twice says it once."""
    said = await forms.given(request)
    made, wrong = forms.act_of(forms.known(kind_of(call.id), call.path["act"]), said)
    if made is None:
        return _form(call, request, said, wrong, None, 422)
    try:
        answer = await call.services.desk.order(call.id, made, call.subject.actor, _key(call, said))
    except (Refused, Trouble) as refusal:
        return _form(call, request, said, (), refusal, status_of(refusal))
    where = f"/{PLACES[kind_of(call.id)]}/{call.id}"
    return RedirectResponse(f"{where}?said={'kept' if isinstance(answer, Pending) else 'done'}", 303)


def _key(call: Call, said: Mapping[str, list[str]]) -> str:
    """The key of the act: that of the form, so the second click of an impatient hand is the first one again."""
    [given] = forms.first(said, "key")
    return replace(call, idempotency=given).key if KEY.fullmatch(given) else call.key


def _form(
    call: Call,
    request: Request,
    said: Mapping[str, list[str]],
    wrong: Sequence[Fault],
    refusal: TeikeiError | None,
    status: int,
) -> Response:
    """The form with what was said, and what is wrong with it beside the field."""
    name, language = forms.known(kind_of(call.id), call.path["act"]), reads_in(request)
    told = [fault.shown(language) for fault in wrong]
    if refusal is not None and refusal.pointer:
        told.append(Fault(pointer=refusal.pointer, code=refusal.code, params=refusal.params).shown(language))
    values = {
        **_about(call),
        "act": name,
        "fields": forms.fields_of(name),
        "given": said,
        "wrong": {one["pointer"].split("/")[1]: one["message"] for one in told if "/" in one["pointer"]},
        "refusal": refusal,
        "key": secrets.token_hex(16),
    }
    return page(request, "act.html", values, subject=call.subject, status=status)
