"""The columns of an import, and how one cell of each is read.

A spreadsheet changes what people type: 3/5 becomes a day, 0012 a number, １２ stays
text.  What can be read without doubt is read; the rest is refused (`Invalid`),
and the caller adds the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args
from unicodedata import normalize

from teikei.domain.alliance.state import DILIGENCE, EXIT, NDA, NEGOTIATION, OPERATION, SIGNING
from teikei.domain.alliance.stating import MOST_MONTHS
from teikei.domain.errors import Invalid
from teikei.domain.fields import Currency, Email, Id, Line
from teikei.domain.search import fold
from teikei.domain.terms import Form
from teikei.domain.texts import catalogue, word

Reader = Callable[[Any], Any]
STAGES = (NDA, DILIGENCE, NEGOTIATION, SIGNING, OPERATION, EXIT)
"""An alliance comes in where it stands; what is still an idea is opened here, what is over stays where it is."""
_FIRST, _LAST = date(1900, 3, 1), date(2199, 12, 31)
"""Before March 1900 a spreadsheet's own days are wrong by one."""
_WRITTEN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_RATIO = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,8})")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_BETWEEN = re.compile("[、,，]")
_DECIMALS = 6
"""A share with more digits than these was worked out by the spreadsheet and is no exact ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its code, how a cell of it is read, and what an empty one means."""

    name: str
    read: Reader
    needed: bool = True
    empty: Any = ""


def head(text: object) -> str:
    """The head of a column or the name of a sheet, as it is compared."""
    return fold(str(text)).strip()


def _plain(value: object) -> str:
    """A cell as one trimmed text; a whole number as its digits."""
    if isinstance(value, (bool, date, time, timedelta)):
        raise Invalid("import.not_text")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _marked(marker: Any) -> Reader:
    """Text as a field of the domain takes it: the pattern and the length of its marker."""
    limits = {"max_length": 200, **dict(marker.__metadata__[0].limits)}
    pattern, most = re.compile(limits["pattern"]), limits["max_length"]

    def read(value: object) -> str:
        text = _plain(value)
        if len(text) > most:
            raise Invalid("field.too_long", most=most)
        if not pattern.search(text):
            raise Invalid("import.malformed")
        return text

    return read


def day(value: object) -> date:
    """A date cell, or a date in digits: 2026-04-01, 2026/4/1, 2026年4月1日."""
    if isinstance(value, datetime):
        if value.time() != time():
            raise Invalid("import.not_day")
        value = value.date()
    if isinstance(value, str) and (found := _WRITTEN.fullmatch(normalize("NFKC", value).strip())):
        try:
            value = date(*map(int, found.groups()))
        except ValueError:
            raise Invalid("import.not_day") from None
    if not isinstance(value, date) or not _FIRST <= value <= _LAST:
        raise Invalid("import.not_day")
    return value


def share(value: object) -> Fraction:
    """An exact share: 3/5 as text, 60% as text or number; never a day, never a third in decimals."""
    if isinstance(value, str):
        text = normalize("NFKC", value).strip()
        if found := _RATIO.fullmatch(text):
            return _part(Fraction(int(found[1]), int(found[2])))
        if found := _PERCENT.fullmatch(text):
            return _part(Fraction(found[1]) / 100)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        exact = Decimal(repr(value))
        if exact.is_finite() and int(exact.as_tuple().exponent) >= -_DECIMALS:
            return _part(Fraction(exact))
    raise Invalid("import.not_share")


def _part(ratio: Fraction) -> Fraction:
    if not 0 <= ratio <= 1:
        raise Invalid("import.not_share")
    return ratio


def count(least: int, most: int) -> Reader:
    """A whole number within bounds, as a number or in digits of either width."""

    def read(value: object) -> int:
        text = normalize("NFKC", _plain(value))
        if not re.fullmatch("[0-9]{1,6}", text) or not least <= int(text) <= most:
            raise Invalid("import.not_count", least=least, most=most)
        return int(text)

    return read


def choice(codes: tuple[str, ...], family: str) -> Reader:
    """One of these codes, or its word in either language."""
    known = {fold(code): code for code in codes}
    for language in ("ja", "en"):
        known |= {fold(catalogue(language)[f"{family}.{code}"]): code for code in codes}

    def read(value: object) -> str:
        found = known.get(head(_plain(value)))
        if found is None:
            raise Invalid("import.not_one_of", expected="、".join(word("ja", code) for code in codes))
        return found

    return read


def listed(read: Reader) -> Reader:
    """Several values of one cell, with 、 or a comma between them."""

    def each(value: object) -> tuple[Any, ...]:
        return tuple(read(part) for part in _BETWEEN.split(_plain(value)))

    return each


_LINE, _ID, _NUMBER = _marked(Line), _marked(Id), count(0, 600)
_YES_OR_NO = choice(("true", "false"), "word")
ALLIANCES = (
    Column(name="key", read=_LINE),
    Column(name="name_ja", read=_LINE),
    Column(name="name_en", read=_LINE),
    Column(name="form", read=choice(get_args(Form), "form")),
    Column(name="stage", read=choice(STAGES, "word"), needed=False, empty=OPERATION),
    Column(name="title", read=_LINE),
    Column(name="signed_on", read=day),
    Column(name="effective_on", read=day),
    Column(name="term_until", read=day),
    Column(name="renewal_years", read=count(0, 50), needed=False, empty=0),
    Column(name="notice_months", read=_NUMBER, needed=False, empty=0),
    Column(name="currency", read=_marked(Currency), needed=False, empty="JPY"),
    Column(name="file", read=_LINE),
    Column(name="period_months", read=count(1, 60), needed=False, empty=12),
    Column(name="review_months", read=count(1, 60), needed=False, empty=3),
    Column(name="nda_title", read=_LINE, needed=False),
    Column(name="nda_signed_on", read=day, needed=False, empty=None),
    Column(name="nda_effective_on", read=day, needed=False, empty=None),
    Column(name="nda_until", read=day, needed=False, empty=None),
    Column(name="nda_file", read=_LINE, needed=False),
)
PARTIES = (
    Column(name="key", read=_LINE),
    Column(name="company", read=_ID),
    Column(name="role", read=_LINE),
    Column(name="share", read=share),
    Column(name="contact_name", read=_LINE),
    Column(name="contact_email", read=_marked(Email)),
    Column(name="escalation_name", read=_LINE),
    Column(name="escalation_email", read=_marked(Email)),
    Column(name="off_platform", read=_YES_OR_NO, needed=False, empty="false"),
)
OBLIGATIONS = (
    Column(name="key", read=_LINE),
    Column(name="owner", read=_ID),
    Column(name="person", read=_LINE),
    Column(name="what", read=_LINE),
    Column(name="basis", read=_LINE),
    Column(name="first", read=day),
    Column(name="every_months", read=count(0, MOST_MONTHS), needed=False, empty=0),
    Column(name="evidence", read=_YES_OR_NO, needed=False, empty="false"),
    Column(name="owed_to", read=listed(_ID), needed=False, empty=()),
)
