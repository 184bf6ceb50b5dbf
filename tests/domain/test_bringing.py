"""An alliance that lived before this system goes on by itself, and nothing of its past is made up, asked or mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from teikei.domain.act import Actor, judge
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.bringing import ORDER, WITH_MAIN, BringIn
from teikei.domain.alliance.intake import Unborn
from teikei.domain.amendments import ChangePeriods
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.days import add_months
from teikei.domain.elsewhere import SignedFile
from teikei.domain.errors import Refused
from teikei.domain.register import lines
from teikei.domain.texts import titled
from teikei.domain.views import view
from tests.domain import cast
from tests.domain.cast import EVIDENCE, bringing, company, contract
from tests.support.story_domain import START, World, japan

A, B = cast.companies(2)
AHEAD = contract(signed_on=date(2025, 12, 1), effective_on=date(2026, 2, 1), term_until=date(2028, 1, 31))
STAGES = {
    "nda": AHEAD, "due_diligence": contract(), "negotiation": contract(), "signing": AHEAD, "operation": contract(),
    "exit": contract(),
}  # fmt: skip


def brought(act: BringIn | None = None, now: datetime = START) -> World:
    world = World(now=now)
    act = act or bringing()
    world.open(act, A, cast.directory(len(act.parties)))
    world.pump()
    return world


def code(act: BringIn, now: datetime = START, person: str = "担当者", by: str = A) -> str:
    unborn = Unborn(id="aln_x", companies=cast.directory(2), now=now, calendar=japan())
    try:
        judge(act, unborn, Actor(company=by, person=person), now)
    except Refused as refusal:
        return f"{refusal.code} {refusal.pointer}"
    return ""


@pytest.mark.parametrize("stage", STAGES)
def test_it_enters_where_it_stands_and_its_life_goes_on(stage: Any) -> None:
    world = brought(bringing(stage=stage, days=STAGES[stage]))
    alliance = world.alliance
    assert alliance.stage == stage
    assert alliance.earlier is not None
    assert alliance.earlier.stages == ORDER[: ORDER.index(stage)]
    paper = world.agreement("main" if stage in WITH_MAIN else "nda")
    assert (paper.stage, paper.signatures) == ("signed" if STAGES[stage] is AHEAD else "in_force", ())
    assert paper.version_now is not None
    assert (paper.version_now.sha256, paper.version_now.number) == (EVIDENCE, 1)
    assert world.written == [], "nothing of the past is drafted"
    assert [(m.template, m.company) for _, _, m in world.mails] == [("entered", B)]
    world.until(lambda: world.alliance.over)
    cast.nothing_left(world)


def test_the_record_names_who_what_and_which_file_in_both_languages() -> None:
    world = brought()
    values = world.values("alliance.brought_in")
    assert (values["sha256"], values["person"], values["stage"]) == (EVIDENCE, "担当者", "operation")
    title = titled("ja", "alliance.brought_in", values)
    assert "潮風計画" in title
    assert "本システム導入前の段階：提携構想、秘密保持契約、相互評価、交渉、署名" in title
    assert "before this system: intake" in titled("en", "alliance.brought_in", values)
    assert [world.codes()[0], world.codes().count("alliance.brought_in")] == ["alliance.brought_in", 1]


def test_views_and_the_register_say_that_it_was_before() -> None:
    world = brought()
    seen = view(world.alliance, B)
    assert seen["earlier"]["stages"] == ["intake", "nda", "due_diligence", "negotiation", "signing"]
    assert view(world.agreement("main"), B)["elsewhere"]["file"]["sha256"] == EVIDENCE
    for language, said in (
        ("ja", "本システム導入前に締結（契約.pdf）"),
        ("en", "Signed before this system (契約.pdf)"),
    ):
        [line] = lines(world.alliance, [world.agreement("main")], A, japan(), language)
        assert (line.original, line.title, line.signed_on) == (said, "共同開発契約書", date(2024, 3, 29))


@example(age=11, period=12, review=3, years=1, day=4)
@given(
    age=st.integers(0, 605), period=st.integers(1, 60), review=st.integers(1, 60), years=st.integers(1, 50),
    day=st.integers(0, 30),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_the_first_period_holds_the_day_and_no_review_of_the_past_is_called(
    age: int, period: int, review: int, years: int, day: int
) -> None:
    """Oracle: periods and reviews laid end to end from the first day of the term, one by one."""
    first = add_months(START.date(), -(age % (12 * years + 3))) - timedelta(days=day)
    until = add_months(first, 12 * years) - timedelta(days=1)
    signed = contract(signed_on=first, effective_on=first, term_until=until)
    act = bringing(days=signed, period_months=period, review_months=review)
    if until < START.date():
        assert code(act) == "terms.run_out /contract/term_until"
        return
    world = brought(act)
    opened, called, today = (
        world.alliance.period_from,
        world.alliance.wait(f"review-{world.alliance.review}"),
        START.date(),
    )
    assert opened is not None
    begins = [first]
    while begins[-1] <= today:
        begins.append(add_months(first, period * len(begins)))
    if day == 0 or first.day <= 28:
        assert opened == begins[-2]
    assert opened <= today
    due = world.alliance.due_item("period/open")
    assert due is None or (due.at is not None and due.at > world.now)
    meetings = [m for n in range(1, 700) if today <= (m := add_months(first, review * n)) <= until]
    assert bool(called) == bool(meetings)
    if called:
        assert called.since.date() == meetings[0]
    assert world.alliance.open_period == ""
    assert {m.template for _, _, m in world.mails} <= {"entered", "review_invitation"}


@pytest.mark.parametrize(
    ("until", "months", "flag"),
    [
        (date(2026, 3, 31), 3, "alliance.notice_passed"), (date(2026, 4, 5), 3, "alliance.notice_passed"),
        (date(2026, 4, 6), 3, "alliance.notice_near"), (date(2026, 4, 20), 3, "alliance.notice_near"),
        (date(2026, 6, 30), 3, ""), (date(2027, 3, 31), 0, ""),
    ],
)  # fmt: skip
def test_a_notice_day_that_passed_or_is_near_is_named_and_not_mailed(
    until: date, months: int, flag: str
) -> None:
    signed = contract(effective_on=date(2024, 4, 1), term_until=until)
    world = brought(bringing(days=signed, renewal_years=1, notice_months=months))
    assert [c for c in world.codes() if "notice" in c] == ([flag] if flag else [])
    assert not [m for _, _, m in world.mails if m.template == "notice"]
    if flag == "alliance.notice_passed":
        world.until(lambda: "agreement.renewed" in world.codes())
        at = next(line.at for line in world.lines if line.entry.code == "agreement.renewed")
        assert not [m for when, _, m in world.mails if m.template == "notice" and when < at]


def test_without_renewal_nothing_is_flagged_and_it_ends_with_its_term() -> None:
    world = brought()
    assert not [c for c in world.codes() if "notice" in c]
    world.until(lambda: world.alliance.stage == "exit")
    assert world.today() == date(2027, 4, 1)


def test_it_is_governed_like_any_other() -> None:
    world = brought(bringing(renewal_years=1))
    world.say(
        world.root,
        DraftAmendment(changes=(ChangePeriods(period_months=6),), effective_on=world.today()),
        B,
    )
    cast.agree(world, "amendment")
    assert world.alliance.terms is not None
    assert world.alliance.terms.period_months == 6
    main = world.agreement("main").id
    world.say(main, RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="方針"), A)
    cast.review(world)
    world.until(lambda: world.alliance.open_period != "")
    assert world.period().number == 2, "the second period of the contract, and no earlier one"
    assert len([s for s in world.states.values() if s.kind == "allocation"]) == 1
    cast.settle_period(world)
    cast.begin_exit(world, world.today())
    cast.agree(world, "termination")
    cast.tick(world)
    cast.settle_period(world)
    assert world.alliance.over
    cast.nothing_left(world)


def test_the_others_confirm_or_contest_it_and_a_contest_comes_before_the_next_review() -> None:
    world = brought(bringing(3))
    a, b, c = cast.companies(3)
    entered = {r.company: r for r in world.alliance.recorded}
    assert set(entered) == {b, c}
    assert entered[b].evidence_sha256 == EVIDENCE
    world.say(world.root, ConfirmRecorded(recorded=entered[b].id), b)
    world.say(world.root, ContestRecorded(recorded=entered[c].id, reason="配分割合が異なる"), c)
    assert [r.status for r in world.alliance.recorded] == ["confirmed", "contested"]
    assert world.alliance.contested[0].company == c
    assert "agenda.contested" in {line["code"] for line in view(world.alliance, a)["agenda"]}
    assert world.alliance.stage == "operation"


def test_an_nda_beside_the_main_agreement_binds_until_its_end() -> None:
    nda = contract(
        title="秘密保持契約書",
        file=SignedFile(name="nda.pdf", sha256="ab" * 32, size=9),
        term_until=date(2026, 6, 30),
    )
    world = brought(replace(bringing(), nda=nda))
    assert (world.alliance.nda, world.alliance.main) == (
        world.agreement("nda").id,
        world.agreement("main").id,
    )
    assert {(p.matter, p.name) for p in world.papers} == {
        (world.alliance.nda, "nda.pdf"), (world.alliance.main, "契約.pdf"),
    }  # fmt: skip
    world.advance(datetime(2026, 7, 2, tzinfo=UTC))
    assert world.agreement("nda").over
    assert world.alliance.stage == "operation"


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (bringing(days=contract(signed_on=date(2026, 1, 6), effective_on=date(2026, 1, 6))), "elsewhere.signed_in_the_future /contract/signed_on"),
        (bringing(days=contract(effective_on=date(2024, 3, 1))), "elsewhere.effective_before_signed /contract/effective_on"),
        (bringing(days=contract(term_until=date(2026, 1, 4))), "terms.run_out /contract/term_until"),
        (bringing(days=AHEAD), "bringing.not_yet /contract/effective_on"),
        (bringing(stage="signing"), "bringing.begun_already /contract/effective_on"),
        (bringing(stage="nda"), "bringing.begun_already /contract/effective_on"),
        (replace(bringing(), terms=None), "bringing.terms_of_the_main /terms"),
        (replace(bringing(stage="negotiation"), nda=contract()), "bringing.two_ndas /nda"),
        (replace(bringing(), nda=contract(term_until=date(2025, 1, 1))), "terms.run_out /nda/term_until"),
        (bringing(term_from=date(2024, 4, 2)), "bringing.other_days /terms/term_from"),
        (bringing(stage="exit", renewal_years=1), "bringing.exit_renews /terms/renewal_years"),
        (bringing(shares=cast.terms(3).shares), "terms.shares_name_other_parties /terms/shares"),
        (bringing(special=cast.special("co_sales")), "terms.other_form /terms/special/form"),
        (bringing(3), "parties.unknown_company /parties/2/company"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_stays_out_with_its_field(act: BringIn, refusal: str) -> None:
    assert code(act) == refusal


def test_nobody_brings_in_without_a_name_or_for_others() -> None:
    assert code(bringing(), person="") == "recorded.no_person "
    assert code(bringing(), by=company(7)) == "parties.opener_not_among_them "
    assert code(bringing(special=cast.special("co_development"))) == ""


def test_terms_as_signed_are_only_for_what_was_signed_elsewhere() -> None:
    special = bringing().terms
    assert special is not None
    given = replace(cast.terms(), special=special.special)
    with pytest.raises(Refused, match=r"terms\.other_form"):
        given.check(cast.companies(2), "co_development", START.date())
