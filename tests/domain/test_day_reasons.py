"""Every date explains itself: the way leads to the day, and is said in both languages without a gap."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from teikei.domain.calendar import OwnDays, resolve, settle
from teikei.domain.days import Reason
from teikei.domain.matter import DayKind, Due, Slide, Step, Unit, on
from teikei.domain.notices import arrival, backward, deemed_arrival, forward
from teikei.domain.reasons import day_said, explained
from teikei.domain.texts import catalogue
from tests.domain.cast import opened
from tests.domain.days import DATES, JP, KINDS, ONE, OWN, STARTS, day, with_own
from tests.support.story_domain import round_trip, wire

STEPS = st.builds(Step, n=st.integers(-15, 15), unit=st.sampled_from(get_args(Unit)))


@given(DATES, st.lists(STEPS, max_size=3), st.sampled_from(get_args(Slide)), KINDS, OWN)
def test_the_way_to_a_date_leads_to_it(
    start: date, steps: list[Step], slide: Slide, kind: DayKind, own: OwnDays
) -> None:
    here = with_own(own)
    due = resolve(Due(key="x/y", base=on(start), steps=tuple(steps), slide=slide, days=kind), here)
    want = start
    for step in steps:
        want = here.step(want, step)
    want = here.slide(want, slide, kind)
    assert due.at == here.opening(want)
    assert (due.why[0].day, due.why[-1].day) == (start, want)
    assert f" = {want} (JP own)" in due.because
    assert round_trip(Due, due) == due
    _said_in_both_languages(due.why)


def _said_in_both_languages(why: tuple[Reason, ...]) -> None:
    for language in ("ja", "en"):
        text = explained(language, why)
        assert "because." not in text
        assert "〈" not in text
        assert day_said(language, why[-1].day) in text


@given(DATES, st.integers(0, 14), st.integers(0, 9), OWN, STARTS)
def test_notices_periods_and_arrivals_say_why(
    d: date, n: int, delivery: int, own: OwnDays, start: str
) -> None:
    from_midnight = start == "midnight"
    here = with_own(own)
    _said_in_both_languages(backward(d, n, here, delivery).explanation)
    _said_in_both_languages(forward(d, n + 1, "month", here, from_midnight=from_midnight).explanation)
    _said_in_both_languages(forward(d, n + 1, "day", here, from_midnight=from_midnight).explanation)
    deemed = deemed_arrival(d, n, here)
    _said_in_both_languages(deemed.explanation)
    _said_in_both_languages((arrival(d - ONE, deemed) or deemed).explanation)


def test_a_notice_in_words() -> None:
    why = backward(day("2029-03-31"), 3, JP).explanation
    assert explained("ja", why) == (
        "期間の満了日は2029年3月31日（土）である（同日は算入しない）。その3か月前の応当日は2028年12月31日（日）である。"
        "満了日との間に丸3か月を置くため、その前日である2028年12月30日（土）を到達の期限として扱う"
        "（応当日までの到達で足りるとする考え方もあるが、早い方による）。"
        "同日は土曜日に当たるが、過去にさかのぼる期限であるため繰り下げない。"
        "2028年12月30日（土）は土曜日に当たるため、直前の営業日である2028年12月29日（金）となる。"
        "到達までに5営業日を見込み、2028年12月22日（金）を発送の安全日とする。"
    )
    assert [r.code for r in why] == [
        "expiry",
        "months_back",
        "clear_months",
        "never_later",
        "business_day_earlier",
        "safe",
    ]


def test_no_reason_is_kept_that_no_date_gives() -> None:
    codes = {c.removeprefix("because.") for c in catalogue("ja") if c.startswith("because.")}
    stepped = {f"{u}s_{way}" for u in get_args(Unit) for way in ("on", "back")}
    slid = {f"{k}_{s}" for k in get_args(DayKind) for s in ("later", "earlier")}
    ours = {
        "from",
        "expiry",
        "clear_months",
        "never_later",
        "safe",
        "event",
        "midnight",
        "sent",
        "deemed",
        "arrived",
        "leaves",
    }
    ends_ = {"months_on_end", "months_back_end", "days_over", "months_over", "months_over_end"}
    causes = {"saturday", "sunday", "national_holiday", "bank_holiday", "contract_day_off", "year_end"}
    assert codes == stepped | slid | ours | ends_ | {f"cause.{c}" for c in causes}


def test_a_question_says_why_and_its_series_does_not_repeat_it() -> None:
    world = opened()
    wait = world.alliance.wait("intake")
    assert wait is not None
    assert wait.deadline is not None
    assert wait.why[-1].day == world.calendar.local_day(wait.deadline)
    assert {d.why for d in world.alliance.due if d.item == "intake"} == {()}
    alone = world.alliance.with_due(Due(key="effective/day", base=on(day("2026-05-03")), slide="none"))
    (due,) = (d for d in settle(alone, world.calendar, world.now).due if d.key == "effective/day")
    assert [r.code for r in due.why] == ["from"]


def test_what_was_stored_before_reads_as_it_was() -> None:
    old = {"key": "a/b", "base": "2026-05-03T12:00:00Z", "at": "2026-05-07T00:00:00Z", "because": "as it was"}
    due = wire(Due).validate_python(old)
    assert (due.days, due.why, due.because) == ("business_day", (), "as it was")
    assert resolve(due, JP) is due
    assert due.at == datetime(2026, 5, 7, tzinfo=UTC)


def test_the_page_about_the_calendar_tells_the_truth() -> None:
    page = (Path(__file__).parents[2] / "docs" / "calendar.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\d{4}-\S+) \| (\d+) \| (\S+) \| (\S+) \|", page, re.MULTILINE)
    assert len(told) == 4
    for last, months, legal, safe in told:
        found = backward(day(last), int(months), JP)
        assert (found.legal_last_day, found.safe_day) == (day(legal), day(safe))
    assert f"> {explained('ja', backward(day('2027-03-31'), 3, JP).explanation)}\n" in page
