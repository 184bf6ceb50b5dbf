"""What the frozen histories tell: every chapter and every branch, going past every wait.

A scene leaves its runs on the server and says their names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.record import Committed, Order
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.state import Alliance, ReviewHeld
from teikei.domain.clock import Hold, Release
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Conflict, Unavailable
from teikei.domain.matter import Effect, Matter, Suspension
from tests.replay.converting import CONVERTING
from tests.replay.later import KINDS, LATER, last_words, owed, owing, surviving
from tests.replay.states import drafting, leaving, now, operating, renewing, scoring, signed, signing
from tests.support.live import at_work, database, ports
from tests.support.memory import MemoryLedger
from tests.workflows import people
from tests.workflows.conftest import eventually, working
from tests.workflows.faulty import Blots, Faulty, Stairs
from tests.workflows.histories import events
from tests.workflows.lives import LIVES
from tests.workflows.saying import CLEAR, OPERATOR, TEIKEI, begun, said
from tests.workflows.sleeper import slept
from workflows.ids import delivery_id, workflow_id

Scene = Callable[[Client, Path], Awaitable[list[str]]]
REFUSAL, TROUBLE, BROKEN = (
    Conflict("nda.drafted_already"),
    Unavailable("sql.unavailable"),
    ValueError("a bug"),
)


def life(tell: Callable[[Any], None], *kinds: str) -> Scene:
    """A sandbox alliance with all its matters (or those of these kinds) and its first delivery."""

    async def scene(client: Client, folder: Path) -> list[str]:
        live = ports(client, database(folder))
        async with at_work(live):
            await asyncio.to_thread(tell, live)
        return [workflow_id(m) for m, s in live.states.items() if not kinds or s.kind in kinds]

    return scene


def in_nda(name: str, **changes: Any) -> Alliance:
    base: Alliance = people.alliance(name).closed_wait("intake")
    return replace(base, stage="nda", **changes)


async def idle(client: Client, matter: str) -> list[str]:
    await events(client, workflow_id(matter))
    return [workflow_id(matter)]


# accidents


def own_act(name: str, error: Exception, times: int) -> Scene:
    """A story's own act meets an error; the operator has it tried again where it must be."""

    async def scene(client: Client, folder: Path) -> list[str]:
        ledger = Faulty(over="draft_nda", error=error, times=times)
        async with working(client, ledger) as voice:
            state = await begun(voice, ledger, in_nda(name))
            if times < 0:
                await eventually(lambda: ledger.states[state.id].attention is not None)
                ledger.times = 0
                await said(voice, state.id, CLEAR, OPERATOR)
            await eventually(lambda: "alliance.nda_begun" in ledger.codes(), 60)
            return await idle(client, state.id)

    return scene


