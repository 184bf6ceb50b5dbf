"""Several candidates at the door: opened, compared, chosen and dropped over HTTP; nobody but the opener hears of it."""

from __future__ import annotations

from typing import Any

from tests.api.scene import SANDBOX, Life, Site, example

PARTY = example("OpenSelection")["candidates"][0]


def sought(site: Site, candidates: int = 3, **changes: Any) -> dict[str, Any]:
    """The first company searches among the next ones."""
    own, *others = ({**PARTY, "company": c} for c in site.companies)
    return example(
        "OpenSelection", own=[own], candidates=others[:candidates], sandbox_from=SANDBOX, **changes
    )


async def lived(site: Site) -> dict[str, Any]:
    """The smallest selection of three: one goes on, the others are dropped, one of them by itself."""
    who = site.companies[0]
    made = await site.post("/v1/selections", who, sought(site))
    first, second, _ = (f"/v1/alliances/{c['alliance']}" for c in made["candidates"])
    await site.post(f"{first}/candidate-choices", who, example("ChooseCandidate"))
    await site.post(f"{second}/candidate-drops", who, example("DropCandidate"))
    answer = await site.ask("POST", f"/v1/selections/{made['id']}/drops", who, example("DropRest"))
    assert answer.status_code == 200, answer.text
    await site.get("/v1/selections", who)
    found: dict[str, Any] = await site.get(f"/v1/selections/{made['id']}", who)
    return found


async def test_a_selection_from_its_batch_to_its_end(site: Site) -> None:
    seen = await lived(site)
    assert [c["stage"] for c in seen["candidates"]] == ["intake", "abandoned", "abandoned"]
    assert [c["chosen"] for c in seen["candidates"]] == [True, False, False]
    assert seen["candidates"][1]["note"] == example("DropCandidate")["note"]
    mine = {c["candidate"]: c["alliance"] for c in seen["candidates"]}
    for candidate, alliance in mine.items():
        view = await site.get(f"/v1/alliances/{alliance}", candidate)
        assert view["selection"] is None
        listed = (await site.get("/v1/alliances?limit=100", candidate))["data"]
        assert not {a["id"] for a in listed} & (set(mine.values()) - {alliance})
        assert (await site.ask("GET", f"/v1/selections/{seen['id']}", candidate)).status_code == 404
        for other in set(mine.values()) - {alliance}:
            assert (await site.ask("GET", f"/v1/alliances/{other}", candidate)).status_code == 404
        mails = (await site.get(f"/v1/alliances/{alliance}/outbox", candidate))["data"]
        assert [m["template"] for m in mails] == ["return_letter"] * (view["stage"] == "abandoned")


async def test_a_repeat_opens_nothing_twice_and_another_body_is_refused(site: Site) -> None:
    who, key = site.companies[0], {"Idempotency_Key": f"batch {site.house.count()}"}
    first = await site.ask("POST", "/v1/selections", who, sought(site), **key)
    before = site.house.count()
    again = await site.ask("POST", "/v1/selections", who, sought(site), **key)
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.headers["location"] == f"/v1/selections/{first.json()['id']}"
    other = await site.ask("POST", "/v1/selections", who, sought(site, 2), **key)
    assert (other.status_code, other.json()["code"]) == (409, "key.other_body")
    assert site.house.count() == before


async def test_the_rest_is_dropped_only_when_one_is_chosen_and_a_repeat_answers_the_same(site: Site) -> None:
    who = site.companies[0]
    made = await site.post("/v1/selections", who, sought(site))
    path, body = f"/v1/selections/{made['id']}/drops", example("DropRest")
    early = await site.ask("POST", path, who, body)
    assert (early.status_code, early.json()["code"]) == (409, "selection.none_chosen")
    one, two, three = (c["alliance"] for c in made["candidates"])
    await site.post(f"/v1/alliances/{two}/candidate-choices", who)
    await site.post(f"/v1/alliances/{three}/abandonment", who, example("Abandon"))
    key = {"Idempotency_Key": f"rest of {made['id']}"}
    done = await site.ask("POST", path, who, body, **key)
    assert [(d["alliance"], d["status"]) for d in done.json()["drops"]] == [(one, "done"), (three, "refused")]
    assert done.json()["drops"][1]["code"] == "matter.over"
    before = site.house.count()
    again = await site.ask("POST", path, who, body, **key)
    assert again.json() == done.json()
    assert site.house.count() == before


async def test_the_selection_of_an_alliance_is_not_set_by_hand(site: Site) -> None:
    body = site.opening() | {
        "selection": {"id": "sel_" + "a" * 26, "name": "x", "candidate": site.companies[1]}
    }
    answer = await site.ask("POST", "/v1/alliances", site.companies[0], body)
    assert (answer.status_code, answer.json()["code"]) == (422, "selection.not_here")
    assert answer.json()["errors"][0]["pointer"] == "/selection"


async def test_a_candidate_is_told_the_same_in_an_ordinary_alliance(site: Site) -> None:
    made = await site.post("/v1/selections", site.companies[0], sought(site, 1))
    ordinary = Life(site, await site.open())
    answers = []
    for alliance in (made["candidates"][0]["alliance"], ordinary.alliance):
        for act in ("drops", "choices"):
            path = f"/v1/alliances/{alliance}/candidate-{act}"
            body = example("DropCandidate") if act == "drops" else None
            answers.append((await site.ask("POST", path, site.companies[1], body)).json())
    assert answers[:2] == answers[2:]
    assert {a["code"] for a in answers} == {"selection.opener_only"}


async def test_with_nobody_to_answer_the_drops_become_orders(site: Site) -> None:
    who = site.companies[0]
    made = await site.post("/v1/selections", who, sought(site, 2))
    await site.post(f"/v1/alliances/{made['candidates'][0]['alliance']}/candidate-choices", who)
    site.house.nobody_answers(now=True)
    try:
        waiting = await site.ask("POST", f"/v1/selections/{made['id']}/drops", who, example("DropRest"))
    finally:
        site.house.nobody_answers(now=False)
    [line] = waiting.json()["drops"]
    assert line["status"] == "waiting"
    assert (await site.get(f"/v1/orders/{line['order']}", who))["status"] == "open"
