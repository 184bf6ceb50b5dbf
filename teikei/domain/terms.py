"""What the parties agree on: the terms of a main agreement, and the brief of an alliance.

Both travel from the alliance into its agreements and papers as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.days import last_day
from teikei.domain.decision.rules import RuledSubject, VotingRule
from teikei.domain.errors import Invalid
from teikei.domain.fields import Count, Currency, Day, Flag, Id, Line, Minor, Note, Ratio, at_most
from teikei.domain.money import Rounding, TieOrder, known_currency, whole

Form = Literal["co_development", "co_sales", "co_marketing", "capital_and_business"]
PurposeKind = Literal["market_share", "new_business", "technology"]
BenefitKind = Literal["risk_sharing", "use_of_resources", "quick_entry", "innovation"]
RiskKind = Literal["slow_decisions", "leakage", "profit_disputes", "culture"]
ContributionKind = Literal["", "technology", "market", "risk", "money", "other"]
"""Which arrow of the parties' diagram a contribution is; empty: nobody said."""
STRICT: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One of the three purposes, with the measure that tells whether it is met."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    kind: PurposeKind
    measure: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A shared goal with its target and its day."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    title: Line
    target: Line
    by: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a party brings in."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    what: Line
    kind: ContributionKind = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """One of the four benefits, and how it comes about here."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    kind: BenefitKind
    how: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One of the four risks, with what is done against it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    kind: RiskKind
    measure: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What an alliance is for, as stated at intake."""

    background: str = ""
    purposes: tuple[Purpose, ...] = ()
    goals: tuple[Goal, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    risks: tuple[Risk, ...] = ()
    exit_idea: str = ""
    needs: tuple[str, ...] = ()
    """What the intake answers call for: clean_team, land, personal_data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A party's share of the distributable amount."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    ratio: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRule:
    """By which rule the parties decide on a subject."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    subject: RuledSubject
    rule: VotingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class CoDevelopmentTerms:
    """What only a joint development agreement says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    form: Literal["co_development"] = "co_development"
    theme: Line
    results_rule: Literal["inventor", "equal"] = "inventor"
    improvement_years: Count = 2
    publication_days: Count = 30
    equipment: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoSalesTerms:
    """What only a sales alliance agreement says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    form: Literal["co_sales"] = "co_sales"
    products: Annotated[tuple[Line, ...], at_most(50, 1)]
    territory: Line
    sales_form: Literal["agency", "distributor", "referral", "joint_proposal"] = "joint_proposal"
    exclusive: Flag = False
    lead_protect_days: Count = 180
    report_day: Count = 10
    tail_months: Count = 6
    minimum_sales: Minor = 0
    suppliers: Annotated[tuple[Id, ...], at_most(50)] = ()
    """Of each product in their order; empty: settled in writing before a sale."""
    sellers: Annotated[tuple[Id, ...], at_most(10)] = ()
    """Empty: of each product every party that does not supply it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoMarketingTerms:
    """What only a co-marketing agreement says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    form: Literal["co_marketing"] = "co_marketing"
    campaigns: Annotated[tuple[Line, ...], at_most(50, 1)]
    budget: Minor
    approval_days: Count = 5
    lead_owner: Line = "各当事者"
    results_shared: Flag = True
    exclusive_campaigns: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitalTerms:
    """What only a capital and business alliance agreement says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    form: Literal["capital_and_business"] = "capital_and_business"
    issuer: Id
    share_class: Line
    share_count: Minor
    price: Minor
    ratio_after: Ratio
    closing_date: Day
    refusal_days: Count = 30
    directors: Count = 0
    reserved_matters: Annotated[tuple[Line, ...], at_most(50)] = ()
    tag_drag: Flag = False
    issuer_kind: Literal["private", "public", "listed"] = "private"
    allotments: Annotated[tuple[Minor, ...], at_most(9)] = ()
    """Shares of each investor in the order of the parties; empty: equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsSigned:
    """What only an agreement of its form says stands in the signed file; only what was signed elsewhere has this."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    form: Literal["as_signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One row of the disclosure matrix: who means to tell whom what."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    company: Id
    what: Line
    receivers: Annotated[tuple[Id, ...], at_most(9, 1)]


FormTerms = CoDevelopmentTerms | CoSalesTerms | CoMarketingTerms | CapitalTerms | AsSigned


def _check_capital(special: CapitalTerms, companies: tuple[str, ...]) -> None:
    if special.issuer not in companies:
        raise Invalid("terms.issuer_not_party", "/terms/special/issuer")
    if not 0 <= special.ratio_after <= 1:
        raise Invalid("terms.more_than_all", "/terms/special/ratio_after")
    each = special.allotments
    if each and (len(each) != len(companies) - 1 or sum(each) != special.share_count):
        raise Invalid("terms.allotments", "/terms/special/allotments")


def _check_sales(special: CoSalesTerms, companies: tuple[str, ...]) -> None:
    for name in ("suppliers", "sellers"):
        for i, company in enumerate(getattr(special, name)):
            if company not in companies:
                raise Invalid("parties.unknown_company", f"/terms/special/{name}/{i}")
    if special.suppliers and len(special.suppliers) != len(special.products):
        raise Invalid("terms.suppliers", "/terms/special/suppliers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a main agreement. Ratios are exact and sum to one; periods are in months."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    term_from: Day
    term_until: Day
    currency: Currency = "JPY"
    shares: Annotated[tuple[Share, ...], at_most(10, 2)]
    allowed_costs: Annotated[tuple[Line, ...], at_most(30)]
    rounding: Rounding = "largest_remainder"
    tie_order: TieOrder = "party_order"
    period_months: Count = 12
    review_months: Count = 3
    statement_days: Count = 60
    payment_days: Count = 30
    decision_days: Count = 10
    review_chair: Annotated[tuple[Id, ...], at_most(1)] = ()
    """Who may move or skip a review; empty: the party that opened the alliance."""
    voting: Annotated[tuple[SubjectRule, ...], at_most(3)] = ()
    """Subjects that are not listed are decided by all."""
    ladder_days: Annotated[tuple[Count, ...], at_most(2, 2)] = (10, 10)
    notice_months: Count = 3
    renewal_years: Count = 0
    exit_notice_months: Count = 6
    secrecy_years: Count = 3
    return_days: Count = 30
    court: Line = "東京地方裁判所"
    medium: Literal["paper", "electronic"] = "electronic"
    data: Flag = False
    disclosures: Annotated[tuple[Disclosure, ...], at_most(50)] = ()
    """Empty: each party may disclose to every other."""
    special: FormTerms

    def check(self, companies: tuple[str, ...], form: str, today: date, *, elsewhere: bool = False) -> None:
        """Refuse terms that contradict themselves, the parties, the form or the calendar; names the field.

        `elsewhere`: of a paper that was signed outside this system, whose file may say what is particular to its form.
        """
        if self.special.form != form and not (elsewhere and isinstance(self.special, AsSigned)):
            raise Invalid("terms.other_form", "/terms/special/form", form=form)
        known_currency(self.currency, "/terms/currency")
        if sorted(s.company for s in self.shares) != sorted(companies):
            raise Invalid("terms.shares_name_other_parties", "/terms/shares")
        whole(tuple(s.ratio for s in self.shares), "/terms/shares")
        if not set(self.review_chair) <= set(companies):
            raise Invalid("parties.unknown_company", "/terms/review_chair")
        self._check_voting(companies)
        if self.term_until < last_day(self.term_from, 12):
            raise Invalid("terms.too_short", "/terms/term_until")
        if self.term_until < today:
            raise Invalid("terms.run_out", "/terms/term_until")
        if self.term_until > last_day(self.term_from, 600):
            raise Invalid("terms.too_long", "/terms/term_until")
        for name in ("period_months", "review_months"):
            if not 1 <= getattr(self, name) <= 60:
                raise Invalid("terms.cadence", f"/terms/{name}", most=60)
        self._check_roles(companies)

    def _check_roles(self, companies: tuple[str, ...]) -> None:
        for i, row in enumerate(self.disclosures):
            if not {row.company, *row.receivers} <= set(companies) or row.company in row.receivers:
                raise Invalid("terms.discloses_to_whom", f"/terms/disclosures/{i}")
        if isinstance(self.special, CapitalTerms):
            _check_capital(self.special, companies)
        if isinstance(self.special, CoSalesTerms):
            _check_sales(self.special, companies)

    def _check_voting(self, companies: tuple[str, ...]) -> None:
        if len({v.subject for v in self.voting}) != len(self.voting):
            raise Invalid("voting.subject_twice", "/terms/voting")
        for i, listed in enumerate(self.voting):
            listed.rule.check(companies, f"/terms/voting/{i}/rule")

    def rule_for(self, subject: RuledSubject) -> VotingRule:
        """The rule of a subject: the agreement's, else unanimity."""
        return next((v.rule for v in self.voting if v.subject == subject), VotingRule())


@dataclass(frozen=True, slots=True, kw_only=True)
class NdaTerms:
    """The terms of the NDA that stands at the beginning."""

    years: int = 2
    secrecy_years: int = 3
    return_days: int = 30
    court: str = "東京地方裁判所"
    medium: Literal["paper", "electronic"] = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationTerms:
    """The terms of the agreement that ends an alliance."""

    end_date: date
    reason: Note
    settlement_days: int = 30
    base_title: str = ""
    base_date: date | None = None
    court: str = "東京地方裁判所"
    medium: Literal["paper", "electronic"] = "electronic"
    secrecy_years: int = 3
    return_days: int = 30
    checklist: tuple[str, ...] = ()
