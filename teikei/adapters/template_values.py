"""Values for a firm's own template, from JSON by the form that its upload was answered with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NoReturn

from teikei.domain.errors import Invalid

MOST_DIGITS = 30
"""Of either part of a ratio: nobody shares finer, and a fraction of a million digits is work."""


def typed(form: Mapping[str, Any], value: object, place: str = "/values") -> object:
    """The value as the engine wants it: days, ratios, whole numbers.

    Raises `Invalid` with a code of `field` and the pointer of the first value that does not fit.
    """
    match form["type"]:
        case "object":
            return _group(form, value, place)
        case "array":
            if not isinstance(value, list):
                _wrong("field.not_list", place)
            if len(value) < form.get("minItems", 0):
                _wrong("field.too_few", place, least=int(form["minItems"]))
            return [typed(form["items"], one, f"{place}/{index}") for index, one in enumerate(value)]
        case "boolean":
            return value if isinstance(value, bool) else _wrong("field.not_boolean", place)
        case "integer":
            whole = isinstance(value, int) and not isinstance(value, bool)
            return value if whole else _wrong("field.not_integer", place)
    return _text(form, value, place)


def _group(form: Mapping[str, Any], value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        _wrong("field.not_object", place)
    known = form["properties"]
    for name in value:
        if name not in known:
            _wrong("field.extra", _under(place, name))
    for name in form.get("required", ()):
        if name not in value:
            _wrong("field.missing", _under(place, name))
    return {name: typed(known[name], one, _under(place, name)) for name, one in value.items()}


def _text(form: Mapping[str, Any], value: object, place: str) -> object:
    """What is only printed may also be a whole number."""
    if isinstance(value, int) and not isinstance(value, bool) and {"format", "pattern"}.isdisjoint(form):
        return value
    if not isinstance(value, str):
        _wrong("field.not_text", place)
    if form.get("format") == "date":
        try:
            return date.fromisoformat(value)
        except ValueError:
            _wrong("field.not_date", place)
    if "pattern" in form:
        if not re.fullmatch(form["pattern"], value) or max(map(len, value.split("/"))) > MOST_DIGITS:
            _wrong("field.not_ratio", place)
        return Fraction(value)
    return value


def _under(place: str, name: str) -> str:
    return f"{place}/{str(name)[:100].replace('~', '~0').replace('/', '~1')}"


def _wrong(code: str, place: str, **params: int) -> NoReturn:
    raise Invalid(code, place, **params)
