"""What is refused: invariants also where an act is built in code, and every act in every wrong moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from teikei.domain.act import TEIKEI, Act, Actor, find_rule, judge
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.talks import Freeze, Revise
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.exits import BeginExit
from teikei.domain.alliance.intake import OpenAlliance, Unborn
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.operation import ActionIn, HoldReview, PlanReview
from teikei.domain.alliance.state import Attendance, Resolution, Stand
from teikei.domain.allocation.split import MOST_AMOUNTS, CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.clock import FellDue
from teikei.domain.errors import KINDS, Conflict, Forbidden, Invalid, Refused, TeikeiError
from teikei.domain.terms import CapitalTerms, CoSalesTerms, Disclosure, Goal, Purpose, Share
from tests.domain.cast import (
    EVIDENCE,
    at,
    companies,
    company,
    decide,
    directory,
    drafted,
    freeze,
    intake,
    marks,
    opened,
    opening,
    party,
    settle_period,
    signature,
    special,
    terms,
)
from tests.support.story_domain import START, World

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
        (
            replace(opening(), parties=tuple(party(i) for i in range(11))),
            company(0),
            "parties.two_to_ten",
            "/parties",
        ),
        (replace(opening(), parties=(party(0), party(0))), company(0), "parties.twice", "/parties"),
        (opening(), STRANGER, "parties.opener_not_among_them", ""),
        (
            replace(opening(), parties=(party(0), party(50))),
            company(0),
            "parties.unknown_company",
            "/parties/1/company",
        ),
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
    assert refusal(world, world.root, intake(2, **{question: True})) == (
        "intake.other_way",
        f"/answers/{question}",
    )


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
    assert [s.points for s in world.alliance.scores if s.axis == "culture" and s.about == company(1)] == [
        5
    ], "a later mark takes its place"
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
        (
            {"term_from": date(2025, 1, 4), "term_until": date(2026, 1, 4)},
            "terms.run_out",
            "/terms/term_until",
        ),
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
        terms(2, term_until=until).check(companies(2), "co_development", START.date())
    zero = terms(2, shares=half((0, 1), (1, 1)))
    zero.check(companies(2), "co_development", START.date())


def test_the_issuer_is_a_party() -> None:
    world = at("negotiation", 2, "capital_and_business")
    given = terms(2, "capital_and_business")
    assert isinstance(given.special, CapitalTerms)
    foreign = replace(given, special=replace(given.special, issuer=STRANGER))
    for ratio in (Fraction(8, 7), Fraction(-1, 7)):
        more = replace(given, special=replace(given.special, ratio_after=ratio))
        assert refusal(world, world.root, DraftAgreement(terms=more))[0] == "terms.more_than_all"
    assert refusal(world, world.root, DraftAgreement(terms=foreign)) == (
        "terms.issuer_not_party",
        "/terms/special/issuer",
    )
    for each in ((100,), (30, 60), (100, 0, 0)):  # three parties: two investors
        wrong = replace(given.special, allotments=each)
        refused_as(3, "terms.allotments", "/terms/special/allotments", special=wrong)
    fits = replace(given.special, allotments=(40, 60))
    terms(3, "capital_and_business", special=fits).check(companies(3), "capital_and_business", START.date())


def refused_as(n: int, code: str, pointer: str, **more: Any) -> None:
    """Terms of these parties are refused, and the problem names the field."""
    given = terms(n, **more)
    with pytest.raises(Invalid) as refused:
        given.check(companies(n), given.special.form, START.date())
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


def test_who_supplies_sells_and_discloses_is_a_party() -> None:
    a, b = companies(2)
    sales = CoSalesTerms(products=("装置", "部品"), territory="日本", suppliers=(a, b), sellers=(b,))
    told = Disclosure(company=a, what="図面", receivers=(b,))
    terms(2, special=sales, disclosures=(told,)).check((a, b), "co_sales", START.date())
    for changed, code, pointer in (
        ({"suppliers": (a,)}, "terms.suppliers", "/terms/special/suppliers"),
        ({"suppliers": (a, STRANGER)}, "parties.unknown_company", "/terms/special/suppliers/1"),
        ({"sellers": (STRANGER,)}, "parties.unknown_company", "/terms/special/sellers/0"),
    ):
        refused_as(2, code, pointer, special=replace(sales, **changed))
    for row in (
        replace(told, company=STRANGER),
        replace(told, receivers=(b, STRANGER)),
        replace(told, receivers=(a, b)),
    ):
        refused_as(2, "terms.discloses_to_whom", "/terms/disclosures/1", disclosures=(told, row))


# agreements


def test_only_these_bytes_are_frozen_and_signed_once_and_not_in_the_future() -> None:
    world = drafted()
    main = world.agreement("main")
    assert refusal(world, main.id, Freeze(sha256="0" * 64)) == ("agreement.other_bytes", "/sha256")
    freeze(world, "main")
    decide(world)
    good = signature(world, world.agreement("main"))
    assert refusal(world, main.id, replace(good, sha256="0" * 64)) == ("agreement.other_bytes", "/sha256")
    later = replace(good, signed_at=world.now + timedelta(seconds=1))
    assert refusal(world, main.id, later) == ("agreement.signed_in_the_future", "/signed_at")
    world.say(main.id, good, company(0))
    assert refusal(world, main.id, good) == ("agreement.signed_already", "")
    assert refusal(world, main.id, good, STRANGER) == ("party.not_one", "")


def test_no_signature_is_older_than_the_approval_of_these_bytes() -> None:
    world = at("signing")
    main = world.agreement("main").id
    world.advance(world.now + timedelta(days=2))
    first = world.agreement("main").approved_at
    assert first is not None
    good = replace(signature(world, world.agreement("main")), signed_at=first)
    early = replace(good, signed_at=first - timedelta(microseconds=1))
    assert refusal(world, main, early) == ("agreement.signed_before_approval", "/signed_at")
    world.say(main, good, company(0))
    world.until(lambda: world.agreement("main").stage == "rounds")
    freeze(world, "main")
    decide(world)
    again = world.agreement("main").approved_at
    assert again is not None
    assert again > first
    assert refusal(world, main, good) == ("agreement.signed_before_approval", "/signed_at"), (
        "that approval is used up"
    )
    world.say(main, replace(good, signed_at=again), company(0))
    assert len(world.agreement("main").signatures) == 1


def refuse_renewal(day: date) -> RefuseRenewal:
    return RefuseRenewal(arrived_on=day, evidence_sha256=EVIDENCE, reason="方針")


def test_a_refusal_of_renewal_belongs_to_the_term_in_which_it_arrived() -> None:
    world = at("operation", 2, renewal_years=1)
    main = world.agreement("main").id
    early = ("agreement.arrived_before_the_term", "")
    assert refusal(world, main, refuse_renewal(date(2026, 6, 30))) == early
    world.until(lambda: "agreement.renewed" in world.codes())
    assert world.agreement("main").term_since == date(2028, 7, 1)
    for day in (date(2026, 7, 1), date(2028, 6, 30)):
        assert refusal(world, main, refuse_renewal(day)) == early, "of the term before"
    world.say(main, refuse_renewal(date(2028, 7, 1)), company(0))
    assert world.agreement("main").renewal_refused
    assert [d.key for d in world.agreement("main").due] == ["term/end"], (
        "nobody is told of a day that has no use"
    )


def test_fixed_terms_are_not_revised() -> None:
    world = at("nda")
    assert refusal(world, world.agreement("nda").id, Revise(terms=terms(), reason="x")) == (
        "agreement.terms_are_fixed",
        "",
    )


# operation


def stood(*who: str) -> Resolution:
    return Resolution(title="方針", outcome="承認", votes=tuple(Stand(company=c, choice="yes") for c in who))


def test_reviews() -> None:
    world = at("operation")
    world.advance(world.now + timedelta(days=90))
    good = HoldReview(
        number=1, held_on=world.today(), place="a", chair="b", attendees=(Attendance(company=company(0)),)
    )
    cases: list[tuple[Any, str, str]] = [
        (replace(good, number=2), "review.not_open", ""),
        (replace(good, held_on=world.today() + timedelta(days=1)), "review.in_the_future", "/held_on"),
        (replace(good, held_on=date(2026, 6, 30)), "review.before_the_term", "/held_on"),
        (replace(good, attendees=good.attendees * 2), "parties.twice", "/attendees"),
        (
            replace(good, resolutions=(stood(company(0), STRANGER),)),
            "parties.unknown_company",
            "/resolutions/0/votes",
        ),
        (
            replace(good, resolutions=(stood(company(0), company(0)),)),
            "parties.unknown_company",
            "/resolutions/0/votes",
        ),
        (
            replace(good, attendees=(*good.attendees, Attendance(company=STRANGER))),
            "parties.unknown_company",
            "/attendees/1/company",
        ),
        (
            replace(good, actions=(ActionIn(owner=STRANGER, what="x", due=world.today()),)),
            "parties.unknown_company",
            "/actions/0/owner",
        ),
        (
            replace(good, actions=(ActionIn(owner=company(0), what="x", due=date(2026, 1, 1)),)),
            "review.action_due_before",
            "/actions/0/due",
        ),
    ]
    for act, code, pointer in cases:
        assert refusal(world, world.root, act) == (code, pointer)
    on_the_first_day = judge(
        replace(good, held_on=date(2026, 7, 1)), world.alliance, Actor(company=company(0)), world.now
    )
    assert on_the_first_day.state.minutes[0].held_on == date(2026, 7, 1)
    with pytest.raises(Conflict, match=r"review\.planned_already"):
        judge(PlanReview(), world.alliance, TEIKEI, world.now)


def test_exits() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)

    def leave(day: date) -> BeginExit:
        return BeginExit(end_date=day, reason="x")

    assert refusal(world, world.root, leave(world.today() - timedelta(days=1))) == (
        "exit.end_date",
        "/end_date",
    )
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
        judge(
            replace(good, minor=1),
            replace(state, amounts=(*one, *many)),
            Actor(company=company(0)),
            world.now,
        )
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


def test_an_act_without_a_rule_here_and_the_tree_of_errors() -> None:
    with pytest.raises(Conflict, match=r"act\.not_here"):
        find_rule(FellDue(item="x/y"), "alliance", "x/y")
    with pytest.raises(NotImplementedError):
        Act().decide(None, TEIKEI, START)
    for title, kind in KINDS.items():
        error = kind("a.b", "/x", n=1)
        assert isinstance(error, TeikeiError)
        assert (kind.__name__, str(error), error.code, error.pointer, error.params) == (
            title,
            "a.b",
            "a.b",
            "/x",
            {"n": 1},
        )
    assert issubclass(Forbidden, Refused)
    assert not issubclass(KINDS["Stale"], Refused)


def test_two_rules_for_one_thing_are_a_mistake() -> None:
    from teikei.domain.act import rule

    with pytest.raises(KeyError, match="two rules"):
        rule(FellDue, "alliance", "intake/lapse")(lambda *_: None)  # type: ignore[arg-type]
