# ruff: noqa: ASYNC110  (what is polled here lives in other processes: no event of ours tells of it)
"""The whole embedded stack in a folder of its own, and people who speak to it over real HTTP.

Shared by the benchmarks and the fault tests. `insist` is what a careful client
does: one Idempotency-Key per act, the same key again until there is an answer
(stored, or refused with a code), and `/v1/orders` after a 202.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import hashlib
import json
import os
import platform
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from api.examples import EXAMPLES
from teikei.settings import Settings
from teikei.stack import Stack, stack
from teikei.supervisor import Child

PAUSE = 0.05
"""Seconds between two tries of the same key."""
AGAIN = frozenset({429, 502, 503})
"""Not an answer: the same key once more."""
LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=100)


@dataclass(frozen=True, slots=True)
class Firm:
    """A company with the secret of its key."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Place:
    """An alliance with an agreement whose approval is an open decision."""

    alliance: str
    agreement: str
    decision: str
    firms: tuple[Firm, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """How an act ended: `receipt` when it was stored, else the code of its refusal."""

    status: int
    code: str
    receipt: Mapping[str, Any] | None
    waited: bool = False
    """It was answered 202 first."""
    tries: int = 1


class BadAnswerError(AssertionError):
    """The API said something that no client should hear (5xx without a promise, a foreign shape)."""


@dataclass
class Door:
    """The API as one client sees it."""

    address: str
    operator_key: str
    http: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.AsyncClient(base_url=self.address, timeout=8, limits=LIMITS, trust_env=False)

    async def once(
        self, method: str, path: str, secret: str, body: Any = None, key: str = ""
    ) -> httpx2.Response:
        """One request, whatever comes of it."""
        headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
        return await self.http.request(method, path, headers=headers, json=body)

    async def insist(self, path: str, secret: str, body: Any, key: str) -> Answer:
        """The same key until there is an answer."""
        tries = 0
        while True:
            tries += 1
            with contextlib.suppress(httpx2.TransportError):
                answer = await self.once("POST", path, secret, body, key)
                if answer.status_code == 202:
                    return await self._order(answer.json()["order"], secret, tries)
                if answer.status_code not in AGAIN:
                    return _told(answer, tries)
            await asyncio.sleep(PAUSE)

    async def _order(self, order: str, secret: str, tries: int) -> Answer:
        while True:
            view = await self.get(f"/v1/orders/{order}", secret)
            if view["status"] == "done":
                return Answer(201, "", view["receipt"], waited=True, tries=tries)
            if view["status"] == "refused":
                return Answer(
                    view["problem"]["status"], view["problem"]["code"], None, waited=True, tries=tries
                )
            await asyncio.sleep(PAUSE * 2)

    async def get(self, path: str, secret: str) -> Any:
        """A read, until it is answered."""
        while True:
            with contextlib.suppress(httpx2.TransportError):
                answer = await self.once("GET", path, secret)
                if answer.status_code == 200:
                    return answer.json()
                if answer.status_code not in AGAIN:
                    raise BadAnswerError(f"GET {path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(PAUSE)

    async def done(self, path: str, secret: str, body: Any, key: str) -> Mapping[str, Any]:
        """An act that must be accepted; its receipt."""
        answer = await self.insist(path, secret, body, key)
        if answer.receipt is None:
            raise BadAnswerError(f"POST {path}: {answer.status} {answer.code}")
        return answer.receipt

    # people

    async def firms(self, count: int, mark: str = "f") -> tuple[Firm, ...]:
        """Companies with a key each, made by the operator."""
        made: list[Firm] = []
        for i in range(count):
            facts = {**EXAMPLES["NewCompany"], "name_ja": f"{mark}{i}社", "name_en": f"{mark} {i}"}
            company = (await self.done("/v1/companies", self.operator_key, facts, f"{mark}-{i}"))["id"]
            key = await self.done(
                f"/v1/companies/{company}/keys", self.operator_key, {"person": f"担当{i}"}, f"{mark}-{i}"
            )
            made.append(Firm(company, key["secret"]))
        return tuple(made)

    async def alliance(self, firms: tuple[Firm, ...], key: str, sandbox_from: str | None = None) -> str:
        """An alliance of these companies in its first stage."""
        body = copy.deepcopy(EXAMPLES["OpenAlliance"])
        body["parties"] = [{**body["parties"][0], "company": f.id} for f in firms]
        body.pop("sandbox_from")
        if sandbox_from:
            body["sandbox_from"] = sandbox_from
        return str((await self.done("/v1/alliances", firms[0].secret, body, key))["matter"])

    async def intake(self, alliance: str, firms: tuple[Firm, ...], key: str) -> None:
        """What the alliance is for."""
        body = {
            **EXAMPLES["StateIntake"],
            "contributions": [{"company": f.id, "what": "人と場所"} for f in firms],
        }
        await self.done(f"/v1/alliances/{alliance}/intake", firms[0].secret, body, key)

    async def place(self, firms: tuple[Firm, ...], key: str) -> Place:
        """An alliance that goes on until its NDA is before the companies as a decision. Real time."""
        secret = firms[0].secret
        alliance = await self.alliance(firms, key)
        await self.intake(alliance, firms, key)
        while not (nda := (await self.get(f"/v1/alliances/{alliance}", secret))["nda"]):
            await asyncio.sleep(PAUSE)
        while not (now := (await self.get(f"/v1/agreements/{nda}", secret))["version_now"]):
            await asyncio.sleep(PAUSE)
        frozen = await self.done(f"/v1/agreements/{nda}/freezes", secret, {"sha256": now["sha256"]}, key)
        return Place(alliance, nda, frozen["created"][0], firms)


@dataclass(frozen=True, slots=True)
class World:
    """A running stack, its settings, and a door to it."""

    running: Stack
    settings: Settings
    door: Door

    def child(self, name: str) -> Child:
        """One of the stack's own children, by its name."""
        return next(c for c in self.running.supervisor.children if c.name == name)

    @property
    def temporal(self) -> str:
        return str(self.running.supervisor.facts["temporal"])

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time that each child has used so far."""
        return {c.name: cpu_seconds(c.process.pid) for c in self.running.supervisor.children if c.process}


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far (Linux; elsewhere 0): steadier than a clock on a busy machine."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def surroundings(**values: str) -> Iterator[None]:
    """Environment variables for the stack's children; afterwards everything is as it was (the stack sets its own)."""
    before = dict(os.environ)
    for name in [n for n in os.environ if n.startswith("TEIKEI_")]:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.asynccontextmanager
async def world(
    home: Path, report: Callable[[str], None], *, database_url: str = "", **environment: str
) -> AsyncIterator[World]:
    """Everything started under `home`, ended afterwards."""
    with surroundings(**environment):
        settings = Settings(home=home, database_url=database_url)
        with stack(settings, report) as running:
            door = Door(running.address, running.operator_key)
            try:
                yield World(running, settings, door)
            finally:
                await door.http.aclose()


def key_of(company: str, route: str, path: Mapping[str, str], given: str) -> str:
    """The key under which an act is stored: one per company, route, ids in the path and Idempotency-Key."""
    return hashlib.sha256(json.dumps([company, route, sorted(path.items()), given]).encode()).hexdigest()


def machine() -> dict[str, str | int | float]:
    """What a figure was measured on; no names of hosts or people."""
    return {
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "os": f"{platform.system()} {platform.release().split('-')[0]}",
        "sqlite": sqlite3.sqlite_version,
    }


def write_figures(path: Path, figures: Mapping[str, Any], *, show: bool = True) -> None:
    """Flat keys as JSON; printed too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if show:
        for name, value in figures.items():
            sys.stdout.write(f"{name} {value}\n")


def _told(answer: httpx2.Response, tries: int) -> Answer:
    if answer.status_code == 201:
        return Answer(201, "", answer.json(), tries=tries)
    if answer.status_code >= 500 or "problem" not in answer.headers.get("content-type", ""):
        raise BadAnswerError(f"{answer.status_code} {answer.text[:500]}")
    return Answer(answer.status_code, answer.json()["code"], None, tries=tries)
