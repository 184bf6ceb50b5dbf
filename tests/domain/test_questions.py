"""The inbox: whom a matter asks, what answers it next, and for whom of the company it waits."""

from __future__ import annotations

from datetime import timedelta

from teikei.domain.alliance.standing import Suspend
from teikei.domain.decision.voting import CastVote
from teikei.domain.questions import ANSWERS, Question, questions
from tests.domain.cast import at
from tests.domain.inside import (
    APPROVE,
    BOSS,
    CHIEF,
    CLERK,
    DEPUTY,
    HEAD,
    RECORD,
    RETURN,
    SUBMIT,
    TWO_STEPS,
    A,
    B,
    arrange,
    away,
    called,
    code,
)
from tests.support.story_domain import World


def asked(world: World, matter: str, who: str = A, person: str = "") -> list[Question]:
    return list(questions(world.states[matter], who, person, world.now))


def answers(world: World, matter: str, who: str = A, person: str = "") -> list[str]:
    return [act for one in asked(world, matter, who, person) for act in one.answers]


def test_a_company_approves_first_and_votes_then() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    assert answers(world, matter) == ["submit_internal_approval", "recuse"]
    assert answers(world, matter, B) == ["record_internal_approval", "recuse"], "it has no route here"
    world.say(matter, SUBMIT, A, CLERK)
    [one] = asked(world, matter, A, CHIEF)
    assert (one.item, one.answers, one.mine) == ("approval", ("decide_internal_approval",), True)
    votes = world.states[matter].wait("votes")
    assert votes
    assert one.deadline == votes.deadline
    world.say(matter, APPROVE, A, HEAD)
    world.say(matter, APPROVE, A, BOSS)
    assert answers(world, matter) == ["vote", "recuse"]
    world.say(matter, CastVote(choice="yes"), A)
    assert asked(world, matter) == []
    world.say(matter, RECORD, B)
    world.say(matter, CastVote(choice="yes"), B)
    assert asked(world, matter, B) == []
    assert world.states[matter].over


def test_it_waits_for_exactly_those_whose_approval_the_rule_would_take() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS, stand_ins=(away(world, HEAD, DEPUTY),))
    world.say(matter, SUBMIT, A, CLERK)
    for step in range(3):
        for person in (CLERK, CHIEF, HEAD, DEPUTY, BOSS, "", "知らない人"):
            there = asked(world, matter, A, person)
            copy = world.copy()
            takes = code(copy, matter, APPROVE, person) == ""
            assert [one.mine for one in there] == [takes], (step, person)
        if step == 0:
            world.say(matter, APPROVE, A, DEPUTY)
        elif step == 1:
            world.say(matter, RETURN, A, BOSS)
            assert answers(world, matter) == ["submit_internal_approval", "recuse"], "rework"
            world.say(matter, SUBMIT, A, CLERK)


def test_the_others_are_not_asked_what_is_not_theirs() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    world.say(matter, SUBMIT, A, CLERK)
    assert [one.item for one in asked(world, matter, B, CHIEF)] == ["votes"]
    assert asked(world, matter, "cmp_nobody") == []


def test_while_it_stands_still_nothing_is_asked_but_how_that_ends() -> None:
    world = at("operation")
    until = world.today() + timedelta(days=20)
    world.say(world.root, Suspend(reason="点検", until=until), A)
    for matter in world.states:
        assert {one.item for one in asked(world, matter)} <= {"suspension"}
    world.until(lambda: bool(asked(world, world.root)))
    assert world.alliance.suspended
    assert [(one.item, one.answers) for one in asked(world, world.root)] == [("suspension", ("resume",))]


def test_numbers_of_items_reach_the_form() -> None:
    world = at("operation")
    world.until(lambda: any(w.item.startswith("review-") for w in world.alliance.waits))
    [review] = [one for one in asked(world, world.root) if one.item.startswith("review-")]
    assert review.number == int(review.item.split("-")[1]) > 0
    assert review.answers == ANSWERS["review"]
