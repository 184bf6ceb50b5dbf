"""The clocks of what survives: a mail thirty days before a duty ends, a line in the record when it has ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from teikei.domain.act import Outcome, rule
from teikei.domain.agreement.state import Agreement, ended
from teikei.domain.alliance.duties import Survivor
from teikei.domain.clock import FellDue
from teikei.domain.matter import Due, Step, on

AHEAD_DAYS = 30


def survivor_clocks(state: Agreement) -> Agreement:
    """Two due items for each duty that survives."""
    for number, one in enumerate(state.survivors, start=1):
        ahead = Due(
            key=f"survivor-{number}/ahead",
            base=on(one.until),
            steps=(Step(n=-AHEAD_DAYS, unit="day"),),
            slide="earlier",
            drop_if_past=True,
        )
        over = Due(
            key=f"survivor-{number}/over", base=on(one.until), steps=(Step(n=1, unit="day"),), slide="none"
        )
        state = state.with_due(ahead, over)
    return state


@rule(FellDue, Agreement.kind, "survivor/ahead")
def survivor_ends_soon(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """Every party hears when a duty ends: until then it has to be kept."""
    one = _of(state, due)
    mails = tuple(
        state.mail_to(c, "survivor", due.key, what=f"surviving_{one.code}", deadline=one.until.isoformat())
        for c in state.companies()
    )
    entry = state.entry(
        "survivor.ends_soon", state.id, duty=f"surviving_{one.code}", until=one.until.isoformat()
    )
    return Outcome(state=state, entries=(entry,), mails=mails)


@rule(FellDue, Agreement.kind, "survivor/over")
def survivor_over(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """A duty has ended; with the last one the matter is over."""
    one = _of(state, due)
    entry = state.entry("survivor.over", state.id, duty=f"surviving_{one.code}", until=one.until.isoformat())
    rest = replace(state, survivors=tuple(replace(s, over=s.over or s is one) for s in state.survivors))
    if not all(s.over for s in rest.survivors):
        return Outcome(state=rest, entries=(entry,))
    done = ended(rest, "survived", tell=False)
    return replace(done, entries=(entry, *done.entries))


def _of(state: Agreement, due: Due) -> Survivor:
    return state.survivors[int(due.item.rpartition("-")[2]) - 1]
