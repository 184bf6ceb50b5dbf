"""A suspension has an end: it is asked about like any question, and silence sets the alliance going again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from teikei.domain.act import Mail
from teikei.domain.alliance.standing import Resume, Suspend
from tests.domain.cast import at, companies, company, drafted, freeze, refused
from tests.domain.days import asked, deadline, forth, series, whole_series
from tests.support.story_domain import World

MARCH = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)


def suspend(world: World, until: date | None = None) -> None:
    world.say(world.root, Suspend(reason="監査", until=until), company(0))


def invitations(world: World) -> list[Mail]:
    return [m for _, _, m in world.mails if m.invitation and m.company == company(0)]


def test_without_a_day_it_is_asked_about_after_thirty_business_days() -> None:
    world = at("operation", 3)
    suspend(world)
    assert asked(world.alliance, "suspension").awaits == companies(3)
    assert deadline(world.alliance, "suspension") == forth(world.today(), 30)
    assert series(world.alliance, "suspension") == whole_series(forth(world.today(), 30))


@pytest.mark.parametrize(
    ("until", "day"),
    [
        (date(2027, 3, 31), date(2027, 3, 31)),
        (date(2027, 4, 3), date(2027, 4, 5)),
        (date(2028, 1, 1), date(2028, 1, 3)),
    ],
)
def test_it_is_asked_about_on_the_day_that_it_names_or_the_business_day_after(until: date, day: date) -> None:
    world = at("operation")
    world.advance(MARCH)
    suspend(world, until)
    assert deadline(world.alliance, "suspension") == day
    assert series(world.alliance, "suspension") == whole_series(day)


def test_the_day_lies_in_the_future() -> None:
    world = at("operation")
    for days in (0, -1, -400):
        act = Suspend(reason="x", until=world.today() + timedelta(days=days))
        assert refused(world, world.root, act, company(0)) == "suspension.in_the_past"
    suspend(world, world.today() + timedelta(days=1))
    assert world.alliance.suspended


def test_silence_resumes_the_alliance_with_all_that_it_opened() -> None:
    world = drafted()
    freeze(world, "main")
    begun = world.today()
    vote = deadline(world.decision(), "votes")
    suspend(world, begun + timedelta(days=30))
    held = [s.id for s in world.states.values() if s.suspended]
    lines, mails = len(world.lines), len(world.mails)
    day = deadline(world.alliance, "suspension")
    world.until(lambda: not world.alliance.suspended)
    assert world.today() == forth(day, 10)
    assert not any(s.suspended for s in world.states.values())
    assert len(held) == 4
    told = [(line.entry.code, line.by) for line in world.lines[lines:]]
    assert told[:5] == [(f"due.{w}", "teikei") for w in ("remind", "remind", "remind", "overdue", "escalate")]
    assert told[5] == ("alliance.suspension_lapsed", "teikei")
    assert Counter(told[6:]) == {("matter.released", "teikei"): len(held)}
    assert world.values("matter.released")["days"] == (world.today() - begun).days
    sent = [
        (when.date(), m.template, m.address) for when, _, m in world.mails[mails:] if m.company == company(1)
    ]
    plan = whole_series(day)
    assert sent == [
        (plan["remind-14"], "remind", "contact1@example.com"),
        (plan["remind-3"], "remind", "contact1@example.com"),
        (plan["remind-0"], "remind", "contact1@example.com"),
        (plan["overdue"], "overdue", "contact1@example.com"),
        (plan["escalate"], "escalate", "boss1@example.com"),
    ]
    stood = (world.today() - begun).days
    assert deadline(world.decision(), "votes") == forth(vote + timedelta(days=stood - 1), 1), (
        "a business day again"
    )


def test_a_resumed_alliance_is_not_asked_any_more_and_the_next_time_has_mails_of_its_own() -> None:
    world = at("due_diligence")
    for _ in range(2):
        suspend(world, world.today() + timedelta(days=20))
        world.advance(world.now + timedelta(days=21))
        assert world.alliance.suspended
        world.say(world.root, Resume(), company(1))
        assert world.alliance.wait("suspension") is None
        assert series(world.alliance, "suspension") == {}
    assert "alliance.suspension_lapsed" not in world.codes()
    items = [m.item.split("@")[0] for _, _, m in world.mails if m.company == company(0)]
    assert Counter(i for i in items if i.startswith("suspension/")) == {
        "suspension/remind-14": 2, "suspension/remind-3": 2, "suspension/remind-0": 2,
    }  # fmt: skip


def test_a_review_that_moved_is_called_again_for_its_new_day_under_the_same_uid() -> None:
    world = at("operation")
    world.advance(world.now)
    for _ in range(2):
        suspend(world)
        world.advance(world.now + timedelta(days=10))
        world.say(world.root, Resume(), company(1))
        called = world.alliance.due_item("review-1/invite")
        assert called is not None
        assert called.at == world.now
        world.advance(world.now)
    calls = invitations(world)
    assert [m.values["deadline"] for m in calls] == ["2026-10-01", "2026-10-13", "2026-10-23"], (
        "2026-10-12 is a holiday"
    )
    assert len({m.item for m in calls}) == 3, "the outbox takes each intent once"
    news = [m.invitation for m in calls if m.invitation]
    assert {i.uid for i in news} == {f"{world.root}-review-1"}
    assert [i.starts.isoformat()[:13] for i in news] == ["2026-10-01T01", "2026-10-13T01", "2026-10-23T01"]
    assert news[0].sequence == 0
    assert news[0].sequence < news[1].sequence < news[2].sequence, (
        "calendars take the newest (RFC 5545 3.8.7.4)"
    )
    assert world.codes().count("review.invited") == 3


def test_a_review_that_did_not_move_is_not_called_again() -> None:
    world = at("operation")
    world.advance(world.now)
    suspend(world)
    world.advance(world.now + timedelta(hours=3))
    world.say(world.root, Resume(), company(1))
    world.advance(world.now + timedelta(days=1))
    assert len(invitations(world)) == 1
    assert world.codes().count("review.invited") == 1


def test_an_invitation_that_the_suspension_overtook_goes_out_once_with_the_new_day() -> None:
    world = at("operation")
    assert invitations(world) == []
    suspend(world)
    world.advance(world.now + timedelta(days=10))
    world.say(world.root, Resume(), company(1))
    world.until(lambda: bool(invitations(world)))
    world.advance(world.now + timedelta(days=30))
    assert [m.values["deadline"] for m in invitations(world)] == ["2026-10-13"]


def test_only_a_review_is_called_again() -> None:
    world = at("negotiation")
    suspend(world)
    world.advance(world.now + timedelta(days=10))
    due = {d.key for d in world.alliance.due if d.item != "suspension"}
    world.say(world.root, Resume(), company(1))
    assert {d.key for d in world.alliance.due} == due
