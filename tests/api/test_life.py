"""A whole life over HTTP: every act answers 201 with its receipt, and every read shows what it led to."""

from __future__ import annotations

import json
from typing import Any

from tests.api.scene import Life, Site


async def all_of(site: Site, path: str, who: str, limit: int = 100) -> list[dict[str, Any]]:
    """Every row of a list, by following its cursor."""
    rows: list[dict[str, Any]] = []
    where = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    while where:
        answer = await site.ask("GET", where, who)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["data"]
        link = answer.headers.get("link", "")
        assert bool(link) is bool(answer.json()["next_cursor"])
        where = link.partition(">")[0].lstrip("<")
    return rows


async def test_a_life_ends_closed(life: Life) -> None:
    view = await life.view()
    assert view["stage"] == "closed"
    assert view["exit"]["terminated"] is True


async def test_the_timeline_is_in_order_and_in_both_languages(life: Life) -> None:
    rows = await all_of(life.site, f"{life.path}/timeline", life.pair[0])
    assert [r["seq"] for r in rows] == sorted({r["seq"] for r in rows})
    assert {r["act"] for r in rows} >= {
        "state_intake",
        "score",
        "sign",
        "vote",
        "hold_review",
        "tick_exit_item",
        "fell_due",
    }
    assert all(r["title_ja"] and r["title_en"] and r["title_ja"] != r["title_en"] for r in rows)


async def test_the_record_has_every_leaf_and_hides_what_is_private_to_others(life: Life) -> None:
    answers = [await life.site.ask("GET", f"{life.path}/record", who) for who in life.pair]
    assert answers[0].headers["content-type"].startswith("application/jsonl")
    first, second = ([json.loads(line) for line in a.text.splitlines()] for a in answers)
    assert [r["leaf"] for r in first] == [r["leaf"] for r in second]
    assert [r["leaf"]["seq"] for r in first] == list(range(1, len(first) + 1))
    private = [i for i, r in enumerate(first) if "payload" not in r]
    assert private
    assert all("payload" in second[i] for i in private)


async def test_the_papers_can_be_fetched_under_their_names(life: Life) -> None:
    papers = await all_of(life.site, f"{life.path}/papers", life.pair[0], limit=2)
    assert {p["kind"] for p in papers} >= {"nda", "co_development", "minutes", "statement", "termination"}
    answer = await life.site.ask("GET", f"/v1/papers/{papers[0]['sha256']}", life.pair[1])
    assert answer.content.startswith(b"PK")
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]


async def test_the_versions_of_an_agreement_are_its_own_papers(life: Life) -> None:
    rows = await all_of(life.site, f"/v1/agreements/{life.main}/versions", life.pair[0])
    assert [r["name"].removeprefix("契約 ") for r in rows] == [
        "co_development-v1.docx",
        "co_development-v2.docx",
    ]


async def test_mails_are_listed_to_their_own_company_and_can_be_read_and_resent(life: Life) -> None:
    lists = [await all_of(life.site, f"{life.path}/outbox", who) for who in life.pair]
    assert all(lists)
    assert {r["id"] for r in lists[0]}.isdisjoint(r["id"] for r in lists[1])
    assert await all_of(life.site, f"{life.path}/outbox?status=dead", life.pair[0]) == []
    one = lists[0][0]["id"]
    mail = await life.site.ask("GET", f"/v1/outbox/{one}.eml", life.pair[0])
    assert mail.headers["content-type"] == "message/rfc822"
    assert b"To:" in mail.content
    await life.site.post(f"/v1/outbox/{one}/resends", life.pair[0])
    for path in (f"/v1/outbox/{one}.eml", f"/v1/outbox/{one}/resends"):
        method = "GET" if path.endswith("eml") else "POST"
        assert (await life.site.ask(method, path, life.pair[1])).status_code == 404


async def test_reviews_and_action_items_are_listed_after_they_are_over(life: Life) -> None:
    reviews = await life.site.get(f"{life.path}/reviews", life.pair[0])
    assert [r["number"] for r in reviews["data"]] == [1]
    assert len(reviews["data"][0]["sha256"]) == 64
    actions = await life.site.get(f"{life.path}/action-results", life.pair[0])
    assert [(a["number"], a["result"]) for a in actions["data"]] == [(1, "送った")]
    assert actions["open"] == []


async def test_lists_find_matters_by_alliance_and_stage(life: Life) -> None:
    for kind, ids in (("agreements", {life.nda, life.main, life.termination}), ("periods", {life.period})):
        rows = await all_of(life.site, f"/v1/{kind}", life.pair[0])
        assert ids <= {r["id"] for r in rows}
        here = (await life.site.get(f"/v1/{kind}?alliance={life.alliance}", life.pair[0]))["data"]
        assert {r["alliance_id"] for r in here} == {life.alliance}
        assert (await life.site.get(f"/v1/{kind}?stage=nowhere", life.pair[0]))["data"] == []
    decisions = (await life.site.get(f"/v1/decisions?alliance={life.alliance}&stage=closed", life.pair[1]))[
        "data"
    ]
    assert life.go_no_go in {d["id"] for d in decisions}
    found = (await life.site.get("/v1/alliances?stage=closed&form=co_development&q=設備", life.pair[0]))[
        "data"
    ]
    assert life.alliance in {a["id"] for a in found}


