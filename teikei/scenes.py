"""Scenes: what people do in an example alliance, as data (`examples/<slug>/scene.yaml`).

A scenario (`examples/scenarios/<slug>/scene.yaml`) begins where another scene has got to: `base` names that scene and
`from` one of its marks; its own facts go over those of the base.

A scene has facts (companies in the order of the parties, and any other section
by name) and steps.  A company that is `late` is no party at the beginning.  A step is an act of people, asks for something that
concerns several alliances, hands in a paper or a workbook, moves the sandbox
clock, keeps something that a company reads, turns to another candidate, or
marks a place; what falls due, the system does, so no step says it.  `$name` stands for a value
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
SCENARIOS = EXAMPLES / "scenarios"
ZONE = ZoneInfo("Asia/Tokyo")
EVENING = time(18, 0)
"""A clock step that names a day means this hour of it: what falls due that day has fallen due."""

ROUTES = {
    "open_alliance": "/v1/alliances",
    "bring_in": "/v1/earlier-alliances",
    "state_intake": "/v1/alliances/{alliance}/intake",
    "choose_candidate": "/v1/alliances/{alliance}/candidate-choices",
    "drop_candidate": "/v1/alliances/{alliance}/candidate-drops",
    "waive_gate": "/v1/alliances/{alliance}/gate-waivers",
    "score": "/v1/alliances/{alliance}/scores",
    "share_scores": "/v1/alliances/{alliance}/scores/shares",
    "draft_agreement": "/v1/alliances/{alliance}/agreements",
    "draft_amendment": "/v1/alliances/{alliance}/amendments",
    "call_decision": "/v1/alliances/{alliance}/decisions",
    "hold_review": "/v1/alliances/{alliance}/reviews",
    "move_review": "/v1/alliances/{alliance}/review-moves",
    "skip_review": "/v1/alliances/{alliance}/review-skips",
    "finish_action": "/v1/alliances/{alliance}/action-results",
    "call_health_check": "/v1/alliances/{alliance}/health-checks",
    "answer_health_check": "/v1/alliances/{alliance}/health-answers",
    "take_on_obligation": "/v1/alliances/{alliance}/obligations",
    "answer_obligation": "/v1/alliances/{alliance}/obligation-answers",
    "fulfil_obligation": "/v1/alliances/{alliance}/fulfilments",
    "hold_obligation": "/v1/alliances/{alliance}/obligation-holds",
    "release_obligation": "/v1/alliances/{alliance}/obligation-releases",
    "waive_obligation": "/v1/alliances/{alliance}/obligation-waivers",
    "begin_exit": "/v1/alliances/{alliance}/exits",
    "tick_exit_item": "/v1/alliances/{alliance}/exit-items",
    "arrange_house": "/v1/alliances/{alliance}/house",
    "hand_over": "/v1/alliances/{alliance}/handovers",
    "withdraw_handover": "/v1/alliances/{alliance}/handover-withdrawals",
    "announce_event": "/v1/alliances/{alliance}/events",
    "answer_event": "/v1/alliances/{alliance}/event-answers",
    "withdraw_event": "/v1/alliances/{alliance}/event-withdrawals",
    "suspend": "/v1/alliances/{alliance}/suspensions",
    "resume": "/v1/alliances/{alliance}/resumptions",
    "abandon": "/v1/alliances/{alliance}/abandonment",
    "revise": "/v1/agreements/{agreement}/revisions",
    "revise_amendment": "/v1/agreements/{agreement}/amendment-revisions",
    "freeze": "/v1/agreements/{agreement}/freezes",
    "sign": "/v1/agreements/{agreement}/signatures",
    "record_notice_sent": "/v1/agreements/{agreement}/notices-sent",
    "upload_signed": "/v1/agreements/{agreement}/signed-papers",
    "refuse_renewal": "/v1/agreements/{agreement}/renewal-refusals",
    "comment": "/v1/decisions/{decision}/comments",
    "record_internal_approval": "/v1/decisions/{decision}/internal-approvals",
    "submit_internal_approval": "/v1/decisions/{decision}/approval-requests",
    "decide_internal_approval": "/v1/decisions/{decision}/approval-requests/answers",
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

READS = {
    "alliance": "/v1/alliances/{alliance}",
    "timeline": "/v1/alliances/{alliance}/timeline",
    "agreement": "/v1/agreements/{agreement}",
    "leaving": "/v1/alliances/{alliance}/leaving",
    "rehearsal": "/v1/agreements/{agreement}/rehearsal",
}
"""What a scene may keep."""

ASKS = {
    "handovers": "/v1/handovers",
    "company_events": "/v1/company-events",
    "company_event_withdrawals": "/v1/company-event-withdrawals",
    "selections": "/v1/selections",
}
"""What a company asks for in several alliances at once; the answer is kept. After `selections` its alliances are those of the candidates."""

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
        "party",
        "attendees",
        "all_yes",
        "recorded",
        "file",
    }
)
"""Names that the player knows; no company and no section may take them."""
COMPANY_FACTS = ("name_ja", "name_en", "address", "representative_title", "representative_name")
_PARTS = frozenset({"act", "by", "each", "to", "with", "rows"})
_KEPT = frozenset({"keep", "as", "by", "to"})
_ASKED = frozenset({"ask", "as", "by", "with"})
_BROUGHT = frozenset({"import", "by", "from"})
_HANDED = frozenset({"hand_in", "by"})
_NAME = re.compile(r"\$([a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)")


class SceneError(ValueError):
    """A scene says something that cannot be played; the message names the scene and the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a scene: an act of the companies `by`, or the clock."""

    number: int
    act: str = ""
    """Empty: a clock step, or something to keep."""
    keep: str = ""
    """Which read; what it shows is left as `<name>.json`."""
    name: str = ""
    ask: str = ""
    candidate: str = ""
    """The company in whose alliance the scene goes on."""
    paper: Path | None = None
    """A signed paper that is handed in; `$file` stands for it afterwards."""
    workbook: Path | None = None
    """A workbook of earlier alliances; its signed files lie beside it in `papers/`, and `clock` is where their clocks begin."""
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
    def parties(self) -> tuple[str, ...]:
        """The companies that open the alliance."""
        return founders(self.companies)

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


def find_scenes(scenario: str) -> list[Scene]:
    """The scenes of the demo; with a name that scene or scenario alone, with `all` every scenario."""
    if not scenario:
        return load_scenes()
    if scenario == "all":
        return load_scenes(SCENARIOS)
    return [one for one in (*load_scenes(), *load_scenes(SCENARIOS)) if one.slug == scenario]


def read_scene(path: Path) -> Scene:
    """One scene; its slug is the name of the folder."""
    return scene(path.parent.name, whole(path), path.parent)


def whole(path: Path) -> dict[str, Any]:
    """The data of a scene with what it takes from its base."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "base" not in data:
        return data
    base, since = data.pop("base"), data.pop("from", "")
    below = whole(EXAMPLES / base / "scene.yaml")
    steps = below.pop("steps")
    marks = [n for n, step in enumerate(steps) if step == {"mark": since}]
    if len(marks) != 1:
        raise SceneError(f"{path.parent.name}: {base} has no mark {since!r}")
    own = data.pop("steps", [])
    return {**_over(below, data), "steps": [*steps[: marks[0]], *own]}


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What stands above takes the place of what stands below, part by part."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = (
            _over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def scene(slug: str, data: Mapping[str, Any], folder: Path = EXAMPLES) -> Scene:
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
        _step(slug, number, line, companies, folder)
        for number, line in enumerate((x for x in data.get("steps") or () if set(x) != {"mark"}), start=1)
    )
    return Scene(slug=slug, companies=companies, facts=facts, steps=steps)


