"""What is wrong with which field: pydantic's errors as (pointer, code, message) in our words.

Pointers follow RFC 6901 from the root of the body.  In a union of terms
pydantic reports every branch; told is the branch that the caller meant, and the
branch's class name, which is no place in the body, is left out of the pointer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.language import error_text

MOST = 25
"""Faults told at once."""

CODES: dict[str, str] = {
    "missing": "field.missing",
    "extra_forbidden": "field.extra",
    "unexpected_keyword_argument": "field.extra",
    "string_too_long": "field.too_long",
    "string_too_short": "field.too_short",
    "too_long": "field.too_many",
    "too_short": "field.too_few",
    "string_type": "field.not_text",
    "string_unicode": "field.not_text",
    "string_pattern_mismatch": "field.pattern",
    "int_type": "field.not_integer",
    "int_parsing": "field.not_integer",
    "int_parsing_size": "field.not_integer",
    "int_from_float": "field.not_integer",
    "greater_than_equal": "field.too_small",
    "less_than_equal": "field.too_large",
    "bool_type": "field.not_boolean",
    "bool_parsing": "field.not_boolean",
    "literal_error": "field.not_one_of",
    "timezone_aware": "field.no_offset",
    "date_from_datetime_parsing": "field.not_date",
    "date_from_datetime_inexact": "field.not_date",
    "date_parsing": "field.not_date",
    "datetime_from_date_parsing": "field.not_instant",
    "datetime_parsing": "field.not_instant",
    "tuple_type": "field.not_list",
    "list_type": "field.not_list",
    "dataclass_type": "field.not_object",
    "is_instance_of": "field.not_ratio",
}
"""Pydantic's error type → our code."""

HINTS: dict[str, str] = {
    "a fraction": "field.not_ratio",
    "a calendar date": "field.not_date",
    "an instant": "field.not_instant",
}
"""The first words of the hints in `teikei/domain/fields.py` → our code (pydantic calls all of them `value_error`)."""

DEFAULT = "field.invalid"
PARAMS = {"max_length": "most", "min_length": "least", "le": "most", "ge": "least", "expected": "expected"}
"""Pydantic's names of what a message may quote → ours."""

TAGS = ("form", "kind")
"""The fields that say which branch of a union is meant: of terms, of acts inside an act."""

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One wrong field; `parameter` names a query parameter or header instead."""

    pointer: str
    code: str
    parameter: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)

    def shown(self, language: str) -> dict[str, str]:
        """As it stands in a problem."""
        message = error_text(language, self.code, "title", **self.params)
        named = {"parameter": self.parameter} if self.parameter else {}
        return {"pointer": self.pointer, **named, "code": self.code, "message": message}


@dataclass(frozen=True, slots=True)
class _Found:
    """One error with its place in the body and the branches of unions on the way."""

    place: Place
    branches: tuple[tuple[Place, str], ...]
    kind: str
    fault: Fault


def faults(errors: Sequence[Any], body: Any) -> tuple[Fault, ...]:
    """Ours, in pydantic's order, each once."""
    found = [_found(error, body) for error in errors]
    meant = _meant(found)
    return tuple({(f.fault.pointer, f.fault.parameter, f.fault.code): f.fault for f in meant}.values())[:MOST]


def pointer(place: Iterable[str | int]) -> str:
    """RFC 6901; a step that a caller made up is cut at 100 characters."""
    return "".join("/" + str(step)[:100].replace("~", "~0").replace("/", "~1") for step in place)


def _found(error: Mapping[str, Any], body: Any) -> _Found:
    where, *rest = error["loc"]
    kind = str(error["type"])
    code, params = _code(error), _params(error.get("ctx") or {})
    if where != "body":
        return _Found((), (), kind, Fault(pointer="", parameter=str(rest[0]), code=code, params=params))
    place, branches = _walk(rest, body, missing=kind == "missing")
    return _Found(place, branches, kind, Fault(pointer=pointer(place), code=code, params=params))


def _walk(
    steps: Sequence[str | int], body: Any, *, missing: bool
) -> tuple[Place, tuple[tuple[Place, str], ...]]:
    """Follow the steps through the body; what is no place in it is the name of a union's branch."""
    place: Place = ()
    branches: tuple[tuple[Place, str], ...] = ()
    here = body
    for i, step in enumerate(steps):
        inside = (
            step in here
            if isinstance(here, dict)
            else isinstance(here, list) and isinstance(step, int) and step < len(here)
        )
        if inside:
            here = here[step]
        elif not (missing and i == len(steps) - 1):
            branches = (*branches, (place, str(step)))
            continue
        place = (*place, step)
    return place, branches


def _meant(found: list[_Found]) -> list[_Found]:
    """Of each union keep the branch whose tag fits the body; when none fits, only the complaints about the tag."""
    for union in dict.fromkeys(place for one in found for place, _ in one.branches):
        by_branch: dict[str, list[_Found]] = {}
        for one in found:
            name = dict(one.branches).get(union)
            if name is not None:
                by_branch.setdefault(name, []).append(one)
        inside = {id(one) for group in by_branch.values() for one in group}
        about_tag = {id(one) for one in found if one.place in {(*union, tag) for tag in TAGS}} & inside
        fitting = [group for group in by_branch.values() if not any(id(one) in about_tag for one in group)]
        kept = {id(one) for one in min(fitting, key=len)} if fitting else about_tag
        found = [one for one in found if id(one) not in inside or id(one) in kept]
    return found


def _code(error: Mapping[str, Any]) -> str:
    if error["type"] != "value_error":
        return CODES.get(str(error["type"]), DEFAULT)
    hint = str((error.get("ctx") or {}).get("error", ""))
    return next((code for start, code in HINTS.items() if hint.startswith(start)), DEFAULT)


def _params(context: Mapping[str, Any]) -> dict[str, str | int]:
    """What a message may quote: limits and the allowed words, never the caller's own value."""
    return {
        ours: context[theirs] if isinstance(context[theirs], int) else str(context[theirs])
        for theirs, ours in PARAMS.items()
        if theirs in context
    }
