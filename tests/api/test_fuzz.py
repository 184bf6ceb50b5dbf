"""Every operation succeeds on a life that was lived, and nothing that Schemathesis sends is answered with an accident."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from api.app import create_app
from tests.api.handing import hand_in, imported, one
from tests.api.scene import Life, Site, away, example
from tests.api.test_library import upload
from tests.api.test_selections import lived


def described(life: Life) -> dict[str, Any]:
    return create_app(life.site.house.services).openapi()


OF_MAIN = ("versions", "rehearsal", "text", "comparison?from=2026-04-01", "stamp?what=loan&amount=10000")
"""What is read of a main agreement."""


async def others(life: Life) -> None:
    """What the life itself had no cause to ask."""
    site, a = life.site, life.pair[0]
    extra = Life(site, await site.open())
    await site.post(f"{extra.path}/intake", a, site.intake())
    nda = (await extra.view())["nda"]
    sha = (await site.get(f"/v1/agreements/{nda}", a))["version_now"]["sha256"]
    decision = (await site.post(f"/v1/agreements/{nda}/freezes", a, {"sha256": sha}))["created"][0]
    await site.post(f"/v1/decisions/{decision}/comments", a, example("Comment"))
    await site.post(f"{extra.path}/abandonment", a, example("Abandon"))
    for answer in ("confirmations", "contests"):
        there, asked = await away(site)
        acts = f"/v1/matters/{asked}/recorded-acts"
        entered = (await site.post(acts, a, example("RecordFor", company=there.pair[1])))["created"][-1]
        body = {"recorded": entered} | ({"reason": "異なる"} if answer == "contests" else {})
        await site.post(f"{acts}/{answer}", there.pair[1], body)
    await gates(site, a)
    await papers(site, a, sha)
    await lived(site)
    hurt = await site.open()
    site.house.hurt(hurt)
    await site.post(f"/v1/attention/{hurt}/resolutions", "operator", example("ClearAttention"))
    site.house.nobody_answers(now=True)
    waiting = await site.ask("POST", f"{extra.path}/suspensions", a, example("Suspend"))
    site.house.nobody_answers(now=False)
    whole = {
        "handovers": "CompanyHandOver",
        "company-events": "CompanyEvent",
        "company-event-withdrawals": "CompanyEventWithdrawal",
    }
    for act, kind in whole.items():
        body = example(kind, dry_run=True)
        assert (await site.ask("POST", f"/v1/{act}", a, body)).status_code == 200
    mail = (await site.get(f"{life.path}/outbox", a))["data"][0]["id"]
    await site.post(f"/v1/outbox/{mail}/resends", a)
    lists = ("assessments", "reviews", "action-results", "timeline", "papers", "clock")
    reads = [f"{life.path}/{one}" for one in lists]
    reads += [f"/v1/{kind}" for kind in ("alliances", "agreements", "decisions", "periods")]
    reads += [
        *(f"/v1/agreements/{life.main}/{one}" for one in OF_MAIN),
        f"/v1/decisions/{decision}/comments",
        f"/v1/decisions/{decision}",
    ]
    for path in (*reads, f"/v1/companies/{a}", waiting.headers["location"]):
        await site.get(path, a)
    for path in ("/v1/companies", "/v1/attention"):
        await site.get(path, "operator")
    for path in (
        "/livez",
        "/readyz",
        "/version",
        f"{life.path}/record",
        f"/v1/papers/{sha}",
        f"/v1/outbox/{mail}.eml",
        "/v1/alliances.xlsx",
        f"/v1/agreements/{life.main}/summary",
    ):
        assert (await site.ask("GET", path, a)).status_code == 200
    for status in (202, 200):  # under way, and then there
        assert (await site.ask("GET", f"/v1/papers/{sha}/pdf", a)).status_code == status


async def papers(site: Site, a: str, sha: str) -> None:
    """Clauses, a paper that is tried, a template of the company's own."""
    kept = await upload(site, a)
    for path in (
        "templates",
        "paper-kinds",
        "clauses?kind=nda",
        f"papers/{sha}/clauses",
        f"templates/{kept['sha256']}",
    ):
        await site.get(f"/v1/{path}", a)
    [clause, *_] = (await site.get("/v1/clauses?language=en", a))["data"]
    await site.get(f"/v1/clauses/{clause['sha256']}", a)
    for path, body in (("previews", "Preview"), (f"templates/{kept['sha256']}/drafts", "Filled")):
        assert (await site.ask("POST", f"/v1/{path}", a, example(body))).status_code == 200
    assert (await site.ask("GET", "/v1/clauses/findings", a)).status_code in {200, 202}


