"""Reviews that are moved or skipped by their chair: the calendar entry moves, the second skip in a row is escalated."""

from __future__ import annotations

from datetime import date, timedelta

from teikei.domain.alliance.rescheduling import MoveReview, SkipReview
from teikei.domain.errors import Invalid
from tests.domain.cast import at, companies, refused, review, terms
from tests.support.story_domain import World

A, B = companies(2)
SKIP = "議題がないため"


def invitations(world: World, company: str) -> list[tuple[str, int, date]]:
    return [
        (m.invitation.uid.rsplit("-", 2)[1], m.invitation.sequence, m.invitation.starts.date())
        for _, c, m in ((w, m.company, m) for w, _, m in world.mails)
        if c == company and m.invitation
    ]


def test_a_moved_review_is_called_anew_under_the_same_uid_and_a_later_sequence() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.review == 1)
    world.advance(world.now)
    first = invitations(world, A)[-1]
    days = (date(2026, 10, 20), date(2026, 10, 6), date(2026, 10, 20))
    for to in days:
        world.say(world.root, MoveReview(number=1, to=to, reason="出張"), A)
        world.advance(world.now)
    moved = invitations(world, A)[-3:]
    assert [(day, sequence > first[1]) for _, sequence, day in moved] == [(d, True) for d in days]
    assert [s for _, s, _ in moved] == sorted({s for _, s, _ in moved})
    assert len({m.invitation.uid for _, _, m in world.mails if m.invitation}) == 1
    wait = world.alliance.wait("review-1")
    assert wait is not None
    assert wait.deadline is not None
    assert world.alliance.local_day(wait.deadline) == days[-1]
    world.until(lambda: world.alliance.review == 2)
    reminded = [
        w.date()
        for w, _, m in world.mails
        if m.template == "remind" and m.company == A and "review-1" in m.item
    ]
    assert date(2026, 10, 6) in reminded, "fourteen days before the new day"
    assert date(2026, 10, 20) in reminded


def test_the_second_skip_in_a_row_is_escalated_and_a_review_that_is_held_ends_the_row() -> None:
    world = at("operation")

    def skip() -> int:
        world.say(world.root, SkipReview(number=world.alliance.review, reason=SKIP), A)
        return len([m for _, _, m in world.mails if m.template == "review_skipped"])

    world.until(lambda: world.alliance.review == 1)
    assert skip() == 0
    assert world.alliance.review == 2
    assert skip() == 2
    escalated = [m for _, _, m in world.mails if m.template == "review_skipped"]
    assert {m.address for m in escalated} == {p.escalation.email for p in world.alliance.parties}
    review(world)
    assert world.alliance.review_skips == 0
    assert skip() == 2


def test_only_the_chair_moves_or_skips() -> None:
    world = at("operation")
    number = world.alliance.review
    assert refused(world, world.root, SkipReview(number=number, reason=SKIP), B) == "review.not_the_chair"
    named = at("operation", review_chair=(B,))
    assert refused(named, named.root, SkipReview(number=number, reason=SKIP), A) == "review.not_the_chair"
    named.say(named.root, SkipReview(number=named.alliance.review, reason=SKIP), B)


def test_a_review_is_moved_to_a_day_before_the_next_one() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.review == 1)
    for to in (world.today(), date(2027, 1, 1)):
        act = MoveReview(number=1, to=to, reason="出張")
        assert refused(world, world.root, act, A) == "review.moved_too_far"
    assert (
        refused(world, world.root, MoveReview(number=2, to=world.today() + timedelta(days=9), reason="x"), A)
        == "review.not_open"
    )


def test_a_chair_who_is_no_party_is_refused() -> None:
    try:
        terms(2, review_chair=(companies(3)[2],)).check((A, B), "co_development", date(2026, 2, 1))
    except Invalid as found:
        assert found.pointer == "/terms/review_chair"
    else:
        raise AssertionError("nobody minded")
