"""What a company approves inside stays its own: everything that the others read is searched, and compared."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.act import Actor, Entry, judge
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.errors import Refused
from teikei.domain.house import House
from teikei.domain.matter import Matter
from teikei.domain.messages import PartyChanged
from teikei.domain.record import payload
from teikei.domain.views import row, view
from tests.domain.cast import company, sign
from tests.domain.inside import (
    APPROVE,
    BOSS,
    CHIEF,
    CLERK,
    DEPUTY,
    HEAD,
    NAMES,
    RECORD,
    RETURN,
    SUBMIT,
    TWO_STEPS,
    A,
    B,
    C,
    arrange,
    away,
    called,
    route,
)
from tests.support.story_domain import World


def readable(world: World, to: str) -> list[Entry]:
    return [x.entry for x in world.lines if not x.entry.private_to or to in x.entry.private_to]


def seen(world: World, to: str) -> str:
    """Everything of the domain that a company can read."""
    views = [view(s, to) for s in world.states.values()]
    rows = [repr(row(s)) for s in world.states.values()]
    closed = [repr(i) for i in world.closed if not i.private_to or to in i.private_to]
    mails = [repr(m) for _, _, m in world.mails if m.company == to]
    entries = [repr(e) for e in readable(world, to)]
    papers = [repr(v) for _, v in world.written]
    return json.dumps(views, ensure_ascii=False) + "".join((*rows, *closed, *mails, *entries, *papers))


def lived_through(world: World, matter: str) -> None:
    """A round that is returned, a stand-in, an approval."""
    world.say(matter, SUBMIT, A, CLERK)
    world.say(matter, RETURN, A, CHIEF)
    arrange(world, TWO_STEPS, stand_ins=(away(world, BOSS, DEPUTY),))
    world.say(matter, SUBMIT, A, CLERK)
    world.say(matter, APPROVE, A, HEAD)
    world.say(matter, APPROVE, A, DEPUTY)


def test_nobody_else_reads_a_name_a_number_or_a_comment() -> None:
    world, matter = called(3)
    arrange(world, TWO_STEPS)
    lived_through(world, matter)
    for c in (B, C, company(9), "operator"):
        assert "カナリア" not in seen(world, c)
    own = seen(world, A)
    assert {
        name for name in (*NAMES, "カナリア番号", "カナリア所見", "カナリア出張") if name not in own
    } == set()
    for c in (A, B):
        world.say(matter, RECORD, c) if c == B else None
        world.say(matter, CastVote(choice="yes"), c, "投票者")
    world.say(matter, RECORD, C)
    world.say(matter, CastVote(choice="yes"), C, "投票者")
    sign(world, "main")
    world.until(lambda: world.alliance.stage == "operation")
    for c in (B, C):
        assert "カナリア" not in seen(world, c), "also afterwards"


def test_what_others_read_in_the_record_names_the_company_only() -> None:
    world, matter = called()
    arrange(world, TWO_STEPS)
    moves = ((SUBMIT, CLERK), (APPROVE, CHIEF), (APPROVE, BOSS))
    for act, person in moves:
        by = Actor(company=A, person=person, key_id="key_カナリア")
        for entry in judge(act, world.states[matter], by, world.now).entries:
            said = json.dumps(payload(entry, act=act, by=by, matter=matter, stage="x"), ensure_ascii=False)
            assert ("カナリア" in said) is (entry.private_to == (A,))
        world.say(matter, act, A, person)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_the_others_read_the_same_whatever_the_house(data: st.DataObject) -> None:
    """A company with any house at all, beside one that approves elsewhere at the same moments."""
    world, matter = called(3)
    plain = world.copy()
    end = data.draw(st.sampled_from(("submitted", "approved", "returned")))
    chain = data.draw(
        st.sampled_from((((CHIEF,),), ((CHIEF, HEAD), (BOSS,)), ((CHIEF,), (HEAD,), (DEPUTY, BOSS))))
    )
    steps = tuple((people, data.draw(st.integers(1, len(people)))) for people in chain)
    arrange(world, route(*steps))
    before = [len(readable(w, B)) for w in (world, plain)]
    assert before[0] == before[1]
    world.say(matter, SUBMIT, A, CLERK)
    plain.say(matter, RecordInternalApproval(status="submitted", reference="r"), A)
    for w in (world, plain):
        w.now += timedelta(days=1)
    if end != "submitted":
        _to(world, matter, steps, end)
        plain.say(matter, RecordInternalApproval(status=end, reference="r"), A)  # type: ignore[arg-type]
    for company_ in (B, C):
        assert _apart(world, company_) == _apart(plain, company_)
        assert readable(world, company_)[before[0] :] == [
            replace(e, unnamed=True) for e in readable(plain, company_)[before[0] :]
        ]


def _to(world: World, matter: str, steps: Any, end: str) -> None:
    if end == "returned":
        world.say(matter, RETURN, A, CHIEF)
        return
    for people, need in steps:
        for person in people[:need]:
            world.say(matter, APPROVE, A, person)


def _apart(world: World, to: str) -> list[dict[str, Any]]:
    """Views without `version`: that something private was done moves the fence, as it does for a private mark."""
    return [
        {k: v for k, v in view(s, to).items() if k != "version"}
        for s in sorted(world.states.values(), key=lambda s: s.id)
    ]


def test_an_alliance_that_is_over_hears_nothing() -> None:
    world, matter = called()
    state = world.states[matter]
    assert isinstance(state, Decision)
    over: Matter = replace(state, stage="closed")
    with pytest.raises(Refused, match=r"matter\.over"):
        judge(PartyChanged(company=A, house=House(company=A)), over, Actor(company="teikei"), world.now)
