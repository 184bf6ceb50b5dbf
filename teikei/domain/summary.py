"""The summary of one agreement, from its state (契約概要書, attached to a 稟議); and which of its terms are not the usual ones.

It says what the agreement says, and where that is not what the library or a default has; never whether that is good.
Days of the refusal of renewal are those of the product's own due items (notices.py).  A contribution is of the kind
that its company stated, and of none where nobody said.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Final, get_args

from teikei.domain.agreement.state import Agreement
from teikei.domain.amendments import amended
from teikei.domain.calendar import Calendar
from teikei.domain.days import last_day
from teikei.domain.decision.rules import RuledSubject
from teikei.domain.errors import Conflict
from teikei.domain.matter import Party
from teikei.domain.notices import backward
from teikei.domain.sheet_variables import LANGUAGE, alliance_named, measured, party_line
from teikei.domain.stamp_card import stamp_card
from teikei.domain.summary_paper import DeviationLine, FlowLine, SideLine, SummaryVariables
from teikei.domain.terms import (
    AsSigned,
    CapitalTerms,
    CoMarketingTerms,
    CoSalesTerms,
    NdaTerms,
    SubjectRule,
    Terms,
)
from teikei.domain.texts import say
from teikei.domain.variables import voting_line

DIGEST = 16
"""Hexadecimal digits of the hash that a person compares."""
GROUNDS: Final = frozenset(
    {"electronic", "terms", "amendment", "elsewhere", "foreign_currency", "several_classes", "short_term"}
)
"""What of a stamp card turns on this very paper; the rest of it holds for every paper, and stands on the card."""
RULED: Final[tuple[RuledSubject, ...]] = get_args(RuledSubject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A term that is not the default of its dataclass."""

    name: str
    standard: Any
    ours: Any


def summarised(state: Agreement) -> Terms | NdaTerms:
    """The terms that the summary is of: an amendment's are those of the agreement with its changes.

    `Conflict("agreement.nothing_to_summarise")` where there are none: an end, what survives, an NDA from elsewhere.
    """
    if state.amendment:
        return amended(state.amendment.base, state.amendment.changes)
    terms = state.terms or (None if state.elsewhere else state.nda_terms)
    if terms is None:
        raise Conflict("agreement.nothing_to_summarise")
    return terms


def written_here(state: Agreement, terms: Terms | NdaTerms) -> bool:
    """Its articles come from the clause library; else from a file that the parties signed elsewhere."""
    signed = isinstance(terms, Terms) and isinstance(terms.special, AsSigned)
    return state.elsewhere is None and not signed


def differing(terms: object) -> tuple[Differs, ...]:
    """The terms that have a default and are something else, in their order; those of the form last."""
    assert is_dataclass(terms)
    found: list[Differs] = []
    for item in fields(terms):
        ours = getattr(terms, item.name)
        if is_dataclass(ours):
            found += differing(ours)
        elif item.default is not MISSING and ours != item.default:
            found.append(Differs(name=item.name, standard=item.default, ours=ours))
    return tuple(found)


def summary(
    state: Agreement, today: date, calendar: Calendar, deviations: tuple[DeviationLine, ...] = ()
) -> SummaryVariables:
    """The variables of the page, as of today by the alliance's clock; refuses as `summarised`."""
    terms = summarised(state)
    version = state.version_now
    own = _main(state, terms, calendar) if isinstance(terms, Terms) else _nda(state, terms)
    return SummaryVariables(
        **alliance_named(state),
        form=say(LANGUAGE, f"form.{state.form}"),
        form_en=say("en", f"form.{state.form}"),
        parties=tuple(party_line(p, state.brief) for p in state.parties),
        base_title=state.titles[0],
        version=version.number if version else 0,
        digest=version.sha256[:DIGEST] if version else "",
        written_on=today,
        signed_on=state.signed_on,
        purposes=tuple(measured("purpose", p.kind, p.measure) for p in state.brief.purposes),
        sides=tuple(_side(state, terms, p) for p in state.parties),
        measures=tuple(measured("risk", r.kind, r.measure) for r in state.brief.risks),
        from_library=written_here(state, terms),
        secrecy_years=terms.secrecy_years,
        court=terms.court,
        medium=terms.medium,
        deviations=deviations,
        **own,
        **_stamp(state, today),
    )


