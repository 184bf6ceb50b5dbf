"""Beside each term clause the first and the last day, computed: what a careful reader counts with a calendar.

Which days a clause speaks of is read from its Japanese text; how they are counted stands in `teikei.domain.days` and
`notices` (民法140条, 141条, 143条). Not part of the paper: shown to whoever tries it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from teikei.documents.library import Library
from teikei.documents.sandbox import FILTERS
from teikei.domain.days import ONE_DAY, last_day
from teikei.domain.notices import legal_last_day

_VALUE = r"\{{\{{\s*({name})\s*(?:\|\s*ymd\s*)?\}}\}}"
_BRACKET = r"(?:（[^（）]*）)?"
_SPAN = re.compile(_VALUE.format(name=r"\w+") + _BRACKET + "から" + _VALUE.format(name=r"\w+_until") + "まで")
_END = re.compile(
    r"有効期間は、"
    + _VALUE.format(name=r"\w+_until")
    + "まで|締結の日から"
    + _VALUE.format(name=r"\w+_until")
    + "まで"
)
_NOTICE = re.compile("満了の日の" + _VALUE.format(name=r"\w+_months") + "か月前")
_AFTER = re.compile("終了の日の翌日から" + _VALUE.format(name=r"\w+_years") + "年間")
_WEEK = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_SAID = {
    "ja": {
        "first": "初日 {day}", "last": "末日 {day}（終日）", "count": "{n}日間",
        "notice": "更新拒絶の通知が到達すべき最終の日 {day}（どの数え方でも間に合う日）",
        "after": "満了により終了したときは{first}から{day}まで",
    },
    "en": {
        "first": "First day: {day}", "last": "Last day: {day}, to its end", "count": "{n} days",
        "notice": "Last day for a notice against renewal to arrive: {day} (in time on every reading)",
        "after": "If it ends by expiry: from {first} to {day}",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """One remark beside a clause, in both languages."""

    ja: str
    en: str


def beside(library: Library, clause_id: str, values: Mapping[str, object]) -> tuple[Beside, ...]:
    """The days of which a clause speaks, in its order; nothing where it names none."""
    return tuple(
        Beside(*(_said(language, what, **more) for language in ("ja", "en")))
        for what, more in _days(library.clause(clause_id).body, values)
    )


def _days(body: str, values: Mapping[str, object]) -> Iterator[tuple[str, dict[str, date | int]]]:
    until = None
    if span := _SPAN.search(body):
        first, until = _day(values, span[1]), _day(values, span[2])
        if first and until:
            yield "first", {"day": first}
            yield "last", {"day": until}
            yield "count", {"n": (until - first).days + 1}
    elif end := _END.search(body):
        until = _day(values, end[1] or end[2])
        if until:
            yield "last", {"day": until}
    months = _number(values, _NOTICE.search(body))
    if until and months:
        yield "notice", {"day": legal_last_day(until, months)}
    years = _number(values, _AFTER.search(body))
    if until and years:
        yield "after", {"first": until + ONE_DAY, "day": last_day(until + ONE_DAY, 12 * years)}


def _day(values: Mapping[str, object], name: str) -> date | None:
    found = values.get(name)
    return found if isinstance(found, date) else None


def _number(values: Mapping[str, object], found: re.Match[str] | None) -> int:
    value = values.get(found[1]) if found else 0
    return value if isinstance(value, int) else 0


def _said(language: str, what: str, **more: date | int) -> str:
    shown = {
        name: f"{FILTERS[language]['ymd'](one)} ({_WEEK[language][one.weekday()]})"
        if isinstance(one, date)
        else f"{one:,}"
        for name, one in more.items()
    }
    said = _SAID[language][what].format(**shown)
    return said.replace(" (", "（").replace(")", "）") if language == "ja" else said
