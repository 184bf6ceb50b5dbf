"""The variables of our own papers as JSON: the form that they are told by, and what is wrong with what came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any, get_args, get_type_hints

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from api.faults import pointer
from teikei.domain.errors import Invalid
from teikei.domain.papers import VARIABLES, PaperKind

RATIO = re.compile(r"-?\d{1,30}(/0*[1-9]\d{0,29})?")
"""What a ratio is: never a decimal, and no `1e999999999`, which would be computed."""

Place = tuple[str | int, ...]


@cache
def _adapter(kind: PaperKind) -> TypeAdapter[Any]:
    return TypeAdapter(VARIABLES[kind])


@cache
def form(kind: PaperKind) -> dict[str, Any]:
    """JSON Schema (2020-12) of the variables: dates as `2027-04-01`, ratios as `3/5`, money in minor units."""
    return _adapter(kind).json_schema()


def variables(kind: PaperKind, values: dict[str, Any]) -> object:
    """The variables, strictly read; what is wrong has pointers into `/values`, as faults of a body have."""
    for place, value in _ratios(_named_ratios(VARIABLES[kind]), values, ("values",)):
        if not (isinstance(value, str) and RATIO.fullmatch(value)):
            raise Invalid("field.not_ratio", pointer(place))
    try:
        return _adapter(kind).validate_json(json.dumps(values), strict=True, extra="forbid")
    except ValidationError as error:
        found = [{**one, "loc": ("body", "values", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(found, body={"values": values}) from error
    except RecursionError:
        raise Invalid("field.invalid", "/values") from None


@cache
def _named_ratios(shape: type) -> frozenset[str]:
    """Names of the fields that hold a ratio, in the dataclass and in those that it is made of."""
    found: set[str] = set()
    for name, hint in get_type_hints(shape).items():
        inside = [hint, *_inside(hint)]
        if Fraction in inside:
            found.add(name)
        for one in inside:
            if isinstance(one, type) and is_dataclass(one) and fields(one):
                found |= _named_ratios(one)
    return frozenset(found)


def _inside(hint: Any) -> Iterator[Any]:
    for one in get_args(hint):
        yield one
        yield from _inside(one)


def _ratios(names: frozenset[str], value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Values under these names, null apart, as deep as a paper's variables go."""
    if len(place) > 8:
        return
    if isinstance(value, dict):
        for name, one in value.items():
            if name in names and not isinstance(one, dict | list | None):
                yield (*place, name), one
            yield from _ratios(names, one, (*place, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _ratios(names, one, (*place, index))
