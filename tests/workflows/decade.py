"""Ten years of three companies: who says what when, by rule; and what the terms alone say must come of it.

The script knows `World` words only (`now`, `states`, `say`, `advance`), so the pure world and the real one live the
same life.  Two companies answer as soon as they are asked, the third on the last day; what a company says is what
`teikei.domain.rehearsal.people` has it say in a rehearsal where all goes well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from teikei.domain.act import Act
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.standing import Resume, Suspend
from teikei.domain.amendments import ChangeShares
from teikei.domain.days import add_months, last_day
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.matter import SUSPENSION, Matter, Reminders, Wait
from teikei.domain.rehearsal.people import Cast, Situation
from teikei.domain.terms import Share, Terms
from tests.domain import cast

YEARS = 10
A, B, C = cast.companies(3)
SLOW = C
"""Answers on the last day, and does not want the eleventh year."""
OTHER_SHARES = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
SELDOM = Reminders(before=(7,))
"""One reminder where three are usual: it is the acts that take the time of a decade."""
NOON = time(3, 0)
"""UTC: noon in Tokyo, when nothing falls due."""


def noon(day: date) -> datetime:
    return datetime.combine(day, NOON, UTC)


def terms_from(first: date) -> Terms:
    """Two years, renewed by one year at a time; reviews every three months, periods of a year."""
    until = last_day(first, 24)
    return cast.terms(3, term_from=first, term_until=until, renewal_years=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The days of a decade that begins on `first`."""

    first: date

    @property
    def last(self) -> date:
        return last_day(self.first, 12 * YEARS)

    def month(self, year: int, month: int) -> date:
        """So many whole months into the year `year` (the first is 1)."""
        return add_months(self.first, 12 * (year - 1) + month)

    @property
    def amended_on(self) -> date:
        return self.month(3, 5)

    @property
    def held(self) -> tuple[date, date]:
        return self.month(5, 1), self.month(5, 3)

    def moves(self) -> Iterator[tuple[date, Callable[[Any], None]]]:
        """What is done of a company's own accord, by day."""
        yield self.month(3, 2), self._amend
        yield self.held[0], lambda w: w.say(w.root, Suspend(reason="監査", until=self.held[1]), A)
        yield self.held[1], lambda w: w.say(w.root, Resume(), B)
        yield self.month(6, 4), lambda w: w.say(w.root, CallHealthCheck(), B)
        in_time = add_months(self.last, -terms_from(self.first).notice_months)
        yield in_time - timedelta(days=12), self._send
        yield in_time - timedelta(days=5), self._arrive

    def _amend(self, world: Any) -> None:
        shares = tuple(Share(company=c, ratio=r) for c, r in zip((A, B, C), OTHER_SHARES, strict=True))
        change = DraftAmendment(changes=(ChangeShares(shares=shares),), effective_on=self.amended_on)
        world.say(world.root, change, B)

    def _send(self, world: Any) -> None:
        sent = RecordNoticeSent(to=(A, B), how="内容証明郵便", sent_on=world.today())
        world.say(world.agreement("main").id, sent, SLOW)

    def _arrive(self, world: Any) -> None:
        """It works with the arrival at the last of the others."""
        for one in (A, B):
            arrived = RefuseRenewal(
                to=(one,), arrived_on=world.today(), evidence_sha256=cast.EVIDENCE, reason="方針"
            )
            world.say(world.agreement("main").id, arrived, SLOW)


@dataclass(slots=True, kw_only=True)
class People:
    """The companies of a decade, in whatever world."""

    world: Any
    plan: Plan
    said: set[tuple[str, str, datetime, str]] = field(default_factory=set)
    """(matter, question, since, company): each is answered once."""

    def live(self) -> None:
        """From the first word to the end of the last duty that survives."""
        self._begin()
        moves = sorted(self.plan.moves(), key=lambda move: move[0])
        while self.world.running():
            self._answer()
            days = [m[0] for m in moves]
            at = min(filter(None, (self.world.next_due(), self._turn(), *(noon(d) for d in days[:1]))))
            self.world.advance(max(at, self.world.now))
            if moves and self.world.now >= noon(moves[0][0]):
                moves.pop(0)[1](self.world)

    def _begin(self) -> None:
        """To the signatures under the main agreement, all in one day."""
        world = self.world
        world.begin(cast.opening(3, reminders=SELDOM), A, cast.directory(3))
        world.say(world.root, cast.intake(3), A)
        cast.agree(world, "nda")
        cast.score(world)
        cast.decide(world)
        world.say(world.root, DraftAgreement(terms=terms_from(self.plan.first)), B)
        cast.agree(world, "main")

    def _asked(self) -> Iterator[tuple[datetime, Matter, Wait, str]]:
        """Everything that somebody will still answer, and when."""
        for state in self.world.running():
            for wait in () if state.suspended else state.waits:
                for company in wait.awaits:
                    if (state.id, wait.item, wait.since, company) in self.said or wait.item == SUSPENSION:
                        continue
                    assert wait.deadline is not None
                    later = company == SLOW or wait.item.startswith("review-")
                    yield wait.deadline if later else wait.since, state, wait, company

    def _turn(self) -> datetime | None:
        return min((at for at, *_ in self._asked()), default=None)

    def _answer(self) -> None:
        """Whoever's turn it is speaks, until nobody has anything to say any more."""
        while found := next((a for a in self._asked() if a[0] <= self.world.now), None):
            _, state, wait, company = found
            self.said.add((state.id, wait.item, wait.since, company))
            for act in self._words(state, wait, company):
                self.world.say(state.id, act, company)

    def _words(self, state: Matter, wait: Wait, company: str) -> tuple[Act, ...]:
        if wait.item.startswith("health-"):
            number, sheet = int(wait.item.removeprefix("health-")), (4,) * 12
            return (AnswerHealthCheck(number=number, sheets=(sheet,), respondent="担当者"),)
        late = add_months(self.plan.last, -12)
        if isinstance(state, Decision) and state.subject == "renewal" and self.world.today() > late:
            choice: Any = "no" if company == SLOW else "yes"
            return RecordInternalApproval(status="approved", reference="-"), CastVote(choice=choice)
        told = Cast(
            situation=Situation(code="calm"),
            terms=cast.terms(3),
            alliance=self.world.root,
            companies=(A, B, C),
        )
        return told(self.world, state, wait, company)


# what the terms alone say


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often things happen in a decade, from the terms and nothing else."""

    reviews: int
    periods: int
    renewals: int
    asked: int
    """Decisions on renewal."""


def counted(terms: Terms) -> Counted:
    last, months = last_day(terms.term_from, 12 * YEARS), terms.review_months
    every = (add_months(terms.term_from, months * number) for number in range(1, 12 * YEARS))
    reviews = sum(day <= last for day in every)
    ends = [terms.term_until]
    while ends[-1] < last:
        ends.append(last_day(ends[-1] + timedelta(days=1), 12 * terms.renewal_years))
    return Counted(
        reviews=reviews, periods=12 * YEARS // terms.period_months, renewals=len(ends) - 1, asked=len(ends)
    )
