"""The lint of reads: who asks reads through `scoped`, and no other room speaks SQL."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SQL = ROOT / "teikei" / "adapters" / "sql"
FREE = {
    ("reads.py", "healthy"): "asks for nothing",
    ("reads.py", "attention"): "the operator's list: ids and reasons",
    ("reads.py", "companies"): "the directory",
    ("reads.py", "company"): "the directory",
    ("reads.py", "_parties"): "company ids out of a scoped subquery",
    ("search.py", "fill"): "the migration writes the rows of everyone",
}
"""Functions of the reading modules that may say `select` themselves, and why."""
ROOMS = ("api", "workflows", "activities", "teikei/domain", "teikei/documents", "teikei/adapters/temporal")


def selects(source: str) -> set[str]:
    """Functions that call `select`, `text` or `exec_driver_sql` themselves."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            called = {
                getattr(c.func, "id", getattr(c.func, "attr", ""))
                for c in ast.walk(node)
                if isinstance(c, ast.Call)
            }
            if called & {"select", "text", "exec_driver_sql"}:
                found.add(node.name)
    return found


@pytest.mark.parametrize("module", ["reads.py", "record.py", "registers.py", "search.py"])
def test_reads_go_through_scoped(module: str) -> None:
    allowed = {name for file, name in FREE if file == module}
    assert selects((SQL / module).read_text(encoding="utf-8")) == allowed


def test_the_lint_sees_a_raw_read() -> None:
    raw = "def alliances(self):\n    return db.execute(select(table))\n"
    assert selects(raw) == {"alliances"}


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_room_speaks_sql(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [
                n for n in names if n.split(".")[0] in {"sqlalchemy", "sqlmodel", "sqlite3", "psycopg"}
            ], path


def test_commit_looks_before_it_writes() -> None:
    """`ON CONFLICT DO NOTHING` would hide a second act under one key."""
    for path in SQL.rglob("*.py"):
        words = path.read_text(encoding="utf-8").lower()
        assert "on_conflict" not in words, path
        assert "or ignore" not in words, path
