"""契約台帳: which lines, which dates, in whose words; and what is searched is what every party reads."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.state import Agreement
from teikei.domain.register import COLUMNS, Line, header, lines
from teikei.domain.search import fold, searched, texts
from teikei.domain.terms import Form
from teikei.domain.texts import catalogue
from teikei.domain.views import view
from tests.domain import cast
from tests.support.story_domain import World, japan

RENEWED: dict[str, Any] = {"renewal_years": 1, "notice_months": 3}


def told(world: World, reader: int = 0, language: str = "ja") -> tuple[Line, ...]:
    agreements = [s for s in world.states.values() if isinstance(s, Agreement)]
    return lines(world.alliance, agreements, cast.company(reader), japan(), language)


def main(world: World, language: str = "ja") -> Line:
    titles = {"共同開発契約書", "Joint Development Agreement"}
    return next(one for one in told(world, language=language) if one.title in titles)


def back(day: date, business_days: int) -> date:
    """The oracle of the safe day: so many days with business before, counted one by one."""
    while business_days:
        day -= timedelta(days=1)
        business_days -= day.weekday() < 5 and day not in japan().holidays
    return day


def test_an_alliance_without_an_agreement_has_a_line_of_its_own() -> None:
    world = cast.opened(3)
    (line,) = told(world, reader=1)
    assert line == Line(
        id=world.root, name="海風計画", parties="甲：第0社、乙：第1社、丙：第2社", stage="提携構想",
        contact="担当1 <contact1@example.com>", next_due=line.next_due,
    )  # fmt: skip
    earliest = world.alliance.earliest()
    assert earliest is not None
    assert earliest.at is not None
    assert line.next_due == world.alliance.local_day(earliest.at)


def test_every_agreement_has_its_line_with_its_dates() -> None:
    world = cast.at("operation", 2, **RENEWED)
    nda, agreed = told(world)
    assert (nda.title, nda.renewal, nda.shares, nda.currency) == ("秘密保持契約書", "なし", "", "")
    assert (nda.notice_legal, nda.notice_safe) == (None, None)
    state = world.agreement("main")
    assert (agreed.id, agreed.agreement, agreed.title) == (world.root, state.id, "共同開発契約書")
    assert (agreed.stage, agreed.agreement_stage) == ("運営", "効力発生中")
    assert agreed.signed_on == state.signed_on
    assert (agreed.effective_on, agreed.term_until) == (date(2026, 7, 1), date(2028, 6, 30))
    assert (agreed.notice_legal, agreed.notice_safe) == (date(2028, 3, 29), back(date(2028, 3, 29), 5))
    assert (agreed.renewal, agreed.shares, agreed.currency) == ("1年ごとの自動更新", "甲 1/2、乙 1/2", "JPY")


def test_the_safe_day_stays_when_it_has_passed_and_moves_with_a_renewal() -> None:
    world = cast.at("operation", 2, **RENEWED)
    world.until(lambda: world.today() > date(2028, 4, 10))
    assert main(world).notice_safe == back(date(2028, 3, 29), 5)
    world.until(lambda: world.today() > date(2028, 7, 1))
    renewed = main(world)
    assert (renewed.term_until, renewed.notice_legal) == (date(2029, 6, 30), date(2029, 3, 29))
    assert renewed.notice_safe == back(date(2029, 3, 29), 5)


def test_a_refused_renewal_has_no_notice_day_any_more() -> None:
    world = cast.at("operation", 2, **RENEWED)
    refusal = RefuseRenewal(arrived_on=world.today(), evidence_sha256=cast.EVIDENCE, reason="見直し")
    world.say(world.agreement("main").id, refusal, cast.company(0))
    line = main(world)
    assert (line.notice_legal, line.notice_safe) == (None, None)
    assert line.renewal == "更新しない（更新拒絶の通知が到達済み）"


def test_what_nobody_signed_has_no_dates() -> None:
    line = main(cast.drafted(2, **RENEWED))
    dates = (line.signed_on, line.effective_on, line.term_until, line.notice_legal, line.notice_safe)
    assert dates == (None,) * 5
    assert (line.renewal, line.agreement_stage) == ("1年ごとの自動更新", "協議")


def test_the_register_is_said_in_the_language_of_its_reader() -> None:
    line = main(cast.at("operation", 2, **RENEWED), language="en")
    assert (line.name, line.parties) == ("Sea Breeze", "甲: Company 0, 乙: Company 1")
    assert (line.stage, line.renewal) == ("operation", "Automatic, every 1 year(s)")
    for language in ("ja", "en"):
        assert {f"register.{column}" for column in COLUMNS} <= set(catalogue(language))
        assert len(set(header(language))) == len(COLUMNS)


@pytest.mark.parametrize("form", cast.FORMS)
def test_only_what_every_party_reads_is_searched(form: Form) -> None:
    world = cast.at("exit", 3, form)
    for state in world.states.values():
        for company in world.alliance.companies():
            seen = json.dumps(view(state, company), ensure_ascii=False)
            assert [
                text for text in texts(state) if json.dumps(text, ensure_ascii=False)[1:-1] not in seen
            ] == []


def test_width_and_case_are_folded_away() -> None:
    assert fold("ＩｏＴ ｶﾞｽ ㈱ Straße") == "iot ガス (株) strasse"
    world = cast.at("negotiation", 2)
    assert "海風計画" in searched(world.alliance).split("\n")
    assert {searched(state) for state in world.states.values() if state.kind == "decision"} == {""}
