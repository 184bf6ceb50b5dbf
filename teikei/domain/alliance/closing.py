"""The close: an alliance in exit ends as soon as nothing of its exit is open, whichever act was the last.

What survives lives on in a matter of its own (surviving.py).
"""

from __future__ import annotations

from dataclasses import replace

from teikei.domain.act import Entry, Outcome, Tell
from teikei.domain.alliance.state import CLOSED, EXIT, Alliance, left_open
from teikei.domain.alliance.surviving import living_on
from teikei.domain.clock import Drop
from teikei.domain.ids import kind_of


def progressed(state: Alliance, entry: Entry) -> Outcome[Alliance]:
    """The outcome of an act that may have been the last one of an exit."""
    if state.exit is None or state.stage != EXIT:
        return Outcome(state=state, entries=(entry,))
    open_items = [i for i in state.exit.checklist if not i.done and (not i.company or not state.exit.lapsed)]
    # An earlier period may be open beside the last, and minutes may still be written.
    unsettled = state.owes or any(kind_of(child) == "allocation" for child in state.children)
    if open_items or not state.exit.terminated or unsettled:
        return Outcome(state=state, entries=(entry,))
    tells = tuple(Tell(to=child, act=Drop(reason="alliance closed")) for child in state.children)
    over = replace(state.quiet(), stage=CLOSED, children=(), health_check=None)
    closed = state.entry(
        "alliance.closed", state.id, end_date=state.exit.end_date.isoformat(), reason=state.exit.reason
    )
    return Outcome(
        state=over,
        entries=(entry, closed),
        born=living_on(state),
        tells=tells,
        closed=left_open(state),
    )
