"""The decision clock against an oracle that walks minute by minute, and over whole lives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.act import Tell
from teikei.domain.alliance.rescheduling import MoveReview
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.state import Alliance
from teikei.domain.calendar import Calendar, settle
from teikei.domain.clock import Hold, released
from teikei.domain.elapsed import DAY, MOST_SPENT, OTHER, clock, in_days, reviewed, together
from teikei.domain.matter import SUSPENSION, Matter, Spent, Step, Suspension
from teikei.domain.messages import handed_on
from teikei.domain.views import view
from tests.domain.cast import (
    agree,
    at,
    begin_exit,
    companies,
    company,
    decide,
    drafted,
    freeze,
    opened,
    review,
    settle_period,
    sign,
    tick,
)
from tests.support.story_domain import START, World, japan

A, B, C = companies(3)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
JST = timedelta(hours=9)


def is_open(at: datetime, holidays: Iterable[date]) -> bool:
    """Is this a minute of a business day in Tokyo? Written apart from the calendar of the domain."""
    day = (at + JST).date()
    return day.isoweekday() <= 5 and day not in holidays


# working time


@given(
    since=st.datetimes(datetime(2026, 4, 20), datetime(2026, 5, 10)),  # noqa: DTZ001
    minutes=st.lists(st.integers(0, 4000), min_size=1, max_size=4),
    seconds=st.integers(0, 59),
)
@settings(max_examples=30, deadline=None)
def test_working_time_is_that_of_business_days_and_adds_up(
    since: datetime, minutes: list[int], seconds: int
) -> None:
    since = since.replace(second=0, microsecond=0, tzinfo=UTC)
    cuts = [since + sum(minutes[:i]) * MINUTE for i in range(len(minutes) + 1)]
    walked = sum(is_open(since + i * MINUTE, japan().holidays) for i in range(sum(minutes)))
    assert japan().worked(cuts[0], cuts[-1]) == 60 * walked
    odd = [c + timedelta(seconds=seconds * i, microseconds=i) for i, c in enumerate(cuts)]
    parts = [japan().worked(a, b) for a, b in pairwise(odd)]
    assert sum(parts) == japan().worked(odd[0], odd[-1])
    assert japan().worked(cuts[-1], cuts[0]) == 0


def test_by_hand_as_the_page_says() -> None:
    """docs/calendar.md; noon in Tokyo is 03:00 UTC, 12 January a holiday."""
    friday = datetime(2026, 1, 9, 3, tzinfo=UTC)
    assert in_days(japan().worked(friday, friday + timedelta(days=4))) == "1.0"
    state = settle(_bare().ask("votes", (A,), START), japan(), START)
    stood = datetime(2026, 1, 6, 15, tzinfo=UTC)
    still = settle(replace(state, suspended=Suspension(since=stood, reason="x")), japan(), stood, state)
    going = settle(replace(still, suspended=None), japan(), stood + timedelta(days=1), still)
    done = settle(going.closed_wait("votes"), japan(), START + timedelta(days=3), going)
    assert [in_days(r.seconds) for r in done.spent] == ["2.0"]


def test_days_are_said_with_one_decimal_from_whole_numbers() -> None:
    said = [
        in_days(s) for s in (0, 4319, 4320, 8639, DAY - 4321, DAY - 4320, DAY, 25 * DAY // 2, 10**9 * DAY)
    ]
    assert said == ["0.0", "0.0", "0.1", "0.1", "0.9", "1.0", "1.0", "12.5", "1000000000.0"]


# one matter: random questions, answers, suspensions and holidays


@dataclass
class Walker:
    """The oracle: who owes what, and how much of a question's time has still to pass before its day; no instants."""

    holidays: frozenset[date]
    owing: dict[str, set[str]] = field(default_factory=dict)
    lead: dict[str, int] = field(default_factory=dict)
    standing: bool = False
    minutes: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)

    def pass_(self, now: datetime, minutes: int) -> datetime:
        for i in range(minutes):
            if self.standing:
                continue
            for item, who in self.owing.items():
                if self.lead[item]:
                    self.lead[item] -= 1
                elif is_open(now + i * MINUTE, self.holidays):
                    self.minutes.update(who)
        return now + minutes * MINUTE

    def over(self, item: str, who: set[str] | None = None) -> None:
        gone = self.owing.get(item, set()) & (self.owing.get(item, set()) if who is None else who)
        self.times.update(gone)
        self.owing[item] = self.owing.get(item, set()) - gone
        if not self.owing[item]:
            del self.owing[item]


MOVES = st.tuples(
    st.integers(0, 2500),
    st.sampled_from(["ask", "ask", "answer", "answer", "again", "close", "stand", "stand", "look"]),
    st.sampled_from(["votes", "review-1", "action-2"]),
    st.sampled_from([(A,), (B,), (A, B), (B, C), (A, B, C)]),
    st.sampled_from([0, 0, -300, 700, 3000]),
)
HOLIDAYS = st.frozensets(st.dates(date(2026, 1, 5), date(2026, 1, 25)), max_size=6)


