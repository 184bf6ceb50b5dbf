"""A company's own approval at the door: people are known by their keys, and the partner reads a status."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.scene import Life, Site, example

CLERK, HEAD = "カナリア係", "カナリア部長"


async def keys(site: Site, company: str) -> dict[str, str]:
    """A key for each of the company's people; the caller of a request is the one whose key it has."""
    found = {}
    for person in (CLERK, HEAD):
        made = await site.post(f"/v1/companies/{company}/keys", "operator", {"person": person})
        found[person] = made["secret"]
    return found


async def called(site: Site) -> tuple[Life, str]:
    """The decision on the NDA of a fresh alliance."""
    life = Life(site, await site.open())
    await site.post(f"{life.path}/intake", life.pair[0], site.intake())
    nda = (await life.view())["nda"]
    sha = (await site.get(f"/v1/agreements/{nda}", life.pair[0]))["version_now"]["sha256"]
    frozen = await site.post(f"/v1/agreements/{nda}/freezes", life.pair[0], {"sha256": sha})
    return life, f"/v1/decisions/{frozen['created'][0]}"


def house(**more: Any) -> dict[str, Any]:
    return {"routes": [{"steps": [{"people": [HEAD], "need": 1}]}], **more}


async def test_a_round_by_two_people_of_one_company(site: Site) -> None:
    life, decision = await called(site)
    a, b = life.pair
    secrets = await keys(site, a)
    site.keys |= {person: secrets[person] for person in secrets}
    await site.post(f"{life.path}/house", CLERK, house())
    route = await site.get(f"{decision}/approval-route", CLERK)
    assert (route["problem"], route["proposer"], route["ahead"]["blocked"]) == ("", CLERK, 0)
    asked = await site.get(f"{decision}/approval-route?person={HEAD}", CLERK)
    assert (asked["problem"], asked["ahead"]["because"]) == ("house.blocked", "proposer")
    refused = await site.ask("POST", f"{decision}/approval-requests", HEAD, {"reference": "稟議"})
    assert (refused.status_code, refused.json()["code"]) == (409, "house.blocked")
    elsewhere = example("RecordInternalApproval")
    told = await site.ask("POST", f"{decision}/internal-approvals", CLERK, elsewhere)
    assert (told.status_code, told.json()["code"]) == (409, "house.approves_here")
    await site.post(f"{decision}/approval-requests", CLERK, {"reference": "カナリア番号"})
    own = await site.ask("POST", f"{decision}/approval-requests/answers", CLERK, {"choice": "approve"})
    assert (own.status_code, own.json()["code"]) == (403, "house.proposer")
    await site.post(f"{decision}/approval-requests/answers", HEAD, {"choice": "approve"})
    seen = await site.get(decision, b)
    assert [(i["status"], i["sole"]) for i in seen["internal"]] == [("approved", False)]
    assert (await site.get(decision, a))["requests"][0]["given"] == [
        {"step": 1, "seat": HEAD, "person": HEAD}
    ]
    for path in (decision, life.path, f"{life.path}/timeline", f"{decision}/approval-route"):
        assert "カナリア" not in (await site.ask("GET", path, b)).text
    record = await site.ask("GET", f"{life.path}/record", b)
    assert "カナリア" not in record.text


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"stand_ins": [("甲", "乙"), ("乙", "甲")]}, "house.cycle", "/stand_ins"),
        ({"sole": True, "routes": []}, "house.sole", "/sole"),
        ({"routes": [{"steps": [{"people": [HEAD], "need": 2}]}]}, "house.need", "/routes/0/steps/0/need"),
        ({"routes": [{"steps": []}]}, "field.too_few", "/routes/0/steps"),
        ({"routes": [{"steps": [{"people": [HEAD], "need": 1, "x": 1}]}]}, "field.extra", "/routes/0/steps/0/x"),
    ],
)  # fmt: skip
async def test_what_contradicts_itself_is_refused_by_field(
    site: Site, changes: Any, code: str, pointer: str
) -> None:
    life = Life(site, await site.open())
    body = house(**changes)
    body["stand_ins"] = [
        {"person": p, "by": by, "first": "2026-04-01", "last": "2026-04-02", "reason": "出張"}
        for p, by in body.get("stand_ins", [])
    ]
    answer = await site.ask("POST", f"{life.path}/house", life.pair[0], body, Accept_Language="ja")
    assert answer.status_code == 422
    fault = answer.json()["errors"][0]
    assert (fault["code"], fault["pointer"]) == (code, pointer)