async def overtaken(client: Client, folder: Path) -> list[str]:
    """SQL is ahead: the run's own act is refused, it adopts what is stored and goes on."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        stored = ledger.put(in_nda("overtaken"))
        assert isinstance(stored, Alliance)
        ahead = replace(stored, nda="agr_someone_elses", version=stored.version + 1)
        ledger.states[stored.id] = ahead
        await voice.start(stored)
        await said(voice, stored.id, Abandon(reason="終わり"), 0)
        return await idle(client, stored.id)


async def overtaken_twice(client: Client, folder: Path) -> list[str]:
    """SQL is ahead, and what is stored there refuses too: the second refusal of the same state is an accident."""
    ledger = Faulty(over="draft_nda", error=REFUSAL, times=-1)
    async with working(client, ledger) as voice:
        stored = ledger.put(in_nda("overtaken twice"))
        ledger.states[stored.id] = replace(stored, version=stored.version + 1)
        await voice.start(stored)
        await eventually(lambda: ledger.states[stored.id].attention is not None)
        ledger.times = 0
        await said(voice, stored.id, CLEAR, OPERATOR)
        await eventually(lambda: "alliance.nda_begun" in ledger.codes())
        return await idle(client, stored.id)


def refreshed(make: Callable[[], Matter]) -> Scene:
    """The dispatcher tells a run that it is behind SQL; then somebody acts."""

    async def scene(client: Client, folder: Path) -> list[str]:
        ledger = MemoryLedger()
        async with working(client, ledger) as voice:
            state = await begun(voice, ledger, make())
            await idle(client, state.id)
            state = ledger.load(state.id)
            ledger.states[state.id] = replace(state, title="新", version=state.version + 1, due=state.due[1:])
            await voice.refresh(state.id, state.version + 1)
            await said(voice, state.id, Hold(reason="-"), TEIKEI)
            await said(voice, state.id, Release(), TEIKEI)
            return await idle(client, state.id)

    return scene


class Stuck(MemoryLedger):
    """A rule that forgets to consume its due item, once."""

    def commit(self, order: Order) -> Committed[Any]:
        before = self.states[order.matter]
        done = super().commit(order)
        if order.act.kind == "fell_due" and not any(c == "attention.noted" for c in self.codes()):
            self.states[order.matter] = replace(self.states[order.matter], due=before.due)
            return replace(done, state=self.states[order.matter])
        return done


async def due_stuck(client: Client, folder: Path) -> list[str]:
    ledger = Stuck()
    async with working(client, ledger) as voice:
        state = ledger.put(people.decision("stuck", datetime.now(UTC) - timedelta(days=90)))
        await voice.start(state)
        await eventually(lambda: ledger.states[state.id].attention is not None)
        await said(voice, state.id, CLEAR, OPERATOR)
        await client.get_workflow_handle(workflow_id(state.id)).result()
    return [workflow_id(state.id)]


async def last_vote(client: Client, folder: Path) -> list[str]:
    """The last vote ends the decision while others are still speaking."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = await begun(voice, ledger, people.decision("last", datetime.now(UTC)))
        await said(voice, state.id, RecordInternalApproval(status="returned", reference="-"), 1)
        await idle(client, state.id)
        waiting = [asyncio.create_task(said(voice, state.id, CastVote(choice="no"), 1))]
        waiting += [asyncio.create_task(said(voice, state.id, Comment(text=f"{n}"), 0)) for n in range(8)]
        await asyncio.gather(*waiting, return_exceptions=True)
    return [workflow_id(state.id)]


async def two_minutes(client: Client, folder: Path) -> list[str]:
    """Two papers are owed at once; where the server suggests it, the run turns between them."""
    ledger = MemoryLedger()
    held = [
        ReviewHeld(
            number=n,
            held_on=now().date(),
            place="本社",
            chair="-",
            attendees=(),
            agenda=(),
            points=(),
            resolutions=(),
            actions=(),
            next_on=None,
        )
        for n in (1, 2)
    ]
    owes = tuple(Effect(key=f"minutes/{h.number}", paper="minutes") for h in held)
    async with working(client, ledger) as voice:
        state = await begun(
            voice,
            ledger,
            replace(operating(), id=people.alliance("minutes").id, minutes=tuple(held), owes=owes, review=3),
        )
        await eventually(lambda: not ledger.states[state.id].owes)
        await said(voice, state.id, Suspend(reason="-"), 0)
        return await idle(client, state.id)


async def many_comments(client: Client, folder: Path) -> list[str]:
    """Many callers while the run turns by its length."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = await begun(voice, ledger, people.decision("many", datetime.now(UTC)))
        for _ in range(2):
            await asyncio.gather(*(said(voice, state.id, Comment(text=f"{n}"), n % 2) for n in range(8)))
        return await idle(client, state.id)


async def held_back(client: Client, folder: Path) -> list[str]:
    """An own act waits while the alliance is suspended."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = await begun(
            voice, ledger, in_nda("held", suspended=Suspension(since=datetime.now(UTC), reason="-"))
        )
        await idle(client, state.id)
        await said(voice, state.id, Resume(), 0)
        await eventually(lambda: "alliance.nda_begun" in ledger.codes())
        return await idle(client, state.id)


