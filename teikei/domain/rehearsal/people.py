"""How companies behave in a rehearsal: five situations as data, and what one company answers to one question.

Whoever answers does so on the last day.  The figures are made up; only who is silent, how the votes fall and whether
there is a profit tell the situations apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Literal

from teikei.domain.act import Act
from teikei.domain.agreement.force import Sign
from teikei.domain.agreement.state import Agreement
from teikei.domain.agreement.talks import Freeze
from teikei.domain.alliance.exits import BeginExit, TickExitItem
from teikei.domain.alliance.operation import HoldReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.state import Alliance, Attendance
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.allocation.state import Allocation
from teikei.domain.days import add_months
from teikei.domain.decision.rules import Choice, VotingRule, verdict
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.matter import Matter, Wait
from teikei.domain.rehearsal.life import Life
from teikei.domain.terms import Terms

Code = Literal["calm", "silence", "deadlock", "insolvency", "loss"]
NO_HASH = "0" * 64
PROFIT, LOSS = (10_000_001, 1_000_000), (1_000_000, 3_000_000)
"""Income and cost that each company enters for a period, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What befalls the alliance. `company` is the one that is insolvent."""

    code: Code
    company: str = ""


def situations(companies: tuple[str, ...]) -> tuple[Situation, ...]:
    """All of them; insolvency once for each company."""
    plain: tuple[Code, ...] = ("calm", "silence", "deadlock", "loss")
    return (
        *(Situation(code=c) for c in plain),
        *(Situation(code="insolvency", company=c) for c in companies),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The companies in one situation, as `life.Answer`."""

    situation: Situation
    terms: Terms
    alliance: str
    companies: tuple[str, ...]

    def silent(self, company: str, today: date) -> bool:
        """Nobody answers once the term runs; or one company does not, from the second year on."""
        if self.situation.code == "silence":
            return today > self.terms.term_from
        gone = self.situation.code == "insolvency" and company == self.situation.company
        return gone and today >= add_months(self.terms.term_from, 12)

    def __call__(self, life: Life, state: Matter, wait: Wait, company: str) -> tuple[Act, ...]:
        if self.silent(company, state.local_day(life.now)):
            return ()
        if isinstance(state, Decision):
            return self._votes(state, company)
        if isinstance(state, Allocation):
            return self._figures(state, wait)
        if isinstance(state, Agreement):
            return self._agreement(state, wait, company, life.now)
        return self._alliance(state, wait, company, life.now) if isinstance(state, Alliance) else ()

    def _votes(self, state: Decision, company: str) -> tuple[Act, ...]:
        choice: Choice = "yes"
        if self.situation.code == "deadlock" and state.subject != "approval":
            choice = divided(state.voting, state.companies())[company]
        return RecordInternalApproval(status="approved", reference="-"), CastVote(choice=choice)

    def _figures(self, state: Allocation, wait: Wait) -> tuple[Act, ...]:
        if wait.item == "payment":
            return (ConfirmPayment(evidence_sha256=NO_HASH),)
        income, cost = LOSS if self.situation.code == "loss" else PROFIT
        side = EnterAmount(side="income", what="-", minor=income, evidence_sha256=NO_HASH)
        costs = tuple(
            EnterAmount(side="cost", what=what, minor=cost, evidence_sha256=NO_HASH)
            for what in state.allowed_costs[:1]
        )
        return (side, *costs, CloseInputs())

    def _agreement(self, state: Agreement, wait: Wait, company: str, now: datetime) -> tuple[Act, ...]:
        if state.version_now is None:
            return ()
        sha = state.version_now.sha256
        if wait.item == "rounds":
            return (Freeze(sha256=sha),)
        if wait.item != "signatures":
            return ()
        return (
            Sign(sha256=sha, signatory="-", title="-", signed_at=now, method="seal", evidence_sha256=NO_HASH),
        )

    def _alliance(self, state: Alliance, wait: Wait, company: str, now: datetime) -> tuple[Act, ...]:
        today = state.local_day(now)
        if wait.item.startswith("review-"):
            there = tuple(
                Attendance(company=c, people=() if self.silent(c, today) else ("-",)) for c in self.companies
            )
            number = int(wait.item.removeprefix("review-"))
            return (HoldReview(number=number, held_on=today, place="-", chair="-", attendees=there),)
        if wait.item == "exit" and state.exit:
            mine = (i.code for i in state.exit.checklist if i.company == company and not i.done)
            return tuple(TickExitItem(item=code, how="-") for code in mine)
        return ()

    def moves(self) -> Mapping[date, tuple[Act, ...]]:
        """What one company starts by itself, by day: a motion and a reserved matter every year; when another one is
        insolvent, the exit.
        """
        first = self.terms.term_from
        motions = tuple(CallDecision(subject=s, title="-", motion="-") for s in ("resolution", "reserved"))
        planned: dict[date, tuple[Act, ...]] = {add_months(first, 12 * y + 3): motions for y in range(50)}
        if self.situation.code == "insolvency":
            leaving = add_months(first, 18)
            planned[add_months(first, 14)] = (BeginExit(end_date=leaving, reason="-"),)
        return planned

    def mover(self) -> str:
        """The first company that is there."""
        return next(c for c in self.companies if c != self.situation.company)


def divided(rule: VotingRule, companies: tuple[str, ...]) -> dict[str, Choice]:
    """Votes of yes and no that no rule resolves, if there are such; else the first half says yes, the others no."""
    both: tuple[Choice, ...] = ("yes", "no")
    for said in product(both, repeat=len(companies)):
        votes = dict(zip(companies, said, strict=True))
        if verdict(rule, companies, votes, ended=True).outcome == "deadlocked":
            return votes
    half = (len(companies) + 1) // 2
    return {c: "yes" if i < half else "no" for i, c in enumerate(companies)}
