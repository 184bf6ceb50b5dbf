"""Names that the engine adds to a paper's variables: labels joined, the split recomputed.

The statement is checked here before a word of it is printed: totals, shares
and every rounded amount are computed a second time from the inputs (by
`teikei.domain.money.split`, the rule of the contract) and a difference is
refused. Readers see the same steps in the paper's tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from teikei.documents import words
from teikei.documents.errors import DocumentError
from teikei.domain.money import TieOrder, split
from teikei.domain.paper_lines import MoneyLine, ResultLine

STATEMENT = frozenset({"balances", "left_over", "loss", "steps", "transfers", "whole_total"})
"""Names that the engine adds for the statement."""


@dataclass(frozen=True, slots=True)
class Step:
    """One party's way from the exact amount to the whole unit."""

    label: str
    exact: Fraction
    whole: int
    rest: Fraction
    rank: int
    """Place in the order in which left-over units are handed out, from 1."""
    extra: int
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What a party holds (its income less its costs) against what it is allotted."""

    label: str
    holds: int
    amount: int
    due: int
    """`amount - holds`: positive receives, negative pays."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment between two parties."""

    payer: str
    receiver: str
    amount: int


def derived(kind: str, values: Mapping[str, object]) -> dict[str, object]:
    """`all_labels`, `any_labels`, and for a statement the names in `STATEMENT`."""
    added: dict[str, object] = {}
    if parties := values.get("parties"):
        added["all_labels"] = words.labels_and(parties)
        added["any_labels"] = words.labels_or(parties)
    if kind == "statement" and "results" in values:
        steps = _steps(values)
        added["steps"] = steps
        added["left_over"] = sum(step.extra for step in steps)
        added["whole_total"] = sum(step.whole for step in steps)
        added["loss"] = loss = max(0, -_net(values))
        added["balances"] = balances = () if loss else _balances(values)
        added["transfers"] = _transfers(balances)
    return added


def _steps(values: Mapping[str, object]) -> tuple[Step, ...]:
    """Recompute the statement; raises `document.statement_differs`."""
    results = cast("tuple[ResultLine, ...]", values["results"])
    pool, order = cast("int", values["pool"]), cast("TieOrder", values["tie_order"])
    incomes = cast("tuple[MoneyLine, ...]", values["incomes"])
    costs = cast("tuple[MoneyLine, ...]", values["costs"])
    _same("/income_total", values["income_total"], sum(line.amount for line in incomes))
    _same("/cost_total", values["cost_total"], sum(line.amount for line in costs))
    _same("/pool", pool, max(0, _net(values)))
    _same("/results", Fraction(1), sum((line.ratio for line in results), Fraction(0)))
    portions = split(pool, tuple(line.ratio for line in results), order)
    for index, (line, portion) in enumerate(zip(results, portions, strict=True)):
        _same(f"/results/{index}/exact", line.exact, portion.exact)
        _same(f"/results/{index}/amount", line.amount, portion.amount)
        _same(f"/results/{index}/extra_unit", line.extra_unit, portion.extra_unit)
    return _explained(results, order)


def _net(values: Mapping[str, object]) -> int:
    """Income less costs; below zero it is a loss, carried over and not distributed."""
    return cast("int", values["income_total"]) - cast("int", values["cost_total"])


def _balances(values: Mapping[str, object]) -> tuple[Balance, ...]:
    """The side that received income holds it until the settlement (利益配分の条項)."""
    results = cast("tuple[ResultLine, ...]", values["results"])
    holds = dict.fromkeys((line.label for line in results), 0)
    for name, sign in (("incomes", 1), ("costs", -1)):
        for index, line in enumerate(cast("tuple[MoneyLine, ...]", values[name])):
            if line.label not in holds:
                raise DocumentError(
                    "document.statement_differs", f"/{name}/{index}/label",
                    said=line.label, found="、".join(holds),
                )  # fmt: skip
            holds[line.label] += sign * line.amount
    return tuple(
        Balance(line.label, holds[line.label], line.amount, line.amount - holds[line.label])
        for line in results
    )


def _transfers(balances: tuple[Balance, ...]) -> tuple[Transfer, ...]:
    """Payers in their order fill receivers in theirs: at most N - 1 payments, always the same."""
    owed = {item.label: item.due for item in balances if item.due > 0}
    found: list[Transfer] = []
    for payer in (item for item in balances if item.due < 0):
        left = -payer.due
        for receiver, due in tuple(owed.items()):
            amount = min(left, due)
            if amount:
                found.append(Transfer(payer.label, receiver, amount))
                owed[receiver] -= amount
                left -= amount
    return tuple(found)


def _same(place: str, said: object, found: object) -> None:
    if said != found:
        raise DocumentError("document.statement_differs", place, said=str(said), found=str(found))


def _explained(results: tuple[ResultLine, ...], order: TieOrder) -> tuple[Step, ...]:
    """Rank the remainders and say in words why a party got the odd unit or not."""

    def key(index: int) -> tuple[Fraction, Fraction, int]:
        line = results[index]
        tie = -line.ratio if order == "largest_share" else Fraction(0)
        return (-(line.exact - int(line.exact)), tie, index)

    places = {index: place for place, index in enumerate(sorted(range(len(results)), key=key), 1)}
    rests = [line.exact - int(line.exact) for line in results]
    steps = []
    for index, line in enumerate(results):
        rest = rests[index]
        tied = rest and rests.count(rest) > 1
        steps.append(
            Step(
                label=line.label,
                exact=line.exact,
                whole=int(line.exact),
                rest=rest,
                rank=places[index],
                extra=int(line.extra_unit),
                amount=line.amount,
                reason=_reason(extra=line.extra_unit, rest=bool(rest), tied=bool(tied), order=order),
            )
        )
    return tuple(steps)


def _reason(*, extra: bool, rest: bool, tied: bool, order: TieOrder) -> str:
    """The reason column of the rounding table."""
    if not rest:
        return "端数なし"
    tie = {"party_order": "当事者の順", "largest_share": "配分割合の大きい順"}[order]
    why = f"端数が同じため{tie}による" if tied else "端数の大きい順による"
    return f"{why}（加算）" if extra else f"{why}（加算なし）"
