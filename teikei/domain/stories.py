"""What the story of a matter does by itself in a state: the one place that says it outside of `workflows/`.

The chapters say the same as a story; `tests/workflows/test_turns.py` lives a whole life by both and compares.
A sandbox clock waits for such an act as for a paper (`views.row`), a rehearsal does it at once.
"""

from __future__ import annotations

from teikei.domain.act import Act
from teikei.domain.alliance.diligence import CallGoNoGo, DraftNda
from teikei.domain.alliance.exits import (
    DraftTermination,
    OpenFinalPeriod,
    final_period_missing,
    termination_missing,
)
from teikei.domain.alliance.operation import PlanReview, review_planned
from teikei.domain.alliance.state import DILIGENCE, EXIT, NDA, OPERATION, Alliance
from teikei.domain.allocation.split import SubmitSplit
from teikei.domain.allocation.state import PREVIEW, Allocation
from teikei.domain.matter import Matter


def own_act(state: Matter) -> Act | None:
    """The act that the story says next; None: it waits. While suspended a story stands still."""
    if state.suspended or state.over:
        return None
    if isinstance(state, Allocation):
        return SubmitSplit() if state.stage == PREVIEW else None
    return _of_alliance(state) if isinstance(state, Alliance) else None


def _of_alliance(state: Alliance) -> Act | None:
    if state.stage == NDA and not state.nda:
        return DraftNda()
    if state.stage == DILIGENCE and state.diligence_over and not state.go_no_go:
        return CallGoNoGo()
    if state.stage == OPERATION and not review_planned(state):
        return PlanReview()
    if state.stage == EXIT and termination_missing(state):
        return DraftTermination()
    return OpenFinalPeriod() if state.stage == EXIT and final_period_missing(state) else None
