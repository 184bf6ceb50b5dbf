"""Stamp duty of one paper, as a card: the class, the amount for each original, and what the answer hangs on.

Content decides, never the title (印紙税法基本通達3条): where the system does not know the content, the outcome is
`needs_a_person`, with the classes that such papers meet.  Which class a paper of several kinds belongs to:
課税物件表の適用に関する通則3.  A card says fact, rule and source; whether something is lawful it never says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from teikei.domain.days import last_day
from teikei.domain.errors import Invalid
from teikei.domain.fields import Minor
from teikei.domain.stamp_table import CLASSES, RELIEFS, SCALES, Scale, StampClass, What

SHORT_MONTHS = 3
"""A continuing contract of at most so many months without renewal is not of class 7."""
LARGE_RECEIPT = 1_000_000
"""A receipt for more than this can decide the class of the whole paper (通則3イ, ハ)."""
FIRST: frozenset[StampClass] = frozenset({"1-1", "1-2", "1-3"})
EARLY: frozenset[StampClass] = FIRST | {"2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One thing that the paper proves. `amount` as it is stated, whole yen; `tax`: the consumption tax in it that is shown apart."""

    what: What
    amount: Minor | None = None
    tax: Minor = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a paper. `unknown`: what only its reader can say (codes under `stamp.hangs`)."""

    medium: Literal["paper", "electronic"]
    originals: int
    made_on: date
    contents: tuple[Content, ...] = ()
    term: tuple[date, date] | None = None
    """First and last day, where the paper states a term."""
    renewal: bool = False
    debt_in_same_paper: bool = False
    """The debt that is guaranteed stands in the same paper."""
    currency: str = "JPY"
    unknown: tuple[str, ...] = ()
    candidates: tuple[What, ...] = ()
    """What papers of this kind may also prove."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The answer. Amounts in yen; None where a person decides. `stated`: the amount that counts (記載金額)."""

    outcome: Literal["not_taxed", "taxed", "needs_a_person"]
    originals: int
    stamp_class: StampClass | None = None
    stated: int | None = None
    each: int | None = None
    total: int | None = None
    reduced: bool = False
    hangs_on: tuple[str, ...] = ()
    candidates: tuple[StampClass, ...] = ()


def card(facts: Facts) -> Card:
    """The card of a paper. `Invalid("stamp.tax_above_amount")` for a tax that is more than its amount."""
    if any(c.tax > (c.amount or 0) for c in facts.contents):
        raise Invalid("stamp.tax_above_amount", "/tax")
    if facts.medium == "electronic":
        return Card(outcome="not_taxed", originals=facts.originals, each=0, total=0, hangs_on=("electronic",))
    counted, why = _counted(facts)
    if facts.unknown or not counted:
        return _ask(facts, (*facts.unknown, *why))
    if facts.currency != "JPY" and any(c.amount is not None for c in counted):
        return _ask(facts, ("foreign_currency", *why))
    found = _class(counted)
    if found is None:
        return _ask(facts, ("several_classes", *why))
    return _taxed(facts, found, counted, why)


def _counted(facts: Facts) -> tuple[tuple[Content, ...], tuple[str, ...]]:
    """The contents that make a class, and why others do not."""
    why, left = [], list(facts.contents)
    if any(c.what == "continuing" for c in left) and _short(facts):
        left = [c for c in left if c.what != "continuing"]
        why.append("short_term")
    if any(c.what == "guarantee" for c in left) and facts.debt_in_same_paper:
        left = [c for c in left if c.what != "guarantee"]
        why.append("main_debt")
    return tuple(left), tuple(why)


def _short(facts: Facts) -> bool:
    if facts.term is None or facts.renewal:
        return False
    first, last = facts.term
    return last <= last_day(first, SHORT_MONTHS)


def _ask(facts: Facts, why: tuple[str, ...]) -> Card:
    whats = (*(c.what for c in facts.contents), *facts.candidates)
    return Card(
        outcome="needs_a_person",
        originals=facts.originals,
        hangs_on=_once(("content", *why)),
        candidates=tuple(sorted({CLASSES[w] for w in whats}, key=list(SCALES).index)),
    )


def _class(contents: tuple[Content, ...]) -> StampClass | None:
    """通則3: the one class of the paper; None where it does not settle what is known."""
    classes = {CLASSES[c.what] for c in contents}
    rest = classes - EARLY
    received = _sum(contents, frozenset({"17-1"})) or 0
    if classes == rest:
        return "17-1" if received > LARGE_RECEIPT else next(c for c in SCALES if c in rest)
    stated = _sum(contents, EARLY)
    if received > LARGE_RECEIPT and received > (stated or 0):
        return None if "7" in rest else "17-1"
    return "7" if "7" in rest and stated is None else _of_the_first_two(contents, classes & EARLY)


def _of_the_first_two(contents: tuple[Content, ...], classes: set[StampClass]) -> StampClass | None:
    """通則3ロ: class 1 before class 2, unless both amounts stand apart and that of class 2 is higher."""
    first = next(c for c in SCALES if c in classes)
    if first == "2" or "2" not in classes:
        return first
    ours, theirs = _sum(contents, FIRST), _sum(contents, frozenset({"2"}))
    if (ours is None) != (theirs is None):
        return None
    return "2" if (theirs or 0) > (ours or 0) else first


def _sum(contents: tuple[Content, ...], classes: frozenset[StampClass]) -> int | None:
    """The stated amounts of these classes together (通則4イ); None: none is stated."""
    amounts = [
        c.amount - (c.tax if SCALES[CLASSES[c.what]].net else 0)
        for c in contents
        if CLASSES[c.what] in classes and c.amount is not None
    ]
    return sum(amounts) if amounts else None


def _taxed(facts: Facts, found: StampClass, contents: tuple[Content, ...], why: tuple[str, ...]) -> Card:
    scale = SCALES[found]
    stated = _sum(contents, FIRST if found in FIRST else frozenset({found}))
    full = scale.tax(stated)
    if not full and found in EARLY and _of_later_classes(contents):
        full = scale.unstated  # 通則3イ: what is of this class by that rule has no lower limit
    relief = next((RELIEFS[c.what] for c in contents if c.what in RELIEFS and CLASSES[c.what] == found), None)
    less = relief.tax(stated, facts.made_on) if relief else None
    each = full if less is None else less
    if relief and facts.made_on > relief.last:
        why = ("relief_over", *why)
    return Card(
        outcome="taxed" if each else "not_taxed",
        originals=facts.originals,
        stamp_class=found,
        stated=stated,
        each=each,
        total=each * facts.originals,
        reduced=less is not None,
        hangs_on=_once((*_hangs(found, scale, stated, contents), *(("relief",) if less else ()), *why)),
    )


def _of_later_classes(contents: tuple[Content, ...]) -> bool:
    return any(CLASSES[c.what] not in EARLY for c in contents)


def _hangs(
    found: StampClass, scale: Scale, stated: int | None, contents: tuple[Content, ...]
) -> tuple[str, ...]:
    """What this answer rests on."""
    said = ["content"]
    if found == "7":
        said.append("traders")
    if found in EARLY:
        said.append("no_amount" if stated is None else "amount")
    if scale.net and stated is not None:
        said.append("tax_apart" if any(c.tax for c in contents) else "tax_within")
    if found in {"17-1", "17-2"}:
        said.append("business")
    if stated is not None and not scale.tax(stated):
        said.append("no_limit" if found in EARLY and _of_later_classes(contents) else "below")
    if len({CLASSES[c.what] for c in contents}) > 1:
        said.append("one_class")
    return (*said, "originals", "joint")


def _once(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
