"""Beside each term clause stand the days that it means, counted here with a calendar of our own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.documents import default_library, render
from teikei.documents.days import beside
from tests.documents.samples import KINDS, sample

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
WEEK = "月火水木金土日"


def ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（{WEEK[day.weekday()]}）"


def months_later(day: date, months: int) -> date:
    """As Excel's EDATE counts."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(
        date(year, month + 1, day.day) if _there(year, month + 1, day.day) else _end(year, month + 1),
        _end(year, month + 1),
    )


def _there(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@settings(max_examples=80, deadline=None)
@given(first=DAYS, length=st.integers(1, 4000), years=st.integers(1, 10))
def test_of_an_nda(first: date, length: int, years: int) -> None:
    until = first + timedelta(days=length - 1)
    values = {"term_from": first, "term_until": until, "secrecy_years": years}
    said = [one.ja for one in beside(default_library(), "term_nda", values)]
    after = until + timedelta(days=1)
    end = months_later(after, 12 * years)
    end = end - timedelta(days=1) if end.day == after.day else end
    assert said == [
        f"初日 {ja(first)}", f"末日 {ja(until)}（終日）", f"{length:,}日間", f"満了により終了したときは{ja(after)}から{ja(end)}まで",
    ]  # fmt: skip


def test_every_contract_that_has_a_term_shows_it() -> None:
    shown = []
    for kind in KINDS:
        values: Any = sample(kind)
        until = getattr(values, "term_until", None) or getattr(values, "new_until", None)
        if until and default_library().manifest(kind).form == "articles":
            assert f"末日 {ja(until)}" in render(kind, values).html()
            shown.append(kind)
    assert {
        "nda",
        "loi",
        "co_development",
        "co_sales",
        "co_marketing",
        "capital_and_business",
        "renewal_memo",
    } <= {*shown}


def test_the_notice_day_is_the_one_of_the_product() -> None:
    values = replace(sample("co_development"), term_until=date(2030, 3, 31), notice_months=3)
    assert "到達すべき最終の日 2029年12月30日（日）" in render("co_development", values).html()
    assert (
        "notice against renewal to arrive: 30 December 2029 (Sun)"
        in render("co_development", values, language="en").html()
    )
    both = render("co_development", values, language="ja+en").html()
    assert '<span lang="ja">末日 2030年3月31日（日）' in both
    assert '<span lang="en">Last day: 31 March 2030 (Sun)' in both


def test_what_is_beside_a_paper_is_not_in_it() -> None:
    paper = render("nda", sample("nda"))
    assert "末日" not in paper.text
    assert beside(default_library(), "purpose_nda", {}) == ()
    assert beside(default_library(), "term_nda", {}) == ()
