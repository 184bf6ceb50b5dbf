"""The sandbox clock: a row in SQL that moves from due item to due item.

`advance(to)`: wait until the alliance is quiet (no inbox or outbox row open, no
paper owed, no run at work), take the earliest due item over all its matters, set the clock to
it, deliver it, and so on.  The same input gives the same timeline.  An outbox
row of a mail closes when its delivery has started: delivery never holds the clock.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from activities.ports import Advanced, Ledger
from activities.record import Say
from teikei.adapters.temporal.speak import Gone, Voice
from teikei.domain.act import TEIKEI
from teikei.domain.clock import FellDue
from teikei.domain.errors import Conflict, Invalid, Refused, Trouble, Unavailable

if TYPE_CHECKING:
    from teikei.adapters.sql.queue import SqlQueue

BUDGET = 20.0
"""Seconds of one call; the caller repeats it while `done` is false."""
POLL = 0.005
SLOWEST = 0.04
"""Seconds between two looks: the first ones come quickly, a long wait costs little."""
FARTHEST = timedelta(days=366 * 60)


class SandboxClock:
    """Moves the clocks of sandbox alliances, one call at a time for each."""

    def __init__(self, voice: Voice, ledger: Ledger, queue: SqlQueue) -> None:
        self._voice = voice
        self._ledger = ledger
        self._queue = queue
        self._locks: dict[str, asyncio.Lock] = {}

    async def advance(self, alliance: str, to: datetime) -> Advanced:
        """Move the clock to `to`, or as far as the time budget of one call reaches."""
        async with self._locks.setdefault(alliance, asyncio.Lock()):
            now = await self._checked(alliance, to)
            until, steps = time.monotonic() + BUDGET, 0
            while time.monotonic() < until:
                if not await self._quiet(alliance, until):
                    break
                due = await asyncio.to_thread(self._queue.next_due, alliance)
                if due is None or due[2] > to:
                    await asyncio.to_thread(self._queue.set_clock, alliance, to)
                    await self._quiet(alliance, until)  # the digests of the days that have passed leave
                    return Advanced(now=to, steps=steps, done=True)
                matter, key, at = due
                now = max(now, at)
                await asyncio.to_thread(self._queue.set_clock, alliance, now)
                await self._fall(matter, key, at, now)
                steps += 1
            return Advanced(now=now, steps=steps, done=False)

    async def _checked(self, alliance: str, to: datetime) -> datetime:
        now = await asyncio.to_thread(self._queue.clock, alliance)
        if now is None:
            raise Conflict("clock.not_sandbox")
        if to < now:
            raise Invalid("clock.backwards", "/to", now=now.isoformat())
        if to - now > FARTHEST:
            raise Invalid("clock.too_far", "/to")
        return now

    async def _quiet(self, alliance: str, until: float) -> bool:
        pause = POLL
        while not await self._still(alliance):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, SLOWEST)
        return True

    async def _still(self, alliance: str) -> bool:
        """Nothing open in SQL, no run at work (a story that has just turned has its own act still before it),
        and still nothing open: else the clock would run away from what the last step began.
        """
        if not await asyncio.to_thread(self._queue.quiet, alliance):
            return False
        matters = await asyncio.to_thread(self._queue.open_in, alliance)
        idle = await asyncio.gather(*(self._voice.idle(matter) for matter in matters))
        return all(idle) and await asyncio.to_thread(self._queue.quiet, alliance)

    async def _fall(self, matter: str, key: str, at: datetime, now: datetime) -> None:
        """Deliver one due item; gone meanwhile is as good as delivered."""
        say = Say(key=f"due:{matter}:{key}:{at.isoformat()}", by=TEIKEI, act=FellDue(item=key), at=now)
        for _ in range(100):
            try:
                await self._voice.say(matter, say)
            except Refused as refusal:
                if refusal.code not in {"due.gone", "matter.over", "matter.suspended"}:
                    raise
                return
            except Gone:
                await self._voice.start(await asyncio.to_thread(self._ledger.load, matter))
            except Trouble:
                pass
            else:
                return
            await asyncio.sleep(POLL * 10)
        raise Unavailable("temporal.unavailable")
