"""A party that does not log in, at the door: entered by a named person, shown as such, confirmed or contested by its own key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.scene import Life, Site, away, example

ACTS = "/v1/matters/{}/recorded-acts"


def paper(life: Life, **act: Any) -> dict[str, Any]:
    body = example("RecordFor", company=life.pair[1])
    return {**body, "act": act or {"kind": "vote", "choice": "yes"}}


async def test_a_vote_is_entered_confirmed_and_read_as_what_it_is(site: Site) -> None:
    life, decision = await away(site)
    a, b = life.pair
    made = await site.post(ACTS.format(decision), a, paper(life))
    assert made["created"][-1].startswith("rec_")
    for reader in life.pair:
        seen = await site.get(f"/v1/decisions/{decision}", reader)
        assert [(v["company"], v["recorded_by"]) for v in seen["votes"]] == [(b, a)]
        assert [(r["person"], r["status"]) for r in seen["recorded"]] == [("担当0", "open")]
    lines = (await site.get(f"{life.path}/timeline?limit=100", b))["data"]
    [voted] = [x for x in lines if x["act"] == "record_for"]
    assert "代理記録（記録者：" in voted["title_ja"]
    assert "担当0" in voted["title_ja"]
    assert "(entered for " in voted["title_en"]
    body = {"recorded": made["created"][-1]}
    await site.post(f"{ACTS.format(decision)}/confirmations", b, body)
    again = await site.ask("POST", f"{ACTS.format(decision)}/confirmations", b, body)
    assert (again.status_code, again.json()["code"]) == (409, "recorded.answered_already")


async def test_the_record_names_the_recorder_as_the_actor(site: Site) -> None:
    life, decision = await away(site)
    a, b = life.pair
    made = await site.post(ACTS.format(decision), a, paper(life))
    text = (await site.ask("GET", f"{life.path}/record", b)).text
    said = next(
        x["payload"] for line in text.splitlines() if (x := json.loads(line))["leaf"]["seq"] == made["first"]
    )
    assert said["by"]["company"] == a
    assert (said["values"]["recorded_for"], said["values"]["recorded_by"]) == (b, a)
    assert said["values"]["recorded_person"] == "担当0"


async def test_a_signature_is_contested_and_asked_for_again(site: Site) -> None:
    life, decision = await away(site)
    a, b = life.pair
    await site.post(ACTS.format(decision), a, paper(life))
    await site.post(f"/v1/decisions/{decision}/internal-approvals", a, example("RecordInternalApproval"))
    await site.post(f"/v1/decisions/{decision}/votes", a, {"choice": "yes"})
    path = f"/v1/agreements/{life.nda}"
    sha = (await site.get(path, a))["version_now"]["sha256"]
    now = (await site.get(f"{life.path}/clock", a))["now"]
    signed = {"kind": "sign", **example("Sign", sha256=sha, signed_at=now)}
    made = await site.post(ACTS.format(life.nda), a, paper(life, **signed))
    assert [(s["company"], s["recorded_by"]) for s in (await site.get(path, b))["signatures"]] == [(b, a)]
    body = {"recorded": made["created"][-1], "reason": "当社は署名していない。"}
    await site.post(f"{ACTS.format(life.nda)}/contests", b, body)
    assert (await site.get(path, a))["signatures"] == []
    refused = await site.ask("POST", ACTS.format(life.nda), a, paper(life, **signed))
    assert (refused.status_code, refused.json()["code"]) == (422, "recorded.not_off_platform")
    for who in life.pair:
        await site.post(f"{path}/signatures", who, example("Sign", sha256=sha, signed_at=now))
    assert (await life.view())["stage"] == "due_diligence"


@pytest.mark.parametrize(
    ("act", "pointer", "code"),
    [
        ({}, "/act", "field.invalid"),
        ({"kind": "record_for"}, "/act/kind", "field.not_one_of"),
        ({"kind": "freeze", "sha256": "0f" * 32}, "/act/kind", "field.not_one_of"),
        ({"kind": "vote", "choice": "maybe"}, "/act/choice", "field.not_one_of"),
        ({"kind": "vote"}, "/act/choice", "field.missing"),
        ({"kind": "close_inputs", "by": "x"}, "/act/by", "field.extra"),
    ],
)
async def test_a_wrong_act_inside_is_named_by_its_field(
    site: Site, act: Any, pointer: str, code: str
) -> None:
    life = Life(site, await site.open())
    before = site.house.count()
    body = {**example("RecordFor", company=life.pair[1]), "act": act}
    answer = await site.ask("POST", ACTS.format(life.alliance), life.pair[0], body)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert site.house.count() == before


async def test_an_outsider_finds_nothing_and_nobody_enters_for_itself(site: Site) -> None:
    life, decision = await away(site)
    outsider = site.companies[3]
    for place in (decision, "xyz_" + "a" * 26, "dec_x"):
        who = outsider if place == decision else life.pair[0]
        assert (await site.ask("POST", ACTS.format(place), who, paper(life))).status_code == 404
    mine = example("RecordFor", company=life.pair[0])
    own = await site.ask("POST", ACTS.format(decision), life.pair[0], mine)
    assert own.json()["code"] == "recorded.own_company"
