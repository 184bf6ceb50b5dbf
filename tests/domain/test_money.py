"""The split against an oracle that is written differently: units are handed out one by one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teikei.domain.errors import Invalid
from teikei.domain.money import EXPONENTS, TieOrder, known_currency, split, whole

Shares = tuple[Fraction, ...]


@st.composite
def shares(draw: st.DrawFn) -> Shares:
    """2 to 10 shares that sum to one; some of them zero, some of them equal."""
    weights = draw(st.lists(st.integers(0, 12) | st.integers(0, 10**6), min_size=2, max_size=10).filter(any))
    return tuple(Fraction(w, sum(weights)) for w in weights)


POOLS = st.integers(0, 40) | st.integers(0, 10**15)
TIES: st.SearchStrategy[TieOrder] = st.sampled_from(["party_order", "largest_share"])


def oracle(pool: int, given_shares: Shares, tie: str) -> list[int]:
    """Integers only: cross-multiplied over one denominator; the unit always goes to the party that lacks most."""
    denominator = 1
    for share in given_shares:
        denominator *= share.denominator
    weights = [share.numerator * (denominator // share.denominator) for share in given_shares]
    amounts = [pool * weight // denominator for weight in weights]
    lacks = [pool * weight % denominator for weight in weights]
    while sum(amounts) < pool:
        best = None
        for i in range(len(weights)):
            if lacks[i] == 0:
                continue
            if (
                best is None
                or lacks[i] > lacks[best]
                or (lacks[i] == lacks[best] and tie == "largest_share" and weights[i] > weights[best])
            ):
                best = i
        assert best is not None
        amounts[best] += 1
        lacks[best] = 0
    return amounts


@given(POOLS, shares(), TIES)
@example(10**15, (Fraction(1, 3),) * 3, "party_order")
@example(1, (Fraction(0), Fraction(1)), "party_order")
@example(0, (Fraction(1, 2), Fraction(1, 2)), "largest_share")
def test_it_is_what_the_oracle_says_and_sums_exactly(pool: int, given_shares: Shares, tie: TieOrder) -> None:
    portions = split(pool, given_shares, tie)
    assert [p.amount for p in portions] == oracle(pool, given_shares, tie)
    assert sum(p.amount for p in portions) == pool
    assert sum(p.exact for p in portions) == pool
    for portion, share in zip(portions, given_shares, strict=True):
        assert portion.exact == pool * share
        assert abs(portion.amount - portion.exact) < 1
        assert portion.extra_unit == (portion.amount > portion.exact)
        assert share or portion.amount == 0


@given(POOLS, shares(), TIES, st.randoms(use_true_random=False))
def test_the_order_of_the_parties_matters_only_in_a_tie(
    pool: int, given_shares: Shares, tie: TieOrder, chance: object
) -> None:
    order = list(range(len(given_shares)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    there = [p.amount for p in split(pool, given_shares, tie)]
    back = [p.amount for p in split(pool, tuple(given_shares[i] for i in order), tie)]
    moved = {i: back[k] for k, i in enumerate(order)}
    assert sorted(there) == sorted(back) or tie == "party_order"
    left = pool - sum(int(pool * s) for s in given_shares)
    rests = sorted((pool * s % 1 for s in given_shares), reverse=True)
    tied = 0 < left < len(rests) and rests[left - 1] == rests[left]
    if not tied:
        assert moved == dict(enumerate(there))


def test_who_gets_the_odd_unit() -> None:
    third = (Fraction(1, 3),) * 3
    assert [p.amount for p in split(100, third, "party_order")] == [34, 33, 33]
    assert [p.amount for p in split(101, third, "party_order")] == [34, 34, 33]
    uneven = (Fraction(1, 4), Fraction(3, 4))
    assert [p.amount for p in split(2, uneven, "party_order")] == [1, 1]
    assert [p.amount for p in split(2, uneven, "largest_share")] == [0, 2]


def test_what_is_refused() -> None:
    half = (Fraction(1, 2), Fraction(1, 2))
    for pool, given_shares, code in (
        (-1, half, "money.negative_pool"),
        (1, (Fraction(1, 2), Fraction(1, 3)), "money.shares_do_not_sum"),
        (1, (Fraction(3, 2), Fraction(-1, 2)), "money.shares_do_not_sum"),
        (1, (), "money.shares_do_not_sum"),
    ):
        with pytest.raises(Invalid) as caught:
            split(pool, given_shares, "party_order")
        assert caught.value.code == code
    with pytest.raises(Invalid) as caught:
        whole((Fraction(1, 2),), "/terms/shares")
    assert (caught.value.pointer, caught.value.params) == ("/terms/shares", {"sum": "1/2"})
    with pytest.raises(Invalid) as caught:
        known_currency("XXX", "/currency")
    assert (caught.value.code, caught.value.pointer) == ("money.unknown_currency", "/currency")
    known_currency("JPY", "/currency")
    assert (EXPONENTS["JPY"], EXPONENTS["USD"]) == (0, 2)