@given(moves=st.lists(MOVES, max_size=14), holidays=HOLIDAYS)
@settings(max_examples=120, deadline=None)
def test_totals_are_the_elapsed_working_time_less_what_stood(
    moves: list[Any], holidays: frozenset[date]
) -> None:
    calendar = Calendar(name="JP", zone="Asia/Tokyo", holidays=holidays, version="x")
    state = settle(_bare(), calendar, START)
    now, walker = START, Walker(holidays)
    for gap, move, item, who, lead in moves:
        now = walker.pass_(now, gap)
        before = state
        state = settle(_moved(state, walker, now, move, item, who, lead), calendar, now, before)
    now = walker.pass_(now, 100)
    done = settle(state.quiet(), calendar, now, state)
    for item in list(walker.owing):
        walker.over(item)
    assert _seconds(done.spent) == {c: 60 * n for c, n in walker.minutes.items() if n}
    assert {c: n for c, n in _times(done.spent).items() if n} == dict(walker.times)
    assert all(r.seconds >= 0 and r.times >= 0 for r in done.spent)
    assert {r.kind for r in done.spent} <= {"votes", "review", "action"}


def _bare() -> Alliance:
    return replace(opened(3).alliance, waits=(), due=(), spent=())


def _moved(
    state: Alliance, walker: Walker, now: datetime, move: str, item: str, who: tuple[str, ...], lead: int
) -> Alliance:
    """The same move in the state and in the oracle."""
    if move == "stand":
        walker.standing = not walker.standing
        if state.suspended:
            going: Alliance = released(state, now).state
            return going
        return replace(state, suspended=Suspension(since=now, reason="x"))
    if move == "ask":
        walker.over(item) if item in walker.owing else None
        walker.owing[item], walker.lead[item] = set(who), max(0, lead)
        return state.ask(item, who, now + lead * MINUTE, Step(n=1, unit="day"))
    if item not in walker.owing:
        return state
    if move == "answer":
        walker.over(item, {who[0]})
        return state.answered(item, who[0])
    if move == "again":
        walker.owing[item].add(who[0])
        return state.asked_again(item, who[0])
    if move == "close":
        walker.over(item)
        return state.closed_wait(item)
    return state


