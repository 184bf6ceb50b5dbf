"""From a state to the variables of the paper that it owes: `variables(state, effect key)`.

Japanese papers; the words for form, purpose and agenda come from the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, Literal

from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.amendments import AmendmentTerms, ChangeText, amended
from teikei.domain.company_events import name_on
from teikei.domain.days import last_day
from teikei.domain.decision.rules import HALF, VotingRule
from teikei.domain.elapsed import clock_lines
from teikei.domain.errors import Conflict
from teikei.domain.matter import Matter, Party
from teikei.domain.notices import legal_last_day
from teikei.domain.paper_lines import (
    ActionLine,
    AttendeeLine,
    GoalLine,
    MinutesDecision,
    MoneyLine,
    PartyLine,
    PurposeLine,
    ResultLine,
    ShareLine,
    TextLine,
    VoteLine,
    VotingLine,
    WeightLine,
)
from teikei.domain.papers import (
    AmendmentVariables,
    CapitalVariables,
    CoDevelopmentVariables,
    CoMarketingVariables,
    CoSalesVariables,
    MinutesVariables,
    NdaVariables,
    NoticeVariables,
    ReturnLetterVariables,
    StatementVariables,
    TerminationVariables,
)
from teikei.domain.terms import (
    Brief,
    CapitalTerms,
    CoDevelopmentTerms,
    CoMarketingTerms,
    CoSalesTerms,
    SubjectRule,
    Terms,
)
from teikei.domain.texts import say, word

LANGUAGE = "ja"
Stand = Literal["賛成", "反対", "棄権", "除斥", "回答なし"]
STANDS: dict[str, Stand] = {"yes": "賛成", "no": "反対", "abstain": "棄権", "recused": "除斥"}


def variables(state: Matter, effect: str) -> tuple[str, object]:
    """(paper kind, variables) of an effect that the state owes; `effect.not_owed` otherwise."""
    if not any(e.key == effect for e in state.owes):
        raise Conflict("effect.not_owed", effect=effect)
    if isinstance(state, Agreement):
        if effect.startswith("notice/"):
            return "notice", _notice(state, effect)
        return state.paper, _agreement(state)
    if isinstance(state, Alliance):
        if effect.startswith("letter/"):
            return "return_letter", _return_letter(state)
        return "minutes", _minutes(state, int(effect.split("/")[1]))
    if isinstance(state, Allocation):
        return "statement", _statement(state)
    raise Conflict("effect.not_owed", effect=effect)


def _party(party: Party, brief: Brief | None = None, base_date: date | None = None) -> PartyLine:
    return PartyLine(
        label=party.label,
        name=party.name_ja,
        address=party.address,
        representative_title=party.representative_title,
        representative_name=party.representative_name,
        role=party.role,
        contributions=tuple(c.what for c in brief.contributions if c.company == party.company)
        if brief
        else (),
        contact=party.contact.name,
        former_name=name_on(party, base_date) if base_date else "",
    )


def _agreement(state: Agreement) -> object:
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
        "alliance_name": state.title.rsplit(" ", 1)[0],
        "form": say(LANGUAGE, f"form.{state.form}"),
        "background": brief.background,
        "parties": tuple(_party(p, brief, base_date) for p in state.parties),
        "purposes": tuple(
            PurposeLine(name=say(LANGUAGE, f"purpose.{p.kind}"), measure=p.measure) for p in brief.purposes
        ),
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
        survivors=tuple(
            say(LANGUAGE, f"survivor.{code}") for code in ("confidentiality", "damages", "results", "dispute")
        ),
    )


def _notice(state: Agreement, effect: str) -> NoticeVariables:
    refusal = next(r for r in state.refusals if r.effect == effect)
    assert state.terms is not None
    assert state.term_since is not None
    assert state.term_until is not None
    return NoticeVariables(
        alliance_name=state.title.rsplit(" ", 1)[0],
        parties=tuple(_party(p, base_date=state.signed_on) for p in state.parties),
        sender=state.party(refusal.by).label,
        base_title=state.titles[0],
        base_date=state.signed_on or state.drafted_on,
        term_since=state.term_since,
        term_until=state.term_until,
        renewal_years=state.terms.renewal_years,
        notice_months=state.terms.notice_months,
        legal_last_day=legal_last_day(state.term_until, state.terms.notice_months),
        decision=refusal.decision,
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
        voting=tuple(_voting(v, state, labels) for v in new.voting),
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
        "voting": tuple(_voting(v, state, labels) for v in terms.voting),
        "ladder_days": (terms.ladder_days[0], terms.ladder_days[1]),
        "data": terms.data,
    }
    return _special(terms, common, labels)


def _voting(listed: SubjectRule, state: Agreement, labels: dict[str, str]) -> VotingLine:
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
        )
    kinds: dict[type, type] = {
        CoDevelopmentTerms: CoDevelopmentVariables,
        CoSalesTerms: CoSalesVariables,
        CoMarketingTerms: CoMarketingVariables,
    }
    own = {f.name: getattr(special, f.name) for f in fields(special) if f.name != "form"}
    return kinds[type(special)](**common, **own)


def _minutes(state: Alliance, number: int) -> MinutesVariables:
    held = next(m for m in state.minutes if m.number == number)
    labels = {p.company: p.label for p in state.parties}
    people = {a.company: a.people for a in held.attendees}
    return MinutesVariables(
        alliance_name=state.title,
        parties=tuple(_party(p) for p in state.parties),
        number=number,
        held_on=held.held_on,
        place=held.place,
        chair=held.chair,
        attendees=tuple(
            AttendeeLine(label=p.label, name=p.name_ja, people=people.get(p.company, ()))
            for p in state.parties
        ),
        agenda=tuple(say(LANGUAGE, line.code, **_in_words(line.values)) for line in held.agenda),
        points=held.points,
        decisions=tuple(
            MinutesDecision(
                title=r.title,
                outcome=r.outcome,
                votes=tuple(VoteLine(label=labels[v.company], vote=STANDS[v.choice]) for v in r.votes),
            )
            for r in held.resolutions
        ),
        actions=tuple(ActionLine(owner=labels[a.owner], what=a.what, due=a.due) for a in held.actions),
        next_on=held.next_on,
        clock=tuple(line for p in state.parties for line in clock_lines(p, held.clock, LANGUAGE)),
    )


def _return_letter(state: Alliance) -> ReturnLetterVariables:
    """The days of the NDA count from the day on which it was settled that there is no alliance."""
    parting, nda = state.parting, state.nda_signed
    assert parting is not None
    own_terms = state.nda_terms if nda and not nda.elsewhere else None
    return ReturnLetterVariables(
        alliance_name=state.title,
        parties=tuple(_party(p) for p in state.parties),
        sender=state.party(parting.by).label,
        addressee=state.party(parting.candidate).label,
        written_on=parting.on,
        reason=parting.reason,
        nda_title=nda.title if nda else "",
        nda_signed_on=nda.signed_on if nda else None,
        return_days=own_terms.return_days if own_terms else 0,
        return_by=parting.on + timedelta(days=own_terms.return_days) if own_terms else None,
        secrecy_years=own_terms.secrecy_years if own_terms else 0,
    )


def _statement(state: Allocation) -> StatementVariables:
    parties = {p.company: p for p in state.parties}
    assert state.decided_on is not None
    voted_by = {r.company: r.by for r in state.recorded if r.matter == state.decided_by}

    def mark(recorder: str) -> str:
        return say(LANGUAGE, "recorded.mark", label=parties[recorder].label) if recorder else ""

    def money(side: str) -> tuple[MoneyLine, ...]:
        return tuple(
            MoneyLine(
                label=parties[a.company].label,
                what=a.what,
                amount=a.minor,
                source=f"SHA-256 {a.evidence_sha256[:12]}" + mark(a.recorded_by),
            )
            for a in state.amounts
            if a.side == side
        )

    return StatementVariables(
        alliance_name=state.title.rsplit(" ", 1)[0],
        parties=tuple(_party(p) for p in state.parties),
        number=state.number,
        period_from=state.period_from,
        period_until=state.period_until,
        basis=state.basis,
        currency=state.currency,
        incomes=money("income"),
        costs=money("cost"),
        income_total=state.income,
        cost_total=state.cost,
        pool=state.pool,
        results=tuple(
            ResultLine(
                label=parties[line.company].label,
                name=parties[line.company].name_ja,
                ratio=line.ratio,
                exact=line.exact,
                amount=line.minor,
                extra_unit=line.extra_unit,
            )
            for line in state.lines
        ),
        rounding="largest_remainder",
        tie_order=state.tie_order,
        decided_on=state.decided_on,
        decision=state.decided_by,
        votes=tuple(
            MinutesDecision(
                title=parties[v.split()[0]].name_ja,
                outcome=say(LANGUAGE, f"choice.{v.split()[1]}")
                + mark(voted_by.get(v.split()[0], ""))
                + (say(LANGUAGE, "house.sole") if v.split()[0] in state.sole else ""),
            )
            for v in state.votes
        ),
        rule=_rule_in_words(state),
        payment_by=state.decided_on + timedelta(days=state.payment_days),
    )


def _rule_in_words(state: Allocation) -> str:
    if state.voting == VotingRule():
        return ""
    return "、".join(word(LANGUAGE, code) for code in (state.voting.kind, state.because) if code)


def _in_words(values: Mapping[str, str | int]) -> dict[str, str | int]:
    """Days as a Japanese paper writes them."""

    def word(value: str | int) -> str | int:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            return value
        return f"{day.year}年{day.month}月{day.day}日"

    return {name: word(value) for name, value in values.items()}
