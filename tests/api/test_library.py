"""Clauses, previews and a company's own templates over HTTP."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Awaitable
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import pytest
from docx import Document
from fastapi.exceptions import RequestValidationError
from httpx2 import Response
from jsonschema_rs import Draft202012Validator, meta

from api import paging
from api.answers import DOCX
from api.examples import EXAMPLES, SHA
from api.forms import form, variables
from teikei.adapters import clause_library
from teikei.adapters.clause_files import content
from teikei.adapters.clause_library import FileLibrary
from teikei.adapters.sql.clauses import Made
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.documents import DocumentError, default_library, read_text, render
from teikei.domain.errors import Invalid
from teikei.domain.papers import VARIABLES, PaperKind
from teikei.domain.views import plain
from tests.api.handing import send
from tests.api.papers import FOUND
from tests.api.scene import Life, Site, example
from tests.api.sql_house import SqlHouse
from tests.api.test_paper_pdf import conversions
from tests.documents.attacks import linked_picture
from tests.documents.corpus import paragraphs
from tests.documents.samples import sample

TEMPLATE = paragraphs("{{ title }}", "{%p if day %}", "{{ day|ymd }}から{{ share|percent }}", "{%p endif %}")
PLAIN = paragraphs("{{ title }}")


async def upload(site: Site, who: str, template: bytes = PLAIN, name: str = "自社.docx") -> dict[str, Any]:
    answer = await send(site, f"/v1/templates?name={quote(name)}", who, template, **{"Content-Type": DOCX})
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/templates/{kept['sha256']}"
    return kept


# clauses


async def test_kinds_say_what_they_consist_of_and_ask_for(site: Site) -> None:
    told = {one["kind"]: one for one in (await site.get("/v1/paper-kinds", site.companies[0]))["data"]}
    assert set(told) == set(default_library().kinds)
    nda = told["nda"]
    assert (nda["title_ja"], nda["languages"]) == ("秘密保持契約書", ["ja", "en", "ja+en"])
    assert {"id": "clean_team", "condition": "rivals"} in nda["clauses"]
    rendered = render("nda", sample("nda"))
    assert [c.id for c in rendered.clauses] == [
        c["id"] for c in nda["clauses"] if c["id"] in {u.id for u in rendered.clauses}
    ]
    Draft202012Validator(nda["form_of_values"]).validate(plain(sample("nda")))


async def test_the_newest_clauses_and_their_exact_text(site: Site) -> None:
    a = site.companies[0]
    nda = (await site.get("/v1/clauses?kind=nda&language=en", a))["data"]
    assert [one["id"] for one in nda] == list(default_library().manifest("nda", "en").clause_ids)
    for one in nda[:3]:
        whole = await site.get(f"/v1/clauses/{one['sha256']}", a)
        assert hashlib.sha256(whole["text"].encode()).hexdigest() == one["sha256"]
        assert whole["text"].endswith(one["body"])
        assert (whole["title"], whole["language"]) == (one["title"], "en")
    absent = await site.ask("GET", f"/v1/clauses/{SHA}", a)
    assert absent.status_code == 404
    every = (await site.get("/v1/clauses", a))["data"]
    assert {one["id"] for one in every} == set(default_library().clause_ids)


async def test_findings_are_told_once_they_are_found(site: Site) -> None:
    def ask() -> Awaitable[Response]:
        return site.ask("GET", "/v1/clauses/findings", site.companies[0])

    answer = await ask()
    for _ in range(100):
        if answer.status_code == 200:
            break
        assert (answer.status_code, answer.headers["retry-after"]) == (202, "5")
        answer = await ask()
    assert answer.json() == {"data": FOUND}


async def test_the_clauses_of_a_paper_are_for_those_who_read_the_paper(life: Life) -> None:
    site, (a, b), stranger = life.site, life.pair, life.site.companies[3]
    sha = (await site.get(f"{life.path}/papers", a))["data"][0]["sha256"]
    path = f"/v1/papers/{sha}/clauses"
    if isinstance(site.house, SqlHouse):
        ids = ("preamble_contract", "purpose_nda")
        uses = [default_library().clause(one) for one in ids]
        made = [
            Made(id=c.id, language="ja", version=c.version, sha256=c.sha256, number=n)
            for n, c in enumerate(uses)
        ]
        SqlRenditions(site.house.engine).written(sha, b"{}", made)
        told = (await site.get(path, b))["data"]
        assert [(one["id"], one["number"], one["title"]) for one in told] == [
            ("preamble_contract", None, uses[0].title),
            ("purpose_nda", 1, uses[1].title),
        ]
        whole = await site.get(f"/v1/clauses/{told[1]['sha256']}", stranger)
        assert whole["text"] == content("purpose_nda", "ja")
        assert whole["first_used_at"]
    else:
        assert (await site.get(path, b))["data"] == []
    foreign, absent = [
        await site.ask("GET", f"/v1/papers/{one}/clauses", stranger) for one in (sha, "ab" * 32)
    ]
    assert (foreign.status_code, foreign.content) == (404, absent.content)


# previews


@pytest.mark.parametrize("kind", list(VARIABLES))
def test_every_paper_can_be_said_in_json(kind: PaperKind) -> None:
    said = plain(sample(kind))
    meta.validate(form(kind))
    Draft202012Validator(form(kind)).validate(said)
    assert variables(kind, said) == sample(kind)
    with pytest.raises(RequestValidationError):
        variables(kind, {**said, "unheard_of": 1})


async def test_a_preview_is_the_paper_and_nothing_is_stored(site: Site) -> None:
    a, before = site.companies[0], site.house.count()
    made = render("nda", sample("nda"), language="en")
    body = {"kind": "nda", "language": "en", "values": plain(sample("nda"))}
    word = await site.ask("POST", "/v1/previews", a, body)
    assert (word.status_code, word.content) == (200, made.docx)
    assert word.headers["content-type"] == DOCX
    assert quote(made.title) in word.headers["content-disposition"]
    told = await site.ask("POST", "/v1/previews", a, body | {"format": "text"})
    assert (told.text, told.headers["content-type"]) == (made.text, "text/plain; charset=utf-8")
    shown = await site.ask("POST", "/v1/previews", a, body | {"format": "html"})
    assert shown.text == made.html(link="/docs/paper.css")
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    allowed = shown.headers["content-security-policy"]
    assert ("script" in allowed, "unsafe" in allowed, "style-src 'self'" in allowed) == (False, False, True)
    sheet = await site.ask("GET", "/docs/paper.css")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert site.house.count() == before
    assert (await site.ask("GET", f"/v1/papers/{made.sha256}", a)).status_code == 404


async def test_a_preview_as_pdf_is_made_meanwhile_and_is_no_paper(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, before = site.companies[0], site.house.count()
    made = render("nda", sample("nda"))
    body = {"kind": "nda", "values": plain(sample("nda")), "format": "pdf"}
    under_way = await site.ask("POST", "/v1/previews", a, body)
    assert (under_way.status_code, under_way.headers["retry-after"]) == (202, "1")
    there = await site.ask("POST", "/v1/previews", a, body)
    assert (there.status_code, there.content) == (200, f"%PDF of {made.sha256}".encode())
    assert there.headers["content-type"] == "application/pdf"
    assert quote(f"{made.title}.pdf") in there.headers["content-disposition"]
    for path in (f"/v1/papers/{made.sha256}", f"/v1/papers/{made.sha256}/pdf"):
        assert (await site.ask("GET", path, a)).status_code == 404
    assert site.house.count() == before
    monkeypatch.setattr(conversions(site), "office", False)
    refused = await site.ask("POST", "/v1/previews", a, body)
    assert (refused.status_code, refused.json()["code"]) == (503, "pdf.no_office")
    assert (await site.ask("POST", "/v1/previews", a, body | {"format": "html"})).status_code == 200


LETTER = EXAMPLES["Preview"]["values"]
TWO = LETTER["parties"]


@pytest.mark.parametrize(
    ("values", "language", "code", "pointer"),
    [
        ({"written_on": "tomorrow"}, "ja", "field.not_date", "/values/written_on"),
        ({"return_days": "30"}, "ja", "field.not_integer", "/values/return_days"),
        ({"sendr": "甲"}, "ja", "field.extra", "/values/sendr"),
        ({"parties": [TWO[0], {**TWO[1], "nmae": ""}]}, "ja", "field.extra", "/values/parties/1/nmae"),
        ({"parties": TWO[:1]}, "ja", "parties.two_to_ten", "/values/parties"),
        ({"parties": TWO[::-1]}, "ja", "parties.label", "/values/parties/0/label"),
        ({"sender": "丁"}, "ja", "parties.no_such_label", "/values/sender"),
        ({"reason": "a\u0007"}, "ja", "document.illegal_character", "/values/reason"),
    ],
)
async def test_what_is_wrong_is_told_at_its_place(
    site: Site, values: dict[str, Any], language: str, code: str, pointer: str
) -> None:
    body = example("Preview", values=LETTER | values, language=language)
    told = await site.ask("POST", "/v1/previews", site.companies[0], body)
    assert told.status_code == 422, told.text
    assert [(one["code"], one["pointer"]) for one in told.json()["errors"]] == [(code, pointer)]


def test_values_that_no_paper_can_be_made_of_are_no_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    library, given = FileLibrary(), variables("return_letter", LETTER)
    for trouble, code in (
        (KeyError("丁"), "preview.unfit"),
        (DocumentError("document.clause_failed", "one", message="x"), "document.clause_failed"),
    ):
        with monkeypatch.context() as broken:
            broken.setattr(clause_library, "render", Mock(side_effect=trouble))
            with pytest.raises(Invalid) as caught:
                library.preview("return_letter", "ja", given)
        assert (caught.value.code, caught.value.pointer) == (code, "/values")
        assert caught.value.params["message"] in {"KeyError: '丁'", "one: x"}


@pytest.mark.parametrize("bad", ["1e999999999", "1/0", "0.5", "3/5 ", 1, True, "9" * 40])
def test_a_ratio_is_two_whole_numbers(bad: object) -> None:
    said = plain(sample("co_development"))
    said["shares"][1]["ratio"] = bad
    with pytest.raises(Invalid) as caught:
        variables("co_development", said)
    assert (caught.value.code, caught.value.pointer) == ("field.not_ratio", "/values/shares/1/ratio")


async def test_values_without_bottom_are_refused(site: Site) -> None:
    deep: Any = []
    codes = []
    for _ in range(400):
        deep = [deep]
    given: Any
    for given in ([1], deep):
        body = example("Preview", values={"parties": given})
        told = await site.ask("POST", "/v1/previews", site.companies[0], body)
        codes.append((told.status_code, told.json()["code"]))
    assert codes == [(422, "request.invalid"), (400, "body.malformed")]


# templates


async def test_a_template_is_read_and_filled(site: Site) -> None:
    a = site.companies[0]
    kept = await upload(site, a, TEMPLATE)
    assert (kept["name"], kept["variables"]) == ("自社.docx", ["day", "share", "title"])
    assert kept["form"]["properties"]["day"] == {"type": "string", "format": "date"}
    assert await site.get(f"/v1/templates/{kept['sha256']}", a) == kept
    values = {"title": "覚書", "day": "2028-04-01", "share": "1/4"}
    Draft202012Validator(kept["form"]).validate(values)
    drafts = f"/v1/templates/{kept['sha256']}/drafts"
    made = await site.ask("POST", drafts, a, {"values": values})
    assert (made.status_code, made.headers["content-type"]) == (200, DOCX)
    assert read_text(made.content).split("\n") == ["覚書", "2028年4月1日から25％"]
    for change, code, pointer in (
        ({"day": "2028-02-30"}, "field.not_date", "/values/day"),
        ({"share": "1/0"}, "field.not_ratio", "/values/share"),
        ({"share": "9" * 40}, "field.not_ratio", "/values/share"),
        ({"title": True}, "field.not_text", "/values/title"),
        ({"a/b": 1}, "field.extra", "/values/a~1b"),
        ({"title": "\u0007"}, "document.illegal_character", "/values/title"),
    ):
        told = await site.ask("POST", drafts, a, {"values": values | change})
        assert [(one["code"], one["pointer"]) for one in told.json()["errors"]] == [(code, pointer)]
    missing = await site.ask("POST", drafts, a, {"values": {"title": "x"}})
    assert missing.json()["errors"][0]["code"] == "field.missing"


async def test_a_template_is_its_company_s_alone(site: Site) -> None:
    a, b = site.companies[:2]
    mine = paragraphs("社外秘 {{ title }}")
    sha = (await upload(site, a, mine))["sha256"]
    foreign = await site.ask("GET", f"/v1/templates/{sha}", b)
    absent = await site.ask("GET", f"/v1/templates/{SHA}", b)
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    drafted = await site.ask("POST", f"/v1/templates/{sha}/drafts", b, example("Filled"))
    assert (drafted.status_code, drafted.content) == (404, absent.content)
    both = await upload(site, b, mine, "theirs.docx")
    assert (both["sha256"], both["name"]) == (sha, "theirs.docx")
    assert (await site.get(f"/v1/templates/{sha}", a))["name"] == "自社.docx"


async def test_templates_are_listed_newest_first_page_by_page_to_their_company_alone(site: Site) -> None:
    c, other = site.companies[2], site.companies[3]
    earlier = (await site.get("/v1/templates?limit=100", c))["data"]
    words = [paragraphs(f"{n} {{{{ title }}}}") for n in range(5)]
    kept = [await upload(site, c, word, f"{n}.docx") for n, word in enumerate(words)]
    kept = [*kept[1:], await upload(site, c, words[0], "again.docx")]  # it is the newest now
    await upload(site, other, words[4], "theirs.docx")
    wanted = [
        {k: v for k, v in one.items() if k in {"sha256", "name", "language", "size", "at"}}
        for one in kept[::-1]
    ]
    seen, path = [], "/v1/templates?limit=2"
    while path:
        answer = await site.ask("GET", path, c)
        assert answer.status_code == 200, answer.text
        seen += answer.json()["data"]
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert seen == wanted + earlier
    assert (await site.get("/v1/templates", other))["data"][0]["name"] == "theirs.docx"


def cursor(name: str, values: Any) -> str:
    after = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    return paging._cursor(name, after)


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "yesterday", 7, None, ["2026-01-01T00:00:00+00:00"]])
async def test_a_cursor_names_an_instant(site: Site, at: object) -> None:
    path = f"/v1/templates?cursor={cursor('/v1/templates', [at, SHA])}"
    refused = await site.ask("GET", path, site.companies[2])
    assert (refused.status_code, refused.json()["code"]) == (422, "list.bad_cursor")


async def test_what_cannot_be_a_template_is_refused_with_its_code(site: Site) -> None:
    a = site.companies[0]
    for bad, code in (
        (b"", "document.upload_not_zip"),
        (PLAIN[:500], "document.upload_truncated"),
        (linked_picture("http://127.0.0.1:9/x"), "document.upload_external"),
        (paragraphs("{{ title"), "document.template_tag_open"),
        (paragraphs("{{ ''.__class__ }}"), "document.template_forbidden"),
    ):
        told = await send(site, "/v1/templates?name=x.docx", a, bad)
        assert (told.status_code, told.json()["code"]) == (422, code), told.text
        assert [one["pointer"] for one in told.json()["errors"]] in ([], [""])
    large = await send(site, "/v1/templates?name=x.docx", a, bytes((20 << 20) + 1))
    assert large.status_code == 413


def test_the_upload_would_be_readable() -> None:
    assert Document(io.BytesIO(TEMPLATE)).paragraphs[0].text == "{{ title }}"
