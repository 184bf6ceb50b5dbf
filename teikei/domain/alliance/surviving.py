"""存続条項: what survives the end of an alliance, each duty with its last day, and the agreement in which its clock runs on.

The days are those of the clauses: so many years, months or days from 00:00 of the
day after the end (民法140条ただし書), with no slide, for nothing has to be done on them.  The
matter that carries them lives beside the closed alliance and tells of nothing else.
"""

from __future__ import annotations

from datetime import date, timedelta

from teikei.domain.agreement.state import IN_FORCE, Agreement
from teikei.domain.agreement.survival import survivor_clocks
from teikei.domain.alliance.duties import Survivor
from teikei.domain.alliance.state import Alliance
from teikei.domain.days import ONE_DAY, last_day
from teikei.domain.terms import CoDevelopmentTerms, CoSalesTerms


def survivors(state: Alliance, end: date) -> tuple[Survivor, ...]:
    """What survives an end on that day, by the terms. Of two periods of secrecy the longer one counts."""
    assert state.terms is not None
    terms, special = state.terms, state.terms.special
    secrecy = max(terms.secrecy_years, state.nda_terms.secrecy_years if state.nda else 0)
    months = {
        "secrecy": 12 * secrecy,
        "improvements": 12 * special.improvement_years if isinstance(special, CoDevelopmentTerms) else 0,
        "tail": special.tail_months if isinstance(special, CoSalesTerms) else 0,
    }
    first = end + ONE_DAY
    rows = [Survivor(code=code, until=last_day(first, n)) for code, n in months.items() if n]
    if terms.return_days:
        rows.append(Survivor(code="returns", until=end + timedelta(days=terms.return_days)))
    return tuple(sorted(rows, key=lambda row: (row.until, row.code)))


def living_on(state: Alliance) -> tuple[Agreement, ...]:
    """What is born as the alliance closes: one agreement with the clocks of what survives, or nothing."""
    assert state.exit is not None
    returned = all(i.done for i in state.exit.checklist if i.code == "return_materials")
    rows = tuple(s for s in state.exit.survivors if s.code != "returns" or not returned)
    return (_survival(state, rows, state.exit.end_date),) if rows else ()


def living_on_with(state: Alliance, gone: tuple[str, ...], end: date) -> tuple[Agreement, ...]:
    """Parties leave and the alliance goes on: for each of them, one agreement of all until then with the clocks of what
    survives an end on that day. It serves the one that left and the ones that stay.
    """
    rows = survivors(state, end)
    return tuple(_survival(state, rows, end, i, c) for i, c in enumerate(gone)) if rows else ()


def _survival(
    state: Alliance, rows: tuple[Survivor, ...], end: date, ordinal: int = 0, company: str = ""
) -> Agreement:
    label = state.labels[company] if company else ""
    survival = Agreement(
        id=state.new_id("agreement", ordinal),
        alliance_id=state.alliance_id,
        title=f"{state.title} 存続条項{f'（{label}の脱退）' if label else ''}",
        title_en=f"{state.title_en}: surviving duties{f' ({label} left)' if label else ''}",
        stage=IN_FORCE,
        sandbox=state.sandbox,
        zone=state.zone,
        parties=state.parties,
        reminders=state.reminders,
        role="survival",
        paper=state.form,
        form=state.form,
        drafted_on=end,
        signed_on=state.signed_on,
        term_since=end + ONE_DAY,
        term_until=rows[-1].until,
        survivors=rows,
    )
    return survivor_clocks(survival)
