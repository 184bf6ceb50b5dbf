"""Approval inside a company: routes, stand-ins and rounds, against oracles that share no code with them.

The oracle of a route keeps a list of (step, seat, person) and tries out every order in which the people could still
approve; that of stand-ins looks at every single day.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.errors import Invalid, Refused
from teikei.domain.house import (
    MOST_PEOPLE,
    MOST_ROUTES,
    MOST_STAND_INS,
    MOST_STEPS,
    Approval,
    House,
    Request,
    Route,
    RouteStep,
    StandIn,
    ahead,
    seat_for,
)
from tests.domain.cast import company, opened

PEOPLE = ("a", "b", "c", "d", "e")
DAY = date(2026, 4, 1)
Given = tuple[tuple[int, str, str], ...]


def days(*numbers: int) -> list[date]:
    return [DAY + timedelta(days=n) for n in numbers]


def away(person: str, by: str, first: int = 0, last: int = 0) -> StandIn:
    start, end = days(first, last)
    return StandIn(person=person, by=by, first=start, last=end, reason="出張")


def steps(*given_: tuple[str, int]) -> tuple[RouteStep, ...]:
    """`("ab", 1)`: one of a and b."""
    return tuple(RouteStep(people=tuple(people), need=need) for people, need in given_)


# the oracle of a route


def in_place_of(house: House, person: str, day: date) -> str:
    """Follow the papers on the desk, one by one."""
    while slip := next((s for s in house.stand_ins if s.person == person and s.first <= day <= s.last), None):
        person = slip.by
    return person


def moves(request: Request, house: House, done: Given, day: date) -> Iterator[tuple[int, str, str]]:
    """Every approval that may come next."""
    for number, step in enumerate(request.route.steps, start=1):
        here = [seat for n, seat, _ in done if n == number]
        if len(here) == step.need:
            continue
        for seat in step.people:
            who = in_place_of(house, seat, day)
            twice = who in [person for _, _, person in done]
            if seat not in here and not twice and (request.sole or who != request.proposer):
                yield number, seat, who
        return


def finished(request: Request, done: Given) -> bool:
    return len(done) == sum(s.need for s in request.route.steps)


def furthest(request: Request, house: House, day: date) -> int:
    """The last step that the best of all orders completes."""

    @cache
    def best(done: frozenset[tuple[int, str, str]]) -> int:
        counts = [sum(n == i for n, _, _ in done) for i in range(1, len(request.route.steps) + 1)]
        reached = next(
            (i for i, s in enumerate(request.route.steps) if counts[i] < s.need), len(request.route.steps)
        )
        return max([reached, *(best(done | {m}) for m in moves(request, house, tuple(done), day))])

    return best(frozenset((a.step, a.seat, a.person) for a in request.given))


@st.composite
def requests(draw: Any) -> tuple[Request, House]:
    """A route in which nobody has two seats, who proposes, and who stands in today."""
    order = draw(st.permutations(PEOPLE))
    cuts = sorted(draw(st.sets(st.integers(1, 4), max_size=2)))
    parts = [order[i:j] for i, j in itertools.pairwise([0, *cuts, len(order)])]
    chain = tuple(RouteStep(people=tuple(p), need=draw(st.integers(1, len(p)))) for p in parts)
    route = Route(steps=chain)
    pairs = draw(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from((*PEOPLE, *"xxxx")), max_size=4))
    stand_ins = tuple(away(p, by) for p, by in pairs.items())
    proposer = draw(st.sampled_from((*PEOPLE, "x", "z")))
    house = House(company="k", routes=(route,), stand_ins=stand_ins)
    try:
        house.check()
    except Invalid:
        house = House(company="k", routes=(route,))
    return Request(
        company="k", proposer=proposer, reference="r", route=route, sole=draw(st.booleans())
    ), house


@settings(max_examples=250, deadline=None)
@given(requests(), st.randoms())
def test_who_may_act_is_what_the_oracle_says_at_every_moment(case: Any, random: Any) -> None:
    request, house = case
    done: Given = ()
    while True:
        may = {(n, seat, who) for n, seat, who in moves(request, house, done, DAY)}
        if finished(request, done):
            assert request.step == 0
            return
        for person in (*PEOPLE, "x", "z"):
            seats = {seat for _, seat, who in may if who == person}
            try:
                found = seat_for(request, house, person, DAY)
            except Refused:
                found = ""
            assert (found in seats) if seats else found == ""
        if not may:
            assert ahead(request, house, DAY).blocked == request.step
            return
        number, _, who = random.choice(sorted(may))
        seat = seat_for(request, house, who, DAY)
        assert request.step == number
        done = (*done, (number, seat, who))
        given_ = tuple(Approval(step=n, seat=s, person=p) for n, s, p in done)
        request = Request(
            company="k", proposer=request.proposer, reference="r", route=request.route, sole=request.sole, given=given_
        )  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(requests())
def test_the_simulation_says_exactly_how_far_the_best_order_gets(case: Any) -> None:
    request, house = case
    found, reached = ahead(request, house, DAY), furthest(request, house, DAY)
    assert found.blocked == (0 if reached == len(request.route.steps) else reached + 1)
    assert bool(found.because) is bool(found.blocked)
    for step in found.steps:
        assert [s.asked for s in step.seats] == [in_place_of(house, s.person, DAY) for s in step.seats]
    if found.because == "proposer":
        free = Request(company="k", proposer="-", reference="r", route=request.route)
        assert furthest(free, house, DAY) > reached


def test_one_who_could_act_on_two_steps_is_kept_for_the_step_that_needs_them() -> None:
    """One person stands in for a and for c: b acts on the first step, so that the other is free for the second."""
    route = Route(steps=steps(("ab", 1), ("c", 1)))
    house = House(company="k", stand_ins=(away("a", "x"), away("c", "x")))
    request = Request(company="k", proposer="z", reference="r", route=route)
    assert ahead(request, house, DAY).blocked == 0
    used_up = Request(
        company="k", proposer="z", reference="r", route=route, given=(Approval(step=1, seat="a", person="x"),)
    )
    assert (ahead(used_up, house, DAY).blocked, ahead(used_up, house, DAY).because) == (2, "twice")
    alone = Request(company="k", proposer="b", reference="r", route=route)
    assert (ahead(alone, house, DAY).blocked, ahead(alone, house, DAY).because) == (2, "proposer")


@pytest.mark.parametrize(
    ("route", "orders"),
    [
        (steps(("abc", 3)), 6),
        (steps(("abc", 1)), 3),
        (steps(("abc", 2)), 6),
        (steps(("a", 1), ("b", 1), ("c", 1)), 1),
        (steps(("ab", 2), ("cd", 1)), 4),
        (steps(("abc", 2), ("de", 2)), 12),
    ],
)
def test_parallel_any_of_n_of_m_and_serial(route: tuple[RouteStep, ...], orders: int) -> None:
    """How many orders of approvals complete it: counted by hand."""
    request = Request(company="k", proposer="z", reference="r", route=Route(steps=route))
    house = House(company="k")

    def count(given_: tuple[Approval, ...]) -> int:
        now = Request(company="k", proposer="z", reference="r", route=Route(steps=route), given=given_)
        if not now.step:
            return 1
        total = 0
        for person in PEOPLE:
            try:
                seat = seat_for(now, house, person, DAY)
            except Refused:
                continue
            total += count((*given_, Approval(step=now.step, seat=seat, person=person)))
        return total

    assert count(()) == orders
    assert ahead(request, house, DAY).blocked == 0


# stand-ins


@st.composite
def slips(draw: Any) -> tuple[StandIn, ...]:
    some = st.tuples(
        st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(0, 9), st.integers(0, 5)
    ).map(lambda s: away(s[0], s[1], s[2], s[2] + s[3]))
    return tuple(draw(st.lists(some, max_size=6)))


def ring_or_two(stand_ins: tuple[StandIn, ...]) -> str:
    """Every day, every person: does one have two stand-ins; does the way from one lead back?"""
    on_day = [[s for s in stand_ins if s.first <= day <= s.last] for day in days(*range(16))]
    if any(len({s.person for s in active}) != len(active) for active in on_day):
        return "house.two_stand_ins"
    for active in on_day:
        for start in PEOPLE:
            at = start
            for _ in range(len(active)):
                at = next((s.by for s in active if s.person == at), "")
                if at == start:
                    return "house.cycle"
    return ""


@settings(max_examples=500, deadline=None)
@given(slips())
def test_rings_are_found_on_whatever_day(stand_ins: tuple[StandIn, ...]) -> None:
    code, names = "", ""
    try:
        House(company="k", stand_ins=stand_ins).check()
    except Invalid as refusal:
        code, names = refusal.code, str(refusal.params.get("people", ""))
    assert code == ring_or_two(stand_ins)
    if code == "house.cycle":
        ring = names.split(" → ")
        assert ring[0] == ring[-1]
        assert len(set(ring)) == len(ring) - 1
        assert all(any((s.person, s.by) == pair for s in stand_ins) for pair in itertools.pairwise(ring))


def test_a_ring_names_its_persons_and_its_day() -> None:
    both = (away("甲野", "乙山", 0, 9), away("乙山", "甲野", 4, 5), away("丙川", "甲野", 0, 9))
    with pytest.raises(Invalid) as caught:
        House(company="k", stand_ins=both).check()
    assert caught.value.params == {"people": "甲野 → 乙山 → 甲野", "day": days(4)[0].isoformat()}
    House(company="k", stand_ins=(away("甲野", "乙山", 0, 3), away("乙山", "甲野", 4, 5))).check()


# the arrangement


STEP = steps(("a", 1))


@pytest.mark.parametrize(
    ("house", "code", "pointer"),
    [
        ({"routes": (Route(steps=()),)}, "house.steps", "/routes/0/steps"),
        ({"routes": (Route(steps=tuple(steps(*((chr(200 + i), 1) for i in range(MOST_STEPS + 1))))),)}, "house.steps", "/routes/0/steps"),
        ({"routes": (Route(steps=steps(("", 1))),)}, "house.people", "/routes/0/steps/0/people"),
        ({"routes": (Route(steps=(RouteStep(people=tuple(map(str, range(MOST_PEOPLE + 1))), need=1),)),)}, "house.people", "/routes/0/steps/0/people"),
        ({"routes": (Route(steps=STEP), Route(kinds=("approval",), steps=steps(("ab", 1), ("c", 2))))}, "house.need", "/routes/1/steps/1/need"),
        ({"routes": (Route(steps=steps(("ab", 0))),)}, "house.need", "/routes/0/steps/0/need"),
        ({"routes": (Route(steps=steps(("ab", 1), ("cb", 1))),)}, "house.person_twice", "/routes/0/steps/1/people/1"),
        ({"routes": (Route(steps=steps(("aa", 2))),)}, "house.person_twice", "/routes/0/steps/0/people/1"),
        ({"routes": (Route(steps=STEP), Route(steps=STEP))}, "house.route_twice", "/routes/1"),
        ({"routes": (Route(kinds=("approval", "reserved"), steps=STEP), Route(kinds=("reserved",), steps=STEP))}, "house.route_twice", "/routes/1"),
        ({"routes": (Route(steps=STEP),) * (MOST_ROUTES + 1)}, "house.too_many", "/routes"),
        ({"stand_ins": tuple(away("a", "b", 2 * i, 2 * i) for i in range(MOST_STAND_INS + 1))}, "house.too_many", "/stand_ins"),
        ({"stand_ins": (away("a", "b"), away("a", "b", 5, 4))}, "house.days", "/stand_ins/1/last"),
        ({"stand_ins": (away("a", "b", 3, 9), away("c", "b"), away("a", "c", 0, 3))}, "house.two_stand_ins", "/stand_ins/0"),
        ({"stand_ins": (away("a", "a"),)}, "house.cycle", "/stand_ins"),
        ({"sole": True}, "house.sole", "/sole"),
        ({"sole": True, "routes": (Route(steps=STEP), Route(kinds=("approval",), steps=steps(("b", 1))))}, "house.sole", "/sole"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_field(house: Any, code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        House(company="k", **house).check()
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_the_largest_arrangement_is_checked_at_once() -> None:
    people = [f"p{i}" for i in range(MOST_STAND_INS + 1)]
    chain = tuple(away(p, by, i, 200) for i, (p, by) in enumerate(itertools.pairwise(people)))
    house = House(company="k", stand_ins=chain)
    house.check()
    assert house.holder(people[0], days(200)[0]) == people[-1]
    assert house.holder(people[0], days(1)[0]) == people[2]


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(("approval", "reserved"))), st.integers(0, 3)), max_size=5),
    st.integers(0, 4),
)
def test_the_route_that_names_the_kind_goes_first_then_the_highest_amount(given_: Any, amount: int) -> None:
    routes = tuple(Route(kinds=tuple(sorted(k)), from_amount=a, steps=STEP) for k, a in given_)
    found = House(company="k", routes=routes).route_for("approval", amount)
    named = [r for r in routes if "approval" in r.kinds and r.from_amount <= amount]
    plain = [r for r in routes if not r.kinds and r.from_amount <= amount]
    wanted = named or plain
    assert (found is None) is (wanted == [])
    assert found is None or found in wanted
    assert found is None or all(r.from_amount <= found.from_amount for r in wanted)


def test_mail_to_a_person_who_is_away_names_who_stands_in_and_nobody_elses_does() -> None:
    world = opened(2)
    boss = world.alliance.party(company(0)).contact
    first, last = world.today(), world.today() + timedelta(days=9)
    one = StandIn(
        person=boss.name, by="代わり", first=first, last=last, reason="出張", email=("k@example.com",)
    )
    other = StandIn(person="別人", by="他", first=first, last=last, reason="出張", email=("x@example.com",))
    silent = StandIn(
        person=boss.name,
        by="黙",
        first=last + timedelta(days=1),
        last=last + timedelta(days=2),
        reason="出張",
    )
    world.say(world.root, ArrangeHouse(stand_ins=(one, other, silent)), company(0))
    [copy] = world.alliance.mail_to(company(0), "remind", "x").copies
    assert (copy.name, copy.address, copy.first, copy.last) == ("代わり", "k@example.com", first, last)
    assert world.alliance.mail_to(company(0), "escalate", "x", escalate=True).copies == ()
    assert world.alliance.mail_to(company(1), "remind", "x").copies == ()