async def no_chapter(client: Client, folder: Path) -> list[str]:
    """A stage that no chapter tells, repaired in SQL by the next act's state."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = await begun(
            voice, ledger, replace(people.decision("lost", datetime.now(UTC)), stage="nowhere")
        )
        await eventually(lambda: ledger.states[state.id].attention is not None)
        ledger.states[state.id] = replace(ledger.states[state.id], stage="called")
        await said(voice, state.id, CLEAR, OPERATOR)
        await said(voice, state.id, Comment(text="次"), 0)
        return await idle(client, state.id)


async def cancelled(client: Client, folder: Path) -> list[str]:
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = await begun(voice, ledger, people.decision("cancelled", datetime.now(UTC)))
        await idle(client, state.id)
        for _ in range(2):
            await client.get_workflow_handle(workflow_id(state.id)).cancel()
            await eventually(lambda: ledger.states[state.id].attention is not None)
        await said(voice, state.id, CLEAR, OPERATOR)
        await said(voice, state.id, Comment(text="次"), 0)
        return await idle(client, state.id)


async def long_ago(client: Client, folder: Path) -> list[str]:
    """Everything of a decision fell due while nothing ran."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = ledger.put(people.decision("late", datetime.now(UTC) - timedelta(days=90)))
        await voice.start(state)
        await client.get_workflow_handle(workflow_id(state.id)).result()
    return [workflow_id(state.id)]


async def crowd(client: Client, folder: Path) -> list[str]:
    """Several at once, a repeat, a silent one: an agreement on the real clock with its timer moved."""
    ledger = MemoryLedger()
    async with working(client, ledger) as voice:
        state = await begun(voice, ledger, people.decision("crowd", datetime.now(UTC)))
        await asyncio.gather(*(said(voice, state.id, Comment(text=f"{n}"), n % 2) for n in range(6)))
        for n in (0, 1):
            await said(voice, state.id, RecordInternalApproval(status="approved", reference="-"), n)
        await said(voice, state.id, CastVote(choice="yes"), 0)
        await said(voice, state.id, Comment(text="ひとつ"), 0)
        await said(voice, state.id, CastVote(choice="yes"), 1)
    return [workflow_id(state.id)]


def paper(name: str, quill: Callable[[], Blots]) -> Scene:
    """The first paper of an agreement, with whatever goes wrong over it."""

    async def scene(client: Client, folder: Path) -> list[str]:
        ledger, blots = MemoryLedger(), quill()
        async with working(client, ledger, blots) as voice:
            state = await begun(voice, ledger, people.agreement(name, datetime.now(UTC)))
            if not blots.owed or isinstance(blots.error, Conflict):
                await eventually(lambda: ledger.states[state.id].attention is not None)
                blots.owed = True
                await said(voice, state.id, CLEAR, OPERATOR)
            await eventually(lambda: ledger.states[state.id].stage == "rounds")
            return await idle(client, state.id)

    return scene


def delivery(name: str, post: Callable[[], Stairs]) -> Scene:
    async def scene(client: Client, folder: Path) -> list[str]:
        async with working(client, MemoryLedger(), post=post()) as voice:
            await voice.deliver(name)
            await client.get_workflow_handle(delivery_id(name)).result()
        return [delivery_id(name)]

    return scene


# silence, with time skipped


def silence(state: Callable[[], Matter], days: int) -> Scene:
    """Nobody says anything for so long; timers fire, reminders go out, waits get their outcomes."""

    async def scene(client: Client, folder: Path) -> list[str]:
        ledger = MemoryLedger()
        async with working(client, ledger) as voice:
            stored = await begun(voice, ledger, state())
            for _ in range(days // 20):
                await slept(client, days=20)
        return [workflow_id(stored.id)]

    return scene


async def load_away(client: Client, folder: Path) -> list[str]:
    """A paper is not wanted any more, and the database is away when the run asks what is."""
    ledger, blots = Faulty(over="load", error=TROUBLE), Blots(owed=False)
    async with working(client, ledger, blots) as voice:
        state = ledger.put(people.agreement("load away", now()))
        ledger.times = 3
        await voice.start(state)
        await eventually(lambda: ledger.states[state.id].attention is not None, 60)
        blots.owed = True
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: ledger.states[state.id].stage != "drafting")
        return await idle(client, state.id)


