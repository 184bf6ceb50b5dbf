"""Matters in the middle of their lives, for histories to begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from teikei.domain.agreement.force import clocks
from teikei.domain.alliance.state import Alliance, Exit
from teikei.domain.matter import Due, Matter
from tests.workflows import people


def now() -> datetime:
    return datetime.now(UTC)


def leaving() -> Matter:
    base = people.alliance("leaving").closed_wait("intake")
    exit_ = Exit(reason="term", end_date=now().date(), started=now(), terminated=True, final_period="-")
    return replace(base, stage="exit", exit=exit_, terms=people.terms()).ask("exit", base.companies(), now())


def scoring() -> Matter:
    base = people.alliance("scoring").closed_wait("intake")
    return replace(base, stage="due_diligence").ask("scores", base.companies(), now())


def drafting() -> Matter:
    base = people.alliance("drafting").closed_wait("intake")
    return replace(base, stage="negotiation").ask("draft", base.companies(), now())


def signing() -> Matter:
    drafted = replace(people.agreement("signing", now()), stage="signing", owes=())
    return drafted.ask("signatures", drafted.companies(), now())


def renewing() -> Matter:
    today = now().date()
    base = replace(
        people.agreement("renewing", now()), stage="in_force", owes=(), nda_terms=None, role="main"
    )
    term = people.terms(term_from=today, term_until=today.replace(year=today.year + 1), renewal_years=1)
    return clocks(replace(base, terms=term, term_until=term.term_until, signed_on=today))


def signed() -> Matter:
    first = now() + timedelta(days=30)
    base = replace(people.agreement("signed", now()), stage="signed", owes=(), effective_on=first.date())
    return replace(base, term_until=(now() + timedelta(days=80)).date()).with_due(
        Due(key="effective/day", base=first, slide="none")
    )


def operating() -> Alliance:
    today = now().date()
    base = people.alliance("operating").closed_wait("intake")
    long = people.terms(term_from=today, term_until=today.replace(year=today.year + 3), review_months=6)
    return replace(base, stage="operation", terms=long, period_from=today, signed_on=today, main_title="契約")
