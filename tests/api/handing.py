"""Files and workbooks at the door: what the tests of imports and the fuzz send."""

from __future__ import annotations

from datetime import date
from typing import Any

from httpx2 import Response

from api.examples import EXAMPLES
from tests.api.scene import Site
from tests.support.workbook import alliance, pair, workbook

TODAY = date(2026, 1, 5)
SANDBOX = "2026-01-05T09:00:00%2B09:00"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def send(site: Site, path: str, who: str, content: bytes, **headers: str) -> Response:
    sent = {"Authorization": f"Bearer {site.keys[who]}", "Content-Type": XLSX, **headers}
    answer = await site.client.request("POST", path, headers=sent, content=content)
    if answer.is_success:
        site.succeeded.add(("POST", path.partition("?")[0]))
    return answer


async def hand_in(site: Site, who: str, names: dict[str, bytes]) -> list[dict[str, Any]]:
    return [
        (await send(site, f"/v1/files?name={name}", who, content)).json() for name, content in names.items()
    ]


async def imported(site: Site) -> str:
    """The smallest import, from the file to the alliance that runs."""
    who = site.companies[0]
    await hand_in(site, who, {"M-1.pdf": b"M-1"})
    book = workbook([alliance("M-1", TODAY)], pair("M-1", site.companies[:2]))
    made = (await send(site, f"/v1/imports?sandbox_from={SANDBOX}", who, book)).json()["id"]
    assert (await site.ask("POST", f"/v1/imports/{made}/confirmation", who)).status_code == 200
    rows = (await site.get(f"/v1/imports/{made}", who))["rows"]
    return str(rows[0]["alliance"])


def one(site: Site, file: dict[str, Any]) -> dict[str, Any]:
    a, b = site.companies[:2]
    given = EXAMPLES["BringIn"]
    parties = [{**p, "company": c} for p, c in zip(given["parties"], (a, b), strict=True)]
    shares = [{"company": a, "ratio": "3/5"}, {"company": b, "ratio": "2/5"}]
    owed = [{**o, "owner": a, "owed_to": [b]} for o in given["obligations"]]
    return {
        **given, "parties": parties, "contract": {**given["contract"], "file": file}, "terms": {**given["terms"], "shares": shares},
        "obligations": owed, "sandbox_from": "2026-01-05T09:00:00+09:00",
    }  # fmt: skip
