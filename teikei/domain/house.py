"""社内体制: how a company approves inside itself (稟議): routes by kind and amount, and who stands in for whom.

People are known by the name that stands on their API key.  While one stands in
for a person, that one alone holds the person's seat: on every day each seat has
exactly one holder.  In one round nobody acts twice, in whosever place
(docs/decisions/0014-approval-inside-a-company.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain.act import Copy
from teikei.domain.decision.rules import Subject
from teikei.domain.errors import Conflict, Forbidden, Invalid
from teikei.domain.fields import Count, Day, Email, Line, Minor, at_most
from teikei.domain.person import Person

MOST_ROUTES, MOST_STEPS, MOST_PEOPLE, MOST_STAND_INS, MOST_ADDRESSES = 30, 10, 20, 100, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """So many of these people approve: all of them side by side (並列), any one, or n of m."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    people: Annotated[tuple[Line, ...], at_most(MOST_PEOPLE, 1)]
    need: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Steps, one after the other (直列), for decisions of these kinds from this amount on."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    kinds: Annotated[tuple[Subject, ...], at_most(5)] = ()
    """Empty: any kind that no other route names."""
    from_amount: Minor = 0
    """In minor units of the currency of the agreement."""
    steps: Annotated[tuple[RouteStep, ...], at_most(MOST_STEPS, 1)]

    def people(self) -> tuple[str, ...]:
        return tuple(p for s in self.steps for p in s.people)

    def check(self, pointer: str) -> None:
        """Refuse a step that nobody or too few could complete, and a person with two seats; names the field."""
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise Invalid("house.steps", f"{pointer}/steps", most=MOST_STEPS)
        for i, step in enumerate(self.steps):
            here = f"{pointer}/steps/{i}"
            if not 1 <= len(step.people) <= MOST_PEOPLE:
                raise Invalid("house.people", f"{here}/people", most=MOST_PEOPLE)
            if not 1 <= step.need <= len(step.people):
                raise Invalid("house.need", f"{here}/need", most=len(step.people))
            earlier = [p for s in self.steps[:i] for p in s.people]
            for j, person in enumerate(step.people):
                if person in (*earlier, *step.people[:j]):
                    raise Invalid("house.person_twice", f"{here}/people/{j}", person=person)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """From day to day `by` acts in the place of `person`: absence (代理) and delegation (委任) alike."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    person: Line
    by: Line
    first: Day
    last: Day
    reason: Line
    email: Annotated[tuple[Email, ...], at_most(1)] = ()
    """Where the mails to the person go too while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One company's own arrangement in one alliance; nobody else reads it."""

    company: str
    routes: tuple[Route, ...] = ()
    """None for a decision: the company approves elsewhere and records how it stands."""
    stand_ins: tuple[StandIn, ...] = ()
    sole: bool = False
    """The one eligible person may propose and approve; others see that it was so."""
    people: tuple[Person, ...] = ()
    """Where those who propose and approve are written to; for anybody else the contact gets the mail."""

    def route_for(self, subject: str, amount: int) -> Route | None:
        """A route that names the kind goes before one for any kind; of these the highest amount that is reached."""
        fits = [r for r in self.routes if (not r.kinds or subject in r.kinds) and r.from_amount <= amount]
        return max(fits, key=lambda r: (bool(r.kinds), r.from_amount), default=None)

    def holder(self, person: str, day: date) -> str:
        """Who acts in this person's place on a day, over as many stand-ins as it takes."""
        away = _away(self.stand_ins, day)
        for _ in away:
            person = away.get(person, person)
        return person

    def copies(self, person: str, first: date = date.min, last: date = date.max) -> Iterator[Copy]:
        """Who stands in for a person from day to day, and for that one in turn; who has no address is left out."""
        for one in (s for s in self.stand_ins if s.person == person):
            begins, ends = max(first, one.first), min(last, one.last)
            if begins > ends:
                continue
            known = (*one.email, *(p.email for p in self.people if p.name == one.by))
            if known:
                yield Copy(name=one.by, address=known[0], first=begins, last=ends)
            yield from self.copies(one.by, begins, ends)

    def check(self) -> None:
        """Refuse an arrangement that contradicts itself; names the field of `ArrangeHouse`, and the persons."""
        if len(self.routes) > MOST_ROUTES:
            raise Invalid("house.too_many", "/routes", most=MOST_ROUTES)
        taken: set[tuple[str, int]] = set()
        for i, route in enumerate(self.routes):
            route.check(f"/routes/{i}")
            for kind in route.kinds or ("",):
                if (kind, route.from_amount) in taken:
                    raise Invalid("house.route_twice", f"/routes/{i}")
                taken.add((kind, route.from_amount))
        if self.sole and len({p for r in self.routes for p in r.people()}) != 1:
            raise Invalid("house.sole", "/sole")
        names = [p.name for p in self.people]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise Invalid("house.address_twice", f"/people/{i}/name", person=name)
        _check_stand_ins(self.stand_ins)


def _away(stand_ins: tuple[StandIn, ...], day: date) -> dict[str, str]:
    return {s.person: s.by for s in stand_ins if s.first <= day <= s.last}


