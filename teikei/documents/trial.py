"""What a template needs and what is odd about it, told when it is uploaded.

Names and kinds are read from the compiled tree: what is looped over is a list,
what only decides is a flag, what passes `|ymd` is a date. The form is a JSON
Schema, so that any client can draw it. Then the template is filled with made-up
values, all options on and all off, lists of none, one and two, and each part is parsed:
an error that an author would meet in a year is met now.
"""

from __future__ import annotations

import pyexpat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from jinja2 import nodes

from teikei.documents.compiled import Compiled
from teikei.documents.errors import DocumentError
from teikei.documents.findings import Finding

_DATES, _RATIOS = {"ymd", "wareki"}, {"percent", "ratio", "exact"}
_INTEGERS = {"money", "figure", "number", "kansuji"}
_LISTS = {"labels_and", "labels_or", "join", "length", "count", "first", "last", "sort", "list", "sum"}
_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "flag": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "ratio": {"type": "string", "pattern": r"^\d+(/[1-9]\d*)?$"},
}
_RANK = ("flag", "text", "integer", "ratio", "date", "group", "list")
"""What is learnt later in the template may only make a kind more exact."""


@dataclass(slots=True)
class Shape:
    """One variable: its kind, the fields of a group, the item of a list, the words it is compared with."""

    kind: str = "flag"
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    words: list[str] = field(default_factory=list)
    least: int = 0

    def become(self, kind: str) -> None:
        if _RANK.index(kind) > _RANK.index(self.kind):
            self.kind = kind


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to an upload: names, a JSON Schema for the form, remarks."""

    file: str
    sha256: str
    names: tuple[str, ...]
    form: dict[str, Any]
    findings: tuple[Finding, ...]


def examine(template: Compiled) -> Report:
    """Read the variables, draw the form, try the template with made-up values."""
    shape = Shape("group")
    for sheet in template.sheets:
        _learn(sheet.tree, shape, {})
    notes = [
        Finding("warning", rule, f"{place.part}:{place.paragraph}", detail)
        for place, rule, detail in template.notes
    ]
    tried = list(dict.fromkeys(_trials(template, shape)))
    return Report(template.file, template.sha256, template.names, _schema(shape), (*notes, *tried))


def _learn(node: nodes.Node, top: Shape, scope: Mapping[str, Shape | None]) -> None:
    if isinstance(node, nodes.For):
        shape = _shape(node.iter, top, scope)
        inner = dict(scope) | {"loop": None}
        if shape:
            shape.become("list")
            shape.item = shape.item or Shape()
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = shape.item if shape else None
        _learn(node.iter, top, scope)
        for child in (*node.body, *node.else_):
            _learn(child, top, inner)
        return
    if isinstance(node, nodes.Template):
        inner = {name.name: None for name in node.find_all(nodes.Name) if name.ctx == "store"}
        for given in node.find_all(nodes.Assign):
            if isinstance(given.target, nodes.Name):
                inner[given.target.name] = _shape(given.node, top, inner)
        scope = {**inner, **scope}
    _note(node, top, scope)
    for child in node.iter_child_nodes():
        _learn(child, top, scope)


def _note(node: nodes.Node, top: Shape, scope: Mapping[str, Shape | None]) -> None:
    """What one node says of the variables right below it."""
    if isinstance(node, nodes.Filter) and node.node is not None:
        kinds = ((_DATES, "date"), (_RATIOS, "ratio"), (_INTEGERS, "integer"), (_LISTS, "list"))
        kind = next((kind for names, kind in kinds if node.name in names), "text")
        _become(node.node, kind, top, scope)
    elif isinstance(node, nodes.Output):
        for child in node.nodes:
            _become(child, "text", top, scope)
    elif isinstance(node, nodes.Compare):
        _compared(node, top, scope)
    elif isinstance(node, nodes.Concat):
        for child in node.nodes:
            _become(child, "text", top, scope)
    elif isinstance(node, nodes.Add | nodes.Sub | nodes.FloorDiv):
        for child in (node.left, node.right):
            _become(child, "integer", top, scope)
    elif isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Name):
        _shape(node, top, scope)


def _compared(node: nodes.Compare, top: Shape, scope: Mapping[str, Shape | None]) -> None:
    for one, other in ((node.expr, node.ops[0].expr), (node.ops[0].expr, node.expr)):
        shape = _shape(one, top, scope)
        if shape and isinstance(other, nodes.Const):
            shape.become("integer" if isinstance(other.value, int) else "text")
            if isinstance(other.value, str) and other.value not in shape.words:
                shape.words.append(other.value)


def _become(node: nodes.Node, kind: str, top: Shape, scope: Mapping[str, Shape | None]) -> None:
    shape = _shape(node, top, scope)
    if shape:
        shape.become(kind)
        if kind == "list":
            shape.item = shape.item or Shape("text")


def _shape(node: nodes.Node, top: Shape, scope: Mapping[str, Shape | None]) -> Shape | None:
    """The variable that an expression names; None for anything computed."""
    if isinstance(node, nodes.Name):
        if node.name in scope:
            return scope[node.name]
        return top.fields.setdefault(node.name, Shape())
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        owner = _shape(node.node, top, scope)
        if owner is None:
            return None
        if isinstance(node, nodes.Getattr):
            owner.become("group")
            return owner.fields.setdefault(node.attr, Shape())
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            owner.become("group")
            return owner.fields.setdefault(node.arg.value, Shape())
        owner.become("list")
        owner.item = owner.item or Shape()
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int):
            owner.least = max(owner.least, node.arg.value + 1)
        return owner.item
    return None


def _schema(shape: Shape) -> dict[str, Any]:
    if shape.kind == "list":
        inner = _schema(shape.item or Shape("text"))
        return {"type": "array", "items": inner} | ({"minItems": shape.least} if shape.least else {})
    if shape.kind == "group":
        fields = {name: _schema(one) for name, one in shape.fields.items()}
        return {"type": "object", "properties": fields, "required": list(fields)}
    found = dict(_TYPES[shape.kind])
    if shape.kind == "text" and shape.words:
        found["examples"] = list(shape.words)
    return found


def _trials(template: Compiled, shape: Shape) -> Iterator[Finding]:
    for flag, length, word in ((True, 2, 0), (False, 0, 1), (True, 1, 1), (False, 2, 2)):
        try:
            values = _made_up(shape, "", flag=flag, length=length, word=word)
            template.render(values)
            for sheet in template.sheets:
                pyexpat.ParserCreate().Parse(sheet.render(values), True)
        except DocumentError as error:
            yield Finding("error", error.code, error.pointer, str(error))


def _made_up(shape: Shape, name: str, *, flag: bool, length: int, word: int) -> Any:
    match shape.kind:
        case "list":
            item = shape.item or Shape("text")
            return [
                _made_up(item, name, flag=flag, length=length, word=word)
                for _ in range(max(length, shape.least))
            ]
        case "group":
            return {
                key: _made_up(one, key, flag=flag, length=length, word=word)
                for key, one in shape.fields.items()
            }
        case "flag":
            return flag
        case "integer":
            return 1
        case "date":
            return date(2028, 4, 1)
        case "ratio":
            return Fraction(1, 3)
    return shape.words[word % len(shape.words)] if shape.words else f"【{name}】"
