"""Names that the engine adds to a paper's variables: labels joined, the split recomputed.

The statement is checked here before a word of it is printed: totals, shares
and every rounded amount are computed a second time from the inputs (by
`teikei.domain.money.split`, the rule of the contract) and a difference is
refused. Readers see the same steps in the paper's tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import cast

from teikei.documents import words, words_en
from teikei.documents.errors import DocumentError
from teikei.domain.money import TieOrder, split
from teikei.domain.paper_lines import MoneyLine, PartyLine, ResultLine

TWO = {
    "all_others": "the other Party",
    "all_parties": "both Parties",
    "any_other": "the other Party",
    "between": "between",
    "each_other": "the other Party",
}
MANY = {
    "all_others": "all other Parties",
    "all_parties": "all Parties",
    "any_other": "any other Party",
    "between": "among",
    "each_other": "each other Party",
}
"""English for 他の当事者の全員, 全当事者, 他の当事者 (one of them; each of them) and の間."""

NAMES = frozenset({"all_labels", "any_labels", "languages", *TWO})
"""Names that the engine adds for every paper."""


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


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What the engine adds for a statement, as a clause of it may use it."""

    steps: tuple[Step, ...]
    left_over: int
    whole_total: int
    loss: int
    balances: tuple[Balance, ...]
    transfers: tuple[Transfer, ...]


STATEMENT = frozenset(field.name for field in fields(Reckoned))
"""Names that the engine adds for the statement."""

REASONS = {
    "ja": {
        "none": "端数なし",
        "tied": "端数が同じため{order}による",
        "party_order": "当事者の順",
        "largest_share": "配分割合の大きい順",
        "ranked": "端数の大きい順による",
        "added": "（加算）",
        "not_added": "（加算なし）",
    },
    "en": {
        "none": "No fraction",
        "tied": "Equal fractions, hence {order}",
        "party_order": "in the order of the Parties",
        "largest_share": "in descending order of the shares",
        "ranked": "In descending order of the fractions",
        "added": " (added)",
        "not_added": " (not added)",
    },
}
"""Words of the reason column of the rounding table."""


def derived(
    kind: str, values: Mapping[str, object], language: str = "ja", languages: tuple[str, ...] = ()
) -> dict[str, object]:
    """The names in `NAMES`, and for a statement those in `STATEMENT`; `values` speak `language` already.

    `languages` are all in which the paper is made: two in a bilingual one.
    """
    added: dict[str, object] = {"languages": languages or (language,)}
    if parties := cast("tuple[PartyLine, ...]", values.get("parties", ())):
        added |= _parties(parties, language)
    if kind == "statement" and "results" in values:
        steps = _steps(values, language)
        added["steps"] = steps
        added["left_over"] = sum(step.extra for step in steps)
        added["whole_total"] = sum(step.whole for step in steps)
        added["loss"] = loss = max(0, -_net(values))
        added["balances"] = balances = () if loss else _balances(values)
        added["transfers"] = _transfers(balances)
    return added


def _parties(parties: tuple[PartyLine, ...], language: str) -> dict[str, object]:
    """How the text speaks of all parties and of the others; English counts two apart from many."""
    spoken = words_en if language == "en" else words
    said: dict[str, object] = {
        "all_labels": spoken.labels_and(parties),
        "any_labels": spoken.labels_or(parties),
    }
    return said | (TWO if len(parties) == 2 else MANY)


def _steps(values: Mapping[str, object], language: str) -> tuple[Step, ...]:
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
    return _explained(results, order, REASONS[language])


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


def _explained(results: tuple[ResultLine, ...], order: TieOrder, said: Mapping[str, str]) -> tuple[Step, ...]:
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
                reason=_reason(
                    extra=line.extra_unit, rest=bool(rest), tied=bool(tied), order=order, said=said
                ),
            )
        )
    return tuple(steps)


def _reason(*, extra: bool, rest: bool, tied: bool, order: TieOrder, said: Mapping[str, str]) -> str:
    """The reason column of the rounding table."""
    if not rest:
        return said["none"]
    why = said["tied"].format(order=said[order]) if tied else said["ranked"]
    return why + said["added" if extra else "not_added"]
