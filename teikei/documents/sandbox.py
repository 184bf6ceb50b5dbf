"""The clause language: Jinja without anything that computes, loops or reaches out.

Clause files are written by lawyers and may come from outside, so the language
is an allow-list of syntax nodes (documents.md 9: the stock sandbox lets
``'a' * 300_000_000`` and nested loops through). Values that a clause prints
are marked, so that a value can never become structure: a name that starts
with "1. " or holds a line break or a bar stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from teikei.documents import words, words_en
from teikei.documents.errors import DocumentError

BREAK, BAR, VALUE, CITE = "\x01", "\x02", "\x03", "\x04"
"""Marks inside rendered clause text. XML forbids them and `illegal` refuses
them in variables, so they cannot be forged."""

FUNCTIONS = frozenset({"ref", "has"})
FILTERS: dict[str, dict[str, Callable[..., str]]] = {"ja": words.FILTERS, "en": words_en.FILTERS}
MAX_LOOP_DEPTH = 2

_BUILT_IN_FILTERS = (
    "count",
    "first",
    "join",
    "last",
    "length",
    "list",
    "map",
    "reject",
    "rejectattr",
    "select",
    "selectattr",
    "sum",
    "unique",
)
_TESTS = (
    "eq",
    "==",
    "ne",
    "!=",
    "lt",
    "<",
    "le",
    "<=",
    "gt",
    ">",
    "ge",
    ">=",
    "equalto",
    "even",
    "false",
    "in",
    "none",
    "odd",
    "true",
)
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.Assign,
    nodes.CondExpr,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Call,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.FloorDiv,
    nodes.Neg,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
)
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)


def illegal(text: str) -> str | None:
    """The first character that no paper may hold, as ``U+0007``, or None.

    XML 1.0 forbids control characters; marks that reorder text (U+202A…) are
    refused as well, because a reader would see another text than the file holds.
    """
    found = _ILLEGAL.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text in the values with its JSON pointer."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{place}/{name}")
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{place}/{index}")
    elif is_dataclass(value):
        for item in fields(value):
            yield from _texts(getattr(value, item.name), f"{place}/{item.name}")


def first_illegal(values: Mapping[str, object]) -> tuple[str, str] | None:
    """JSON pointer to the first text with such a character, and the character."""
    return next(((place, found) for place, text in _texts(values, "") if (found := illegal(text))), None)


def _finalize(value: object) -> str:
    """Print text and whole numbers only; all else must pass a named filter."""
    if type(value) is int or (type(value) is str and value.isprintable() and "|" not in value):
        return f"{VALUE}{value}{VALUE}"
    if isinstance(value, bool) or not isinstance(value, str | int):
        if isinstance(value, StrictUndefined):
            return str(value)
        raise DocumentError("document.unformatted_value", type=type(value).__name__)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return VALUE + text.replace("\n", BREAK).replace("|", BAR) + VALUE


class _Clauses(ImmutableSandboxedEnvironment):
    """A field of a line of the variables is data; anything else is looked at by the sandbox."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute in getattr(type(obj), "__dataclass_fields__", ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


@cache
def environment(language: str = "ja") -> ImmutableSandboxedEnvironment:
    """The one environment of a language; immutable after this function has built it."""
    env = _Clauses(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        finalize=_finalize,
        cache_size=0,
    )
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in _BUILT_IN_FILTERS} | FILTERS[language]
    env.tests = {name: env.tests[name] for name in _TESTS}
    return env


def guard(node: nodes.Node, depth: int = 0) -> None:
    """Refuse what the clause language does not know, with its line."""
    if not isinstance(node, _ALLOWED):
        raise DocumentError("document.forbidden_syntax", line=node.lineno, syntax=type(node).__name__)
    if isinstance(node, nodes.Call) and not (
        isinstance(node.node, nodes.Name) and node.node.name in FUNCTIONS
    ):
        raise DocumentError("document.forbidden_syntax", line=node.lineno, syntax="call")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise DocumentError("document.forbidden_syntax", line=node.lineno, syntax=node.attr)
    if isinstance(node, nodes.For):
        depth += 1
        if node.recursive or depth > MAX_LOOP_DEPTH:
            raise DocumentError("document.forbidden_syntax", line=node.lineno, syntax="loop")
    for child in node.iter_child_nodes():
        guard(child, depth)


class Source:
    """Checked and compiled clause text."""

    __slots__ = ("_template", "names", "references")

    def __init__(self, text: str, language: str = "ja") -> None:
        """Compile; raises `document.clause_syntax` or `document.forbidden_syntax`."""
        env = environment(language)
        try:
            tree = env.parse(text)
            guard(tree)
            self._template: Template = env.from_string(text)
        except TemplateSyntaxError as error:
            raise DocumentError(
                "document.clause_syntax", line=error.lineno, message=str(error.message)
            ) from error
        own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
        self.names = tuple(sorted(meta.find_undeclared_variables(tree) - FUNCTIONS - own))
        self.references = tuple(
            str(call.args[0].value)
            for call in tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name)
            and call.node.name == "ref"
            and call.args
            and isinstance(call.args[0], nodes.Const)
        )

    def render(self, values: Mapping[str, object]) -> str:
        """The text with marks; Jinja's own errors pass through."""
        shared = cast("dict[str, Any]", values)  # read only: what a clause assigns stays in its own context
        context = Context(self._template.environment, shared, None, {})
        return "".join(self._template.root_render_func(context))


def clean(text: str) -> str:
    """Take the marks out: the text as it will be printed."""
    if VALUE in text:
        text = text.replace(VALUE, "")
    if CITE in text:
        text = text.replace(CITE, "")
    if BREAK in text:
        text = text.replace(BREAK, "\n")
    return text.replace(BAR, "|") if BAR in text else text


Condition = Callable[[Mapping[str, object]], bool]


def condition(text: str) -> tuple[Condition, tuple[str, ...]]:
    """A clause's `condition` as a function, and the names that it uses."""
    if not text.strip():
        return (lambda _values: True), ()
    source = Source("{% if " + text + " %}1{% endif %}")
    return (lambda values: source.render(values) == "1"), source.names
