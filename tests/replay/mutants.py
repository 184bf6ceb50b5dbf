"""Mutants of the workflow files: each must turn the replay gate red. `python -m tests.replay.mutants --all` runs them.

Generated from the syntax tree, in the asynchronous functions, where commands
come from: a statement dropped, two swapped, a sleep added, a condition turned
round, a name of an activity, act, stage or queue changed, two chapters told in
each other's place. A mutant runs as a package of its own in a forked child that
has loaded everything else already.
"""

from __future__ import annotations

import ast
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = (
    "agreement.py",
    "alliance.py",
    "allocation.py",
    "conversion.py",
    "decision.py",
    "delivery.py",
    "matter.py",
)
AT_ONCE = 2
GREEN, RED, STUCK = 0, 17, 18
BATCH = 12
"""Histories that are replayed before looking whether one was red; the short ones first."""
LIMIT = 60
"""Seconds after which a mutant that hangs counts as seen: the gate would not pass either."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where, what, and the text that comes of it."""

    file: str
    name: str
    text: str


def _async_functions(tree: ast.AST) -> Iterator[ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef))


def _bodies(function: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements, docstrings left out."""
    for node in ast.walk(function):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def _acts(statement: ast.stmt) -> bool:
    """Does it do something that a run could be seen to do?"""
    doc = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return not doc and not isinstance(statement, ast.Pass | ast.Assert)  # an assertion says what is so anyway


def _awaits(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Await) for n in ast.walk(node))


def _dropped(function: ast.AsyncFunctionDef) -> Iterator[str]:
    for block in list(_bodies(function)):
        for i, statement in enumerate(list(block)):
            if _acts(statement) and not isinstance(statement, ast.Return | ast.Raise):
                block[i] = ast.copy_location(ast.Pass(), statement)
                yield f"drops `{_short(statement)}`"
                block[i] = statement


def _swapped(function: ast.AsyncFunctionDef) -> Iterator[str]:
    for block in list(_bodies(function)):
        for i in range(len(block) - 1):
            one, two = block[i], block[i + 1]
            # Two chapters in a row may stand in any order: each asks for its own stage, and ends the telling.
            if _chapter(one) and _chapter(two):
                continue
            if _acts(one) and _acts(two) and (_awaits(one) or _awaits(two)):
                block[i], block[i + 1] = two, one
                yield f"swaps `{_short(one)}` and `{_short(two)}`"
                block[i], block[i + 1] = one, two


def _chapter(statement: ast.stmt) -> bool:
    return ast.unparse(statement).startswith("await self.chapter(")


def _slept(function: ast.AsyncFunctionDef) -> Iterator[str]:
    sleep = ast.parse("async def f():\n    await workflow.sleep(1)").body[0].body[0]  # type: ignore[attr-defined]
    function.body.insert(0, sleep)
    yield "sleeps first"
    function.body.remove(sleep)


def _turned(function: ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Constant):
            plain = node.test
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), plain), plain)
            yield f"turns round `{_short(plain)}`"
            node.test = plain


def _renamed(function: ast.AsyncFunctionDef) -> Iterator[str]:
    """Names in calls that are awaited: of activities, acts, stages; and the queue."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        for i, argument in enumerate(node.args):
            if isinstance(argument, ast.Constant | ast.JoinedStr):
                plain = node.args[i]
                node.args[i] = ast.copy_location(ast.Constant("mutated"), plain)
                yield f"renames {_short(plain)}"
                node.args[i] = plain
        for keyword in node.keywords:
            if keyword.arg == "task_queue":
                plain = keyword.value
                keyword.value = ast.copy_location(ast.Constant("mutated"), plain)
                yield "changes the queue"
                keyword.value = plain


def _exchanged(function: ast.AsyncFunctionDef, silent: AbstractSet[str]) -> Iterator[str]:
    """Chapters told in each other's place."""
    calls = [
        n
        for n in ast.walk(function)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "chapter"
    ]
    for one, two in itertools.pairwise(calls):
        # A chapter with nothing but its docstring only waits, as every chapter does at its end.
        if {_short(one.args[1]), _short(two.args[1])} <= silent:
            continue
        one.args[0], two.args[0] = two.args[0], one.args[0]
        yield f"tells {_short(one.args[1])} in the place of {_short(two.args[1])}"
        one.args[0], two.args[0] = two.args[0], one.args[0]


OPERATORS = (_dropped, _swapped, _slept, _turned, _renamed)


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:70]


