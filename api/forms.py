"""The variables of our own papers as JSON: the form that they are told by, and what is wrong with what came."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from teikei.domain.papers import VARIABLES, PaperKind


@cache
def _adapter(kind: PaperKind) -> TypeAdapter[Any]:
    return TypeAdapter(VARIABLES[kind])


@cache
def form(kind: PaperKind) -> dict[str, Any]:
    """JSON Schema (2020-12) of the variables: dates as `2027-04-01`, ratios as `3/5`, money in minor units."""
    return _adapter(kind).json_schema()


def variables(kind: PaperKind, values: dict[str, Any]) -> object:
    """The variables, strictly read; what is wrong has pointers into `/values`, as faults of a body have."""
    try:
        return _adapter(kind).validate_json(json.dumps(values), strict=True, extra="forbid")
    except ValidationError as error:
        found = [{**one, "loc": ("body", "values", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(found, body={"values": values}) from error
