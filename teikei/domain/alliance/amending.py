"""Amendments in operation: drafted, talked over, approved and signed like any agreement; then the terms change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal

from teikei.domain.act import Act, Actor, Outcome, Tell, rule
from teikei.domain.agreement.state import new_agreement
from teikei.domain.alliance.moving import parties_changed
from teikei.domain.alliance.operation import plan_period, review_day
from teikei.domain.alliance.owing import realigned
from teikei.domain.alliance.state import OPERATION, Alliance
from teikei.domain.amendments import AmendmentTerms, Change, amended
from teikei.domain.errors import Conflict
from teikei.domain.fields import Day, at_most
from teikei.domain.messages import AgreementMoved, TermsChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAmendment(Act):
    """A party puts changes of the main agreement on the table: one paper, many changes, one effective day."""

    kind: Literal["draft_amendment"] = "draft_amendment"
    changes: Annotated[tuple[Change, ...], at_most(30, 1)]
    effective_on: Day

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(OPERATION)
        if state.amending:
            raise Conflict("amendment.one_at_a_time", agreement=state.amending)
        assert state.terms is not None
        terms = AmendmentTerms(
            number=state.amendments + 1,
            changes=self.changes,
            effective_on=self.effective_on,
            base=state.terms,
            base_title=state.main_title,
            base_date=state.signed_on,
            gone=tuple(g.company for g in state.gone),
        )
        terms.check(state.companies(), state.form, state.local_day(now))
        agreement = new_agreement(state, "amendment", terms, now)
        agreement = replace(agreement, parties=terms.signers(state.parties))
        drafted = replace(
            state,
            amending=agreement.id,
            amendments=terms.number,
            children=(*state.children, agreement.id),
        )
        entry = state.entry(
            "alliance.amendment_drafted", agreement.id, by.company,
            number=terms.number, changes=[f"change_{c.what}" for c in self.changes], effective_on=self.effective_on.isoformat(),
        )  # fmt: skip
        return Outcome(state=drafted, entries=(entry,), born=(agreement,), created=(agreement.id,))


@rule(AgreementMoved, Alliance.kind, "amendment")
def amendment_moved(state: Alliance, told: AgreementMoved, now: datetime) -> Outcome[Alliance]:
    """In force: the terms change, and the main agreement hears of it. Ended without force: nothing has changed."""
    entry = state.entry(f"alliance.amendment_{told.to}", told.agreement, reason=told.reason)
    if told.to == "ended":
        rest = state.without_child(told.agreement)
        return Outcome(
            state=replace(rest, amending="") if rest.amending == told.agreement else rest, entries=(entry,)
        )
    if told.to != "in_force" or told.amendment is None or state.stage != OPERATION:
        return Outcome(state=state, entries=(entry,))
    today = state.local_day(now)
    moved = parties_changed(replace(state, amending=""), told, now)
    changed = realigned(_in_force(moved.state, told.amendment, today), now)
    assert changed.terms is not None
    parties = changed.parties if told.amendment.parties else ()
    news = TermsChanged(agreement=told.agreement, terms=changed.terms, parties=parties)
    tells = (*moved.tells, Tell(to=state.main, act=news))
    return replace(moved, state=changed, entries=(entry, *moved.entries), tells=tells)


def _in_force(state: Alliance, amendment: AmendmentTerms, today: date) -> Alliance:
    """The new terms hold from now on. A period that has begun keeps those under which it began, a review that is
    called its day: the new cadence is counted from there.
    """
    assert state.terms is not None
    assert state.period_from is not None
    new = amended(state.terms, amendment.changes)
    begun = state.period_from < today
    changed = replace(state, terms=new, period_terms=(state.period_terms or state.terms) if begun else None)
    if new.review_months != state.terms.review_months:
        called = state.wait(f"review-{state.review}")
        since = review_day(state, state.review) if called else today
        changed = replace(changed, reviews_from=since, reviews_before=state.review)
    return plan_period(changed.without_due("period/open"))
