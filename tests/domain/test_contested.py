"""What a party says later of that which was entered for it, and what its contest undoes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from teikei.domain.act import Act
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.exits import EACH_COMPANY, TickExitItem
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.operation import agenda
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Recuse
from tests.domain.by_others import (
    APPROVED,
    MOTION,
    A,
    B,
    C,
    contest,
    enter,
    frozen,
    listed,
    paper,
    signing,
)
from tests.domain.cast import (
    EVIDENCE,
    at,
    companies,
    decide,
    drafted,
    freeze,
    marks,
    off,
    refused,
    review,
    settle_period,
    sign,
    signature,
    terms,
    tick,
)

# what a contest of a vote undoes


@pytest.mark.parametrize("act", [CastVote(choice="yes"), Recuse(reason="利害関係")])
def test_a_contested_vote_is_withdrawn_while_the_decision_is_open(act: Act) -> None:
    world = off(drafted(3), B)
    matter = frozen(world).id
    asked = world.states[matter].wait("votes")
    entered = enter(world, matter, act)
    contest(world, matter, entered)
    state = world.states[matter]
    assert isinstance(state, Decision)
    assert (state.votes, state.recused) == ((), ())
    assert state.wait("votes") == asked, "asked again, to the same deadline"
    assert refused(world, matter, paper(act), A) == "recorded.not_off_platform", "it acts itself now"
    assert not world.alliance.parties[1].off_platform
    assert (world.codes(world.root)[-1], world.alliance.contested) == ("recorded.undone", ())
    for c in companies(3):
        world.say(matter, APPROVED, c)
        world.say(matter, CastVote(choice="no" if c == B else "yes"), c)
        if world.states[matter].over:
            break
    assert world.agreement("main").stage == "rounds"


def test_a_contested_approval_opens_the_talks_again_while_it_is_signed() -> None:
    world, entered = signing(3)
    main = world.agreement("main")
    sign(world, "main", (A,))
    contest(world, main.id, entered)
    main = world.agreement("main")
    assert (main.stage, main.signatures, world.alliance.stage) == ("rounds", (), "negotiation")
    assert "alliance.main_reopened" in world.codes()
    freeze(world, "main")
    decide(world)
    sign(world, "main")
    world.until(lambda: world.alliance.stage == "operation")


def test_a_contested_approval_of_other_bytes_changes_nothing() -> None:
    world, entered = signing(3)
    main = world.agreement("main")
    world.until(lambda: world.agreement("main").stage == "rounds")
    contest(world, main.id, entered)
    assert world.agreement("main").stage == "rounds"
    assert world.alliance.contested == ()


def test_what_binds_is_not_undone_but_talked_about() -> None:
    world, entered = signing()
    main = world.agreement("main")
    enter_sign = enter(world, main.id, signature(world, main))
    sign(world, "main", (A,))
    world.until(lambda: world.alliance.stage == "operation")
    before = world.agreement("main")
    for one in (entered, enter_sign):
        contest(world, main.id, one)
    after = world.agreement("main")
    assert (after.stage, after.signatures, after.due) == (before.stage, before.signatures, before.due)
    assert after.attention is None
    lines = [x for x in agenda(world.alliance) if x.code == "agenda.contested"]
    assert [x.values["act"] for x in lines] == ["vote", "sign"]
    assert {x.values["label"] for x in lines} == {"乙"}
    review(world)
    assert not [x for x in agenda(world.alliance) if x.code == "agenda.contested"]
    minutes: Any = next(v for kind, v in world.written if kind == "minutes")
    assert [x for x in minutes.agenda if "乙による代理記録（署名）への異議" in x]


def test_a_contested_go_no_go_is_decided_again_until_something_is_drafted() -> None:
    world = off(at("due_diligence"), B)
    for c in (A, B):
        marks(world, c)
        world.say(world.root, ShareScores(), c)
    first = world.decision().id
    world.say(first, APPROVED, A)
    entered = enter(world, first, CastVote(choice="yes"))
    world.say(first, CastVote(choice="yes"), A)
    assert world.alliance.stage == "negotiation"
    contest(world, world.root, entered)
    assert (world.alliance.stage, world.alliance.wait("draft")) == ("due_diligence", None)
    assert world.decision().id == world.alliance.go_no_go != first
    decide(world)
    assert world.alliance.stage == "negotiation"


def test_a_contested_go_no_go_stands_once_something_is_drafted() -> None:
    world = off(at("due_diligence"), B)
    for c in (A, B):
        marks(world, c)
        world.say(world.root, ShareScores(), c)
    matter = world.decision().id
    world.say(matter, APPROVED, A)
    entered = enter(world, matter, CastVote(choice="yes"))
    world.say(matter, CastVote(choice="yes"), A)
    world.say(world.root, DraftAgreement(terms=terms()), A)
    contest(world, world.root, entered)
    assert world.alliance.stage == "negotiation"
    assert [c.act for c in world.alliance.contested] == ["vote"]


# of a signature


def test_a_contested_signature_is_asked_for_again() -> None:
    world, _ = signing(3)
    main = world.agreement("main")
    entered = enter(world, main.id, signature(world, main))
    sign(world, "main", (A,))
    contest(world, main.id, entered)
    main = world.agreement("main")
    assert [s.company for s in main.signatures] == [A]
    wait = main.wait("signatures")
    assert wait
    assert wait.awaits == (B, C)
    sign(world, "main", (B, C))
    assert [s.recorded_by for s in world.agreement("main").signatures] == [""] * 3


def test_a_contested_signature_opens_signing_again_before_the_agreement_is_in_force() -> None:
    world, _ = signing()
    main = world.agreement("main")
    entered = enter(world, main.id, signature(world, main))
    sign(world, "main", (A,))
    assert world.agreement("main").stage == "signed"
    contest(world, main.id, entered)
    main = world.agreement("main")
    assert (main.stage, main.signed_on, main.effective_on, main.term_until) == ("signing", None, None, None)
    assert main.due_item("effective/day") is None
    sign(world, "main", (B,))
    world.until(lambda: world.alliance.stage == "operation")
    assert world.agreement("main").effective_on == terms().term_from


def test_an_old_contested_signature_leaves_the_partys_own_alone() -> None:
    world, _ = signing()
    main = world.agreement("main")
    entered = enter(world, main.id, signature(world, main))
    world.until(lambda: world.agreement("main").stage == "rounds")
    freeze(world, "main")
    decide(world)
    sign(world, "main", (B,))
    contest(world, main.id, entered)
    assert [s.company for s in world.agreement("main").signatures] == [B]


# of a mark


def test_a_contested_mark_is_given_again_by_its_party() -> None:
    world = off(at("due_diligence", 3), B)
    entered = enter(world, world.root, GiveScore(about=A, axis="culture", points=1, evidence="所感"))
    enter(world, world.root, GiveScore(about=C, axis="culture", points=1, evidence="所感"))
    contest(world, world.root, entered)
    assert [s.about for s in world.alliance.scores] == [C]
    own = GiveScore(about=A, axis="culture", points=4, evidence="自らの所感")
    world.say(world.root, own, B)
    assert [(s.about, s.recorded_by) for s in world.alliance.scores] == [(C, A), (A, "")]


@pytest.mark.parametrize("what", ["score", "share_scores"])
def test_marks_contested_while_all_decide_call_the_decision_off(what: str) -> None:
    world = off(at("due_diligence"), B)
    marks(world, A)
    world.say(world.root, ShareScores(), A)
    for about in (A, B):
        for axis in ("culture", "philosophy", "technology"):
            enter(world, world.root, GiveScore(about=about, axis=axis, points=5, evidence="所感"))
    enter(world, world.root, ShareScores())
    first = world.alliance.go_no_go
    entered = next(r.id for r in world.alliance.recorded if r.act == what)
    contest(world, world.root, entered)
    state = world.alliance
    assert (state.stage, state.go_no_go, state.diligence_over, state.gaps) == ("due_diligence", "", False, ())
    assert world.states[first].over
    assert first not in state.children
    assert state.shared == (A,)
    wait = state.wait("scores")
    assert wait
    assert wait.awaits == (B,)
    if what == "score":
        assert refused(world, world.root, ShareScores(), B) == "score.incomplete"
    marks(world, B)
    world.say(world.root, ShareScores(), B)
    assert world.alliance.go_no_go not in ("", first)
    decide(world)
    assert world.alliance.stage == "negotiation"


# of figures, payments, exit items, votes on motions


def test_contested_figures_are_entered_again_while_the_inputs_are_open() -> None:
    world = off(at("operation"), B)
    world.until(lambda: world.alliance.period == 1)
    matter = world.period().id
    income = EnterAmount(side="income", what="売上", minor=7, evidence_sha256=EVIDENCE)
    entered = enter(world, matter, income)
    world.say(matter, replace(income, minor=1), A)
    enter(world, matter, CloseInputs())
    contest(world, matter, entered)
    state = world.period()
    assert [a.company for a in state.amounts] == [A]
    assert state.closed == ()
    wait = state.wait("inputs")
    assert wait
    assert wait.awaits == (A, B)


def test_contested_figures_stand_once_they_are_voted_on() -> None:
    world = off(at("operation"), B)
    world.until(lambda: world.alliance.period == 1)
    matter = world.period().id
    income = EnterAmount(side="income", what="売上", minor=7, evidence_sha256=EVIDENCE)
    entered = enter(world, matter, income)
    enter(world, matter, CloseInputs())
    world.say(matter, CloseInputs(), A)
    contest(world, matter, entered)
    assert world.period().stage == "decision"
    assert [c.act for c in world.alliance.contested] == ["enter_amount"]
    decide(world, "no")
    assert world.period().stage == "inputs", "its own no opens them again"


def test_a_contested_payment_is_confirmed_by_its_receiver() -> None:
    world = off(at("operation", 3), B)
    world.until(lambda: world.alliance.period == 1)
    settle_period(world, pay=False)
    matter = world.period().id
    entered = enter(world, matter, ConfirmPayment(evidence_sha256=EVIDENCE))
    contest(world, matter, entered)
    wait = world.period().wait("payment")
    assert wait
    assert wait.awaits == (A, B, C)


def test_a_contested_exit_item_is_open_again() -> None:
    world = off(at("exit"), B)
    entered = [enter(world, world.root, TickExitItem(item=item, how="完了")) for item in EACH_COMPANY]
    tick(world, (A,))
    assert world.alliance.wait("exit") is None
    contest(world, world.root, entered[-1])
    assert world.alliance.exit
    open_ = [i.code for i in world.alliance.exit.checklist if i.company and not i.done]
    assert open_ == ["people_and_equipment"]
    wait = world.alliance.wait("exit")
    assert wait
    assert wait.awaits == (B,)


def test_a_contested_vote_on_a_motion_is_a_point_of_the_next_agenda() -> None:
    world = off(at("operation"), B)
    matter = world.say(world.root, MOTION, A).created[0]
    entered = enter(world, matter, CastVote(choice="yes"))
    world.say(matter, APPROVED, A)
    world.say(matter, CastVote(choice="yes"), A)
    contest(world, world.root, entered)
    assert [x.code for x in agenda(world.alliance)].count("agenda.contested") == 1
    assert isinstance(world.states[matter], Decision)
    assert listed(world.alliance, entered).status == "contested"


def test_every_contest_is_told_to_the_alliance_in_either_way() -> None:
    world, entered = signing()
    contest(world, world.agreement("main").id, entered)
    assert listed(world.alliance, entered).status == "contested"
    assert not world.alliance.parties[1].off_platform
    assert [x.by for x in world.lines if x.entry.code == "recorded.contested"] == [B]
