"""Joint decisions in operation: motions, recusals, sealed votes, silence with a meaning, and what the record says of the rule."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from teikei.domain.alliance.operation import agenda
from teikei.domain.alliance.resolving import MOST_OPEN, CallDecision
from teikei.domain.alliance.standing import Resume, Suspend
from teikei.domain.decision.rules import VotingRule
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval, Recuse
from teikei.domain.errors import Invalid
from teikei.domain.terms import SubjectRule
from teikei.domain.views import view
from tests.domain.cast import at, begin_exit, companies, refused, review, settle_period, terms
from tests.support.story_domain import World

MOTION = CallDecision(title="共同研究所の増設", motion="研究所を一棟増やす。")
MAJORITY = VotingRule(kind="majority", tie="status_quo")


def ruled(n: int = 3, subject: Any = "resolution", **rule: Any) -> World:
    by = VotingRule(**{"kind": "majority", **rule})
    return at("operation", n, voting=(SubjectRule(subject=subject, rule=by),))


def moved(world: World, act: CallDecision = MOTION, by: int = 0) -> str:
    return world.say(world.root, act, companies(3)[by]).created[0]


def votes(world: World, matter: str, *choices: str) -> None:
    for c, choice in zip(companies(10), choices, strict=False):
        if choice == "recused":
            world.say(matter, Recuse(reason="利害関係があるため"), c)
        else:
            world.say(matter, RecordInternalApproval(status="approved", reference="-"), c)
            world.say(matter, CastVote(choice=choice), c)  # type: ignore[arg-type]


def decided(world: World, matter: str) -> Decision:
    state = world.states[matter]
    assert isinstance(state, Decision)
    return state


def test_a_motion_closes_as_soon_as_no_missing_vote_matters() -> None:
    world = ruled()
    matter = moved(world)
    assert "共同研究所の増設" in decided(world, matter).title
    votes(world, matter, "yes", "yes")
    assert decided(world, matter).outcome == "approved"
    said = world.values("decision.approved")
    assert (said["rule"], said["because"]) == ("majority", "by_votes")
    assert world.values("resolution.closed")["outcome"] == "approved"
    assert matter not in world.alliance.children


def test_without_a_rule_all_have_to_agree() -> None:
    world = at("operation", 3)
    matter = moved(world)
    votes(world, matter, "yes", "yes")
    assert not decided(world, matter).over
    votes_left = companies(3)[2]
    world.say(matter, RecordInternalApproval(status="approved", reference="-"), votes_left)
    world.say(matter, CastVote(choice="no"), votes_left)
    assert decided(world, matter).outcome == "rejected"


def test_a_reserved_matter_has_its_own_rule_and_its_own_veto() -> None:
    world = ruled(subject="reserved", veto=(companies(3)[2],))
    ordinary, reserved = moved(world), moved(world, CallDecision(subject="reserved", title="資", motion="本"))
    assert decided(world, ordinary).voting == VotingRule()
    c = companies(3)[2]
    world.say(reserved, RecordInternalApproval(status="returned", reference="-"), c)
    world.say(reserved, CastVote(choice="no"), c)
    assert decided(world, reserved).outcome == "rejected"
    assert world.values("decision.rejected")["because"] == "by_veto"


def test_who_is_recused_counts_nowhere_and_stands_on_the_record() -> None:
    world = ruled(base="entitled")
    matter = moved(world)
    votes(world, matter, "recused", "yes")
    assert not decided(world, matter).over
    assert refused(world, matter, CastVote(choice="no"), companies(3)[0]) == "decision.recused_already"
    assert refused(world, matter, Recuse(reason="-"), companies(3)[1]) == "decision.voted_already"
    c = companies(3)[2]
    world.say(matter, RecordInternalApproval(status="approved", reference="-"), c)
    world.say(matter, CastVote(choice="yes"), c)
    assert decided(world, matter).outcome == "approved"
    assert f"{companies(3)[0]} recused" in world.values("decision.approved")["votes"]


def test_the_last_one_cannot_be_recused() -> None:
    world = ruled()
    matter = moved(world)
    votes(world, matter, "recused", "recused")
    assert refused(world, matter, Recuse(reason="-"), companies(3)[2]) == "decision.nobody_left"


@pytest.mark.parametrize(
    ("silence", "outcome", "because"),
    [
        ("lapses", "lapsed", "by_silence"),
        ("approves", "approved", "deemed"),
        ("abstains", "approved", "by_votes"),
    ],
)
def test_silence_means_what_the_agreement_says(silence: str, outcome: str, because: str) -> None:
    world = ruled(silence=silence, quorum=Fraction(1, 3))
    matter = moved(world)
    votes(world, matter, "yes")
    asked = decided(world, matter).wait("votes")
    assert asked
    assert asked.deadline
    deadline = asked.deadline
    world.until(lambda: decided(world, matter).over)
    said = world.values(f"decision.{outcome}")
    assert (said["because"], said["silent"]) == (because, " ".join(companies(3)[1:]))
    late = timedelta(days=10) if silence == "lapses" else timedelta(days=1)
    assert late <= world.now - deadline <= late + timedelta(days=12)
    assert ("due.escalate" in world.codes(matter)) == (silence == "lapses")


def test_sealed_votes_are_read_by_nobody_before_the_last_one() -> None:
    world = ruled(sealed=True)
    matter, (a, b, c) = moved(world), companies(3)
    votes(world, matter, "yes", "no")
    other = {v["company"]: v["choice"] for v in view(decided(world, matter), b)["votes"]}
    assert other == {a: "sealed", b: "no"}
    private = [line.entry.private_to for line in world.lines if line.entry.code == "decision.voted"]
    assert private[-2:] == [(a,), (b,)]
    world.say(matter, RecordInternalApproval(status="approved", reference="-"), c)
    world.say(matter, CastVote(choice="yes"), c)
    assert {v["company"]: v["choice"] for v in view(decided(world, matter), b)["votes"]} == {
        a: "yes", b: "no", c: "yes",
    }  # fmt: skip


def test_a_tie_that_nothing_breaks_is_named() -> None:
    world = ruled(tie="deadlock")
    matter = moved(world)
    votes(world, matter, "yes", "no", "abstain")
    assert decided(world, matter).outcome == "deadlocked"
    assert world.values("decision.deadlocked")["because"] == "by_tie"


def test_motions_stand_on_the_next_agenda_until_it_is_held() -> None:
    world = ruled()
    open_, done = moved(world), moved(world, CallDecision(title="広告", motion="広告を出す。"))
    votes(world, done, "yes", "yes")
    lines = [(line.code, line.values.get("title")) for line in agenda(world.alliance)]
    assert ("agenda.approved", "広告") in lines
    assert ("agenda.motion", MOTION.title) in lines
    review(world)
    [minutes] = [v for kind, v in world.written if kind == "minutes"]
    said = " ".join(getattr(minutes, "agenda"))  # noqa: B009
    assert "成立した決議「広告」" in said
    assert f"期限経過により成立しなかった議案「{MOTION.title}」" in said
    assert decided(world, open_).outcome == "lapsed"
    assert world.alliance.resolved == ()


def test_an_allocation_is_decided_by_its_rule_and_the_statement_says_so() -> None:
    world = ruled(subject="allocation")
    world.until(lambda: bool(world.alliance.open_period))
    settle_period(world, pay=False)
    [statement] = [v for kind, v in world.written if kind == "statement"]
    assert getattr(statement, "rule") == "多数決、投票の結果"  # noqa: B009


def test_motions_stop_with_the_alliance_and_end_with_it() -> None:
    world = ruled()
    matter, a = moved(world), companies(3)[0]
    world.say(world.root, Suspend(reason="点検"), a)
    assert refused(world, matter, Comment(text="-"), a) == "matter.suspended"
    world.say(world.root, Resume(), a)
    begin_exit(world)
    assert moved(world, by=1) != matter, "an alliance that ends still decides"
    for _ in range(MOST_OPEN - 2):
        moved(world)
    assert refused(world, world.root, MOTION, a) == "decision.too_many"


def test_terms_with_a_rule_that_cannot_be_are_refused_by_field() -> None:
    rule = SubjectRule(subject="allocation", rule=VotingRule(kind="n_of_m", needed=4))
    for voting, pointer in (((rule,), "/terms/voting/0/rule/needed"), ((rule, rule), "/terms/voting")):
        with pytest.raises(Invalid) as found:
            terms(3, voting=voting).check(companies(3), "co_development", world_day())
        assert found.value.pointer == pointer


def world_day() -> Any:
    return at("operation", 3).today()
