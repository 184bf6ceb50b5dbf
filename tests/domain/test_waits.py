"""Silence has a meaning: every wait has its deadline, its series of reminders and a named outcome."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from teikei.domain.act import Act
from teikei.domain.alliance.diligence import ShareScores
from teikei.domain.alliance.standing import Abandon, Suspend
from teikei.domain.clock import FellDue
from teikei.domain.matter import Reminders, Step, on
from tests.domain.cast import (
    RARE,
    agree,
    at,
    begin_exit,
    companies,
    company,
    freeze,
    intake,
    marks,
    opened,
    opening,
    review,
)
from tests.domain.days import back, deadline, forth, series, whole_series
from tests.support.story_domain import World, japan


def test_the_series_is_exactly_as_agreed() -> None:
    world = at("operation")
    day = deadline(world.alliance, "review-1")
    assert series(world.alliance, "review-1") == whole_series(day)


def test_an_agreement_may_say_otherwise_and_twice_is_once() -> None:
    world = opened(reminders=RARE)
    day = deadline(world.alliance, "intake")
    assert series(world.alliance, "intake") == {
        "remind-7": back(day, 7),
        "remind-1": back(day, 1),
        "overdue": forth(day, 2),
        "escalate": forth(day, 3),
        "lapse": forth(day, 4),
    }
    world.until(lambda: world.alliance.over)
    assert [m.template for _, _, m in world.mails] == ["remind", "remind", "overdue", "escalate"]


@pytest.mark.parametrize(
    ("base", "first"), [(1, "remind-0"), (2, "remind-0"), (8, "remind-3"), (30, "remind-14")]
)
def test_no_reminder_lies_before_now(base: int, first: str) -> None:
    from teikei.domain.calendar import settle

    world = opened()
    asked = world.alliance.ask("draft", companies(2), on(world.today() + timedelta(days=base)))
    settled = settle(asked, japan(), world.now)
    left = sorted((d.at, d.what) for d in settled.due if d.item == "draft" and d.at)
    assert left[0][1] == first
    assert all(when > world.now for when, _ in left)


def test_a_deadline_that_has_passed_keeps_what_comes_after_it() -> None:
    from teikei.domain.calendar import settle

    world = opened()
    asked = world.alliance.ask("draft", companies(2), on(world.today() - timedelta(days=40)))
    left = {d.what for d in settle(asked, japan(), world.now).due if d.item == "draft"}
    assert left == {"overdue", "escalate", "lapse"}


def test_reminders_go_to_those_who_are_silent_and_the_escalation_to_their_superiors() -> None:
    world = at("due_diligence", 3)
    for c in companies(2):
        marks(world, c)
        world.say(world.root, ShareScores(), c)
    before = len(world.mails)
    world.until(lambda: world.alliance.diligence_over)
    sent = world.mails[before:]
    mine = [(m.template, m.address, m.language) for _, _, m in sent if "scores" in m.item]
    assert mine == [
        ("remind", "contact2@example.com", "ja"),
        ("remind", "contact2@example.com", "ja"),
        ("remind", "contact2@example.com", "ja"),
        ("overdue", "contact2@example.com", "ja"),
        ("escalate", "boss2@example.com", "en"),
    ]
    assert world.values("due.escalate") == {
        "item": "scores", "offset": "escalate", "companies": [company(2)], "because": world.values("due.escalate")["because"],
    }  # fmt: skip


def test_an_answer_stops_the_reminders() -> None:
    world = opened()
    world.say(world.root, intake(), company(0))
    assert [m for _, _, m in world.mails if m.item.startswith("intake/")] == []
    world.until(lambda: world.alliance.over)
    assert [m for _, _, m in world.mails if m.item.startswith("intake/")] == []


def test_the_same_question_asked_again_has_mails_of_its_own() -> None:
    """Talks that reopen remind again: the outbox takes each intent (matter, item, company) once."""
    world = at("nda")
    world.until(lambda: any("rounds/remind-3" in m.item for _, _, m in world.mails))
    freeze(world, "nda")
    world.until(lambda: world.agreement("nda").stage == "rounds")
    world.until(lambda: world.alliance.over)
    rounds = Counter(
        m.item.split("@")[0]
        for _, _, m in world.mails
        if m.item.startswith("rounds/") and m.company == company(0)
    )
    assert rounds["rounds/remind-3"] == 2
    intents = Counter((matter, m.item, m.company) for _, matter, m in world.mails)
    assert set(intents.values()) == {1}


def test_every_mail_of_a_silent_life_is_meant_once_and_while_its_matter_lives() -> None:
    world = at("operation", 3, renewal_years=1)
    review(world)
    begin_exit(world, world.today() + timedelta(days=90))
    agree(world, "termination")
    world.until(lambda: len([c for c in world.codes() if c == "allocation.reopened"]) == 2)
    ends: dict[str, Any] = {}
    for line in world.lines:
        if world.states[line.matter].over:
            ends[line.matter] = line.at
    assert all(when <= ends[matter] for when, matter, _ in world.mails if matter in ends)
    assert {m.company for _, _, m in world.mails} == set(companies(3))


def test_every_wait_that_a_silent_alliance_reaches_lapses_into_a_code_of_its_own() -> None:
    outcomes = {
        "alliance.abandoned", "agreement.ended", "agreement.signing_lapsed", "diligence.lapsed", "decision.lapsed", "review.missed",
        "action.lapsed", "allocation.inputs_lapsed", "allocation.payment_unconfirmed", "exit.lapsed",
        "alliance.suspension_lapsed", "alliance.abandonment_lapsed",
    }  # fmt: skip
    found: set[str] = set()
    worlds = [opened(), at("nda"), at("due_diligence"), at("negotiation"), at("signing"), at("exit")]
    worlds += [_locked(), _with_actions(), _leaving(), _said(Suspend(reason="x")), _said(Abandon(reason="x"))]
    for world in worlds:
        for _ in range(150):
            key = world.fall()
            if key.endswith("/lapse"):
                acts = [
                    line for line in world.lines if isinstance(line.act, FellDue) and line.act.item == key
                ]
                found.add(acts[-1].entry.code)
                found |= {line.entry.code for line in acts}
            if not key:
                break
    assert found & outcomes == outcomes


def _locked() -> World:
    from tests.domain.cast import settle_period

    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    settle_period(world, pay=False)
    return world


def _with_actions() -> World:
    world = at("operation")
    review(world)
    return world


def _leaving() -> World:
    world = at("exit")
    agree(world, "termination")
    return world


def _said(act: Act) -> World:
    world = at("operation")
    world.say(world.root, act, company(0))
    return world


def test_a_question_may_be_put_to_nobody_else_and_an_unknown_answer_changes_nothing() -> None:
    world = opened()
    assert world.alliance.answered("nothing", company(0)) == world.alliance
    assert world.alliance.answered("intake", company(1)).wait("intake") == world.alliance.wait("intake")
    assert world.alliance.closed_wait("nothing") == world.alliance
    two = world.alliance.ask("draft", companies(2), world.now, Step(n=1, unit="month"))
    left = two.answered("draft", company(0)).wait("draft")
    assert left is not None
    assert left.awaits == (company(1),)
    assert opening(reminders=Reminders()).reminders == Reminders()
