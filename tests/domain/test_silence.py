"""Silence and no, chapter by chapter: each has its named outcome, and nothing is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from teikei.domain.agreement.talks import Revise
from teikei.domain.alliance.operation import FinishAction
from teikei.domain.allocation.split import CloseInputs, EnterAmount
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from tests.domain.cast import (
    EVIDENCE,
    agree,
    at,
    companies,
    company,
    decide,
    drafted,
    freeze,
    intake,
    marks,
    nothing_left,
    opened,
    refused,
    review,
    score,
    settle_period,
    sign,
    terms,
    tick,
)


def test_silence_at_intake_ends_it() -> None:
    world = opened(3)
    world.until(lambda: world.alliance.over)
    assert world.alliance.reason == "intake_lapsed"
    nothing_left(world)


def test_an_nda_that_nobody_freezes_ends_it() -> None:
    world = at("nda")
    world.until(lambda: world.alliance.over)
    assert world.alliance.reason == "nda_failed"
    assert world.agreement("nda").reason == "rounds_lapsed"
    nothing_left(world)


def test_an_nda_that_not_all_sign_goes_back_to_the_talks() -> None:
    world = at("nda", 3)
    freeze(world, "nda")
    decide(world)
    sign(world, "nda", companies(2))
    world.until(lambda: "agreement.signing_lapsed" in world.codes())
    nda = world.agreement("nda")
    assert (nda.stage, nda.signatures) == ("rounds", ())
    assert world.values("agreement.signing_lapsed")["companies"] == [company(2)]
    assert "alliance.nda_reopened" in world.codes()
    agree(world, "nda")
    assert world.alliance.stage == "due_diligence"
    world.until(lambda: world.agreement("nda").over, 4000)
    assert world.agreement("nda").reason in {"expired", "go_no_go_lapsed"}


def test_scores_lapse_and_the_decision_goes_on_with_what_is_shared() -> None:
    world = at("due_diligence", 3)
    marks(world, company(0))
    world.until(lambda: world.alliance.diligence_over)
    assert world.values("diligence.lapsed")["companies"] == list(companies(3))
    assert world.alliance.go_no_go
    assert refused(world, world.root, intake(3), company(0)) == "matter.wrong_stage"
    decide(world)
    private = [c for c in world.closed if c.kind == "score"]
    assert {c.private_to for c in private if c.data["about"] != c.data["by"]} == {(company(0),)}


def test_the_gaps_of_shared_marks_are_the_agenda_of_the_decision() -> None:
    world = at("due_diligence", 3)
    score(world)
    assert len(world.alliance.gaps) == 9
    assert world.values("alliance.go_no_go_called")["gaps"][0] == "甲 culture 1-4"
    world = at("due_diligence", 2)
    marks(world, company(0), 3)
    marks(world, company(1), 4)
    assert world.alliance.gaps == ()


@pytest.mark.parametrize(("choice", "outcome"), [("no", "rejected"), ("abstain", "rejected")])
def test_go_or_no_go_without_the_yes_of_all_ends_it(choice: str, outcome: str) -> None:
    world = at("due_diligence", 3)
    score(world)
    decide(world, choice)
    assert world.alliance.reason == f"go_no_go_{outcome}"
    nothing_left(world)


def test_one_abstention_among_yes_is_not_consent_and_silence_lapses() -> None:
    world = at("due_diligence", 2)
    score(world)
    decision = world.decision().id
    for c, choice in ((company(0), "yes"), (company(1), "abstain")):
        world.say(decision, RecordInternalApproval(status="approved", reference="1"), c)
        world.say(decision, CastVote(choice=choice), c)  # type: ignore[arg-type]
    assert world.alliance.reason == "go_no_go_rejected"
    world = at("due_diligence", 2)
    score(world)
    decision = world.decision().id
    world.say(decision, RecordInternalApproval(status="approved", reference="1"), company(0))
    world.say(decision, CastVote(choice="yes"), company(0))
    world.until(lambda: world.alliance.over)
    assert world.alliance.reason == "go_no_go_lapsed"
    assert world.values("decision.lapsed")["silent"] == company(1)


def test_internal_approvals_come_before_votes_and_bind_them() -> None:
    world = at("due_diligence", 2)
    score(world)
    decision = world.decision().id
    a, b = companies(2)

    def inside(status: Any) -> RecordInternalApproval:
        return RecordInternalApproval(status=status, reference="R-1")

    assert refused(world, decision, CastVote(choice="yes"), a) == "decision.internal_first"
    world.say(decision, inside("submitted"), a)
    assert refused(world, decision, CastVote(choice="no"), a) == "decision.internal_first"
    assert refused(world, decision, inside("submitted"), a) == "decision.internal_same"
    world.say(decision, inside("returned"), a)
    assert refused(world, decision, CastVote(choice="yes"), a) == "decision.internal_returned"
    world.say(decision, inside("approved"), a)
    assert world.states[decision].stage == "called"
    world.say(decision, inside("returned"), b)
    assert world.states[decision].stage == "voting"
    world.say(decision, Comment(text="意見"), b)
    world.say(decision, CastVote(choice="yes"), a)
    assert refused(world, decision, CastVote(choice="no"), a) == "decision.voted_already"
    assert refused(world, decision, inside("returned"), a) == "decision.voted_already"
    world.say(decision, CastVote(choice="no"), b)
    assert world.alliance.reason == "go_no_go_rejected"
    assert [c.data["text"] for c in world.closed if c.kind == "comment"] == ["意見"]


def test_silence_in_negotiation_ends_it_before_and_after_the_draft() -> None:
    world = at("negotiation")
    world.until(lambda: world.alliance.over)
    assert world.alliance.reason == "no_draft"
    nothing_left(world)
    world = drafted()
    world.until(lambda: world.alliance.over)
    assert world.alliance.reason == "rounds_lapsed"
    nothing_left(world)


def test_a_new_version_voids_the_approval_with_its_reason() -> None:
    world = drafted()
    main = world.agreement("main").id
    freeze(world, "main")
    old = world.decision().id
    world.say(main, Revise(terms=terms(payment_days=45), reason="支払期限"), company(1))
    assert world.values("decision.voided")["reason"] == "version 2: 支払期限"
    assert world.states[old].over
    assert "agreement.approval_of_old_bytes" in world.codes()
    agreement = world.agreement("main")
    assert (agreement.stage, agreement.number, agreement.approval) == ("rounds", 2, "")
    assert agreement.version_now is not None
    assert agreement.version_now.number == 2
    freeze(world, "main")
    assert world.decision().sha256 == agreement.version_now.sha256
    decide(world)
    assert world.alliance.stage == "signing"


def test_a_version_during_signing_reopens_the_talks_but_not_once_someone_signed() -> None:
    world = at("signing")
    main = world.agreement("main").id
    world.say(main, Revise(terms=terms(court="大阪地方裁判所"), reason="管轄"), company(0))
    assert world.alliance.stage == "negotiation"
    freeze(world, "main")
    decide(world)
    sign(world, "main", companies(1))
    act = Revise(terms=terms(), reason="もう一度")
    assert refused(world, main, act, company(1)) == "agreement.signed_by_some"
    world.until(lambda: world.agreement("main").stage == "rounds")
    assert world.alliance.stage == "negotiation"
    assert world.agreement("main").signatures == ()


def test_an_approval_that_lapses_or_fails_goes_back_to_the_talks() -> None:
    world = drafted()
    freeze(world, "main")
    decide(world, "no")
    assert world.agreement("main").stage == "rounds"
    freeze(world, "main")
    world.until(lambda: "agreement.approval_lapsed" in world.codes())
    assert world.agreement("main").stage == "rounds"
    nda = world.agreement("nda").id
    assert refused(world, nda, Revise(terms=terms(), reason="x"), company(0)) == "matter.wrong_stage"


def test_a_review_that_nobody_holds_is_missed_and_the_next_one_is_planned() -> None:
    world = at("operation")
    world.until(lambda: "review.missed" in world.codes())
    assert world.alliance.review == 2
    world.until(lambda: len([m for _, _, m in world.mails if m.invitation]) == 4)
    uids = {m.invitation.uid for _, _, m in world.mails if m.invitation}
    assert uids == {f"{world.root}-review-1", f"{world.root}-review-2"}


def test_an_action_item_that_nobody_finishes_stays_on_the_agenda() -> None:
    world = at("operation")
    review(world)
    world.until(lambda: "action.lapsed" in world.codes())
    assert {a.number for a in world.alliance.actions} == {1, 2}
    assert (
        refused(world, world.root, FinishAction(number=1, result="済"), company(1))
        == "action.not_yours_or_over"
    )
    world.say(world.root, FinishAction(number=1, result="済"), company(0))
    assert {a.number for a in world.alliance.actions} == {2}


def test_inputs_lapse_votes_lapse_and_payment_lapses_each_with_its_outcome() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    period = world.period().id
    amount = EnterAmount(side="income", what="売上", minor=5, evidence_sha256=EVIDENCE)
    world.say(period, amount, company(0))
    world.until(lambda: world.states[period].stage == "decision")
    assert world.values("allocation.inputs_lapsed")["companies"] == list(companies(2))
    world.until(lambda: "allocation.reopened" in world.codes())
    assert world.values("allocation.reopened")["outcome"] == "lapsed"
    for c in companies(2):
        world.say(period, CloseInputs(), c)
    decide(world)
    assert [line.minor for line in world.period().lines] == [3, 2]
    world.until(lambda: world.states[period].over)
    assert world.values("allocation.payment_unconfirmed")["companies"] == list(companies(2))
    assert world.values("period.settled")["pool"] == 5


def test_votes_that_lapse_three_times_end_the_period_without_a_split() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    period = world.period().id
    amount = EnterAmount(side="income", what="売上", minor=1000, evidence_sha256=EVIDENCE)
    papers = len(world.papers)
    for lapses in (1, 2):
        world.say(period, amount, company(0))
        world.until(lambda: world.period().lapses == lapses)  # noqa: B023
        assert world.period().stage == "inputs", "the figures open again"
        assert not world.period().undecided
    world.until(lambda: world.period().over)
    done = world.period()
    assert (done.stage, done.undecided, done.lapses, done.dropped) == ("settled", True, 3, False)
    assert world.values("allocation.undecided") == {"lapses": 3}
    codes = world.codes(period)
    assert codes.count("allocation.reopened") == 2
    assert codes.count("allocation.submitted") == 3
    assert not {"allocation.locked", "allocation.statement_written", "allocation.payment_unconfirmed"} & set(
        codes
    )
    assert (done.statement_sha256, done.decided_by, len(world.papers)) == ("", "", papers)
    assert [a.minor for a in done.amounts] == [1000], "what was entered stands"
    assert (world.alliance.open_period, period in world.alliance.children) == ("", False)
    assert world.values("period.settled")["number"] == 1


def test_a_no_does_not_count_as_silence() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    period = world.period().id
    for outcome in ("lapsed", "rejected", "lapsed", "rejected", "rejected"):
        for c in companies(2):
            world.say(period, CloseInputs(), c)
        if outcome == "rejected":
            decide(world, "no")
        world.until(lambda: world.period().stage == "inputs")
        assert world.values("allocation.reopened")["outcome"] == outcome
    assert world.period().lapses == 2
    settle_period(world)
    assert not world.period().undecided
    assert "allocation.locked" in world.codes()


def test_a_last_period_without_a_split_does_not_keep_the_alliance_open() -> None:
    world = at("exit")
    agree(world, "termination")
    tick(world)
    world.until(lambda: world.alliance.over)
    assert world.alliance.stage == "closed"
    assert world.period().undecided
    nothing_left(world)


def test_a_split_that_is_voted_down_opens_the_figures_again() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    period = world.period().id
    for c in companies(2):
        world.say(period, CloseInputs(), c)
    assert refused(world, period, CloseInputs(), company(0)) == "matter.wrong_stage"
    decide(world, "no")
    assert world.period().closed == ()
    settle_period(world)
    assert world.states[period].over


def test_a_loss_is_not_distributed() -> None:
    world = at("operation")
    world.until(lambda: world.alliance.period == 1)
    settle_period(world, income=1)
    period = world.period()
    assert (period.pool, period.over, period.income, period.cost) == (0, True, 2, 2000)
    assert "allocation.payment_confirmed" not in world.codes()
