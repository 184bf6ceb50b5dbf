"""Several candidates at intake: one alliance each, chosen in silence, dropped with a letter, and nothing after the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from teikei.documents import render
from teikei.domain.act import TEIKEI, Actor, judge
from teikei.domain.agreement.talks import Revise
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.candidates import SelectionIn
from teikei.domain.alliance.diligence import CallGoNoGo, DraftNda, GiveScore
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.clock import PaperReady
from teikei.domain.contests import ContestRecorded
from teikei.domain.errors import Conflict, Forbidden, Invalid, Refused
from teikei.domain.messages import AgreementMoved, DecisionClosed
from teikei.domain.papers import ReturnLetterVariables
from teikei.domain.selections import OpenSelection, key_for
from teikei.domain.stories import own_act
from teikei.domain.texts import titled
from teikei.domain.views import plain, row, view
from tests.domain import cast
from tests.domain.cast import company, refused
from tests.support.story_domain import World

A, B, C = cast.companies(3)
NOTE = "技術評価は三番目"
DROP = DropCandidate(reason="計画の時期が合わないため", note=NOTE)


def seeking(n: int = 2) -> World:
    """Intake with a candidate; every other act as in any alliance."""
    return cast.opened(n, selection=cast.selected(n))


def past_intake(world: World) -> None:
    world.say(world.root, cast.intake(len(world.alliance.parties)), A)


def evaluated(world: World) -> None:
    cast.score(world)


def negotiating(world: World) -> None:
    cast.decide(world)


def drafted(world: World) -> None:
    world.say(world.root, DraftAgreement(terms=cast.terms(len(world.alliance.parties))), B)


def approving(world: World) -> None:
    cast.freeze(world, "main")


STEPS: tuple[tuple[str, Callable[[World], object]], ...] = (
    ("nda", past_intake),
    ("nda", lambda world: cast.freeze(world, "nda")),
    ("nda", cast.decide),
    ("due_diligence", lambda world: cast.sign(world, "nda")),
    ("due_diligence", evaluated),
    ("negotiation", negotiating),
    ("negotiation", drafted),
    ("negotiation", approving),
)
"""Every moment in which a candidate can be dropped, with the stage that it lies in."""


def at_moment(steps: int, n: int = 2) -> World:
    world = seeking(n)
    for stage, step in STEPS[:steps]:
        step(world)
        assert world.alliance.stage == stage
    return world


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_a_drop_at_every_moment_ends_with_one_letter_and_nothing_else(steps: int, held: bool) -> None:  # noqa: FBT001
    world = at_moment(steps)
    if held:
        world.say(world.root, Suspend(reason="点検"), B)
    mails = len(world.mails)
    world.say(world.root, DROP, A)
    assert (world.alliance.stage, world.alliance.reason) == ("abandoned", "not_chosen")
    cast.nothing_left(world)
    [(_, matter, mail)] = world.mails[mails:]
    assert (matter, mail.template, mail.company) == (world.root, "return_letter", B)
    assert world.papers[-1].kind == "return_letter"
    assert world.papers[-1].sha256 == mail.values["sha256"]
    assert (world.alliance.nda, world.alliance.go_no_go) == (
        next((s.id for s in world.states.values() if getattr(s, "role", "") == "nda"), ""),
        next((s.id for s in world.states.values() if getattr(s, "subject", "") == "go_no_go"), ""),
    )
    before = len(world.mails)
    assert world.fall() == ""
    assert len(world.mails) == before


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_the_letter_asks_back_what_the_nda_says_and_nothing_where_none_binds(steps: int) -> None:
    world = at_moment(steps)
    world.say(world.root, DROP, A)
    kind, said = world.written[-1]
    assert kind == "return_letter"
    assert isinstance(said, ReturnLetterVariables)
    text = render("return_letter", said).text
    bound = steps >= 4
    facts = (
        "付けで締結した秘密保持契約書",
        "返還及び廃棄の条項",
        "証明書",
        "30日以内",
        "3年間",
        "記",
        "以上",
    )
    for fact in facts:
        assert (fact in text.split("\n") if len(fact) <= 2 else fact in text) is bound, fact
    assert ("秘密保持契約に基づき貴社に返還又は廃棄をお願いするものはございません" in text) is not bound
    assert text.index("拝啓") < text.index("敬具")
    assert "第1社" in text.split("拝啓")[0]
    assert DROP.reason in text
    assert NOTE not in text
    assert said.return_by == (date(2026, 2, 4) if bound else None)
    assert said.nda_signed_on == (world.today() if bound else None)
    assert said.written_on == world.today()


def test_an_nda_that_was_signed_elsewhere_is_named_with_its_date_and_keeps_its_own_periods() -> None:
    world = at_moment(1)
    who = tuple(Signatory(company=c, signatory="代表", title="社長") for c in (A, B))
    paper = cast.contract(
        title="相互秘密保持契約書", signed_on=date(2025, 12, 1), effective_on=date(2025, 12, 1)
    )
    world.say(world.agreement("nda").id, UploadSigned(contract=paper, signatories=who), A)
    world.say(world.root, DROP, A)
    text = render(*world.written[-1]).text
    assert "2025年12月1日付けで締結した相互秘密保持契約書" in text
    assert "原契約に定める期間の末日" in text
    assert "日以内" not in text
    assert "年間" not in text


def test_an_nda_whose_upload_is_contested_asks_nothing_back() -> None:
    world = at_moment(1)
    who = tuple(Signatory(company=c, signatory="代表", title="社長") for c in (A, B))
    paper = cast.contract(signed_on=date(2025, 12, 1), effective_on=date(2025, 12, 1))
    nda = world.agreement("nda").id
    world.say(nda, UploadSigned(contract=paper, signatories=who), A)
    entered = next(r.id for r in world.states[nda].recorded if r.company == B)
    world.say(nda, ContestRecorded(recorded=entered, reason="署名していない"), B)
    world.say(world.root, DROP, A)
    assert "お願いするものはございません" in render(*world.written[-1]).text


def test_a_waived_nda_leaves_nothing_to_ask_back() -> None:
    world = at_moment(1)
    world.say(world.root, WaiveGate(reason="急ぐ"), A)
    world.say(world.root, DROP, A)
    assert "お願いするものはございません" in render(*world.written[-1]).text


def parting(steps: int, n: int = 2) -> World:
    """Dropped; the documents process is down, so the letter is not written."""
    world = at_moment(steps, n)
    world.unwritten = frozenset({"return_letter"})
    world.say(world.root, DROP, A)
    assert world.alliance.parting is not None
    assert not world.alliance.over
    return world


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_until_the_letter_is_written_nothing_is_due_and_nothing_else_can_be_said(steps: int) -> None:
    world = parting(steps)
    state = world.alliance
    assert (state.due, state.waits, state.children, state.earliest()) == ((), (), (), None)
    assert [s.id for s in world.states.values() if not s.over] == [world.root]
    assert (row(state).owes, own_act(state)) == (1, None)
    acts = (
        cast.intake(), GiveScore(about=A, axis="culture", points=3, evidence="x"), DraftAgreement(terms=cast.terms()),
        WaiveGate(reason="x"), Suspend(reason="x"), Abandon(reason="x"), ChooseCandidate(), DROP,
    )  # fmt: skip
    for act in acts:
        assert {refused(world, world.root, act, c) for c in (A, B)} <= {
            "matter.over", "selection.opener_only",
        }  # fmt: skip
    assert refused(world, world.root, Resume(), B) == "matter.not_held"
    late = (
        AgreementMoved(agreement="agr_x", role="nda", to="in_force", title="x"),
        AgreementMoved(agreement="agr_x", role="main", to="approved"),
        DecisionClosed(decision="dec_x", subject="go_no_go", outcome="approved"),
        DraftNda(), CallGoNoGo(),
    )  # fmt: skip
    for news in late:
        with pytest.raises(Conflict, match=r"matter\.over"):
            judge(news, state, TEIKEI, world.now)
    world.unwritten = frozenset()
    world.pump()
    assert world.alliance.over


def test_the_story_of_a_candidate_that_is_dropped_before_its_nda_is_drafted_opens_nothing() -> None:
    world = seeking()
    state = replace(
        world.alliance, stage="nda"
    )  # the intake is stated, the story has not said `draft_nda` yet
    still = judge(DROP, state, Actor(company=A), world.now).state
    assert own_act(still) is None
    assert still.nda  # what the chapter asks before it drafts
    ready = PaperReady(effect="letter/1", sha256="0" * 64, size=1)
    assert judge(ready, still, TEIKEI, world.now).state.nda == ""


def test_who_may_and_when() -> None:
    world, plain_one = at_moment(1), cast.at("nda")
    for act in (DROP, ChooseCandidate()):
        assert (
            refused(world, world.root, act, B)
            == refused(plain_one, plain_one.root, act, B)
            == "selection.opener_only"
        )
        assert refused(world, world.root, act, C) == "party.not_one"
        assert refused(plain_one, plain_one.root, act, A) == "selection.in_none"
        for stage in ("signing", "operation", "exit"):
            late = cast.sought(cast.at(stage))
            assert refused(late, late.root, act, A) == "matter.wrong_stage"
    world.say(world.root, ChooseCandidate(), A)
    assert refused(world, world.root, ChooseCandidate(), A) == "selection.chosen_already"
    world.say(world.root, DROP, A)  # people change their minds
    assert refused(world, world.root, DROP, A) == "matter.over"


def readable(world: World, to: str) -> str:
    """All that the domain gives to a company: views, entries with their titles, items, mails, papers."""
    lines = [x for x in world.lines if not x.entry.private_to or to in x.entry.private_to]
    told: dict[str, Any] = {
        "views": {s.id: view(s, to) for s in world.states.values()},
        "lines": [
            (x.at, x.stage, x.matter, x.by, plain(x.entry), titled("ja", x.entry.code, x.entry.values)) for x in lines
        ],
        "leaves": [(x.at, x.matter) for x in world.lines],
        "items": [plain(c) for c in world.closed if not c.private_to or to in c.private_to],
        "mails": [(when, m, plain(mail)) for when, m, mail in world.mails if mail.company == to],
        "papers": [plain(p) for p in world.papers],
        "letters": [render(k, v).text for k, v in world.written if k == "return_letter"],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, default=str, sort_keys=True)


def lived(*, selection: SelectionIn | None) -> World:
    world = cast.opened(2, selection=selection)
    for _, step in STEPS:
        step(world)
    main = world.agreement("main")
    world.say(main.id, Revise(terms=cast.terms(), reason="修正"), B)
    return world


def test_a_candidate_cannot_tell_its_alliance_from_one_without_a_selection() -> None:
    assert readable(lived(selection=None), B) == readable(lived(selection=cast.selected()), B)
    assert readable(lived(selection=None), A) != readable(lived(selection=cast.selected()), A)


def test_the_note_and_the_choice_are_the_openers_own() -> None:
    world = at_moment(5)
    world.say(world.root, ChooseCandidate(note=NOTE), A)
    chosen = readable(world, B)
    assert NOTE not in chosen
    assert "chosen" not in chosen.replace("not_chosen", "")
    world.say(world.root, DROP, A)
    seen = readable(world, B)
    assert DROP.reason in seen
    assert "検討の終了（理由：計画の時期が合わないため）" in seen
    for secret in (NOTE, cast.selected().id, cast.selected().name):
        assert secret not in seen
        assert secret in readable(world, A)


def test_a_drop_leaves_as_many_leaves_with_a_note_as_without() -> None:
    counts = set()
    for note in (NOTE, ""):
        world = at_moment(3)
        world.say(world.root, replace(DROP, note=note), A)
        counts.add((len(world.lines), world.alliance.version))
    assert len(counts) == 1


def seeking_out(**more: Any) -> OpenSelection:
    given: dict[str, Any] = {"own": (cast.party(0),), "candidates": tuple(cast.party(i) for i in (1, 2, 3))}
    return OpenSelection(name_ja="海風計画", name_en="Sea Breeze", form="co_sales", **{**given, **more})


def test_what_is_made_for_one_candidate_does_not_depend_on_the_others() -> None:
    three = seeking_out().openings("sel_x")
    for i, act in enumerate(three, start=1):
        [alone] = seeking_out(candidates=(cast.party(i),)).openings("sel_x")
        assert act == alone
        assert act.name_ja == "海風計画"
        assert [p.company for p in act.parties] == [A, company(i)]
    assert len({key_for("k", company(i)) for i in range(10)}) == 10
    assert key_for("k", B) != key_for("l", B)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"candidates": (cast.party(1), cast.party(1))}, "parties.twice", "/candidates"),
        ({"candidates": (cast.party(1), cast.party(0))}, "parties.twice", "/candidates/1"),
        ({"own": (cast.party(0), cast.party(0))}, "parties.twice", "/own"),
        ({"candidates": (cast.party(1), cast.party(9))}, "parties.unknown_company", "/candidates/1/company"),
        ({"own": (cast.party(0), cast.party(9))}, "parties.unknown_company", "/own/1/company"),
        ({"own": (replace(cast.party(0), off_platform=True),)}, "parties.opener_off_platform", "/own/0/off_platform"),
        ({"own": tuple(cast.party(i) for i in range(10)), "candidates": (cast.party(10),)}, "parties.two_to_ten", "/candidates/0"),
    ],
)  # fmt: skip
def test_a_batch_is_refused_before_its_first_opening(change: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        seeking_out(**change).check(Actor(company=A), cast.directory(4), World().now)
    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)


def test_the_opener_searches_for_itself() -> None:
    body = seeking_out(own=(cast.party(2),), candidates=(cast.party(0),))
    with pytest.raises(Forbidden, match="opener_not_among_them"):
        body.check(Actor(company=A), cast.directory(4), World().now)
    with pytest.raises(Refused, match="unknown_company"):
        cast.opened(2, selection=replace(cast.selected(), candidate=A))
    with pytest.raises(Refused, match="unknown_company"):
        cast.opened(2, selection=replace(cast.selected(), candidate=C))


def test_several_companies_search_together() -> None:
    world = at_moment(4, 3)
    world.say(world.root, DROP, A)
    cast.nothing_left(world)
    assert world.mails[-1][2].company == C
    assert "第0社及び第1社が原契約に基づき貴社に開示した" in render(*world.written[-1]).text
