"""One person follows another: what moves, what stays, and who reads of it.

The oracle of what is left is a search through the whole JSON of every open state, which knows no place by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.act import Actor
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
from teikei.domain.alliance.obligations import TakeOnObligation
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.company_wide import ahead
from teikei.domain.decision.approving import DecideInternalApproval
from teikei.domain.decision.state import Decision
from teikei.domain.errors import Refused
from teikei.domain.house import StandIn
from teikei.domain.matter import Matter, Person
from teikei.domain.views import plain, row, view
from tests.domain.cast import at, review
from tests.domain.inside import BOSS, CHIEF, CLERK, DEPUTY, HEAD, SUBMIT, TWO_STEPS, A, B, arrange, route
from tests.support.story_domain import World

HEIR = Person(name="後任", email="heir@example.com", language="en")
LEAVER = "担当0"
"""The contact of the first company."""


def hand(world: World, leaver: str = LEAVER, heir: Person = HEIR, days: int = 0) -> HandOver:
    return HandOver(
        leaver=leaver, successor=heir, on=world.today() + timedelta(days=days), reason="カナリア異動"
    )


@cache
def _busy() -> World:
    """In operation with three parties: a house, an approval under way, obligations, a review that is called."""
    world = at("operation", 3, voting=())
    away = StandIn(
        person=BOSS, by=DEPUTY, first=world.today(), last=world.today() + timedelta(days=400), reason="出張"
    )
    arrange(world, TWO_STEPS, route(((DEPUTY, HEAD), 2), kinds=("reserved",)), stand_ins=(away,))
    owed: dict[str, Any] = {"what": "報告", "basis": "第5条", "first": world.today() + timedelta(days=90)}
    for person in (LEAVER, CHIEF, HEIR.name):
        world.say(world.root, TakeOnObligation(owner=A, person=person, **owed), A)
    world.say(world.root, TakeOnObligation(owner=B, person=LEAVER, **owed), B)
    made = world.say(world.root, CallDecision(title="議案", motion="内容"), B).created
    world.say(made[0], SUBMIT, A, CLERK)
    return world


def busy() -> World:
    return _busy().copy()


def names(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value with the way to it."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from names(one, f"{path}/{key}")
    elif isinstance(value, (list, tuple)):
        for i, one in enumerate(value):
            yield from names(one, f"{path}/{i}")
    elif isinstance(value, str):
        yield path, value


def left(world: World, leaver: str) -> set[str]:
    """Where the name of a person of the first company still stands in open states."""
    found = set()
    for state in world.states.values():
        if state.over:
            continue
        shown = plain(state)
        shown["obligations"] = [o for o in shown.get("obligations", []) if o["owner"] == A]
        found |= {f"{state.kind}{path}" for path, text in names(shown) if text == leaver}
    return found


def previewed(world: World, act: HandOver) -> tuple[list[str], list[str]]:
    others = [s for s in world.states.values() if s.id != world.root]
    shown = ahead(world.alliance, others, act, Actor(company=A), world.now)
    assert shown is not None
    assert shown["problem"] is None
    return tuple(  # type: ignore[return-value]
        sorted(f"{p['what']} {p['where']}".strip() for p in shown[name]) for name in ("moves", "stays")
    )


def refusal(world: World, act: HandOver) -> str:
    """The refusal that the preview names; an alliance that it leaves out is one where nothing is held."""
    shown = ahead(world.alliance, [], act, Actor(company=A), world.now)
    if shown is None:
        return "handover.nothing"
    return shown["problem"]["code"] if shown["problem"] else ""


def happened(world: World, since: int) -> tuple[list[str], list[str]]:
    """What the record of the company says: the entry of the act, and one of each matter that heard it."""
    said = [x.entry for x in world.lines[since:] if x.entry.code in {"handover.done", "handover.heard"}]
    assert all(e.private_to == (A,) for e in said)
    moved, stays = ([str(p) for e in said for p in e.values[name]] for name in ("places", "left"))  # type: ignore[union-attr]
    return sorted(moved), sorted(stays)


PEOPLE = (LEAVER, "Boss 0", CHIEF, HEAD, DEPUTY, BOSS, CLERK)


@settings(max_examples=60, deadline=None)
@given(leaver=st.sampled_from(PEOPLE), approve=st.sampled_from(((), (CHIEF,), (HEAD,))), data=st.data())
def test_the_name_is_gone_but_where_it_must_stay_and_the_preview_said_so(
    leaver: str, approve: tuple[str, ...], data: st.DataObject
) -> None:
    world = busy()
    matter = world.decision().id
    for person in approve:
        world.say(matter, DecideInternalApproval(choice="approve"), A, person)
    heir = replace(HEIR, name=data.draw(st.sampled_from(("後任", "カナリア新任", CHIEF, BOSS, CLERK))))
    act, since = hand(world, leaver, heir), len(world.lines)
    before = {c: apart(world, c) for c in (B,)}
    if problem := refusal(world, act):
        assert code(world, act).split()[0] == problem
        assert leaver == CLERK or heir.name in {leaver, CHIEF, BOSS}
        return
    expected = previewed(world, act)
    world.say(world.root, act, A)
    assert happened(world, since) == expected
    kept = left(world, leaver)
    assert kept <= {
        f"decision/requests/0/{place}"
        for place in ("proposer", "given/0/seat", "given/0/person", "route/steps/0/people/0", "route/steps/0/people/1",
                      "route/steps/1/people/0")
    }  # fmt: skip
    assert bool(kept) == any(s.split()[0] in {"approval_round", "approval_seat"} for s in expected[1])
    assert changes(before[B], apart(world, B)) <= {
        "parties/0/contact", "parties/0/escalation", "obligations/0/person", "obligations/1/person"
    }  # fmt: skip


def apart(world: World, to: str) -> dict[str, Any]:
    """What another party sees, without the fence."""
    return {
        s.id: {k: v for k, v in view(s, to).items() if k != "version"} | {"row": plain(row(s))}
        for s in world.states.values()
    }


def changes(before: Any, after: Any) -> set[str]:
    old, new = dict(names(plain(before))), dict(names(plain(after)))
    found = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    return {"/".join(path.split("/")[2:5]) for path in found}


def test_nothing_of_it_is_read_by_the_others_but_whom_to_speak_with() -> None:
    world = busy()
    since = len(world.lines)
    world.say(world.root, hand(world), A, CLERK)
    open_to_b = [x for x in world.lines[since:] if not x.entry.private_to]
    said = [x.entry.code for x in open_to_b if x.matter == world.root]
    assert said == ["party.contact_changed", "obligation.person_changed"]
    assert all(x.entry.unnamed for x in open_to_b if x.matter == world.root)
    assert "カナリア" not in json.dumps([plain(x.entry) for x in open_to_b], ensure_ascii=False)
    seen = json.dumps([view(s, B) for s in world.states.values()], ensure_ascii=False)
    assert not [name for name in (HEAD, DEPUTY, BOSS, CLERK, "カナリア異動") if name in seen]
    world = busy()
    since = len(world.lines)
    world.say(world.root, hand(world, CHIEF), A)
    assert [x.entry.code for x in world.lines[since:] if not x.entry.private_to] == [
        "obligation.person_changed"
    ]


def test_mails_go_to_the_successor_and_the_invitation_is_sent_again() -> None:
    world = busy()
    world.until(lambda: "review.invited" in world.codes())
    wait = world.alliance.wait(f"review-{world.alliance.review}")
    first = [m for _, _, m in world.mails if m.invitation and m.company == A][-1]
    count = len(world.mails)
    world.say(world.root, hand(world), A)
    again = [m for _, _, m in world.mails[count:]]
    assert [(m.address, m.language, m.invitation) for m in again] == [(HEIR.email, "en", first.invitation)]
    assert wait is not None
    world.advance(wait.deadline or world.now)
    mine = {m.address for _, _, m in world.mails[count:] if m.company == A}
    assert mine == {HEIR.email, "boss0@example.com"}
    count = len(world.mails)
    world.say(world.root, hand(world, "Boss 0"), A)
    assert len(world.mails) == count, "an escalation is invited to nothing"


def test_a_day_to_come_is_seen_by_the_own_company_only_and_can_be_replaced() -> None:
    world = busy()
    before, since = apart(world, B), len(world.lines)
    world.say(world.root, hand(world, days=30), A)
    assert apart(world, B) == before
    assert all(x.entry.private_to == (A,) for x in world.lines[since:])
    [mine] = view(world.alliance, A)["handovers"]
    assert (mine["leaver"], mine["on"]) == (LEAVER, (world.today() + timedelta(days=30)).isoformat())
    assert [d for d in view(world.alliance, A)["due"] if d["item"].startswith("handover-")]
    other = replace(HEIR, name="別人", email="other@example.com")
    world.say(world.root, hand(world, heir=other, days=10), A)
    assert [(p.number, p.successor.name) for p in world.alliance.handovers] == [(mine["number"], "別人")]
    world.advance(world.now + timedelta(days=9))
    assert world.alliance.party(A).contact.name == LEAVER
    world.advance(world.now + timedelta(days=2))
    assert world.alliance.party(A).contact.name == "別人"
    assert world.alliance.handovers == ()
    assert [d for d in world.alliance.due if d.item.startswith("handover-")] == []


def test_a_plan_is_withdrawn_and_follows_the_successor() -> None:
    world = busy()
    world.say(world.root, hand(world, days=30), A)
    world.say(world.root, WithdrawHandover(leaver=LEAVER), A)
    assert code(world, WithdrawHandover(leaver=LEAVER)) == "handover.not_planned"
    assert world.alliance.due_item("handover-1/day") is None
    world.say(world.root, hand(world, days=30), A)
    third = replace(HEIR, name="第三者")
    world.say(world.root, hand(world, HEIR.name, third), A)
    assert [p.successor.name for p in world.alliance.handovers] == ["第三者"]
    back = replace(HEIR, name=LEAVER)
    world.say(world.root, hand(world, "第三者", back), A)
    assert world.alliance.handovers == (), "nobody follows themself"


def test_on_the_day_the_rest_moves_where_the_house_contradicts_it() -> None:
    world = busy()
    world.say(world.root, hand(world, BOSS, replace(HEIR, name="カナリア新任"), days=5), A)
    world.say(world.root, hand(world, days=5), A)
    arrange(world, route(((BOSS, "カナリア新任"), 1)))
    world.advance(world.now + timedelta(days=6))
    assert world.alliance.party(A).contact == HEIR
    done = [x.entry.values for x in world.lines if x.entry.code == "handover.done"]
    assert ["house"] in [v["left"] for v in done]
    assert world.alliance.house(A).routes[0].people() == (BOSS, "カナリア新任")


def code(world: World, act: Any, who: str = A) -> str:
    before = dict(world.states)
    try:
        world.say(world.root, act, who)
    except Refused as refusal:
        assert world.states == before
        return f"{refusal.code} {refusal.pointer}".strip()
    return ""


def test_refusals() -> None:
    world = busy()
    assert code(world, hand(world, "誰か")) == "handover.nothing"
    assert code(world, hand(world, CHIEF), B) == "handover.nothing", (
        "a person of that name at another company"
    )
    assert code(world, hand(world, heir=replace(HEIR, name=LEAVER))) == "handover.same_person /successor/name"
    assert code(world, hand(world, days=-1)) == "handover.in_the_past /on"
    assert code(world, hand(world, CHIEF, replace(HEIR, name=HEAD))) == "house.person_twice /successor/name"
    assert code(world, hand(world, DEPUTY, replace(HEIR, name=BOSS))) == "house.cycle /successor/name"
    assert code(world, hand(world), "cmp_x") == "party.not_one"


def test_who_stood_in_for_the_leaver_can_follow() -> None:
    """The commonest handover of all: literally replaced, the successor would stand in for themself."""
    world = busy()
    arrange(world, TWO_STEPS, stand_ins=(stand_in(world, BOSS, DEPUTY), stand_in(world, DEPUTY, HEAD)))
    world.say(world.root, hand(world, BOSS, replace(HEIR, name=DEPUTY)), A)
    house = world.alliance.house(A)
    assert [(s.person, s.by) for s in house.stand_ins] == [(DEPUTY, HEAD)]
    assert house.routes[0].steps[1].people == (DEPUTY,)


def test_a_person_of_the_same_name_at_another_company_is_another_one() -> None:
    world = busy()
    world.say(world.root, hand(world), B)
    assert world.alliance.party(A).contact.name == LEAVER
    assert [o.person for o in world.alliance.obligations] == [LEAVER, CHIEF, HEIR.name, HEIR.name]


def stand_in(world: World, person: str, by: str) -> StandIn:
    return StandIn(person=person, by=by, first=world.today(), last=world.today(), reason="出張")


def test_an_approval_under_way_goes_on_with_the_successor() -> None:
    world = busy()
    matter = world.decision().id
    world.say(world.root, hand(world, CHIEF, replace(HEIR, name="カナリア新任")), A)
    state = world.states[matter]
    assert isinstance(state, Decision)
    assert state.requests[0].route.steps[0].people == ("カナリア新任", HEAD)
    world.say(matter, DecideInternalApproval(choice="approve"), A, "カナリア新任")
    world.say(matter, DecideInternalApproval(choice="approve"), A, DEPUTY)
    stands = world.states[matter].approved_inside(A)  # type: ignore[attr-defined]
    assert stands.status == "approved"


@pytest.mark.parametrize("heir", [CLERK, HEAD])
def test_a_seat_that_the_successor_cannot_take_stays_and_is_named(heir: str) -> None:
    """Who proposed the round may not approve it; who has a seat in it gets no second one."""
    world = busy()
    matter = world.decision().id
    if heir == HEAD:
        arrange(world, route(((CHIEF,), 1)))
    act = hand(world, CHIEF, replace(HEIR, name=heir))
    assert previewed(world, act)[1] == ["approval_seat 1"]
    world.say(world.root, act, A)
    assert world.states[matter].requests[0].route.steps[0].people == (CHIEF, HEAD)  # type: ignore[attr-defined]
    assert CHIEF not in world.alliance.house(A).routes[0].people()


def test_who_contested_in_a_matter_goes_on_acting_for_itself_there() -> None:
    world = busy()
    matter = world.decision().id
    parties = tuple(replace(p, off_platform=p.company == A) for p in world.alliance.parties)
    world.states[world.root] = replace(world.alliance, parties=parties)
    world.say(world.root, hand(world), A)
    assert world.states[matter].party(A).contact == HEIR
    assert world.states[matter].party(A).off_platform is False


def test_who_represents_the_company_and_what_was_signed_stay() -> None:
    world = at("operation", 2)
    parties = tuple(replace(p, representative_name=LEAVER) for p in world.alliance.parties)
    for key, state in world.states.items():
        world.states[key] = replace(state, parties=parties)
    main = world.agreement("main")
    signed = tuple(replace(s, signatory=LEAVER) for s in main.signatures)
    world.states[main.id] = replace(main, signatures=signed)
    review(world, chair=LEAVER)
    world.unwritten = frozenset({"minutes"})
    expected = previewed(world, hand(world))
    since = len(world.lines)
    world.say(world.root, hand(world), A)
    assert happened(world, since) == expected
    assert {s.split()[0] for s in expected[1]} == {"representative", "signature"}
    assert world.alliance.party(A).representative_name == LEAVER
    assert {s.signatory for s in world.agreement("main").signatures} == {LEAVER}


def test_a_clean_team_and_minutes_under_way_are_named() -> None:
    world = at("operation", 2)
    world.unwritten = frozenset({"minutes"})
    review(world, chair=LEAVER)
    alliance = world.alliance
    brief = replace(alliance.brief, needs=("clean_team",))
    world.states[world.root] = replace(alliance, brief=brief)
    assert previewed(world, hand(world))[1] == ["clean_team", "minutes 1"]
    world.say(world.root, hand(world), A)
    assert world.alliance.minutes[0].chair == LEAVER


@pytest.mark.parametrize(
    "stage", ["intake", "nda", "due_diligence", "negotiation", "signing", "operation", "exit"]
)
def test_it_works_at_every_stage_and_in_every_open_matter(stage: str) -> None:
    world = at(stage)
    world.say(world.root, hand(world), A)
    mine: list[Matter] = [s for s in world.states.values() if not s.over]
    assert {s.party(A).contact.name for s in mine} == {HEIR.name}
    assert {s.party(B).contact.name for s in mine} == {"担当1"}
    assert left(world, LEAVER) == set()
