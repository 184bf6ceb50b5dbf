"""Named days become instants: tables by hand, and a naive oracle that walks day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teikei.domain.calendar import Calendar, resolve, settle
from teikei.domain.days import add_months, last_day
from teikei.domain.matter import Due, Slide, Step, Unit, on
from tests.domain.cast import opened
from tests.support.story_domain import japan

DAYS = st.dates(date(2021, 1, 1), date(2040, 12, 31))
TOKYO = ZoneInfo("Asia/Tokyo")


def day(text: str) -> date:
    return date.fromisoformat(text)


def landed(due: Due) -> date:
    at = resolve(due, japan()).at
    assert at is not None
    return at.astimezone(TOKYO).date()


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"), ("2026-03-31", -1, "2026-02-28"), ("2026-03-31", -3, "2025-12-31"),
        ("2026-12-31", 2, "2027-02-28"), ("2026-12-15", 1, "2027-01-15"), ("2027-01-15", -1, "2026-12-15"),
        ("2026-05-31", -6, "2025-11-30"), ("2100-01-31", 1, "2100-02-28"), ("2026-07-04", 0, "2026-07-04"),
    ],
)  # fmt: skip
def test_months_run_by_the_calendar(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-04-01", 12, "2027-03-31"), ("2027-04-01", 12, "2028-03-31"), ("2024-02-29", 12, "2025-02-28"),
        ("2026-01-01", 24, "2027-12-31"), ("2026-01-31", 1, "2026-02-28"), ("2026-01-05", 24, "2028-01-04"),
    ],
)  # fmt: skip
def test_a_term_from_midnight_counts_its_first_day(first: str, months: int, last: str) -> None:
    assert last_day(day(first), months) == day(last)


@pytest.mark.parametrize(
    ("base", "step", "slide", "lands"),
    [
        ("2026-04-01", (1, "day"), "later", "2026-04-02"),
        ("2026-04-03", (1, "day"), "later", "2026-04-06"),
        ("2026-04-03", (1, "day"), "none", "2026-04-04"),
        ("2026-04-28", (1, "business_day"), "later", "2026-04-30"),
        ("2026-04-30", (2, "business_day"), "later", "2026-05-07"),
        ("2026-05-07", (-1, "business_day"), "earlier", "2026-05-01"),
        ("2026-05-05", (0, "business_day"), "later", "2026-05-07"),
        ("2026-09-18", (1, "business_day"), "later", "2026-09-24"),
        ("2026-12-31", (1, "business_day"), "later", "2027-01-04"),
        ("2027-01-31", (1, "month"), "later", "2027-03-01"),
        ("2028-01-31", (1, "month"), "none", "2028-02-29"),
        ("2029-03-31", (-3, "month"), "earlier", "2028-12-29"),
        ("2030-03-31", (0, "day"), "none", "2030-03-31"),
        ("2030-03-31", (-1, "business_day"), "earlier", "2030-03-28"),
        ("2030-03-31", (0, "day"), "earlier", "2030-03-29"),
    ],
)  # fmt: skip
def test_one_step_by_hand(base: str, step: tuple[int, Unit], slide: Slide, lands: str) -> None:
    due = Due(key="x/y", base=on(day(base)), steps=(Step(n=step[0], unit=step[1]),), slide=slide)
    assert landed(due) == day(lands)


@pytest.mark.parametrize(
    ("term_until", "months", "safe"),
    [
        ("2029-03-31", 3, "2028-12-22"),
        ("2030-03-31", 3, "2029-12-24"),
        ("2027-03-31", 3, "2026-12-24"),
        ("2028-02-29", 1, "2028-01-21"),
        ("2027-08-05", 3, "2027-04-22"),
    ],
)  # fmt: skip
def test_the_safe_day_is_five_business_days_before_the_last_business_day_of_the_legal_one(
    term_until: str, months: int, safe: str
) -> None:
    """Written by hand. 2029-03-31: legal 2028-12-31, a Sunday; the last business day is Fri 12-29; five before it 12-22."""
    steps = (Step(n=-months, unit="month"), Step(n=-5, unit="business_day"))
    assert landed(Due(key="notice/safe", base=on(day(term_until)), steps=steps, slide="earlier")) == day(safe)


def test_the_first_day_is_the_local_one_and_is_not_counted() -> None:
    late = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)  # 2026-04-02 01:00 in Tokyo
    assert landed(Due(key="x/y", base=late, steps=(Step(n=1, unit="business_day"),))) == date(2026, 4, 3)
    due = resolve(Due(key="x/y", base=late, steps=(Step(n=21, unit="business_day"),)), japan())
    assert due.at == datetime(2026, 5, 7, 0, 0, tzinfo=UTC), "over Golden Week, 09:00 JST"
    assert due.because == "2026-04-02 +21bd later = 2026-05-07 (JP test)"


def test_an_exact_item_is_its_instant_and_a_resolved_one_stays() -> None:
    base = datetime(2026, 5, 3, 1, 2, 3, tzinfo=UTC)
    exact = resolve(Due(key="x/y", base=base, whole_day=False), japan())
    assert (exact.at, exact.because) == (base, "2026-05-03T01:02:03+00:00 exact")
    other = Calendar(name="EN", zone="Europe/London", holidays=frozenset(), version="2")
    assert resolve(exact, other) is exact


def test_a_day_begins_at_nine_where_the_calendar_is() -> None:
    london = Calendar(name="EN", zone="Europe/London", holidays=frozenset(), version="1")
    assert london.opening(date(2026, 1, 5)) == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert london.opening(date(2026, 7, 6)) == datetime(2026, 7, 6, 8, tzinfo=UTC)


def test_settling_again_changes_nothing() -> None:
    world = opened()
    later = world.now + timedelta(days=400)
    assert settle(world.alliance, world.calendar, later) == world.alliance


# the oracle: a list of business days, and places in it

_ALL = [date(2019, 1, 1) + timedelta(days=i) for i in range(365 * 26)]
BUSINESS = [d for d in _ALL if d.isoweekday() <= 5 and d not in japan().holidays]


def place(d: date, direction: int) -> int:
    """Where the first business day at or after (before) a day stands."""
    if direction > 0:
        return next(i for i, b in enumerate(BUSINESS) if b >= d)
    return max(i for i, b in enumerate(BUSINESS) if b <= d)


@given(DAYS, st.integers(1, 60))
def test_forward_business_days(start: date, n: int) -> None:
    assert (
        japan().step(start, Step(n=n, unit="business_day"))
        == BUSINESS[place(start + timedelta(days=1), 1) + n - 1]
    )


@given(DAYS, st.integers(1, 60))
def test_backward_business_days_begin_at_the_business_day_before(start: date, n: int) -> None:
    assert japan().step(start, Step(n=-n, unit="business_day")) == BUSINESS[place(start, -1) - n]


@given(DAYS)
def test_no_business_day_is_skipped_and_none_is_made(start: date) -> None:
    assert (
        japan().step(start, Step(n=0, unit="business_day"))
        == BUSINESS[place(start, 1)]
        == japan().slide(start, "later")
    )
    assert japan().slide(start, "earlier") == BUSINESS[place(start, -1)]
    assert japan().slide(start, "none") == start


@given(
    DAYS,
    st.lists(
        st.tuples(st.integers(-40, -1), st.sampled_from(["day", "business_day", "month"])),
        min_size=1,
        max_size=3,
    ),
)
def test_a_backward_deadline_never_slides_later(start: date, back: list[tuple[int, Unit]]) -> None:
    steps = tuple(Step(n=n, unit=unit) for n, unit in back)
    without = Calendar(name="0", zone="Asia/Tokyo", holidays=frozenset(), version="0")
    plain = start
    for step in steps:
        plain = without.step(plain, step) if step.unit != "business_day" else plain + timedelta(days=step.n)
    got = landed(Due(key="x/y", base=on(start), steps=steps, slide="earlier"))
    assert got <= plain
    assert japan().is_business_day(got)


@given(DAYS, st.integers(-240, 240))
def test_months_against_a_walk(start: date, n: int) -> None:
    """Walk month by month from the first of the month, then forward to the day or the end of the month."""
    first = start.replace(day=1)
    for _ in range(abs(n)):
        first = (
            (first + timedelta(days=32)).replace(day=1)
            if n > 0
            else (first - timedelta(days=1)).replace(day=1)
        )
    want = first
    while want.day < start.day and (want + timedelta(days=1)).month == first.month:
        want += timedelta(days=1)
    assert add_months(start, n) == want
    assert last_day(start, n) == (want - timedelta(days=1) if want.day == start.day else want)


@given(DAYS)
def test_the_base_of_a_day_lies_on_it_everywhere(d: date) -> None:
    assert {
        on(d).astimezone(ZoneInfo(z)).date() for z in ("Asia/Tokyo", "Europe/London", "America/Los_Angeles")
    } == {d}
