"""The stamp card and the form gate of one agreement, said in both languages.

What the terms settle is answered; what only the reader of the paper knows, the caller may say (`Asked`), and the card
is worked out for that.  Notes with † are of general knowledge: counsel or a primary source confirms them first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from teikei.domain.agreement.state import Agreement
from teikei.domain.fields import Count, Minor
from teikei.domain.stamp_table import AS_OF, CLASSES, SCALES, SOURCE, What
from teikei.domain.stamps import EARLY, Card, Content, Facts, card
from teikei.domain.terms import CoSalesTerms
from teikei.domain.texts import say

LANGUAGES = ("ja", "en")
MAY_PROVE: Final[dict[str, tuple[What, ...]]] = {
    "co_development": ("intangible", "contract_work", "continuing"),
    "co_sales": ("contract_work", "continuing"),
    "co_marketing": ("contract_work", "continuing"),
    "capital_and_business": ("business", "intangible", "loan", "contract_work", "continuing"),
    "termination": ("intangible", "loan", "debt_assumption", "claim_assignment", "receipt_other"),
    "accession": ("debt_assumption", "claim_assignment"),
    "withdrawal": ("intangible", "debt_assumption", "claim_assignment", "receipt_other"),
    "statement": ("continuing", "receipt_sales"),
}
"""What papers of a kind may also prove; a kind that is not here: nothing that comes up as a rule."""
UNCONFIRMED: Final[dict[str, str]] = {
    "nda": "nda", "loi": "nda", "termination": "ends", "capital_and_business": "shares",
    "co_development": "licence", "statement": "statement",
}  # fmt: skip
"""Kind of paper → the note with † that belongs to it."""
BY_HAND: Final = frozenset({"seal", "handwritten"})
TRADED: Final = frozenset({"agency", "distributor"})
"""Sales forms in which goods are sold on, or their sale is entrusted, again and again (令26条1号, 2号)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader says of the paper: what it proves, with which amount. Zero originals: one for each party."""

    what: What | None = None
    amount: Minor | None = None
    tax: Minor = 0
    originals: Count = 0
    beside_debt: bool = False
    """The debt that it guarantees stands in the same paper."""


def stamp_card(state: Agreement, today: date, asked: Asked | None = None) -> dict[str, Any]:
    """The card of an agreement as JSON values.

    {agreement, paper, medium, outcome, class, law, stated, each, originals, total, reduced, hangs_on: [{code, ja, en}],
    candidates: [{class, ja, en, law_ja, law_en, unstated}], notes, forms, as_of, source}; amounts are whole yen.
    """
    facts = facts_of(state, today, asked or Asked())
    found = card(facts)
    return {
        "agreement": state.id,
        "paper": state.paper,
        "medium": facts.medium,
        "outcome": found.outcome,
        **_said("stamp.outcome", found.outcome),
        "class": _class(found.stamp_class) if found.stamp_class else None,
        "stated": found.stated,
        "each": found.each,
        "originals": found.originals,
        "total": found.total,
        "reduced": found.reduced,
        "hangs_on": _lines("stamp.hangs", found.hangs_on),
        "candidates": [{**_class(c), "unstated": SCALES[c].unstated} for c in found.candidates],
        "notes": _lines("stamp.note", _notes(state, facts, found)),
        "forms": [_form(code) for code in other_forms(state, facts)],
        "as_of": AS_OF.isoformat(),
        "source": SOURCE,
    }


def _notes(state: Agreement, facts: Facts, found: Card) -> list[str]:
    """What is to be confirmed before one relies on the card; nothing where no paper is taxed at all."""
    if facts.medium == "electronic":
        return []
    kinds = {CLASSES[c.what] for c in facts.contents} | set(found.candidates)
    notes = [UNCONFIRMED[state.paper]] if state.paper in UNCONFIRMED else []
    notes += ["mixed"] if "7" in kinds and kinds & EARLY else []
    notes += ["relief"] if found.reduced or "relief_over" in found.hangs_on else []
    return [*notes, *(["tariff"] if found.stamp_class else [])]


def facts_of(state: Agreement, today: date, asked: Asked) -> Facts:
    """What the system knows of this paper, and what was said of it."""
    unknown = [] if asked.what else _unknown(state)
    contents = (Content(what=asked.what, amount=asked.amount, tax=asked.tax),) if asked.what else ()
    if not contents and _traded(state):
        contents, unknown = (Content(what="continuing"),), [u for u in unknown if u != "terms"]
    terms = state.terms
    return Facts(
        medium=_medium(state),
        originals=asked.originals or len(state.parties),
        made_on=state.signed_on or today,
        contents=contents,
        term=(terms.term_from, terms.term_until) if terms else None,
        renewal=bool(terms and terms.renewal_years),
        debt_in_same_paper=asked.beside_debt,
        unknown=tuple(unknown),
        candidates=_candidates(state),
    )


def _medium(state: Agreement) -> Any:
    """As it was signed, else as its terms say; a paper of elsewhere counts as paper until someone looks."""
    if state.elsewhere or any(s.method in BY_HAND for s in state.signatures):
        return "paper"
    said = (state.nda_terms, state.terms, state.termination_terms, state.amendment and state.amendment.base)
    return next((t.medium for t in said if t), "paper")


def _unknown(state: Agreement) -> list[str]:
    """Why the terms do not settle it."""
    if state.elsewhere:
        return ["elsewhere"]
    if state.amendment:
        return ["amendment"]
    return ["terms"]


def _traded(state: Agreement) -> bool:
    special = state.terms.special if state.terms and state.role == "main" else None
    return isinstance(special, CoSalesTerms) and special.sales_form in TRADED and not state.elsewhere


def _candidates(state: Agreement) -> tuple[What, ...]:
    """An amendment may prove what its agreement proves; land may be let for rent, or free of charge."""
    kind = state.form if state.amendment or state.elsewhere else state.paper
    land: tuple[What, ...] = ("land_lease",) if "land" in state.brief.needs and state.role != "nda" else ()
    return (*MAY_PROVE.get(kind, ()), *land) if state.role != "nda" else ()


def other_forms(state: Agreement, facts: Facts) -> tuple[str, ...]:
    """The form gate: papers beside this one that need a form which this system does not make (codes under `form_gate`)."""
    found = []
    if "land" in state.brief.needs:
        found += ["business_land_lease", "fixed_building_lease"]
    if {"guarantee", "loan"} & {c.what for c in facts.contents}:
        found.append("individual_guarantee")
    return tuple(found)


def _said(family: str, code: str) -> dict[str, str]:
    return {lang: say(lang, f"{family}.{code}") for lang in LANGUAGES}


def _lines(family: str, codes: Any) -> list[dict[str, str]]:
    return [{"code": code, **_said(family, code)} for code in codes]


def _class(code: str) -> dict[str, str]:
    law = {f"law_{lang}": say(lang, f"stamp.law.{code}") for lang in LANGUAGES}
    return {"code": code, **_said("stamp.class", code), **law}


def _form(code: str) -> dict[str, str]:
    law = {f"law_{lang}": say(lang, f"form_gate.law.{code}") for lang in LANGUAGES}
    return {"code": code, **_said("form_gate.what", code), **law}
