"""Files, a dry run, its confirmation, and one earlier alliance by itself: over HTTP, on both houses."""

from __future__ import annotations

from api.examples import SHA
from tests.api.handing import SANDBOX, TODAY, hand_in, one, send
from tests.api.scene import Life, Site
from tests.support.workbook import forty, papers


async def test_from_the_workbook_to_alliances_that_run(site: Site) -> None:
    a, b = site.companies[:2]
    book = forty([a, b], TODAY)
    files = await hand_in(site, a, papers())
    assert [one["name"] for one in files][:2] == ["A-01.pdf", "A-02.pdf"]
    answer = await send(site, f"/v1/imports?sandbox_from={SANDBOX}", a, book, **{"Idempotency-Key": "w"})
    dry = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/imports/{dry['id']}")
    assert dry["counts"] == {"open": 37, "done": 0, "before": 0, "refused": 0, "faults": 3}
    again = await send(site, f"/v1/imports?sandbox_from={SANDBOX}", a, book, **{"Idempotency-Key": "w"})
    assert (again.status_code, again.json()) == (201, dry)
    assert (await site.ask("GET", f"/v1/imports/{dry['id']}", b)).status_code == 404
    confirmed = (await site.ask("POST", f"/v1/imports/{dry['id']}/confirmation", a)).json()
    assert (confirmed["done"], confirmed["counts"]["done"]) == (True, 37)
    seen = await site.get(f"/v1/imports/{dry['id']}", a)
    assert (seen["status"], {r["status"] for r in seen["rows"]}) == ("confirmed", {"done"})
    life = Life(site, seen["rows"][0]["alliance"])
    view = await life.view()
    assert (view["stage"], view["earlier"]["stages"][0], view["earlier"]["reference"]) == (
        "operation",
        "intake",
        "A-01",
    )
    lines = (await site.get(f"{life.path}/timeline", b))["data"]
    assert lines[0]["title_ja"].startswith("以前からの提携「沿岸物流の提携 A-01」の取込み（担当0、段階：運営")
    sha = (await site.get(f"/v1/agreements/{view['main']}", b))["version_now"]["sha256"]
    assert files[0]["sha256"] == sha
    if site.house.__class__.__name__ == "SqlHouse":
        paper = await site.ask("GET", f"/v1/papers/{sha}", b)
        assert (paper.status_code, paper.content) == (200, papers()["A-01.pdf"])
        versions = await site.get(f"/v1/agreements/{view['main']}/versions", b)
        assert [v["name"] for v in versions["data"]] == ["A-01.pdf"]
    await site.post(
        f"/v1/matters/{life.alliance}/recorded-acts/confirmations", b, {"recorded": view["recorded"][0]["id"]}
    )


async def test_what_is_no_workbook_or_too_large_is_refused(site: Site) -> None:
    a = site.companies[0]
    for content, status, code in (
        (b"", 422, "import.not_a_workbook"), (b"PK", 422, "import.not_a_workbook"), (b"x" * (5 << 20 | 1), 413, "body.too_large"),
    ):  # fmt: skip
        answer = await send(site, "/v1/imports", a, content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    answer = await send(site, "/v1/files?name=x.pdf", a, b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "files.empty")
    assert (await send(site, "/v1/files", a, b"x")).status_code == 422
    assert (await send(site, "/v1/files?name=a/b", a, b"x")).status_code == 422
    assert (await send(site, "/v1/files?name=big.pdf", a, b"x" * (2 << 20))).status_code == 201


async def test_one_comes_in_by_itself_on_a_file_of_the_own_company(site: Site) -> None:
    a, b = site.companies[:2]
    answer = await site.ask(
        "POST", "/v1/earlier-alliances", a, one(site, {"name": "x", "sha256": SHA, "size": 9})
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/contract/file/sha256")
    [file] = await hand_in(site, a, {"契約.pdf": b"signed by both"})
    refused = await site.ask("POST", "/v1/earlier-alliances", b, one(site, file))
    assert refused.json()["code"] == "files.not_handed_in", "a hash alone opens nothing"
    made = await site.post("/v1/earlier-alliances", a, one(site, file))
    assert (await site.get(f"/v1/alliances/{made['matter']}", b))["stage"] == "operation"
