"""The dispatcher: one loop in the worker that hands on what SQL holds.

Outbox: start a matter, tell another matter something (the key is the row's
id), start a delivery.  Inbox: orders that nobody answered in time.  Reconcile:
every open matter and every mail on its way without a run is started again,
every run behind SQL adopts the stored state.  No Temporal children and no signals carry meaning.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from activities.ports import Ledger
from activities.record import Say, saying
from teikei.adapters.temporal.overtaken import overtaken
from teikei.adapters.temporal.speak import Gone, Voice
from teikei.domain.act import TEIKEI
from teikei.domain.clock import NoteAttention
from teikei.domain.errors import Conflict, Refused, Trouble
from workflows.ids import delivery_id, workflow_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from teikei.adapters.sql.queue import OrderRow, OutboxRow, SqlQueue

log = structlog.get_logger(__name__)

BATCH = 64
IDLE_LONG = 0.1
RESTLESS = 50
"""Looks in vain after which the dispatcher looks less often; a matter that someone speaks to is started by the desk anyway."""
IDLE = 0.02
"""Seconds between looks at an empty queue: what a person waits for a started matter at most."""
EXPECTED = frozenset({"matter.over", "matter.held_already", "matter.not_held", "matter.current"})
"""Refusals of news that came too late; nothing is wrong with them."""
RECONCILE_EVERY = 600.0
ANSWERS_KEPT = timedelta(days=30)
"""How long a repeat under the same key gets the same answer."""
RECONCILE_AT_ONCE = 4
"""Few: people's acts go first."""
GROUP = 20
"""Runs that are asked together."""
STUCK = 30.0
"""Seconds of passes that all fail before Temporal's database is asked whether it answers at all."""


def _always(name: str) -> None:
    """No failpoint."""


def _nobody() -> None:
    """Nobody can help."""


