"""A company's own approval in SQL: every read that another company has is searched for the names of its people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.ports import Subject
from activities.record import Say
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.act import Actor
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.errors import Unknown
from teikei.domain.house import Route, RouteStep
from tests.domain import cast
from tests.support.story import SqlWorld, subject, voting

CANARY = "カナリア"
CLERK, HEAD = f"{CANARY}係", f"{CANARY}部長"
A, B, STRANGER = subject(0), subject(1), subject(7)
ROUTE = Route(steps=(RouteStep(people=(HEAD,), need=1),))


@pytest.fixture
def reads(engine: Engine, tmp_path: Path) -> SqlReads:
    return SqlReads(engine, FileStore(tmp_path / "files"), Mailer(SqlQueue(engine), MailSettings()))


def approved(engine: Engine) -> tuple[SqlWorld, str, list[str]]:
    """One round that was returned, one that was approved; an order of the company, and one of its people's keys."""
    world, matter = voting(engine, sandbox=True)
    world.say(world.root, ArrangeHouse(routes=(ROUTE,)), A.company, CLERK)
    submit = SubmitInternalApproval(reference=f"{CANARY}番号")
    for choice in ("return", "approve"):
        world.say(matter, submit, A.company, CLERK)
        answer = DecideInternalApproval(choice=choice, comment=f"{CANARY}所見")
        by = Actor(company=A.company, person=HEAD, key_id=f"key_{CANARY}")
        world._apply(matter, answer, by)
    say = Say(key="later", by=Actor(company=A.company, person=CLERK), act=submit)
    return world, matter, [world.queue.put(matter=matter, say=say)]


def whole(reads: SqlReads, who: Subject, world: SqlWorld) -> str:
    """Everything that a company can read."""
    parts: list[Any] = [reads.matter(who, s.kind, s.id) for s in world.states.values()]
    for kind in ("alliance", "agreement", "decision", "allocation"):
        parts += reads.matters(who, kind, alliance="", stage="", after="", limit=100).data
    for state in world.states.values():
        for kind in ("score", "comment", "review", "action", "approval", "house"):
            parts += reads.items(who, state.id, kind, after="", limit=100).data
    parts += reads.timeline(who, world.root, after="", limit=100).data
    parts += [list(reads.record(who, world.root))]
    parts += reads.papers(who, world.root, after="", limit=100).data
    for mail in reads.outbox(who, world.root, status="", after="", limit=100).data:
        parts += [mail, reads.mail(who, mail["id"]).decode()]
    return json.dumps(parts, ensure_ascii=False)


def test_no_read_of_another_company_holds_a_name(engine: Engine, reads: SqlReads) -> None:
    world, matter, orders = approved(engine)
    assert reads.matter(B, "decision", matter)["internal"][0]["status"] == "approved"
    assert CANARY not in whole(reads, B, world)
    own = whole(reads, A, world)
    for name in (CLERK, HEAD, f"{CANARY}番号", f"{CANARY}所見", f"key_{CANARY}"):
        assert name in own
    for q in (CANARY, HEAD):
        for who in (A, B):
            assert reads.alliances(who, stage="", form="", q=q, after="", limit=9).data == []
    assert CANARY.encode() not in reads.register(B, stage="", form="", q="", language="ja")
    for order in orders:
        with pytest.raises(Unknown):
            reads.waiting(B, order)


def test_the_approval_route_is_ones_own_and_counts_by_the_clock_of_the_alliance(
    engine: Engine, reads: SqlReads
) -> None:
    world, matter = voting(engine, sandbox=True)
    world.say(world.root, ArrangeHouse(routes=(ROUTE,)), A.company, CLERK)
    found = reads.approval_route(A, matter, CLERK)
    assert (found["problem"], found["ahead"]["blocked"]) == ("", 0)
    assert found["ahead"]["steps"][0]["seats"] == [{"person": HEAD, "asked": HEAD, "acted": ""}]
    assert reads.approval_route(A, matter, HEAD)["problem"] == "house.blocked"
    assert reads.approval_route(A, matter, "")["proposer"] == A.person
    other = reads.approval_route(B, matter, "")
    assert (other["problem"], other["ahead"]["steps"]) == ("house.no_route", [])
    for who, where in ((STRANGER, matter), (A, world.root)):
        with pytest.raises(Unknown):
            reads.approval_route(who, where, "")


def test_a_house_is_heard_through_the_outbox(engine: Engine, reads: SqlReads) -> None:
    world, matter = voting(engine)
    world.say(world.root, ArrangeHouse(routes=(ROUTE,)), A.company, CLERK)
    for state in world.states.values():
        assert len(reads.matter(A, state.kind, state.id)["houses"]) == 1
        assert reads.matter(B, state.kind, state.id)["houses"] == []
    assert cast.refused(world, matter, ArrangeHouse(), A.company) == "act.not_here"
