"""The one-page summary of an agreement as a file: made when it is asked for, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from teikei.documents.consolidate import in_force
from teikei.documents.deviations import deviations
from teikei.documents.library import Library, default_library
from teikei.documents.render import Rendered, render
from teikei.domain.agreement.state import Agreement
from teikei.domain.calendar import Calendar
from teikei.domain.summary import summary
from teikei.domain.summary_paper import SummaryVariables


def summary_of(
    state: Agreement,
    amendments: Iterable[Agreement],
    today: date,
    calendar: Calendar,
    library: Library | None = None,
) -> SummaryVariables:
    """The variables, as of today. `amendments` are all of the agreement; those in force by today count.

    Raises `Conflict("agreement.nothing_to_summarise")`, and what `compose` raises for the agreement itself.
    """
    found = deviations(library or default_library(), state, in_force(amendments, today))
    return summary(state, today, calendar, found)


def summarise(
    state: Agreement, amendments: Iterable[Agreement], today: date, calendar: Calendar, language: str
) -> Rendered:
    """The page in `ja`, `en` or `ja+en`."""
    return render("summary", summary_of(state, amendments, today, calendar), language=language)
