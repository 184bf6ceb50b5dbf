"""From a state to the variables of the paper that it owes: `variables(state, effect key)`.

The words for form, purpose and agenda come from the catalogue, in Japanese; what an English
paper says instead stands beside them in the fields that end in `_en`. Typed texts stand as typed.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.amendments import AmendmentTerms, ChangeText, amended, party_lines
from teikei.domain.days import last_day
from teikei.domain.decision.rules import HALF
from teikei.domain.errors import Conflict
from teikei.domain.languages import PapersIn
from teikei.domain.matter import Matter
from teikei.domain.paper_lines import (
    DisclosureLine,
    GoalLine,
    ShareLine,
    TextLine,
    VotingLine,
    WeightLine,
)
from teikei.domain.papers import (
    AmendmentVariables,
    CapitalVariables,
    CoDevelopmentVariables,
    CoMarketingVariables,
    CoSalesVariables,
    NdaVariables,
    TerminationVariables,
)
from teikei.domain.sheet_variables import (
    LANGUAGE,
    alliance_named,
    measured,
    minutes,
    notice,
    party_line,
    return_letter,
    statement,
)
from teikei.domain.terms import (
    CapitalTerms,
    CoDevelopmentTerms,
    CoMarketingTerms,
    CoSalesTerms,
    SubjectRule,
    Terms,
)
from teikei.domain.texts import say

SURVIVORS = ("confidentiality", "damages", "results", "dispute")
"""Provisions that outlive the agreement (codes under `survivor`)."""


def variables(state: Matter, effect: str) -> tuple[str, object]:
    """(paper kind, variables) of an effect that the state owes; `effect.not_owed` otherwise."""
    if not any(e.key == effect for e in state.owes):
        raise Conflict("effect.not_owed", effect=effect)
    if isinstance(state, Agreement):
        if effect.startswith("notice/"):
            return "notice", notice(state, effect)
        return state.paper, agreement_variables(state)
    if isinstance(state, Alliance):
        if effect.startswith("letter/"):
            return "return_letter", return_letter(state)
        return "minutes", minutes(state, int(effect.split("/")[1]))
    if isinstance(state, Allocation):
        return "statement", statement(state)
    raise Conflict("effect.not_owed", effect=effect)


def written_in(state: Matter) -> PapersIn:
    """The language of what the state owes."""
    return state.papers_in if isinstance(state, Agreement | Alliance | Allocation) else "ja"


def agreement_variables(state: Agreement) -> object:
    """Those of the paper of an agreement; what survives and what was signed elsewhere has none."""
    if state.nda_terms:
        return NdaVariables(
            **_common(state),
            secrecy_years=state.nda_terms.secrecy_years,
            return_days=state.nda_terms.return_days,
            court=state.nda_terms.court,
            medium=state.nda_terms.medium,
            term_from=state.drafted_on,
            term_until=last_day(state.drafted_on, 12 * state.nda_terms.years),
        )
    if state.termination_terms:
        return _termination(state)
    if state.amendment:
        return _amendment(state, state.amendment)
    assert state.terms is not None
    return _main(state, state.terms)


def _common(state: Agreement, base_date: date | None = None) -> dict[str, Any]:
    """`base_date`: 締結日 of the agreement that this one is about."""
    brief = state.brief
    return {
        **alliance_named(state),
        "governing_language": state.governing_language,
        "form": say(LANGUAGE, f"form.{state.form}"),
        "form_en": say("en", f"form.{state.form}"),
        "background": brief.background,
        "parties": tuple(party_line(p, brief, base_date) for p in state.parties),
        "purposes": tuple(measured("purpose", p.kind, p.measure) for p in brief.purposes),
        "rivals": "clean_team" in brief.needs,
        "personal_data": "personal_data" in brief.needs,
        "land": "land" in brief.needs,
    }


def _termination(state: Agreement) -> TerminationVariables:
    terms = state.termination_terms
    assert terms is not None
    return TerminationVariables(
        **_common(state, terms.base_date),
        secrecy_years=terms.secrecy_years,
        return_days=terms.return_days,
        court=terms.court,
        medium=terms.medium,
        base_title=terms.base_title,
        base_date=terms.base_date or state.drafted_on,
        end_date=terms.end_date,
        reason=terms.reason,
        settlement_days=terms.settlement_days,
        checklist=tuple(say(LANGUAGE, f"exit_item.{code}") for code in terms.checklist),
        checklist_en=tuple(say("en", f"exit_item.{code}") for code in terms.checklist),
        survivors=tuple(say(LANGUAGE, f"survivor.{code}") for code in SURVIVORS),
        survivors_en=tuple(say("en", f"survivor.{code}") for code in SURVIVORS),
    )


def _amendment(state: Agreement, amendment: AmendmentTerms) -> AmendmentVariables:
    labels = {p.company: p.label for p in state.parties}
    base, new = amendment.base, amended(amendment.base, amendment.changes)

    def shares(terms: Terms) -> tuple[ShareLine, ...]:
        return tuple(ShareLine(label=labels[s.company], ratio=s.ratio) for s in terms.shares)

    def pair(name: str) -> dict[str, Any]:
        old, fresh = getattr(base, name), getattr(new, name)
        return {f"{name}_before": old, f"{name}_after": fresh} if old != fresh else {}

    return AmendmentVariables(
        **_common(state, amendment.base_date),
        court=base.court,
        medium=base.medium,
        secrecy_years=base.secrecy_years,
        return_days=base.return_days,
        **party_lines(amendment.parties, labels),
        base_title=amendment.base_title,
        base_date=amendment.base_date or state.drafted_on,
        number=amendment.number,
        effective_on=amendment.effective_on,
        shares_before=shares(base) if new.shares != base.shares else (),
        shares_after=shares(new) if new.shares != base.shares else (),
        **pair("period_months"),
        **pair("review_months"),
        **pair("term_until"),
        voting_changed=new.voting != base.voting,
        voting=tuple(voting_line(v, state, labels) for v in new.voting),
        texts=tuple(
            TextLine(article=c.article, before=c.before, after=c.after)
            for c in amendment.changes
            if isinstance(c, ChangeText)
        ),
    )


def _main(state: Agreement, terms: Terms) -> object:
    labels = {p.company: p.label for p in state.parties}
    common = {
        **_common(state),
        "secrecy_years": terms.secrecy_years,
        "return_days": terms.return_days,
        "court": terms.court,
        "medium": terms.medium,
        "goals": tuple(GoalLine(title=g.title, target=g.target, by=g.by) for g in state.brief.goals),
        "term_from": terms.term_from,
        "term_until": terms.term_until,
        "notice_months": terms.notice_months,
        "renewal_years": terms.renewal_years,
        "exit_notice_months": terms.exit_notice_months,
        "shares": tuple(ShareLine(label=labels[s.company], ratio=s.ratio) for s in terms.shares),
        "currency": terms.currency,
        "allowed_costs": terms.allowed_costs,
        "rounding": terms.rounding,
        "tie_order": terms.tie_order,
        "period_months": terms.period_months,
        "statement_days": terms.statement_days,
        "payment_days": terms.payment_days,
        "review_months": terms.review_months,
        "decision_days": terms.decision_days,
        "voting": tuple(voting_line(v, state, labels) for v in terms.voting),
        "ladder_days": (terms.ladder_days[0], terms.ladder_days[1]),
        "data": terms.data,
        "disclosures": tuple(
            DisclosureLine(
                label=labels[d.company], what=d.what, receivers=tuple(labels[c] for c in d.receivers)
            )
            for d in terms.disclosures
        ),
    }
    return _special(terms, common, labels)


def voting_line(listed: SubjectRule, state: Agreement, labels: dict[str, str]) -> VotingLine:
    """The rule of one subject as a paper names it."""
    by = listed.rule
    return VotingLine(
        subject=listed.subject,
        kind=by.kind,
        needed=by.needed,
        threshold=by.threshold,
        over_half=by.threshold == HALF,
        base=by.base,
        weights=tuple(WeightLine(label=labels[w.company], votes=w.votes) for w in by.weights),
        quorum=by.quorum,
        veto=tuple(labels[c] for c in state.companies() if c in by.veto),
        tie=by.tie,
        chair=labels[by.chair[0]] if by.chair else "",
        silence=by.silence,
        sealed=by.sealed,
    )


def _special(terms: Terms, common: dict[str, Any], labels: dict[str, str]) -> object:
    special = terms.special
    if isinstance(special, CapitalTerms):
        return CapitalVariables(
            **common,
            issuer=labels[special.issuer],
            investors=tuple(label for company, label in labels.items() if company != special.issuer),
            share_class=special.share_class,
            share_count=special.share_count,
            price=special.price,
            total=special.share_count * special.price,
            ratio_after=special.ratio_after,
            closing_date=special.closing_date,
            refusal_days=special.refusal_days,
            directors=special.directors,
            reserved_matters=special.reserved_matters,
            tag_drag=special.tag_drag,
            issuer_kind=special.issuer_kind,
            allotments=special.allotments,
        )
    kinds: dict[type, type] = {
        CoDevelopmentTerms: CoDevelopmentVariables,
        CoSalesTerms: CoSalesVariables,
        CoMarketingTerms: CoMarketingVariables,
    }
    own = {f.name: getattr(special, f.name) for f in fields(special) if f.name != "form"}
    if isinstance(special, CoSalesTerms):
        own |= {name: tuple(labels[c] for c in own[name]) for name in ("suppliers", "sellers")}
    return kinds[type(special)](**common, **own)
