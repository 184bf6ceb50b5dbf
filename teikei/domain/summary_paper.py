"""What the one-page summary of an agreement may say (契約概要書, attached to a 稟議), and the lines of which it consists.

Dates are calendar dates in the alliance's calendar; money is integer minor units; ratios are `Fraction`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from teikei.domain.paper_lines import PartyLine, PurposeLine, VotingLine


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """One arrow of the parties' diagram. No kind: whoever stated it did not say which it is."""

    kind: Literal["", "technology", "market", "risk", "money", "other"]
    what: str
    what_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLine:
    """One row of the parties' diagram: a party, what it brings in, its share, what else it receives."""

    label: str
    gives: tuple[FlowLine, ...] = ()
    ratio: Fraction | None = None
    """Of the distributable amount; None: the agreement says nothing of shares."""
    takes: tuple[FlowLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationLine:
    """Where an agreement says something else than the clause library and its defaults; no judgement of it."""

    place: str
    item: str
    standard: str
    ours: str
    place_en: str = ""
    item_en: str = ""
    standard_en: str = ""
    ours_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryVariables:
    """契約概要書 of one agreement, for the approval inside each company: one page.

    Empty, zero or None: the agreement says nothing of it (an NDA has no money).
    """

    alliance_name: str
    alliance_name_en: str = ""
    form: str
    form_en: str = ""
    parties: tuple[PartyLine, ...]
    base_title: str
    version: int = 0
    digest: str = ""
    """Head of the SHA-256 of that version."""
    written_on: date
    signed_on: date | None = None
    purposes: tuple[PurposeLine, ...] = ()
    sides: tuple[SideLine, ...]
    measures: tuple[PurposeLine, ...] = ()
    """Risks, with what is done against each."""
    from_library: bool = True
    """It was written here; else its articles are those of a file from elsewhere."""
    term_from: date
    term_until: date
    renewal_years: int = 0
    notice_months: int = 0
    renewal_refused: bool = False
    legal_last_day: date | None = None
    safe_day: date | None = None
    exit_notice_months: int = 0
    currency: str = ""
    """Empty: the agreement shares no money."""
    allowed_costs: tuple[str, ...] = ()
    period_months: int = 0
    statement_days: int = 0
    payment_days: int = 0
    issuer: str = ""
    """Label; empty = no capital part."""
    share_class: str = ""
    share_count: int = 0
    price: int = 0
    total: int = 0
    ratio_after: Fraction | None = None
    budget: int = 0
    minimum_sales: int = 0
    decision_days: int = 0
    voting: tuple[VotingLine, ...] = ()
    """Every subject, also those that all decide."""
    secrecy_years: int
    court: str
    medium: Literal["paper", "electronic"] = "electronic"
    deviations: tuple[DeviationLine, ...] = ()
    stamp_outcome: Literal["not_taxed", "taxed", "needs_a_person"] = "needs_a_person"
    stamp_class: str = ""
    stamp_class_en: str = ""
    stamp_each: int = 0
    originals: int = 0
    stamp_total: int = 0
    stamp_grounds: tuple[str, ...] = ()
    """What the answer turns on, one sentence each."""
    stamp_grounds_en: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    """Papers beside this one that need another form."""
    forms_en: tuple[str, ...] = ()
