"""An act as a form: its fields are those of the dataclass, read from the schema by which the API checks it.

So a page can never ask for something that the act does not know, and what is wrong is told by the
same codes as over the API.  An act with lists of things of their own shape has no form here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from activities.record import PublicAct
from api.faults import Fault, faults
from teikei.domain.act import Act
from teikei.domain.errors import Invalid, Unknown
from teikei.domain.matter import Matter

MOST_FIELDS = 100
COMPANIES = frozenset({"about", "owner", "company", "to", "owed_to"})
"""Fields that name parties: chosen from a list, never typed."""
LONG = 300
"""From so many characters on a text gets several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field: `how` is the kind of control."""

    name: str
    how: str
    """`line`, `text`, `choice`, `date`, `time`, `number`, `yes`, `lines`, `company`, `companies`, `hash`"""
    required: bool
    choices: tuple[str, ...] = ()
    most: int = 0


def _flat(union: Any) -> list[type[Act]]:
    if isinstance(union, type):
        return [union]
    inside = get_args(union)
    return [one for part in (inside[:1] if get_origin(union) is None else inside) for one in _flat(part)]


@cache
def _every() -> dict[str, type[Act]]:
    """Every act of people by its kind."""
    named = {act: TypeAdapter(act).json_schema()["properties"]["kind"]["const"] for act in _flat(PublicAct)}
    return {str(kind): act for act, kind in named.items()}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_every()[name])


@cache
def names() -> tuple[str, ...]:
    """Kinds of acts that can be a form."""
    return tuple(name for name in _every() if fields_of(name) is not None)


@cache
def for_kind(kind: str) -> tuple[str, ...]:
    """Those that are said to a matter of this kind."""
    states = {name: get_type_hints(_every()[name].decide).get("state") for name in names()}
    return tuple(n for n, state in states.items() if state is Matter or getattr(state, "kind", "") == kind)


@cache
def fields_of(name: str) -> tuple[FormField, ...] | None:
    """The fields of an act; none: it needs more than a form."""
    schema = _adapter(name).json_schema()
    found = [_field(one, shape, schema) for one, shape in schema["properties"].items() if one != "kind"]
    return None if None in found else tuple(one for one in found if one)


def _field(name: str, shape: Mapping[str, Any], schema: Mapping[str, Any]) -> FormField | None:
    how, plain = _how(name, shape), _plain(shape)
    if how is None:
        return None
    choices = tuple(plain.get("enum", ())) or ((plain["const"],) if "const" in plain else ())
    most, required = plain.get("maxLength", 0), name in schema.get("required", ())
    return FormField(name=name, how=how, required=required, choices=choices, most=most)


def _plain(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without `or null`."""
    options = [one for one in shape.get("anyOf", ()) if one.get("type") != "null"]
    if options and all("enum" in one or "const" in one for one in options):
        return {"enum": [v for one in options for v in one.get("enum", [one.get("const")])]}
    return options[0] if len(options) == 1 else shape


def _how(name: str, shape: Mapping[str, Any]) -> str | None:
    plain = _plain(shape)
    kind = plain.get("type")
    if "enum" in plain or "const" in plain:
        return "choice"
    if name in COMPANIES and "format" not in plain:
        return "companies" if kind == "array" else "company"
    if kind == "array":
        return "lines" if plain.get("items", {}).get("type") == "string" else None
    if kind in {"integer", "boolean"}:
        return "number" if kind == "integer" else "yes"
    if kind != "string":
        return None
    if plain.get("format") in {"date", "date-time"}:
        return "date" if plain["format"] == "date" else "time"
    if name.endswith("sha256"):
        return "hash"
    return "text" if plain.get("maxLength", LONG) >= LONG else "line"


async def given(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form; `Invalid("form.malformed")`."""
    try:
        pairs = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Invalid("form.malformed") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def first(said: Mapping[str, Sequence[str]], *names: str) -> list[str]:
    """The first value of each of these fields; empty where it was not sent."""
    return [said.get(name, [""])[0] for name in names]


def known(kind: str, name: str) -> str:
    """The name of an act; `Unknown` for one that matters of this kind do not know, or that has no form."""
    if name not in for_kind(kind):
        raise Unknown("resource.unknown")
    return name


def act_of(name: str, said: Mapping[str, Sequence[str]]) -> tuple[Act | None, tuple[Fault, ...]]:
    """The act, or what is wrong with it field by field."""
    values: dict[str, Any] = {}
    for field in fields_of(name) or ():
        value = _value(field, [one.strip() for one in said.get(field.name, ())])
        if value is not None:
            values[field.name] = value
    try:
        return _adapter(name).validate_json(json.dumps(values)), ()
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        return None, tuple(faults(found, values))


def _value(field: FormField, said: list[str]) -> Any:
    """What the control says as JSON; none: it was left empty."""
    text = said[0] if said else ""
    if field.how == "yes":
        return bool(text)
    if field.how == "companies":
        return [one for one in said if one] or None
    if field.how == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    if not text:
        return None
    if field.how == "number":
        return int(text) if text.lstrip("-").isdecimal() and len(text) < LONG // 10 else text
    if field.how == "time":
        return f"{text}:00+09:00" if text.count(":") == 1 else text
    return text.replace("\r\n", "\n")
