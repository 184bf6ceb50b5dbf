"""Filters of the clause language in English: the same names as in `words`, and what only English needs.

British usage (docs/clauses.md): 1 April 2027, a percentage without a space, a
list without a comma before "and". A period stands in words and figures,
"thirty (30) days", as contracts between companies in Tokyo do. No float here either.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from teikei.documents import words
from teikei.documents.errors import DocumentError
from teikei.documents.words import _currency, _day, _fraction, _integer, _labels
from teikei.domain.days import MONTHS
from teikei.domain.money import EXPONENTS

UNITS = {
    "JPY": "Japanese yen", "USD": "US dollars", "EUR": "euros", "GBP": "pounds sterling",
    "CHF": "Swiss francs", "CNY": "renminbi yuan", "HKD": "Hong Kong dollars",
    "TWD": "New Taiwan dollars", "SGD": "Singapore dollars", "AUD": "Australian dollars",
    "CAD": "Canadian dollars", "THB": "Thai baht", "INR": "Indian rupees",
    "KRW": "Korean won", "VND": "Vietnamese dong",
}  # fmt: skip

SPELT = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_LARGEST_SPELT = 999


def ymd(value: object) -> str:
    """1 April 2027."""
    day = _day(value, "ymd")
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def figure(value: object, currency: object) -> str:
    """The amount without its unit: 1,234 or 1,234.50; minus in brackets, as accounts do."""
    shown = words.figure(abs(_integer(value, "figure")), currency)
    return f"({shown})" if _integer(value, "figure") < 0 else shown


def money(value: object, currency: object) -> str:
    """JPY 1,234 / USD 1,234.00."""
    _currency(currency)
    return f"{currency} {figure(value, currency)}"


def unit_name(currency: object) -> str:
    """Japanese yen, US dollars."""
    _currency(currency)
    return UNITS[str(currency)]


def minor_unit(currency: object) -> str:
    """The smallest amount that can be paid: JPY 1, USD 0.01."""
    _currency(currency)
    exponent = EXPONENTS[str(currency)]
    return f"{currency} 1" if exponent == 0 else f"{currency} 0.{'0' * (exponent - 1)}1"


def number(value: object) -> str:
    """1,234; minus with its sign."""
    return f"{_integer(value, 'number'):,}"


def spelt(value: object) -> str:
    """thirty, one hundred and five; figures alone from 1,000."""
    left = _integer(value, "spelt")
    if left < 0:
        raise DocumentError("document.number_negative", filter="spelt")
    if left > _LARGEST_SPELT:
        return f"{left:,}"
    hundreds, rest = divmod(left, 100)
    if hundreds:
        return f"{SPELT[hundreds]} hundred" + (f" and {spelt(rest)}" if rest else "")
    if rest < len(SPELT):
        return SPELT[rest]
    tens, ones = divmod(rest, 10)
    return TENS[tens] + (f"-{SPELT[ones]}" if ones else "")


def figures(value: object) -> str:
    """Thirty (30): words and figures; from 1,000 figures alone."""
    whole = _integer(value, "figures")
    return f"{spelt(whole)} ({whole})" if whole <= _LARGEST_SPELT else f"{whole:,}"


def period(value: object, unit: object) -> str:
    """Thirty (30) days, one (1) month, ten (10) Business Days."""
    return f"{figures(value)} {unit}{'' if value == 1 else 's'}"


def ordinal(value: object) -> str:
    """first, second, twenty-first."""
    head, dash, last = spelt(value).rpartition("-")
    if not dash:
        head, dash, last = spelt(value).rpartition(" ")
    if last in _ORDINALS:
        return f"{head}{dash}{_ORDINALS[last]}"
    return f"{head}{dash}{last[:-1]}ieth" if last.endswith("y") else f"{head}{dash}{last}th"


def percent(value: object) -> str:
    """40% where that is exact within four decimals, else 1/3."""
    part = _fraction(value, "percent")
    said = words.percent(part)
    return f"{said[:-1]}%" if said.endswith("％") else f"{part.numerator:,}/{part.denominator:,}"


def ratio(value: object) -> str:
    """40% where hundredths are exact, else two-thirds (2/3)."""
    part = _fraction(value, "ratio")
    if 100 % part.denominator == 0 or part.denominator > 20 or part < 0:
        return percent(part)
    names = "third" if part.denominator == 3 else ordinal(part.denominator)
    plural = "" if part.numerator == 1 else "s"
    return f"{spelt(part.numerator)}-{names}{plural} ({part.numerator}/{part.denominator})"


def exact(value: object) -> str:
    """A mixed number for calculation sheets: 333,333 2/3, -5 1/3, 12."""
    return words.exact(Fraction(_fraction(value, "exact"))).replace("△", "-")


def _join(values: object, conjunction: str) -> str:
    names = _labels(values)
    if not names:
        raise DocumentError("document.list_empty", conjunction=conjunction)
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def labels_and(values: object) -> str:
    """Party A, Party A and Party B, Party A, Party B and Party C."""
    return _join(values, "and")


def labels_or(values: object) -> str:
    """Party A, Party A or Party B, Party A, Party B or Party C."""
    return _join(values, "or")


def capital(value: object) -> str:
    """The same words at the head of a sentence."""
    text = str(value)
    return text[:1].upper() + text[1:]


def small(value: object) -> str:
    """The same words inside a sentence: a heading's first letter becomes small."""
    text = str(value)
    return text[:1].lower() + text[1:]


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        ymd, money, figure, unit_name, minor_unit, number, spelt, figures, period, ordinal, percent,
        ratio, exact, labels_and, labels_or, capital, small,
    )
}  # fmt: skip