def mutants(file: str, *, equivalent: bool = False) -> list[Mutant]:
    """Every mutant of a file of `workflows/`; those that are argued away only when asked for."""
    tree = ast.parse((ROOT / "workflows" / file).read_text(encoding="utf-8"))
    silent = {f"self.{f.name}" for f in _async_functions(tree) if not any(_acts(s) for s in f.body)}
    found = []
    for function in _async_functions(tree):
        changes = chain(*(operator(function) for operator in OPERATORS), _exchanged(function, silent))
        for what in changes:
            name = f"{file}:{function.name} {what}"
            if equivalent or name not in EQUIVALENT:
                found.append(Mutant(file, name, ast.unparse(tree)))
    return found


_VALIDATORS = "only validators ask for it; replay never runs them (tests/workflows: fifty callers, cancelling while turning)"
EQUIVALENT = {
    "matter.py:_turn drops `self.draining = True`": _VALIDATORS,
    "matter.py:_turn swaps `self.draining = True` and `await workflow.wait_condition(workflow.all_handlers_finished)`": _VALIDATORS,
    "matter.py:_needs_attention drops `self.draining = False`": _VALIDATORS,
    "matter.py:_needs_attention swaps `self.draining = False` and `while not self.state.over: try: await self._own(f'attention:{reason}',`": (
        _VALIDATORS
    ),
    "matter.py:_own swaps `tries += 1` and `await workflow.sleep(pause)`": "the pause is chosen before either of them",
    "matter.py:until swaps `if self.state.owes: await self._pay(self.state.owes[0]) continue` and "
    "`item, version = (self._armable(), self.state.version)`": (
        "the second line only looks, and after a paper the pass begins again with a fresh look"
    ),
}
"""Mutants of which no history can tell, each with the argument."""


def survivors(given: Sequence[Mutant]) -> list[str]:
    """Names of the mutants under which the gate stays green."""
    _load()
    found: list[str] = []
    running: dict[int, Mutant] = {}
    with tempfile.TemporaryDirectory() as folder:
        queue = list(enumerate(given))
        while queue or running:
            while queue and len(running) < AT_ONCE:
                number, mutant = queue.pop(0)
                running[_fork(mutant, Path(folder) / str(number))] = mutant
            child, status = os.wait()
            if os.waitstatus_to_exitcode(status) == GREEN:
                found.append(running[child].name)
            running.pop(child)
    return found


def _load() -> None:
    """Everything but the workflows, once: the children are forked from here, before any thread is started."""
    import tests.replay.gate  # noqa: F401
    from activities.record import STATES, Committed
    from teikei.adapters.temporal.convert import adapter

    for state in STATES.values():
        for shape in (state, Committed[state]):  # type: ignore[valid-type]
            adapter(shape)  # type: ignore[arg-type]
    assert not any(name == "workflows" or name.startswith("workflows.") for name in sys.modules), (
        "the originals are loaded"
    )


def _fork(mutant: Mutant, folder: Path) -> int:
    shutil.copytree(ROOT / "workflows", folder / "workflows", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "workflows" / mutant.file).write_text(mutant.text, encoding="utf-8")
    child = os.fork()
    if child:
        return child
    code = STUCK
    try:
        import signal

        signal.alarm(LIMIT)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.path.insert(0, str(folder))
        sys.path_importer_cache.clear()
        code = _verdict(mutant.file)
    finally:
        os._exit(code)


def _verdict(file: str) -> int:
    """Is any history red? Those of the mutated file's own workflow alone can tell; of the base, all."""
    from tests.replay.gate import gate, recorded

    kind = file.removesuffix(".py")
    corpus = [one for one in recorded() if kind in {"matter", one.workflow}]
    corpus.sort(key=lambda one: len(one.history.events))
    return RED if any(gate(corpus[i : i + BATCH]) for i in range(0, len(corpus), BATCH)) else GREEN


def sample(given: Sequence[Mutant], most: int) -> list[Mutant]:
    """So many, spread evenly: the same ones every time."""
    step = max(1, len(given) // most)
    return list(given[step // 2 :: step])[:most]


def main(words: Sequence[str]) -> int:
    """`[--all | --sample N] [FILE …]`: run the mutants; the number of survivors."""
    most = int(words[1]) if words[:1] == ["--sample"] else 0
    names = [w for w in words if w.endswith(".py")]
    by_file = [mutants(file) for file in names or FILES]
    given = [m for found in by_file for m in (sample(found, most) if most else found)]
    left = survivors(given)
    sys.stdout.write(
        "".join(f"survived: {name}\n" for name in left) + f"{len(given)} mutants, {len(left)} survived\n"
    )
    return len(left)


if __name__ == "__main__":
    raise SystemExit(min(main(sys.argv[1:]), 99))
