"""Need-to-know is applied once, in `view`; what a paper says comes from the state, in `variables`."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from teikei.domain.act import ClosedItem, Entry
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.standing import Abandon, Suspend
from teikei.domain.alliance.state import AXES, Attendance, Resolution, Stand
from teikei.domain.clock import NoteAttention
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval
from teikei.domain.errors import Conflict
from teikei.domain.matter import Effect, Matter
from teikei.domain.papers import LABELS, PAPER_TITLES, VARIABLES
from teikei.domain.parties import succeeded
from teikei.domain.terms import CoSalesTerms, Disclosure
from teikei.domain.variables import variables
from teikei.domain.views import Row, plain, row, view
from tests.domain.cast import (
    EVIDENCE,
    FORMS,
    agree,
    at,
    begin_exit,
    companies,
    company,
    drafted,
    intake,
    opened,
    review,
    settle_period,
    terms,
)
from tests.support.story_domain import World

CANARY = "カナリア"


def leaks(state: Matter, to: str) -> set[str]:
    """Whose canaries a company can find in its view."""
    text = json.dumps(view(state, to), ensure_ascii=False)
    return {c for c in companies(4) if f"{CANARY}{c[-6:]}" in text}


def canaries() -> World:
    """Four companies; each marks itself and the others with evidence that gives it away; only the first shares."""
    world = at("due_diligence", 4)
    for c in companies(4):
        for about in companies(4):
            for axis in AXES:
                if about != c:
                    act = GiveScore(about=about, axis=axis, points=2, evidence=f"{CANARY}{c[-6:]}")
                    world.say(world.root, act, c)
    return world


def seen_by(world: World, items: list[Entry] | list[ClosedItem], to: str) -> str:
    return "".join(repr(i) for i in items if not i.private_to or to in i.private_to)


def test_a_mark_about_a_partner_is_its_authors_until_it_is_shared() -> None:
    world = canaries()
    for c in companies(4):
        assert leaks(world.alliance, c) == {c}
        entries = [line.entry for line in world.lines]
        assert {o for o in companies(4) if f"{CANARY}{o[-6:]}" in seen_by(world, entries, c)} == {c}
    assert leaks(world.alliance, company(99)) == set()
    first = company(0)
    for axis in AXES:
        world.say(world.root, GiveScore(about=first, axis=axis, points=2, evidence="自己"), first)
    world.say(world.root, ShareScores(), first)
    for c in companies(4):
        assert leaks(world.alliance, c) == {first, c}
    world.until(lambda: world.alliance.diligence_over)
    assert all(g.lowest for g in world.alliance.gaps)
    world.say(world.root, Abandon(reason="x"), first)
    for c in companies(4):
        assert leaks(world.alliance, c) == {first, c}, "also afterwards"
        closed = [item for item in world.closed if item.kind == "score"]
        assert {o for o in companies(4) if f"{CANARY}{o[-6:]}" in seen_by(world, closed, c)} == {first, c}


def test_no_gap_is_counted_from_marks_that_were_not_shared() -> None:
    world = canaries()
    first = company(0)
    for axis in AXES:
        world.say(world.root, GiveScore(about=first, axis=axis, points=5, evidence="自己"), first)
    world.say(world.root, ShareScores(), first)
    world.until(lambda: world.alliance.diligence_over)
    assert world.alliance.gaps == (), "only one company's marks are known"


def test_what_others_say_of_themselves_is_theirs_to_show_at_once() -> None:
    world = at("due_diligence", 2)
    world.say(world.root, GiveScore(about=company(0), axis="culture", points=5, evidence="自社"), company(0))
    assert "自社" in json.dumps(view(world.alliance, company(1)), ensure_ascii=False)
    assert world.lines[-1].entry.private_to == ()


def test_the_reference_of_an_internal_approval_is_the_companys_own() -> None:
    world = canaries()
    world.until(lambda: bool(world.alliance.go_no_go))
    decision = world.decision().id
    for c in companies(4):
        world.say(decision, RecordInternalApproval(status="submitted", reference=f"{CANARY}{c[-6:]}"), c)
        world.say(decision, RecordInternalApproval(status="approved", reference=f"{CANARY}{c[-6:]}"), c)
    for c in companies(4):
        assert leaks(world.states[decision], c) == {c}
        entries = [line.entry for line in world.lines if line.matter == decision]
        assert {o for o in companies(4) if f"{CANARY}{o[-6:]}" in seen_by(world, entries, c)} == {c}
    shown = view(world.states[decision], company(0))["internal"]
    assert [i["status"] for i in shown] == ["approved"] * 4
    assert ["reference" in i for i in shown] == [True, False, False, False]
    mails = "".join(repr(m) for _, _, m in world.mails)
    assert CANARY not in mails


def test_a_view_is_plain_json_without_the_machinery() -> None:
    world = at("exit", 3)
    world.say(world.root, Suspend(reason="監査"), company(0))
    for _, state in world.history:
        shown = view(state, company(0))
        assert json.loads(json.dumps(shown)) == shown
        assert shown["kind"] == state.kind
        assert not {"owes", "sandbox", "zone", "minutes"} & set(shown)
        assert [d["at"] for d in shown["due"]] == sorted(d["at"] for d in shown["due"])
        earliest = state.earliest()
        assert shown["next_due"] == ({"item": earliest.key, "at": plain(earliest.at)} if earliest else None)
    assert view(world.alliance, company(0))["terms"]["shares"][0]["ratio"] == "1/3"
    assert plain([date(2026, 4, 1), datetime(2026, 4, 1, tzinfo=UTC), Fraction(3), {"a": (1, None, True)}]) == [
        "2026-04-01", "2026-04-01T00:00:00+00:00", "3", {"a": [1, None, True]},
    ]  # fmt: skip


def test_the_agenda_stands_in_the_view_once_there_are_terms() -> None:
    world = at("operation")
    codes = [line["code"] for line in view(world.alliance, company(0))["agenda"]]
    assert codes == [
        "agenda.goal",
        *["agenda.gap_culture", "agenda.gap_philosophy", "agenda.gap_technology"] * 2,
        "agenda.communication",
    ]
    review(world)
    world.until(lambda: world.alliance.period == 1)
    codes = [line["code"] for line in view(world.alliance, company(0))["agenda"]]
    points = ["agenda.action", "agenda.action", "agenda.period", "agenda.clock", "agenda.communication"]
    assert codes[-5:] == points
    assert view(opened().alliance, company(0))["agenda"] == []


def test_the_list_columns() -> None:
    world = at("signing")
    main = world.agreement("main")
    due = main.earliest()
    assert due is not None
    assert row(main) == Row(
        id=main.id, kind="agreement", alliance_id=world.root, parent=world.root, title=main.title, title_en=main.title_en, stage="signing",
        form="co_development", over=False, suspended=False, attention="", sandbox=False, owes=0, next_due=due.at,
    )  # fmt: skip
    owing = next(s for _, s in world.history if s.owes)
    assert row(owing).owes == 1
    assert row(owing).next_due is None
    from teikei.domain.act import TEIKEI

    world._apply(world.root, NoteAttention(reason="render"), TEIKEI)
    world.say(world.root, Abandon(reason="x"), company(0))
    assert (row(world.alliance).over, row(world.alliance).attention, row(world.alliance).next_due) == (
        True,
        "render",
        None,
    )
    decision = next(s for s in world.states.values() if isinstance(s, Decision))
    assert row(decision).form == ""


# variables


def paper(world: World, kind: str) -> Any:
    return next(v for k, v in reversed(world.written) if k == kind)


@pytest.mark.parametrize("form", FORMS)
def test_every_paper_gets_the_variables_of_its_kind(form: Any) -> None:
    world = at("operation", 3, form)
    review(world)
    begin_exit(world)
    agree(world, "termination")
    settle_period(world)
    kinds = {kind for kind, _ in world.written}
    assert kinds == {"nda", form, "minutes", "statement", "termination"}
    for kind, made in world.written:
        assert type(made) is VARIABLES[kind]  # type: ignore[index]
        assert kind in PAPER_TITLES
        assert [p.label for p in made.parties] == list(LABELS[:3])  # type: ignore[attr-defined]
        assert made.alliance_name == "海風計画"  # type: ignore[attr-defined]
        assert all(getattr(made, f.name) is not None for f in fields(made) if f.name != "objection_until")  # type: ignore[arg-type]
    main = paper(world, form)
    assert (main.term_from, main.term_until) == (date(2026, 7, 1), date(2028, 6, 30))
    assert [(s.label, s.ratio) for s in main.shares] == [(label, Fraction(1, 3)) for label in "甲乙丙"]
    assert main.parties[1].contributions == ("拠出1",)
    assert main.parties[0].contact == "担当0"


def test_what_the_nda_and_the_main_agreement_say_of_the_state() -> None:
    world = opened(2)
    world.say(world.root, intake(2, rivals=True, land=True), company(0))
    nda = paper(world, "nda")
    assert (nda.term_from, nda.term_until) == (date(2026, 1, 5), date(2028, 1, 4))
    assert (nda.rivals, nda.land, nda.personal_data) == (True, True, False)
    assert (nda.background, nda.parties[0].name, nda.parties[0].address) == ("背景。", "第0社", "港区0番")
    assert [p.measure for p in nda.purposes] == ["売上", "特許"]
    capital = paper(at("signing", 3, "capital_and_business"), "capital_and_business")
    assert (capital.issuer, capital.investors, capital.total) == ("乙", ("甲", "丙"), 5_000_000)
    assert [g.by for g in capital.goals] == [date(2027, 3, 31)]


def test_a_paper_names_by_their_labels_who_supplies_sells_and_discloses() -> None:
    a, b, c = companies(3)
    sales = CoSalesTerms(products=("装置", "部品"), territory="日本", suppliers=(c, a), sellers=(b,))
    told = (Disclosure(company=b, what="図面", receivers=(a, c)),)
    made = paper(drafted(3, "co_sales", special=sales, disclosures=told), "co_sales")
    assert (made.suppliers, made.sellers) == (("丙", "甲"), ("乙",))
    assert [(d.label, d.what, d.receivers) for d in made.disclosures] == [("乙", "図面", ("甲", "丙"))]
    given = terms(3, special=sales, disclosures=told)
    followed = succeeded(given, {c: "cmp_heir", b: ""})
    assert followed.special.suppliers == ("cmp_heir", a)  # type: ignore[union-attr]
    assert followed.special.sellers == ()  # type: ignore[union-attr]
    assert followed.disclosures == ()
    assert succeeded(given, {c: ""}).special.suppliers == ()  # type: ignore[union-attr]
    assert succeeded(given, {c: ""}).disclosures[0].receivers == (a,)


def test_what_minutes_statement_and_termination_say_of_the_state() -> None:
    world = at("operation", 2)
    stand = Stand(company=company(1), choice="recused")
    resolution = Resolution(title="方針", outcome="承認", votes=(stand,))
    review(
        world, attendees=(Attendance(company=company(1), people=("部長", "課長")),), resolutions=(resolution,)
    )
    minutes = paper(world, "minutes")
    assert (minutes.number, minutes.held_on, minutes.next_on) == (1, date(2026, 10, 1), date(2027, 1, 1))
    assert [(a.label, a.people) for a in minutes.attendees] == [("甲", ()), ("乙", ("部長", "課長"))]
    assert [(a.owner, a.what) for a in minutes.actions] == [("甲", "報告"), ("乙", "報告")]
    assert [(v.label, v.vote) for v in minutes.decisions[0].votes] == [("乙", "除斥")]
    begin_exit(world, date(2026, 12, 31))
    agree(world, "termination")
    left = paper(world, "termination")
    assert (left.end_date, left.base_title) == (date(2026, 12, 31), PAPER_TITLES["co_development"][0])
    assert left.base_date == world.agreement("main").signed_on
    assert len(left.checklist) == 4
    world.until(lambda: world.alliance.period == 1)
    assert world.today() == date(2027, 1, 1), "the last period is settled once its last day is over"
    settle_period(world, 100_000)
    statement = paper(world, "statement")
    assert (statement.period_from, statement.period_until) == (date(2026, 7, 1), date(2026, 12, 31))
    assert (statement.income_total, statement.cost_total, statement.pool) == (200_000, 2_000, 198_000)
    assert [(r.label, r.amount) for r in statement.results] == [("甲", 99_000), ("乙", 99_000)]
    assert [line.source for line in statement.incomes] == [f"SHA-256 {EVIDENCE[:12]}"] * 2
    assert statement.decision.startswith("dec_")
    assert len(statement.votes) == 2


def test_no_variables_for_what_is_not_owed() -> None:
    world = at("signing")
    for state in world.states.values():
        with pytest.raises(Conflict, match=r"effect\.not_owed"):
            variables(state, "version/1")
    decision = next(s for s in world.states.values() if isinstance(s, Decision))
    with pytest.raises(Conflict, match=r"effect\.not_owed"):
        variables(replace(decision, owes=(Effect(key="x/1"),)), "x/1")


def test_comments_and_votes_are_for_all() -> None:
    world = at("due_diligence", 2)
    world.until(lambda: bool(world.alliance.go_no_go))
    decision = world.decision().id
    world.say(decision, Comment(text="みんな"), company(0))
    assert world.closed[-1].private_to == ()
    world.say(decision, RecordInternalApproval(status="approved", reference="r"), company(0))
    world.say(decision, CastVote(choice="abstain", reason="様子を見る"), company(0))
    assert view(world.states[decision], company(1))["votes"] == [
        {"company": company(0), "choice": "abstain", "reason": "様子を見る", "recorded_by": ""}
    ]
