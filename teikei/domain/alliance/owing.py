"""When the owner of an obligation is asked for it, what a contest opens again, and what the next review hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from teikei.domain.alliance.duties import Obligation
from teikei.domain.alliance.state import AgendaLine, Alliance
from teikei.domain.matter import Recorded, Step, on
from teikei.domain.terms import Terms

ANSWER_DAYS = 10
"""Business days in which the owner says whether it takes on what another party stated."""


def placed(state: Alliance, changed: Obligation) -> Alliance:
    """The obligation as it is now, in its place."""
    obligations = tuple(changed if o.number == changed.number else o for o in state.obligations)
    return replace(state, obligations=obligations)


def without(state: Alliance, gone: Obligation) -> Alliance:
    """The obligation leaves the state."""
    return replace(state, obligations=tuple(o for o in state.obligations if o.number != gone.number))


def last_asked(state: Alliance) -> date | None:
    """The last day on which something can still be owed: the end, where it is known."""
    if state.exit:
        return state.exit.end_date
    return last_of(state.terms)


def last_of(terms: Terms | None) -> date | None:
    """The last day of a term that nothing renews."""
    return terms.term_until if terms and not terms.renewal_years else None


def asked(state: Alliance, found: Obligation, now: datetime) -> Alliance:
    """Ask the owner for the open occurrence, unless it is held or lies after the end. What is late is asked for today."""
    last = last_asked(state)
    here = placed(state, found)
    if found.status != "open" or found.held or (last and found.day > last):
        return here.closed_wait(found.item)
    return here.ask(f"obligation-{found.number}", (found.owner,), on(max(found.day, state.local_day(now))))


def realigned(state: Alliance, now: datetime) -> Alliance:
    """The end has moved: what lies after it is asked for no more, what no longer does is asked for again."""
    last = last_asked(state)
    for found in state.obligations:
        beyond = last is not None and found.day > last
        if bool(state.wait(found.item)) == beyond:
            state = asked(state, found, now)
    return state


def put_again(state: Alliance, mine: Recorded, now: datetime) -> Alliance | None:
    """That its owner took it on was entered for it and is contested: it is put to it again, if it was accepted and
    nothing has come of it yet.
    """
    found = next((o for o in state.obligations if str(o.number) == mine.what), None)
    if found is None or (found.status, found.occurrence) != ("open", 1):
        return None
    return put(state.closed_wait(found.item), replace(found, status="proposed", held="", waived=()), now)


def put(state: Alliance, stated: Obligation, now: datetime) -> Alliance:
    """Ask the owner whether it takes on what another party stated."""
    step = Step(n=ANSWER_DAYS, unit="business_day")
    return placed(state, stated).ask(f"acceptance-{stated.number}", (stated.owner,), now, step)


def reopened(state: Alliance, mine: Recorded, now: datetime) -> Alliance | None:
    """A fulfilment that was entered for the owner is contested: its occurrence is open again, if no later one was passed."""
    number, _, day = mine.what.partition(" ")
    found = next((o for o in state.obligations if str(o.number) == number), None)
    if found is None or found.owner != mine.company:
        return None
    if found.status == "fulfilled" and found.day.isoformat() == day:
        return asked(state, replace(found, status="open"), now)
    before = replace(found, occurrence=found.occurrence - 1)
    if not found.every_months or found.occurrence == 1 or before.day.isoformat() != day:
        return None
    return asked(state, before, now)


def contestable(state: Alliance, act: str, found: Obligation) -> bool:
    """Was this said of it for a party that may still contest it?"""
    said = (r for r in state.recorded if (r.act, r.what) == (act, str(found.number)))
    return any(r.status == "open" for r in said)


def no_longer_held(state: Alliance, mine: Recorded, now: datetime) -> Alliance | None:
    """A hold that was entered for a party is contested: its owner is asked again, if nobody has released it since."""
    found = next((o for o in state.obligations if str(o.number) == mine.what), None)
    if found is None or not found.held:
        return None
    return asked(state, replace(found, held=""), now)


def not_waived(state: Alliance, mine: Recorded, now: datetime) -> Alliance | None:
    """A waiver that was entered for a party is contested: it is owed again, until a review has talked about it."""
    found = next((o for o in state.obligations if str(o.number) == mine.what), None)
    if found is None or mine.company not in found.waived:
        return None
    left = replace(found, waived=tuple(c for c in found.waived if c != mine.company))
    if found.status != "waived":
        return placed(state, left)
    return asked(state, replace(left, status="open"), now)


# on the agenda


def agenda_lines(state: Alliance) -> tuple[AgendaLine, ...]:
    """What was missed since the last review, what is overdue, what is held."""
    labels = state.labels

    def line(how: str, found: Obligation, day: date) -> AgendaLine:
        values: dict[str, str | int] = {
            "label": labels[found.owner],
            "what": found.what,
            "day": day.isoformat(),
        }
        return AgendaLine(code=f"agenda.obligation_{how}", values=values)

    missed = (line("missed", o, day) for o in state.obligations for day in o.missed)
    overdue = (line("overdue", o, o.day) for o in state.obligations if is_overdue(state, o))
    held = (line("held", o, o.day) for o in state.obligations if o.held)
    return (*missed, *overdue, *held)


def is_overdue(state: Alliance, found: Obligation) -> bool:
    """Its owner was told that it is overdue and has not answered."""
    return state.wait(found.item) is not None and state.due_item(f"{found.item}/overdue") is None


def reviewed(state: Alliance) -> Alliance:
    """A review has talked about what was missed; what was entered for an owner and stands by now leaves."""
    kept = (o for o in state.obligations if not o.over)
    return replace(state, obligations=tuple(replace(o, missed=()) for o in kept))
