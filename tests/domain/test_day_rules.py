"""Named day rules: tables by hand (a printed calendar beside them), and a slow oracle that counts day by day.

Every table is for the calendar JP: weekends, national holidays, and what banks leave out. The oracle
stands in days.py.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.calendar import YEAR_END, OwnDays, resolve
from teikei.domain.days import last_day
from teikei.domain.matter import DayKind, Due, Slide, on
from teikei.domain.notices import (
    arrival,
    backward,
    corresponding_day,
    deemed_arrival,
    forward,
    legal_last_day,
    notice_steps,
)
from tests.domain.days import DATES, JP, KINDS, ONE, OWN, STARTS, day, ends, is_off, with_own

# tables by hand: expiry, months, legal last day, safe day with five business days of delivery

NOTICES = """
2026-03-31 1 2026-02-27 2026-02-19
2027-03-31 1 2027-02-27 2027-02-18
2028-03-31 1 2028-02-28 2028-02-18
2029-03-31 1 2029-02-27 2029-02-19
2030-03-31 1 2030-02-27 2030-02-20
2031-03-31 1 2031-02-27 2031-02-19
2032-03-31 1 2032-02-28 2032-02-19
2033-03-31 1 2033-02-27 2033-02-17
2034-03-31 1 2034-02-27 2034-02-17
2035-03-31 1 2035-02-27 2035-02-19
2036-03-31 1 2036-02-28 2036-02-21
2026-03-31 2 2026-01-30 2026-01-23
2027-03-31 2 2027-01-30 2027-01-22
2028-03-31 2 2028-01-30 2028-01-21
2029-03-31 2 2029-01-30 2029-01-23
2030-03-31 2 2030-01-30 2030-01-23
2031-03-31 2 2031-01-30 2031-01-23
2032-03-31 2 2032-01-30 2032-01-23
2033-03-31 2 2033-01-30 2033-01-21
2034-03-31 2 2034-01-30 2034-01-23
2035-03-31 2 2035-01-30 2035-01-23
2036-03-31 2 2036-01-30 2036-01-23
2026-03-31 3 2025-12-30 2025-12-23
2027-03-31 3 2026-12-30 2026-12-23
2028-03-31 3 2027-12-30 2027-12-23
2029-03-31 3 2028-12-30 2028-12-22
2030-03-31 3 2029-12-30 2029-12-21
2031-03-31 3 2030-12-30 2030-12-23
2032-03-31 3 2031-12-30 2031-12-23
2033-03-31 3 2032-12-30 2032-12-23
2034-03-31 3 2033-12-30 2033-12-23
2035-03-31 3 2034-12-30 2034-12-22
2036-03-31 3 2035-12-30 2035-12-21
2026-03-31 6 2025-09-29 2025-09-19
2027-03-31 6 2026-09-29 2026-09-17
2028-03-31 6 2027-09-29 2027-09-21
2029-03-31 6 2028-09-29 2028-09-21
2030-03-31 6 2029-09-29 2029-09-20
2031-03-31 6 2030-09-29 2030-09-19
2032-03-31 6 2031-09-29 2031-09-19
2033-03-31 6 2032-09-29 2032-09-17
2034-03-31 6 2033-09-29 2033-09-21
2035-03-31 6 2034-09-29 2034-09-22
2036-03-31 6 2035-09-29 2035-09-20
# 31 December
2026-12-31 1 2026-11-29 2026-11-19
2026-12-31 3 2026-09-29 2026-09-17
2027-12-31 2 2027-10-30 2027-10-22
2028-12-31 6 2028-06-29 2028-06-22
2029-12-31 1 2029-11-29 2029-11-21
2032-12-31 3 2032-09-29 2032-09-17
# the end of August, to February of a year that is no leap year and of one that is
2026-08-31 6 2026-02-27 2026-02-19
2026-08-30 6 2026-02-27 2026-02-19
2026-08-29 6 2026-02-27 2026-02-19
2026-08-28 6 2026-02-27 2026-02-19
2028-08-31 6 2028-02-28 2028-02-18
2028-08-30 6 2028-02-28 2028-02-18
2028-08-29 6 2028-02-28 2028-02-18
2028-08-28 6 2028-02-27 2028-02-17
# the end of February
2028-02-29 1 2028-01-28 2028-01-21
2028-02-29 3 2027-11-28 2027-11-18
2028-02-29 12 2027-02-27 2027-02-18
2028-02-28 3 2027-11-27 2027-11-18
2027-02-28 3 2026-11-27 2026-11-19
# Golden Week: 2026-05-06, 2029-04-30 and 2030-05-06 are substitute holidays
2026-08-05 3 2026-05-04 2026-04-23
2027-08-05 3 2027-05-04 2027-04-22
2028-08-06 3 2028-05-05 2028-04-25
2029-08-04 3 2029-05-03 2029-04-24
2030-08-07 3 2030-05-06 2030-04-24
# the year end: banks close from 31 December to 3 January
2027-04-01 3 2026-12-31 2026-12-23
2027-04-04 3 2027-01-03 2026-12-23
2027-04-05 3 2027-01-04 2026-12-24
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(line.split()) for line in table.strip().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("last", "months", "legal", "safe"), rows(NOTICES))
def test_the_days_of_a_notice_by_hand(last: str, months: str, legal: str, safe: str) -> None:
    found = backward(day(last), int(months), JP)
    assert (found.legal_last_day, found.safe_day) == (day(legal), day(safe))


