"""稟議 through the acts: what runs keeps its route, who stands in counts as of now, and the others read a status."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.act import Actor, judge
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.standing import Suspend
from teikei.domain.allocation.split import CloseInputs, EnterAmount
from teikei.domain.amendments import ChangeReviews
from teikei.domain.decision.approving import (
    approval_route,
)
from teikei.domain.decision.voting import CastVote
from teikei.domain.errors import Refused
from teikei.domain.house import House
from teikei.domain.messages import PartyChanged
from teikei.domain.views import view
from tests.domain.cast import EVIDENCE, at, companies, company, refused
from tests.domain.inside import (
    APPROVE,
    BOSS,
    CHIEF,
    CLERK,
    DEPUTY,
    HEAD,
    NAMES,
    RECORD,
    RETURN,
    SUBMIT,
    TWO_STEPS,
    A,
    B,
    C,
    arrange,
    away,
    called,
    code,
    route,
    status,
)
from tests.support.story_domain import World, checked, wire

# where a house stands


def test_every_open_matter_hears_of_it_and_what_is_born_later_has_it() -> None:
    world = at("operation", 3)
    arrange(world, TWO_STEPS)
    house = House(company=A, routes=(TWO_STEPS,))
    assert {s.id for s in world.states.values() if not s.over} >= {world.root, world.agreement("main").id}
    for state in world.states.values():
        assert state.houses == (() if state.over else (house,)), state.kind
    world.say(world.root, CallDecision(title="増設", motion="増設する。"), B)
    assert world.decision().houses == (house,)
    change = ChangeReviews(review_months=6)
    world.say(world.root, DraftAmendment(changes=(change,), effective_on=world.today()), B)
    assert world.agreement("amendment").houses == (house,)
    world.until(lambda: world.alliance.period == 1)
    assert world.period().houses == (house,)
    world.say(world.root, Suspend(reason="点検"), B)
    arrange(world, who=B)
    arrange(world)
    assert all(s.house(A) == House(company=A) for s in world.states.values() if not s.over)
    assert world.alliance.suspended, "a company may put its own house in order meanwhile"


def test_a_party_that_changes_is_heard_by_all_its_open_matters() -> None:
    world = at("operation")
    party = replace(world.alliance.parties[0], name_ja="新商号")
    news = PartyChanged(company=A, party=party)
    for state in (world.alliance, world.agreement("main")):
        done = judge(news, state, Actor(company="teikei"), world.now)
        checked(done.state)
        assert [p.name_ja for p in done.state.parties] == ["新商号", "第1社"]
        assert [(t.to, t.act) for t in done.tells] == [(c, news) for c in state.children]
        assert done.state.houses == state.houses
        with pytest.raises(Refused, match=r"act\.system_only"):
            judge(news, state, Actor(company=A), world.now)


def test_old_payloads_have_no_house() -> None:
    world, matter = called()
    for state in world.states.values():
        before = wire(type(state)).dump_python(state, mode="json")
        for field in ("houses", "requests", "amount", "sole"):
            before.pop(field, None)
        assert wire(type(state)).validate_python(before) == state
    assert world.states[matter].house(A) == House(company=A)


def test_only_a_party_arranges_its_own_house_while_the_alliance_lives() -> None:
    world = at("operation")
    assert refused(world, world.root, ArrangeHouse(), company(9)) == "party.not_one"
    assert refused(world, world.agreement("main").id, ArrangeHouse(), A) == "act.not_here"
    ring = (away(world, "甲", "乙"), away(world, "乙", "甲"))
    assert refused(world, world.root, ArrangeHouse(stand_ins=ring), A) == "house.cycle"


# a round


def test_step_by_step_to_the_same_status_as_a_record_from_elsewhere() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    assert code(world, matter, RECORD, CLERK) == "house.approves_here"
    assert code(world, matter, APPROVE, CHIEF) == "house.nothing_submitted"
    world.say(matter, SUBMIT, A, CLERK)
    assert status(world, matter) == "submitted"
    assert code(world, matter, RECORD, CLERK) == "house.approves_here"
    assert code(world, matter, SUBMIT, CLERK) == "house.submitted_already"
    assert code(world, matter, CastVote(choice="yes"), CLERK) == "decision.internal_first"
    assert [code(world, matter, APPROVE, p) for p in (CLERK, BOSS, DEPUTY, "")] == [
        "house.proposer", "house.not_on_step", "house.not_on_step", "house.no_person",
    ]  # fmt: skip
    world.say(matter, APPROVE, A, HEAD)
    assert status(world, matter) == "submitted"
    assert [code(world, matter, APPROVE, p) for p in (HEAD, CHIEF)] == [
        "house.acted_already",
        "house.not_on_step",
    ]
    world.say(matter, APPROVE, A, BOSS)
    assert status(world, matter) == "approved"
    assert code(world, matter, SUBMIT, CLERK) == "house.approved_already"
    assert code(world, matter, APPROVE, BOSS) == "house.nothing_submitted"
    world.say(matter, RECORD, B)
    for c in (A, B):
        world.say(matter, CastVote(choice="yes"), c)
    assert world.states[matter].over
    assert code(world, matter, SUBMIT, CLERK) == "matter.over"


def test_a_return_is_reworked_in_a_new_round() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    for number in (1, 2):
        world.say(matter, SUBMIT, A, CLERK)
        world.say(matter, APPROVE, A, CHIEF)
        world.say(matter, RETURN, A, BOSS)
        assert status(world, matter) == "returned"
        request = world.decision().request(A)
        assert request
        assert request.round == number
        assert code(world, matter, CastVote(choice="yes"), CLERK) == "decision.internal_returned"
        assert code(world, matter, APPROVE, HEAD) == "house.nothing_submitted"
    values = world.values("house.returned_step")
    assert (values["approver"], values["seat"], values["step"], values["round"], values["comment"]) == (
        BOSS, BOSS, 2, 2, "カナリア所見",
    )  # fmt: skip
    world.say(matter, SUBMIT, A, HEAD)
    world.say(matter, APPROVE, A, CHIEF)
    world.say(matter, APPROVE, A, BOSS)
    assert (status(world, matter), world.values("house.submitted")["round"]) == ("approved", 3)


def test_a_running_round_keeps_its_route_and_stand_ins_count_as_of_now() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    world.say(matter, SUBMIT, A, CLERK)
    arrange(world, route(((CLERK,), 1)), stand_ins=(away(world, BOSS, DEPUTY),))
    assert code(world, matter, APPROVE, CLERK) == "house.proposer"
    world.say(matter, APPROVE, A, CHIEF)
    assert code(world, matter, APPROVE, BOSS) == "house.away"
    later = world.copy()
    world.say(matter, APPROVE, A, DEPUTY)
    values = world.values("house.approved_step")
    assert (values["seat"], values["approver"]) == (BOSS, DEPUTY), "both names are kept"
    assert status(world, matter) == "approved"
    later.now += timedelta(days=4)
    assert code(later, matter, APPROVE, DEPUTY) == "house.not_on_step"
    later.say(matter, APPROVE, A, BOSS)
    arrange(world)
    assert world.decision().request(A)


def test_a_running_round_goes_on_after_its_routes_are_gone() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    world.say(matter, SUBMIT, A, CLERK)
    arrange(world)
    assert code(world, matter, RECORD, CLERK) == "house.approves_here", "not past the people who are asked"
    world.say(matter, APPROVE, A, CHIEF)
    world.say(matter, RETURN, A, BOSS)
    assert code(world, matter, SUBMIT, CLERK) == "house.no_route"
    world.say(matter, RECORD, A)
    assert status(world, matter) == "approved"


def test_nobody_acts_twice_whoever_they_stand_in_for() -> None:
    world, matter = called()
    arrange(world, route(((CHIEF, HEAD), 2), ((BOSS,), 1)))
    world.say(matter, SUBMIT, A, CLERK)
    arrange(world, stand_ins=(away(world, HEAD, CHIEF), away(world, BOSS, CHIEF)))
    world.say(matter, APPROVE, A, CHIEF)
    assert code(world, matter, APPROVE, CHIEF) == "house.acted_already"
    route_now = approval_route(world.decision(), Actor(company=A, person=CLERK), world.now)
    assert (route_now.running, route_now.ahead.blocked, route_now.ahead.because) == (True, 1, "twice")
    arrange(world, stand_ins=(away(world, HEAD, DEPUTY),))
    world.say(matter, APPROVE, A, DEPUTY)
    world.say(matter, APPROVE, A, BOSS)
    assert status(world, matter) == "approved"


def test_each_company_goes_its_own_way() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    arrange(world, route(((CHIEF,), 1)), who=B)
    world.say(matter, SUBMIT, A, CLERK)
    assert code(world, matter, APPROVE, CHIEF, B) == "house.nothing_submitted"
    world.say(matter, SUBMIT, B, CLERK)
    world.say(matter, APPROVE, B, CHIEF)
    assert (status(world, matter), status(world, matter, B)) == ("submitted", "approved")
    assert code(world, matter, SUBMIT, CLERK, company(9)) == "party.not_one"


# alone


def test_the_one_eligible_person_proposes_and_approves_and_the_statement_says_so() -> None:
    world = at("operation", 3)
    arrange(world, route(((BOSS,), 1)), sole=True)
    arrange(world, route(((BOSS,), 1), kinds=("allocation",), from_amount=10**6), who=B)
    world.until(lambda: world.alliance.period == 1)
    period = world.period().id
    for c in companies(3):
        amount = EnterAmount(side="income", what="売上", minor=400_000, evidence_sha256=EVIDENCE)
        world.say(period, amount, c)
        world.say(period, CloseInputs(), c)
    matter = world.decision().id
    assert world.decision().amount == 1_200_000
    world.say(matter, SUBMIT, A, BOSS)
    world.say(matter, APPROVE, A, BOSS)
    assert code(world, matter, SUBMIT, BOSS, B) == "house.blocked", (
        "without the mark the proposer is nobody's approver"
    )
    world.say(matter, SUBMIT, B, CLERK)
    world.say(matter, APPROVE, B, BOSS)
    world.say(matter, RECORD, C)
    shown = {i["company"]: i["sole"] for i in view(world.states[matter], C)["internal"]}
    assert shown == {A: True, B: False, C: False}
    for c in companies(3):
        world.say(matter, CastVote(choice="yes"), c)
    [statement] = [v for kind, v in world.written if kind == "statement"]
    assert [v.outcome for v in statement.votes] == ["賛成（単独決裁）", "賛成", "賛成"]  # type: ignore[attr-defined]
    assert "decision.internal_sole" in world.codes(matter)


def test_in_a_sole_house_another_proposer_leaves_no_mark() -> None:
    world, matter = called()
    arrange(world, route(((BOSS,), 1)), sole=True)
    world.say(matter, SUBMIT, A, CLERK)
    world.say(matter, APPROVE, A, BOSS)
    stands = world.decision().approved_inside(A)
    assert stands
    assert (stands.status, stands.sole) == ("approved", False)
    assert "decision.internal_sole" not in world.codes()


# simulation


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_the_simulation_is_what_then_happens(data: st.DataObject) -> None:
    """Clear: people who are asked bring it to its end, in some order. Blocked: the submission is refused."""
    world, matter = called()
    parts = data.draw(
        st.sampled_from((((CHIEF, HEAD), (BOSS,)), ((CHIEF, HEAD, BOSS),), ((CHIEF,), (HEAD, BOSS))))
    )
    steps = tuple((people, data.draw(st.integers(1, len(people)))) for people in parts)
    pairs = data.draw(st.dictionaries(st.sampled_from(NAMES[1:]), st.sampled_from(NAMES), max_size=3))
    stand_ins = tuple(away(world, p, by) for p, by in pairs.items())
    try:
        arrange(world, route(*steps), stand_ins=stand_ins)
    except Refused as refusal:
        assert refusal.code == "house.cycle"
        return
    proposer = data.draw(st.sampled_from(NAMES))
    state = world.decision()
    found = approval_route(state, Actor(company=A, person=proposer), world.now)
    assert world.decision() == state
    assert found.problem == code(world, matter, SUBMIT, proposer)
    assert (found.problem == "house.blocked") is bool(found.ahead.blocked)
    if not found.problem:
        again = approval_route(world.decision(), Actor(company=A, person=proposer), world.now)
        assert (again.ahead, again.running, again.problem) == (found.ahead, True, "house.submitted_already")
        assert _completed(world, matter, found.ahead.steps)


def _completed(world: World, matter: str, steps: Any) -> bool:
    """Does some order of those who are asked come to the approval?"""
    if status(world, matter) == "approved":
        return True
    for person in {seat.asked for step in steps for seat in step.seats}:
        there = world.copy()
        if not code(there, matter, APPROVE, person) and _completed(there, matter, steps):
            return True
    return False


def test_a_simulation_names_every_other_refusal_and_shows_nothing_without_a_route() -> None:
    world, matter = called()
    assert (
        approval_route(world.decision(), Actor(company=A, person=CLERK), world.now).problem
        == "house.no_route"
    )
    arrange(world, route(((BOSS,), 1), from_amount=1))
    assert approval_route(world.decision(), Actor(company=A, person=CLERK), world.now).ahead.steps == ()
    arrange(world, route(((BOSS,), 1), kinds=("reserved",)), route(((HEAD,), 1), kinds=("approval",)))
    found = approval_route(world.decision(), Actor(company=A, person=HEAD), world.now)
    assert (found.problem, found.ahead.blocked, found.ahead.because) == ("house.blocked", 1, "proposer")
    [seat] = found.ahead.steps[0].seats
    assert (seat.person, seat.asked, seat.acted) == (HEAD, HEAD, "")
    assert approval_route(world.decision(), Actor(company=A), world.now).problem == "house.no_person"
    assert matter
