"""Spelling of values in English contracts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from teikei.documents import DocumentError, words, words_en


def test_days() -> None:
    assert words_en.ymd(date(2027, 4, 1)) == "1 April 2027"
    assert words_en.ymd(date(2028, 2, 29)) == "29 February 2028"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (123_000_000, "JPY", "JPY 123,000,000"),
        (123_400, "USD", "USD 1,234.00"),
        (5, "EUR", "EUR 0.05"),
        (-1_000, "JPY", "JPY (1,000)"),
        (0, "JPY", "JPY 0"),
    ],
)
def test_money(amount: int, currency: str, said: str) -> None:
    assert words_en.money(amount, currency) == said


@pytest.mark.parametrize(
    ("share", "as_percent", "as_ratio", "as_exact"),
    [
        (Fraction(2, 5), "40%", "40%", "2/5"),
        (Fraction(1, 3), "1/3", "one-third (1/3)", "1/3"),
        (Fraction(2, 3), "2/3", "two-thirds (2/3)", "2/3"),
        (Fraction(1, 8), "12.5%", "one-eighth (1/8)", "1/8"),
        (Fraction(1), "100%", "100%", "1"),
        (Fraction(7, 23), "7/23", "7/23", "7/23"),
        (Fraction(-16, 3), "-16/3", "-16/3", "-5 1/3"),
    ],
)
def test_ratios_are_never_rounded(share: Fraction, as_percent: str, as_ratio: str, as_exact: str) -> None:
    said = (words_en.percent(share), words_en.ratio(share), words_en.exact(share))
    assert said == (as_percent, as_ratio, as_exact)


def test_numbers_in_words_and_figures() -> None:
    assert words_en.period(30, "day") == "thirty (30) days"
    assert words_en.period(1, "month") == "one (1) month"
    assert words_en.period(10, "Business Day") == "ten (10) Business Days"
    assert words_en.period(180, "day") == "one hundred and eighty (180) days"
    assert words_en.period(1_095, "day") == "1,095 days"


def test_ordinals() -> None:
    said = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth", 20: "twentieth",
            21: "twenty-first", 40: "fortieth", 100: "one hundredth", 112: "one hundred and twelfth"}  # fmt: skip
    assert {number: words_en.ordinal(number) for number in said} == said


def test_parties() -> None:
    labels = ["Party A", "Party B", "Party C"]
    assert words_en.labels_and(labels[:1]) == "Party A"
    assert words_en.labels_and(labels[:2]) == "Party A and Party B"
    assert words_en.labels_and(labels) == "Party A, Party B and Party C"
    assert words_en.labels_or(labels) == "Party A, Party B or Party C"


def test_currencies_are_those_of_the_japanese() -> None:
    assert words_en.UNITS.keys() == words.UNITS.keys()
    assert (words_en.minor_unit("JPY"), words_en.minor_unit("USD")) == ("JPY 1", "USD 0.01")
    assert words_en.unit_name("USD") == "US dollars"


@pytest.mark.parametrize("bad", [1.5, True, "1", None])
def test_only_whole_numbers_are_spelt(bad: object) -> None:
    with pytest.raises(DocumentError):
        words_en.period(bad, "day")
    with pytest.raises(DocumentError):
        words_en.money(bad, "JPY")