def test_the_table_covers_what_it_should() -> None:
    table = rows(NOTICES)
    assert len(table) == len(set(table)) >= 60
    sundays = [
        r for r in table if r[0].endswith("-03-31") and corresponding_day(day(r[0]), int(r[1])).weekday() == 6
    ]
    assert len(sundays) >= 4


@pytest.mark.parametrize(
    ("last", "delivery", "safe"),
    [
        ("2029-03-31", 0, "2028-12-29"), ("2029-03-31", 1, "2028-12-28"), ("2027-03-31", 0, "2026-12-30"),
        ("2027-03-31", 10, "2026-12-16"), ("2030-03-31", 2, "2029-12-26"),
    ],
)  # fmt: skip
def test_the_safe_day_leaves_the_days_of_delivery(last: str, delivery: int, safe: str) -> None:
    assert backward(day(last), 3, JP, delivery).safe_day == day(safe)


# terms and periods: event, length, whether it starts at 00:00, last day

PERIODS = """
2026-04-01 12 month midnight civil 2027-03-31
2027-04-01 12 month midnight civil 2028-03-31
2026-04-01 12 month event civil 2027-04-01
2026-01-31 1 month midnight civil 2026-02-28
2026-01-30 1 month event civil 2026-02-28
2026-01-31 1 month event civil 2026-02-28
2026-02-28 1 month event civil 2026-03-31
2028-02-28 1 month event civil 2028-03-28
2028-02-29 12 month midnight civil 2029-02-28
2028-02-29 48 month midnight civil 2032-02-28
2027-08-29 6 month midnight civil 2028-02-28
2027-08-30 6 month midnight civil 2028-02-29
2027-08-31 6 month midnight civil 2028-02-29
2026-08-29 6 month midnight civil 2027-03-01
2026-08-31 6 month midnight civil 2027-03-01
2026-08-31 6 month midnight business_day 2027-03-01
2028-08-29 6 month event civil 2029-02-28
2026-04-03 30 day event civil 2026-05-07
2026-04-03 30 day midnight civil 2026-05-02
2026-04-03 30 day midnight business_day 2026-05-07
2027-04-03 30 day event civil 2027-05-06
2028-04-30 3 day event civil 2028-05-06
2028-04-30 3 day event business_day 2028-05-08
2028-04-30 3 day event bank_day 2028-05-08
2029-04-26 3 day event civil 2029-05-01
2030-05-03 2 day event civil 2030-05-07
2026-12-01 30 day event civil 2026-12-31
2026-12-01 30 day event bank_day 2027-01-04
2026-12-02 30 day event civil 2027-01-02
2026-12-02 30 day event business_day 2027-01-04
2026-12-27 14 day event civil 2027-01-12
"""


