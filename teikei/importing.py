"""`teikei import`: hands in the signed files and the workbook, shows the dry run, and confirms it where asked.

Over HTTP with the key of a company, like any caller; what comes in, and under
whose name, is decided there (docs/decisions/0010-imports.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from teikei.caller import Api

WELL, FAILED, SOME_STAY_OUT = 0, 1, 3
"""Exit codes: every row can come in (or has); nothing was done; some rows stay out, and the others are as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What is handed in."""

    workbook: Path
    files: Sequence[Path]
    confirm: bool = False


def run(api: Api, secret: str, given: Import, progress: Callable[[str], None]) -> dict[str, Any]:
    """The import as it stands afterwards. `RefusedStep` where the whole is refused."""
    for path in given.files:
        api.send("/v1/files", secret, path.read_bytes(), str(uuid.uuid4()), name=path.name)
    made = api.send("/v1/imports", secret, given.workbook.read_bytes(), str(uuid.uuid4()))
    place = f"/v1/imports/{made['id']}"
    while given.confirm:
        told = api.post(f"{place}/confirmation", secret, {}, str(uuid.uuid4()))
        counts = told["counts"]
        progress(f"{counts['done'] + counts['before']} / {sum(counts.values()) - counts['faults']}")
        if told["done"]:
            break
    seen: dict[str, Any] = api.get(place, secret)
    return seen


def code(seen: dict[str, Any]) -> int:
    """The exit code of an import."""
    return SOME_STAY_OUT if seen["faults"] or seen["counts"]["refused"] else WELL


def tables(seen: dict[str, Any], language: str = "ja") -> list[Table]:
    """Rows that come in with what needs attention, and faults by sheet and cell."""
    rows = Table("cell", "no.", "name", "stage", "until", "status", "attention", title=f"import {seen['id']}")
    for row in seen["rows"]:
        act = row["act"]
        noted = [one[f"title_{language}"] for one in row["flags"]]
        rows.add_row(
            row["cell"], row["reference"], act["name_ja"], act["stage"], act["contract"]["term_until"],
            row["alliance"] or row["status"], "\n".join(noted),
        )  # fmt: skip
    faults = Table("sheet", "cell", "code", "what is wrong", "what to do", title="stay out")
    for one in (*seen["faults"], *(row["problem"] for row in seen["rows"] if row["problem"])):
        faults.add_row(
            one["sheet"], one["cell"], one["code"], one[f"title_{language}"], one[f"remedy_{language}"]
        )
    return [table for table in (rows, faults) if table.rows]
