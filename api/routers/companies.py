"""The directory: the operator makes companies and their keys; who knows an id may read who that is."""
# ruff: noqa: FAST003 - ids in the path are read by the guard, before the body is

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from activities.ports import Reads, Subject
from api.answers import shown
from api.guard import ANYONE, OPERATOR, Call, GuardedRoute, require, shaped
from api.paging import Listed, Paged
from teikei.domain.fields import Email, Line
from teikei.domain.terms import STRICT

router = APIRouter(prefix="/v1/companies", tags=["companies"], route_class=GuardedRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCompany:
    """A company as its papers name it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name_ja: Line
    name_en: Line
    address: Line
    representative_title: Line
    representative_name: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """For whom the key is; acts under it are recorded with this name."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    person: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Somebody of the company who signs in to the pages; acts are recorded with this name."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    person: Line
    mail: Email


@dataclass(frozen=True, slots=True)
class CompanyOut:
    """A company of the directory."""

    id: str
    name_ja: str
    name_en: str
    address: str
    representative_title: str
    representative_name: str


@dataclass(frozen=True, slots=True)
class KeyOut:
    """An API key. `secret` is shown in this answer only."""

    id: str
    company: str
    person: str
    secret: str


@dataclass(frozen=True, slots=True)
class AccountOut:
    """An account. `link` is a path that opens it once, within a day, to choose a password; in this answer only."""

    id: str
    company: str
    person: str
    mail: str
    chosen: bool
    link: str


def _company(reads: Reads, _subject: Subject, path: Mapping[str, str]) -> dict[str, Any]:
    return reads.company(shaped("cmp", path["id"]))


Operator = Annotated[Call, Depends(require(OPERATOR))]
OperatorOfOne = Annotated[Call, Depends(require(OPERATOR, _company))]
Anyone = Annotated[Call, Depends(require(ANYONE, _company))]


@router.post("", status_code=201, response_model=CompanyOut)
async def companies_create(call: Operator, body: NewCompany) -> Response:
    """Make a company (operator)."""
    made = await run_in_threadpool(call.services.directory.add_company, asdict(body), call.key)
    return JSONResponse(made, 201, {"Location": f"/v1/companies/{made['id']}"})


@router.get("", response_model=Listed)
async def companies_list(call: Operator, window: Paged) -> Response:
    """The directory (operator)."""
    page = await run_in_threadpool(
        lambda: call.services.reads.companies(after=window.after, limit=window.limit)
    )
    return window.answer(page)


@router.get("/{id}", response_model=CompanyOut)
async def companies_get(call: Anyone) -> Response:
    """One company."""
    return shown(call.seen)


@router.post("/{id}/keys", status_code=201, response_model=KeyOut)
async def companies_keys_create(call: OperatorOfOne, body: NewKey) -> Response:
    """Make an API key of a company (operator). Its secret is in this answer only."""
    made = await run_in_threadpool(call.services.directory.add_key, call.id, body.person, call.key)
    return JSONResponse(made, 201, {"Location": f"/v1/companies/{call.id}"})


@router.post("/{id}/accounts", status_code=201, response_model=AccountOut)
async def companies_accounts_create(call: OperatorOfOne, body: NewAccount) -> Response:
    """Make an account for somebody of a company (operator), or a new link into it: the same key again makes no second one."""
    accounts = call.services.accounts
    made = await run_in_threadpool(accounts.add, call.id, body.person, body.mail, call.key)
    path = f"/enter/{await run_in_threadpool(accounts.link, made['id'])}"
    return JSONResponse({**made, "link": path}, 201, {"Location": f"/v1/companies/{call.id}"})