def _check_stand_ins(stand_ins: tuple[StandIn, ...]) -> None:
    if len(stand_ins) > MOST_STAND_INS:
        raise Invalid("house.too_many", "/stand_ins", most=MOST_STAND_INS)
    for i, one in enumerate(stand_ins):
        if one.last < one.first:
            raise Invalid("house.days", f"/stand_ins/{i}/last", first=one.first.isoformat())
    ordered = sorted(enumerate(stand_ins), key=lambda at: (at[1].person, at[1].first))
    for (_, one), (i, following) in pairwise(ordered):
        if one.person == following.person and following.first <= one.last:
            raise Invalid("house.two_stand_ins", f"/stand_ins/{i}", person=one.person)
    # A ring can only begin on a day on which somebody begins to stand in.
    for day in sorted({s.first for s in stand_ins}):
        if found := cycle(stand_ins, day):
            raise Invalid("house.cycle", "/stand_ins", people=" → ".join(found), day=day.isoformat())


def cycle(stand_ins: tuple[StandIn, ...], day: date) -> tuple[str, ...]:
    """Persons who on that day stand in for each other in a ring, the first one again at the end; else nobody."""
    away = _away(stand_ins, day)
    clear: set[str] = set()
    for start in away:
        path: list[str] = []
        at = start
        while at in away and at not in clear:
            clear.add(at)
            path.append(at)
            at = away[at]
        if at in path:
            return (*path[path.index(at) :], at)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approval: on which step, in whose seat, by whom; the two names differ where one stood in."""

    step: int
    seat: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """稟議書: what a person of a company proposed for approval, under the route of that day."""

    company: str
    proposer: str
    reference: str
    route: Route
    sole: bool = False
    round: int = 1
    """Counts on with every rework."""
    given: tuple[Approval, ...] = ()

    def missing(self, number: int) -> int:
        """How many approvals a step still lacks. Steps count from 1."""
        return self.route.steps[number - 1].need - sum(a.step == number for a in self.given)

    @property
    def step(self) -> int:
        """Number of the step that is open; 0 when all are done."""
        return next((n for n in range(1, len(self.route.steps) + 1) if self.missing(n)), 0)

    def barred(self) -> frozenset[str]:
        """Who may not act any more in this round, in whosever place."""
        return frozenset(a.person for a in self.given) | (frozenset() if self.sole else {self.proposer})

    def free(self, number: int) -> tuple[str, ...]:
        """Seats of a step in which nobody has acted."""
        taken = {a.seat for a in self.given if a.step == number}
        return tuple(p for p in self.route.steps[number - 1].people if p not in taken)


def seat_for(request: Request, house: House, person: str, day: date) -> str:
    """The seat in which a person may act now: their own, or that of one for whom they stand in."""
    if not request.sole and person == request.proposer:
        raise Forbidden("house.proposer")
    if any(a.person == person for a in request.given):
        raise Conflict("house.acted_already")
    free = request.free(request.step)
    held = [seat for seat in free if house.holder(seat, day) == person]
    if not held:
        if person in free:
            raise Forbidden("house.away", by=house.holder(person, day))
        raise Forbidden("house.not_on_step", step=request.step)
    return person if person in held else held[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat of a step: whose it is, who is asked today, and who has acted."""

    person: str
    asked: str
    acted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAhead:
    """A step as it stands."""

    number: int
    need: int
    status: Literal["done", "open", "later"]
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What lies before a request as of a day."""

    steps: tuple[StepAhead, ...] = ()
    blocked: int = 0
    """The first step that nobody could complete, whoever acts before; 0: the way is clear."""
    because: Literal["", "proposer", "twice"] = ""
    """The proposer may not act there, or one person would have to act twice."""


def ahead(request: Request, house: House, day: date) -> Ahead:
    """The steps with who is asked today, and whether they can all be completed."""
    acted = {(a.step, a.seat): a.person for a in request.given}

    def step(number: int) -> StepAhead:
        asked = request.route.steps[number - 1]
        later: Literal["open", "later"] = "open" if number == request.step else "later"
        return StepAhead(
            number=number,
            need=asked.need,
            status=later if request.missing(number) else "done",
            seats=tuple(
                Seat(person=p, asked=house.holder(p, day), acted=acted.get((number, p), ""))
                for p in asked.people
            ),
        )

    blocked = _blocked(request, house, day, request.barred())
    acting = frozenset(a.person for a in request.given)
    alone = blocked and _blocked(request, house, day, acting) != blocked
    return Ahead(
        steps=tuple(step(n) for n in range(1, len(request.route.steps) + 1)),
        blocked=blocked,
        because=("proposer" if alone else "twice") if blocked else "",
    )


def _blocked(request: Request, house: House, day: date, barred: frozenset[str]) -> int:
    """Give every missing approval a person of its own (augmenting paths); the first step for which there is none."""
    numbers = [n for n in range(1, len(request.route.steps) + 1) if request.missing(n)]
    able = {n: [house.holder(p, day) for p in request.free(n)] for n in numbers}
    chosen: dict[str, int] = {}

    def find(number: int, tried: set[str]) -> bool:
        for person in able[number]:
            if person in barred or person in tried:
                continue
            tried.add(person)
            if person not in chosen or find(chosen[person], tried):
                chosen[person] = number
                return True
        return False

    found = (n for n in numbers for _ in range(request.missing(n)) if not find(n, set()))
    return next(found, 0)
