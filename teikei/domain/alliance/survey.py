"""The health check in numbers: twelve statements on four axes, marked 1 to 5, added up so that nobody is known by a mark.

Axes, scale and the gap between companies as the signal: row 31 of the
product's feature list (alliance health checks on strategy, operation, culture
and governance; averages hide it, the gap shows it).  Of a company only counts
are kept, statement by statement: which marks stood on one sheet is nowhere
stored.  Of anonymous sheets a statement counts only where three of them mark
it.  Numbers are integers and exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal, get_args

from teikei.domain.texts import word

HealthAxis = Literal["strategy", "operation", "culture", "governance"]
HEALTH_AXES: tuple[HealthAxis, ...] = get_args(HealthAxis)
STATEMENTS: tuple[str, ...] = (
    "strategy_purpose", "strategy_results", "strategy_contributions",
    "operation_roles", "operation_plan", "operation_information",
    "culture_trust", "culture_respect", "culture_problems",
    "governance_decisions", "governance_fairness", "governance_disputes",
)  # fmt: skip
"""In the order of a sheet; three for each axis, which their name begins with."""
SCALE = range(1, 6)
FEWEST_SHEETS = 3
"""k: so many sheets, so that no mark is known to be a person's."""
GAP = Fraction(3, 2)
"""Means of companies that lie this far apart are talked about."""
MOST_RESULTS = 8

