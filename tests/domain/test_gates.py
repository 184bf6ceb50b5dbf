"""The gate of the NDA: passed by a paper that was signed elsewhere, or waived; and closed again by a contest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from teikei.domain.act import Actor, judge
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.diligence import ShareScores
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.elsewhere import Contract
from teikei.domain.errors import Refused
from teikei.domain.register import lines
from teikei.domain.texts import titled
from teikei.domain.views import view
from tests.domain import cast
from tests.domain.cast import company
from tests.support.story_domain import World, japan

A, B, C = cast.companies(3)


def nda(**more: Any) -> Contract:
    days = {
        "title": "秘密保持契約書",
        "signed_on": date(2025, 12, 1),
        "effective_on": date(2025, 12, 1),
        "term_until": date(2027, 11, 30),
    }
    return cast.contract(**{**days, **more})


def upload(n: int = 3, **more: Any) -> UploadSigned:
    signatories = tuple(Signatory(company=c, signatory="代表", title="社長") for c in cast.companies(n))
    return UploadSigned(contract=nda(**more), signatories=signatories)


def recorded(world: World, matter: str, who: str) -> str:
    return next(r.id for r in world.states[matter].recorded if r.company == who)


def at_the_gate(step: str, n: int = 3) -> World:
    world = cast.at("nda", n)
    if step in {"approval", "signing"}:
        cast.freeze(world, "nda")
    if step == "signing":
        cast.decide(world)
        cast.sign(world, "nda", (A,))
    assert world.agreement("nda").stage == step
    return world


@pytest.mark.parametrize("step", ["rounds", "approval", "signing"])
def test_an_uploaded_nda_binds_and_opens_the_gate(step: str) -> None:
    world = at_the_gate(step)
    paper = world.agreement("nda").id
    world.say(paper, upload(), B)
    state = world.agreement("nda")
    assert (state.stage, world.alliance.stage) == ("in_force", "due_diligence")
    assert state.version_now is not None
    assert {s.evidence_sha256 for s in state.signatures} == {state.version_now.sha256} == {cast.EVIDENCE}
    assert [(s.company, s.method, s.recorded_by) for s in state.signatures] == [
        (A, "elsewhere", B), (B, "elsewhere", ""), (C, "elsewhere", B),
    ]  # fmt: skip
    assert not [s for s in world.states.values() if s.kind == "decision" and not s.over], (
        "nobody is asked about old bytes"
    )
    assert not state.waits
    assert [(m.template, m.company) for _, i, m in world.mails if i == paper and m.template == "entered"] == [
        ("entered", A),
        ("entered", C),
    ]
    assert "担当者" in titled("ja", "agreement.signed_elsewhere", world.values("agreement.signed_elsewhere"))
    assert view(state, A)["elsewhere"]["how"] == "uploaded"
    [line] = lines(world.alliance, [state], A, japan(), "ja")
    assert (line.original, line.signed_on) == ("本システム外で締結（契約.pdf）", date(2025, 12, 1))
    cast.score(world)
    cast.decide(world)
    assert world.alliance.stage == "negotiation"


def test_one_that_begins_later_waits_for_its_first_day_and_ends_with_its_term() -> None:
    world = at_the_gate("rounds")
    world.say(
        world.agreement("nda").id, upload(effective_on=date(2026, 2, 1), term_until=date(2026, 12, 31)), A
    )
    assert (world.agreement("nda").stage, world.alliance.stage) == ("signed", "nda")
    world.advance(datetime(2026, 2, 2, tzinfo=UTC))
    assert (world.agreement("nda").stage, world.alliance.stage) == ("in_force", "due_diligence")
    end = world.agreement("nda").due_item("term/end")
    assert end is not None
    assert end.at == japan().opening(date(2027, 1, 1))


@pytest.mark.parametrize("later", [False, True])
def test_a_contest_closes_the_gate_and_the_nda_is_drafted_here(later: bool) -> None:  # noqa: FBT001
    world = at_the_gate("rounds")
    paper = world.agreement("nda").id
    world.say(paper, upload(effective_on=date(2026, 2, 1)) if later else upload(), B)
    if not later:
        cast.marks(world, A)
        world.say(world.root, ShareScores(), A)
    version = world.agreement("nda").number
    world.say(paper, ContestRecorded(recorded=recorded(world, paper, C), reason="当社は署名していない"), C)
    state = world.agreement("nda")
    assert (world.alliance.stage, state.stage) == ("nda", "rounds"), "its paper is written, and talked over"
    assert (state.signatures, state.elsewhere, state.number) == ((), None, version + 1)
    assert state.version_now is not None
    assert state.version_now.sha256 != cast.EVIDENCE
    world.say(paper, ContestRecorded(recorded=recorded(world, paper, A), reason="同じく"), A)
    cast.agree(world, "nda")
    assert world.alliance.stage == "due_diligence"
    cast.score(world)
    cast.decide(world)
    assert world.alliance.stage == "negotiation"


def test_a_contest_after_due_diligence_does_not_throw_the_talks_back() -> None:
    world = at_the_gate("rounds")
    paper = world.agreement("nda").id
    world.say(paper, upload(), B)
    cast.score(world)
    cast.decide(world)
    world.say(paper, ContestRecorded(recorded=recorded(world, paper, C), reason="当社は署名していない"), C)
    assert (world.alliance.stage, world.agreement("nda").stage) == ("negotiation", "rounds")
    cast.agree(world, "nda")
    assert world.alliance.stage == "negotiation", "its force opens no gate a second time"


def test_a_waiver_opens_the_gate_for_a_reason_and_ends_the_talks() -> None:
    world = at_the_gate("approval")
    paper = world.agreement("nda").id
    world.say(world.root, WaiveGate(reason="包括契約がある"), B)
    assert (world.alliance.stage, world.alliance.nda) == ("due_diligence", "")
    assert world.states[paper].over
    [waived] = world.alliance.waived
    assert (waived.by, waived.person, waived.reason) == (B, "担当者", "包括契約がある")
    assert "包括契約がある" in titled("ja", "alliance.gate_waived", world.values("alliance.gate_waived"))
    assert sorted(m.company for _, _, m in world.mails if m.template == "entered") == sorted([A, C])
    world.say(world.root, ConfirmRecorded(recorded=recorded(world, world.root, A)), A)
    cast.score(world)
    cast.decide(world)
    assert world.alliance.stage == "negotiation"


def test_a_contested_waiver_has_the_nda_drafted() -> None:
    world = at_the_gate("rounds")
    first = world.agreement("nda").id
    world.say(world.root, WaiveGate(reason="急ぐ"), B)
    cast.score(world)
    called = world.alliance.go_no_go
    assert called
    for who in (A, C):
        world.say(
            world.root,
            ContestRecorded(recorded=recorded(world, world.root, who), reason="省略に反対する"),
            who,
        )
    assert (world.alliance.stage, world.alliance.waived) == ("nda", ())
    assert world.alliance.nda not in ("", first)
    assert world.states[called].over
    cast.agree(world, "nda")
    cast.score(world)
    cast.decide(world)
    assert world.alliance.stage == "negotiation"


def test_a_waiver_that_was_used_is_only_talked_about() -> None:
    world = at_the_gate("rounds")
    world.say(world.root, WaiveGate(reason="急ぐ"), B)
    cast.score(world)
    cast.decide(world)
    world.say(
        world.root, ContestRecorded(recorded=recorded(world, world.root, C), reason="省略に反対する"), C
    )
    assert world.alliance.stage == "negotiation"
    assert [c.act for c in world.alliance.contested] == ["waive_gate"]


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (upload(2), "elsewhere.signatories /signatories"),
        (replace(upload(), signatories=upload().signatories[:2] * 2), "elsewhere.signatories /signatories"),
        (upload(signed_on=date(2026, 6, 1), effective_on=date(2026, 6, 1)), "elsewhere.signed_in_the_future /contract/signed_on"),
        (upload(effective_on=date(2025, 11, 30)), "elsewhere.effective_before_signed /contract/effective_on"),
        (upload(term_until=date(2025, 12, 31)), "terms.run_out /contract/term_until"),
    ],
)  # fmt: skip
def test_a_paper_that_does_not_fit_is_refused_with_its_field(act: UploadSigned, refusal: str) -> None:
    world = at_the_gate("rounds")
    with pytest.raises(Refused) as refused:
        judge(act, world.agreement("nda"), Actor(company=A, person="x"), world.now)
    assert f"{refused.value.code} {refused.value.pointer}" == refusal


def test_gates_are_for_named_parties_in_their_stage_and_for_ndas_only() -> None:
    world = at_the_gate("rounds")
    for matter, act in ((world.agreement("nda").id, upload()), (world.root, WaiveGate(reason="x"))):
        for by, code in (
            (Actor(company=A), "recorded.no_person"),
            (Actor(company=company(9), person="x"), "party.not_one"),
        ):
            with pytest.raises(Refused) as refused:
                judge(act, world.states[matter], by, world.now + timedelta(days=1))
            assert refused.value.code == code
    talks = cast.drafted(3)
    assert cast.refused(talks, talks.agreement("main").id, upload(), A) == "elsewhere.nda_only"
    assert cast.refused(talks, talks.root, WaiveGate(reason="x"), A) == "matter.wrong_stage"
