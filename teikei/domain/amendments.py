"""What an amendment (変更覚書) changes in a main agreement: one paper, many typed changes.

A change of shares or of the length of periods holds for periods that begin on
the effective day or later; a period that is open keeps the terms under which
it was born, and so does an open decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.errors import Invalid
from teikei.domain.fields import Count, Day, Line, at_most, text
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


Change = ChangeShares | ChangePeriods | ChangeReviews | ChangeVoting | ChangeTerm | ChangeText


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentTerms:
    """What the amendment says, and of which agreement; `base` are the terms that it was drafted upon."""

    number: int
    changes: tuple[Change, ...]
    effective_on: date
    base: Terms
    base_title: str
    base_date: date | None

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
        amended(self.base, self.changes).check(companies, form, today, elsewhere=elsewhere)


def amended(terms: Terms, changes: tuple[Change, ...]) -> Terms:
    """The terms with every change."""
    for change in changes:
        terms = change.apply(terms)
    return terms
