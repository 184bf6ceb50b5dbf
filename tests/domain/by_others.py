"""How the tests of the domain let one party enter what another did elsewhere: its vote, its signature, a whole life."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from teikei.domain.act import Act, Outcome
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.diligence import ShareScores
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    ReleaseObligation,
    TakeOnObligation,
    WaiveObligation,
)
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.contests import ContestRecorded
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.matter import Matter, Recorded
from teikei.domain.recording import RECORDABLE, RecordFor
from tests.domain.cast import (
    EVIDENCE,
    agree,
    begin_exit,
    companies,
    decide,
    directory,
    drafted,
    freeze,
    intake,
    marks,
    off,
    opening,
    review,
    settle_period,
    terms,
    tick,
)
from tests.support.story_domain import World

A, B, C = companies(3)
APPROVED = RecordInternalApproval(status="approved", reference="稟議")
MOTION = CallDecision(title="研究所の増設", motion="一棟増やす。")


def paper(act: Any, company: str = B) -> RecordFor:
    return RecordFor(company=company, how="書面を受領", evidence_sha256=EVIDENCE, act=act)


def enter(world: World, matter: str, act: Act, company: str = B, by: str = A) -> str:
    """A person of `by` enters the act; the id of what was entered."""
    return world.say(matter, paper(act, company), by, "甲野").created[-1]


def contest(world: World, matter: str, recorded: str, by: str = B) -> Outcome[Any]:
    return world.say(matter, ContestRecorded(recorded=recorded, reason="当社の回答ではない"), by)


def listed(state: Matter, recorded: str) -> Recorded:
    return next(r for r in state.recorded if r.id == recorded)


def frozen(world: World, role: str = "main") -> Decision:
    freeze(world, role)
    return world.decision()


def signing(n: int = 2) -> tuple[World, str]:
    """The main agreement is being signed; B's vote was entered by A. Its id."""
    world = off(drafted(n), B)
    matter = frozen(world).id
    entered = enter(world, matter, CastVote(choice="yes"))
    for c in companies(n):
        if c != B:
            world.say(matter, APPROVED, c)
            world.say(matter, CastVote(choice="yes"), c)
    assert world.agreement("main").stage == "signing"
    return world, entered


class ByOthers(World):
    """A world in which the off-platform parties send paper: what they owe is entered, what only they could begin a
    party on the platform begins.
    """

    def say(self, matter: str, act: Act, by: str, person: str = "担当者") -> Outcome[Any]:
        them = self.states[matter].party(by).off_platform
        if not them:
            return World.say(self, matter, act, by, person)
        if isinstance(act, RecordInternalApproval):
            return Outcome(state=self.states[matter], entries=())
        here = next(p.company for p in self.alliance.parties if not p.off_platform)
        return World.say(self, matter, paper(act, by) if isinstance(act, RECORDABLE) else act, here, person)


def lived(world: World, n: int, away: tuple[str, ...]) -> World:
    """A whole life, from the opening to the close."""
    parties = tuple(replace(p, off_platform=p.company in away) for p in opening(n).parties)
    world.open(replace(opening(n), parties=parties), A, directory(n))
    world.say(world.root, intake(n), A)
    agree(world, "nda")
    for c in companies(n):
        marks(world, c)
        world.say(world.root, ShareScores(), c)
    decide(world)
    world.say(world.root, DraftAgreement(terms=terms(n)), B)
    agree(world, "main")
    world.until(lambda: world.alliance.stage == "operation")
    review(world)
    world.say(world.root, CallHealthCheck(), A)
    for c in companies(n):
        world.say(world.root, AnswerHealthCheck(number=1, sheets=((4,) * 12,), respondent="担当"), c)
    world.say(world.root, AnnounceEvent(event="merger", on=world.today(), what="合併"), A)
    for c in companies(n)[1:]:
        world.say(world.root, AnswerEvent(number=1, answer="acknowledge"), c)
    for number, c in enumerate(companies(n), start=1):
        first = world.today() + timedelta(days=9)
        world.say(
            world.root, TakeOnObligation(owner=c, person="担当", what="報告", basis="第5条", first=first), A
        )
        if c != A:
            world.say(world.root, AnswerObligation(number=number, answer="accept"), c)
        creditors = [o for o in companies(n) if o != c]
        world.say(world.root, HoldObligation(number=number, reason="様式の見直し"), creditors[-1])
        world.say(world.root, ReleaseObligation(number=number, reason="様式の決定"), A)
        world.say(world.root, WaiveObligation(number=number, reason="不要"), creditors[-1]) if n > 2 else None
        world.say(world.root, FulfilObligation(number=number, day=first, how="提出"), c)
    world.until(lambda: world.alliance.period == 1)
    settle_period(world)
    begin_exit(world)
    agree(world, "termination")
    settle_period(world)
    tick(world)
    assert world.alliance.stage == "closed"
    return world