class Dispatcher:
    """Runs until cancelled; every pass is safe to repeat."""

    def __init__(
        self,
        voice: Voice,
        ledger: Ledger,
        queue: SqlQueue,
        failpoint: Callable[[str], None] = _always,
        *,
        sends: bool = True,
        stuck: Callable[[], None] = _nobody,
    ) -> None:
        self._voice = voice
        self._stuck = stuck
        """Told when Temporal has refused everything for `STUCK` seconds although it is there."""
        self._refused_since: float | None = None
        self._sends = sends
        """False: there is no way out for mail, so it is kept at once, to be read and re-sent."""
        self._ledger = ledger
        self._queue = queue
        self._failpoint = failpoint
        self._lost = True
        """Temporal was away (or we have just begun): runs may be missing or old."""
        self._known: dict[str, int] = {}
        """The version with which a run was last seen to be no older than SQL, by matter."""
        self._reconciling: asyncio.Task[None] | None = None
        self._reconciled = 0.0

    async def run(self) -> None:
        """The loop."""
        quiet = 0
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    self._reconcile_beside(loop.time())
                    quiet = 0 if await self.once() else quiet + 1
                    self._refused_since = None
                    if quiet:
                        await asyncio.sleep(IDLE if quiet < RESTLESS else IDLE_LONG)
                except Exception:
                    log.exception("dispatch.failed")
                    self._lost = True
                    await self._look_whether_stuck(loop.time())
                    await asyncio.sleep(1)
        finally:
            if self._reconciling:
                self._reconciling.cancel()

    def _reconcile_beside(self, now: float) -> None:
        """Begin to reconcile where that is due: outbox and orders do not wait the minutes that ten thousand matters take."""
        if self._reconciling and self._reconciling.done():
            ended, self._reconciling = self._reconciling, None
            ended.result()
        if self._reconciling is None and (self._lost or now - self._reconciled > RECONCILE_EVERY):
            if self._lost:
                self._known = {}  # who knows what Temporal's files are now
            self._lost, self._reconciled = False, now
            self._reconciling = asyncio.create_task(self._reconcile_and_forget())

    async def _reconcile_and_forget(self) -> None:
        await self.reconcile()
        await asyncio.to_thread(self._queue.forget_answers, datetime.now(UTC) - ANSWERS_KEPT)

    async def _look_whether_stuck(self, now: float) -> None:
        """No pass went through for `STUCK` seconds: is it one matter, or does Temporal's own database not answer?

        The dev server on SQLite can come to answer every statement with "interrupted" for as long as there is load
        (docs/decisions/0027-a-server-that-is-stuck.md); only a new process ends it.
        """
        self._refused_since = self._refused_since or now
        if now - self._refused_since > STUCK and not await self._voice.database_answers():
            self._refused_since = None
            log.error("temporal.stuck")
            self._stuck()

    async def once(self) -> bool:
        """One look at outbox and inbox; was there anything?"""
        now = datetime.now(UTC)
        rows, orders = await asyncio.to_thread(
            lambda: (self._queue.claim(BATCH, now), self._queue.claim_orders(BATCH, now))
        )
        groups: dict[str, list[Awaitable[None]]] = {}
        for row in rows:
            groups.setdefault(row.target or row.id, []).append(self._hand_on(row))
        for order in orders:
            groups.setdefault(order.matter, []).append(self._order(order))
        await asyncio.gather(*(_in_order(group) for group in groups.values()))
        return bool(rows or orders)

    # outbox

    async def _hand_on(self, row: OutboxRow) -> None:
        self._failpoint("outbox.before_send")
        try:
            if row.kind == "mail" and not self._sends:
                await asyncio.to_thread(self._queue.keep, row.id)
            elif row.kind == "mail":
                await self._voice.deliver(row.id)
                await asyncio.to_thread(self._queue.hand, row.id)
            elif row.kind == "start":
                await self._start(row.target)
                await self._close(row, "done")
            else:
                await self._tell(row)
        except (Trouble, Gone) as trouble:
            self._lost = self._lost or getattr(trouble, "code", "") == "temporal.unavailable"
            await asyncio.to_thread(
                self._queue.later, row.id, _pause(row.attempts), getattr(trouble, "code", "no_run")
            )
        except Refused as refusal:
            await self._refused(row, refusal)

    async def _start(self, matter: str) -> None:
        state = await asyncio.to_thread(self._ledger.load, matter)
        if not state.over:
            await self._voice.start(state)

    async def _tell(self, row: OutboxRow) -> None:
        say = saying(row.id, TEIKEI, row.act(), await asyncio.to_thread(self._queue.clock_of, row.target))
        try:
            await self._voice.say(row.target, say)
        except Gone:
            if await asyncio.to_thread(self._queue.is_over, row.target):
                raise Conflict("matter.over", stage="") from None
            await self._start(row.target)
            await self._voice.say(row.target, say)
        await self._close(row, "done")

    async def _refused(self, row: OutboxRow, refusal: Refused) -> None:
        """News that a rule refuses: too late is nothing; anything else is an accident of its target.

        An earlier delivery of the same row may have been applied: then it is done.
        """
        if await asyncio.to_thread(self._queue.answer, row.id):
            await self._close(row, "done")
            return
        if await overtaken(self._voice, self._queue, row.target, refusal):
            await asyncio.to_thread(self._queue.later, row.id, IDLE, refusal.code)
            return
        if refusal.code in EXPECTED:
            await self._close(row, "refused", refusal.code)
            return
        log.warning("tell.refused", row=row.id, target=row.target, code=refusal.code)
        note = Say(
            key=f"{row.id}:attention",
            by=TEIKEI,
            act=NoteAttention(reason=refusal.code),
            at=await asyncio.to_thread(self._queue.clock_of, row.target),
        )
        # Noted first, closed then: a row that is closed already would lose its accident with this process.
        await self._voice.say(row.target, note)
        await self._close(row, "refused", refusal.code)

    async def _close(self, row: OutboxRow, status: str, detail: str = "") -> None:
        await asyncio.to_thread(self._queue.close, row.id, status, detail)

    # inbox

    async def _order(self, row: OrderRow) -> None:
        """Deliver an order until it is answered; its company reads the answer under /v1/orders."""
        say = saying(
            row.key, row.actor(), row.act(), await asyncio.to_thread(self._queue.clock_of, row.matter)
        )
        try:
            receipt = await self._voice.say(row.matter, say)
        except Refused as refusal:
            if await overtaken(self._voice, self._queue, row.matter, refusal):
                await asyncio.to_thread(self._queue.order_later, row.id, IDLE)
                return
            await asyncio.to_thread(self._queue.refuse, matter=row.matter, say=say, refusal=refusal)
        except Gone:
            await self._revive_or_refuse(row)
        except Trouble:
            await asyncio.to_thread(self._queue.order_later, row.id, _pause(row.attempts))
        else:
            await asyncio.to_thread(self._queue.close_order, row.id, receipt, None)

    async def _revive_or_refuse(self, row: OrderRow) -> None:
        if not await asyncio.to_thread(self._queue.is_over, row.matter):
            await self._start(row.matter)
            await asyncio.to_thread(self._queue.order_later, row.id, IDLE)
            return
        stored = await asyncio.to_thread(self._queue.answer, row.key)
        refusal = None if stored else Conflict("matter.over", stage="")
        await asyncio.to_thread(self._queue.close_order, row.id, stored[1] if stored else None, refusal)

    # reconcile

    async def reconcile(self) -> int:
        """Bring every open matter and its run together again; how many were started or refreshed.

        A run that is there, of a matter that has not changed since it was last looked at, is not asked again.
        One that does not answer is asked the next time.
        """
        there, limit = await self._voice.running(), asyncio.Semaphore(RECONCILE_AT_ONCE)
        touched, after, seen = 0, "", dict[str, int]()
        while batch := await asyncio.to_thread(self._queue.open_matters, after, 500):
            after = batch[-1][0]
            doubtful = [
                (matter, version)
                for matter, _, version in batch
                if self._known.get(matter) != version or workflow_id(matter) not in there
            ]
            seen |= {matter: version for matter, _, version in batch}
            found, silent = await self._asked(doubtful, limit)
            touched, seen = touched + found, {m: v for m, v in seen.items() if m not in silent}
        await self._deliveries(there, limit)
        self._known = seen
        log.info("reconciled", touched=touched)
        return touched

    async def _asked(
        self, doubtful: Sequence[tuple[str, int]], limit: asyncio.Semaphore
    ) -> tuple[int, frozenset[str]]:
        """How many were started or refreshed, and which did not answer.

        Among a hundred thousand some do not, and the others must not begin anew for it. Where none of a group
        answers, Temporal is away: its trouble is raised.
        """
        touched, silent = 0, list[str]()
        for first in range(0, len(doubtful), GROUP):
            group = doubtful[first : first + GROUP]
            told = await asyncio.gather(*(self._one(*one, limit) for one in group), return_exceptions=True)
            troubles = [one for one in told if isinstance(one, BaseException)]
            others = [one for one in troubles if not isinstance(one, Trouble)]
            if others or len(troubles) == len(group):
                raise (others or troubles)[0]
            touched += sum(one for one in told if isinstance(one, int))
            silent += [m for (m, _), one in zip(group, told, strict=True) if isinstance(one, Trouble)]
        return touched, frozenset(silent)

    async def _deliveries(self, there: frozenset[str], limit: asyncio.Semaphore) -> None:
        """A mail that was handed over has a running delivery; one that was lost with Temporal's files begins anew."""
        after = ""

        async def again(outbox: str) -> None:
            async with limit:
                await self._voice.deliver(outbox)

        while batch := await asyncio.to_thread(self._queue.handed, after, 500):
            after = batch[-1]
            await asyncio.gather(*(again(outbox) for outbox in batch if delivery_id(outbox) not in there))

    async def _one(self, matter: str, version: int, limit: asyncio.Semaphore) -> int:
        async with limit:
            try:
                await self._voice.refresh(matter, version)
            except Gone:
                await self._start(matter)
            except Refused:
                return 0
        return 1


async def _in_order(group: Sequence[Awaitable[None]]) -> None:
    """What goes to one matter goes in the order in which it was written."""
    for step in group:
        await step


def _pause(attempts: int) -> float:
    return min(30.0, 0.1 * float(2 ** min(attempts, 9)))
