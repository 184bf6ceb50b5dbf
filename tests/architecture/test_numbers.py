"""House numbers: short functions, short modules (from the better half of the codebases that were measured)."""

from __future__ import annotations

import ast

from tests.architecture.house import ROOMS, name, sources, tree

LONGEST_FUNCTION = 60
LONG_FUNCTION = 30  # nine of ten stay below
LONGEST_MODULE = 450
LONGEST_ROUTER_BODY = 15

OURS = (*ROOMS, "templates", "worker.py", "tools", "bench")


def test_no_function_is_longer_than_sixty_lines() -> None:
    assert [one for one, lines in _functions(*OURS, "tests") if lines > LONGEST_FUNCTION] == []


def test_nine_of_ten_functions_have_at_most_thirty_lines() -> None:
    lengths = sorted(lines for _, lines in _functions(*OURS))
    assert lengths[int(len(lengths) * 0.9)] <= LONG_FUNCTION


def test_no_module_is_longer_than_450_lines() -> None:
    files = sources(*OURS, "tests")
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_router_bodies_have_at_most_fifteen_lines() -> None:
    long = [one for one, lines in _bodies("api/routers") if lines > LONGEST_ROUTER_BODY]
    assert long == []


def test_every_module_of_the_rooms_opens_with_its_rule() -> None:
    silent = [name(path) for path in sources(*OURS) if not ast.get_docstring(tree(path))]
    assert silent == []


def _functions(*rooms: str) -> list[tuple[str, int]]:
    """Every function with its length from `def` to its last line."""
    return [
        (f"{name(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for path in sources(*rooms)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _bodies(room: str) -> list[tuple[str, int]]:
    """Every decorated function with the length of its body, the docstring not counted."""
    found = []
    for path in sources(room):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                found.append((f"{name(path)}:{node.lineno} {node.name}", lines))
    return found
