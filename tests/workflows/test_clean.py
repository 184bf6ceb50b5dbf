"""Nothing in stories and rules may look at the world: no clock, no chance, no environment, no I/O.

The sandbox does not watch modules that it takes from the process, and those are
the domain and the activities; so the source is read. And because a lucky order
of a set or a warm cache hides what is not deterministic, a part of the folder
runs again without a cache and under another hash seed, in the campaigns under two.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, dotted, name, sources, tree

SEEDS = ["4711", "0"][: 2 if os.environ.get("TEIKEI_CAMPAIGN") else 1]
"""The tests of every day run under a seed of chance besides."""
MODULES = {
    "random", "secrets", "uuid", "os", "time", "requests", "socket", "subprocess", "threading", "multiprocessing", "urllib", "http",
    "httpx", "httpx2", "io", "pathlib", "tempfile", "shutil", "sqlite3", "sqlmodel", "sqlalchemy", "locale", "platform", "getpass",
}  # fmt: skip
CALLS = {
    "open", "input", "print", "eval", "exec", "hash", "id", "globals", "breakpoint", "datetime.now", "datetime.today", "datetime.utcnow",
    "date.today", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "time.time", "time.monotonic",
    "uuid.uuid4", "random.random", "os.environ.get", "os.getenv", "asyncio.sleep", "asyncio.wait", "asyncio.wait_for",
    "asyncio.as_completed", "asyncio.to_thread", "asyncio.get_running_loop", "datetime.fromtimestamp",
}  # fmt: skip


def offences(path: Path) -> Iterator[str]:
    """Imports and calls that would give another answer tomorrow, and loops over sets."""
    for node in ast.walk(tree(path)):
        where = f"{name(path) if path.is_relative_to(ROOT) else path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from (f"{where} {a.name}" for a in node.names if a.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in MODULES:
            yield f"{where} {node.module}"
        elif isinstance(node, ast.Call) and dotted(node.func) in CALLS:
            yield f"{where} {dotted(node.func)}"
        elif isinstance(node, ast.For | ast.comprehension) and _is_set(node.iter):
            yield f"{where} a loop over a set"


def _is_set(node: ast.expr) -> bool:
    """A set as it is written: its order changes with the hash seed."""
    if isinstance(node, ast.Call):
        return dotted(node.func) in {"set", "frozenset"}
    return isinstance(node, ast.Set | ast.SetComp)


def test_stories_and_rules_do_not_look_at_the_world() -> None:
    found = [
        one for room in ("workflows", "teikei/domain") for path in sources(room) for one in offences(path)
    ]
    allowed = {
        "teikei/domain/texts/__init__.py"
    }  # reads its own catalogue, once, at import; no story imports it
    assert [one for one in found if one.split(":")[0] not in allowed] == []


@pytest.mark.parametrize(
    "line",
    [
        "now = datetime.now(UTC)", "today = date.today()", "import random", "from uuid import uuid4", "import os", "import requests",
        "text = open('x').read()", "from time import time", "for c in set(companies): pass", "rows = [c for c in {1, 2}]",
        "await asyncio.sleep(1)", "from urllib.request import urlopen",
    ],
)  # fmt: skip
def test_the_list_sees_a_planted(line: str, tmp_path: Path) -> None:
    planted = tmp_path / "story.py"
    planted.write_text(f"async def story(self):\n    {line}\n", encoding="utf-8")
    assert list(offences(planted)) != []


SELECTION = (
    "tests/workflows/test_budgets.py::test_many_acts_cost_as_much_each_as_one",
    "tests/workflows/test_budgets.py::test_what_an_act_costs",
    "tests/workflows/test_turns.py::test_a_change_of_stage_turns_the_run",
    "tests/workflows/test_traps.py::test_the_same_key_before_and_after_a_turn_has_one_effect",
    "tests/workflows/test_accidents.py::test_cancelling_a_run_lists_it_and_ends_nothing",
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_cache_every_task_replays_under_any_hash_seed(seed: str) -> None:
    environment = {**os.environ, "TEIKEI_TEST_CACHED": "0", "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *SELECTION]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
