"""Twelve clients that write to one alliance, and one that moves sandbox clocks so that mails go out.

Everything they do may repeat: comments, internal approvals, now and then a
pause of the whole alliance and its end. Every act has a key of its own and is
said again under that key until it is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from httpx2 import TransportError

from bench._world import AGAIN, Answer, Door, Place, key_of

CLIENTS = 12
ALLOWED = frozenset({"matter.suspended", "decision.internal_same"})
"""What a rule may say to this crowd; any other refusal is a finding."""
COMMENTS = "/v1/decisions/{id}/comments"
APPROVALS = "/v1/decisions/{id}/internal-approvals"
SUSPENSIONS = "/v1/alliances/{id}/suspensions"
RESUMPTIONS = "/v1/alliances/{id}/resumptions"


@dataclass(frozen=True, slots=True)
class Told:
    """An act and its answer; times in monotonic seconds."""

    key: str
    route: str
    matter: str
    company: str
    begun: float
    ended: float
    answer: Answer


@dataclass
class Crowd:
    """The clients of one campaign. `rest` stops them between two acts."""

    door: Door
    place: Place
    seed: int
    said: list[Told] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    sandboxes: int = 0
    _go: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _serial: int = 0

    def begin(self) -> None:
        """Everybody writes from now on."""
        self._go.set()
        self._tasks = [asyncio.create_task(self._client(i)) for i in range(CLIENTS)]
        self._tasks.append(asyncio.create_task(self._clockmaker()))

    async def stop(self) -> None:
        """Nobody goes on, answered or not."""
        self._go.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def rest(self) -> None:
        """Wait until everybody has an answer."""
        self._go.clear()
        while self._busy:
            self._alive()
            await asyncio.sleep(0.01)

    def go_on(self) -> None:
        self._go.set()

    async def until_answered(self, since: float, count: int = 1) -> float:
        """The instant at which `count` acts that were begun after `since` had been stored."""
        while True:
            self._alive()
            ends = sorted(
                t.ended for t in reversed(self.said[-2000:]) if t.begun > since and t.answer.receipt
            )
            if len(ends) >= count:
                return ends[count - 1]
            await asyncio.sleep(0.01)

    def _alive(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def say(self, route: str, matter: str, firm: int, body: dict[str, Any]) -> Answer:
        """One act of one company, answered and remembered."""
        self._serial += 1
        given = f"act {self._serial}"
        who = self.place.firms[firm]
        begun = time.monotonic()
        answer = await self.door.insist(route.format(id=matter), who.secret, body, given)
        key = key_of(who.id, route, {"id": matter}, given)
        self.said.append(Told(key, route, matter, who.id, begun, time.monotonic(), answer))
        if answer.receipt is None:
            self.refused[answer.code] += 1
            assert answer.code in ALLOWED, f"{route}: {answer.status} {answer.code}"
        return answer

    async def _client(self, number: int) -> None:
        # Its own source of chance: what a client says does not depend on how the clients interleave.
        random, firm = Random(f"{self.seed} client {number}"), number % len(self.place.firms)  # noqa: S311
        while True:
            await self._turn(random)
            self._busy += 1
            try:
                await self._one(number, firm, random)
            finally:
                self._busy -= 1

    async def _turn(self, random: Random) -> None:
        await self._go.wait()
        await asyncio.sleep(random.uniform(0, 0.05))
        await self._go.wait()

    async def _one(self, number: int, firm: int, random: Random) -> None:
        """Mostly comments; two clients keep changing their company's approval, one pauses everything for a moment."""
        decision, alliance = self.place.decision, self.place.alliance
        if number == 0 and random.random() < 0.02:
            await self.say(SUSPENSIONS, alliance, firm, {"reason": "点検"})
            await self.say(RESUMPTIONS, alliance, firm, {})
        elif number in {1, 2}:
            status = random.choice(("submitted", "approved", "returned"))
            await self.say(APPROVALS, decision, firm, {"status": status, "reference": f"稟議 {number}"})
        else:
            await self.say(COMMENTS, decision, firm, {"text": f"意見 {number} {self._serial}"})

    async def _clockmaker(self) -> None:
        """A sandbox alliance whose intake stays silent: reminders, overdue, escalation, its end; a mail each."""
        random = Random(f"{self.seed} clock")  # noqa: S311
        while True:
            await self._turn(random)
            self._busy += 1
            try:
                await self._silent_life()
            finally:
                self._busy -= 1
            await asyncio.sleep(2)

    async def _silent_life(self) -> None:
        self.sandboxes += 1
        begun = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=self.sandboxes)
        alliance = await self.door.alliance(self.place.firms, f"sandbox {self.sandboxes}", begun.isoformat())
        to = (begun + timedelta(days=120)).isoformat()
        secret = self.place.firms[0].secret
        while True:
            with contextlib.suppress(TransportError):
                answer = await self.door.once("POST", f"/v1/alliances/{alliance}/clock", secret, {"to": to})
                if answer.status_code == 200 and answer.json()["done"]:
                    return
                assert answer.status_code in {200, *AGAIN}, answer.text
            await asyncio.sleep(0.1)
