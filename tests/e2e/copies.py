"""Copies of a scene that differ from it, made by rule from its data: what holds for them is not written for the example."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from teikei.scenes import EXAMPLES, Scene, scene

Data = dict[str, Any]
SHARES = ("5/17", "4/17", "5/17", "3/17")
"""Of the four parties of `with_four_parties`."""


def examples() -> dict[str, Data]:
    """The data of every example by its slug."""
    return {path.parent.name: _data(path) for path in sorted(EXAMPLES.glob("*/scene.yaml"))}


def _data(path: Path) -> Data:
    data: Data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def without_clock_steps_but_the_last(slug: str, data: Data) -> Scene:
    """Everyone says everything on the first day; then years pass."""
    clocks = [i for i, step in enumerate(data["steps"]) if "clock" in step]
    steps = [step for i, step in enumerate(data["steps"]) if "clock" not in step or i == clocks[-1]]
    return scene(f"{slug}-silent", {**data, "steps": steps})


def with_four_parties(slug: str, data: Data) -> Scene:
    """Other names, four parties, other shares, three years."""
    changed: Data = _texts(copy.deepcopy(data), _renamer(data))
    while len(changed["companies"]) < len(SHARES):
        _add_party(changed, f"newcomer{len(changed['companies']) + 1}")
    aliases = list(changed["companies"])
    terms = changed["terms"]
    terms["shares"] = [{"company": f"${a}", "ratio": r} for a, r in zip(aliases, SHARES, strict=True)]
    first: date = terms["term_from"]
    terms["term_until"] = terms["term_until"].replace(year=first.year + 3)
    return scene(f"{slug}-four", changed)


def new_name(old: str) -> str:
    """How a company is called in the copy."""
    return f"新{old}改"


def _renamer(data: Data) -> Callable[[str], str]:
    old = [company["name_ja"] for company in data["companies"].values()]

    def rename(text: str) -> str:
        for name in old:
            text = text.replace(name, new_name(name))
        return text

    return rename


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _texts(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [_texts(part, change) for part in value]
    return change(value) if isinstance(value, str) else value


def _add_party(data: Data, alias: str) -> None:
    """One company more, everywhere where every company stands."""
    companies = data["companies"]
    model = next(iter(companies))
    number = len(companies) + 1
    person = {"name": f"担当 {number}郎", "email": f"{alias}@newcomer.example", "language": "ja"}
    companies[alias] = {
        **copy.deepcopy(companies[model]),
        "name_ja": f"第{number}参加株式会社",
        "name_en": f"Newcomer {number} Inc.",
        "representative_name": f"代表 {number}子",
        "person": person["name"],
        "contact": person,
        "people": [person["name"]],
    }
    data["intake"]["contributions"].append({"company": f"${alias}", "what": f"第{number}の資源"})
    marks = data["scores"]
    for rows in marks.values():
        rows += [{**row, "about": f"${alias}"} for row in rows if row["about"] == f"${model}"]
    marks[alias] = copy.deepcopy(marks[model])
    for table in data["amounts"].values():
        table[alias] = copy.deepcopy(table[model])
