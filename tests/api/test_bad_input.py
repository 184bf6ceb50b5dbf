"""Bad input: a coded problem that names the field, and nothing is written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.scene import Life, Site, example

NOBODY = "cmp_" + "z" * 26
MARKETING = {"form": "co_marketing", "campaigns": ["夏"], "budget": 1}
EVERY_PARTY = "intake.contributions_of_every_party"
Change = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Case:
    """What is done to a good body, and what the problem must say."""

    name: str
    change: Change
    pointer: str
    code: str
    status: int = 422


def put(place: str, value: Any) -> Change:
    """Set the value at a JSON pointer."""

    def change(body: dict[str, Any]) -> None:
        *way, last = place.strip("/").split("/")
        here: Any = body
        for step in way:
            here = here[int(step) if isinstance(here, list) else step]
        here[int(last) if isinstance(here, list) else last] = value

    return change


def drop(place: str) -> Change:
    """Remove the field at a JSON pointer."""

    def change(body: dict[str, Any]) -> None:
        *way, last = place.strip("/").split("/")
        here: Any = body
        for step in way:
            here = here[int(step) if isinstance(here, list) else step]
        del here[last]

    return change


def parties(count: int) -> Change:
    return lambda body: body.update(parties=[body["parties"][i % 2] for i in range(count)])


OPENING = [
    Case("an unknown field", put("/by", "me"), "/by", "field.extra"),
    Case("an unknown field inside", put("/parties/0/label", "甲"), "/parties/0/label", "field.extra"),
    Case("a missing field", drop("/form"), "/form", "field.missing"),
    Case("a missing field inside", drop("/parties/1/contact/email"), "/parties/1/contact/email", "field.missing"),
    Case("an oversize text", put("/name_ja", "あ" * 201), "/name_ja", "field.too_long"),
    Case("an empty text", put("/name_ja", "  "), "/name_ja", "field.too_short"),
    Case("a control character", put("/name_en", "a\x00b"), "/name_en", "field.pattern"),
    Case("a number for a text", put("/name_en", 7), "/name_en", "field.not_text"),
    Case("another word", put("/form", "merger"), "/form", "field.not_one_of"),
    Case("another kind of act", put("/kind", "suspend"), "/kind", "field.not_one_of"),
    Case("one party", parties(1), "/parties", "field.too_few"),
    Case("eleven parties", parties(11), "/parties", "field.too_many"),
    Case("the same party twice", put("/parties/1/company", "SAME"), "/parties", "parties.twice"),
    Case("a company that nobody knows", put("/parties/1/company", "cmp_" + "z" * 26), "/parties/1/company", "parties.unknown_company"),
    Case("an id of another shape", put("/parties/1/company", "x"), "/parties/1/company", "field.pattern"),
    Case("no list", put("/parties", {}), "/parties", "field.not_list"),
    Case("no object", put("/parties/0", 5), "/parties/0", "field.not_object"),
    Case("a naive instant", put("/sandbox_from", "2026-01-05T09:00:00"), "/sandbox_from", "field.no_offset"),
    Case("a number for an instant", put("/sandbox_from", 1767571200), "/sandbox_from", "field.not_instant"),
    Case("an instant that is none", put("/sandbox_from", "2026-13-05T09:00:00Z"), "/sandbox_from", "field.not_instant"),
    Case("an instant off the calendar", put("/sandbox_from", "9999-12-31T23:59:59Z"), "/sandbox_from", "field.too_large"),
    Case("a very early instant", put("/sandbox_from", "0001-01-01T00:00:00+14:00"), "/sandbox_from", "field.too_small"),
    Case("a number that is text", put("/reminders", {"overdue": "7"}), "/reminders/overdue", "field.not_integer"),
    Case("a float for a count", put("/reminders", {"overdue": 7.0}), "/reminders/overdue", "field.not_integer"),
    Case("true for a count", put("/reminders", {"overdue": True}), "/reminders/overdue", "field.not_integer"),
    Case("a count below zero", put("/reminders", {"lapse": -1}), "/reminders/lapse", "field.too_small"),
    Case("a huge integer", put("/reminders", {"lapse": 10**30}), "/reminders/lapse", "field.too_large"),
    Case("a language that we do not speak", put("/parties/0/contact/language", "fr"), "/parties/0/contact/language", "field.pattern"),
    Case("a lone surrogate", put("/name_en", "\ud800"), "/name_en", "field.not_text"),
    Case("a body that is a list", lambda _body: [], "", "field.not_object"),
]  # fmt: skip

TERMS = [
    Case("shares that do not sum", put("/terms/shares/0/ratio", "1/2"), "/terms/shares", "money.shares_do_not_sum"),
    Case("a float for a ratio", put("/terms/shares/0/ratio", 0.6), "/terms/shares/0/ratio", "field.not_ratio"),
    Case("a decimal text for a ratio", put("/terms/shares/0/ratio", "0.6"), "/terms/shares/0/ratio", "field.not_ratio"),
    Case("a ratio over zero", put("/terms/shares/0/ratio", "1/0"), "/terms/shares/0/ratio", "field.not_ratio"),
    Case("shares of another company", put("/terms/shares/1/company", NOBODY), "/terms/shares", "terms.shares_name_other_parties"),
    Case("a currency that we do not know", put("/terms/currency", "XXX"), "/terms/currency", "money.unknown_currency"),
    Case("no currency at all", put("/terms/currency", "yen"), "/terms/currency", "field.pattern"),
    Case("the terms of another form", put("/terms/special", MARKETING), "/terms/special/form", "terms.other_form"),
    Case("an unknown form", put("/terms/special", {"form": "joint"}), "/terms/special/form", "field.not_one_of"),
    Case("a wrong field of the form", put("/terms/special/results_rule", "x"), "/terms/special/results_rule", "field.not_one_of"),
    Case("a missing field of the form that is meant", drop("/terms/special/theme"), "/terms/special/theme", "field.missing"),
    Case("an extra field of the form that is meant", put("/terms/special/zzz", 1), "/terms/special/zzz", "field.extra"),
    Case("no form at all", put("/terms/special", 5), "/terms/special", "field.not_object"),
    Case("a term under a year", put("/terms/term_until", "2026-05-01"), "/terms/term_until", "terms.too_short"),
    Case("a term without end", put("/terms/term_until", "2199-12-31"), "/terms/term_until", "terms.too_long"),
    Case("a day off the calendar", put("/terms/term_until", "9999-12-31"), "/terms/term_until", "field.too_large"),
    Case("a day that is none", put("/terms/term_from", "2026-02-30"), "/terms/term_from", "field.not_date"),
    Case("a day as an instant", put("/terms/term_from", "2026-04-01T00:00:00Z"), "/terms/term_from", "field.not_date"),
    Case("a cadence of none", put("/terms/review_months", 0), "/terms/review_months", "terms.cadence"),
    Case("text for a yes or no", put("/terms/data", "yes"), "/terms/data", "field.not_boolean"),
]  # fmt: skip


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[c.name for c in cases])


async def refused(site: Site, path: str, good: dict[str, Any], case: Case) -> None:
    """The change is told by pointer and code, and nothing was written."""
    body = copy.deepcopy(good)
    changed = case.change(body)
    before = site.house.count()
    sent = changed if isinstance(changed, list) else body
    answer = await site.ask("POST", path, site.companies[0], sent)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (
        case.status,
        "application/problem+json",
    ), answer.text
    assert (case.pointer, case.code) in {(e["pointer"], e["code"]) for e in problem["errors"]}, problem[
        "errors"
    ]
    assert all(
        e["message"] and "errors." not in e["message"] and "〈" not in e["message"] for e in problem["errors"]
    ), problem["errors"]
    assert site.house.count() == before


@named(OPENING)
async def test_an_opening_is_refused(site: Site, case: Case) -> None:
    same = site.companies[0]
    good = site.opening()
    good["parties"][1]["company"] = site.companies[1]
    if case.code == "parties.twice":
        case = Case(case.name, put("/parties/1/company", same), case.pointer, case.code)
    before = len((await site.get("/v1/alliances?limit=100", same))["data"])
    await refused(site, "/v1/alliances", good, case)
    assert len((await site.get("/v1/alliances?limit=100", same))["data"]) == before


@pytest.fixture(scope="session")
async def talks(site: Site) -> Life:
    """An alliance in negotiation."""
    life = Life(site, await site.open())
    await life.to_diligence()
    await life.to_negotiation()
    return life


@named(TERMS)
async def test_terms_are_refused(talks: Life, case: Case) -> None:
    await refused(talks.site, f"{talks.path}/agreements", {"terms": talks.site.terms()}, case)


async def test_only_the_wrong_field_is_told_of_a_union_of_terms(talks: Life) -> None:
    terms = talks.site.terms()
    terms["special"] = {"form": "co_sales", "products": [], "territory": "日本", "x": 1}
    answer = await talks.site.ask("POST", f"{talks.path}/agreements", talks.pair[0], {"terms": terms})
    told = {(e["pointer"], e["code"]) for e in answer.json()["errors"]}
    assert told == {("/terms/special/products", "field.too_few"), ("/terms/special/x", "field.extra")}


async def test_an_act_of_another_stage_is_refused(talks: Life) -> None:
    site, (a, b), before = talks.site, talks.pair, talks.site.house.count()
    cases = {
        f"{talks.path}/intake": site.intake(),
        f"{talks.path}/scores": {"about": b, "axis": "culture", "points": 1, "evidence": "x"},
        f"{talks.path}/scores/shares": None,
        f"{talks.path}/reviews": example(
            "HoldReview", attendees=[{"company": a, "people": ["x"]}], actions=[]
        ),
        f"{talks.path}/exits": example("BeginExit"),
        f"{talks.path}/exit-items": example("TickExitItem"),
        f"{talks.path}/resumptions": None,
        f"/v1/decisions/{talks.go_no_go}/votes": example("CastVote"),
        f"/v1/decisions/{talks.go_no_go}/comments": example("Comment"),
        f"/v1/agreements/{talks.nda}/revisions": {"terms": site.terms(), "reason": "x"},
    }
    for path, body in cases.items():
        answer = await site.ask("POST", path, a, body)
        assert answer.status_code == 409, (path, answer.text)
        assert answer.json()["code"].count(".") == 1
    assert site.house.count() == before


async def test_the_rules_of_an_intake_name_their_field(site: Site) -> None:
    life = Life(site, await site.open())
    good = site.intake()
    cases = [
        Case("another road", put("/answers/merger", True), "/answers/merger", "intake.other_way", 409),
        Case("text for an answer", put("/answers/land", "no"), "/answers/land", "field.not_boolean"),
        Case("a benefit twice", put("/benefits/1/kind", "risk_sharing"), "/benefits", "intake.twice"),
        Case("three risks", lambda body: body["risks"].pop(), "/risks", "field.too_few"),
        Case("a party without contribution", put("/contributions/1/company", life.pair[0]), "/contributions", EVERY_PARTY),
    ]  # fmt: skip
    for case in cases:
        await refused(site, f"{life.path}/intake", good, case)


async def test_an_opener_that_is_no_party_is_refused(site: Site) -> None:
    answer = await site.ask("POST", "/v1/alliances", site.companies[3], site.opening())
    assert (answer.status_code, answer.json()["code"]) == (403, "parties.opener_not_among_them")


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("limit=0", "limit", "field.too_small"),
        ("limit=101", "limit", "field.too_large"),
        ("limit=ten", "limit", "field.not_integer"),
        ("limit=" + "9" * 5000, "limit", "field.not_integer"),
        ("cursor=abc", "cursor", "list.bad_cursor"),
        ("cursor=%F0%9F%98%80.1", "cursor", "list.bad_cursor"),
        ("cursor=" + "a" * 5001, "cursor", "field.too_long"),
        ("stage=%00", "stage", "field.pattern"),
        ("form=" + "a" * 41, "form", "field.pattern"),
        ("q=a%00b", "q", "field.pattern"),
        ("q=" + "a" * 101, "q", "field.too_long"),
        ("page=2", "page", "field.extra"),
    ],
)
async def test_wrong_parameters_are_named(site: Site, query: str, parameter: str, code: str) -> None:
    answer = await site.ask("GET", f"/v1/alliances?{query}", site.companies[0])
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert (fault["parameter"], fault["pointer"], fault["code"]) == (parameter, "", code)


async def test_a_cursor_of_another_list_is_refused(life: Life) -> None:
    page = await life.site.get(f"{life.path}/timeline?limit=1", life.pair[0])
    for path in (f"{life.path}/papers", "/v1/alliances"):
        answer = await life.site.ask("GET", f"{path}?cursor={page['next_cursor']}", life.pair[0])
        assert (answer.status_code, answer.json()["code"]) == (422, "list.bad_cursor")


@pytest.mark.parametrize("key", ["", "k" * 256, "鍵".encode().decode("latin-1"), "tab\there"])
async def test_a_malformed_idempotency_key_is_refused(site: Site, key: str) -> None:
    before = site.house.count()
    answer = await site.client.post(
        "/v1/alliances",
        json=site.opening(),
        headers=[
            (b"authorization", f"Bearer {site.keys[site.companies[0]]}".encode()),
            (b"idempotency-key", key.encode("latin-1")),
        ],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.malformed")
    assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert site.house.count() == before


@pytest.mark.parametrize(
    ("content", "media", "status", "code"),
    [
        (b"{", "application/json", 400, "body.malformed"),
        (b"\xff\xfe", "application/json", 400, "body.malformed"),
        (b"[" * 200_000, "application/json", 400, "body.malformed"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", 400, "body.malformed"),
        (b"NaN", "application/json", 422, "request.invalid"),
        (b"name=x", "application/x-www-form-urlencoded", 415, "body.content_type"),
        (b"{}", "", 415, "body.content_type"),
        (b"{}", "text/plain", 415, "body.content_type"),
        (b"", "application/json", 422, "request.invalid"),
        (b" " * (1 << 20) + b"{}", "application/json", 413, "body.too_large"),
        (b'{"\\ud800": 1}', "application/json", 422, "request.invalid"),
    ],
)
async def test_a_body_that_is_none_is_refused(
    site: Site, content: bytes, media: str, status: int, code: str
) -> None:
    headers = {
        "Authorization": f"Bearer {site.keys[site.companies[0]]}",
        **({"Content-Type": media} if media else {}),
    }
    before = site.house.count()
    answer = await site.client.post("/v1/alliances", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert site.house.count() == before


async def test_a_body_whose_length_is_not_told_is_limited_too(site: Site) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 65_536

    headers = {"Authorization": f"Bearer {site.keys[site.companies[0]]}", "Content-Type": "application/json"}
    answer = await site.client.post("/v1/alliances", content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
