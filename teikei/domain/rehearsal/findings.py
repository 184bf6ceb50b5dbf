"""What a rehearsed life shows: each finding is a fact of the timeline with the field of the draft that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from teikei.domain.act import Value
from teikei.domain.rehearsal.life import Life, Line
from teikei.domain.rehearsal.people import Cast

VOTING = "/terms/voting"
MANY = 3
"""So often a split goes back before it counts as going round in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: its code (texts under `rehearsal.finding`), the field of the draft, when it first came about."""

    code: str
    pointer: str
    first_on: date
    values: dict[str, Value] = field(default_factory=dict)


def findings(life: Life, cast: Cast) -> tuple[Finding, ...]:
    """All of them, in the order in which they first came about."""
    found = [f for one in _SOUGHT for f in one(life, cast)]
    return tuple(sorted(found, key=lambda f: (f.first_on, f.code, str(f.values))))


def _lines(life: Life, *codes: str) -> list[Line]:
    return [line for line in life.lines if line.entry.code in codes]


def _day(life: Life, at: datetime) -> date:
    return life.calendar.local_day(at)


def _by_subject(life: Life, code: str, because: str = "") -> dict[str, list[Line]]:
    """Closed decisions of the running alliance with this outcome, by subject."""
    groups: dict[str, list[Line]] = {}
    for line in _lines(life, code):
        if because and line.entry.values.get("because") != because:
            continue
        subject = str(getattr(life.states[line.matter], "subject", ""))
        groups.setdefault(subject, []).append(line)
    return groups


def _ties(life: Life, cast: Cast) -> Iterator[Finding]:
    """Votes were equal and the draft does not say what then."""
    for subject, lines in _by_subject(life, "decision.deadlocked").items():
        yield Finding(
            code="tie_without_break",
            pointer=VOTING,
            first_on=_day(life, lines[0].at),
            values={"subject": subject, "times": len(lines)},
        )


def _refusals(life: Life, cast: Cast) -> Iterator[Finding]:
    """One no was enough: nothing in the draft brings the matter on."""
    if cast.situation.code != "deadlock":
        return
    for subject, lines in _by_subject(life, "decision.rejected").items():
        yield Finding(
            code="no_way_on",
            pointer=VOTING,
            first_on=_day(life, lines[0].at),
            values={"subject": subject, "times": len(lines)},
        )


def _silences(life: Life, cast: Cast) -> Iterator[Finding]:
    """What silence led to, decision by decision."""
    for subject, lines in _by_subject(life, "decision.lapsed").items():
        if cast.situation.code == "insolvency":
            continue
        yield Finding(
            code="silence_lapses",
            pointer=VOTING,
            first_on=_day(life, lines[0].at),
            values={"subject": subject, "times": len(lines)},
        )
    for subject, lines in _by_subject(life, "decision.approved", "deemed").items():
        yield Finding(
            code="silence_approves",
            pointer=VOTING,
            first_on=_day(life, lines[0].at),
            values={"subject": subject, "times": len(lines)},
        )


def _nothing_without(life: Life, cast: Cast) -> Iterator[Finding]:
    """Decisions that failed because the insolvent company said nothing."""
    if cast.situation.code != "insolvency":
        return
    for code in ("decision.lapsed", "decision.rejected"):
        for subject, lines in _by_subject(life, code).items():
            yield Finding(
                code="nothing_without",
                pointer=VOTING,
                first_on=_day(life, lines[0].at),
                values={"company": cast.situation.company, "subject": subject, "times": len(lines)},
            )


def _renewals(life: Life, cast: Cast) -> Iterator[Finding]:
    """The term was renewed although nobody said a word, or with a company that is insolvent."""
    lines = _lines(life, "agreement.renewed")
    if lines and cast.situation.code in {"silence", "insolvency"}:
        yield Finding(
            code="renews_in_silence",
            pointer="/terms/renewal_years",
            first_on=_day(life, lines[0].at),
            values={"times": len(lines), "day": str(lines[-1].entry.values["term_until"])},
        )


def _reviews(life: Life, cast: Cast) -> Iterator[Finding]:
    lines = _lines(life, "review.missed")
    if lines:
        yield Finding(
            code="reviews_missed",
            pointer="/terms/review_months",
            first_on=_day(life, lines[0].at),
            values={"times": len(lines)},
        )


def _money(life: Life, cast: Cast) -> Iterator[Finding]:
    """Money that stays where it is: never decided, or asked about again and again."""
    for code, finding, many in (
        ("allocation.undecided", "money_undecided", 1),
        ("allocation.reopened", "money_reopened", MANY),
    ):
        lines = _lines(life, code)
        if len(lines) >= many:
            yield Finding(
                code=finding, pointer=VOTING, first_on=_day(life, lines[0].at), values={"times": len(lines)}
            )
            return


def _losses(life: Life, cast: Cast) -> Iterator[Finding]:
    """More costs than income: nothing is allocated, and the draft does not say who bears the rest."""
    lines = [
        line
        for line in _lines(life, "allocation.submitted")
        if int(str(line.entry.values["cost"])) > int(str(line.entry.values["income"]))
    ]
    if lines:
        rest = sum(int(str(x.entry.values["cost"])) - int(str(x.entry.values["income"])) for x in lines)
        yield Finding(
            code="loss_unshared",
            pointer="/terms/shares",
            first_on=_day(life, lines[0].at),
            values={"times": len(lines), "minor": rest, "currency": cast.terms.currency},
        )


def _exits(life: Life, cast: Cast) -> Iterator[Finding]:
    """An exit was begun and never came about."""
    begun = [line for line in _lines(life, "exit.begun") if line.entry.values["agreed"] == "true"]
    if begun and not life.states[cast.alliance].over:
        yield Finding(
            code="exit_stopped",
            pointer="/terms/exit_notice_months",
            first_on=_day(life, begun[0].at),
            values={"company": cast.situation.company},
        )


_SOUGHT: tuple[Callable[[Life, Cast], Iterator[Finding]], ...] = (
    _ties, _refusals, _silences, _nothing_without, _renewals, _reviews, _money, _losses, _exits,
)  # fmt: skip
