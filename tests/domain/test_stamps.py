"""Stamp duty against a table written by hand from the tax office's list, at every edge; and what a card hangs on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.domain.errors import Invalid
from teikei.domain.stamp_card import Asked, stamp_card
from teikei.domain.stamp_table import CLASSES, SCALES
from teikei.domain.stamps import Card, Content, Facts, card
from teikei.domain.terms import CoSalesTerms
from teikei.domain.texts import catalogue
from tests.domain.cast import at, bringing, company, directory, drafted
from tests.support.story_domain import World

DAY = date(2026, 11, 23)
# 印紙税額一覧表: 万円 (以下) → 円. Written from the list, not from the code; `-` is 超.
FIRST = "10:200 50:400 100:1000 500:2000 1000:10000 5000:20000 10000:60000 50000:100000 100000:200000 500000:400000 -:600000"
SECOND = "100:200 200:400 300:1000 500:2000 1000:10000 5000:20000 10000:60000 50000:100000 100000:200000 500000:400000 -:600000"
RECEIPT = (
    "100:200 200:400 300:600 500:1000 1000:2000 2000:4000 3000:6000 5000:10000 10000:20000 20000:40000"
    " 30000:60000 50000:100000 100000:150000 -:200000"
)
LAND_NOW = "10:200 50:200 100:500 500:1000 1000:5000 5000:10000 10000:30000 50000:60000 100000:160000 500000:320000 -:480000"
WORK_NOW = "100:200 200:200 300:500 500:1000 1000:5000 5000:10000 10000:30000 50000:60000 100000:160000 500000:320000 -:480000"
LISTS: list[tuple[str, str, int, str]] = [
    ("real_estate", LAND_NOW, 10_000, "1-1"),
    ("business", FIRST, 10_000, "1-1"),
    ("intangible", FIRST, 10_000, "1-1"),
    ("land_lease", FIRST, 10_000, "1-2"),
    ("loan", FIRST, 10_000, "1-3"),
    ("contract_work", SECOND, 10_000, "2"),
    ("construction", WORK_NOW, 10_000, "2"),
    ("continuing", "-:4000", 0, "7"),
    ("guarantee", "-:200", 0, "13"),
    ("debt_assumption", "-:200", 10_000, "15"),
    ("claim_assignment", "-:200", 10_000, "15"),
    ("receipt_sales", RECEIPT, 50_000, "17-1"),
    ("receipt_other", "-:200", 50_000, "17-2"),
]
UNSTATED = {"continuing": 4000}
NET = {"1-1", "1-2", "1-3", "2", "17-1", "17-2"}
"""Classes whose amount is without the consumption tax that is shown apart."""


def facts(*contents: Content, **more: Any) -> Facts:
    given: dict[str, Any] = {"medium": "paper", "originals": 1, "made_on": DAY, "contents": contents}
    return Facts(**{**given, **more})


def one(what: Any, amount: int | None = None, **more: Any) -> Card:
    return card(facts(Content(what=what, amount=amount), **more))


def edges(listed: str, free: int) -> list[tuple[int, int]]:
    """(amount, tax) one yen below, at and above each edge."""
    steps = [s.split(":") for s in listed.split()]
    found = [(free - 1, 0), (free, int(steps[0][1])), (free + 1, int(steps[0][1]))] if free else []
    for (most, tax), (_, above) in pairwise(steps):
        edge = int(most) * 10_000
        found += [(edge - 1, int(tax)), (edge, int(tax)), (edge + 1, int(above))]
    return [*found, (10**14, int(steps[-1][1]))]


@pytest.mark.parametrize(("what", "listed", "free", "named"), LISTS, ids=[row[0] for row in LISTS])
def test_every_edge_of_the_list(what: Any, listed: str, free: int, named: str) -> None:
    for amount, tax in edges(listed, free):
        found = one(what, amount, originals=3)
        assert (found.stamp_class, found.each, found.total) == (named, tax, 3 * tax), amount
        assert found.outcome == ("taxed" if tax else "not_taxed")
    assert one(what).each == UNSTATED.get(what, 200)


def test_the_list_knows_every_content_and_every_class() -> None:
    assert {row[0]: row[3] for row in LISTS} == CLASSES
    assert set(SCALES) == {row[3] for row in LISTS}


@pytest.mark.parametrize(
    ("what", "full", "amount"), [("real_estate", FIRST, 100_001), ("construction", SECOND, 1_000_001)]
)
def test_the_reduction_holds_on_its_days_and_above_its_amount(what: Any, full: str, amount: int) -> None:
    for day, inside in (
        (date(2014, 3, 31), False), (date(2014, 4, 1), True), (date(2027, 3, 31), True), (date(2027, 4, 1), False),
    ):  # fmt: skip
        assert one(what, amount, made_on=day).reduced is inside
        assert ("relief_over" in one(what, amount, made_on=day).hangs_on) is (day.year == 2027 and not inside)
        if not inside:
            for stated, tax in edges(full, 10_000):
                assert one(what, stated, made_on=day).each == tax
    assert not one(what, amount - 1).reduced
    assert not one("business", amount).reduced


@given(amount=st.integers(0, 10**12), tax=st.integers(0, 10**11), n=st.integers(1, 10))
@settings(max_examples=60, deadline=None)
def test_a_tax_that_is_shown_apart_does_not_count_where_the_class_says_so(
    amount: int, tax: int, n: int
) -> None:
    for what, _, _, named in LISTS:
        content = Content(what=what, amount=amount + tax, tax=tax)  # type: ignore[arg-type]
        found = card(facts(content, originals=n))
        counted = amount if named in NET else amount + tax
        assert found.stated == counted
        assert found.each is not None
        assert found.total == n * found.each
        assert one(what, counted).each == found.each


def test_a_tax_above_its_amount_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        card(facts(Content(what="loan"), Content(what="loan", amount=9, tax=10)))
    assert (refused.value.code, refused.value.pointer) == ("stamp.tax_above_amount", "/tax")


def test_an_electronic_paper_carries_none_whatever_it_says() -> None:
    for what, *_ in LISTS:
        found = one(what, 10**10, medium="electronic", unknown=("terms",))
        assert (found.outcome, found.total, found.hangs_on) == ("not_taxed", 0, ("electronic",))


@pytest.mark.parametrize(
    ("last", "renewal", "named"),
    [
        (date(2026, 6, 29), False, None), (date(2026, 6, 30), False, None), (date(2026, 7, 1), False, "7"),
        (date(2026, 6, 30), True, "7"),
    ],
)  # fmt: skip
def test_class_7_leaves_out_three_months_without_renewal(last: date, renewal: Any, named: Any) -> None:
    found = one("continuing", term=(date(2026, 4, 1), last), renewal=renewal)
    assert found.stamp_class == named
    assert (found.outcome == "needs_a_person") is (named is None)
    assert ("short_term" in found.hangs_on) is (named is None)
    assert one("continuing", term=None).each == 4000


def c(what: Any, amount: int | None = None) -> Content:
    return Content(what=what, amount=amount)


@pytest.mark.parametrize(
    ("contents", "named", "each"),
    [
        ((c("contract_work"), c("continuing")), "7", 4000),
        ((c("contract_work", 5_000_001), c("continuing")), "2", 10_000),
        ((c("intangible"), c("continuing")), "7", 4000),
        ((c("intangible", 9_999), c("continuing")), "1-1", 200),
        ((c("contract_work", 9_999), c("guarantee")), "2", 200),
        ((c("intangible", 10_000), c("contract_work", 10_000)), "1-1", 200),
        ((c("intangible", 10_000), c("contract_work", 2_000_001)), "2", 1000),
        ((c("intangible"), c("contract_work")), "1-1", 200),
        ((c("intangible"), c("contract_work", 10_000)), None, None),
        ((c("intangible", 400_000), c("loan", 100_001)), "1-1", 1000),
        ((c("guarantee"), c("debt_assumption", 50_000)), "13", 200),
        ((c("continuing"), c("receipt_sales", 1_000_000)), "7", 4000),
        ((c("continuing"), c("receipt_sales", 1_000_001)), "17-1", 400),
        ((c("contract_work", 3_000_000), c("receipt_sales", 3_000_000)), "2", 1000),
        ((c("contract_work", 2_000_000), c("receipt_sales", 2_000_001)), "17-1", 600),
        ((c("contract_work"), c("receipt_sales", 1_000_001)), "17-1", 400),
        ((c("contract_work"), c("continuing"), c("receipt_sales", 1_000_001)), None, None),
    ],
)
def test_a_paper_of_several_classes_is_of_one(
    contents: tuple[Content, ...], named: str | None, each: int | None
) -> None:
    for order in (contents, contents[::-1]):
        found = card(facts(*order))
        assert (found.stamp_class, found.each) == (named, each)
        assert found.outcome == ("taxed" if named else "needs_a_person")


def test_a_guarantee_beside_its_debt_and_a_foreign_amount_need_a_person() -> None:
    assert one("guarantee").each == 200
    beside = one("guarantee", debt_in_same_paper=True)
    assert (beside.outcome, beside.stamp_class, beside.total) == ("needs_a_person", None, None)
    assert card(facts(c("guarantee"), c("loan", 10_000), debt_in_same_paper=True)).stamp_class == "1-3"
    assert one("loan", 10_000, currency="USD").outcome == "needs_a_person"
    assert one("loan", currency="USD").each == 200


# of an agreement


def shown(world: World, role: str, **said: Any) -> dict[str, Any]:
    return stamp_card(world.agreement(role), DAY, Asked(**said))


def test_what_the_terms_do_not_settle_needs_a_person_and_is_never_none() -> None:
    """NDA, exit, joint development on paper: not one of them is told to be free of duty."""
    for form in ("co_development", "co_marketing", "capital_and_business"):
        world = drafted(3, form, medium="paper")
        found = shown(world, "main")
        assert (found["outcome"], found["total"], found["originals"]) == ("needs_a_person", None, 3)
        assert found["candidates"]
    state = at("exit").agreement("termination")
    assert state.termination_terms is not None
    paper = replace(state, termination_terms=replace(state.termination_terms, medium="paper"))
    assert stamp_card(paper, DAY)["outcome"] == "needs_a_person"
    assert [n["code"] for n in stamp_card(paper, DAY)["notes"]] == ["ends"]
    nda = at("nda").agreement("nda")
    assert nda.nda_terms is not None
    on_paper = replace(nda, nda_terms=replace(nda.nda_terms, medium="paper"))
    assert (stamp_card(on_paper, DAY)["outcome"], stamp_card(nda, DAY)["outcome"]) == (
        "needs_a_person",
        "not_taxed",
    )


@pytest.mark.parametrize(
    ("form", "outcome"),
    [
        ("agency", "taxed"),
        ("distributor", "taxed"),
        ("referral", "needs_a_person"),
        ("joint_proposal", "needs_a_person"),
    ],
)
def test_the_sales_form_settles_class_7(form: Any, outcome: str) -> None:
    sold = CoSalesTerms(products=("装置",), territory="日本", sales_form=form)
    found = shown(drafted(2, "co_sales", medium="paper", special=sold), "main")
    assert (found["outcome"], found["total"]) == (outcome, 8000 if outcome == "taxed" else None)
    assert any(line["code"] == "7" for line in (found["candidates"] or [found["class"]]))


def test_the_reader_says_what_the_paper_proves() -> None:
    world = drafted(2, medium="paper")
    found = shown(world, "main", what="contract_work", amount=3_300_000, tax=300_000, originals=4)
    assert (found["class"]["code"], found["stated"], found["each"], found["total"]) == (
        "2",
        3_000_000,
        1000,
        4000,
    )
    assert shown(drafted(2), "main", what="loan", amount=10**9)["total"] == 0
    built = shown(world, "main", what="construction", amount=5_000_001)
    assert [n["code"] for n in built["notes"]] == ["licence", "relief", "tariff"]
    assert all("起案者注" in n["ja"] for n in built["notes"])
    assert [n["code"] for n in shown(world, "main")["notes"]] == ["licence", "mixed"]


def test_a_seal_makes_it_a_paper_and_what_was_signed_elsewhere_is_looked_at() -> None:
    world = at("operation")
    main = world.agreement("main")
    assert stamp_card(main, DAY)["medium"] == "electronic"
    sealed = replace(main, signatures=(replace(main.signatures[0], method="seal"), *main.signatures[1:]))
    assert stamp_card(sealed, DAY)["medium"] == "paper"
    earlier = World()
    earlier.open(bringing(), company(0), directory(2))
    found = shown(earlier, "main")
    assert [line["code"] for line in found["hangs_on"]] == ["content", "elsewhere"]


def test_land_passes_the_form_gate_and_may_be_class_1_2() -> None:
    main = drafted(2, medium="paper").agreement("main")
    assert stamp_card(main, DAY)["forms"] == []
    land = replace(main, brief=replace(main.brief, needs=("land",)))
    found = stamp_card(land, DAY)
    assert [f["code"] for f in found["forms"]] == ["business_land_lease", "fixed_building_lease"]
    assert "公正証書" in found["forms"][0]["ja"]
    assert "借地借家法 23条" in found["forms"][0]["law_ja"]
    assert "1-2" in [line["code"] for line in found["candidates"]]
    beside = stamp_card(main, DAY, Asked(what="guarantee", beside_debt=True))
    assert (beside["outcome"], beside["hangs_on"][1]["code"]) == ("needs_a_person", "main_debt")
    guaranteed = stamp_card(main, DAY, Asked(what="guarantee"))
    assert [f["code"] for f in guaranteed["forms"]] == ["individual_guarantee"]


def test_every_code_is_said_and_no_text_gives_a_verdict() -> None:
    families = ("stamp.", "form_gate.", "consolidated.")
    for language in ("ja", "en"):
        told = {k: v for k, v in catalogue(language).items() if k.startswith(families)}
        assert len(told) > 60
        for code, text in told.items():
            assert not re.search("適法|違法|有効|無効|リスク|危険", text), code
            assert not re.search(
                r"\b(un)?lawful|\b(il)?legal\b|\b(in)?valid\b|\brisk", text, re.IGNORECASE
            ), code
    spoken = set(catalogue("ja"))
    assert {f"stamp.{family}.{one}" for family in ("class", "law") for one in SCALES} <= spoken
    for what, listed, free, _ in LISTS:
        for amount, _tax in (*edges(listed, free), (None, 0)):
            found = one(what, amount)
            assert {f"stamp.hangs.{code}" for code in found.hangs_on} <= spoken
