"""Suspend, resume and abandon: at every stage, with everything that the alliance has opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from teikei.domain.act import TEIKEI, Actor, judge
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.alliance.exits import DraftTermination, OpenFinalPeriod
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.clock import ClearAttention, Drop, FellDue, Hold, NoteAttention, PaperReady, Release
from teikei.domain.errors import Refused
from teikei.domain.messages import AgreementMoved, PeriodSettled
from teikei.domain.views import row
from tests.domain.cast import (
    EVIDENCE,
    STAGES,
    agree,
    at,
    begin_exit,
    company,
    drafted,
    freeze,
    opened,
    refused,
    review,
    score,
)
from tests.support.story_domain import World

MOMENTS = (*STAGES, "approval", "go_no_go", "period", "minutes and actions", "final period")


def moment(name: str) -> World:
    """A stage, or a moment in a stage at which more than one matter is open."""
    if name in STAGES:
        return at(name)
    if name == "approval":
        world = drafted()
        freeze(world, "main")
    elif name == "go_no_go":
        world = at("due_diligence")
        score(world)
    else:
        world = at("operation")
        if name == "minutes and actions":
            review(world)
        else:
            world.until(lambda: world.alliance.period == 1)
        if name == "final period":
            begin_exit(world, world.today() + timedelta(days=40))
            agree(world, "termination")
    return world


@pytest.mark.parametrize("name", MOMENTS)
def test_while_suspended_only_its_own_end_falls_due_and_afterwards_the_questions_have_moved(
    name: str,
) -> None:
    world = moment(name)
    world.advance(world.now + timedelta(days=2, hours=7))
    open_before = {i: s for i, s in world.states.items() if not s.over}
    world.say(world.root, Suspend(reason="監査"), company(1))
    assert all(world.states[i].suspended for i in open_before), "all that is open is held with it"
    lines, mails = len(world.lines), len(world.mails)
    world.advance(world.now + timedelta(days=37))
    fallen = world.lines[lines:]
    assert {(line.matter, line.act) for line in fallen} == {
        (world.root, FellDue(item="suspension/remind-14"))
    }
    assert [line.entry.code for line in fallen] == ["due.remind"]
    assert [m.values["what"] for _, _, m in world.mails[mails:]] == ["suspension"] * 2
    lines, mails = len(world.lines), len(world.mails)
    assert refused(world, world.root, Suspend(reason="再"), company(0)) == "matter.suspended"
    world.say(world.root, Resume(), company(0))
    assert not any(s.suspended for s in world.states.values())
    for i, before in open_before.items():
        after = world.states[i]
        for wait in before.waits:
            moved = after.wait(wait.item)
            assert moved is not None
            assert moved.deadline is not None
            assert wait.deadline is not None
            shifted = wait.deadline + timedelta(days=37)
            assert shifted <= moved.deadline <= shifted + timedelta(days=10), (
                "whole business days, never less time"
            )
        for due in before.due:
            if before.wait(due.item) is None:
                assert after.due_item(due.key) == due, "contract dates stay"
    assert not [d for s in world.states.values() for d in s.due if d.item == "suspension"], "asked no more"
    world.advance(world.now)
    called = [m.template for _, _, m in world.mails[mails:]]
    reviewed = any(w.item.startswith("review-") for s in open_before.values() for w in s.waits)
    assert called == ["review_invitation"] * (2 * reviewed), (
        "a return sends nothing late, only the new day of a review"
    )


@pytest.mark.parametrize("name", MOMENTS)
def test_abandoning_ends_everything_and_names_who_and_why(name: str) -> None:
    for suspended in (False, True):
        world = moment(name)
        bound = world.alliance.stage in {"operation", "exit"}
        if suspended:
            world.say(world.root, Suspend(reason="監査"), company(0))
        if bound:
            world.say(world.root, Abandon(reason="もう十分"), company(0))
            assert not any(s.over for s in world.states.values() if s.id in world.alliance.children)
            assert world.alliance.stage in {"operation", "exit"}
        world.say(world.root, Abandon(reason="方針の変更"), company(1))
        assert world.alliance.stage == "abandoned"
        assert all(s.over for s in world.states.values())
        assert world.due() is None
        assert world.values("alliance.abandoned") == {
            "reason": "by_all" if bound else "by_a_party",
            "note": "方針の変更",
            "company": company(1),
        }
        for act in (Abandon(reason="x"), Resume(), Suspend(reason="x")):
            assert refused(world, world.root, act, company(0)) in {"matter.over", "matter.not_held"}


def test_the_series_moves_with_its_deadline_and_comes_complete() -> None:
    world = at("operation")
    world.advance(datetime(2026, 9, 10, 3, 0, tzinfo=UTC))
    world.say(world.root, Suspend(reason="監査", until=date(2026, 11, 30)), company(0))
    world.advance(world.now + timedelta(days=60))
    world.say(world.root, Resume(), company(0))
    mails = len(world.mails)
    wait = world.alliance.wait("review-1")
    assert wait is not None
    assert wait.deadline == datetime(2026, 11, 30, 0, 0, tzinfo=UTC), "2026-10-01 and 60 days"
    assert wait.because
    world.until(lambda: "review.missed" in world.codes())
    sent = [
        (when.date().isoformat(), m.template)
        for when, _, m in world.mails[mails:]
        if m.company == company(0) and "review-1" in m.item
    ]
    assert sent == [
        ("2026-11-09", "review_invitation"), ("2026-11-16", "remind"), ("2026-11-27", "remind"), ("2026-11-30", "remind"), ("2026-12-01", "overdue"), ("2026-12-07", "escalate"),
    ]  # fmt: skip


def test_suspended_and_resumed_on_one_day_moves_nothing() -> None:
    world = at("due_diligence")
    before = world.alliance
    world.say(world.root, Suspend(reason="x"), company(0))
    world.advance(world.now + timedelta(hours=5))
    world.say(world.root, Resume(), company(0))
    after = world.alliance
    assert (after.due, after.suspended) == (before.due, None)
    uncounted = [[replace(w, counted=None) for w in state.waits] for state in (before, after)]
    assert uncounted[0] == uncounted[1]


def test_two_suspensions_add_up() -> None:
    world = at("due_diligence")
    for _ in range(2):
        world.say(world.root, Suspend(reason="x"), company(0))
        world.advance(world.now + timedelta(days=7))
        world.say(world.root, Resume(), company(0))
    once = at("due_diligence")
    once.say(once.root, Suspend(reason="x"), company(0))
    once.advance(once.now + timedelta(days=14))
    once.say(once.root, Resume(), company(0))
    assert [w.deadline for w in world.alliance.waits] == [w.deadline for w in once.alliance.waits]


def test_a_refusal_of_renewal_arrives_although_the_alliance_is_suspended() -> None:
    world = at("operation", 2, renewal_years=1)
    world.advance(datetime(2028, 3, 1, 3, 0, tzinfo=UTC))
    world.say(world.root, Suspend(reason="x", until=date(2028, 9, 1)), company(0))
    world.advance(datetime(2028, 3, 30, 3, 0, tzinfo=UTC))
    assert world.alliance.suspended
    main = world.agreement("main").id
    world.say(
        main, RefuseRenewal(arrived_on=date(2028, 3, 30), evidence_sha256=EVIDENCE, reason="x"), company(0)
    )
    world.advance(datetime(2028, 9, 1, 3, 0, tzinfo=UTC))
    world.say(world.root, Resume(), company(0))
    world.advance(world.now)
    assert world.agreement("main").reason == "expired"


def test_news_reaches_a_suspended_alliance() -> None:
    world = drafted()
    freeze(world, "main")
    world.say(world.root, Suspend(reason="x"), company(0))
    news = AgreementMoved(agreement=world.agreement("main").id, role="main", to="approved")
    world._apply(world.root, news, TEIKEI)
    assert world.alliance.stage == "signing"
    assert world.alliance.suspended


def test_a_child_that_is_born_while_hold_is_on_its_way_is_held_too() -> None:
    """The agreement opens its decision before it hears of the suspension: news comes in order."""
    world = drafted()
    main = world.agreement("main")
    world._apply(world.root, Suspend(reason="x"), Actor(company=company(0)))
    assert not world.states[main.id].suspended
    freeze(world, "main")
    assert world.decision().suspended


# acts of the system


def test_acts_of_the_system_are_for_the_system_only() -> None:
    world = at("exit")
    someone = Actor(company=company(0))
    for act in (
        FellDue(item="exit/lapse"),
        PaperReady(effect="x/1", sha256=EVIDENCE, size=1),
        Hold(reason="x"),
        Release(),
        Drop(reason="x"),
        NoteAttention(reason="x"),
        OpenFinalPeriod(),
        PeriodSettled(allocation="x", number=1, pool=0),
    ):
        with pytest.raises(Refused, match=r"act\.system_only"):
            judge(act, world.alliance, someone, world.now)


def test_due_items_are_delivered_once_and_not_early() -> None:
    world = at("due_diligence")
    key = "scores/lapse"
    due = world.alliance.due_item(key)
    assert due is not None
    assert due.at is not None
    with pytest.raises(Refused, match=r"due\.early"):
        judge(FellDue(item=key), world.alliance, TEIKEI, due.at - timedelta(microseconds=1))
    with pytest.raises(Refused, match=r"due\.gone"):
        judge(FellDue(item="scores/other"), world.alliance, TEIKEI, due.at)
    world.advance(due.at)
    with pytest.raises(Refused, match=r"due\.gone"):
        judge(FellDue(item=key), world.alliance, TEIKEI, due.at)


def test_what_is_not_owed_is_not_taken() -> None:
    world = at("operation")
    ready = PaperReady(effect="minutes/1", sha256=EVIDENCE, size=1)
    for matter in (world.alliance, world.agreement("main")):
        with pytest.raises(Refused, match=r"effect\.not_owed"):
            judge(ready, matter, TEIKEI, world.now)


def test_late_news_is_refused_and_repeats_change_nothing() -> None:
    world = at("exit")
    with pytest.raises(Refused, match=r"exit\.drafted_already"):
        judge(DraftTermination(), world.alliance, TEIKEI, world.now)
    with pytest.raises(Refused, match=r"exit\.final_period_open"):
        judge(OpenFinalPeriod(), world.alliance, TEIKEI, world.now)
    for act in (Release(), Resume()):
        with pytest.raises(Refused, match=r"matter\.not_held"):
            judge(
                act,
                world.alliance,
                TEIKEI if isinstance(act, Release) else Actor(company=company(0)),
                world.now,
            )
    world.say(world.root, Suspend(reason="x"), company(0))
    with pytest.raises(Refused, match=r"matter\.held_already"):
        judge(Hold(reason="x"), world.alliance, TEIKEI, world.now)
    world._apply(world.root, Drop(reason="x"), TEIKEI)
    assert world.alliance.stage == "abandoned"
    for late in (Drop(reason="x"), Hold(reason="x"), PeriodSettled(allocation="x", number=1, pool=0)):
        with pytest.raises(Refused):
            judge(late, world.alliance, TEIKEI, world.now)


def test_attention_is_listed_and_cleared_by_the_operator_and_ends_nothing() -> None:
    world = opened()
    operator = Actor(company="operator")
    clear = ClearAttention(how="retry", note="直した")
    with pytest.raises(Refused, match=r"attention\.none"):
        judge(clear, world.alliance, operator, world.now)
    world._apply(world.root, NoteAttention(reason="render"), TEIKEI)
    assert row(world.alliance).attention == "render"
    with pytest.raises(Refused, match=r"act\.operator_only"):
        judge(clear, world.alliance, Actor(company=company(0)), world.now)
    world._apply(world.root, clear, operator)
    assert [s.attention for s in world.states.values()] == [None]
    assert world.alliance.stage == "intake"