async def note_away(client: Client, folder: Path) -> list[str]:
    """Not even the note of an accident can be committed, for a while; a cancellation comes into the pause."""
    ledger = Silent(over="draft_nda", times=-1)
    async with working(client, ledger) as voice:
        state = await begun(voice, ledger, in_nda("note away"))
        await eventually(lambda: ledger.met > 1)
        await client.get_workflow_handle(workflow_id(state.id)).cancel()
        await eventually(lambda: ledger.met > 2)
        ledger.broken = False
        await eventually(lambda: ledger.states[state.id].attention is not None, 60)
        ledger.times = 0
        await said(voice, state.id, CLEAR, OPERATOR)
        await eventually(lambda: "alliance.nda_begun" in ledger.codes())
        return await idle(client, state.id)


@dataclass
class Silent(Faulty):
    """Nothing can be committed until it is not broken any more."""

    broken: bool = True

    def _stumble(self, what: str) -> None:
        super()._stumble("draft_nda" if self.broken and what != "load" else what)


LIVE: dict[str, Scene] = {
    **{f"life-{name}": life(tell) for name, tell in LIVES.items()},
    **{f"later-{name}": life(tell, *KINDS[name]) for name, tell in LATER.items()},
    "later-owing": owing,
    "later-last-words": last_words,
    "own-trouble": own_act("trouble", TROUBLE, 7),
    "own-refused": own_act("refused", REFUSAL, -1),
    "own-broken": own_act("broken", BROKEN, -1),
    "overtaken": overtaken,
    "overtaken-twice": overtaken_twice,
    "refreshed-decision": refreshed(lambda: people.decision("refreshed", now())),
    "refreshed-alliance": refreshed(lambda: people.alliance("refreshed")),
    "refreshed-agreement": refreshed(signing),
    "refreshed-allocation": refreshed(lambda: people.allocation("refreshed")),
    "signed-held": refreshed(signed),
    "in-force-held": refreshed(renewing),
    "operating-held": refreshed(lambda: replace(operating(), id=people.alliance("operating held").id)),
    "exit-held": refreshed(lambda: replace(leaving(), id=people.alliance("exit held").id)),
    "scoring-held": refreshed(lambda: replace(scoring(), id=people.alliance("scoring held").id)),
    "due-stuck": due_stuck,
    "load-away": load_away,
    "note-away": note_away,
    "last-vote": last_vote,
    "two-minutes": two_minutes,
    "held-back": held_back,
    "no-chapter": no_chapter,
    "cancelled": cancelled,
    "long-ago": long_ago,
    "crowd": crowd,
    "paper": paper("plain", Blots),
    "paper-stumbles": paper("stumbles", lambda: Blots(times=1)),
    "paper-refused": paper("refused", lambda: Blots(error=Conflict("paper.broken"), times=1)),
    "paper-unwanted": paper("unwanted", lambda: Blots(owed=False)),
    "delivery-sent": delivery("out_sent", Stairs),
    "delivery-dead": delivery("out_dead", lambda: Stairs(Conflict("mail.refused"), [TROUBLE])),
    **CONVERTING,
}
"""On the dev server."""

TURNING: dict[str, Scene] = {"turning-minutes": two_minutes, "turning-comments": many_comments}
"""On a dev server that suggests a new run after few events."""
SUGGESTED = 8

SKIPPED: dict[str, Scene] = {
    "silent-decision": silence(lambda: people.decision("silent", now()), 60),
    "silent-intake": silence(lambda: people.alliance("silent"), 80),
    "silent-scoring": silence(scoring, 80),
    "silent-drafting": silence(drafting, 80),
    "silent-leaving": silence(leaving, 80),
    "silent-rounds": silence(lambda: people.agreement("silent", now()), 80),
    "silent-signing": silence(signing, 100),
    "silent-signed": silence(signed, 120),
    "silent-renewing": silence(renewing, 900),
    "silent-inputs": silence(lambda: people.allocation("silent"), 80),
    "silent-operation": silence(operating, 500),
    "later-silent-owed": silence(owed, 60),
    "later-silent-surviving": silence(surviving, 240),
}
"""On the server that skips time."""
