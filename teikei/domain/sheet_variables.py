"""The half of `variables` that writes sheets and letters: minutes, statement, notice and return letter, and a party in any paper.

What the catalogue says is said twice, in Japanese and in the fields that end in `_en`; typed texts stand as typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.company_events import english_name_on, name_on
from teikei.domain.days import MONTHS
from teikei.domain.decision.rules import VotingRule
from teikei.domain.elapsed import clock_lines
from teikei.domain.matter import Matter, Party
from teikei.domain.notices import legal_last_day
from teikei.domain.paper_lines import (
    ActionLine,
    AttendeeLine,
    MinutesDecision,
    MoneyLine,
    PartyLine,
    PurposeLine,
    ResultLine,
    VoteLine,
)
from teikei.domain.papers import (
    ENGLISH_LABELS,
    ENGLISH_TITLES,
    MinutesVariables,
    NoticeVariables,
    ReturnLetterVariables,
    StatementVariables,
)
from teikei.domain.terms import Brief
from teikei.domain.texts import say, word

LANGUAGE = "ja"
_BASIS = re.compile(r"(?:(\d+)年(\d+)月(\d+)日付け)?(.+)の利益配分に関する定め")
"""What an allocation period is told when it opens."""
_LABELLED = str.maketrans(ENGLISH_LABELS)
_OF_LABELS = frozenset({"label", "low", "high", "days"})
"""Values of an agenda line that hold labels of parties."""
Stand = Literal["賛成", "反対", "棄権", "除斥", "回答なし"]
STANDS: dict[str, Stand] = {"yes": "賛成", "no": "反対", "abstain": "棄権", "recused": "除斥"}


def party_line(party: Party, brief: Brief | None = None, base_date: date | None = None) -> PartyLine:
    """`brief` where its contributions are told; `base_date`: 締結日 of the agreement that the paper is about."""
    return PartyLine(
        label=party.label,
        name=party.name_ja,
        name_en=party.name_en,
        address=party.address,
        representative_title=party.representative_title,
        representative_name=party.representative_name,
        role=party.role,
        contributions=tuple(c.what for c in brief.contributions if c.company == party.company)
        if brief
        else (),
        contact=party.contact.name,
        former_name=name_on(party, base_date) if base_date else "",
        former_name_en=english_name_on(party, base_date) if base_date else "",
    )


def alliance_named(state: Matter) -> dict[str, Any]:
    """The alliance of an agreement or a period, as its title has it in both languages."""
    return {
        "alliance_name": state.title.rsplit(" ", 1)[0],
        "alliance_name_en": state.title_en.rsplit(": ", 1)[0],
    }


def measured(family: str, kind: str, measure: str) -> PurposeLine:
    """A purpose or a risk of the brief by its name, and what is measured or done."""
    return PurposeLine(
        name=say(LANGUAGE, f"{family}.{kind}"), name_en=say("en", f"{family}.{kind}"), measure=measure
    )


def notice(state: Agreement, effect: str) -> NoticeVariables:
    """The refusal for which the effect is owed."""
    refusal = next(r for r in state.refusals if r.effect == effect)
    assert state.terms is not None
    assert state.term_since is not None
    assert state.term_until is not None
    return NoticeVariables(
        **alliance_named(state),
        parties=tuple(party_line(p, base_date=state.signed_on) for p in state.parties),
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


def minutes(state: Alliance, number: int) -> MinutesVariables:
    """What people typed at the review stands as typed, in papers of either language."""
    held = next(m for m in state.minutes if m.number == number)
    labels, parties = state.labels, held.parties or state.parties
    people = {a.company: a.people for a in held.attendees}
    return MinutesVariables(
        alliance_name=state.title,
        alliance_name_en=state.title_en,
        parties=tuple(party_line(p) for p in parties),
        number=number,
        held_on=held.held_on,
        place=held.place,
        chair=held.chair,
        attendees=tuple(
            AttendeeLine(label=p.label, name=p.name_ja, name_en=p.name_en, people=people.get(p.company, ()))
            for p in parties
        ),
        agenda=tuple(say(LANGUAGE, line.code, **_in_words(line.values)) for line in held.agenda),
        agenda_en=tuple(say("en", line.code, **_in_english(line.values)) for line in held.agenda),
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
        clock=tuple(line for p in parties for line in clock_lines(p, held.clock)),
    )


def return_letter(state: Alliance) -> ReturnLetterVariables:
    """The days of the NDA count from the day on which it was settled that there is no alliance."""
    parting, nda = state.parting, state.nda_signed
    assert parting is not None
    own_terms = state.nda_terms if nda and not nda.elsewhere else None
    return ReturnLetterVariables(
        alliance_name=state.title,
        alliance_name_en=state.title_en,
        parties=tuple(party_line(p) for p in state.parties),
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


def statement(state: Allocation) -> StatementVariables:
    """The split that was decided, with all that it rests on."""
    parties = {p.company: p for p in state.parties}
    assert state.decided_on is not None
    return StatementVariables(
        **alliance_named(state),
        parties=tuple(party_line(p) for p in state.parties),
        number=state.number,
        period_from=state.period_from,
        period_until=state.period_until,
        basis=state.basis,
        basis_en=_basis_in_english(state.basis),
        currency=state.currency,
        incomes=_money(state, "income"),
        costs=_money(state, "cost"),
        income_total=state.income,
        cost_total=state.cost,
        pool=state.pool,
        results=tuple(
            ResultLine(
                label=parties[line.company].label,
                name=parties[line.company].name_ja,
                name_en=parties[line.company].name_en,
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
            _vote(state, parties[company], choice) for company, choice in map(str.split, state.votes)
        ),
        rule=_rule_in_words(state, LANGUAGE),
        rule_en=_rule_in_words(state, "en"),
        payment_by=state.decided_on + timedelta(days=state.payment_days),
    )


def _money(state: Allocation, side: str) -> tuple[MoneyLine, ...]:
    return tuple(
        MoneyLine(
            label=state.party(a.company).label,
            what=a.what,
            amount=a.minor,
            source=f"SHA-256 {a.evidence_sha256[:12]}{_mark(state, a.recorded_by, LANGUAGE)}",
            source_en=f"SHA-256 {a.evidence_sha256[:12]}{_mark(state, a.recorded_by, 'en')}",
        )
        for a in state.amounts
        if a.side == side
    )


def _vote(state: Allocation, party: Party, choice: str) -> MinutesDecision:
    recorders = {r.company: r.by for r in state.recorded if r.matter == state.decided_by}
    recorder = recorders.get(party.company, "")

    def outcome(language: str) -> str:
        sole = say(language, "house.sole") if party.company in state.sole else ""
        space = " " if sole and language == "en" else ""
        said = say(language, f"choice.{choice}")
        return f"{said}{_mark(state, recorder, language)}{space}{sole}"

    return MinutesDecision(
        title=party.name_ja, outcome=outcome(LANGUAGE), title_en=party.name_en, outcome_en=outcome("en")
    )


def _mark(state: Allocation, recorder: str, language: str) -> str:
    """Who entered it for another."""
    if not recorder:
        return ""
    label = state.party(recorder).label
    if language == "en":
        return " " + say("en", "recorded.mark", label=label.translate(_LABELLED))
    return say(language, "recorded.mark", label=label)


def _rule_in_words(state: Allocation, language: str) -> str:
    if state.voting == VotingRule():
        return ""
    comma = "、" if language == "ja" else ", "
    return comma.join(word(language, code) for code in (state.voting.kind, state.because) if code)


def _basis_in_english(basis: str) -> str:
    """Empty: people typed it."""
    said = _BASIS.fullmatch(basis)
    if not said:
        return ""
    year, month, day, title = said.groups()
    of = f"the {ENGLISH_TITLES[title]}" if title in ENGLISH_TITLES else title
    dated = f" dated {int(day)} {MONTHS[int(month) - 1]} {year}" if year else ""
    return f"the provisions of {of}{dated} on the allocation of profit"


def _day(value: str | int) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _in_words(values: Mapping[str, str | int]) -> dict[str, str | int]:
    """Days as a Japanese paper writes them."""
    days = {name: _day(value) for name, value in values.items()}
    return {
        name: f"{day.year}年{day.month}月{day.day}日" if (day := days[name]) else value
        for name, value in values.items()
    }


def _in_english(values: Mapping[str, str | int]) -> dict[str, str | int]:
    """Days and labels of parties as an English paper writes them."""

    def said(name: str, value: str | int) -> str | int:
        if day := _day(value):
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        return str(value).translate(_LABELLED) if name in _OF_LABELS else value

    return {name: said(name, value) for name, value in values.items()}
