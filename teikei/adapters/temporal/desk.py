"""The desk: where the API hands in acts.

An act is said to its matter's run and answered within three seconds, or it is
written into the inbox and answered with an order: an update that only the
Temporal server holds would be lost with that server.  Before a refusal is told,
`answers` is asked once more, because an earlier delivery of the same key may
have been applied.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from activities.ports import Advanced, Ledger, Pending
from activities.record import Order, Receipt, Say, saying
from teikei.adapters.sql.commit import body_hash
from teikei.adapters.temporal.clock import SandboxClock
from teikei.adapters.temporal.overtaken import overtaken
from teikei.adapters.temporal.speak import Gone, Voice
from teikei.domain.errors import Busy, Conflict, Refused, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teikei.adapters.sql.queue import SqlQueue
    from teikei.domain.act import Act, Actor

ANSWER_WITHIN = 3.0
"""Seconds after which the caller hears 202."""
IN_FLIGHT = 8
"""Acts on one matter at the same time from this process; one more hears `matter.busy`."""
PAUSE = 0.05


class TemporalDesk:
    """Implements `activities.ports.Desk`."""

    def __init__(self, voice: Voice, ledger: Ledger, queue: SqlQueue) -> None:
        self._voice = voice
        self._ledger = ledger
        self._queue = queue
        self._clock = SandboxClock(voice, ledger, queue)
        self._flying: Counter[str] = Counter()
        self._under_way: dict[str, tuple[str, asyncio.Task[Receipt | Pending]]] = {}
        """By key: hash of the body, and its one delivery. A repeat that comes meanwhile shares its answer."""
        self._real_time: set[str] = set()

    async def order(self, matter: str, act: Act, by: Actor, key: str) -> Receipt | Pending:
        """Say the act; a receipt, or an order when no answer came in time."""
        digest = body_hash(act)
        if key not in self._under_way:
            task = asyncio.create_task(self._counted(matter, act, by, key))
            self._under_way[key] = digest, task
            task.add_done_callback(lambda _: self._under_way.pop(key))
        first, delivery = self._under_way[key]
        if first != digest:
            raise Conflict("key.other_body")
        return await asyncio.shield(delivery)

    async def _counted(self, matter: str, act: Act, by: Actor, key: str) -> Receipt | Pending:
        if self._flying[matter] >= IN_FLIGHT:
            raise Busy("matter.busy", most=IN_FLIGHT)
        self._flying[matter] += 1
        try:
            return await self._deliver(matter, saying(key, by, act))
        finally:
            self._flying[matter] -= 1
            if not self._flying[matter]:
                del self._flying[matter]

    async def _deliver(self, matter: str, say: Say) -> Receipt | Pending:
        until, in_doubt = time.monotonic() + ANSWER_WITHIN, False
        while (left := until - time.monotonic()) > 0:
            patience = timedelta(seconds=max(left, 0.1))
            try:
                stamped = replace(say, at=await self._now(matter))
                return await self._voice.say(matter, stamped, patience)
            except Refused as refusal:
                if not await overtaken(self._voice, self._queue, matter, refusal, patience):
                    return await self._refused(matter, say, refusal, in_doubt=in_doubt)
            except Gone:
                if over := await self._revived(matter, say):
                    return over
            except Trouble:
                in_doubt = True
            await asyncio.sleep(PAUSE)
        return Pending(order=await asyncio.to_thread(self._queue.put, matter=matter, say=say))

    async def _now(self, matter: str) -> datetime | None:
        """The sandbox clock; None in real time, which a matter keeps from its birth: asked once for each."""
        if matter in self._real_time:
            return None
        clock = await asyncio.to_thread(self._queue.clock_of, matter)
        if clock is None:
            self._real_time.add(matter)
        return clock

    async def _refused(self, matter: str, say: Say, refusal: Refused, *, in_doubt: bool) -> Receipt:
        """A refusal of an act that may still be on its way under the same key is made final before it is told."""
        if not in_doubt and not await asyncio.to_thread(self._queue.ordered, say.key):
            return await self._answered_before(say, refusal)
        receipt = await asyncio.to_thread(self._queue.refuse, matter=matter, say=say, refusal=refusal)
        if receipt is None:
            raise refusal
        return receipt

    async def _answered_before(self, say: Say, refusal: Refused) -> Receipt:
        """An earlier delivery of this key may have been applied: then its answer counts, not the refusal."""
        stored = await asyncio.to_thread(self._queue.answer, say.key)
        if stored is None:
            raise refusal
        digest, receipt = stored
        if digest != body_hash(say.act):
            raise Conflict("key.other_body")
        return receipt

    async def _revived(self, matter: str, say: Say) -> Receipt | None:
        """No run: start it from SQL. A matter that is over answers a repeat, and refuses anything new."""
        state = await asyncio.to_thread(self._ledger.load, matter)
        if state.over:
            return await self._answered_before(say, Conflict("matter.over", stage=state.stage))
        with contextlib.suppress(Trouble, Gone, TimeoutError):  # the inbox is the way out
            await asyncio.wait_for(self._voice.start(state), ANSWER_WITHIN)
        return None

    async def order_all(self, matters: Sequence[str], act: Act, by: Actor, key: str) -> dict[str, str]:
        """Orders for many alliances at once; the dispatcher delivers them, Temporal up or down."""
        return await asyncio.to_thread(self._queue.put_all, matters, act, by, key)

    async def open(self, act: Act, by: Actor, key: str) -> Receipt:
        """The only act without a run: its transaction is the birth."""
        order = Order(key=key, by=by, matter="", act=act, now=datetime.now(UTC))  # type: ignore[arg-type]
        committed = await asyncio.to_thread(self._ledger.commit, order)
        return committed.receipt

    async def advance(self, alliance: str, to: datetime) -> Advanced:
        """Move a sandbox clock."""
        return await self._clock.advance(alliance, to)

    async def alive(self) -> bool:
        """Does Temporal answer a real call?"""
        try:
            await asyncio.wait_for(self._voice.client.service_client.check_health(), 2)
        except Exception:  # noqa: BLE001  (any failure means no)
            return False
        return True
