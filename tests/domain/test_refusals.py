"""What is refused: invariants also where an act is built in code, and every act in every wrong moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any, get_args

import pytest

from activities.record import PublicAct, SystemAct
from teikei.domain.act import TEIKEI, Act, Actor, find_rule, judge
from teikei.domain.agreement.force import RefuseRenewal, Sign
from teikei.domain.agreement.talks import Freeze, Revise
from teikei.domain.alliance.diligence import CallGoNoGo, DraftNda, GiveScore, ShareScores
from teikei.domain.alliance.exits import BeginExit, DraftTermination, OpenFinalPeriod, TickExitItem
from teikei.domain.alliance.intake import OpenAlliance, Unborn
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.operation import ActionIn, FinishAction, HoldReview, PlanReview
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.state import Attendance
from teikei.domain.allocation.split import MOST_AMOUNTS, CloseInputs, ConfirmPayment, EnterAmount, SubmitSplit
from teikei.domain.clock import ClearAttention, Drop, FellDue, Hold, NoteAttention, PaperReady, Release
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import KINDS, Conflict, Forbidden, Invalid, Refused, TeikeiError
from teikei.domain.matter import Matter
from teikei.domain.messages import AgreementMoved, DecisionClosed, PeriodSettled
from teikei.domain.terms import CapitalTerms, Goal, Purpose, Share
from tests.domain.cast import (
    EVIDENCE,
    agree,
    at,
    begin_exit,
    companies,
    company,
    directory,
    drafted,
    freeze,
    intake,
    marks,
    opened,
    opening,
    party,
    refused,
    review,
    settle_period,
    sign,
    signature,
    special,
    terms,
    tick,
)
from tests.support.story_domain import START, World, name

STRANGER = company(99)


def refusal(world: World, matter: str, act: Act, by: str = "") -> tuple[str, str]:
    before = dict(world.states)
    with pytest.raises(Refused) as caught:
        world.say(matter, act, by or company(0))
    assert world.states == before, "nothing was written"
    return caught.value.code, caught.value.pointer


# opening and intake


@pytest.mark.parametrize(
    ("act", "by", "code", "pointer"),
    [
        (replace(opening(), parties=()), company(0), "parties.two_to_ten", "/parties"),
        (replace(opening(), parties=(party(0),)), company(0), "parties.two_to_ten", "/parties"),
        (replace(opening(), parties=tuple(party(i) for i in range(11))), company(0), "parties.two_to_ten", "/parties"),
        (replace(opening(), parties=(party(0), party(0))), company(0), "parties.twice", "/parties"),
        (opening(), STRANGER, "parties.opener_not_among_them", ""),
        (replace(opening(), parties=(party(0), party(50))), company(0), "parties.unknown_company", "/parties/1/company"),
    ],
)
def test_opening(act: OpenAlliance, by: str, code: str, pointer: str) -> None:
    unborn = Unborn(id="aln_x", companies=directory(11), now=START)
    with pytest.raises(Refused) as caught:
        judge(act, unborn, Actor(company=by), START)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize("question", ["new_company", "permission_only", "merger", "under_a_year"])
def test_intake_that_names_another_way(question: str) -> None:
    world = opened()
    assert refusal(world, world.root, intake(2, **{question: True})) == ("intake.other_way", f"/answers/{question}")


def test_intake_that_calls_for_more() -> None:
    world = opened()
    world.say(world.root, intake(2, rivals=True, land=True, personal_data=True), company(1))
    assert world.alliance.brief.needs == ("clean_team", "land", "personal_data")


def test_intake_that_is_not_complete() -> None:
    world = opened(3)
    good = intake(3)
    twice = Purpose(kind="technology", measure="y")
    for act, pointer in (
        (replace(good, purposes=(twice, twice)), "/purposes"),
        (replace(good, benefits=good.benefits[:3]), "/benefits"),
        (replace(good, risks=(*good.risks[:3], good.risks[0])), "/risks"),
        (replace(good, goals=()), "/benefits"),
        (replace(good, purposes=()), "/benefits"),
        (replace(good, contributions=good.contributions[:2]), "/contributions"),
        (intake(4), "/contributions"),
    ):
        assert refusal(world, world.root, act)[1] == pointer
    assert refusal(world, world.root, good, STRANGER) == ("party.not_one", "")
    assert Goal(title="a", target="b", by=date(2026, 1, 1)) != good.goals[0]


# scores


def test_scores() -> None:
    world = at("due_diligence")
    good = GiveScore(about=company(1), axis="culture", points=3, evidence="根拠")
    for points in (0, 6, 9, -1):
        assert refusal(world, world.root, replace(good, points=points)) == ("score.points", "/points")
    assert refusal(world, world.root, replace(good, about=STRANGER)) == ("score.about_no_party", "/about")
    assert refusal(world, world.root, ShareScores()) == ("score.incomplete", "")
    marks(world, company(0))
    world.say(world.root, replace(good, points=5), company(0))
    assert [s.points for s in world.alliance.scores if s.axis == "culture" and s.about == company(1)] == [5], "a later mark takes its place"
    world.say(world.root, ShareScores(), company(0))
    for act in (good, ShareScores()):
        assert refusal(world, world.root, act) == ("score.shared_already", "")


# terms


def half(*ratios: tuple[int, int]) -> tuple[Share, ...]:
    return tuple(Share(company=company(i), ratio=Fraction(*r)) for i, r in enumerate(ratios))


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ({"special": special("co_sales")}, "terms.other_form", "/terms/special/form"),
        ({"currency": "XXX"}, "money.unknown_currency", "/terms/currency"),
        ({"shares": half((1, 2))}, "terms.shares_name_other_parties", "/terms/shares"),
        ({"shares": half((1, 3), (1, 3), (1, 3))}, "terms.shares_name_other_parties", "/terms/shares"),
        ({"shares": (*half((1, 2)), *half((1, 2)))}, "terms.shares_name_other_parties", "/terms/shares"),
        ({"shares": half((1, 2), (1, 3))}, "money.shares_do_not_sum", "/terms/shares"),
        ({"shares": half((3, 2), (-1, 2))}, "money.shares_do_not_sum", "/terms/shares"),
        ({"term_until": date(2027, 6, 29)}, "terms.too_short", "/terms/term_until"),
        ({"term_until": date(2026, 6, 1)}, "terms.too_short", "/terms/term_until"),
        ({"term_until": date(2076, 7, 1)}, "terms.too_long", "/terms/term_until"),
        ({"period_months": 0}, "terms.cadence", "/terms/period_months"),
        ({"review_months": 61}, "terms.cadence", "/terms/review_months"),
    ],
)
def test_terms(more: dict[str, Any], code: str, pointer: str) -> None:
    world = at("negotiation")
    assert refusal(world, world.root, DraftAgreement(terms=terms(2, **more))) == (code, pointer)
    world.say(world.root, DraftAgreement(terms=terms(2)), company(0))
    main = world.agreement("main").id
    assert refusal(world, main, Revise(terms=terms(2, **more), reason="x")) == (code, pointer)
    assert refusal(world, world.root, DraftAgreement(terms=terms())) == ("agreement.drafted_already", "")


def test_the_shortest_and_the_longest_term_pass() -> None:
    for until in (date(2027, 6, 30), date(2076, 6, 30)):
        terms(2, term_until=until).check(companies(2), "co_development")
    zero = terms(2, shares=half((0, 1), (1, 1)))
    zero.check(companies(2), "co_development")


def test_the_issuer_is_a_party() -> None:
    world = at("negotiation", 2, "capital_and_business")
    given = terms(2, "capital_and_business")
    assert isinstance(given.special, CapitalTerms)
    foreign = replace(given, special=replace(given.special, issuer=STRANGER))
    assert refusal(world, world.root, DraftAgreement(terms=foreign)) == ("terms.issuer_not_party", "/terms/special/issuer")


# agreements


def test_only_these_bytes_are_frozen_and_signed_once_and_not_in_the_future() -> None:
    world = drafted()
    main = world.agreement("main")
    assert refusal(world, main.id, Freeze(sha256="0" * 64)) == ("agreement.other_bytes", "/sha256")
    freeze(world, "main")
    from tests.domain.cast import decide

    decide(world)
    good = signature(world, world.agreement("main"))
    assert refusal(world, main.id, replace(good, sha256="0" * 64)) == ("agreement.other_bytes", "/sha256")
    later = replace(good, signed_at=world.now + timedelta(seconds=1))
    assert refusal(world, main.id, later) == ("agreement.signed_in_the_future", "/signed_at")
    world.say(main.id, good, company(0))
    assert refusal(world, main.id, good) == ("agreement.signed_already", "")
    assert refusal(world, main.id, good, STRANGER) == ("party.not_one", "")


def test_fixed_terms_are_not_revised() -> None:
    world = at("nda")
    assert refusal(world, world.agreement("nda").id, Revise(terms=terms(), reason="x")) == ("agreement.terms_are_fixed", "")


# operation


def test_reviews() -> None:
    world = at("operation")
    world.advance(world.now + timedelta(days=90))
    good = HoldReview(number=1, held_on=world.today(), place="a", chair="b", attendees=(Attendance(company=company(0)),))
    cases: list[tuple[Any, str, str]] = [
        (replace(good, number=2), "review.not_open", ""),
        (replace(good, held_on=world.today() + timedelta(days=1)), "review.in_the_future", "/held_on"),
        (replace(good, attendees=(*good.attendees, Attendance(company=STRANGER))), "parties.unknown_company", "/attendees/1/company"),
        (replace(good, actions=(ActionIn(owner=STRANGER, what="x", due=world.today()),)), "parties.unknown_company", "/actions/0/owner"),
        (replace(good, actions=(ActionIn(owner=company(0), what="x", due=date(2026, 1, 1)),)), "review.action_due_before", "/actions/0/due"),
    ]
    for act, code, pointer in cases:
        assert refusal(world, world.root, act) == (code, pointer)
    with pytest.raises(Conflict, match=r"review\.planned_already"):
        judge(PlanReview(), world.alliance, TEIKEI, world.now)


def test_exits() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)

    def leave(day: date) -> BeginExit:
        return BeginExit(end_date=day, reason="x")

    assert refusal(world, world.root, leave(world.today() - timedelta(days=1))) == ("exit.end_date", "/end_date")
    assert refusal(world, world.root, leave(date(2028, 7, 1))) == ("exit.end_date", "/end_date")
    early = replace(world.alliance, period_from=date(2027, 8, 1))
    with pytest.raises(Invalid, match=r"exit\.before_the_period"):
        judge(leave(date(2027, 7, 31)), early, Actor(company=company(0)), world.now)


# allocation


def test_amounts() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    period = world.period().id
    good = EnterAmount(side="income", what="売上", minor=10**15, evidence_sha256=EVIDENCE)
    assert refusal(world, period, replace(good, minor=-1)) == ("allocation.negative", "/minor")
    assert refusal(world, period, replace(good, side="cost")) == ("allocation.cost_not_allowed", "/what")
    assert refusal(world, period, good, STRANGER) == ("party.not_one", "")
    world.say(period, good, company(0))
    assert refusal(world, period, replace(good, minor=1), company(1)) == ("allocation.too_much", "/minor")
    world.say(period, replace(good, minor=7), company(0))
    assert [a.minor for a in world.period().amounts] == [7], "the same again takes its place"
    world.say(period, replace(good, minor=0), company(0))
    assert world.period().amounts == ()
    state = world.period()
    one = replace(state, amounts=()).amounts
    many = tuple(_amount(i) for i in range(MOST_AMOUNTS))
    with pytest.raises(Conflict, match=r"allocation\.too_many_amounts"):
        judge(replace(good, minor=1), replace(state, amounts=(*one, *many)), Actor(company=company(0)), world.now)
    world.say(period, CloseInputs(), company(0))
    for act in (good, CloseInputs()):
        assert refusal(world, period, act) == ("allocation.inputs_closed", "")


def _amount(i: int) -> Any:
    from teikei.domain.allocation.state import Amount

    return Amount(company=company(1), side="income", what=f"{i}", minor=1, evidence_sha256=EVIDENCE)


def test_payments_are_confirmed_once_and_by_who_receives() -> None:
    world = at("operation", 3, shares=(*half((1, 2), (1, 2)), Share(company=company(2), ratio=Fraction(0))))
    world.until(lambda: world.alliance.period == 1)
    settle_period(world, pay=False)
    period = world.period()
    assert [line.minor for line in period.lines][2] == 0
    act = ConfirmPayment(evidence_sha256=EVIDENCE)
    assert refusal(world, period.id, act, company(2)) == ("allocation.nothing_to_confirm", "")
    world.say(period.id, act, company(0))
    assert refusal(world, period.id, act) == ("allocation.nothing_to_confirm", "")
    world.say(period.id, act, company(1))
    assert world.states[period.id].over


# every act in every moment


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
    gone = opened()
    gone.say(gone.root, Abandon(reason="x"), company(0))
    yield gone


ACTS: tuple[Act, ...] = (
    opening(), intake(), GiveScore(about=company(0), axis="culture", points=3, evidence="x"), ShareScores(), DraftAgreement(terms=terms()),
    HoldReview(number=1, held_on=START.date(), place="x", chair="x", attendees=(Attendance(company=company(0)),)),
    FinishAction(number=1, result="x"), BeginExit(end_date=date(2028, 1, 1), reason="x"), TickExitItem(item="stop_marks", how="x"),
    Suspend(reason="x"), Resume(), Abandon(reason="x"), Revise(terms=terms(), reason="x"), Freeze(sha256=EVIDENCE),
    Sign(sha256=EVIDENCE, signatory="x", title="x", signed_at=START, method="seal", evidence_sha256=EVIDENCE),
    RefuseRenewal(arrived_on=START.date(), evidence_sha256=EVIDENCE, reason="x"), Comment(text="x"),
    RecordInternalApproval(status="approved", reference="x"), CastVote(choice="yes"),
    EnterAmount(side="income", what="x", minor=1, evidence_sha256=EVIDENCE), CloseInputs(), ConfirmPayment(evidence_sha256=EVIDENCE),
    DraftNda(), CallGoNoGo(), PlanReview(), DraftTermination(), OpenFinalPeriod(), SubmitSplit(), FellDue(item="x/lapse"),
    FellDue(item="votes/lapse"), PaperReady(effect="version/1", sha256=EVIDENCE, size=1), Hold(reason="x"), Release(), Drop(reason="x"),
    NoteAttention(reason="x"), ClearAttention(how="retry", note="x"), DecisionClosed(decision="dec_x", subject="approval", outcome="approved"),
    DecisionClosed(decision="dec_x", subject="nothing", outcome="voided"),
    AgreementMoved(agreement="agr_x", role="nda", to="approved"), AgreementMoved(agreement="agr_x", role="main", to="reopened"),
    AgreementMoved(agreement="agr_x", role="termination", to="ended"), PeriodSettled(allocation="alc_x", number=1, pool=0),
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
    for now, state in moments():
        for by in (company(0), STRANGER, "teikei", "operator"):
            try:
                outcome = judge(act, state, Actor(company=by), now + timedelta(days=100))
            except Refused as refusal_:
                assert "." in refusal_.code, name(state)
                continue
            accepted += 1
            assert outcome.entries, name(state)
            assert outcome.state.version == state.version
            assert by != STRANGER
            public = type(act) in get_args(PublicAct)
            assert public == by.startswith("cmp_"), (name(state), by)
            assert not state.over or isinstance(act, NoteAttention), name(state)
    assert bool(accepted) != (act in NEVER)


NEVER = (
    opening(), RefuseRenewal(arrived_on=START.date(), evidence_sha256=EVIDENCE, reason="x"), Freeze(sha256=EVIDENCE), FellDue(item="x/lapse"),
    ClearAttention(how="retry", note="x"), DecisionClosed(decision="dec_x", subject="nothing", outcome="voided"),
    Sign(sha256=EVIDENCE, signatory="x", title="x", signed_at=START, method="seal", evidence_sha256=EVIDENCE),
    PaperReady(effect="version/2", sha256=EVIDENCE, size=1),
)  # fmt: skip
"""Acts that fit no state of these lives: other bytes, no renewal, no accident."""


def test_a_stranger_may_do_nothing_at_all() -> None:
    world = at("operation")
    for act in ACTS:
        if type(act) in get_args(PublicAct):
            assert refused(world, world.root, act, STRANGER), act


def test_an_act_without_a_rule_here_and_the_tree_of_errors() -> None:
    with pytest.raises(Conflict, match=r"act\.not_here"):
        find_rule(FellDue(item="x/y"), "alliance", "x/y")
    with pytest.raises(NotImplementedError):
        Act().decide(None, TEIKEI, START)
    for name, kind in KINDS.items():
        error = kind("a.b", "/x", n=1)
        assert isinstance(error, TeikeiError)
        assert (kind.__name__, str(error), error.code, error.pointer, error.params) == (name, "a.b", "a.b", "/x", {"n": 1})
    assert issubclass(Forbidden, Refused)
    assert not issubclass(KINDS["Stale"], Refused)


def test_two_rules_for_one_thing_are_a_mistake() -> None:
    from teikei.domain.act import rule

    with pytest.raises(KeyError, match="two rules"):
        rule(FellDue, "alliance", "intake/lapse")(lambda *_: None)  # type: ignore[arg-type,return-value]