def _side(state: Agreement, terms: Terms | NdaTerms, party: Party) -> SideLine:
    """What goes from a party to the alliance, and back."""
    brought = tuple(
        FlowLine(kind=c.kind, what=c.what) for c in state.brief.contributions if c.company == party.company
    )
    gives, takes = _capital(terms, party)
    shares = {s.company: s.ratio for s in terms.shares} if isinstance(terms, Terms) else {}
    return SideLine(
        label=party.label,
        gives=(*brought, *gives),
        ratio=shares.get(party.company),
        takes=takes,
    )


def _capital(terms: Terms | NdaTerms, party: Party) -> tuple[tuple[FlowLine, ...], tuple[FlowLine, ...]]:
    """Shares go from the issuer to the investors, and their price the other way."""
    special = terms.special if isinstance(terms, Terms) else None
    if not isinstance(special, CapitalTerms):
        return (), ()
    paid = FlowLine(kind="money", what=say(LANGUAGE, "summary.payment"), what_en=say("en", "summary.payment"))
    new = FlowLine(kind="other", what=say(LANGUAGE, "summary.shares"), what_en=say("en", "summary.shares"))
    return ((new,), (paid,)) if party.company == special.issuer else ((paid,), (new,))


def _nda(state: Agreement, terms: NdaTerms) -> dict[str, Any]:
    first = state.drafted_on
    return {"term_from": first, "term_until": state.term_until or last_day(first, 12 * terms.years)}


def _main(state: Agreement, terms: Terms, calendar: Calendar) -> dict[str, Any]:
    labels = {p.company: p.label for p in state.parties}
    legal, safe = notice_days(state, terms, calendar)
    return {
        "term_from": state.term_since or terms.term_from,
        "term_until": terms.term_until,
        "renewal_years": terms.renewal_years,
        "notice_months": terms.notice_months,
        "renewal_refused": state.renewal_refused,
        "legal_last_day": legal,
        "safe_day": safe,
        "exit_notice_months": terms.exit_notice_months,
        "currency": terms.currency,
        "allowed_costs": terms.allowed_costs,
        "period_months": terms.period_months,
        "statement_days": terms.statement_days,
        "payment_days": terms.payment_days,
        "decision_days": terms.decision_days,
        "voting": tuple(
            voting_line(SubjectRule(subject=s, rule=terms.rule_for(s)), state, labels) for s in RULED
        ),
        **_special(terms, labels),
    }


def notice_days(state: Agreement, terms: Terms, calendar: Calendar) -> tuple[date | None, date | None]:
    """(last day of arrival, safe day to send) of a refusal of the next renewal; none where there is nothing to refuse."""
    if not terms.renewal_years or state.renewal_refused:
        return None, None
    days = backward(terms.term_until, terms.notice_months, calendar)
    planned = state.due_item("notice/safe")
    safe = state.local_day(planned.at) if planned and planned.at else days.safe_day
    return days.legal_last_day, safe


def _special(terms: Terms, labels: dict[str, str]) -> dict[str, Any]:
    """The sums that only this form has."""
    special = terms.special
    if isinstance(special, CapitalTerms):
        return {
            "issuer": labels[special.issuer],
            "share_class": special.share_class,
            "share_count": special.share_count,
            "price": special.price,
            "total": special.share_count * special.price,
            "ratio_after": special.ratio_after,
        }
    if isinstance(special, CoMarketingTerms):
        return {"budget": special.budget}
    if isinstance(special, CoSalesTerms):
        return {"minimum_sales": special.minimum_sales}
    return {}


def _stamp(state: Agreement, today: date) -> dict[str, Any]:
    """As the stamp card has it; where a person decides, the classes that come into question."""
    card = stamp_card(state, today)
    classes = [card["class"]] if card["class"] else card["candidates"]
    grounds = [g for g in card["hangs_on"] if g["code"] in GROUNDS]
    return {
        "stamp_outcome": card["outcome"],
        "stamp_class": "、".join(c["ja"].split("（")[0] for c in classes),
        "stamp_class_en": ", ".join(c["en"].split(" (")[0] for c in classes),
        "stamp_each": card["each"] or 0,
        "originals": card["originals"],
        "stamp_total": card["total"] or 0,
        "stamp_grounds": tuple(g["ja"] for g in grounds),
        "stamp_grounds_en": tuple(g["en"] for g in grounds),
        "forms": tuple(f"{f['ja']}（{f['law_ja']}）" for f in card["forms"]),
        "forms_en": tuple(f"{f['en']} ({f['law_en']})" for f in card["forms"]),
    }
