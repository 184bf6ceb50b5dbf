"""契約台帳, the register of contracts: one line per agreement; an alliance that has none yet has one line of its own.

The lines are facts of the states, said in the reader's language.  An instant
becomes the day that it is where the alliance lives.  What binds nobody yet has
no dates: 締結日 and the term stand here once they stand in the agreement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from teikei.domain.agreement.state import IN_FORCE, SIGNED, Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.calendar import Calendar
from teikei.domain.matter import Matter
from teikei.domain.notices import backward
from teikei.domain.terms import Share
from teikei.domain.texts import say, word

MOST = 10_000
"""Lines of one register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; the fields are the columns in their order."""

    id: str
    name: str
    parties: str
    agreement: str = ""
    title: str = ""
    stage: str
    agreement_stage: str = ""
    signed_on: date | None = None
    effective_on: date | None = None
    term_until: date | None = None
    notice_legal: date | None = None
    """The last day on which a refusal of renewal may arrive (民法97条); see `notices`."""
    notice_safe: date | None = None
    """Sent on this day it has its business days of delivery."""
    renewal: str = ""
    shares: str = ""
    currency: str = ""
    contact: str = ""
    original: str = ""
    """Where the signed original is kept; known only of what was signed elsewhere."""
    next_due: date | None = None


COLUMNS = tuple(field.name for field in fields(Line))


def header(language: str) -> tuple[str, ...]:
    """What stands above the columns."""
    return tuple(say(language, f"register.{column}") for column in COLUMNS)


def lines(
    alliance: Alliance, agreements: Sequence[Agreement], reader: str, calendar: Calendar, language: str
) -> tuple[Line, ...]:
    """The lines of one alliance as its party `reader` (a company id) sees them."""
    if not agreements:
        return (Line(**_shared(alliance, reader, language), next_due=_next(alliance)),)
    contracts = (one for one in agreements if one.role != "survival")
    return tuple(_line(alliance, one, reader, calendar, language) for one in contracts)


def _line(alliance: Alliance, state: Agreement, reader: str, calendar: Calendar, language: str) -> Line:
    legal, safe = notice(state, calendar)
    return Line(
        **_shared(alliance, reader, language),
        agreement=state.id,
        title=_in(language, *state.titles),
        agreement_stage=word(language, state.stage),
        signed_on=state.signed_on,
        effective_on=state.effective_on,
        term_until=state.term_until,
        notice_legal=legal,
        notice_safe=safe,
        renewal=_renewal(state, language),
        shares=_shares(state, language),
        currency=state.terms.currency if state.terms else "",
        original=_original(state, language),
        next_due=_next(state),
    )


def notice(state: Agreement, calendar: Calendar) -> tuple[date | None, date | None]:
    """(legal last day, safe day) of a refusal of renewal; nothing where none is possible any more."""
    terms, last = state.terms, state.term_until
    if state.stage not in (SIGNED, IN_FORCE) or terms is None or last is None:
        return None, None
    if terms.renewal_years == 0 or state.renewal_refused:
        return None, None
    days, waiting = backward(last, terms.notice_months, calendar), state.due_item("notice/safe")
    # Until it has fallen due, the day on which the parties will be told counts: older holiday data may stand behind it.
    return days.legal_last_day, _day(state, waiting.at) if waiting else days.safe_day


def _shared(alliance: Alliance, reader: str, language: str) -> dict[str, Any]:
    contact = alliance.party(reader).contact
    colon = "：" if language == "ja" else ": "
    parties = (f"{p.label}{colon}{_in(language, p.name_ja, p.name_en)}" for p in alliance.parties)
    return {
        "id": alliance.id,
        "name": _in(language, alliance.title, alliance.title_en),
        "parties": _listed(language, parties),
        "stage": word(language, alliance.stage),
        "contact": f"{contact.name} <{contact.email}>",
    }


def _original(state: Agreement, language: str) -> str:
    if state.elsewhere is None:
        return ""
    return say(language, f"register.originals.{state.elsewhere.how}", name=state.elsewhere.file.name)


def _renewal(state: Agreement, language: str) -> str:
    if state.role not in ("nda", "main"):
        return ""
    if state.terms is None or state.terms.renewal_years == 0:
        return say(language, "register.renewals.none")
    if state.renewal_refused:
        return say(language, "register.renewals.refused")
    return say(language, "register.renewals.every", years=state.terms.renewal_years)


def _shares(state: Agreement, language: str) -> str:
    shares: tuple[Share, ...] = state.terms.shares if state.terms else ()
    return _listed(language, (f"{state.party(s.company).label} {s.ratio}" for s in shares))


def _listed(language: str, parts: Iterable[str]) -> str:
    return ("、" if language == "ja" else ", ").join(parts)


def _in(language: str, ja: str, en: str) -> str:
    return ja if language == "ja" or not en else en


def _next(state: Matter) -> date | None:
    earliest = state.earliest(*state.private_items())
    return _day(state, earliest.at) if earliest else None


def _day(state: Matter, at: datetime | None) -> date | None:
    return state.local_day(at) if at else None
