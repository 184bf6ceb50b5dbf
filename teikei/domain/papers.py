"""What a paper may say: one frozen dataclass of variables per paper kind.

The clause files (`templates/clauses`) name no types; they come from here, and
the clause lint compares the names that a clause uses with these fields.
Dates are calendar dates in the alliance's calendar (Asia/Tokyo); money is
integer minor units with its ISO 4217 code; ratios are `Fraction`.
Order of articles and variables: the customary Japanese forms of each paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from teikei.domain.elapsed import ClockLine
from teikei.domain.paper_lines import (
    ActionLine,
    AttendeeLine,
    ComparisonLine,
    DisclosureLine,
    GoalLine,
    JoiningLine,
    MinutesDecision,
    MoneyLine,
    PartyLine,
    PurposeLine,
    ResultLine,
    ShareLine,
    TermLine,
    TextLine,
    VotingLine,
)
from teikei.domain.summary_paper import SummaryVariables

LABELS = "甲乙丙丁戊己庚辛壬癸"
"""Labels of the parties in their order; ten is the natural limit (商慣習)."""
ENGLISH_LABELS = {label: f"Party {letter}" for label, letter in zip(LABELS, "ABCDEFGHIJ", strict=True)}

PaperKind = Literal[
    "nda", "co_development", "co_sales", "co_marketing", "capital_and_business", "minutes",
    "statement", "termination", "amendment", "notice", "return_letter", "loi", "renewal_memo",
    "comparison", "summary",
]  # fmt: skip

PAPER_TITLES: dict[PaperKind, tuple[str, str]] = {
    "nda": ("秘密保持契約書", "Non-Disclosure Agreement"),
    "co_development": ("共同開発契約書", "Joint Development Agreement"),
    "co_sales": ("共同販売契約書", "Sales Alliance Agreement"),
    "co_marketing": ("共同マーケティング契約書", "Co-Marketing Agreement"),
    "capital_and_business": ("資本業務提携契約書", "Capital and Business Alliance Agreement"),
    "minutes": ("議事録", "Minutes"),
    "statement": ("利益配分決定書", "Profit Allocation Statement"),
    "termination": ("解約合意書", "Termination Agreement"),
    "amendment": ("変更覚書", "Amendment Agreement"),
    "notice": ("更新拒絶通知書", "Notice of Refusal of Renewal"),
    "return_letter": ("返還依頼書", "Request for Return"),
    "loi": ("基本合意書", "Letter of Intent"),
    "renewal_memo": ("更新覚書", "Renewal Agreement"),
    "comparison": ("新旧対照表", "Comparison of Amended Articles"),
    "summary": ("契約概要書（稟議用）", "Agreement Summary"),
}
"""Titles of the papers, Japanese and English."""
ENGLISH_TITLES = dict(PAPER_TITLES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every contract paper of an alliance may say."""

    alliance_name: str
    alliance_name_en: str = ""
    form: str
    """One of 共同開発, 共同販売, 共同マーケティング, 資本業務提携."""
    background: str
    """One sentence, ends with 。"""
    parties: tuple[PartyLine, ...]
    purposes: tuple[PurposeLine, ...]
    court: str
    """For example 東京地方裁判所."""
    medium: Literal["paper", "electronic"] = "electronic"
    rivals: bool = False
    """Some parties compete: clean team, antitrust duties."""
    personal_data: bool = False
    land: bool = False
    secrecy_years: int = 3
    return_days: int = 30
    disclosures: tuple[DisclosureLine, ...] = ()
    """Disclosure matrix; empty = each party may disclose to every other."""
    form_en: str = ""
    governing_language: Literal["ja", "en", "both"] = "ja"
    """Which text prevails where a paper is made in Japanese and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NdaVariables(Common):
    """秘密保持契約書."""

    term_from: date
    term_until: date
    oral_confirm_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class MainVariables(Common):
    """What the four main agreements have in common."""

    goals: tuple[GoalLine, ...]
    term_from: date
    term_until: date
    notice_months: int
    """Refusal of renewal: months before `term_until`."""
    renewal_years: int
    """0 = no automatic renewal."""
    exit_notice_months: int
    shares: tuple[ShareLine, ...]
    currency: str
    allowed_costs: tuple[str, ...]
    rounding: Literal["largest_remainder"]
    tie_order: Literal["party_order", "largest_share"]
    period_months: int
    statement_days: int
    """Days after the end of a period within which the parties fix the statement."""
    payment_days: int
    review_months: int
    decision_days: int
    """Business days for the answer of each party to a proposal."""
    voting: tuple[VotingLine, ...] = ()
    """Subjects that are not decided by all."""
    ladder_days: tuple[int, int]
    """Business days at the level of managers and of executives."""
    data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoDevelopmentVariables(MainVariables):
    """共同開発契約書."""

    theme: str
    results_rule: Literal["inventor", "equal"] = "inventor"
    improvement_years: int = 2
    publication_days: int = 30
    equipment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoSalesVariables(MainVariables):
    """共同販売（販売提携）契約書."""

    products: tuple[str, ...]
    territory: str
    sales_form: Literal["agency", "distributor", "referral", "joint_proposal"] = "joint_proposal"
    exclusive: bool = False
    lead_protect_days: int = 180
    report_day: int = 10
    """Day of the following month by which sales are reported."""
    tail_months: int = 6
    minimum_sales: int = 0
    """Minor units a year; 0 = no minimum."""
    suppliers: tuple[str, ...] = ()
    """Label of the supplying party of each product; empty = settled in writing before a sale."""
    sellers: tuple[str, ...] = ()
    """Labels of who sells, but each product's supplier; empty = all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoMarketingVariables(MainVariables):
    """共同マーケティング契約書."""

    campaigns: tuple[str, ...]
    budget: int
    """Minor units; carried by `shares` unless the cost table says otherwise."""
    approval_days: int = 5
    lead_owner: str = "各当事者"
    results_shared: bool = True
    exclusive_campaigns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitalVariables(MainVariables):
    """資本業務提携契約書. The issuer and the investors are labels of parties."""

    issuer: str
    investors: tuple[str, ...]
    share_class: str
    share_count: int
    price: int
    """Minor units for one share."""
    total: int
    ratio_after: Fraction
    """Voting share of the investors together after closing."""
    closing_date: date
    refusal_days: int = 30
    """Days of the right of first refusal."""
    directors: int = 0
    reserved_matters: tuple[str, ...] = ()
    tag_drag: bool = False
    issuer_kind: Literal["private", "public", "listed"] = "private"
    """All shares restricted in transfer, 公開会社 that is not listed, listed; it decides who resolves on the issue."""
    allotments: tuple[int, ...] = ()
    """Shares of each of two or more investors in their order; empty = equal, what is left over to the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesVariables:
    """議事録 of a periodic review."""

    alliance_name: str
    alliance_name_en: str = ""
    parties: tuple[PartyLine, ...]
    number: int
    held_on: date
    place: str
    chair: str
    attendees: tuple[AttendeeLine, ...]
    agenda: tuple[str, ...]
    points: tuple[str, ...]
    decisions: tuple[MinutesDecision, ...]
    actions: tuple[ActionLine, ...]
    next_on: date | None
    time: str = ""
    """For example 14時00分から15時30分まで; empty = not stated."""
    quorum: str = ""
    """The rule and that it was met, one sentence ending with 。; empty = no rule."""
    clock: tuple[ClockLine, ...] = ()
    """By party; empty = nobody took any time since the last review."""
    agenda_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementVariables:
    """利益配分決定書. `amount`s sum to `pool` exactly."""

    alliance_name: str
    alliance_name_en: str = ""
    parties: tuple[PartyLine, ...]
    number: int
    period_from: date
    period_until: date
    basis: str
    """The article and the agreement on which the split rests."""
    currency: str
    incomes: tuple[MoneyLine, ...]
    costs: tuple[MoneyLine, ...]
    income_total: int
    cost_total: int
    pool: int
    results: tuple[ResultLine, ...]
    rounding: Literal["largest_remainder"]
    tie_order: Literal["party_order", "largest_share"]
    decided_on: date
    decision: str
    """Id of the decision in the record."""
    votes: tuple[MinutesDecision, ...]
    rule: str = ""
    """By which rule it was decided, and what made the outcome; empty for a decision of all."""
    payment_by: date
    adjustments: tuple[str, ...] = ()
    """Corrections of earlier periods as they stand in this one, by reversal; empty = none."""
    held: tuple[str, ...] = ()
    """Amounts held back or in dispute, with reason; empty = none."""
    tax_notes: tuple[str, ...] = ()
    """Tax character of each payment line (product.md, correction 10)."""
    objection_until: date | None = None
    """Last day for objections where the statement goes out before it is final."""
    basis_en: str = ""
    rule_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationVariables(Common):
    """解約合意書 of the whole alliance."""

    base_title: str
    base_date: date
    """締結日 of the agreement that ends."""
    end_date: date
    reason: str
    settlement_days: int
    checklist: tuple[str, ...]
    survivors: tuple[str, ...]
    """Titles of the articles that survive, for example 秘密保持."""
    checklist_en: tuple[str, ...] = ()
    survivors_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentVariables(Common):
    """変更覚書: what is not changed is empty, zero or None."""

    base_title: str
    base_date: date
    """締結日 of the agreement that is changed."""
    number: int
    effective_on: date
    shares_before: tuple[ShareLine, ...] = ()
    shares_after: tuple[ShareLine, ...] = ()
    period_months_before: int = 0
    period_months_after: int = 0
    review_months_before: int = 0
    review_months_after: int = 0
    term_until_before: date | None = None
    term_until_after: date | None = None
    voting_changed: bool = False
    voting: tuple[VotingLine, ...] = ()
    texts: tuple[TextLine, ...] = ()
    added: tuple[TermLine, ...] = ()
    """Articles that are new, with their words."""
    removed: tuple[str, ...] = ()
    """Articles that are taken out."""
    parties_before: tuple[str, ...] = ()
    """Labels; `parties` are all who sign, whoever leaves or joins among them."""
    parties_after: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    joining: tuple[JoiningLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeVariables:
    """更新拒絶通知書 of the party with the label `sender` to all others; `decision` is the one in which it said no."""

    alliance_name: str
    alliance_name_en: str = ""
    parties: tuple[PartyLine, ...]
    sender: str
    base_title: str
    base_date: date
    term_since: date
    term_until: date
    renewal_years: int
    notice_months: int
    legal_last_day: date
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLetterVariables:
    """返還依頼書 to a candidate that was not chosen; no `nda_title`: nothing is asked back; 0: the NDA's own file says it."""

    alliance_name: str
    alliance_name_en: str = ""
    parties: tuple[PartyLine, ...]
    sender: str
    addressee: str
    written_on: date
    reason: str
    nda_title: str = ""
    nda_signed_on: date | None = None
    return_days: int = 0
    return_by: date | None = None
    secrecy_years: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoiVariables(Common):
    """基本合意書: what the definitive agreement is to say (not binding), and what binds until then."""

    outline: tuple[str, ...]
    terms: tuple[TermLine, ...]
    schedule: tuple[ActionLine, ...]
    target_on: date
    """Day by which the parties mean to conclude the definitive agreement."""
    term_until: date
    nda_title: str = ""
    """Empty: no agreement on secrets yet, so this paper has the duty itself."""
    nda_date: date | None = None
    dd_scope: tuple[str, ...] = ()
    """What is looked into; empty = no due diligence."""
    dd_days: int = 60
    exclusivity_until: date | None = None
    """None = the parties stay free to talk to others."""
    exclusivity_scope: str = "本提携と同種の提携"
    break_fee: int = 0
    """Minor units to each of the others; 0 = none."""
    currency: str = "JPY"
    issuer: str = ""
    """Label of the party whose shares are to be acquired; empty = no capital part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalVariables:
    """更新覚書 on a renewal that all decided."""

    alliance_name: str
    alliance_name_en: str = ""
    parties: tuple[PartyLine, ...]
    medium: Literal["paper", "electronic"] = "electronic"
    base_title: str
    base_date: date
    number: int
    """The how manieth renewal."""
    old_until: date
    new_from: date
    new_until: date
    decided_on: date
    decision: str = ""
    """Id of the decision in the record."""
    renewal_years: int
    """Automatic renewal after `new_until`; 0 = none."""
    notice_months: int
    changes: tuple[TextLine, ...] = ()
    """Terms that change with the renewal; empty = unchanged terms."""
    results: tuple[str, ...] = ()
    """What the parties note of the term that ends, one sentence each."""
    carried: tuple[ActionLine, ...] = ()
    """Duties of the term that ends which are still to be performed."""
    governing_language: Literal["ja", "en", "both"] = "ja"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonVariables:
    """新旧対照表 of one amendment."""

    alliance_name: str
    alliance_name_en: str = ""
    parties: tuple[PartyLine, ...]
    base_title: str
    base_date: date
    number: int
    effective_on: date
    lines: tuple[ComparisonLine, ...]


VARIABLES: dict[PaperKind, type] = {
    "nda": NdaVariables,
    "co_development": CoDevelopmentVariables,
    "co_sales": CoSalesVariables,
    "co_marketing": CoMarketingVariables,
    "capital_and_business": CapitalVariables,
    "minutes": MinutesVariables,
    "statement": StatementVariables,
    "termination": TerminationVariables,
    "amendment": AmendmentVariables,
    "notice": NoticeVariables,
    "return_letter": ReturnLetterVariables,
    "loi": LoiVariables,
    "renewal_memo": RenewalVariables,
    "comparison": ComparisonVariables,
    "summary": SummaryVariables,
}