@pytest.mark.parametrize(("event", "n", "unit", "start", "kind", "ends"), rows(PERIODS))
def test_the_end_of_a_period_by_hand(
    event: str, n: str, unit: Literal["day", "month"], start: str, kind: DayKind, ends: str
) -> None:
    found = forward(day(event), int(n), unit, JP, from_midnight=start == "midnight", kind=kind)
    assert found.day == day(ends)


CUSTOM = OwnDays(custom=frozenset({"saturday", "year_end"}))
USUAL = OwnDays(off_yearly=YEAR_END, off=frozenset({day("2026-06-01")}))
BUSY = OwnDays(
    off_yearly=YEAR_END, working=frozenset({day("2026-12-29"), day("2026-05-06"), day("2026-10-03")})
)


@pytest.mark.parametrize(
    ("at", "kind", "own", "why"),
    [
        ("2026-05-03", "civil", OwnDays(), "sunday"),
        ("2026-05-06", "civil", OwnDays(), "national_holiday"),
        ("2026-05-02", "civil", OwnDays(), ""),
        ("2026-05-02", "civil", CUSTOM, "saturday"),
        ("2028-04-29", "civil", OwnDays(), "national_holiday"),
        ("2026-12-31", "civil", OwnDays(), ""),
        ("2026-12-29", "civil", CUSTOM, "year_end"),
        ("2027-01-02", "civil", CUSTOM, "saturday"),
        ("2026-12-29", "civil", USUAL, ""),
        ("2026-05-06", "civil", BUSY, ""),
        ("2026-05-02", "bank_day", OwnDays(), "saturday"),
        ("2026-12-30", "bank_day", USUAL, ""),
        ("2026-12-31", "bank_day", BUSY, "bank_holiday"),
        ("2029-01-02", "bank_day", OwnDays(), "bank_holiday"),
        ("2026-05-06", "bank_day", BUSY, "national_holiday"),
        ("2026-12-30", "business_day", OwnDays(), ""),
        ("2026-12-31", "business_day", OwnDays(), "bank_holiday"),
        ("2026-12-30", "business_day", USUAL, "contract_day_off"),
        ("2026-06-01", "business_day", USUAL, "contract_day_off"),
        ("2027-06-01", "business_day", USUAL, ""),
        ("2026-12-29", "business_day", BUSY, ""),
        ("2026-10-03", "business_day", BUSY, ""),
        ("2026-10-04", "business_day", BUSY, "sunday"),
    ],
)
def test_why_a_day_is_off(at: str, kind: DayKind, own: OwnDays, why: str) -> None:
    assert with_own(own).closed(day(at), kind) == why


def test_a_day_that_is_named_both_ways_is_off() -> None:
    both = frozenset({day("2026-06-01")})
    assert with_own(OwnDays(off=both, working=both)).closed(day("2026-06-01")) == "contract_day_off"


@pytest.mark.parametrize(
    ("sent", "n", "own", "arrives"),
    [
        ("2026-12-29", 2, OwnDays(), "2027-01-04"), ("2026-12-28", 1, USUAL, "2027-01-04"),
        ("2026-12-28", 1, BUSY, "2026-12-29"), ("2026-04-30", 2, OwnDays(), "2026-05-07"),
        ("2026-10-02", 1, BUSY, "2026-10-03"), ("2026-10-02", 1, OwnDays(), "2026-10-05"),
    ],
)  # fmt: skip
def test_deemed_arrival_by_hand(sent: str, n: int, own: OwnDays, arrives: str) -> None:
    assert deemed_arrival(day(sent), n, with_own(own)).day == day(arrives)


def test_a_notice_arrives_when_that_is_evidenced_or_deemed_and_not_by_being_sent() -> None:
    deemed = deemed_arrival(day("2026-06-01"), 3, JP)
    before, after = day("2026-06-03"), day("2026-06-10")
    assert arrival(None) is None
    assert arrival(None, deemed) == deemed == arrival(after, deemed)
    found = arrival(before, deemed)
    assert found is not None
    assert found.day == before
    assert forward(found.day, 30, "day", JP).day == day("2026-07-03"), "counted from arrival, not from 1 June"


