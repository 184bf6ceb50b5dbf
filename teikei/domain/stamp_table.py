"""The tariff of stamp duty (印紙税) as data: classes 1の1 to 17の2 as far as papers of an alliance meet them.

Source: 印紙税法（昭和42年法律第23号）別表第一「課税物件表」 and 租税特別措置法91条 (the relief).
`AS_OF` is the day on which the table was written down; who changes a line changes it.
Amounts are whole yen, for one original (一通).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

AS_OF: Final = date(2026, 1, 1)
SOURCE: Final = "印紙税法 別表第一、租税特別措置法 91条"

StampClass = Literal["1-1", "1-2", "1-3", "2", "7", "13", "15", "17-1", "17-2"]
What = Literal[
    "real_estate", "business", "intangible", "land_lease", "loan", "contract_work", "construction",
    "continuing", "guarantee", "debt_assumption", "claim_assignment", "receipt_sales", "receipt_other",
]  # fmt: skip
"""What a paper proves, as far as the table names it (課税事項)."""

Steps = tuple[tuple[int, int], ...]
"""(up to and including, tax), ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How one class is taxed; `free_below`: a stated amount under it is not taxed."""

    number: int
    free_below: int = 0
    steps: Steps = ()
    above: int
    """Above the last step."""
    unstated: int
    """Where no amount is stated."""
    net: bool = False
    """Consumption tax that is shown apart does not count (消費税法の改正等に伴う印紙税の取扱い通達)."""

    def tax(self, amount: int | None) -> int:
        """For one original; `amount` None: none is stated."""
        if amount is None:
            return self.unstated
        if amount < self.free_below:
            return 0
        return next((tax for most, tax in self.steps if amount <= most), self.above)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """軽減措置: lower steps for papers of one kind, made in these days, with an amount above `over`."""

    first: date
    last: date
    over: int
    steps: Steps
    above: int

    def tax(self, amount: int | None, made_on: date) -> int | None:
        """None: it does not apply."""
        if amount is None or amount <= self.over or not self.first <= made_on <= self.last:
            return None
        return next((tax for most, tax in self.steps if amount <= most), self.above)


_HIGH: Steps = (
    (10_000_000, 10_000), (50_000_000, 20_000), (100_000_000, 60_000), (500_000_000, 100_000),
    (1_000_000_000, 200_000), (5_000_000_000, 400_000),
)  # fmt: skip
_FIRST = Scale(
    number=1, free_below=10_000, above=600_000, unstated=200, net=True,
    steps=((100_000, 200), (500_000, 400), (1_000_000, 1_000), (5_000_000, 2_000), *_HIGH),
)  # fmt: skip
_RECEIPT: Steps = (
    (1_000_000, 200), (2_000_000, 400), (3_000_000, 600), (5_000_000, 1_000), (10_000_000, 2_000),
    (20_000_000, 4_000), (30_000_000, 6_000), (50_000_000, 10_000), (100_000_000, 20_000),
    (200_000_000, 40_000), (300_000_000, 60_000), (500_000_000, 100_000), (1_000_000_000, 150_000),
)  # fmt: skip

SCALES: Final[dict[StampClass, Scale]] = {
    "1-1": _FIRST,
    "1-2": _FIRST,
    "1-3": _FIRST,
    "2": Scale(
        number=2, free_below=10_000, above=600_000, unstated=200, net=True,
        steps=((1_000_000, 200), (2_000_000, 400), (3_000_000, 1_000), (5_000_000, 2_000), *_HIGH),
    ),
    "7": Scale(number=7, above=4_000, unstated=4_000),
    "13": Scale(number=13, above=200, unstated=200),
    "15": Scale(number=15, free_below=10_000, above=200, unstated=200),
    "17-1": Scale(number=17, free_below=50_000, steps=_RECEIPT, above=200_000, unstated=200, net=True),
    "17-2": Scale(number=17, free_below=50_000, above=200, unstated=200, net=True),
}  # fmt: skip

CLASSES: Final[dict[What, StampClass]] = {
    "real_estate": "1-1",
    "business": "1-1",
    "intangible": "1-1",
    "land_lease": "1-2",
    "loan": "1-3",
    "contract_work": "2",
    "construction": "2",
    "continuing": "7",
    "guarantee": "13",
    "debt_assumption": "15",
    "claim_assignment": "15",
    "receipt_sales": "17-1",
    "receipt_other": "17-2",
}

_REDUCED: Steps = (
    (10_000_000, 5_000), (50_000_000, 10_000), (100_000_000, 30_000), (500_000_000, 60_000),
    (1_000_000_000, 160_000), (5_000_000_000, 320_000),
)  # fmt: skip
_FROM, _UNTIL = date(2014, 4, 1), date(2027, 3, 31)

RELIEFS: Final[dict[What, Relief]] = {
    "real_estate": Relief(
        first=_FROM, last=_UNTIL, over=100_000, above=480_000,
        steps=((500_000, 200), (1_000_000, 500), (5_000_000, 1_000), *_REDUCED),
    ),
    "construction": Relief(
        first=_FROM, last=_UNTIL, over=1_000_000, above=480_000,
        steps=((2_000_000, 200), (3_000_000, 500), (5_000_000, 1_000), *_REDUCED),
    ),
}  # fmt: skip
