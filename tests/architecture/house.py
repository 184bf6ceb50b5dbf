"""Where the rooms are and how their source is read; shared by the architecture tests.

A room that does not exist yet has no files, so its rules hold by themselves;
`test_the_rooms_exist` says when one is missing.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("workflows", "activities", "api", "teikei")
HEAVY = ("sqlmodel", "sqlalchemy", "fastapi", "docx", "lxml", "jinja2", "httpx2")
"""What a workflow process must never load: each costs the sandbox tenths of a second and hides I/O."""

MIGRATIONS = ROOT / "teikei" / "adapters" / "sql" / "migrations" / "versions"


def sources(*rooms: str) -> list[Path]:
    """Every Python file of the rooms (folders or single files below ROOT), migrations left out."""
    found: list[Path] = []
    for room in rooms:
        place = ROOT / room
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return [path for path in found if MIGRATIONS not in path.parents and "__pycache__" not in path.parts]


def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """Path as a person would write it, below the repository's root."""
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's target: `from a import b` counts as `a.b`."""

    where: str
    target: str

    @property
    def top(self) -> str:
        """First part of the dotted name."""
        return self.target.split(".", maxsplit=1)[0]

    @property
    def standard(self) -> bool:
        """Whether it belongs to the standard library."""
        return self.top in sys.stdlib_module_names


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, those inside functions and TYPE_CHECKING blocks too."""
    for node in ast.walk(tree(path)):
        where = f"{name(path)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(where, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                yield Import(where, f"{node.module}.{alias.name}")


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute chain; the tail alone when it starts with something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return ""
