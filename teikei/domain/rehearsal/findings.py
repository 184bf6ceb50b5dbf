"""What a rehearsed life shows: each finding is a fact of the timeline with the field of the draft that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

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


def _lines(life: Life, code: str) -> list[Line]:
    return [line for line in life.lines if line.entry.code == code]


def _seen(life: Life, code: str, pointer: str, lines: list[Line], **values: Value) -> Finding:
    """What these entries show, from the day of the first of them on."""
    first = life.calendar.local_day(lines[0].at)
    return Finding(code=code, pointer=pointer, first_on=first, values=values)


def _by_subject(
    life: Life, found: str, outcome: str, because: str = "", **values: Value
) -> Iterator[Finding]:
    """A finding for each subject whose decisions had this outcome."""
    groups: dict[str, list[Line]] = {}
    for line in _lines(life, f"decision.{outcome}"):
        if not because or line.entry.values.get("because") == because:
            subject = str(getattr(life.states[line.matter], "subject", ""))
            groups.setdefault(subject, []).append(line)
    for subject, lines in groups.items():
        yield _seen(life, found, VOTING, lines, **values, subject=subject, times=len(lines))


def _ties(life: Life, cast: Cast) -> Iterator[Finding]:
    """Votes were equal and the draft does not say what then."""
    return _by_subject(life, "tie_without_break", "deadlocked")


def _refusals(life: Life, cast: Cast) -> Iterator[Finding]:
    """One no was enough: nothing in the draft brings the matter on."""
    if cast.situation.code == "deadlock":
        yield from _by_subject(life, "no_way_on", "rejected")


def _silences(life: Life, cast: Cast) -> Iterator[Finding]:
    """What silence led to, decision by decision."""
    if cast.situation.code != "insolvency":
        yield from _by_subject(life, "silence_lapses", "lapsed")
    yield from _by_subject(life, "silence_approves", "approved", "deemed")


def _nothing_without(life: Life, cast: Cast) -> Iterator[Finding]:
    """Decisions that failed because the insolvent company said nothing."""
    if cast.situation.code == "insolvency":
        for outcome in ("lapsed", "rejected"):
            yield from _by_subject(life, "nothing_without", outcome, company=cast.situation.company)


def _renewals(life: Life, cast: Cast) -> Iterator[Finding]:
    """The term was renewed although nobody said a word, or with a company that is insolvent."""
    lines = _lines(life, "agreement.renewed")
    if lines and cast.situation.code in {"silence", "insolvency"}:
        until = str(lines[-1].entry.values["term_until"])
        yield _seen(life, "renews_in_silence", "/terms/renewal_years", lines, times=len(lines), day=until)


def _reviews(life: Life, cast: Cast) -> Iterator[Finding]:
    lines = _lines(life, "review.missed")
    if lines:
        yield _seen(life, "reviews_missed", "/terms/review_months", lines, times=len(lines))


def _money(life: Life, cast: Cast) -> Iterator[Finding]:
    """Money that stays where it is: never decided, or asked about again and again."""
    undecided, reopened = (_lines(life, f"allocation.{x}") for x in ("undecided", "reopened"))
    if undecided:
        yield _seen(life, "money_undecided", VOTING, undecided, times=len(undecided))
    elif len(reopened) >= MANY:
        yield _seen(life, "money_reopened", VOTING, reopened, times=len(reopened))


def _losses(life: Life, cast: Cast) -> Iterator[Finding]:
    """More costs than income: nothing is allocated, and the draft does not say who bears the rest."""
    excess = [
        (line, rest)
        for line in _lines(life, "allocation.submitted")
        if (rest := int(str(line.entry.values["cost"])) - int(str(line.entry.values["income"]))) > 0
    ]
    if excess:
        lines, minor, currency = [line for line, _ in excess], sum(r for _, r in excess), cast.terms.currency
        yield _seen(
            life, "loss_unshared", "/terms/shares", lines, times=len(lines), minor=minor, currency=currency
        )


def _exits(life: Life, cast: Cast) -> Iterator[Finding]:
    """An exit was begun and never came about."""
    begun = [line for line in _lines(life, "exit.begun") if line.entry.values["agreed"] == "true"]
    if begun and not life.states[cast.alliance].over:
        company = cast.situation.company
        yield _seen(life, "exit_stopped", "/terms/exit_notice_months", begun, company=company)


_SOUGHT: tuple[Callable[[Life, Cast], Iterator[Finding]], ...] = (
    _ties, _refusals, _silences, _nothing_without, _renewals, _reviews, _money, _losses, _exits,
)  # fmt: skip
