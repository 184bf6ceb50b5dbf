"""States to begin with: a few companies, a decision, an alliance, an agreement, a period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from teikei.domain.act import Actor
from teikei.domain.agreement.state import Agreement, new_agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation, new_allocation
from teikei.domain.decision.state import Decision, new_decision
from teikei.domain.ids import derive
from teikei.domain.matter import Party, Person, Step
from teikei.domain.terms import CoDevelopmentTerms, NdaTerms, Share, Terms

LABELS = "甲乙丙丁戊己庚辛壬癸"


def company(n: int) -> str:
    return derive("cmp", n)


def actor(n: int) -> Actor:
    return Actor(company=company(n), person=f"person {n}", key_id=derive("key", n))


def party(n: int) -> Party:
    person = Person(name=f"担当{n}", email=f"p{n}@example.test")
    return Party(
        company=company(n),
        label=LABELS[n],
        name_ja=f"試験{n}株式会社",
        name_en=f"Test {n} Co.",
        address="東京都千代田区一丁目",
        representative_title="代表取締役",
        representative_name="試験太郎",
        role="開発",
        contact=person,
        escalation=person,
    )


def alliance(name: str, *, parties: int | tuple[Party, ...] = 2, **changes: Any) -> Alliance:
    """An alliance in intake; parties: how many, or which."""
    ident = derive("aln", name)
    born = Alliance(
        id=ident,
        alliance_id=ident,
        title="試験提携",
        title_en="Test alliance",
        stage="intake",
        parties=tuple(party(n) for n in range(parties)) if isinstance(parties, int) else parties,
        form="co_development",
        opened_by=company(0),
    )
    return replace(
        born.ask("intake", (company(0),), datetime.now(UTC), Step(n=20, unit="business_day")), **changes
    )


def decision(name: str, now: datetime, *, parties: int = 2, days: int = 10) -> Decision:
    """A go/no-go decision that has just been called."""
    return new_decision(alliance(name, parties=parties), "go_no_go", now, days=days, about=name)


def agreement(name: str, now: datetime) -> Agreement:
    """An NDA whose first version is owed."""
    return new_agreement(alliance(name), "nda", NdaTerms(), now)


def terms(parties: int = 2, **changes: Any) -> Terms:
    given: dict[str, Any] = {
        "term_from": date(2027, 4, 1),
        "term_until": date(2029, 3, 31),
        "shares": tuple(Share(company=company(n), ratio=Fraction(1, parties)) for n in range(parties)),
        "allowed_costs": ("外注費",),
        "special": CoDevelopmentTerms(theme="試験"),
        **changes,
    }
    return Terms(**given)


def allocation(name: str) -> Allocation:
    """The first period, its inputs open."""
    return new_allocation(
        alliance(name),
        terms(),
        number=1,
        first=date(2027, 4, 1),
        last=date(2028, 3, 31),
        basis="契約",
        final=False,
    )