def _seconds(rows: Iterable[Spent]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for r in rows:
        found[r.company] += r.seconds
    return {c: s for c, s in found.items() if s}


def _times(rows: Iterable[Spent]) -> Counter[str]:
    found: Counter[str] = Counter()
    for r in rows:
        found[r.company] += r.times
    return found


# whole lives: every state that was ever stored says who owed what


def owed(world: World) -> dict[str, int]:
    """Seconds by company, walked hour by hour over all that was stored; the lives here move by whole hours."""
    found: Counter[str] = Counter()
    by_matter: dict[str, list[tuple[datetime, Matter]]] = {}
    for when, state in world.history:
        by_matter.setdefault(state.id, []).append((when, state))
    for stored in by_matter.values():
        lead: dict[tuple[str, datetime], int] = {}
        for (when, state), (until, _) in pairwise(stored):
            for wait in state.waits:
                ahead = max(0, (wait.since - when) // HOUR)
                lead.setdefault((wait.item, wait.since), ahead)
            if not state.suspended:
                for hour in range((until - when) // HOUR):
                    _hour(state, lead, when + hour * HOUR, found)
    return dict(found)


def _hour(state: Matter, lead: dict[tuple[str, datetime], int], at: datetime, found: Counter[str]) -> None:
    for wait in state.waits:
        if lead[wait.item, wait.since]:
            lead[wait.item, wait.since] -= 1
        elif is_open(at, japan().holidays) and wait.item != SUSPENSION:
            found.update(dict.fromkeys(wait.awaits, 3600))


def kept(world: World) -> Iterator[Spent]:
    """What every matter holds, and what was told to one that was over by then."""
    for state in world.states.values():
        yield from state.spent
    for tell, _ in world.late:
        yield from getattr(tell.act, "spent", ())


def silent_talks() -> World:
    world = drafted(3)
    freeze(world, "main")
    world.until(lambda: world.agreement("main").stage == "rounds")
    world.say(world.root, Suspend(reason="監査"), A)
    world.advance(world.now + timedelta(days=9))
    world.say(world.root, Resume(), B)
    world.until(lambda: world.alliance.over)
    return world


def a_whole_life() -> World:
    world = at("operation", 2)
    world.say(world.root, MoveReview(number=1, to=date(2026, 11, 5), reason="出張"), A)
    world.advance(datetime(2026, 9, 1, 3, tzinfo=UTC))
    world.say(world.root, Suspend(reason="監査"), A)
    world.advance(world.now + timedelta(days=21, hours=5))
    world.say(world.root, Resume(), B)
    world.until(lambda: bool(world.alliance.review == 2))
    review(world)
    world.until(lambda: world.alliance.period == 1)
    world.advance(world.now + timedelta(days=3))
    settle_period(world, pay=False)
    world.advance(world.now + timedelta(days=3))
    begin_exit(world, world.today() + timedelta(days=90))
    agree(world, "termination")
    world.until(lambda: world.period().number == 2)
    settle_period(world)
    tick(world)
    return world


def dropped() -> World:
    world = at("operation", 2)
    world.until(lambda: world.alliance.period == 1)
    world.advance(world.now + timedelta(days=20))
    for c in (A, B):
        world.say(world.root, Abandon(reason="x"), c)
    return world


@pytest.mark.parametrize("live", [silent_talks, a_whole_life, dropped])
def test_over_a_whole_life_no_hour_is_lost_or_counted_twice(live: Any) -> None:
    world = live()
    assert world.alliance.over
    assert _seconds(kept(world)) == owed(world)
    in_alliance = _seconds(world.alliance.spent)
    assert all(in_alliance[c] > 0 for c in world.alliance.companies())


def test_what_a_matter_took_is_handed_on_once_under_the_stage_that_hears_of_it() -> None:
    world = at("nda")
    world.advance(world.now + timedelta(days=2))
    freeze(world, "nda")
    world.advance(world.now + timedelta(days=2))
    before = world.alliance.spent
    assert not [r for r in before if r.kind in {"rounds", "votes", "signatures"}]
    decide(world)
    world.advance(world.now + timedelta(days=1))
    sign(world, "nda")
    rows = {(r.stage, r.kind): r for r in world.alliance.spent if r.company == B}
    assert rows["nda", "rounds"].seconds == 2 * DAY
    assert rows["nda", "votes"].seconds == 2 * DAY
    assert rows["nda", "signatures"].seconds == DAY // 2, "from Friday noon to Saturday noon"
    assert all(r.times == 1 for r in rows.values())
    assert all(s.spent == () for s in world.states.values() if s.id != world.root)


def test_news_for_others_takes_nothing_along() -> None:
    state = replace(opened().alliance, spent=(Spent(company=A, stage="x", kind="y", seconds=1),))
    tells = (Tell(to="agr_x", act=Hold(reason="x")),)
    assert handed_on(state, tells) == (state, tells)


def test_a_state_from_before_the_clock_counts_from_now_on() -> None:
    world = opened()
    old = replace(world.alliance, waits=tuple(replace(w, counted=None) for w in world.alliance.waits))
    now = START + timedelta(days=2)
    seen = settle(old, japan(), now, old)
    assert _seconds(seen.spent) == {}
    later = settle(seen, japan(), now + HOUR, seen)
    assert _seconds(later.spent) == {A: 3600}


def test_the_rows_are_bounded_and_what_is_more_is_added_up() -> None:
    every = [Spent(company=A, stage="s", kind=f"k{i}", seconds=1, times=1) for i in range(MOST_SPENT + 50)]
    rows = together((), every)
    assert len(rows) == MOST_SPENT + 1
    assert sum(r.seconds for r in rows) == sum(r.times for r in rows) == MOST_SPENT + 50
    assert rows[-1].kind == OTHER
    assert together(rows, every[-1:])[-1].seconds == 51


# who sees it


def test_the_review_sees_what_was_taken_since_the_last_one_and_in_total() -> None:
    world = at("operation", 2)
    world.until(lambda: world.alliance.period == 1)
    state = world.alliance
    line = [x["values"]["days"] for x in view(state, A)["agenda"] if x["code"] == "agenda.clock"]
    took = _seconds(state.spent)
    assert line == [f"甲 {in_days(took[A])} / 乙 {in_days(took[B])}"]
    review(world)
    minutes = next(v for k, v in reversed(world.written) if k == "minutes")
    rows = [c for c in getattr(minutes, "clock") if c.label == "乙"]  # noqa: B009
    mine = [r for r in state.spent if r.company == B]
    assert rows[-1].what == ""
    assert rows[-1].total == rows[-1].since
    assert rows[-1].times == sum(r.times for r in mine)
    assert "定例レビュー" in {r.what for r in rows}
    shown = view(world.alliance, A)["clock"]
    assert [c["company"] for c in shown] == [A, B]
    seen = _seconds(reviewed(state.spent))
    assert shown[1]["days"] != shown[1]["days_since_review"]
    assert seen == took
    assert "spent" not in view(world.alliance, A)
    assert all("counted" not in w for w in view(world.alliance, A)["waits"])


def test_after_a_review_only_what_came_later_is_of_late() -> None:
    row = Spent(company=company(0), stage="operation", kind="votes", seconds=2 * DAY, times=3)
    state = replace(opened().alliance, spent=reviewed((row,)))
    assert clock(state)[0]["days_since_review"] == "0.0"
    state = replace(state, spent=together(state.spent, (replace(row, seconds=DAY // 2, times=1),)))
    assert clock(state) == [
        {
            "company": A, "days": "2.5", "days_since_review": "0.5",
            "of": [{
                "stage": "operation", "kind": "votes", "days": "2.5", "times": 4, "days_since_review": "0.5", "times_since_review": 1,
            }],
        }
    ]  # fmt: skip
