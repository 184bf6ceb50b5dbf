"""Parties that do not log in: what is entered for them, and by whom it looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.record import AnyAct
from teikei.domain.act import Actor, judge
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.intake import Unborn
from teikei.domain.alliance.obligations import HoldObligation, WaiveObligation
from teikei.domain.allocation.split import CloseInputs
from teikei.domain.allocation.state import Allocation
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.decision.rules import VotingRule
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval, Recuse
from teikei.domain.errors import Refused
from teikei.domain.matter import MOST_RECORDED, Party
from teikei.domain.recording import RECORDABLE, RecordFor
from teikei.domain.terms import SubjectRule
from teikei.domain.texts import titled
from teikei.domain.views import view
from tests.domain.by_others import (
    APPROVED,
    MOTION,
    A,
    B,
    ByOthers,
    C,
    enter,
    frozen,
    listed,
    lived,
    paper,
    signing,
)
from tests.domain.cast import (
    EVIDENCE,
    at,
    companies,
    company,
    decide,
    directory,
    drafted,
    off,
    opening,
    party,
    refused,
    signature,
)
from tests.support.story_domain import START, World, wire

INTERNAL = {"decision.internal", "decision.internal_reference"}


def story_of(world: World) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(x.stage, x.entry.code, x.entry.subjects) for x in world.lines if x.entry.code not in INTERNAL]


@settings(max_examples=8, deadline=None)
@given(n=st.integers(2, 4), bits=st.integers(1, 7))
def test_a_life_takes_the_same_course_whoever_enters_the_answers(n: int, bits: int) -> None:
    away = tuple(c for i, c in enumerate(companies(n)[1:]) if bits >> i & 1) or (B,)
    world = lived(ByOthers(), n, away)
    alone = lived(World(), n, ())
    stages = [s for s, code, _ in story_of(alone) if code.startswith("alliance.")]
    assert [s for s, code, _ in story_of(world) if code.startswith("alliance.")] == stages
    assert [c for _, c, _ in story_of(world)] == [c for _, c, _ in story_of(alone)]
    assert {x.by for x in world.lines}.isdisjoint(away), "no entry has an actor who did nothing"
    for line in world.lines:
        entered = isinstance(line.act, RecordFor)
        assert ("recorded_for" in line.entry.values) is entered
        if isinstance(line.act, RecordFor):
            assert line.entry.values["recorded_for"] == line.act.company != line.by
            assert line.entry.values["recorded_by"] == line.by
    said = {type(x.act.act) for x in world.lines if isinstance(x.act, RecordFor)}
    by_creditor = {HoldObligation, WaiveObligation}
    assert said - by_creditor == set(RECORDABLE) - {Recuse} - by_creditor
    assert companies(n)[-1] not in away or HoldObligation in said


# the flag


def test_the_flag_reaches_every_matter_and_old_payloads_have_none() -> None:
    world = lived(ByOthers(), 2, (B,))
    for state in world.states.values():
        assert [p.off_platform for p in state.parties] == [False, True]
    old = {**wire(Party).dump_python(world.alliance.parties[1])}
    del old["off_platform"]
    assert wire(Party).validate_python(old).off_platform is False
    for state in world.states.values():
        before = wire(type(state)).dump_python(state, mode="json")
        for field in ("recorded", "contested", "approved_by"):
            before.pop(field, None)
        assert wire(type(state)).validate_python(before).recorded == ()


def test_who_opens_logs_in() -> None:
    act = replace(opening(), parties=(replace(party(0), off_platform=True), party(1)))
    with pytest.raises(Refused) as caught:
        judge(act, Unborn(id="aln_x", companies=directory(2), now=START), Actor(company=A), START)
    assert (caught.value.code, caught.value.pointer) == (
        "parties.opener_off_platform",
        "/parties/0/off_platform",
    )


# what is refused


@pytest.mark.parametrize(
    ("act", "by", "person", "code", "pointer"),
    [
        (paper(CastVote(choice="yes"), C), A, "甲野", "recorded.not_off_platform", "/company"),
        (paper(CastVote(choice="yes")), A, "", "recorded.no_person", ""),
        (paper(CastVote(choice="yes")), B, "乙山", "recorded.own_company", "/company"),
        (paper(CastVote(choice="yes"), company(9)), A, "甲野", "parties.unknown_company", "/company"),
        (paper(CastVote(choice="yes")), company(9), "他人", "party.not_one", ""),
        (paper(paper(CastVote(choice="yes"))), A, "甲野", "recorded.not_recordable", "/act"),
        (paper(Comment(text="意見")), A, "甲野", "recorded.not_recordable", "/act"),
        (paper(ShareScores()), A, "甲野", "act.not_here", ""),
    ],
)
def test_refused(act: RecordFor, by: str, person: str, code: str, pointer: str) -> None:
    world = off(drafted(3), B)
    matter = frozen(world).id
    before = dict(world.states)
    with pytest.raises(Refused) as caught:
        world.say(matter, act, by, person)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    assert world.states == before


def test_a_field_of_the_wrapped_act_is_named_inside_it() -> None:
    world, _ = signing()
    wrong = replace(signature(world, world.agreement("main")), sha256=EVIDENCE)
    with pytest.raises(Refused) as caught:
        world.say(world.agreement("main").id, paper(wrong), A)
    assert (caught.value.code, caught.value.pointer) == ("agreement.other_bytes", "/act/sha256")


def test_on_the_wire_the_union_is_closed() -> None:
    good = wire(AnyAct).dump_python(paper(CloseInputs()), mode="json")
    assert wire(AnyAct).validate_python(good) == paper(CloseInputs())
    nested = wire(AnyAct).dump_python(paper(CloseInputs()), mode="json")
    for act in ({}, nested, {"kind": "freeze", "sha256": EVIDENCE}, {"kind": "share_scores", "by": A}):
        with pytest.raises(ValidationError):
            wire(AnyAct).validate_python({**good, "act": act})


# how it looks


def test_every_reader_sees_who_entered_it_and_on_what_evidence() -> None:
    world = off(drafted(), B)
    matter = frozen(world).id
    entered = enter(world, matter, CastVote(choice="yes"))
    said = world.values("decision.voted")
    assert said["recorded"] == entered
    assert (said["recorded_for"], said["recorded_by"], said["recorded_person"]) == (B, A, "甲野")
    assert (said["recorded_evidence"], said["recorded_how"]) == (EVIDENCE, "書面を受領")
    values = {**said, "recorded_for": "西海", "recorded_by": "東都"}
    assert titled("ja", "decision.voted", values) == "投票（賛成） ― 西海の代理記録（記録者：東都 甲野）"
    assert titled("en", "decision.voted", values).endswith("(entered for 西海 by 甲野 of 東都)")
    for reader in (A, B):
        shown = view(world.states[matter], reader)
        assert shown["votes"] == [{"company": B, "choice": "yes", "reason": "-", "recorded_by": A}]
        assert [(r["company"], r["status"], r["person"]) for r in shown["recorded"]] == [(B, "open", "甲野")]
    assert world.lines[-1].by == A


def test_a_private_mark_is_known_to_its_party_and_to_who_entered_it() -> None:
    world = off(at("due_diligence", 3), B)
    enter(world, world.root, GiveScore(about=C, axis="culture", points=2, evidence="所感"))
    assert world.lines[-1].entry.private_to == (B, A)
    for part in ("scores", "recorded"):
        assert [len(view(world.alliance, c)[part]) for c in (A, B, C)] == [1, 1, 0]
    enter(world, world.root, GiveScore(about=B, axis="culture", points=2, evidence="自己評価"))
    assert [len(view(world.alliance, c)["recorded"]) for c in (A, B, C)] == [2, 2, 1]
    world.until(lambda: bool(world.alliance.go_no_go))
    decide(world)
    assert [i.private_to for i in world.closed if i.kind == "score"] == [(B, A), ()]


def test_a_sealed_vote_stays_sealed_to_the_others() -> None:
    rule = SubjectRule(subject="resolution", rule=VotingRule(kind="majority", sealed=True))
    world = off(at("operation", 3, voting=(rule,)), B)
    matter = world.say(world.root, MOTION, A).created[0]
    enter(world, matter, CastVote(choice="no"))
    seen = [view(world.states[matter], c)["votes"][0]["choice"] for c in (A, B, C)]
    assert seen == ["no", "no", "sealed"]
    assert world.lines[-1].entry.private_to == (B, A)


def test_the_statement_says_who_entered_a_vote_and_an_amount() -> None:
    world = lived(ByOthers(), 2, (B,))
    statement: Any = next(v for kind, v in world.written if kind == "statement")
    assert [v.outcome for v in statement.votes] == ["賛成", "賛成（甲が記録）"]
    assert [line.source.endswith("（甲が記録）") for line in statement.incomes] == [False, True]


def test_reminders_go_to_the_party_and_never_to_the_recorder() -> None:
    world = off(drafted(), B)
    matter = frozen(world).id
    world.say(matter, APPROVED, A)
    world.say(matter, CastVote(choice="yes"), A)
    world.mails.clear()
    world.until(lambda: world.states[matter].over)
    mails = [m for _, where, m in world.mails if where == matter]
    assert mails
    assert {m.company for m in mails} == {B}
    assert {m.address for m in mails} == {"contact1@example.com", "boss1@example.com"}
    assert world.agreement("main").stage == "rounds", "silence is what it always is"


# internal approval


def test_a_recorded_vote_asks_for_no_internal_approval_and_nobody_waits_for_it() -> None:
    world = off(drafted(3), B)
    matter = frozen(world).id
    for c in (A, C):
        world.say(matter, APPROVED, c)
    assert world.states[matter].stage == "voting"
    enter(world, matter, CastVote(choice="yes"))
    state = world.states[matter]
    assert isinstance(state, Decision)
    assert B not in {i.company for i in state.internal}
    assert refused(world, matter, CastVote(choice="yes"), B) == "decision.voted_already"


def test_the_partys_own_vote_asks_for_it_and_its_own_refusal_binds_the_recorder() -> None:
    world = off(drafted(3), B)
    matter = frozen(world).id
    assert refused(world, matter, CastVote(choice="yes"), B) == "decision.internal_first"
    world.say(matter, RecordInternalApproval(status="returned", reference="稟議"), B)
    assert refused(world, matter, paper(CastVote(choice="yes")), A) == "decision.internal_returned"
    assert refused(world, matter, paper(CastVote(choice="no")), A) == ""


# confirmed


def test_confirmed_by_the_party_alone_and_once() -> None:
    world = off(drafted(3), B)
    matter = frozen(world).id
    entered = enter(world, matter, CastVote(choice="yes"))
    assert refused(world, matter, ConfirmRecorded(recorded=entered), A) == "recorded.not_yours"
    assert refused(world, matter, ContestRecorded(recorded=entered, reason="x"), C) == "recorded.not_yours"
    assert refused(world, matter, ConfirmRecorded(recorded="rec_x"), B) == "recorded.unknown"
    world.say(matter, ConfirmRecorded(recorded=entered), B)
    state = world.states[matter]
    assert isinstance(state, Decision)
    assert listed(state, entered).status == "confirmed"
    assert state.votes[0].recorded_by == A, "it stays what it was"
    assert world.lines[-1].by == B
    for act in (ConfirmRecorded(recorded=entered), ContestRecorded(recorded=entered, reason="x")):
        assert refused(world, matter, act, B) == "recorded.answered_already"


def test_a_matter_that_ends_hands_its_list_on() -> None:
    world, entered = signing()
    main = world.agreement("main")
    [decision] = [s for s in world.states.values() if s.id == listed(main, entered).matter]
    assert (decision.over, decision.recorded) == (True, ())
    assert refused(world, decision.id, ConfirmRecorded(recorded=entered), B) == "matter.over"
    world.say(main.id, ConfirmRecorded(recorded=entered), B)
    assert listed(world.agreement("main"), entered).status == "confirmed"
    done = lived(ByOthers(), 2, (B,))
    assert {r.act for r in done.alliance.recorded} >= {
        "vote",
        "share_scores",
        "enter_amount",
        "confirm_payment",
    }
    assert {r.act for r in done.agreement("main").recorded} == {"vote", "sign"}, "the alliance dropped it"
    assert all(not s.recorded for s in done.states.values() if isinstance(s, (Decision, Allocation)))


def test_the_list_has_an_end_and_one_line_for_what_is_entered_again() -> None:
    world = off(at("due_diligence"), B)
    for points in (1, 5):
        enter(world, world.root, GiveScore(about=A, axis="culture", points=points, evidence="所感"))
    assert [r.what for r in world.alliance.recorded] == [f"{A} culture"]
    one = world.alliance.recorded[0]
    many = tuple(replace(one, what=str(i)) for i in range(MOST_RECORDED + 5))
    assert [r.what for r in world.alliance.with_recorded(*many).recorded][:1] == ["5"]
