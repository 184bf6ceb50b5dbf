"""Made-up variables of a paper, from the types of its dataclass: every option both ways, every number another.

Lint renders clauses with them, so nothing here is meant to be read. Texts hold no digit, so that each figure in
a rendered clause comes from the clause or from a variable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import count
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from teikei.documents.localised import LABEL_FIELDS
from teikei.domain.paper_lines import PartyLine
from teikei.domain.papers import LABELS

FIRST_DAY = date(2031, 2, 3)


@cache
def choices(shape: type, lowest: int = 211) -> dict[str, tuple[object, ...]]:
    """For each field of a paper's dataclass the values to try; the first is the ordinary one. Numbers from `lowest` on."""
    numbers = count(lowest)
    hints = get_type_hints(shape)
    return {
        item.name: _parties(numbers) if item.name == "parties" else _values(item, hints[item.name], numbers)
        for item in fields(shape)
    }


def _parties(numbers: count[int]) -> tuple[object, ...]:
    line = _line(PartyLine, numbers)
    assert isinstance(line, PartyLine)
    return tuple(
        tuple(_line(PartyLine, numbers, label=LABELS[index]) for index in range(total)) for total in (3, 2)
    )


def _values(item: Field[Any], hint: Any, numbers: count[int]) -> tuple[object, ...]:
    """No value and the default are options of their own: clauses ask `if x`."""
    if item.name.endswith("_en"):
        return ("",)
    if get_origin(hint) is tuple:
        return _tuples(item, get_args(hint), numbers)
    ordinary = _one(item.name, hint, numbers)
    if hint is bool:
        return (True, False)
    if get_origin(hint) is Literal:
        return get_args(hint)
    if hint is int:
        return (ordinary, 0)
    if isinstance(hint, UnionType) and NoneType in get_args(hint):
        return (ordinary, None)
    if hint is str and item.default is not MISSING and item.name not in LABEL_FIELDS:
        return (ordinary, item.default)
    return (ordinary,)


def _tuples(item: Field[Any], of: tuple[Any, ...], numbers: count[int]) -> tuple[object, ...]:
    """One line alone, a line for each option that a line has, none."""
    if len(of) != 2 or of[1] is not Ellipsis:
        return (tuple(_one(item.name, hint, numbers) for hint in of),)
    if is_dataclass(of[0]):
        assert isinstance(of[0], type)
        alone = _line(of[0], numbers)
        return ((alone,), (alone, *_other_lines(of[0], numbers)), ())
    if item.name in LABEL_FIELDS:
        return (tuple(LABELS[:2]), ())
    return (tuple(_one(item.name, of[0], numbers) for _ in range(2)), ())


def _line(shape: type, numbers: count[int], **given: object) -> object:
    hints = get_type_hints(shape)
    return shape(**{item.name: _values(item, hints[item.name], numbers)[0] for item in fields(shape)} | given)


def _other_lines(shape: type, numbers: count[int]) -> tuple[object, ...]:
    """One line for each value that a field may have besides its ordinary one."""
    hints = get_type_hints(shape)
    return tuple(
        _line(shape, numbers, **{item.name: value})
        for item in fields(shape)
        for value in _values(item, hints[item.name], numbers)[1:]
        if hints[item.name] is bool or get_origin(hints[item.name]) in {Literal, tuple}
    )


def _one(name: str, hint: Any, numbers: count[int]) -> object:
    if isinstance(hint, UnionType):
        hint = next(part for part in get_args(hint) if part is not NoneType)
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    made: dict[object, Callable[[], object]] = {
        bool: lambda: True,
        int: lambda: next(numbers),
        Fraction: lambda: Fraction(2, 3),
        date: lambda: FIRST_DAY + timedelta(days=31 * (next(numbers) % 100)),
        str: lambda: _text(name),
    }
    return made[hint]() if hint in made else _line(hint, numbers)


def _text(name: str) -> str:
    if name in LABEL_FIELDS:
        return LABELS[0]
    return {"currency": "JPY"}.get(name, f"specimen {name.replace('_', ' ')}")
