"""Mails of the approval inside a company: to the one whose step begins, before the deadline, and how it ended.

The oracle is the simulation of the route (`house.ahead`): whoever it says is asked on the open step has one mail.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.adapters.letters import digest, wording
from teikei.domain.act import Mail
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.handing import HandOver
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote
from teikei.domain.errors import Invalid
from teikei.domain.house import House, ahead
from teikei.domain.matter import Person, Suspension
from teikei.domain.posting import digested, followed, pointless, question
from teikei.domain.succession import Succession
from tests.domain.inside import (
    APPROVE,
    BOSS,
    CHIEF,
    CLERK,
    DEPUTY,
    HEAD,
    NAMES,
    RETURN,
    SUBMIT,
    TWO_STEPS,
    A,
    B,
    arrange,
    away,
    called,
    route,
)
from tests.support.story_domain import World

PEOPLE = tuple(
    Person(name=n, email=f"{i}@example.com", language="ja" if i % 2 else "en") for i, n in enumerate(NAMES)
)
ADDRESS = {p.name: p.email for p in PEOPLE}


def sent(world: World, template: str, since: int = 0) -> list[Mail]:
    found = [m for _, _, m in world.mails[since:] if m.template.startswith(template)]
    assert all(m.company == A for m in found)
    return found


def decision(world: World, matter: str) -> Decision:
    found = world.states[matter]
    assert isinstance(found, Decision)
    return found


def asked_now(world: World, matter: str) -> set[str]:
    """Whose seats are open now, as the simulation shows them."""
    state = decision(world, matter)
    request = state.requests[0]
    steps = ahead(request, state.house(A), world.today()).steps
    return {s.person for step in steps if step.status == "open" for s in step.seats if not s.acted}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_each_seat_of_a_step_has_one_mail_when_the_step_begins(data: st.DataObject) -> None:
    world, matter = called()
    chain = data.draw(st.sampled_from((((CHIEF, HEAD), (BOSS,)), ((CHIEF,), (HEAD,), (DEPUTY, BOSS)))))
    steps = tuple((people, data.draw(st.integers(1, len(people)))) for people in chain)
    arrange(world, route(*steps), people=PEOPLE)
    expected: Counter[str] = Counter()
    world.say(matter, SUBMIT, A, CLERK)
    expected.update(asked_now(world, matter))
    for people, need in steps:
        for i, person in enumerate(people[:need], start=1):
            world.say(matter, APPROVE, A, person)
            if i == need:
                expected.update(asked_now(world, matter) if decision(world, matter).round_of(A) else ())
    mails = sent(world, "approval_asked")
    assert Counter(m.values["seat"] for m in mails) == expected
    assert all((m.address, m.name) == (ADDRESS[m.name], m.values["seat"]) for m in mails)
    assert {m.language for m in mails} <= {"ja", "en"}
    assert all(m.language == next(p.language for p in PEOPLE if p.name == m.name) for m in mails)
    [end] = sent(world, "approval_approved")
    assert (end.name, end.address, end.values["approver"]) == (
        CLERK,
        ADDRESS[CLERK],
        steps[-1][0][steps[-1][1] - 1],
    )


def test_a_return_is_told_and_the_rework_asks_anew() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS, people=PEOPLE)
    world.say(matter, SUBMIT, A, CLERK)
    world.say(matter, RETURN, A, CHIEF)
    [end] = sent(world, "approval_returned")
    assert (end.name, end.values["comment"]) == (CLERK, "カナリア所見")
    since = len(world.mails)
    world.say(matter, SUBMIT, A, CLERK)
    assert {m.name for m in sent(world, "approval_asked", since)} == {CHIEF, HEAD}


def test_the_open_step_is_reminded_before_the_deadline_and_not_after() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS, people=PEOPLE)
    world.say(matter, SUBMIT, A, CLERK)
    world.say(matter, APPROVE, A, CHIEF)
    wait = decision(world, matter).wait("votes")
    assert wait is not None
    assert wait.deadline is not None
    since, deadline = len(world.mails), world.calendar.local_day(wait.deadline).isoformat()
    world.advance(wait.deadline + timedelta(days=5))
    mails = sent(world, "approval_remind", since)
    assert {m.name for m in mails} == {BOSS}, "the step that is done is asked no more"
    assert len(mails) == sum(m.template == "remind" and m.company == A for _, _, m in world.mails[since:])
    assert {m.values["deadline"] for m in mails} == {deadline}
    assert all(at <= wait.deadline for at, _, m in world.mails[since:] if m in mails)
    assert not [m for _, _, m in world.mails if m.company == B and m.template.startswith("approval")]


def test_who_stands_in_gets_a_copy_over_as_many_as_it_takes() -> None:
    world, matter = called()
    chain = (away(world, BOSS, DEPUTY, 9), away(world, DEPUTY, HEAD, 2))
    arrange(world, route(((BOSS,), 1)), people=PEOPLE, stand_ins=chain)
    world.say(matter, SUBMIT, A, CLERK)
    [mail] = sent(world, "approval_asked")
    assert mail.name == BOSS
    copies = {(c.name, c.address, (c.last - world.today()).days) for c in mail.copies}
    assert copies == {(DEPUTY, ADDRESS[DEPUTY], 9), (HEAD, ADDRESS[HEAD], 2)}


def test_who_has_no_address_is_asked_for_through_the_contact() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    world.say(matter, SUBMIT, A, CLERK)
    contact = world.alliance.party(A).contact
    mails = sent(world, "approval_asked")
    assert {(m.address, m.values["seat"]) for m in mails} == {(contact.email, CHIEF), (contact.email, HEAD)}
    assert len({question(m) for m in mails}) == 2, "two lines of one digest"
    assert len({m.item for m in mails}) == 2


def test_the_proposer_is_not_asked_for_the_own_approval() -> None:
    world, matter = called()
    arrange(world, route(((CLERK, CHIEF), 1)), people=PEOPLE)
    world.say(matter, SUBMIT, A, CLERK)
    assert [m.name for m in sent(world, "approval_asked")] == [CHIEF]


def test_an_address_is_given_once() -> None:
    with pytest.raises(Invalid, match=r"house\.address_twice"):
        House(company=A, people=(PEOPLE[0], replace(PEOPLE[0], email="x@example.com"))).check()


# what still waits


def waiting(template: str = "approval_asked") -> tuple[World, str, Mail]:
    world, matter = called()
    arrange(world, TWO_STEPS, people=PEOPLE)
    world.say(matter, SUBMIT, A, CLERK)
    if template == "approval_remind":
        world.until(lambda: bool(sent(world, template)))
    return world, matter, next(m for m in sent(world, template) if m.name == CHIEF)


@pytest.mark.parametrize("template", ["approval_asked", "approval_remind"])
def test_it_loses_its_point_with_the_step(template: str) -> None:
    world, matter, mail = waiting(template)
    assert digested(mail)
    assert pointless(mail, world.states[matter]) == ""
    held = replace(world.states[matter], suspended=Suspension(since=world.now, reason="点検"))
    assert pointless(mail, held) == ("" if template == "approval_asked" else "matter.suspended")
    world.say(matter, APPROVE, A, HEAD)
    assert pointless(mail, world.states[matter]) == "question.closed"
    world.say(matter, APPROVE, A, BOSS)
    world.say(matter, CastVote(choice="yes"), A)
    assert pointless(mail, world.states[matter]) == "question.closed"
    assert pointless(mail, replace(world.states[matter], stage="closed")) == "matter.over"


HEIR = Person(name="カナリア新任", email="heir@example.com", language="en")


def test_a_seat_that_moves_is_asked_anew_and_the_waiting_mail_is_closed() -> None:
    world, matter, mail = waiting()
    since = len(world.mails)
    world.say(world.root, HandOver(leaver=CHIEF, successor=HEIR, on=world.today(), reason="異動"), A)
    [asked] = sent(world, "approval_asked", since)
    assert (asked.name, asked.address, asked.language) == (HEIR.name, HEIR.email, "en")
    who = Succession(company=A, leaver=CHIEF, successor=HEIR)
    assert followed(mail, who, world.alliance) == mail, "its decision says what becomes of it"
    assert followed(mail, who, world.states[matter]) is None
    assert pointless(mail, world.states[matter]) == "question.closed"
    assert HEIR in world.states[matter].house(A).people
    assert CHIEF not in {p.name for p in world.states[matter].house(A).people}


def test_a_seat_that_cannot_move_keeps_its_mail_and_how_it_ended_goes_to_the_successor() -> None:
    world, matter, mail = waiting()
    since = len(world.mails)
    clerk = next(p for p in PEOPLE if p.name == CLERK)
    world.say(world.root, HandOver(leaver=CHIEF, successor=clerk, on=world.today(), reason="異動"), A)
    assert sent(world, "approval_asked", since) == [], "who proposed cannot approve"
    assert followed(mail, Succession(company=A, leaver=CHIEF, successor=clerk), world.states[matter]) == mail
    world.say(matter, RETURN, A, HEAD)
    [end] = sent(world, "approval_returned")
    moved = followed(end, Succession(company=A, leaver=CLERK, successor=HEIR), world.alliance)
    assert moved is not None
    assert (moved.address, moved.language) == (HEIR.email, "en")


# how it reads


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_names_the_matter_the_seat_and_the_day(language: str) -> None:
    world, matter, mail = waiting()
    world.say(matter, RETURN, A, HEAD)
    [end] = sent(world, "approval_returned")
    title = world.states[matter].title if language == "ja" else world.states[matter].title_en
    for one in (
        mail,
        replace(mail, template="approval_remind"),
        end,
        replace(end, template="approval_approved"),
    ):
        subject, body = wording(replace(one, language=language))
        assert title in body
        assert CLERK in body
        assert "カナリア番号" in body
        assert subject
    _, lines = digest([replace(mail, language=language)] * 2, world.today())
    assert title in lines


def test_old_acts_have_no_addresses() -> None:
    assert ArrangeHouse().people == ()
