"""Where an agreement is not the library's preferred text or has another value than the default: each with its place.

Facts only: what the standard is and what stands here. Whether the difference is good, nobody says here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from teikei.documents.blocks import PAIR, Article, Body, Paper
from teikei.documents.compose import compose
from teikei.documents.language import LANGUAGES
from teikei.documents.library import Library
from teikei.documents.localised import CLOSED
from teikei.documents.sandbox import FILTERS
from teikei.domain.agreement.state import Agreement
from teikei.domain.amendments import ChangeText
from teikei.domain.papers import ENGLISH_LABELS
from teikei.domain.summary import Differs, differing, summarised, written_here
from teikei.domain.summary_paper import DeviationLine
from teikei.domain.terms import Disclosure, SubjectRule, Terms
from teikei.domain.texts import say, word
from teikei.domain.variables import agreement_variables

NO_PLACE = "―"
UNITS: Final = {
    "period_months": "months", "review_months": "months", "notice_months": "months",
    "exit_notice_months": "months", "tail_months": "months",
    "years": "years", "renewal_years": "years", "secrecy_years": "years", "improvement_years": "years",
    "statement_days": "days", "payment_days": "days", "return_days": "days", "publication_days": "days",
    "lead_protect_days": "days", "refusal_days": "days",
    "decision_days": "business_days", "approval_days": "business_days", "ladder_days": "business_days",
    "report_day": "day_of_next_month", "directors": "people", "allotments": "shares",
}  # fmt: skip
"""What a number of a term counts."""
NOTHING: Final = frozenset({"renewal_years", "minimum_sales", "directors", "reserved_matters"})
"""Terms of which nothing at all is agreed where they are zero or empty."""
EMPTY: Final = frozenset({"suppliers", "sellers", "allotments", "disclosures"})
"""Terms that have a meaning where nobody filled them in."""
_COMMA = {"ja": "、", "en": ", "}
_COLON = {"ja": "：", "en": ": "}


def deviations(
    library: Library, state: Agreement, amendments: Iterable[Agreement] = ()
) -> tuple[DeviationLine, ...]:
    """Clauses that are not the preferred ones, terms that are not the default, words changed by an amendment.

    `amendments` are those in force, in their order.  Raises what `compose` raises, and `agreement.nothing_to_summarise`.
    """
    terms = summarised(state)
    papers = _papers(library, state) if written_here(state, terms) else {}
    currency = terms.currency if isinstance(terms, Terms) else ""
    found = [*_positions(library, papers)]
    found += (_term(library, state, papers, one, currency) for one in differing(terms))
    for amendment in (*amendments, *((state,) if state.amendment else ())):
        found += _changed_words(amendment)
    return tuple(found)


def _papers(library: Library, state: Agreement) -> dict[str, Paper]:
    """The paper of the agreement in each language, for its numbers."""
    values = agreement_variables(state)
    return {code: compose(library, state.paper, values, code) for code in PAIR}


def _line(place: Mapping[str, str], **said: Mapping[str, str]) -> DeviationLine:
    """Each text in Japanese, and its English beside it."""
    texts = {"place": place, **said}
    given = {name: by["ja"] for name, by in texts.items()}
    return DeviationLine(**given, **{f"{name}_en": by["en"] for name, by in texts.items()})


def _both(code: str, **values: Any) -> dict[str, str]:
    return {language: say(language, code, **values) for language in PAIR}


def _place(papers: Mapping[str, Paper], clauses: Iterable[str]) -> dict[str, str]:
    """The article of the first of these clauses that stands in the paper, and whether there are others."""
    wanted, places = frozenset(clauses), dict.fromkeys(PAIR, NO_PLACE)
    for language, paper in papers.items():
        cited = [a for a in paper.articles if a.clause_id in wanted]
        if cited:
            heading = LANGUAGES[language].article_heading(cited[0].number, cited[0].title)
            several = len(cited) > 1
            places[language] = say(language, "summary.and_others", article=heading) if several else heading
    return places


def _positions(library: Library, papers: Mapping[str, Paper]) -> Iterator[DeviationLine]:
    """The clauses of this paper whose text is not the preferred one of its subject."""
    for use in papers["ja"].clauses if papers else ():
        position = library.clause(use.id).position
        if position != "preferred":
            titles = {code: library.clause(use.id, code).title for code in PAIR}
            yield _line(
                _place(papers, (use.id,)),
                item=titles,
                standard=_both("summary.position.preferred"),
                ours=_both(f"summary.position.{position}"),
            )


def _term(
    library: Library, state: Agreement, papers: Mapping[str, Paper], differs: Differs, currency: str
) -> DeviationLine:
    """One term; an amendment's own articles are not those of the agreement, so there it has no place."""
    labels = {p.company: p.label for p in state.parties}
    used = _touched(library, state, papers["ja"], differs) if papers and not state.amendment else []

    def said(value: Any) -> dict[str, str]:
        return {code: value_in(code, differs.name, value, currency, labels) for code in PAIR}

    return _line(
        _place(papers, used),
        item=_both(f"summary.term.{differs.name}"),
        standard=said(differs.standard),
        ours=said(differs.ours),
    )