async def gates(site: Site, a: str) -> None:
    """What came before this system, and papers that were signed elsewhere."""
    await imported(site)
    [file] = await hand_in(site, a, {"signed.pdf": b"signed by all"})
    await site.post("/v1/earlier-alliances", a, one(site, file))
    for gate in ("signed-papers", "gate-waivers"):
        life = Life(site, await site.open())
        await site.post(f"{life.path}/intake", a, site.intake())
        if gate == "gate-waivers":
            await site.post(f"{life.path}/{gate}", a, example("WaiveGate"))
            continue
        body = example("UploadSigned")
        body["contract"]["file"] = file
        for signatory, company in zip(body["signatories"], life.pair, strict=True):
            signatory["company"] = company
        await site.post(f"/v1/agreements/{(await life.view())['nda']}/{gate}", a, body)


async def test_every_operation_succeeds_at_least_once(life: Life) -> None:
    await others(life)
    done = life.site.succeeded
    missing = [
        f"{method} {path}"
        for path, item in described(life)["paths"].items()
        for method in item
        if not any(
            m == method.upper() and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), p)
            for m, p in done
        )
    ]
    assert missing == []


CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]
"""Every answer is described: its status, its media type, its shape."""


OPERATORS = {"POST /v1/companies", "GET /v1/companies", "POST /v1/companies/{id}/keys"}
EXAMPLES_EACH = int(os.environ.get("TEIKEI_FUZZ_EXAMPLES", "2"))
"""Per operation and mode; a longer run sets it."""


def key_for(life: Life, operation: Any) -> str:
    """The key with which an operation can succeed."""
    if operation.label in OPERATORS or operation.path.startswith("/v1/attention"):
        return life.site.house.operator_secret
    return life.site.keys[life.pair[0]]


def known(life: Life) -> dict[str, str]:
    """An id of the life by collection."""
    return {
        "alliances": life.alliance,
        "agreements": life.main,
        "decisions": life.go_no_go,
        "periods": life.period,
        "companies": life.pair[0],
        "attention": life.alliance,
        "matters": life.alliance,
    }


@pytest.mark.slow
@pytest.mark.parametrize("site", ["sql"], indirect=True)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda m: m.value)
def test_nothing_that_schemathesis_sends_is_an_accident(life: Life, mode: GenerationMode) -> None:
    app, ids = create_app(life.site.house.services), known(life)
    sent: Counter[int] = Counter()

    def fuzz(operation: Any) -> None:
        here = ids.get(operation.path.removeprefix("/v1/").split("/")[0], "")
        headers = {"Authorization": f"Bearer {key_for(life, operation)}"}

        @settings(PROFILE, max_examples=EXAMPLES_EACH)
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            if here and case.path_parameters and "id" in case.path_parameters:
                case.path_parameters["id"] = here
            answer = case.call(headers=headers)
            sent[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        one()

    for result in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if mode is GenerationMode.POSITIVE or {"parameters", "requestBody"} & set(operation.definition.raw):
            fuzz(operation)
    assert sum(sent.values()) > 40 * EXAMPLES_EACH
    assert not {s for s in sent if s >= 500}
    assert {200, 422} <= set(sent)


PROFILE = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
