"""What people typed in English into the papers beside the main agreements: one function for each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from teikei.domain.paper_lines import ActionLine, ComparisonLine, JoiningLine, PurposeLine, TermLine, TextLine
from teikei.domain.papers import PaperKind
from teikei.domain.summary_paper import DeviationLine, FlowLine


def _loi(base: Any) -> dict[str, Any]:
    return {
        "outline": ("joint research and development", "mass production and sale of products"),
        "terms": (TermLine(item="Profit", content="To be shared according to contributions"),),
        "schedule": (
            ActionLine(owner="甲", what="Submission of materials", due=date(2027, 1, 15)),
            ActionLine(owner="全当事者", what="Settled draft", due=date(2027, 2, 26)),
        ),
        "dd_scope": ("corporate culture and management philosophy", "finance and law"),
        "disclosures": tuple(replace(d, what="Technical documents") for d in base.disclosures),
    }


def _renewal(base: Any) -> dict[str, Any]:
    return {
        "changes": (
            TextLine(article="Article 9.3 of the Original Agreement", before="3 months", after="6 months"),
            TextLine(article="Article 9.4 of the Original Agreement", before="", after=""),
        ),
        "results": ("mass production began on 28 September 2028",),
        "carried": (ActionLine(owner="乙", what="Removal of test equipment", due=date(2030, 6, 30)),),
    }


def _amendment(base: Any) -> dict[str, Any]:
    """From three parties on, one leaves and the last one takes its place."""
    labels = tuple(p.label for p in base.parties)
    moves: dict[str, Any] = {}
    if len(labels) > 2:
        moves = {
            "parties_before": labels[:-1],
            "parties_after": (labels[0], *labels[2:]),
            "leaving": labels[1:2],
            "joining": (JoiningLine(label=labels[-1], takes_place_of=labels[1]),),
        }
    return moves | {
        "texts": (TextLine(article="Delivery period", before="30 days", after="45 days"),),
        "added": (TermLine(item="Article 20-2", content="Each Party shall report once a year."),),
        "removed": ("Article 9.4",),
    }


def _termination(base: Any) -> dict[str, Any]:
    return {
        "reason": "the purpose of the joint development has been achieved",
        "checklist": ("Handover of the results", "Return of lent equipment"),
        "survivors": ("The provisions on confidentiality", "The provisions on results"),
    }


def _comparison(base: Any) -> dict[str, Any]:
    words = (("Party A 40%", "Party A 50%", "Shares"), ("", "A new duty.", "New"), ("An old duty.", "", ""))
    return {
        "lines": tuple(
            ComparisonLine(article=f"Article {number}", before=before, after=after, remark=remark)
            for number, (before, after, remark) in enumerate(words, 19)
        )
    }


def _minutes(base: Any) -> dict[str, Any]:
    return {
        "place": "Online",
        "chair": "Taro Yamada (Party A)",
        "attendees": tuple(
            replace(a, name_en=p.name_en, people=tuple("Megumi Inoue" for _ in a.people))
            for a, p in zip(base.attendees, base.parties, strict=True)
        ),
        "agenda": ("Progress on the shared goal", "Profit allocation for period 2"),
        "points": ("The results of the evaluation were reported.",),
        "decisions": tuple(replace(d, title="Order of equipment", outcome="Adopted") for d in base.decisions),
        "actions": tuple(replace(a, what="Circulate the revised report") for a in base.actions),
        "clock": tuple(replace(c, what_en="votes on the decision" if c.what else "") for c in base.clock),
    }


def _statement(base: Any) -> dict[str, Any]:
    return {
        "basis": "the provisions of the Joint Development Agreement on the allocation of profit",
        "incomes": tuple(replace(m, what="Sales", source="ledger.csv 3f2a9c1b") for m in base.incomes),
        "costs": tuple(replace(m, what="Raw materials", source="bills.pdf 8be01d77") for m in base.costs),
        "results": tuple(
            replace(r, name_en=p.name_en) for r, p in zip(base.results, base.parties, strict=True)
        ),
        "votes": tuple(
            replace(v, title_en=p.name_en, outcome_en="Yes")
            for v, p in zip(base.votes, base.parties, strict=True)
        ),
    }


def _summary(base: Any) -> dict[str, Any]:
    def flows(lines: tuple[FlowLine, ...]) -> tuple[FlowLine, ...]:
        return tuple(replace(f, what="Two engineers and test equipment") for f in lines)

    return {
        "form_en": "Capital and business alliance",
        "base_title": "資本業務提携契約書",
        "sides": tuple(replace(one, gives=flows(one.gives), takes=flows(one.takes)) for one in base.sides),
        "measures": tuple(
            PurposeLine(name=m.name, name_en="Leakage", measure="Prices are disclosed to the clean team only")
            for m in base.measures
        ),
        "allowed_costs": ("raw materials", "work done by others"),
        "deviations": tuple(
            DeviationLine(
                place=f"Article {n} (Term)", item="Notice of refusal", standard="3 months", ours="6 months"
            )
            for n, _ in enumerate(base.deviations, 22)
        ),
        "stamp_class": "Class 7",
        "stamp_grounds": ("The terms do not settle whether the paper commissions work.",),
        "forms": ("A fixed-term land lease for business is made by notarial deed.",),
    }


def _return_letter(base: Any) -> dict[str, Any]:
    return {"reason": "The start of mass production did not fit our plan."}


TYPED: dict[PaperKind, Callable[[Any], dict[str, Any]]] = {
    "loi": _loi,
    "renewal_memo": _renewal,
    "amendment": _amendment,
    "termination": _termination,
    "comparison": _comparison,
    "minutes": _minutes,
    "statement": _statement,
    "return_letter": _return_letter,
    "summary": _summary,
}
