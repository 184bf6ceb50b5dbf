"""Filters of the clause language: how values are spelt in Japanese legal text.

Money is integer minor units with the exponent of ISO 4217; a ratio is a
Fraction and is never rounded for show. Lists of parties follow the rule for
及び and 又は: commas, then the conjunction before the last one
(法令用語: 「甲、乙及び丙」). No filter accepts a float.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction

from teikei.documents.errors import DocumentError
from teikei.domain.money import EXPONENTS

UNITS = {
    "JPY": "円", "USD": "米ドル", "EUR": "ユーロ", "GBP": "英ポンド", "CHF": "スイスフラン",
    "CNY": "人民元", "HKD": "香港ドル", "TWD": "新台湾ドル", "SGD": "シンガポールドル",
    "AUD": "豪ドル", "CAD": "カナダドル", "THB": "タイバーツ", "INR": "インドルピー",
    "KRW": "韓国ウォン", "VND": "ベトナムドン",
}  # fmt: skip
"""Name of the currency in a contract; exponents stand in `teikei.domain.money`."""

ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))
"""First day of each era (元号法及び元号を改める政令)."""

_DIGITS = "〇一二三四五六七八九"
_MYRIADS = ("", "万", "億", "兆", "京")


def _integer(value: object, name: str) -> int:
    """Refuse floats, booleans and text: a figure in a contract is an exact int."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise DocumentError("document.not_an_integer", filter=name, type=type(value).__name__)
    return value


def _fraction(value: object, name: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise DocumentError("document.not_a_ratio", filter=name, type=type(value).__name__)
    return Fraction(value)


def _currency(code: object) -> tuple[str, int]:
    if not isinstance(code, str) or code not in UNITS:
        raise DocumentError("document.currency_unknown", currency=str(code))
    return UNITS[code], EXPONENTS[code]


def _day(value: object, name: str) -> date:
    if not isinstance(value, date):
        raise DocumentError("document.not_a_date", filter=name, type=type(value).__name__)
    return value


def ymd(value: object) -> str:
    """2026年4月1日."""
    day = _day(value, "ymd")
    return f"{day.year}年{day.month}月{day.day}日"


def wareki(value: object) -> str:
    """令和8年4月1日; the first year of an era is 元年."""
    day = date(*_day(value, "wareki").timetuple()[:3])
    for first, era in ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise DocumentError("document.date_too_early", value=day.isoformat())


def figure(value: object, currency: object) -> str:
    """The amount without its unit: 1,234 or 1,234.50; minus is △ (会計慣行)."""
    amount = _integer(value, "figure")
    _, exponent = _currency(currency)
    whole, minor = divmod(abs(amount), 10**exponent)
    shown = f"{whole:,}" + (f".{minor:0{exponent}d}" if exponent else "")
    return f"△{shown}" if amount < 0 else shown


def money(value: object, currency: object) -> str:
    """金1,234円 / 金1,234.00米ドル."""
    return f"金{figure(value, currency)}{unit_name(currency)}"


def unit_name(currency: object) -> str:
    """円, 米ドル."""
    return _currency(currency)[0]


def minor_unit(currency: object) -> str:
    """The smallest amount that can be paid: 1円, 0.01米ドル."""
    name, exponent = _currency(currency)
    return f"1{name}" if exponent == 0 else f"0.{'0' * (exponent - 1)}1{name}"


def number(value: object) -> str:
    """1,234."""
    amount = _integer(value, "number")
    return f"△{-amount:,}" if amount < 0 else f"{amount:,}"


def kansuji(value: object) -> str:
    """一, 十, 百二十三, 一万二千."""
    left = _integer(value, "kansuji")
    if left < 0:
        raise DocumentError("document.number_negative", filter="kansuji")
    if left == 0:
        return _DIGITS[0]
    groups: list[str] = []
    for myriad in _MYRIADS:
        left, group = divmod(left, 10_000)
        if group:
            groups.append(_thousands(group) + myriad)
    return "".join(reversed(groups))


def _thousands(group: int) -> str:
    """One group below 10,000; 一 is dropped before 十, 百 and 千."""
    shown = ""
    for unit, power in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, group = divmod(group, power)
        if digit:
            shown += ("" if digit == 1 and unit else _DIGITS[digit]) + unit
    return shown


def percent(value: object) -> str:
    """40％ where that is exact within four decimals, else 3分の1."""
    part = _fraction(value, "percent")
    scaled = part * 100 * 10_000
    if scaled.denominator != 1 or scaled < 0:
        return ratio(part)
    whole, decimals = divmod(scaled.numerator, 10_000)
    shown = f"{whole}.{decimals:04d}".rstrip("0").rstrip(".") if decimals else str(whole)
    return f"{shown}％"


def ratio(value: object) -> str:
    """100分の40 where hundredths are exact, else 3分の1."""
    part = _fraction(value, "ratio")
    if part.denominator == 1:
        return str(part.numerator)
    if 100 % part.denominator == 0:
        return f"100分の{part * 100}"
    return f"{part.denominator:,}分の{part.numerator:,}"


def exact(value: object) -> str:
    """A mixed number for calculation sheets: 333,333 2/3, △5 1/3, 12."""
    part = _fraction(value, "exact")
    whole, rest = divmod(abs(part).numerator, part.denominator)
    sign = "△" if part < 0 else ""
    if rest == 0:
        return f"{sign}{whole:,}"
    small = f"{rest:,}/{part.denominator:,}"
    return f"{sign}{whole:,} {small}" if whole else f"{sign}{small}"


def _labels(values: object) -> list[str]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise DocumentError("document.not_a_list", type=type(values).__name__)
    return [value if isinstance(value, str) else str(value.label) for value in values]


def _join(values: object, conjunction: str) -> str:
    names = _labels(values)
    if not names:
        raise DocumentError("document.list_empty", conjunction=conjunction)
    if len(names) == 1:
        return names[0]
    return "、".join(names[:-1]) + conjunction + names[-1]


def labels_and(values: object) -> str:
    """甲, 甲及び乙, 甲、乙及び丙 (of labels or of parties)."""
    return _join(values, "及び")


def labels_or(values: object) -> str:
    """甲, 甲又は乙, 甲、乙又は丙."""
    return _join(values, "又は")


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        ymd,
        wareki,
        money,
        figure,
        unit_name,
        minor_unit,
        number,
        kansuji,
        percent,
        ratio,
        exact,
        labels_and,
        labels_or,
    )
}
