"""The statement is computed twice, and the second time in front of the reader."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.documents import DocumentError, render
from teikei.domain.money import split
from teikei.domain.paper_lines import MoneyLine, ResultLine
from tests.documents.samples import parties, sample


def statement(incomes: list[int], costs: list[int], weights: list[int], **changes: Any) -> Any:
    """A statement with the given figures, one weight for each party."""
    people = parties(len(weights))
    total = sum(weights)
    ratios = tuple(Fraction(weight, total) for weight in weights)
    pool = max(0, sum(incomes) - sum(costs))
    order = changes.get("tie_order", "party_order")
    portions = split(pool, ratios, order)
    lines = zip(people, ratios, portions, strict=True)
    return sample(
        "statement",
        len(weights),
        incomes=tuple(_line(people[i % len(people)].label, x) for i, x in enumerate(incomes)),
        costs=tuple(_line(people[-1].label, x) for x in costs),
        income_total=sum(incomes),
        cost_total=sum(costs),
        pool=pool,
        results=tuple(
            ResultLine(
                label=p.label, name=p.name, ratio=r, exact=x.exact, amount=x.amount, extra_unit=x.extra_unit
            )
            for p, r, x in lines
        ),
        **changes,
    )


def _line(label: str, amount: int) -> MoneyLine:
    return MoneyLine(label=label, what="売上", amount=amount, source="台帳")


@settings(max_examples=40, deadline=None)
@given(
    incomes=st.lists(st.integers(0, 10**12), max_size=6),
    costs=st.lists(st.integers(0, 10**11), max_size=4),
    weights=st.lists(st.integers(1, 97), min_size=2, max_size=10),
    order=st.sampled_from(["party_order", "largest_share"]),
)
def test_every_honest_statement_is_written_and_its_payments_balance(
    incomes: list[int], costs: list[int], weights: list[int], order: str
) -> None:
    variables = statement(incomes, costs, weights, tie_order=order)
    text = render("statement", variables).text
    for line in variables.results:
        assert f"{line.amount:,}" in text
    if sum(costs) > sum(incomes):
        assert "支払を要しない。" in text


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"income_total": 12_000_022}, "/income_total"),
        ({"cost_total": 1}, "/cost_total"),
        ({"pool": 10_765_455}, "/pool"),
    ],
)
def test_a_wrong_total_is_refused_with_its_field(change: dict[str, int], place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        render("statement", sample("statement", 3, **change))
    assert (caught.value.code, caught.value.pointer) == ("document.statement_differs", place)


def test_one_unit_given_to_the_wrong_party_is_refused() -> None:
    variables = sample("statement", 3)
    first, second, third = variables.results
    moved = (
        first,
        replace(second, amount=second.amount - 1, extra_unit=False),
        replace(third, amount=third.amount + 1, extra_unit=True),
    )
    with pytest.raises(DocumentError) as caught:
        render("statement", replace(variables, results=moved))
    assert caught.value.pointer == "/results/1/amount"


def test_the_reader_sees_formula_remainder_rank_and_reason() -> None:
    text = render("statement", sample("statement", 3)).text
    assert "甲\t青葉精機株式会社\t3分の1\t3,588,484 2/3\t3,588,485" in text
    assert "差は、10,765,454 － 10,765,452 ＝ 2（単位：1円）" in text
    assert "丙\t3,588,484\t2/3\t3\t0\t3,588,484\t端数が同じため当事者の順による（加算なし）" in text


def test_payments_are_listed_and_clear_every_difference() -> None:
    text = render("statement", statement([900, 0, 0], [], [1, 1, 1])).text
    assert "甲\t乙\t300" in text
    assert "甲\t丙\t300" in text
    assert "連帯して負わない" in text


def test_a_loss_is_carried_and_nobody_pays() -> None:
    text = render("statement", statement([100], [350], [1, 1])).text
    assert "差引損失\tＡ－Ｂ\t△250" in text
    assert "配分対象利益がないため、支払を要しない。" in text


def test_minor_units_of_a_foreign_currency() -> None:
    text = render("statement", statement([100_001], [], [1, 1], currency="USD")).text
    assert "1,000.01" in text
    assert "0.01米ドル" in text