async def test_the_next_page_keeps_what_was_asked_for(life: Life) -> None:
    path = f"/v1/decisions?alliance={life.alliance}&stage=closed"
    whole = await all_of(life.site, path, life.pair[0])
    assert len(whole) > 2
    assert await all_of(life.site, path, life.pair[0], limit=1) == whole


async def test_an_outsider_finds_nothing_of_it(life: Life) -> None:
    outsider = life.site.companies[3]
    for kind in ("alliances", "agreements", "decisions", "periods"):
        assert await all_of(life.site, f"/v1/{kind}", outsider) == []
    assert (await life.site.get(f"/v1/agreements?alliance={life.alliance}", outsider))["data"] == []


async def test_marks_stay_private_until_shared_and_gaps_show_afterwards(site: Site) -> None:
    life = Life(site, await site.open())
    await life.to_diligence()
    path, (a, b) = f"{life.path}/assessments", life.pair
    for axis in ("culture", "philosophy", "technology"):
        await site.post(f"{life.path}/scores", a, {"about": b, "axis": axis, "points": 1, "evidence": "x"})
        await site.post(f"{life.path}/scores", a, {"about": a, "axis": axis, "points": 5, "evidence": "x"})
    assert len((await site.get(path, a))["data"]) == 6
    assert {s["about"] for s in (await site.get(path, b))["data"]} == {a}
    assert (await site.get(path, b))["awaits"] == [a, b]
    await site.post(
        f"{life.path}/scores", b, {"about": a, "axis": "culture", "points": 2, "evidence": "内緒"}
    )
    await site.post(f"{life.path}/scores/shares", a)
    seen = await site.get(f"{path}?limit=4", a)
    assert (len(seen["data"]), seen["shared"]) == (4, [a])
    assert len((await site.get(f"{path}?limit=4&cursor={seen['next_cursor']}", a))["data"]) == 2
    stale = seen["next_cursor"]
    await life.to_negotiation_after_shares()
    over = await site.ask("GET", f"{path}?cursor={stale}", a)
    assert (over.status_code, over.json()["code"]) == (422, "list.bad_cursor")
    assert [len((await site.get(path, who))["data"]) for who in (a, b)] == [6, 7]


async def test_comments_are_read_in_order(life: Life) -> None:
    site = life.site
    fresh = Life(site, await site.open())
    await fresh.site.post(f"{fresh.path}/intake", fresh.pair[0], site.intake())
    nda = (await fresh.view())["nda"]
    sha = (await site.get(f"/v1/agreements/{nda}", fresh.pair[0]))["version_now"]["sha256"]
    frozen = await site.post(f"/v1/agreements/{nda}/freezes", fresh.pair[0], {"sha256": sha})
    path = f"/v1/decisions/{frozen['created'][0]}"
    for i, who in enumerate((*fresh.pair, fresh.pair[0])):
        await site.post(f"{path}/comments", who, {"text": f"意見{i}"})
    rows = await all_of(site, f"{path}/comments", fresh.pair[1], limit=2)
    assert [r["text"] for r in rows] == ["意見0", "意見1", "意見2"]
    await site.post(
        f"{path}/internal-approvals", fresh.pair[0], {"status": "submitted", "reference": "稟議 7"}
    )
    mine, theirs = [(await site.get(path, who))["internal"][0] for who in fresh.pair]
    assert (mine.get("reference"), theirs.get("reference")) == ("稟議 7", None)


async def test_a_clock_of_a_sandbox_moves_only_forward(site: Site) -> None:
    life = Life(site, await site.open())
    assert (await site.get(f"{life.path}/clock", life.pair[0]))["sandbox"] is True
    moved = await site.ask("POST", f"{life.path}/clock", life.pair[0], {"to": "2026-03-01T00:00:00Z"})
    assert moved.json()["done"] is True
    assert moved.json()["steps"] > 0
    assert (await life.view())["stage"] == "abandoned"
    back = await site.ask("POST", f"{life.path}/clock", life.pair[0], {"to": "2026-02-01T00:00:00Z"})
    assert (back.status_code, back.json()["errors"][0]["pointer"]) == (422, "/to")


async def test_real_time_cannot_be_moved(site: Site) -> None:
    body = site.opening()
    del body["sandbox_from"]
    made = await site.post("/v1/alliances", site.companies[0], body)
    path = f"/v1/alliances/{made['matter']}/clock"
    assert await site.get(path, site.companies[0]) == {"sandbox": False, "now": None}
    refused = await site.ask("POST", path, site.companies[0], {"to": "2026-03-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["code"]) == (409, "clock.not_sandbox")


async def test_the_operator_sees_and_clears_an_accident(site: Site) -> None:
    alliance = await site.open()
    site.house.hurt(alliance)
    rows = (await site.get("/v1/attention", "operator"))["data"]
    assert {"matter": alliance, "kind": "alliance"}.items() <= next(
        r for r in rows if r["matter"] == alliance
    ).items()
    body = {"how": "retry", "note": "直した"}
    made = await site.post(f"/v1/attention/{alliance}/resolutions", "operator", body)
    assert made["matter"] == alliance
    assert alliance not in {r["matter"] for r in (await site.get("/v1/attention", "operator"))["data"]}
    gone = [
        await site.ask("POST", f"/v1/attention/{one}/resolutions", "operator", body)
        for one in (alliance, "aln_" + "z" * 26, "x")
    ]
    assert {(a.status_code, a.content) for a in gone} == {(404, gone[0].content)}
