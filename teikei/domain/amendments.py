"""What an amendment (変更覚書) changes in a main agreement: one paper, many typed changes.

A change of parties comes with the shares of those that are parties afterwards.
A change of shares or of the length of periods holds for periods that begin on
the effective day or later; a period that is open keeps the terms under which
it was born, and so does an open decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.errors import Invalid
from teikei.domain.fields import Count, Day, Id, Line, at_most, text
from teikei.domain.matter import Party
from teikei.domain.paper_lines import JoiningLine
from teikei.domain.parties import Joining, check_join, check_leave, check_voting, labelled, succeeded
from teikei.domain.terms import STRICT, AsSigned, Share, SubjectRule, Terms

Words = Annotated[str, text(2000)]
"""Words of an article, in one line: they stand in a cell of the paper's table."""


class _Typed:
    """A change of something that the system itself goes by."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    def apply(self, terms: Terms) -> Terms:
        raise NotImplementedError

    def same(self, terms: Terms) -> bool:
        """Does it change nothing?"""
        return self.apply(terms) == terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShares(_Typed):
    """Other shares of the distributable amount; they name all parties and sum to one."""

    what: Literal["shares"] = "shares"
    shares: Annotated[tuple[Share, ...], at_most(10, 2)]

    def apply(self, terms: Terms) -> Terms:
        return replace(terms, shares=self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePeriods(_Typed):
    """Another length of allocation periods, in months."""

    what: Literal["periods"] = "periods"
    period_months: Count

    def apply(self, terms: Terms) -> Terms:
        return replace(terms, period_months=self.period_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReviews(_Typed):
    """Another cadence of reviews, in months, counted from the review that is called already, else from the effective day."""

    what: Literal["reviews"] = "reviews"
    review_months: Count

    def apply(self, terms: Terms) -> Terms:
        return replace(terms, review_months=self.review_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVoting(_Typed):
    """Other rules of votes; subjects that are not listed are decided by all."""

    what: Literal["voting"] = "voting"
    voting: Annotated[tuple[SubjectRule, ...], at_most(3)]

    def apply(self, terms: Terms) -> Terms:
        return replace(terms, voting=self.voting)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTerm(_Typed):
    """Another last day of the term."""

    what: Literal["term"] = "term"
    term_until: Day

    def apply(self, terms: Terms) -> Terms:
        return replace(terms, term_until=self.term_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeText:
    """Other words in an article; what the system does is not touched by it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    what: Literal["text"] = "text"
    article: Line
    before: Words
    after: Words

    def apply(self, terms: Terms) -> Terms:
        return terms

    def same(self, terms: Terms) -> bool:
        """Are the words the same?"""
        return self.before == self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeParties(_Typed):
    """Parties that leave and companies that join on the effective day; the same paper says the shares from then on."""

    what: Literal["parties"] = "parties"
    leave: Annotated[tuple[Id, ...], at_most(9)] = ()
    join: Annotated[tuple[Joining, ...], at_most(9)] = ()

    def apply(self, terms: Terms) -> Terms:
        return succeeded(terms, {c: self.successor_of(c) for c in self.leave})

    def same(self, terms: Terms) -> bool:
        return not self.leave and not self.join

    def after(self, companies: tuple[str, ...]) -> tuple[str, ...]:
        """The parties from the effective day on."""
        return (*(c for c in companies if c not in self.leave), *(j.company for j in self.join))

    def successor_of(self, company: str) -> str:
        """Who takes the place of a leaving party; empty: nobody."""
        return next((j.company for j in self.join if company in j.takes_place_of), "")


Change = ChangeShares | ChangePeriods | ChangeReviews | ChangeVoting | ChangeTerm | ChangeParties | ChangeText


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentTerms:
    """What the amendment says, and of which agreement; `base` are the terms that it was drafted upon."""

    number: int
    changes: tuple[Change, ...]
    effective_on: date
    base: Terms
    base_title: str
    base_date: date | None
    gone: tuple[str, ...] = ()
    """Companies that were parties of the agreement before."""

    @property
    def parties(self) -> ChangeParties | None:
        """Its change of parties, if it has one."""
        return next((c for c in self.changes if isinstance(c, ChangeParties)), None)

    def signers(self, parties: tuple[Party, ...]) -> tuple[Party, ...]:
        """Who talks and signs: all parties until then, and whoever joins. `parties` may be those of another version."""
        before = {s.company for s in self.base.shares}
        old = tuple(p for p in parties if p.company in before)
        joins = self.parties.join if self.parties else ()
        return (*old, *labelled(joins, len(before) + len(self.gone), parties))

    def joining(self, parties: tuple[Party, ...]) -> tuple[Party, ...]:
        """Of these the ones that join."""
        joins = {j.company for j in self.parties.join} if self.parties else set()
        return tuple(p for p in parties if p.company in joins)

    def check(self, companies: tuple[str, ...], form: str, today: date) -> None:
        """Refuse changes that say something twice, change nothing, or lead to terms that cannot be."""
        if not today <= self.effective_on <= self.base.term_until:
            raise Invalid("amendment.effective_on", "/effective_on", last=self.base.term_until.isoformat())
        typed: list[str] = [c.what for c in self.changes if not isinstance(c, ChangeText)]
        for i, change in enumerate(self.changes):
            if typed.count(change.what) > 1:
                raise Invalid("amendment.twice", f"/changes/{i}", what=f"change_{change.what}")
            if change.same(self.base):
                raise Invalid("amendment.nothing", f"/changes/{i}")
        elsewhere = isinstance(self.base.special, AsSigned)
        after = self._parties_after(companies)
        amended(self.base, self.changes).check(after, form, today, elsewhere=elsewhere)

    def _parties_after(self, companies: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a change of parties that contradicts itself, or that the other changes do not follow."""
        before = {s.company for s in self.base.shares}
        companies = tuple(c for c in companies if c in before)
        change = self.parties
        if change is None:
            return companies
        pointer = f"/changes/{self.changes.index(change)}"
        check_leave(change.leave, companies, pointer)
        check_join(change.join, change.leave, companies, self.gone, pointer)
        if not any(isinstance(c, ChangeShares) for c in self.changes):
            raise Invalid("amendment.shares_missing", pointer)
        check_voting(amended(self.base, self.changes), change.leave, pointer)
        return change.after(companies)


def amended(terms: Terms, changes: tuple[Change, ...]) -> Terms:
    """The terms with every change."""
    for change in changes:
        terms = change.apply(terms)
    return terms


def party_lines(change: ChangeParties | None, labels: dict[str, str]) -> dict[str, Any]:
    """What the paper says of a change of parties: labels before and after, and whose place a joining one takes."""
    if change is None:
        return {}
    before = tuple(c for c in labels if c not in {j.company for j in change.join})
    return {
        "parties_before": tuple(labels[c] for c in before),
        "parties_after": tuple(labels[c] for c in change.after(before)),
        "leaving": tuple(labels[c] for c in change.leave),
        "joining": tuple(
            JoiningLine(label=labels[j.company], takes_place_of="".join(labels[c] for c in j.takes_place_of))
            for j in change.join
        ),
    }