Counts = tuple[tuple[int, ...], ...]
"""For each statement, how often each mark of the scale was given; nothing where it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthAnswer:
    """What one company answered: its sheets added up, or the one answer of a named person."""

    company: str
    counts: Counts
    sheets: int
    respondent: str = ""
    """Empty: anonymous."""
    recorded_by: str = ""
    """The company that entered it for an off-platform one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """A check that is open; an answer is its company's own until the check closes."""

    number: int
    called_by: str
    called_at: datetime
    answers: tuple[HealthAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthMarks:
    """A company's marks, axis by axis in the order of the axes: their sum, how many, highest less lowest."""

    company: str
    sums: tuple[int, ...]
    counts: tuple[int, ...]
    spreads: tuple[int, ...]

    def mean(self, axis: HealthAxis) -> Fraction | None:
        i = HEALTH_AXES.index(axis)
        return Fraction(self.sums[i], self.counts[i]) if self.counts[i] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResult:
    """A check that is over, as later ones are compared with it."""

    number: int
    closed_on: date
    marks: tuple[HealthMarks, ...]
    silent: tuple[str, ...] = ()

    def means(self, axis: HealthAxis) -> dict[str, Fraction]:
        return {m.company: mean for m in self.marks if (mean := m.mean(axis)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthGap:
    """Perception gap: companies see an axis, or one statement, so differently that the next review talks about it."""

    number: int
    topic: str
    low: str
    lowest: Fraction
    high: str
    highest: Fraction


def tallied(sheets: Iterable[tuple[int, ...]], *, named: bool) -> Counts:
    """Sheets added up; 0 on a sheet is no mark."""
    columns = zip(*sheets, strict=True)
    counts = (tuple(column.count(mark) for mark in SCALE) for column in columns)
    return tuple(c if named or sum(c) >= FEWEST_SHEETS else (0,) * len(SCALE) for c in counts)


def total(counts: Iterable[tuple[int, ...]]) -> tuple[int, int]:
    """(sum of the marks, number of the marks)."""
    added = [sum(column) for column in zip(*counts, strict=True)]
    return sum(n * mark for n, mark in zip(added, SCALE, strict=True)), sum(added)


def marks(answer: HealthAnswer) -> HealthMarks:
    """An answer by axis."""
    axes = [_of_axis(answer.counts, axis) for axis in HEALTH_AXES]
    totals = [total(counts) for counts in axes]
    return HealthMarks(
        company=answer.company,
        sums=tuple(s for s, _ in totals),
        counts=tuple(n for _, n in totals),
        spreads=tuple(_spread(counts) for counts in axes),
    )


def _of_axis(counts: Counts, axis: HealthAxis) -> Counts:
    return tuple(c for code, c in zip(STATEMENTS, counts, strict=True) if axis_of(code) == axis)


def axis_of(statement: str) -> HealthAxis:
    """The axis that a statement belongs to."""
    return next(axis for axis in HEALTH_AXES if statement.startswith(f"{axis}_"))


def _spread(counts: Counts) -> int:
    given = [mark for c in counts for mark, n in zip(SCALE, c, strict=True) if n]
    return max(given) - min(given) if given else 0


def statement_means(check: HealthCheck, statement: str) -> dict[str, Fraction]:
    """Mean of each company that marked a statement."""
    i = STATEMENTS.index(statement)
    totals = {a.company: total((a.counts[i],)) for a in check.answers}
    return {company: Fraction(s, n) for company, (s, n) in totals.items() if n}


def gap(means: dict[str, Fraction]) -> Fraction | None:
    """Highest less lowest mean of the companies; None where fewer than two are known."""
    return max(means.values()) - min(means.values()) if len(means) > 1 else None


def wide_gaps(check: HealthCheck, result: HealthResult) -> tuple[HealthGap, ...]:
    """What the next review talks about: axes that are seen differently, and single statements on the other axes."""
    return tuple(_wide(check.number, result, check))


def _wide(number: int, result: HealthResult, check: HealthCheck) -> Iterator[HealthGap]:
    for axis in HEALTH_AXES:
        found = _gap_of(number, axis, result.means(axis))
        if found:
            yield found
            continue
        for code in STATEMENTS:
            if axis_of(code) == axis and (one := _gap_of(number, code, statement_means(check, code))):
                yield one


def _gap_of(number: int, topic: str, means: dict[str, Fraction]) -> HealthGap | None:
    if (gap(means) or 0) < GAP:
        return None
    low, high = min(means, key=lambda c: means[c]), max(means, key=lambda c: means[c])
    return HealthGap(number=number, topic=topic, low=low, lowest=means[low], high=high, highest=means[high])


def open_check(check: HealthCheck, company: str) -> dict[str, Any]:
    """What a company sees of a check that is open: its own answer, and of the others that they answered."""
    mine = next((a for a in check.answers if a.company == company), None)
    return {
        "number": check.number,
        "called_by": check.called_by,
        "called_at": check.called_at.isoformat(),
        "answered": [a.company for a in check.answers],
        "own": [list(c) for c in mine.counts] if mine else None,
        "statements": [
            {"statement": code, "axis": axis_of(code), "ja": word("ja", code), "en": word("en", code)}
            for code in STATEMENTS
        ],
    }


# what all may read once a check is closed


def rounded(value: Fraction) -> str:
    """Two decimals, half up, for people; what is stored and shown beside it is exact."""
    hundredths = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def trends(results: tuple[HealthResult, ...]) -> list[dict[str, Any]]:
    """Every result that is kept, oldest first, each compared with the one before it. Fractions as text."""
    return [
        {
            "number": r.number,
            "closed_on": r.closed_on.isoformat(),
            "silent": list(r.silent),
            "axes": [axis_report(axis, r, b) for axis in HEALTH_AXES],
        }
        for r, b in zip(results, (None, *results), strict=False)
    ]


def axis_report(axis: HealthAxis, result: HealthResult, before: HealthResult | None) -> dict[str, Any]:
    """One axis of a result: the perception gap, and each company's mean, spread and trend."""
    means, earlier = result.means(axis), before.means(axis) if before else {}
    i = HEALTH_AXES.index(axis)
    return {
        "axis": axis,
        "gap": _text(gap(means)),
        "trend": _change(gap(means), gap(earlier)),
        "companies": [
            {
                "company": m.company,
                "mean": _text(means.get(m.company)),
                "spread": m.spreads[i],
                "trend": _change(means.get(m.company), earlier.get(m.company)),
            }
            for m in result.marks
        ],
    }


def statement_report(check: HealthCheck, statement: str) -> dict[str, Any]:
    """One statement: the gap, each company's mean, and how often each mark was given where that names nobody."""
    means, i = statement_means(check, statement), STATEMENTS.index(statement)
    return {
        "statement": statement,
        "axis": axis_of(statement),
        "gap": _text(gap(means)),
        "companies": [
            {
                "company": a.company,
                "mean": _text(means.get(a.company)),
                "marks": list(a.counts[i]) if sum(a.counts[i]) >= FEWEST_SHEETS else None,
            }
            for a in check.answers
        ],
    }


def _change(now: Fraction | None, before: Fraction | None) -> str | None:
    return None if now is None or before is None else _text(now - before)


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
