"""Every act in every moment of lives that touch every stage: a coded refusal, or a trace in the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, get_args

import pytest

from activities.record import PublicAct, SystemAct
from teikei.domain.act import Act, Actor, judge
from teikei.domain.agreement.force import RefuseRenewal, Sign
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.talks import Freeze, Revise, ReviseAmendment
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.diligence import CallGoNoGo, DraftNda, GiveScore, ShareScores
from teikei.domain.alliance.exits import BeginExit, DraftTermination, OpenFinalPeriod, TickExitItem
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
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
from teikei.domain.alliance.operation import FinishAction, HoldReview, PlanReview
from teikei.domain.alliance.rescheduling import MoveReview, SkipReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.state import Attendance
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount, SubmitSplit
from teikei.domain.amendments import ChangeReviews, ChangeTerm
from teikei.domain.clock import ClearAttention, Drop, FellDue, Hold, NoteAttention, PaperReady, Release
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval, Recuse
from teikei.domain.errors import Refused
from teikei.domain.house import House
from teikei.domain.matter import Matter, Person, Recorded
from teikei.domain.messages import (
    AgreementMoved,
    DecisionClosed,
    EndKnown,
    PartyChanged,
    PeriodSettled,
    RecordContested,
    TermsChanged,
)
from teikei.domain.recording import RecordFor
from tests.domain.cast import (
    EVIDENCE,
    agree,
    at,
    begin_exit,
    bringing,
    companies,
    company,
    contract,
    drafted,
    freeze,
    intake,
    opened,
    opening,
    refused,
    review,
    selected,
    settle_period,
    sign,
    terms,
    tick,
)
from tests.support.story_domain import START, World, name

STRANGER = company(99)


def owe(world: World) -> World:
    """Obligations in each status: open, held, put to another party."""
    first = world.today() + timedelta(days=200)
    owned: dict[str, Any] = {"owner": company(0), "person": "担当", "what": "x", "basis": "x", "first": first}
    for _ in range(2):
        world.say(world.root, TakeOnObligation(**owned), company(0))
    world.say(
        world.root, TakeOnObligation(**{**owned, "owner": company(1), "owed_to": (company(0),)}), company(0)
    )
    world.say(world.root, AnswerObligation(number=3, answer="accept"), company(1))
    world.say(world.root, TakeOnObligation(**owned), company(1))
    world.say(world.root, HoldObligation(number=2, reason="x"), company(1))
    return world


@cache
def moments() -> tuple[tuple[datetime, Matter], ...]:
    """Every state of lives that touch every stage of every kind of matter, open and suspended."""
    return tuple(moment for world in _lives() for moment in world.history)


def _lives() -> Iterator[World]:
    whole = at("operation")
    review(whole)
    begin_exit(whole)
    agree(whole, "termination")
    settle_period(whole)
    tick(whole)
    yield whole
    for stage in ("intake", "nda", "due_diligence", "negotiation", "signing", "operation", "exit"):
        world = at(stage)
        world.say(world.root, Suspend(reason="x"), company(0))
        yield world
    for role in ("approval", "signing", "signed"):
        world = drafted() if role == "approval" else at("signing")
        freeze(world, "main") if role == "approval" else None
        sign(world, "main") if role == "signed" else None
        world.say(world.root, Suspend(reason="x"), company(0))
        yield world
    period = at("operation")
    period.until(lambda: period.alliance.period == 1)
    period.say(period.root, Suspend(reason="x"), company(0))
    yield period
    change = at("operation")
    change.say(
        change.root,
        DraftAmendment(changes=(ChangeTerm(term_until=date(2029, 6, 30)),), effective_on=change.today()),
        company(0),
    )
    yield change
    yield owe(at("operation"))
    asked = at("operation")
    asked.say(asked.root, CallHealthCheck(), company(1))
    yield asked
    moved = at("operation")
    moved.say(
        moved.root, HandOver(leaver="担当0", successor=HEIR, on=date(2040, 1, 4), reason="x"), company(0)
    )
    moved.say(moved.root, AnnounceEvent(event="merger", on=moved.today(), what="x"), company(1))
    moved.say(moved.root, AnnounceEvent(event="split", on=date(2030, 1, 4), what="x"), company(0))
    yield moved
    candidate = opened(selection=selected())
    candidate.say(candidate.root, ChooseCandidate(), company(0))
    candidate.unwritten = frozenset({"return_letter"})
    candidate.say(candidate.root, DropCandidate(reason="x"), company(0))
    yield candidate
    gone = opened()
    gone.say(gone.root, Abandon(reason="x"), company(0))
    yield gone


OF_OTHERS: tuple[Act, ...] = (
    RecordFor(company=company(1), how="x", evidence_sha256=EVIDENCE, act=CastVote(choice="yes")),
    ConfirmRecorded(recorded="rec_x"), ContestRecorded(recorded="rec_x", reason="x"),
)  # fmt: skip
ENTERED = Recorded(
    id="rec_x", matter="dec_x", company=company(1), act="vote", by=company(0), person="x", how="x",
    evidence_sha256=EVIDENCE, at=START, status="contested",
)  # fmt: skip
OF_NAMED: tuple[Act, ...] = (
    UploadSigned(
        contract=contract(),
        signatories=tuple(Signatory(company=c, signatory="x", title="x") for c in companies(2)),
    ),
    WaiveGate(reason="x"),
)
"""Acts of a named person; here nobody has a name."""
HEIR = Person(name="後任", email="heir@example.com")
ACTS: tuple[Act, ...] = (
    opening(), bringing(), *OF_NAMED,
    intake(), GiveScore(about=company(0), axis="culture", points=3, evidence="x"), ShareScores(), DraftAgreement(terms=terms()),
    HoldReview(number=1, held_on=date(2026, 7, 1), place="x", chair="x", attendees=(Attendance(company=company(0)),)),
    FinishAction(number=1, result="x"), BeginExit(end_date=date(2028, 1, 1), reason="x"), TickExitItem(item="stop_marks", how="x"),
    Suspend(reason="x"), Resume(), Abandon(reason="x"), Revise(terms=terms(), reason="x"), Freeze(sha256=EVIDENCE),
    Sign(sha256=EVIDENCE, signatory="x", title="x", signed_at=START, method="seal", evidence_sha256=EVIDENCE),
    RecordNoticeSent(to=(company(1),), how="x", sent_on=START.date()),
    RefuseRenewal(arrived_on=START.date(), evidence_sha256=EVIDENCE, reason="x"), Comment(text="x"),
    RecordInternalApproval(status="approved", reference="x"), CastVote(choice="yes"),
    ArrangeHouse(), SubmitInternalApproval(reference="x"), DecideInternalApproval(choice="approve"), PartyChanged(company=company(0), house=House(company=company(0))),
    DraftAmendment(changes=(ChangeReviews(review_months=6),), effective_on=date(2026, 12, 1)), TermsChanged(agreement="agr_x", terms=terms()),
    ReviseAmendment(changes=(ChangeReviews(review_months=6),), effective_on=date(2026, 12, 1), reason="x"), MoveReview(number=1, to=date(2026, 12, 20), reason="x"), SkipReview(number=1, reason="x"), Recuse(reason="x"), CallDecision(title="x", motion="x"),
    EnterAmount(side="income", what="x", minor=1, evidence_sha256=EVIDENCE), CloseInputs(), ConfirmPayment(evidence_sha256=EVIDENCE),
    DraftNda(), CallGoNoGo(), PlanReview(), DraftTermination(), OpenFinalPeriod(), SubmitSplit(), FellDue(item="x/lapse"),
    FellDue(item="votes/lapse"), PaperReady(effect="version/1", sha256=EVIDENCE, size=1), Hold(reason="x"), Release(), Drop(reason="x"),
    NoteAttention(reason="x"), ClearAttention(how="retry", note="x"),
    DecisionClosed(decision="dec_x", subject="approval", outcome="approved"),
    DecisionClosed(decision="dec_x", subject="nothing", outcome="voided"),
    AgreementMoved(agreement="agr_x", role="nda", to="approved"), AgreementMoved(agreement="agr_x", role="main", to="reopened"),
    AgreementMoved(agreement="agr_x", role="termination", to="ended"), AgreementMoved(agreement="agr_x", role="amendment", to="approved"), PeriodSettled(allocation="alc_x", number=1, pool=0), EndKnown(end_date=date(2028, 5, 31)),
    TakeOnObligation(owner=company(0), person="x", what="x", basis="x", first=date(2027, 12, 1)), AnswerObligation(number=4, answer="accept"),
    FulfilObligation(number=1, day=date(2027, 1, 17), how="x"), HoldObligation(number=3, reason="x"), ReleaseObligation(number=2, reason="x"), WaiveObligation(number=3, reason="x"),
    HandOver(leaver="担当0", successor=HEIR, on=date(2040, 1, 4), reason="x"), WithdrawHandover(leaver="担当0"),
    AnnounceEvent(event="name", on=START.date(), what="x", name_ja="新社名"), AnnounceEvent(event="merger", on=date(2030, 1, 4), what="x"), WithdrawEvent(event="split", on=date(2030, 1, 4), reason="x"),
    AnswerEvent(number=1, answer="acknowledge"),
    CallHealthCheck(), AnswerHealthCheck(number=1, sheets=((3,) * 12,), respondent="x"),
    ChooseCandidate(), DropCandidate(reason="x"),
    *OF_OTHERS, RecordContested(recorded=(ENTERED,), title="x", undone=True), RecordContested(recorded=(ENTERED,), title="x", undone=False),
)  # fmt: skip


def test_the_list_of_acts_is_complete() -> None:
    assert {type(a) for a in ACTS} == set(get_args(PublicAct)) | set(get_args(SystemAct))
    found = {name(state) for _, state in moments()}
    assert {f.split()[0] for f in found} == {"alliance", "agreement", "decision", "allocation"}
    assert len(found) > 55
    assert len([f for f in found if f.endswith("held")]) > 12


@pytest.mark.parametrize("act", ACTS, ids=lambda a: f"{a.kind}")
def test_every_act_in_every_moment_is_a_coded_refusal_or_leaves_a_trace(act: Act) -> None:
    accepted = 0
    codes: set[str] = set()
    for now, state in moments():
        for by in (company(0), STRANGER, "teikei", "operator"):
            try:
                outcome = judge(act, state, Actor(company=by), now + timedelta(days=100))
            except Refused as refusal:
                codes.add(refusal.code)
                continue
            accepted += 1
            assert outcome.entries, name(state)
            assert outcome.state.version == state.version
            assert by != STRANGER
            public = type(act) in get_args(PublicAct)
            assert public == by.startswith("cmp_"), (name(state), by)
            assert not state.over or isinstance(act, NoteAttention), name(state)
    assert all(code.count(".") == 1 for code in codes)
    assert bool(accepted) != (act in NEVER)


NEVER = (
    opening(), bringing(), *OF_NAMED,
    RecordNoticeSent(to=(company(1),), how="x", sent_on=START.date()),
    RefuseRenewal(arrived_on=START.date(), evidence_sha256=EVIDENCE, reason="x"), Freeze(sha256=EVIDENCE), FellDue(item="x/lapse"),
    ClearAttention(how="retry", note="x"), DecisionClosed(decision="dec_x", subject="nothing", outcome="voided"),
    Sign(sha256=EVIDENCE, signatory="x", title="x", signed_at=START, method="seal", evidence_sha256=EVIDENCE),
    PaperReady(effect="version/2", sha256=EVIDENCE, size=1), *OF_OTHERS,
    SubmitInternalApproval(reference="x"), DecideInternalApproval(choice="approve"),
)  # fmt: skip
"""Acts that fit no state of these lives: other bytes, no renewal, no accident, nobody off the platform, no house."""


def test_a_stranger_may_do_nothing_at_all() -> None:
    world = at("operation")
    for act in ACTS:
        if type(act) in get_args(PublicAct):
            assert refused(world, world.root, act, STRANGER), act
