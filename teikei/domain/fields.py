"""What a field may hold: markers that pydantic finds by the names of their hooks.

Standard library only.  Without them `0.1` becomes a huge fraction, naive
datetimes, `true` and `"7"` pass as instants and integers.  Construction in
code skips the markers, so an invariant that matters is checked in `decide` too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Annotated, Any

_FRACTION = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+")


def _from_text(kind: type, pattern: re.Pattern[str], hint: str) -> Callable[[Any], Any]:
    """A value that is already of its kind, or text of one exact shape; nothing else."""

    def check(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(hint)
        return Fraction(value) if kind is Fraction else value

    return check


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits for the core schema of a type, and an optional check that runs first."""

    limits: tuple[tuple[str, object], ...] = ()
    first: Callable[[Any], Any] | None = None
    shown: tuple[tuple[str, object], ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        if source is Fraction:
            inner: Any = {"type": "is-instance", "cls": Fraction, "serialization": {"type": "to-string"}}
        else:
            inner = {**handler(source), **dict(self.limits)}
        if self.first is None:
            return inner
        return {
            "type": "function-before",
            "function": {"type": "no-info", "function": self.first},
            "schema": inner,
        }

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return dict(self.shown) if self.shown else handler(core)


def limit(**limits: object) -> Rule:
    """Limits in the words of pydantic's core schema: ge, le, pattern, max_length …"""
    return Rule(tuple(limits.items()))


_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
"""What no text holds: a mail header, an XML paper or a line of a list would break on it."""
_BREAKS = r"\t\n\r"


def text(most: int, least: int = 1, *, lines: bool = False) -> Rule:
    """Text without control characters, trimmed, `least` to `most` characters; line breaks only where `lines`."""
    refused = _CONTROL if lines else _CONTROL + _BREAKS
    return limit(min_length=least, max_length=most, strip_whitespace=True, pattern=f"^[^{refused}]*$")


def at_most(most: int, least: int = 0) -> Rule:
    """Length of a tuple."""
    return limit(min_length=least, max_length=most)


Minor = Annotated[int, limit(ge=0, le=10**15, strict=True)]
"""Money in minor units of its currency."""
Count = Annotated[int, limit(ge=0, le=10_000, strict=True)]
Points = Annotated[int, limit(ge=1, le=5, strict=True)]
"""A mark on the Likert scale."""
Flag = Annotated[bool, limit(strict=True)]
Sha256 = Annotated[str, limit(pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, limit(pattern="^[a-z]{3}_[a-z2-7]{26}$")]
Email = Annotated[str, limit(max_length=254, pattern=r"^[^\s@<>\",;:\x00-\x1f]+@[A-Za-z0-9.-]+$")]
Currency = Annotated[str, limit(pattern="^[A-Z]{3}$")]
Line = Annotated[str, text(200)]
"""One line of text."""
Note = Annotated[str, text(4000, lines=True)]
"""Several lines of text."""
Ratio = Annotated[
    Fraction,
    Rule(
        first=_from_text(Fraction, _FRACTION, "a fraction as text, for example 3/5"),
        shown=(("type", "string"), ("pattern", "^[0-9]{1,9}(/[1-9][0-9]{0,8})?$"), ("examples", ["3/5"])),
    ),
]
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
"""Bounds of dates: arithmetic of terms and business days never leaves what a calendar date can say."""
Day = Annotated[
    date,
    Rule(
        (("ge", _FIRST), ("le", _LAST)),
        first=_from_text(date, _DAY, "a calendar date as text, for example 2026-04-01"),
    ),
]
Instant = Annotated[
    datetime,
    Rule(
        (
            ("tz_constraint", "aware"),
            ("ge", datetime(_FIRST.year, 1, 1, tzinfo=UTC)),
            ("le", datetime(_LAST.year, 12, 31, tzinfo=UTC)),
        ),
        _from_text(datetime, _INSTANT, "an instant with its offset, for example 2026-04-01T09:00:00+09:00"),
    ),
]
Language = Annotated[str, limit(pattern="^(ja|en)$")]


def _named(value: Any) -> Any:
    if isinstance(value, dict) and "kind" not in value:
        raise ValueError("an act with its kind")
    return value


BY_KIND = Rule(first=_named)
"""An act inside an act says its kind: some bodies fit more than one."""
