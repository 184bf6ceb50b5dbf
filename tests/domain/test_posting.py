"""The hours of mail and what makes a reminder pointless."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.act import TEIKEI, Mail
from teikei.domain.clock import FellDue, Hold
from teikei.domain.matter import Matter
from teikei.domain.posting import next_hours, next_morning, pointless, worn_out
from tests.domain import cast
from tests.support.story_domain import japan

TOKYO = ZoneInfo("Asia/Tokyo")


def open_at(at: datetime, *, digest: bool) -> bool:
    """The rule once more, for one instant: working days from eight (digests from half past nine) to twenty."""
    local = at.astimezone(TOKYO)
    minute = local.hour * 60 + local.minute
    free = local.weekday() >= 5 or local.date() in japan().holidays
    return not free and (9 * 60 + 30 if digest else 8 * 60) <= minute < 20 * 60


@settings(deadline=None)  # the calendar is made at the first call
@given(minutes=st.integers(0, 700 * 24 * 60), digest=st.booleans())
def test_mail_leaves_at_the_first_open_minute(minutes: int, *, digest: bool) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = next_hours(japan(), at, digest=digest)
    assert open_at(found, digest=digest)
    probe, step = at, timedelta(minutes=30)
    while probe < found:
        assert not open_at(probe, digest=digest), probe
        probe += step
    assert found == at or not open_at(found - timedelta(minutes=1), digest=digest)
    tomorrow = next_morning(japan(), at, digest=digest)
    assert tomorrow.astimezone(TOKYO).date() > at.astimezone(TOKYO).date()
    assert open_at(tomorrow, digest=digest)
    assert not open_at(tomorrow - timedelta(minutes=1), digest=digest)


def test_four_working_days_of_refusal_are_enough() -> None:
    """Refused first on Friday 1 May 2026: Golden Week does not count, Tuesday 12 May would be the fifth day."""
    first = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
    days = [datetime(2026, 5, d, 0, 30, tzinfo=UTC) for d in (7, 8, 11, 12)]
    assert [worn_out(japan(), first, day) for day in days] == [False, False, False, True]


def asked() -> tuple[Matter, Mail]:
    """An alliance whose intake is asked for, and its first reminder."""
    world = cast.opened()
    state = world.alliance
    due = state.earliest()
    assert due is not None
    assert due.at is not None
    (mail,) = FellDue(item=due.key).decide(state, TEIKEI, due.at).mails
    return state, mail


def test_a_reminder_loses_its_point_with_its_question() -> None:
    state, mail = asked()
    wait = state.wait("intake")
    assert wait is not None
    assert wait.deadline is not None
    assert pointless(mail, state) == ""
    assert pointless(mail, state.answered("intake", mail.company)) == "question.closed"
    assert pointless(mail, state.closed_wait("intake")) == "question.closed"
    again = replace(state, waits=(replace(wait, since=wait.since + timedelta(days=1)),))
    assert pointless(mail, again) == "question.asked_again"
    moved = replace(state, waits=(replace(wait, deadline=wait.deadline + timedelta(days=7)),))
    assert pointless(mail, moved) == "question.moved"
    held = Hold(reason="停止").decide(state, TEIKEI, wait.since).state
    assert pointless(mail, held) == "matter.suspended"
    assert pointless(mail, replace(state, stage="abandoned")) == "matter.over"


@pytest.mark.parametrize("template", ["review_invitation", "review_skipped"])
def test_what_is_no_reminder_always_goes(template: str) -> None:
    state, mail = asked()
    assert pointless(replace(mail, template=template), replace(state, stage="abandoned")) == ""


def test_a_notice_loses_its_point_with_its_term() -> None:
    main = cast.at("operation").agreement("main")
    until = main.term_until
    assert until is not None
    mail = main.mail_to(
        cast.company(0), "notice", "notice/safe", legal_last_day="2026-12-31", term_until=until.isoformat()
    )
    assert pointless(mail, main) == ""
    assert pointless(mail, replace(main, renewal_refused=True)) == "notice.given"
    later = replace(main, term_until=until.replace(year=until.year + 1))
    assert pointless(mail, later) == "notice.moved"