def founders(companies: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The companies that are parties from the beginning, in order."""
    return tuple(alias for alias, facts in companies.items() if not facts.get("late"))


def _step(
    slug: str, number: int, line: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]], folder: Path
) -> Step:
    companies = tuple(facts)
    if set(line) == {"clock"}:
        return Step(number=number, clock=_evening(line["clock"]))
    where = f"{slug}: step {number}"
    if "keep" in line:
        return _kept(where, number, line, companies)
    if set(line) == {"candidate"} and line["candidate"] in companies:
        return Step(number=number, candidate=line["candidate"])
    if "ask" in line:
        return _asked(where, number, line, companies)
    if "hand_in" in line:
        return _handed(where, number, line, companies, folder)
    if "import" in line:
        return _brought(where, number, line, companies, folder)
    act = line.get("act", "")
    if set(line) - _PARTS or act not in ROUTES:
        raise SceneError(f"{where}: no act of people is {dict(line)!r}")
    if ("by" in line) == ("each" in line):
        raise SceneError(f"{where}: says who acts either as `by` or as `each`")
    named = founders(facts) if line.get("each") == "parties" else tuple(line.get("each") or (line["by"],))
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


def _kept(where: str, number: int, line: Mapping[str, Any], companies: tuple[str, ...]) -> Step:
    if set(line) - _KEPT or line["keep"] not in READS or line.get("by") not in companies:
        raise SceneError(f"{where}: nobody can keep {dict(line)!r}")
    name = str(line.get("as", line["keep"]))
    return Step(number=number, keep=line["keep"], name=name, by=(line["by"],), to=line.get("to", ""))


def _asked(where: str, number: int, line: Mapping[str, Any], companies: tuple[str, ...]) -> Step:
    if set(line) - _ASKED or line["ask"] not in ASKS or line.get("by") not in companies:
        raise SceneError(f"{where}: nobody can ask for {dict(line)!r}")
    name, body = str(line.get("as", line["ask"])), line.get("with") or {}
    return Step(number=number, ask=line["ask"], name=name, by=(line["by"],), body=body)


def _handed(
    where: str, number: int, line: Mapping[str, Any], companies: tuple[str, ...], folder: Path
) -> Step:
    paper = folder / str(line["hand_in"])
    if set(line) != _HANDED or line["by"] not in companies or not paper.is_file():
        raise SceneError(f"{where}: nobody can hand in {dict(line)!r}")
    return Step(number=number, paper=paper, by=(line["by"],))


def _brought(
    where: str, number: int, line: Mapping[str, Any], companies: tuple[str, ...], folder: Path
) -> Step:
    workbook = folder / str(line["import"])
    if set(line) != _BROUGHT or line["by"] not in companies or not workbook.is_file():
        raise SceneError(f"{where}: nobody can bring in {dict(line)!r}")
    return Step(number=number, workbook=workbook, clock=_evening(line["from"]), by=(line["by"],))


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
