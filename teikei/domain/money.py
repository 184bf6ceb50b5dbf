"""Money is integer minor units; a split is exact and explains who got the odd unit.

Largest remainder: every party gets the whole units of its exact share; the
units left over go one each to the largest remainders; a tie goes by
`party_order`, or to the `largest_share` first.  Rule and tie order are terms
of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from teikei.domain.errors import Invalid

Rounding = Literal["largest_remainder"]
TieOrder = Literal["party_order", "largest_share"]

EXPONENTS = {
    "JPY": 0, "KRW": 0, "VND": 0, "USD": 2, "EUR": 2, "GBP": 2, "CNY": 2, "TWD": 2,
    "SGD": 2, "HKD": 2, "THB": 2, "INR": 2, "AUD": 2, "CAD": 2, "CHF": 2,
}  # fmt: skip
"""ISO 4217 exponents of the currencies that an agreement may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one party receives of a pool."""

    exact: Fraction
    amount: int
    extra_unit: bool


def known_currency(code: str, pointer: str) -> None:
    """Refuse a currency whose exponent we do not know."""
    if code not in EXPONENTS:
        raise Invalid("money.unknown_currency", pointer, currency=code)


def whole(shares: tuple[Fraction, ...], pointer: str) -> None:
    """Refuse shares that are negative or do not sum to one."""
    if any(share < 0 for share in shares) or sum(shares, Fraction(0)) != 1:
        raise Invalid("money.shares_do_not_sum", pointer, sum=str(sum(shares, Fraction(0))))


def split(pool: int, shares: tuple[Fraction, ...], tie_order: TieOrder) -> tuple[Portion, ...]:
    """Split `pool` (≥ 0, minor units) so that the amounts sum to it exactly."""
    if pool < 0:
        raise Invalid("money.negative_pool", pool=pool)
    whole(shares, "/shares")
    exact = [pool * share for share in shares]
    base = [int(x) for x in exact]
    left = pool - sum(base)

    def rank(i: int) -> tuple[Fraction, Fraction, int]:
        tie = -shares[i] if tie_order == "largest_share" else Fraction(0)
        return (-(exact[i] - base[i]), tie, i)

    lucky = set(sorted((i for i in range(len(shares)) if shares[i] > 0), key=rank)[:left])
    return tuple(
        Portion(exact=exact[i], amount=base[i] + (i in lucky), extra_unit=i in lucky)
        for i in range(len(shares))
    )