def _touched(library: Library, state: Agreement, paper: Paper, differs: Differs) -> list[str]:
    """The clauses that read otherwise than with the default; a clause may ask for a term and say the same."""
    named = [use.id for use in paper.clauses if differs.name in library.clause(use.id).names]
    if not named:
        return []
    values: Any = agreement_variables(state)
    usual = _bodies(compose(library, state.paper, replace(values, **{differs.name: differs.standard})))
    ours = _bodies(paper)
    return [one for one in named if usual.get(one) != ours.get(one)]


def _bodies(paper: Paper) -> dict[str, Body]:
    return {b.clause_id: b.body for b in paper.blocks if isinstance(b, Article)}


def value_in(language: str, name: str, value: Any, currency: str, labels: Mapping[str, str]) -> str:
    """The value of a term as `language` says it."""
    if name in NOTHING and not value:
        return say(language, "summary.nothing")
    if name in EMPTY and not value:
        return say(language, f"summary.empty.{name}")
    if isinstance(value, Disclosure):
        return _told(language, value, labels)
    if value in labels:
        return _label(language, labels[value])
    if name == "voting":
        return _voting(language, value)
    if name == "review_chair":
        return _label(language, labels[value[0]]) if value else say(language, "summary.opener")
    if name == "minimum_sales":
        return FILTERS[language]["money"](value, currency)
    if isinstance(value, bool):
        return say(language, f"summary.agreed.{str(value).lower()}")
    if isinstance(value, tuple):
        return _COMMA[language].join(value_in(language, name, one, currency, labels) for one in value)
    if isinstance(value, int):
        unit = "one_" if value == 1 else ""
        return say(language, f"summary.unit.{unit}{UNITS[name]}", n=value)
    known = say(language, f"summary.value.{value}")
    if known != f"summary.value.{value}":
        return known
    return CLOSED.get(name, {}).get(value, value) if language == "en" else str(value)


def _label(language: str, label: str) -> str:
    return ENGLISH_LABELS[label] if language == "en" else label


def _told(language: str, row: Disclosure, labels: Mapping[str, str]) -> str:
    """One row of the disclosure matrix."""
    to = _COMMA[language].join(_label(language, labels[c]) for c in row.receivers)
    return say(language, "summary.told", by=_label(language, labels[row.company]), to=to, what=row.what)


def _voting(language: str, rules: tuple[SubjectRule, ...]) -> str:
    """Which subjects have a rule of their own; the rules themselves stand on the page."""
    if not rules:
        return say(language, "summary.all_decide")
    said = (
        f"{word(language, r.subject)}{_COLON[language]}{word(language, r.rule.kind)}" for r in rules
    )  # fmt: skip
    return _COMMA[language].join(said)


def _changed_words(state: Agreement) -> Iterator[DeviationLine]:
    """Articles whose words an amendment changes; typed changes are terms, and stand among them."""
    amendment = state.amendment
    for change in amendment.changes if amendment else ():
        if isinstance(change, ChangeText) and amendment:
            day = {code: FILTERS[code]["ymd"](amendment.effective_on) for code in PAIR}
            yield _line(
                {c: say(c, "summary.amendment", number=amendment.number, day=day[c]) for c in PAIR},
                item=dict.fromkeys(PAIR, change.article),
                standard=_both("summary.words.before"),
                ours=_both("summary.words.after"),
            )
