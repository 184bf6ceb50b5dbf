"""All values that a template asks for and does not get, told at once.

Only after a strict render has failed: the same tree runs once more with names
that note themselves instead of failing. Told one by one they would cost an
author an afternoon.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Undefined, nodes


def absent(tree: nodes.Template, values: Mapping[str, object]) -> set[str]:
    """Names with their path as the template writes it: `court`, `party.nmae`."""
    seen: set[str] = set()

    class Noted(Undefined):
        """Prints nothing, is empty and false, and is remembered."""

        __slots__ = ()

        def _note(self, *_: object) -> Any:
            seen.add(str(self._undefined_name))
            return self

        def __str__(self) -> str:
            self._note()
            return ""

        def __iter__(self) -> Iterator[Any]:
            self._note()
            return iter(())

        def __len__(self) -> int:
            self._note()
            return 0

        def __bool__(self) -> bool:
            self._note()
            return False

        def __eq__(self, other: object) -> bool:
            self._note()
            return False

        def __hash__(self) -> int:
            return id(self)

        __getattr__ = __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = _note
        __lt__ = __le__ = __gt__ = __ge__ = __floordiv__ = __rfloordiv__ = __neg__ = _note

    env = (tree.environment or _none()).overlay(undefined=Noted)
    template = env.from_string(tree)
    # A filter may refuse what is not there: what was noted until then is told.
    with contextlib.suppress(Exception):
        for _ in template.root_render_func(template.new_context(dict(values))):
            pass
    paths = _paths(tree)
    return {path for name in seen for path in paths.get(name, {name})}


def _none() -> Any:
    raise AssertionError("a parsed template knows its environment")


def _paths(tree: nodes.Template) -> dict[str, set[str]]:
    """Every attribute that the template reads, with all that stands before it."""
    found: dict[str, set[str]] = {}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        path = dotted(node)
        if path and "." in path:
            found.setdefault(path.rpartition(".")[2], set()).add(path)
    return found


def dotted(node: nodes.Node) -> str:
    """`a.b` of a name, an attribute or a text key; empty for anything else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        head, last = dotted(node.node), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        head, last = dotted(node.node), str(node.arg.value)
    else:
        return ""
    return f"{head}.{last}" if head else ""
