"""The operator's page: what is real and what is missing, companies, their people, one-time links."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from api.guard import OPERATOR, Call, GuardedRoute, require
from api.language import error_text
from api.pages.forms import first, given
from api.pages.html import page, reads_in
from api.routers.companies import NewAccount
from api.routers.site import CODES, parts
from teikei.domain.errors import Conflict, Invalid, TeikeiError, Unknown

router = APIRouter(prefix="/setup", route_class=GuardedRoute, include_in_schema=False)

Operator = Annotated[Call, Depends(require(OPERATOR, page=True))]
_ACCOUNT = TypeAdapter(NewAccount)
MOST = 100


@router.get("")
async def setup(call: Operator, request: Request) -> Response:
    """Everything at a glance; looking changes nothing."""
    return await _shown(call, request)


@router.post("/accounts")
async def add(call: Operator, request: Request) -> Response:
    """An account for somebody of a company, with the link that opens it once."""
    said = await given(request)
    company, person, mail = (one.strip() for one in first(said, "company", "person", "mail"))
    accounts = call.services.accounts
    try:
        asked = _account(person, mail)
        made = await run_in_threadpool(accounts.add, company, asked.person, asked.mail, call.key)
    except (Invalid, Conflict) as fault:
        return await _shown(call, request, fault=fault)
    return await _linked(call, request, made)


def _account(person: str, mail: str) -> NewAccount:
    """As over the API."""
    try:
        return _ACCOUNT.validate_python({"person": person, "mail": mail})
    except ValidationError as error:
        raise Invalid("field.pattern", f"/{error.errors()[0]['loc'][-1]}") from None


@router.post("/links")
async def link(call: Operator, request: Request) -> Response:
    """A new link for somebody who lost the password."""
    said = await given(request)
    company, account = first(said, "company", "account")
    listed = await run_in_threadpool(call.services.accounts.listed, company)
    made = next((one for one in listed if one["id"] == account), None)
    if made is None:
        raise Unknown("resource.unknown")
    return await _linked(call, request, made)


async def _linked(call: Call, request: Request, account: dict[str, Any]) -> Response:
    secret = await run_in_threadpool(call.services.accounts.link, account["id"])
    path = f"/enter/{secret}"
    address = str(request.url.replace(path=path, query=""))
    return await _shown(call, request, link={"person": account["person"], "path": path, "address": address})


async def _shown(
    call: Call, request: Request, *, link: dict[str, str] | None = None, fault: TeikeiError | None = None
) -> Response:
    services, language = call.services, reads_in(request)

    def read() -> list[dict[str, Any]]:
        found = services.reads.companies(after="", limit=MOST).data
        return [{**one, "accounts": services.accounts.listed(one["id"])} for one in found]

    there = await parts(services)
    values = {
        "companies": await run_in_threadpool(read),
        "parts": there,
        "remedies": {name: error_text(language, CODES[name], "remedy") for name in there},
        "link": link,
        "fault": fault,
    }
    return page(request, "setup.html", values, subject=call.subject, status=422 if fault else 200)
