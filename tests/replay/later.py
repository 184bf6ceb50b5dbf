"""Lives for the frozen histories that go past the waits which came later: routes inside a company, what came from
elsewhere, obligations, a refusal of renewal, and what survives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from teikei.adapters.temporal.speak import Voice
from teikei.domain.act import Act
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.state import Agreement
from teikei.domain.agreement.survival import survivor_clocks
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.duties import Survivor
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    ReleaseObligation,
    TakeOnObligation,
    WaiveObligation,
)
from teikei.domain.contests import ContestRecorded
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.house import Route, RouteStep
from teikei.domain.matter import Matter
from tests.domain import cast
from tests.replay.states import operating
from tests.support.memory import MemoryLedger
from tests.support.story_domain import START
from tests.workflows import lives, people
from tests.workflows.conftest import working
from tests.workflows.histories import events
from tests.workflows.saying import begun, said, say
from workflows.ids import workflow_id

A, B = cast.companies(2)
SOLE = ArrangeHouse(routes=(Route(steps=(RouteStep(people=("担当者",), need=1),)),), sole=True)
RECORD = RecordInternalApproval(status="approved", reference="稟議")
SUBMIT = SubmitInternalApproval(reference="稟議")
UPLOAD = UploadSigned(
    contract=cast.contract(title="秘密保持契約書"),
    signatories=tuple(Signatory(company=c, signatory="代表", title="社長") for c in (A, B)),
)


def inside(world: Any) -> None:
    """The approval of the NDA goes its way inside one company, is returned, put again, and approved; the other one records."""
    lives.opened(world)
    world.say(world.root, cast.intake(), A)
    world.say(world.root, SOLE, A)
    cast.freeze(world, "nda")
    matter = world.decision().id
    steps: tuple[Act, ...] = (
        SUBMIT, DecideInternalApproval(choice="return"), SUBMIT, DecideInternalApproval(choice="approve"),
    )  # fmt: skip
    for act in steps:
        world.say(matter, act, A)
    world.say(matter, RECORD, B)
    for c in (A, B):
        world.say(matter, CastVote(choice="yes"), c)


def brought(world: Any) -> None:
    """An alliance from before this system: its next review, and its end."""
    world.open(replace(cast.bringing(), sandbox_from=START), A, cast.directory(2))
    if hasattr(world, "pump"):
        world.pump()
    cast.review(world)
    cast.begin_exit(world)
    cast.agree(world, "termination")
    cast.tick(world)
    cast.settle_period(world)
    world.until(lambda: world.alliance.over)


def uploaded(world: Any) -> None:
    """The NDA was signed elsewhere; the other party contests it, and it is handed in again."""
    lives.opened(world)
    world.say(world.root, cast.intake(), A)
    paper = world.agreement("nda").id
    world.say(paper, UPLOAD, A)
    entered = next(r.id for r in world.states[paper].recorded if r.company == B)
    world.say(paper, ContestRecorded(recorded=entered, reason="異なる"), B)
    world.say(paper, UPLOAD, A)
    cast.marks(world, A)


def renewing(world: Any) -> None:
    """Operation under an agreement that renews."""
    lives.opened(world)
    world.say(world.root, cast.intake(), A)
    cast.agree(world, "nda")
    cast.score(world)
    cast.decide(world)
    terms = cast.terms(term_from=START.date(), renewal_years=1, review_months=12)
    world.say(world.root, DraftAgreement(terms=terms), B)
    cast.agree(world, "main")


def refused(world: Any) -> None:
    """Asked whether to renew, one says no: its notice is drafted, goes its way, arrives; the term runs out, the alliance
    closes, and what survives ends years later.
    """
    renewing(world)
    world.until(lambda: world.agreement("main").renewal_decision != "")
    matter = world.agreement("main").renewal_decision
    for c, vote in ((A, CastVote(choice="yes")), (B, CastVote(choice="no"))):
        world.say(matter, RECORD, c)
        world.say(matter, vote, c)
    paper = world.agreement("main").id
    world.say(paper, RecordNoticeSent(to=(A,), how="書留", sent_on=world.today()), B)
    world.advance(world.now + timedelta(days=2))
    world.say(paper, RefuseRenewal(arrived_on=world.today(), evidence_sha256=cast.EVIDENCE, reason="方針"), B)
    world.until(lambda: all(s.over for s in world.states.values()))


LATER: dict[str, Callable[[Any], None]] = {
    "inside": inside, "brought": brought, "uploaded": uploaded, "refused": refused,
}  # fmt: skip
KINDS: dict[str, tuple[str, ...]] = {
    "inside": ("decision",), "brought": ("alliance",), "uploaded": ("alliance", "agreement"),
    "refused": ("agreement", "decision"),
}  # fmt: skip
"""Whose runs are frozen: those that go past the new wait."""


# states for silence, on real timers


def owed() -> Matter:
    """In operation, with an obligation that nobody fulfils."""
    state = replace(operating(), id=people.alliance("owed").id, alliance_id=people.alliance("owed").id)
    now = datetime.now(UTC)
    first = now.date() + timedelta(days=15)
    act = TakeOnObligation(
        owner=people.company(0), person="担当", what="月報", basis="第5条", first=first, every_months=1
    )
    return act.decide(state, people.actor(0), now).state


def surviving() -> Matter:
    """What survives a closed alliance: two duties, with a mail before the end of each."""
    now = datetime.now(UTC)
    base = people.agreement("surviving", now)
    rows = tuple(
        Survivor(code=code, until=now.date() + timedelta(days=days))
        for code, days in (("returns", 60), ("secrecy", 200))
    )
    state: Agreement = replace(
        base,
        stage="in_force",
        owes=(),
        nda_terms=None,
        role="survival",
        parent="",
        survivors=rows,
        waits=(),
        due=(),
    )
    return survivor_clocks(state)


def of_obligations(first: date) -> tuple[tuple[Act, int], ...]:
    """What is said of obligations, and by which company; each act moves the timer of the run or leaves it."""
    mine, other = people.company(0), people.company(1)
    return (
        (
            TakeOnObligation(
                owner=mine, person="担当", what="月報", basis="第5条", first=first, every_months=1
            ),
            0,
        ),
        (TakeOnObligation(owner=other, person="担当", what="報告", basis="第6条", first=first), 0),
        (AnswerObligation(number=2, answer="accept"), 1),
        (FulfilObligation(number=1, day=first, how="提出"), 0),
        (HoldObligation(number=2, reason="猶予"), 0),
        (ReleaseObligation(number=2, reason="再開"), 0),
        (WaiveObligation(number=2, reason="不要"), 0),
    )


async def owing(client: Client, folder: Path) -> list[str]:
    """Obligations taken on, fulfilled, held, released, waived."""
    ledger = MemoryLedger()
    name = people.alliance("owing").id
    async with working(client, ledger) as voice:
        state = await begun(voice, ledger, replace(operating(), id=name, alliance_id=name))
        for act, by in of_obligations(datetime.now(UTC).date() + timedelta(days=40)):
            await said(voice, state.id, act, by)
        await events(client, workflow_id(state.id))
    return [workflow_id(state.id)]


def returned() -> Matter:
    """A decision in which one company may only say no any more."""
    state = people.decision("last words", datetime.now(UTC))
    no = RecordInternalApproval(status="returned", reference="-")
    return no.decide(state, people.actor(1), datetime.now(UTC)).state


async def last_words(client: Client, folder: Path) -> list[str]:
    """A vote ends the decision while three comments are under way that were taken with it: the run waits for their
    answers.  They are said before there is a worker, so that one task hears them all.
    """
    ledger = MemoryLedger()
    state = ledger.put(returned())
    voice = Voice(client)
    await voice.start(state)
    acts: tuple[tuple[Act, int], ...] = ((CastVote(choice="no"), 1), *((Comment(text="次"), 0),) * 3)
    under_way = []
    for act, by in acts:
        under_way.append(asyncio.create_task(voice.say(state.id, say(act, by))))
        await asyncio.sleep(0.3)
    async with working(client, ledger):
        await asyncio.gather(*under_way, return_exceptions=True)
        await client.get_workflow_handle(workflow_id(state.id)).result()
    return [workflow_id(state.id)]
