"""Parties come and go by one paper: what is open keeps its parties, what comes after has the new ones, and no share is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teikei.domain.agreement.talks import ReviseAmendment
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.obligations import TakeOnObligation
from teikei.domain.alliance.rescheduling import SkipReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.standing import Abandon
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.amendments import AmendmentTerms, ChangeParties, ChangeShares, ChangeVoting
from teikei.domain.decision.rules import VotingRule, Weight
from teikei.domain.errors import Invalid
from teikei.domain.matter import Matter
from teikei.domain.terms import Share, SubjectRule
from teikei.domain.views import view
from tests.domain.cast import at, begin_exit, companies, company, refused, review, terms
from tests.domain.moving import CHANGE, DAY, A, B, C, D, E, drafted, in_force, joining, shares, signed, voted
from tests.support.story_domain import World

EVE = datetime(2026, 9, 29, 3, tzinfo=UTC)
EVIDENCE = "0" * 64


@cache
def _changed() -> World:
    world = at("operation", 3)
    in_force(world, *CHANGE)
    return world


def changed() -> World:
    """C has left and D has joined."""
    return _changed().copy()


def labels(state: Matter) -> dict[str, str]:
    return {p.company: p.label for p in state.parties}


def test_who_joins_signs_too_and_is_a_party_of_nothing_else_until_the_day() -> None:
    world = at("operation", 3)
    paper = drafted(world, *CHANGE)
    assert labels(paper) == {A: "甲", B: "乙", C: "丙", D: "丁"}
    signed(world)
    assert len(world.agreement("amendment").signatures) == 4
    assert {c for s in world.states.values() if D in s.companies() for c in [s.kind]} == {
        "agreement",
        "decision",
    }
    assert world.alliance.companies() == (A, B, C)
    world.until(lambda: world.states[paper.id].stage == "in_force")
    assert world.today() == DAY
    assert labels(world.alliance) == {A: "甲", B: "乙", D: "丁"}
    main = world.agreement("main")
    assert labels(main) == labels(world.alliance)
    assert main.terms == world.alliance.terms
    kind, text = next(w for w in reversed(world.written) if w[0] == "amendment")
    assert kind == "amendment"
    assert getattr(text, "parties_after") == ("甲", "乙", "丁")  # noqa: B009


def test_the_period_that_has_begun_keeps_the_party_that_leaves() -> None:
    world = changed()
    world.until(lambda: world.alliance.period == 1)
    first = world.period()
    assert first.companies() == (A, B, C)
    assert {s.company for s in first.shares} == {A, B, C}
    for c in first.companies():
        world.say(first.id, EnterAmount(side="income", what="売上", minor=100, evidence_sha256=EVIDENCE), c)
        world.say(first.id, CloseInputs(), c)
    assert world.decision().companies() == (A, B, C)
    voted(world)
    for c in first.companies():
        world.say(first.id, ConfirmPayment(evidence_sha256=EVIDENCE), c)
    assert world.states[first.id].over
    assert sum(line.minor for line in world.period().lines) == 300
    world.until(lambda: world.alliance.period == 2)
    second = world.period()
    assert (second.companies(), {s.company: s.ratio for s in second.shares}) == (
        (A, B, D),
        {A: Fraction(1, 2), B: Fraction(1, 4), D: Fraction(1, 4)},
    )
    assert refused(world, second.id, CloseInputs(), C) == "party.not_one"


def test_an_open_decision_keeps_its_parties_and_a_new_one_has_the_new() -> None:
    world = at("operation", 3)
    paper = drafted(world, *CHANGE)
    signed(world)
    world.advance(EVE)
    [old] = world.say(world.root, CallDecision(title="前", motion="前の件"), A).created
    world.until(lambda: world.states[paper.id].stage == "in_force")
    assert world.states[old].companies() == (A, B, C)
    voted(world)
    assert getattr(world.states[old], "outcome") == "approved"  # noqa: B009
    assert refused(world, world.root, CallDecision(title="後", motion="後の件"), C) == "party.not_one"
    [new] = world.say(world.root, CallDecision(title="後", motion="後の件"), D).created
    assert world.states[new].companies() == (A, B, D)


def test_duties_of_who_leaves_go_to_the_successor_or_end_and_the_record_says_which() -> None:
    def world_with_duties() -> World:
        world = at("operation", 3)
        told: dict[str, Any] = {"person": "担当", "basis": "第5条"}
        for what, first, every, owed_to in (
            ("月次報告", date(2026, 8, 31), 1, ()),
            ("点検", date(2026, 12, 1), 0, ()),
            ("遅れた納品", date(2026, 9, 1), 0, ()),
        ):
            act = TakeOnObligation(
                owner=C, what=what, first=first, every_months=every, owed_to=owed_to, **told
            )
            world.say(world.root, act, C)
        only = TakeOnObligation(owner=A, what="Cだけへの報告", first=date(2027, 1, 5), owed_to=(C,), **told)
        world.say(world.root, only, A)
        review(world)
        return world

    world = world_with_duties()
    in_force(world, *CHANGE)
    assert not world.alliance.obligations
    assert not [a for a in world.alliance.actions if a.owner == C]
    assert world.codes().count("obligation.move_owner_left") == 3
    assert world.codes().count("obligation.move_nobody_left") == 1

    world = world_with_duties()
    in_force(world, ChangeParties(leave=(C,), join=(joining(D, place_of=C),)), shares(A, B, D))
    duties = {o.what: o for o in world.alliance.obligations}
    assert {what: o.owner for what, o in duties.items()} == {"月次報告": D, "点検": D, "Cだけへの報告": A}
    assert duties["Cだけへの報告"].owed_to == (D,)
    assert duties["月次報告"].day >= DAY
    assert duties["月次報告"].person == joining(D).contact.name
    assert all(world.alliance.wait(o.item) for o in duties.values())
    assert [g.successor for g in world.alliance.gone] == [D]


def test_what_survives_a_leaving_runs_on_beside_the_alliance() -> None:
    world = changed()
    survival = world.agreement("survival")
    assert survival.companies() == (A, B, C)
    assert survival.term_since == DAY
    assert {s.code: s.until for s in survival.survivors}["returns"] == date(2026, 10, 30)
    assert {s.code: s.until for s in survival.survivors}["secrecy"] == date(2029, 9, 30)
    assert survival.id not in world.alliance.children
    assert world.alliance.stage == "operation"
    begin_exit(world)
    world.until(lambda: world.alliance.over)
    assert not world.states[survival.id].over
    world.until(lambda: world.states[survival.id].over)
    assert {m.company for _, i, m in world.mails if i == survival.id} == {A, B, C}


def test_who_joins_is_invited_to_the_review_that_is_called() -> None:
    world = at("operation", 3)
    paper = drafted(world, *CHANGE, on=date(2026, 9, 24))
    signed(world)
    world.until(lambda: world.states[paper.id].stage == "in_force")
    wait = world.alliance.wait("review-1")
    assert wait is not None
    assert wait.awaits == (A, B, D)
    invited = [m.company for _, _, m in world.mails if m.template == "review_invitation"]
    assert invited.count(D) == 1
    review(world)
    assert not world.alliance.wait("review-1")


def test_questions_that_only_the_leaving_party_kept_open_are_closed() -> None:
    world = at("operation", 3)
    paper = drafted(world, *CHANGE)
    signed(world)
    world.advance(EVE)
    world.say(world.root, CallHealthCheck(), A)
    for c in (A, B):
        world.say(world.root, AnswerHealthCheck(number=1, sheets=((3,) * 12,), respondent="部長"), c)
    world.say(world.root, AnnounceEvent(event="merger", on=date(2027, 1, 1), what="合併"), C)
    world.say(world.root, AnnounceEvent(event="name", on=date(2027, 1, 1), what="新社名", name_ja="新C"), C)
    world.say(world.root, Abandon(reason="やめたい"), A)
    world.until(lambda: world.states[paper.id].stage == "in_force")
    state = world.alliance
    assert (state.health_check, state.events, state.abandoning) == (None, (), ())
    assert "health.closed" in world.codes()
    assert not [w for w in state.waits if C in w.awaits]
    assert not [d for d in state.due if d.item.startswith(("event", "health", "abandonment"))]


def test_the_opener_leaves_and_the_first_party_takes_the_chair() -> None:
    world = at("operation", 3)
    in_force(world, ChangeParties(leave=(A,)), shares(B, C))
    number = world.alliance.review
    assert refused(world, world.root, SkipReview(number=number, reason="不要"), C) == "review.not_the_chair"
    world.say(world.root, SkipReview(number=number, reason="不要"), B)
    assert view(world.alliance, B)["agenda"]


def test_labels_are_never_given_again_and_who_left_does_not_come_back() -> None:
    world = changed()
    in_force(world, ChangeParties(leave=(D,), join=(joining(E),)), shares(A, B, E), on=date(2026, 12, 1))
    assert labels(world.alliance) == {A: "甲", B: "乙", E: "戊"}
    assert [g.label for g in world.alliance.gone] == ["丙", "丁"]
    assert world.alliance.period_parties[2].company == C, "the period began with C"
    again = DraftAmendment(
        changes=(ChangeParties(join=(joining(C),)), shares(A, B, E, C)), effective_on=date(2027, 2, 1)
    )
    assert refused(world, world.root, again, A) == "amendment.left_before"


def test_another_version_may_let_others_join() -> None:
    world = at("operation", 3)
    paper = drafted(world, *CHANGE)
    changes = (ChangeParties(leave=(B,), join=(joining(E), joining(D))), shares(A, C, E, D))
    world.say(paper.id, ReviseAmendment(changes=changes, effective_on=DAY, reason="協議"), D)
    assert labels(world.agreement("amendment")) == {A: "甲", B: "乙", C: "丙", E: "丁", D: "戊"}
    world.say(paper.id, ReviseAmendment(changes=(shares(A, B, C),), effective_on=DAY, reason="取止め"), A)
    assert world.agreement("amendment").companies() == (A, B, C)


def test_a_change_of_facts_is_heard_where_the_company_is_a_party() -> None:
    world = changed()
    world.say(world.root, AnnounceEvent(event="address", on=DAY, what="移転", address="新住所"), D)
    assert world.agreement("main").party(D).address == "新住所"
    assert "party.not_here" in world.codes(world.agreement("nda").id)


RULE = VotingRule(kind="majority", weights=(Weight(company=A, votes=1), Weight(company=B, votes=1), Weight(company=C, votes=2)))  # fmt: skip
VETO = SubjectRule(subject="reserved", rule=VotingRule(kind="n_of_m", needed=1, veto=(C,)))


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ((ChangeParties(), shares(A, B, C)), "amendment.nothing", "/changes/0"),
        ((ChangeParties(leave=(C,)),), "amendment.shares_missing", "/changes/0"),
        ((shares(A, B, C), ChangeParties(leave=(C,))), "terms.shares_name_other_parties", "/terms/shares"),
        ((ChangeParties(leave=(B, C)), shares(A)), "parties.two_to_ten", "/changes/0"),
        ((ChangeParties(leave=(C, C)), shares(A, B)), "parties.twice", "/changes/0/leave"),
        ((ChangeParties(leave=(E,)), shares(A, B, C)), "parties.unknown_company", "/changes/0/leave/0"),
        ((ChangeParties(join=(joining(B),)), shares(A, B, C)), "amendment.party_already", "/changes/0/join/0/company"),
        ((ChangeParties(join=(joining(D), joining(D))), shares(A, B, C, D)), "parties.twice", "/changes/0/join"),
        ((ChangeParties(join=(joining(D, place_of=C),)), shares(A, B, C, D)), "amendment.successor_of_nobody", "/changes/0/join/0/takes_place_of"),
        (
            (ChangeParties(leave=(C,), join=(joining(D, place_of=C), joining(E, place_of=C))), shares(A, B, D, E)),
            "amendment.successor_of_nobody", "/changes/0/join/0/takes_place_of",
        ),
    ],
)  # fmt: skip
def test_changes_of_parties_that_cannot_be_are_refused(changes: Any, code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as told:
        _upon(terms(3), changes)
    assert (told.value.code, told.value.pointer) == (code, pointer)


@pytest.mark.parametrize(
    ("voting", "field"),
    [
        (SubjectRule(subject="allocation", rule=RULE), "/terms/voting/0/rule/weights"),
        (VETO, "/terms/voting/0/rule/veto"),
    ],
)
def test_rules_of_votes_that_name_who_leaves_are_changed_in_the_same_paper(
    voting: SubjectRule, field: str
) -> None:
    base = terms(3, voting=(voting,))
    with pytest.raises(Invalid, match=r"amendment\.voting_names_leaver") as told:
        _upon(base, CHANGE)
    assert told.value.params["field"] == field
    _upon(base, (*CHANGE, ChangeVoting(voting=())))


def test_ten_labels_are_all_there_are() -> None:
    everyone = companies(10)
    base = terms(10)
    change = (ChangeParties(leave=(everyone[1],), join=(joining(company(11)),)), shares(*everyone[:1], *everyone[2:], company(11)))  # fmt: skip
    with pytest.raises(Invalid, match=r"amendment\.labels_used_up"):
        _upon(base, change)


def _upon(base: Any, changes: Any) -> AmendmentTerms:
    made = AmendmentTerms(
        number=1, changes=changes, effective_on=DAY, base=base, base_title="契約", base_date=None
    )
    made.check(tuple(s.company for s in base.shares), "co_development", DAY)
    return made


@st.composite
def papers(draw: st.DrawFn) -> list[tuple[ChangeParties, ChangeShares]]:
    """One to three papers, one after the other: some leave, some join, now and then in a place."""
    here, fresh = [A, B, C], iter([D, E, *(company(i) for i in range(20, 26))])
    told = []
    for _ in range(draw(st.integers(1, 3))):
        leave = tuple(draw(st.lists(st.sampled_from(here), unique=True, max_size=len(here) - 1)))
        count = draw(st.integers(max(0 if leave else 1, 2 - (len(here) - len(leave))), 2))
        new = [next(fresh) for _ in range(count)]
        heir = draw(st.sampled_from(["", *leave])) if new else ""
        joins = tuple(joining(c, place_of=heir if i == 0 else "") for i, c in enumerate(new))
        here = [c for c in here if c not in leave] + new
        weights = draw(st.lists(st.integers(1, 9), min_size=len(here), max_size=len(here)))
        parts = [
            Share(company=c, ratio=Fraction(w, sum(weights))) for c, w in zip(here, weights, strict=True)
        ]
        told.append((ChangeParties(leave=leave, join=joins), ChangeShares(shares=tuple(parts))))
    return told


@cache
def _three() -> World:
    return at("operation", 3)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(papers())
def test_shares_sum_to_one_over_those_that_are_parties_and_labels_stay(
    told: list[tuple[ChangeParties, ChangeShares]],
) -> None:
    world = _three().copy()
    seen: dict[str, str] = labels(world.alliance)
    day = DAY
    for change in told:
        in_force(world, *change, on=day)
        state = world.alliance
        assert state.terms is not None
        assert {s.company for s in state.terms.shares} == set(state.companies())
        assert sum(s.ratio for s in state.terms.shares) == 1
        now = labels(state)
        assert all(seen.get(c, label) == label for c, label in now.items())
        assert set(now.values()) - set(seen.values()) == {now[c] for c in set(now) - set(seen)}
        seen |= now
        assert len(set(seen.values())) == len(seen)
        assert labels(world.agreement("main")) == now
        day = world.today() + timedelta(days=70)
    world.say(world.root, CallDecision(title="件", motion="件"), world.alliance.companies()[-1])
    review(world)
    world.until(lambda: world.alliance.over)
    assert len([s for s in world.states.values() if s.kind == "allocation"]) == 2
    for period in (s for s in world.states.values() if s.kind == "allocation"):
        held = getattr(period, "shares")  # noqa: B009
        assert {s.company for s in held} == set(period.companies())
        assert sum(s.ratio for s in held) == 1


def test_minutes_that_are_still_written_are_those_of_the_parties_that_were_there() -> None:
    world = at("operation", 3)
    paper = drafted(world, *CHANGE, on=date(2026, 10, 6))
    signed(world)
    world.unwritten = frozenset({"minutes"})
    review(world)
    world.until(lambda: world.states[paper.id].stage == "in_force")
    assert world.alliance.minutes
    world.unwritten = frozenset()
    world.pump()
    told = next(text for kind, text in world.written if kind == "minutes")
    assert [p.label for p in getattr(told, "parties")] == ["甲", "乙", "丙"]  # noqa: B009


def test_who_joins_reads_no_result_of_before() -> None:
    world = at("operation", 3)
    world.say(world.root, CallHealthCheck(), A)
    for c in (A, B, C):
        world.say(world.root, AnswerHealthCheck(number=1, sheets=((3,) * 12,), respondent="部長"), c)
    in_force(world, *CHANGE)
    assert view(world.alliance, A)["health"]
    assert not view(world.alliance, D)["health"]
    assert {"period_parties", "joined"}.isdisjoint(view(world.alliance, D))
