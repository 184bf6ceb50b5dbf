"""Who may look into whom, checked by machine: import contracts, import weight, and what a room may name."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.house import HEAVY, ROOMS, ROOT, Import, dotted, imports, name, sources, tree

ACTIVITIES_MAY = ("temporalio.activity", "temporalio.exceptions", "pydantic.Field")
"""The only names from outside in activities/: decoration, coded failures, the tag of the union of acts."""

CLOCKS_AND_CHANCE = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now",
    "datetime.datetime.utcnow", "datetime.date.today", "time.time", "time.monotonic", "time.sleep",
    "uuid.uuid1", "uuid.uuid4", "uuid4", "uuid1", "random.random", "random.randint", "random.choice",
    "secrets.token_bytes", "secrets.token_hex", "os.urandom", "os.environ", "os.getenv", "open", "input",
    "print", "Path", "pathlib.Path",
}  # fmt: skip
"""Passing a module through the sandbox switches off its checks (measured), so the source is read instead."""


def test_the_rooms_exist() -> None:
    expected = [*ROOMS, "templates", "worker.py", "teikei/domain", "teikei/documents", "teikei/adapters"]
    assert [room for room in expected if not (ROOT / room).exists()] == []


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fresh_interpreter_loads_nothing_heavy_with_the_workflows() -> None:
    script = "import json, sys; import workflows.registry; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, env=_plain()
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize(
    "module",
    [
        "teikei.adapters.temporal.find",
        "teikei.adapters.temporal.server",
        "teikei.supervisor",
        "teikei.stack",
        "teikei.cli",
    ],
)
def test_the_supervising_parent_loads_no_temporalio(module: str) -> None:
    script = f"import sys; import {module}; sys.exit('temporalio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, env=_plain()
    )
    assert done.returncode == 0, f"{module} loads temporalio, or fails: {done.stderr}"


def test_the_domain_imports_the_standard_library_only() -> None:
    found = [one for path in sources("teikei/domain") for one in imports(path)]
    assert _foreign(found, own=("teikei.domain",)) == []


def test_activities_import_only_decoration_failures_and_the_tag() -> None:
    found = [one for path in sources("activities") for one in imports(path)]
    foreign = _foreign(found, own=("teikei.domain", "activities"))
    assert [one for one in foreign if not _is_one_of(one, ACTIVITIES_MAY)] == []


def test_the_document_engine_imports_no_room_but_the_domain() -> None:
    found = [one for path in sources("teikei/documents") for one in imports(path)]
    own = ("activities", "workflows", "api", "teikei")
    strange = [
        one
        for one in found
        if one.top in own and not _is_one_of(one.target, ("teikei.domain", "teikei.documents"))
    ]
    assert strange == []


@pytest.mark.parametrize("room", ["teikei/domain", "workflows"])
def test_no_clock_no_chance_no_input_in(room: str) -> None:
    found = [
        f"{name(path)}:{node.lineno} {dotted(node.func)}"
        for path in sources(room)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS_AND_CHANCE
    ]
    assert found == []


def test_our_generic_names_belong_to_us_alone() -> None:
    owners = packages_distributions()
    shared = {room: owners[room] for room in ROOMS if room in owners and set(owners[room]) != {"teikei"}}
    assert shared == {}


def _plain() -> dict[str, str]:
    """The environment without what would load extra modules into a child (coverage, debuggers)."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("COV_", "COVERAGE_", "PYTHON"))
    }


def _foreign(found: list[Import], own: tuple[str, ...]) -> list[str]:
    return [f"{one.target}" for one in found if not one.standard and not _is_one_of(one.target, own)]


def _is_one_of(target: Import | str, allowed: tuple[str, ...]) -> bool:
    text = target if isinstance(target, str) else target.target
    return any(text == one or text.startswith(f"{one}.") for one in allowed)
