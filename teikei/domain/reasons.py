"""The reasons of a date in words (`because.` in the catalogue): facts, rule and source, never a verdict."""

from __future__ import annotations

from datetime import date

from teikei.domain.days import Reason
from teikei.domain.texts import say

_WEEKDAYS = "月火水木金土日"


def packed(why: tuple[Reason, ...]) -> list[str]:
    """Reasons as a value of a mail: codes, said in words when the mail is written."""
    return [f"{r.code} {r.day.isoformat()} {r.n} {r.cause}".rstrip() for r in why]


def unpacked(lines: list[str]) -> tuple[Reason, ...]:
    """What `packed` made."""
    parts = ([*line.split(" "), ""] for line in lines)
    return tuple(Reason(code=p[0], day=date.fromisoformat(p[1]), n=int(p[2]), cause=p[3]) for p in parts)


def explained(language: str, why: tuple[Reason, ...]) -> str:
    """The way to a date in words."""
    return ("" if language == "ja" else " ").join(sentences(language, why))


def sentences(language: str, why: tuple[Reason, ...]) -> list[str]:
    """The way to a date, one sentence for each step, in its order."""
    said = []
    was: date | None = None
    for reason in why:
        values = {"day": day_said(language, reason.day), "n": reason.n}
        if reason.cause:
            values |= {"cause": say(language, f"because.cause.{reason.cause}")}
            values |= {"was": day_said(language, was or reason.day)}
        said.append(say(language, f"because.{reason.code}", **values))
        was = reason.day
    return said


def day_said(language: str, day: date) -> str:
    """2026年12月31日（木）, or Thursday, 31 December 2026."""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"
    return f"{day:%A}, {day.day} {day:%B} {day.year}"
