"""What a hostile caller tries: private things of another company, bodies that eat time, limits that one can use up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from httpx2 import Response

from teikei.adapters import heavy
from teikei.domain.alliance import announcing
from teikei.domain.rehearsal import memo
from tests.api.conftest import opened
from tests.api.handing import TODAY, hand_in, send
from tests.api.scene import Life, Site, example
from tests.api.sql_house import SqlHouse
from tests.support.workbook import forty, papers

LISTS = (
    "assessments", "reviews", "action-results", "obligations", "health-checks", "events", "leaving", "timeline", "record",
    "papers", "outbox", "clock",
)  # fmt: skip


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Site]:
    """A site of its own over real SQL."""
    async for one in opened(SqlHouse(tmp_path)):
        yield one


async def running(site: Site) -> Life:
    life = Life(site, await site.open())
    for chapter in (life.to_diligence, life.to_negotiation, life.to_operation):
        await chapter()
    return life


async def everything(life: Life, who: str) -> str:
    """All that a company can read of an alliance, as one text."""
    found: list[str] = []

    async def take(path: str) -> Response:
        answer = await life.site.ask("GET", path, who)
        found.append(answer.text)
        return answer

    async def pages(path: str) -> list[str]:
        page = (await take(f"{path}limit=100")).json()
        rows = page["data"]
        while page["next_cursor"]:
            page = (await take(f"{path}limit=100&cursor={page['next_cursor']}")).json()
            rows += page["data"]
        return [row.get("id", "") for row in rows]

    await take(life.path)
    for name in LISTS:
        if name in {"leaving", "record", "clock"}:
            await take(f"{life.path}/{name}")
            continue
        for mail in await pages(f"{life.path}/{name}?"):
            if name == "outbox":
                await take(f"/v1/outbox/{mail}.eml")
    for kind in ("agreements", "decisions", "periods"):
        for one in await pages(f"/v1/{kind}?alliance={life.alliance}&"):
            await take(f"/v1/{kind}/{one}")
            if kind == "decisions":
                await take(f"/v1/decisions/{one}/approval-route")
    return "\n".join(found)


async def test_the_inside_of_a_company_is_in_nothing_that_its_partner_reads(door: Site) -> None:
    life = await running(door)
    a, b = life.pair
    me = "担当0"
    away = {"first": "2026-04-01", "last": "2026-12-31", "reason": "secret", "email": ["secret@example.test"]}
    house = {
        "routes": [{"steps": [{"people": [me], "need": 1}]}],
        "sole": True,
        "stand_ins": [{"person": "secret", "by": "secret too", **away}],
    }
    await door.post(f"{life.path}/house", a, house)
    motion = (await door.post(f"{life.path}/decisions", a, example("CallDecision")))["created"][0]
    requests = f"/v1/decisions/{motion}/approval-requests"
    for choice in ("return", "approve"):
        await door.post(requests, a, {"reference": f"secret {choice}"})
        await door.post(f"{requests}/answers", a, {"choice": choice, "comment": "secret"})
    next_one = {"name": "secret", "email": "secret@example.test"}
    plan = {"leaver": me, "successor": next_one, "on": "2027-04-01", "reason": "secret"}
    await door.post(f"{life.path}/handovers", a, plan)
    await door.post(f"{life.path}/health-checks", a)
    sheet = example("AnswerHealthCheck")["sheets"][:1]
    answer = example("AnswerHealthCheck", sheets=sheet, respondent="secret")
    await door.post(f"{life.path}/health-answers", a, answer)
    own, theirs = await everything(life, a), await everything(life, b)
    assert "secret" in own
    assert "secret" not in theirs
    assert "〈" not in own + theirs


def wide_open(sheet: str) -> bytes:
    """A workbook whose first sheet is this XML."""
    kept, made = forty(["cmp_a", "cmp_b"], TODAY), BytesIO()
    with ZipFile(BytesIO(kept)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    return made.getvalue()


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param(
            '<row r="1"><c><v>1</v></c></row><row r="1000000000"><c><v>1</v></c></row>',
            "import.too_many_rows",
            id="a gap of a thousand million rows",
        ),
        pytest.param(
            f'<row r="1">{"<c><v>1</v></c>" * 1_200_000}</row>', "import.too_large", id="one row without end"
        ),
    ],
)
async def test_a_small_workbook_cannot_name_work_for_hours(door: Site, rows: str, code: str) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book = wide_open(f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>')
    assert len(book) < 100_000
    begun = time.monotonic()
    answer = await asyncio.wait_for(send(door, "/v1/imports", door.companies[0], book), 60)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert time.monotonic() - begun < 30


async def test_a_trial_in_a_sandbox_does_not_use_up_the_numbers_of_a_company(door: Site) -> None:
    a, b = door.companies[:2]
    today = datetime.now(UTC)
    await hand_in(door, a, papers())
    book = forty([a, b], today.date())
    for query in (f"?sandbox_from={today:%Y-%m-%dT00:00:00Z}", ""):
        dry = (await send(door, f"/v1/imports{query}", a, book)).json()
        assert (dry["counts"]["before"], dry["counts"]["open"]) == (0, 37)
        done = await door.ask("POST", f"/v1/imports/{dry['id']}/confirmation", a)
        assert done.json()["counts"]["done"] == 37
        again = (await send(door, f"/v1/imports{query}", a, book)).json()
        assert (again["counts"]["before"], again["counts"]["open"]) == (37, 0)


async def test_rehearsals_are_bounded_in_length_and_in_number(
    door: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await running(door)
    path = f"/v1/agreements/{life.main}/rehearsal?years=1"
    answers = await asyncio.gather(*(door.ask("GET", path, life.pair[0]) for _ in range(heavy.AT_ONCE + 6)))
    assert {a.status_code for a in answers} == {200, 429}
    assert {a.json()["code"] for a in answers if a.status_code == 429} == {"server.busy"}
    monkeypatch.setattr(memo, "MOST_LINES", 20)
    for _ in range(heavy.AT_ONCE + 1):
        answer = await door.ask("GET", path, life.pair[0])
        assert (answer.status_code, answer.json()["code"]) == (422, "rehearsal.too_long")


async def test_a_company_cannot_use_up_the_events_of_another(
    door: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "MOST", 3)
    life = await running(door)
    a, b = life.pair
    far = {"event": "address", "on": "2199-12-31", "what": "移転"}
    for n in range(3):
        await door.post(f"{life.path}/events", a, {**far, "address": f"{n}番地"})
    more = await door.ask("POST", f"{life.path}/events", a, {**far, "address": "三番地"})
    assert (more.status_code, more.json()["code"]) == (409, "event.too_many")
    await door.post(f"{life.path}/events", b, {"event": "merger", "on": "2026-12-31", "what": "合併"})


async def test_a_body_without_a_length_is_bounded_while_it_is_read(door: Site) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield b"x" * (1 << 20)

    headers = {"Authorization": f"Bearer {door.keys[door.companies[0]]}", "Content-Type": "application/json"}
    for path, most in (("/v1/files?name=a.pdf", 20), ("/v1/imports", 5), ("/v1/handovers", 1)):
        sent = 0
        answer = await door.client.post(path, content=endless(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
        assert sent <= most + 1


async def test_one_key_in_all_alliances_under_two_bodies_at_once_orders_one_of_them(door: Site) -> None:
    life = await running(door)
    a = life.pair[0]
    leaver = next(p for p in (await life.view())["parties"] if p["company"] == a)["contact"]["name"]
    plan = {"leaver": leaver, "successor": {"name": "後任", "email": "n@example.test"}, "on": "2027-04-01"}
    asked = (
        door.ask("POST", "/v1/handovers", a, {**plan, "reason": f"{n % 2}"}, Idempotency_Key="one")
        for n in range(8)
    )
    answers = await asyncio.gather(*asked)
    orders = {r.text for r in answers if r.status_code == 202}
    assert len(orders) == 1
    refused = {(r.status_code, r.json()["code"]) for r in answers if r.status_code != 202}
    assert refused == {(409, "key.other_body")}
