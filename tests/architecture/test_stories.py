"""A story file tells a life and nothing else: waiting, retrying and turning belong to the base.

Every `until` of the base arms one timer and wakes on a new version; a timer or
lock of a story's own would be a second clock, and a `try` would swallow what
must become `attention`. The planted bug "a timer inside a story" is caught here.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.house import ROOT, dotted, name, sources, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MACHINERY = {
    "__init__.py",
    "matter.py",
    "conversion.py",
    "delivery.py",
    "registry.py",
    "ids.py",
    "messages.py",
    "options.py",
}
"""The files of workflows/ that are not stories."""

FORBIDDEN = {
    "sleep", "start_timer", "wait_condition", "wait", "wait_for", "timeout", "timeout_at", "gather",
    "create_task", "call_later", "call_at", "Lock", "Semaphore", "Event", "Condition", "Queue", "continue_as_new",
    "ContinueAsNewError", "RetryPolicy", "start_child_workflow", "execute_child_workflow", "execute_activity",
    "start_activity", "execute_local_activity", "start_local_activity", "get_external_workflow_handle",
}  # fmt: skip
FORBIDDEN_STATEMENTS = (ast.Try, ast.TryStar, ast.AsyncWith, ast.Global, ast.Nonlocal)


def stories() -> list[Path]:
    """The story files of workflows/."""
    return [path for path in sources("workflows") if path.name not in MACHINERY]


def offences(path: Path) -> Iterator[str]:
    """Everything in a story file that belongs to the machinery."""
    for node in ast.walk(tree(path)):
        where = f"{name(path) if path.is_relative_to(ROOT) else path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, FORBIDDEN_STATEMENTS):
            yield f"{where} {type(node).__name__}"
        elif isinstance(node, ast.Attribute | ast.Name) and dotted(node).split(".")[-1] in FORBIDDEN:
            yield f"{where} {dotted(node)}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{where} {one.name}" for one in node.names if one.name in FORBIDDEN)


def test_a_story_has_no_timer_no_lock_no_try_and_no_turn_of_its_own() -> None:
    assert [one for path in stories() for one in offences(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        "await asyncio.sleep(1)",
        "await workflow.wait_condition(lambda: True)",
        "workflow.continue_as_new()",
        "self.lock = asyncio.Lock()",
        "from temporalio.common import RetryPolicy",
        "try:\n        pass\n    finally:\n        pass",
    ],
)
def test_the_rule_sees_a_planted(line: str, tmp_path: Path) -> None:
    planted = tmp_path / "story.py"
    planted.write_text(f"async def story(self):\n    {line}\n", encoding="utf-8")
    assert list(offences(planted)) != []
