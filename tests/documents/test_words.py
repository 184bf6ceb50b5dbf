"""Spelling of values in Japanese legal text."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from teikei.documents import DocumentError, words


@pytest.mark.parametrize(
    ("day", "era"),
    [
        (date(2026, 4, 1), "令和8年4月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
    ],
)
def test_eras(day: date, era: str) -> None:
    assert words.wareki(day) == era
    assert words.ymd(day) == f"{day.year}年{day.month}月{day.day}日"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (1234, "JPY", "金1,234円"),
        (123_400, "USD", "金1,234.00米ドル"),
        (5, "EUR", "金0.05ユーロ"),
        (-1_000, "JPY", "金△1,000円"),
        (0, "JPY", "金0円"),
    ],
)
def test_money(amount: int, currency: str, said: str) -> None:
    assert words.money(amount, currency) == said


@pytest.mark.parametrize(
    ("share", "as_percent", "as_ratio", "as_exact"),
    [
        (Fraction(2, 5), "40％", "100分の40", "2/5"),
        (Fraction(1, 3), "3分の1", "3分の1", "1/3"),
        (Fraction(1, 8), "12.5％", "8分の1", "1/8"),
        (Fraction(1), "100％", "1", "1"),
        (Fraction(1_000_001, 3), "3分の1,000,001", "3分の1,000,001", "333,333 2/3"),
        (Fraction(-16, 3), "3分の-16", "3分の-16", "△5 1/3"),
    ],
)
def test_ratios_are_never_rounded(share: Fraction, as_percent: str, as_ratio: str, as_exact: str) -> None:
    assert (words.percent(share), words.ratio(share), words.exact(share)) == (as_percent, as_ratio, as_exact)


def test_kansuji() -> None:
    cases = {
        0: "〇",
        1: "一",
        10: "十",
        11: "十一",
        123: "百二十三",
        1_000: "千",
        10_000: "一万",
        12_003_405: "千二百万三千四百五",
    }
    assert {value: words.kansuji(value) for value in cases} == cases


def test_conjunctions() -> None:
    assert words.labels_and("甲乙丙"[:1].split()) == "甲"
    assert words.labels_and(["甲", "乙"]) == "甲及び乙"
    assert words.labels_and(["甲", "乙", "丙"]) == "甲、乙及び丙"
    assert words.labels_or(["甲", "乙", "丙"]) == "甲、乙又は丙"


def test_smallest_units() -> None:
    assert words.minor_unit("JPY") == "1円"
    assert words.minor_unit("USD") == "0.01米ドル"


@pytest.mark.parametrize("bad", [1.5, True, "1", None])
def test_only_whole_numbers_are_money(bad: object) -> None:
    with pytest.raises(DocumentError):
        words.money(bad, "JPY")