@pytest.mark.parametrize(
    ("at", "kind", "slide", "lands"),
    [
        ("2026-05-02", "civil", "later", "2026-05-02"), ("2026-05-02", "business_day", "later", "2026-05-07"),
        ("2026-05-03", "civil", "earlier", "2026-05-02"), ("2026-12-30", "bank_day", "later", "2026-12-30"),
        ("2026-12-30", "business_day", "later", "2027-01-04"), ("2026-12-31", "civil", "earlier", "2026-12-31"),
        ("2026-12-31", "bank_day", "none", "2026-12-31"), ("2026-12-31", "bank_day", "earlier", "2026-12-30"),
    ],
)  # fmt: skip
def test_a_due_item_slides_over_its_own_kind_of_days(
    at: str, kind: DayKind, slide: Slide, lands: str
) -> None:
    due = resolve(Due(key="x/y", base=on(day(at)), slide=slide, days=kind), with_own(USUAL))
    assert due.at == JP.opening(day(lands))
    assert (f" {kind} = " in due.because) is (kind != "business_day")


# the oracle: sets of days, and one day after the other


@given(DATES, KINDS, OWN, st.data())
def test_a_day_is_off_as_the_sources_say(d: date, kind: DayKind, own: OwnDays, data: st.DataObject) -> None:
    d = data.draw(st.sampled_from(sorted({d, *own.off, *own.working})))
    assert bool(with_own(own).closed(d, kind)) is is_off(d, kind, own)


@given(DATES, st.integers(1, 24))
def test_terms_against_a_walk(first: date, n: int) -> None:
    assert last_day(first, n) == ends(first, n)


@given(DATES, st.integers(1, 24), st.sampled_from(["day", "month"]), STARTS, KINDS, OWN)
def test_periods_against_a_walk(
    event: date, n: int, unit: Literal["day", "month"], start: str, kind: DayKind, own: OwnDays
) -> None:
    from_midnight = start == "midnight"
    first = event if from_midnight else event + ONE
    want = ends(first, n) if unit == "month" else [first + i * ONE for i in range(n)][-1]
    while is_off(want, kind, own):
        want += ONE
    found = forward(event, n, unit, with_own(own), from_midnight=from_midnight, kind=kind)
    assert found.day == want == found.explanation[-1].day


@settings(deadline=None)
@given(DATES, st.integers(1, 12))
def test_the_legal_last_day_is_the_last_from_which_so_many_months_end_before_the_expiry(
    last: date, n: int
) -> None:
    """Counting forwards from arrival gives the same day as counting backwards from expiry: so it is never too late."""
    d = last - 28 * n * ONE
    while ends(d + ONE, n) >= last:
        d -= ONE
    assert legal_last_day(last, n) == d
    assert d < corresponding_day(last, n)


@given(DATES, st.integers(0, 24), st.integers(0, 15), OWN)
def test_the_safe_day_against_a_walk(last: date, months: int, delivery: int, own: OwnDays) -> None:
    found = backward(last, months, with_own(own), delivery)
    d, left = found.legal_last_day, delivery
    while is_off(d, "business_day", own) or left:
        left -= not is_off(d, "business_day", own)
        d -= ONE
    assert found.safe_day == d == found.explanation[-1].day
    assert found.safe_day <= found.legal_last_day == legal_last_day(last, months)
    assert deemed_arrival(d, delivery, with_own(own)).day <= found.legal_last_day, (
        "sent on the safe day, it is in time"
    )


@given(DATES, st.integers(0, 24), st.integers(0, 15), OWN)
def test_a_reminder_of_a_matter_counts_to_the_same_safe_day(
    last: date, months: int, delivery: int, own: OwnDays
) -> None:
    due = Due(key="notice/safe", base=on(last), steps=notice_steps(months, delivery), slide="earlier")
    assert resolve(due, with_own(own)).at == JP.opening(
        backward(last, months, with_own(own), delivery).safe_day
    )
