"""Random public acts by random companies at random moments, between due items: nothing but coded refusals, and
after every act the invariants of `tests/support/story_domain.py`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from activities.record import PublicAct
from teikei.domain.act import Act
from teikei.domain.agreement.force import RefuseRenewal, Sign
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.state import Agreement
from teikei.domain.agreement.talks import Freeze, Revise, ReviseAmendment
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.exits import BeginExit, TickExitItem
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
from teikei.domain.alliance.operation import ActionIn, FinishAction, HoldReview
from teikei.domain.alliance.rescheduling import MoveReview, SkipReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.state import AXES, Attendance
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.allocation.state import Allocation
from teikei.domain.amendments import (
    ChangeParties,
    ChangePeriods,
    ChangeReviews,
    ChangeShares,
    ChangeTerm,
    ChangeVoting,
)
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.decision.rules import VotingRule
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval, Recuse
from teikei.domain.errors import Refused
from teikei.domain.house import Route, RouteStep
from teikei.domain.matter import SUSPENSION, Matter, Person
from teikei.domain.record import canonical
from teikei.domain.recording import RECORDABLE, RecordFor
from teikei.domain.terms import Share, SubjectRule
from teikei.domain.texts import catalogue
from teikei.domain.views import row, view
from tests.domain.cast import (
    EVIDENCE,
    FORMS,
    STAGES,
    bringing,
    companies,
    company,
    contract,
    intake,
    off,
    opening,
    sought,
    special,
    terms,
)
from tests.domain.guided import Offer, begun, name, rotated, taken
from tests.domain.moving import joining, shares
from tests.support.story_domain import World

DAYS = st.integers(-400, 900)
"""Around the day of the world: a date that an act may name."""
EXAMPLES = {"": 34, "faults": 400, "soak": 4000}[os.environ.get("TEIKEI_CAMPAIGN", "")]
"""Lives that the machine tries: some seconds in every run, more in the campaigns."""


VOTING: tuple[tuple[SubjectRule, ...], ...] = (
    (),
    (SubjectRule(subject="allocation", rule=VotingRule(kind="majority", tie="chair", chair=(company(1),))),),
    (
        SubjectRule(subject="resolution", rule=VotingRule(kind="n_of_m", needed=2, silence="approves")),
        SubjectRule(subject="reserved", rule=VotingRule(kind="majority", sealed=True, veto=(company(0),))),
        SubjectRule(subject="allocation", rule=VotingRule(kind="majority", silence="abstains")),
    ),
)


class Alliances(RuleBasedStateMachine):
    """One alliance that begins anywhere in its life."""

    world: World
    codes: set[str]
    done: Counter[str]
    """How often each act was taken in this life."""

    @initialize(
        stage=st.sampled_from((*STAGES, "operation", "operation")),
        n=st.sampled_from([2, 2, 3, 10]),
        form=st.sampled_from(FORMS),
        renews=st.booleans(),
        voting=st.sampled_from(VOTING),
        away=st.booleans(),
        candidate=st.booleans(),
        seed=st.integers(0, 15),
    )
    def begin(
        self, stage: str, n: int, form: Any, *, renews: bool, voting: Any, away: bool, candidate: bool = False, seed: int = 0
    ) -> None:  # fmt: skip
        self.n, self.form, self.codes, self.done = n, form, set(), Counter()
        world = begun(stage, n, form, seed, renewal_years=int(renews), voting=voting)
        self.world = off(world, company(1) if away else "")
        if candidate:
            sought(self.world)

    def matter(self, pick: int) -> Matter:
        """Mostly one that is open."""
        known = list(self.world.states.values())
        alive = [s for s in known if not s.over]
        return alive[pick % len(alive)] if alive and pick % 7 else known[pick % len(known)]

    def parties(self) -> tuple[str, ...]:
        """As they are now: some may have left, and the newcomer may have joined."""
        return self.world.alliance.companies()

    def day(self, offset: int) -> date:
        return self.world.today() + timedelta(days=offset)

    def say(self, matter: Matter, act: Act, who: int) -> None:
        before, traces = dict(self.world.states), self.traces()
        try:
            self.world.say(matter.id, act, company(who % (self.n + 1)))
        except Refused as refusal:
            self.codes.add(refusal.code)
            unchanged = self.world.states == before and self.traces() == traces
            assert unchanged
        else:
            self.done[name(act)] += 1

    def traces(self) -> tuple[int, ...]:
        """How much was ever written."""
        world = self.world
        return tuple(len(x) for x in (world.lines, world.mails, world.closed, world.papers, world.history))

    @rule(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 5))
    def acts_that_are_taken(self, seed: int, steps: int) -> None:
        """By one company, or by all that may: a life gets somewhere. (Drawn numbers are mostly small; seeded ones not.)"""
        chance = random.Random(seed)  # noqa: S311  (no secret)
        for _ in range(steps):
            if not self.world.alliance.over:
                self.guided(chance.randrange(50), chance.randrange(10**6), together=chance.random() < 0.5)

    def guided(self, pick: int, what: int, *, together: bool) -> None:
        offers = rotated(self.offers(pick, what), what)
        if chosen := taken(self.world, offers, self.done, ending=what % 11 == 0):
            matter, act, first = chosen
            others = [c for c in self.parties() if together and c != first]
            for c in (first, *others):
                self.say(self.world.states[matter], act, companies(self.n + 1).index(c))

    def offers(self, pick: int, what: int) -> list[Offer]:
        """What could be said to the alliance or the newest matter and to another one, in three ways, by three companies."""
        parties = self.parties()
        who = [parties[(what + i) % len(parties)] for i in range(min(3, len(parties)))]
        ways = [
            ((what + 7 * i) % 200, offset) for i, offset in enumerate((-(what % 5), what % 90, what % 700))
        ]
        latest = [s for s in self.world.states.values() if not s.over][-1]
        matters = (latest, self.matter(what)) if pick % 2 else (self.world.alliance, self.matter(pick))
        return [(s.id, act, c) for s in matters for way in ways for act in self.fitting(s, *way) for c in who]

    @precondition(lambda self: not self.world.alliance.over)
    @rule(pick=st.integers(0, 50), who=st.integers(0, 10), what=st.integers(0, 200), offset=DAYS)
    def act(self, pick: int, who: int, what: int, offset: int) -> None:
        """An act that fits the matter's kind: it may still be early, late, twice or not for this company."""
        matter = self.matter(pick)
        fitting = self.fitting(matter, what, offset)
        self.say(matter, fitting[what % len(fitting)], who)

    @precondition(lambda self: not self.world.alliance.over)
    @rule(what=st.integers(0, 200), offset=DAYS)
    def all_act(self, what: int, offset: int) -> None:
        """All companies do the same: what asks for all of them gets on."""
        matter = self.matter(what + 1)
        fitting = self.fitting(matter, what, offset)
        for who in range(self.n):
            self.say(self.world.states[matter.id], fitting[what % len(fitting)], who)

    @rule(pick=st.integers(0, 50), who=st.integers(0, 10), what=st.integers(0, 400))
    def act_of_another_kind(self, pick: int, who: int, what: int) -> None:
        anything = [a for s in self.world.states.values() for a in self.fitting(s, what, 0)]
        anything += [opening(self.n), bringing(self.n)]
        self.say(self.matter(pick), anything[what % len(anything)], who)

    @rule(steps=st.integers(1, 12))
    def time_passes(self, steps: int) -> None:
        for _ in range(steps):
            self.world.fall()

    @rule(hours=st.integers(1, 24 * 90), days=st.none() | st.integers(0, 120))
    def stand_still(self, hours: int, days: int | None) -> None:
        """Suspended, some time, resumed, by a party or by itself: at whatever moment this is."""
        until = None if days is None else self.day(days)
        self.say(self.world.alliance, Suspend(reason="監査", until=until), 0)
        for what in (hours, 3 * hours):
            matter = self.matter(what)
            fitting = self.fitting(matter, what, hours % 50)
            self.say(matter, fitting[what % len(fitting)], what)
        self.world.advance(self.world.now + timedelta(hours=hours))
        self.say(self.world.alliance, Resume(), 1)

    def fitting(self, state: Matter, what: int, offset: int) -> tuple[Act, ...]:
        """What people do to this kind of matter, the same entered for another party, and what that one says of it."""
        acts = self._fitting(state, what, offset)
        ids = [r.id for r in state.recorded] or ["rec_none"]
        mine = ids[what % len(ids)]
        return (
            *acts, *(RecordFor(company=company(1), how="書面", evidence_sha256=EVIDENCE, act=a) for a in acts if isinstance(a, RECORDABLE)),
            ConfirmRecorded(recorded=mine), ContestRecorded(recorded=mine, reason="異議"),
        )  # fmt: skip

    def _fitting(self, state: Matter, what: int, offset: int) -> tuple[Act, ...]:
        if isinstance(state, Agreement):
            return self._of_agreement(state, what, offset)
        if isinstance(state, Decision):
            return (
                Comment(text="意見"), RecordInternalApproval(status="approved", reference="稟議"), CastVote(choice="yes"),
                RecordInternalApproval(status="approved", reference="稟議"), CastVote(choice="yes"),
                RecordInternalApproval(status="returned", reference="稟議"),
                CastVote(choice="no" if what % 3 else "abstain"), Recuse(reason="利害関係"),
                SubmitInternalApproval(reference="稟議"), DecideInternalApproval(choice="approve" if what % 5 else "return"),
            )  # fmt: skip
        if isinstance(state, Allocation):
            amount = EnterAmount(
                side="income" if what % 2 else "cost",
                what="材料費",
                minor=what * 10**12,
                evidence_sha256=EVIDENCE,
            )
            return (amount, CloseInputs(), CloseInputs(), ConfirmPayment(evidence_sha256=EVIDENCE))
        return self._of_alliance(what, offset)

    def _of_agreement(self, state: Agreement, what: int, offset: int) -> tuple[Act, ...]:
        sha = state.version_now.sha256 if state.version_now and what % 9 else EVIDENCE
        signed = Sign(
            sha256=sha, signatory="署名者", title="社長", signed_at=self.world.now + timedelta(days=min(0, offset)),
            method="electronic", evidence_sha256=EVIDENCE,
        )  # fmt: skip
        return (
            ReviseAmendment(changes=self.changes(what, offset), effective_on=self.day(offset), reason="変更"),
            Freeze(sha256=sha), signed, signed, Revise(terms=self.terms(what, offset), reason="変更"), Freeze(sha256=sha),
            RefuseRenewal(arrived_on=self.day(offset), evidence_sha256=EVIDENCE, reason="方針", to=(company(what % self.n),) if what % 3 else ()),
            RecordNoticeSent(to=(company(what % self.n),), how="書留", sent_on=self.day(offset)),
            self.paper(what, offset),
        )  # fmt: skip

    def paper(self, what: int, offset: int) -> UploadSigned:
        days = contract(
            signed_on=self.day(min(0, offset)), effective_on=self.day(offset), term_until=self.day(offset + 30 * what)
        )  # fmt: skip
        who = companies(self.n)[: self.n if what % 4 else 2]
        return UploadSigned(
            contract=days,
            signatories=tuple(Signatory(company=c, signatory="署名者", title="社長") for c in who),
        )

    def _of_alliance(self, what: int, offset: int) -> tuple[Act, ...]:
        state = self.world.alliance
        about, axis = company(what % self.n), AXES[what % 3]
        action = ActionIn(owner=about, what="報告", due=self.day(offset))
        return (
            intake(self.n), WaiveGate(reason="急ぐ") if what % 5 == 0 else ShareScores(), GiveScore(about=about, axis=axis, points=1 + what % 5, evidence="根拠"), ShareScores(),
            DraftAgreement(terms=self.terms(what, offset)),
            HoldReview(
                number=state.review, held_on=self.day(min(0, offset)), place="本社", chair="議長",
                attendees=(Attendance(company=about),), actions=(action,) * (what % 3),
            ),
            MoveReview(number=state.review, to=self.day(offset), reason="出張"), SkipReview(number=state.review, reason="議題なし"),
            DraftAmendment(changes=self.changes(what, offset), effective_on=self.day(offset)),
            CallDecision(subject="reserved" if what % 2 else "resolution", title="議案", motion="内容"),
            FinishAction(number=1 + what % 4, result="済"), BeginExit(end_date=self.day(offset), reason="目的達成"),
            TickExitItem(item=("return_materials", "stop_marks", "people_and_equipment", "final_allocation")[what % 4], how="済"),
            *self.of_obligations(what, offset), *self.of_health(what), *self.of_the_company(what, offset),
            ArrangeHouse(routes=(Route(steps=(RouteStep(people=("担当者",), need=1),)),) if what % 3 else (), sole=what % 3 > 0),
            Suspend(reason="監査", until=self.day(offset) if what % 2 else None), Resume(), Resume(),
            Abandon(reason="方針") if what % 11 == 0 else Resume(),
            DropCandidate(reason="不一致") if what % 7 == 0 else ChooseCandidate(note="社内"),
        )  # fmt: skip

    def of_the_company(self, what: int, offset: int) -> tuple[Act, ...]:
        names = (f"担当{what % self.n}", f"Boss {what % self.n}", "担当", "担当者", "後任0", "後任1")
        heir = Person(name=f"後任{what % 2}", email="heir@example.com")
        leaver = names[what % len(names)]
        events: list[Any] = [(e.event, e.on) for e in self.world.alliance.events]
        events = events or [("merger", self.day(offset))]
        event, on = events[what % len(events)]  # nearly always one that is there
        return (
            HandOver(leaver=leaver, successor=heir, on=self.day(offset if what % 3 else 0), reason="異動"),
            WithdrawHandover(leaver=leaver),
            AnnounceEvent(event="name", on=self.day(offset), what="株主総会の決議", name_ja=f"新社名{what}", name_en=f"New {what}"),
            AnnounceEvent(event="address", on=self.day(offset), what="移転", address=f"大阪市{what}番"),
            WithdrawEvent(event=event, on=on, reason="中止"),
            AnnounceEvent(event="merger" if what % 2 else "change_of_control", on=self.day(offset), what="公表のとおり"),
            AnswerEvent(number=1 + what % 3, answer="object" if what % 3 else "acknowledge", reason="確認中" if what % 4 else None),
        )  # fmt: skip

    def of_health(self, what: int) -> tuple[Act, ...]:
        number = self.world.alliance.health_checks
        sheets = tuple(tuple((what * i + j) % 6 for j in range(12)) for i in range(what % 5 + 1))
        return (
            CallHealthCheck(days=what % 25), AnswerHealthCheck(number=number, sheets=sheets),
            AnswerHealthCheck(number=number, sheets=sheets[:1], respondent="担当者"),
        )  # fmt: skip

    def of_obligations(self, what: int, offset: int) -> tuple[Act, ...]:
        """Mostly about one that is there."""
        known = self.world.alliance.obligations
        one = known[what % len(known)] if known else None
        number, day = (one.number, one.day) if one else (1, self.day(offset))
        return (
            TakeOnObligation(
                owner=company(what % self.n), person="担当", what="報告", basis="第5条", first=self.day(offset),
                every_months=what % 4, evidence=what % 5 == 0,
            ),
            AnswerObligation(number=number, answer="accept" if what % 3 else "decline"),
            FulfilObligation(number=number, day=day, how="提出", evidence_sha256=EVIDENCE if what % 2 else None),
            HoldObligation(number=number, reason="猶予"), ReleaseObligation(number=number, reason="再開"),
            WaiveObligation(number=number, reason="不要"),
        )  # fmt: skip

    def changes(self, what: int, offset: int) -> tuple[Any, ...]:
        given = self.terms(what, offset)
        every = (
            ChangeShares(shares=given.shares), ChangePeriods(period_months=1 + what % 14), ChangeReviews(review_months=1 + what % 7),
            ChangeVoting(voting=VOTING[what % 3]), ChangeTerm(term_until=self.day(400 + offset)),
        )  # fmt: skip
        if what % 4 == 3:
            return self.moves(what)
        return every[what % 5 :] if what % 2 else (every[what % 5],)

    def moves(self, what: int) -> tuple[Any, ...]:
        """A party leaves, the newcomer joins, or one in the place of the other; shares of whoever is then there."""
        now, newcomer = self.parties(), company(self.n)
        leave = (now[what % len(now)],) if what % 3 else ()
        place = leave[0] if leave and what % 5 else ""
        join = () if newcomer in now or what % 3 == 2 else (joining(newcomer, place_of=place),)
        after = [c for c in now if c not in leave] + [j.company for j in join]
        return (ChangeParties(leave=leave, join=join), shares(*after))

    def terms(self, what: int, offset: int) -> Any:
        first = self.day(offset)
        parties = self.parties()
        n = len(parties)
        ratios = [Fraction(1, n)] * n if what % 2 else [Fraction(0)] * (n - 1) + [Fraction(1)]
        given = terms(self.n, self.form, special=special(self.form))
        return replace(
            given, term_from=first, term_until=first + timedelta(days=370 + what), renewal_years=what % 2, period_months=1 + what % 14,
            review_months=1 + what % 7, decision_days=what % 12, statement_days=what % 90, payment_days=what % 40, notice_months=what % 15,
            tie_order="largest_share" if what % 3 else "party_order", return_days=what % 60,
            shares=tuple(Share(company=c, ratio=r) for c, r in zip(parties, ratios, strict=True)),
        )  # fmt: skip

    @invariant()
    def everyone_can_look(self) -> None:
        if not hasattr(self, "world"):
            return
        for state in list(self.world.states.values())[-3:]:
            assert canonical(view(state, company(0)))
            assert row(state).owes == 0, "what is owed was done"

    @invariant()
    def refusals_have_codes_and_texts(self) -> None:
        codes = getattr(self, "codes", ())
        assert all(code.count(".") == 1 for code in codes)
        for said in map(catalogue, ("ja", "en")):
            assert all({f"errors.{code}.title", f"errors.{code}.remedy"} <= said.keys() for code in codes)

    @invariant()
    def the_end_is_the_end(self) -> None:
        if hasattr(self, "world") and self.world.alliance.over:
            living = [s for s in self.world.states.values() if not s.over]
            assert all(getattr(s, "role", "") == "survival" for s in living)
            assert all(d.item.startswith("survivor-") for s in living for d in s.due)

    @invariant()
    def children_are_open_and_mine(self) -> None:
        if not hasattr(self, "world"):
            return
        states = self.world.states
        for state in states.values():
            if not state.over and state.parent:
                assert state.id in states[state.parent].children, (
                    "an open matter is held, released and dropped with its parent"
                )
                assert bool(state.suspended) == bool(self.world.alliance.suspended)

    @invariant()
    def something_always_comes(self) -> None:
        """An open alliance waits for some due item, a suspended one for the end of that: silence leads on."""
        if not hasattr(self, "world") or self.world.alliance.over:
            return
        coming = self.world.due()
        assert coming is not None
        # What survives for a party that has left goes on while the others stand still.
        assert not self.world.alliance.suspended or coming[1].item.startswith((SUSPENSION, "survivor-"))


def test_the_machine_knows_every_public_act() -> None:
    machine = Alliances()
    machine.begin("operation", 2, "co_sales", renews=False, voting=(), away=True)
    said = {
        type(a)
        for s in machine.world.states.values()
        for what in range(30)
        for a in machine.fitting(s, what, 1)
    }
    machine.world.until(lambda: machine.world.alliance.period == 1)
    said |= {type(a) for what in range(30) for a in machine.fitting(machine.world.period(), what, 1)}
    assert len(set(get_args(PublicAct)) - said) == 2, "only the opening acts are said to no matter"


TestAlliances = Alliances.TestCase
TestAlliances.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=30, deadline=None, derandomize=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip
