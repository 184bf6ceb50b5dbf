"""Scenes: what people do in an example alliance, as data (`examples/<slug>/scene.yaml`).

A scene has facts (companies in the order of the parties, and any other section
by name) and steps.  A step is an act of people, or moves the sandbox clock;
what falls due, the system does, so no step says it.  `$name` stands for a value
that is looked up when the step is played: a company of the scene gives its id,
a section gives its content, the rest (`$now`, `$sha256` …) comes from the API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ZONE = ZoneInfo("Asia/Tokyo")
EVENING = time(18, 0)
"""A clock step that names a day means this hour of it: what falls due that day has fallen due."""

ROUTES = {
    "open_alliance": "/v1/alliances",
    "state_intake": "/v1/alliances/{alliance}/intake",
    "score": "/v1/alliances/{alliance}/scores",
    "share_scores": "/v1/alliances/{alliance}/scores/shares",
    "draft_agreement": "/v1/alliances/{alliance}/agreements",
    "draft_amendment": "/v1/alliances/{alliance}/amendments",
    "call_decision": "/v1/alliances/{alliance}/decisions",
    "hold_review": "/v1/alliances/{alliance}/reviews",
    "move_review": "/v1/alliances/{alliance}/review-moves",
    "skip_review": "/v1/alliances/{alliance}/review-skips",
    "finish_action": "/v1/alliances/{alliance}/action-results",
    "begin_exit": "/v1/alliances/{alliance}/exits",
    "tick_exit_item": "/v1/alliances/{alliance}/exit-items",
    "suspend": "/v1/alliances/{alliance}/suspensions",
    "resume": "/v1/alliances/{alliance}/resumptions",
    "abandon": "/v1/alliances/{alliance}/abandonment",
    "revise": "/v1/agreements/{agreement}/revisions",
    "revise_amendment": "/v1/agreements/{agreement}/amendment-revisions",
    "freeze": "/v1/agreements/{agreement}/freezes",
    "sign": "/v1/agreements/{agreement}/signatures",
    "refuse_renewal": "/v1/agreements/{agreement}/renewal-refusals",
    "comment": "/v1/decisions/{decision}/comments",
    "record_internal_approval": "/v1/decisions/{decision}/internal-approvals",
    "recuse": "/v1/decisions/{decision}/recusals",
    "vote": "/v1/decisions/{decision}/votes",
    "enter_amount": "/v1/periods/{period}/amounts",
    "close_inputs": "/v1/periods/{period}/input-closures",
    "confirm_payment": "/v1/periods/{period}/payment-confirmations",
    "record_for": "/v1/matters/{matter}/recorded-acts",
    "confirm_recorded": "/v1/matters/{matter}/recorded-acts/confirmations",
    "contest_recorded": "/v1/matters/{matter}/recorded-acts/contests",
}
"""Where each act of people is said."""

LIVE = frozenset(
    {
        "now",
        "sha256",
        "evidence",
        "reference",
        "nda",
        "main",
        "termination",
        "amendment",
        "decision",
        "period",
        "by",
        "parties",
        "attendees",
        "all_yes",
        "recorded",
    }
)
"""Names that the player knows; no company and no section may take them."""
COMPANY_FACTS = ("name_ja", "name_en", "address", "representative_title", "representative_name")
_PARTS = frozenset({"act", "by", "each", "to", "with", "rows"})
_NAME = re.compile(r"\$([a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)")


class SceneError(ValueError):
    """A scene says something that cannot be played; the message names the scene and the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a scene: an act of the companies `by`, or the clock."""

    number: int
    act: str = ""
    """Empty: a clock step."""
    clock: datetime | None = None
    by: tuple[str, ...] = ()
    to: str = ""
    """Which agreement: nda, main or termination; for what is entered for a party also decision, period or alliance."""
    body: Mapping[str, Any] | str = ""
    """The act, or the `$name` of a section that is the act."""
    rows: str = ""
    """Name of a table by company: the act once for each of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A scene that is well formed."""

    slug: str
    companies: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def habits(self) -> Mapping[str, Mapping[str, Any]]:
        """What is always said in the same way, by act."""
        return self.facts.get("habits") or {}

    def section(self, path: str) -> Any:
        """A value of the facts by its dotted path; numbers name numbered parts."""
        found: Any = self.facts
        for part in path.split("."):
            key = int(part) if part.isdigit() and isinstance(found, Mapping) and int(part) in found else part
            if not isinstance(found, Mapping) or key not in found:
                raise SceneError(f"{self.slug}: nothing is called {path}")
            found = found[key]
        return found


def load_scenes(folder: Path = EXAMPLES) -> list[Scene]:
    """Every scene of a folder, by the name of its own folder."""
    return [read_scene(path) for path in sorted(folder.glob("*/scene.yaml"))]


def read_scene(path: Path) -> Scene:
    """One scene; its slug is the name of the folder."""
    return scene(path.parent.name, yaml.safe_load(path.read_text(encoding="utf-8")))


def scene(slug: str, data: Mapping[str, Any]) -> Scene:
    """A scene from its data; `SceneError` when it cannot be played."""
    facts = {name: value for name, value in data.items() if name != "steps"}
    companies = data.get("companies") or {}
    taken = LIVE & (set(companies) | set(facts))
    if taken or set(companies) & set(facts):
        raise SceneError(
            f"{slug}: these names mean something else: {sorted(taken | set(companies) & set(facts))}"
        )
    for alias, company in companies.items():
        missing = {*COMPANY_FACTS, "role", "person", "contact", "escalation", "people"} - set(company)
        if missing:
            raise SceneError(f"{slug}: company {alias} lacks {sorted(missing)}")
    steps = tuple(
        _step(slug, number, line, tuple(companies))
        for number, line in enumerate(data.get("steps") or (), start=1)
    )
    return Scene(slug=slug, companies=companies, facts=facts, steps=steps)


def _step(slug: str, number: int, line: Mapping[str, Any], companies: tuple[str, ...]) -> Step:
    if set(line) == {"clock"}:
        return Step(number=number, clock=_evening(line["clock"]))
    where = f"{slug}: step {number}"
    act = line.get("act", "")
    if set(line) - _PARTS or act not in ROUTES:
        raise SceneError(f"{where}: no act of people is {dict(line)!r}")
    if ("by" in line) == ("each" in line):
        raise SceneError(f"{where}: says who acts either as `by` or as `each`")
    named = companies if line.get("each") == "parties" else tuple(line.get("each") or (line["by"],))
    if strangers := set(named) - set(companies):
        raise SceneError(f"{where}: no companies of this scene: {sorted(strangers)}")
    return Step(
        number=number,
        act=act,
        by=named,
        to=line.get("to", ""),
        body=line.get("with") or {},
        rows=line.get("rows", ""),
    )


def _evening(when: date | datetime | str) -> datetime:
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    if not isinstance(when, datetime):
        return datetime.combine(when, EVENING, ZONE)
    if when.tzinfo is None:
        raise SceneError(f"an instant without its offset: {when}")
    return when


def resolved(value: Any, look_up: Callable[[str], Any]) -> Any:
    """The value as JSON: every `$name` looked up, inside what was looked up too; dates as ISO text."""
    if isinstance(value, Mapping):
        return {key: resolved(part, look_up) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [resolved(part, look_up) for part in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, str) and (name := _NAME.fullmatch(value)):
        return resolved(look_up(name[1]), look_up)
    return value
