"""A site of two alliances behind a real server in a process of its own: `python -m tests.api.served FOLDER`.

Says one line of JSON on standard output: address, ids, and a one-time link for a person and for the operator.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from tests.api.scene import Life, Site
from tests.api.sql_house import SqlHouse


async def settled(site: Site) -> dict[str, Any]:
    """Companies and people; one alliance that waits for a decision, one that has just begun."""
    await site.settle_in(4)
    life = Life(
        site, await site.open(2, name_ja="次世代電池アライアンス", name_en="Next-generation battery alliance")
    )
    await life.to_diligence()
    await life.share_marks()
    await site.open(3)
    accounts = site.house.services.accounts
    people = [accounts.listed(company)[0] for company in life.pair]
    operator = accounts.add("", "運営者", "operator@teikei.example", "operator")
    return {
        "alliance": life.alliance,
        "nda": life.nda,
        "decision": (await life.view())["go_no_go"],
        "people": [f"/enter/{accounts.link(one['id'])}" for one in people],
        "mail": people[0]["mail"],
        "operator": f"/enter/{accounts.link(operator['id'])}",
    }


async def main(folder: Path) -> None:
    """Serve until the process is ended."""
    house = SqlHouse(folder)
    app = create_app(house.services)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://teikei.test") as client:
        told = await settled(Site(client, house))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        told["address"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await server.serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
