"""Plays a scene over the HTTP API, with the companies' own keys and nothing else.

Before a step is played, everything that came of the one before has happened:
moving the sandbox clock to where it stands waits for exactly that.  So the same
scene gives the same timeline, however fast the machine is.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from teikei.caller import Api, RefusedStep
from teikei.scenes import ASKS, COMPANY_FACTS, READS, ROUTES, Scene, SceneError, Step, resolved

PRODUCED_WITHIN = 20.0
"""Seconds until what a step speaks of has been produced."""
PAUSE = 0.05
TIMELINE = ("at", "stage", "matter", "act", "by", "title_ja", "title_en")


@dataclass(frozen=True, slots=True)
class Member:
    """A company of a scene, as the API knows it."""

    id: str
    secret: str
    facts: Mapping[str, Any]


def enrol(api: Api, scene: Scene, operator: str) -> dict[str, Member]:
    """The operator makes the companies of a scene and one key for each; the same companies on every machine."""
    members = {}
    for alias, facts in scene.companies.items():
        told = {name: facts[name] for name in COMPANY_FACTS}
        company = api.post("/v1/companies", operator, told, f"{scene.slug}:{alias}")["id"]
        # A secret is shown once, so a key is made anew each time.
        key = api.post(
            f"/v1/companies/{company}/keys", operator, {"person": facts["person"]}, str(uuid.uuid4())
        )
        members[alias] = Member(id=company, secret=key["secret"], facts=facts)
    return members


@dataclass(slots=True)
class Player:
    """One scene on its way. `refusals`: a list that takes refused steps; None: the first one ends the scene."""

    api: Api
    scene: Scene
    members: dict[str, Member]
    report: Callable[[Step, datetime | None], None] = lambda _step, _now: None
    refusals: list[RefusedStep | SceneError] | None = None
    alliance: str = ""
    now: datetime | None = None
    settled: bool = True
    handed: Mapping[str, Any] = field(default_factory=dict)
    """The paper that was handed in last."""
    candidates: dict[str, str] = field(default_factory=dict)
    """Alliances of a selection by candidate."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What the scene kept, by name."""

    @property
    def first(self) -> Member:
        """The first party: it opens the alliance, moves its clock and is the reader of what the demo leaves."""
        return next(iter(self.members.values()))

    @property
    def founders(self) -> list[Member]:
        """The parties at the beginning."""
        return [self.members[alias] for alias in self.scene.parties]

    def play(self) -> Player:
        """Play every step; `RefusedStep` or `SceneError` when one cannot be played."""
        for step in self.scene.steps:
            self.report(step, self.now)
            try:
                self._step(step)
            except (RefusedStep, SceneError) as refusal:
                if self.refusals is None or not self.alliance:
                    raise
                self.refusals.append(refusal)
        self._clock(self.now)
        return self

    def _step(self, step: Step) -> None:
        if step.paper:
            self.handed = self._hand_in(step, step.paper)
        elif step.workbook:
            self._import(step, step.workbook)
        elif step.clock:
            self._clock(step.clock)
        elif step.keep:
            self._keep(step)
        elif step.ask:
            self._ask(step)
        elif step.candidate:
            self._turn_to(self.members[step.candidate].id)
        else:
            self._act(step)

    def _keep(self, step: Step) -> None:
        """What a company reads now."""
        self._clock(self.now)
        path = READS[step.keep].format_map(_Places(self, step))
        secret = self.members[step.by[0]].secret
        rows = step.keep == "timeline"
        self.kept[step.name] = list(self.api.rows(path, secret)) if rows else self.api.get(path, secret)

    def _ask(self, step: Step) -> None:
        """Something in several alliances at once; its orders are done when the clock has been waited for."""
        self._clock(self.now)
        alias = step.by[0]
        body = resolved(step.body, lambda name: self._value(name, step, alias, 0))
        key = f"{self.scene.slug}:{step.number}:{alias}"
        told = self.kept[step.name] = self.api.post(ASKS[step.ask], self.members[alias].secret, body, key)
        if step.ask == "selections":
            self.candidates = {one["candidate"]: one["alliance"] for one in told["candidates"]}
            self._turn_to(next(iter(self.candidates)))
        self._clock(self.now)

    def _turn_to(self, candidate: str) -> None:
        """The scene goes on in the alliance with this candidate, whose clock comes along."""
        self._clock(self.now)
        self.alliance = self.candidates[candidate]
        clock = self.api.get(f"/v1/alliances/{self.alliance}/clock", self.first.secret)["now"]
        self.now = max(filter(None, (self.now, datetime.fromisoformat(clock))))

    def _hand_in(self, step: Step, paper: Path) -> Mapping[str, Any]:
        """{name, sha256, size} of a signed paper that the system keeps from now on."""
        key = f"{self.scene.slug}:{step.number}:{paper.name}"
        secret = self.members[step.by[0]].secret
        return self.api.send("/v1/files", secret, paper.read_bytes(), key, name=paper.name)

    def _import(self, step: Step, workbook: Path) -> None:
        """Hand in a workbook with its signed files, and confirm what the dry run shows; the first alliance is read on."""
        secret, stamp = self.members[step.by[0]].secret, f"{self.scene.slug}:{step.number}"
        for paper in sorted((workbook.parent / "papers").iterdir()):
            self._hand_in(step, paper)
        since = step.clock.isoformat() if step.clock else ""
        made = self.api.send("/v1/imports", secret, workbook.read_bytes(), stamp, sandbox_from=since)
        place = f"/v1/imports/{made['id']}"
        while not self.api.post(f"{place}/confirmation", secret, {}, str(uuid.uuid4()))["done"]:
            pass
        told = self.kept["import"] = self.api.get(place, secret)
        self.alliance = next(row["alliance"] for row in told["rows"] if row["alliance"])
        self._clock(step.clock)

    def _clock(self, to: datetime | None) -> None:
        """Move the clock; to where it stands: wait until all that was said has had its effects."""
        if to is None or not self.alliance:
            return
        while True:
            body = {"to": to.isoformat()}
            answer = self.api.post(
                f"/v1/alliances/{self.alliance}/clock", self.first.secret, body, str(uuid.uuid4())
            )
            if answer["done"]:
                break
        self.now, self.settled = to, True

    def _act(self, step: Step) -> None:
        if not self.settled:
            self._clock(self.now)
        path = ROUTES[step.act].format_map(_Places(self, step))
        self.settled = False
        refused = None
        for alias in step.by:
            for n, row in enumerate(self._rows(step, alias)):
                try:
                    self._say(step, alias, path, row, n)
                except RefusedStep as refusal:
                    if self.refusals is None:
                        raise
                    refused = refusal
        if refused:
            raise refused

    def _rows(self, step: Step, alias: str) -> list[Mapping[str, Any]]:
        """The bodies that a company says in a step."""
        table = self.scene.section(step.rows) if step.rows else None
        return [{}] if table is None else list(table[alias])

    def _say(self, step: Step, alias: str, path: str, row: Mapping[str, Any], n: int) -> None:
        def look_up(name: str) -> Any:
            return self._value(name, step, alias, n)

        given = step.body if isinstance(step.body, Mapping) else {}
        whole = resolved(step.body, look_up) if isinstance(step.body, str) else {}
        body = {**resolved({**self.scene.habits.get(step.act, {}), **row, **given}, look_up), **whole}
        key = f"{self.scene.slug}:{step.number}:{alias}:{n}"
        receipt = self.api.post(path, self.members[alias].secret, body, key)
        if step.act == "open_alliance":
            self.alliance = receipt["matter"]
            clock = self.api.get(f"/v1/alliances/{self.alliance}/clock", self.first.secret)["now"]
            self.now = datetime.fromisoformat(clock) if clock else None

    # what a `$name` stands for

    def _value(self, name: str, step: Step, alias: str, n: int) -> Any:
        head, _, rest = name.partition(".")
        if head in self.members:
            return self.members[head].id
        if head == "by":
            return self.members[alias].facts[rest]
        stamp = f"{self.scene.slug}:{step.number}:{alias}:{n}"
        values: dict[str, Callable[[], Any]] = {
            "now": lambda: self.now.isoformat() if self.now else None,
            "sha256": lambda: self.newest(step.to),
            "evidence": lambda: hashlib.sha256(stamp.encode()).hexdigest(),
            "reference": lambda: f"稟議第{self.now.year if self.now else 0}-{step.number:04d}号",
            "parties": self._parties,
            "party": lambda: self._party(self.members[rest]),
            "attendees": lambda: [{"company": m.id, "people": m.facts["people"]} for m in self.founders],
            "file": lambda: dict(self.handed),
            "recorded": lambda: self.entered_for(step.to, alias),
            "all_yes": lambda: [{"company": m.id, "choice": "yes"} for m in self.founders],
        }
        if head in values:
            return values[head]()
        return self.scene.section(name)

    def _parties(self) -> list[dict[str, Any]]:
        return [self._party(member) for member in self.founders]

    def _party(self, member: Member) -> dict[str, Any]:
        told = {name: member.facts[name] for name in ("role", "contact", "escalation")}
        away = {"off_platform": True} if member.facts.get("off_platform") else {}
        return {"company": member.id, **told, **away}

    def agreement(self, role: str) -> str:
        """Id of the agreement with that role."""

        def look() -> str:
            view = self.api.get(f"/v1/alliances/{self.alliance}", self.first.secret)
            if role == "termination":
                return str((view["exit"] or {}).get("termination", ""))
            return str(view.get("amending" if role == "amendment" else role, ""))

        return self._produced(role, look)

    def matter(self, to: str) -> str:
        """Id of any matter: of an agreement by its role, of the open decision or period, or of the alliance."""
        if to in {"decision", "period"}:
            return self.open_matter(to)
        return self.alliance if to == "alliance" else self.agreement(to)

    def entered_for(self, to: str, alias: str) -> str:
        """What was entered last for a company there and is not answered."""
        kind = to if to in {"decision", "period", "alliance"} else "agreement"
        place = f"/v1/{kind}s/{self.matter(to)}"

        def look() -> str:
            listed = self.api.get(place, self.first.secret)["recorded"]
            mine = [r for r in listed if (r["company"], r["status"]) == (self.members[alias].id, "open")]
            return str(mine[-1]["id"]) if mine else ""

        return self._produced(f"an entry for {alias}", look)

    def newest(self, role: str) -> str:
        """SHA-256 of the newest version of an agreement."""
        agreement = self.agreement(role)

        def look() -> str:
            view = self.api.get(f"/v1/agreements/{agreement}", self.first.secret)
            version = view["version_now"]
            return str(version["sha256"]) if version and version["number"] == view["number"] else ""

        return self._produced(f"a version of {role}", look)

    def open_matter(self, kind: str) -> str:
        """The newest open decision or period."""

        def look() -> str:
            rows = self.api.rows(f"/v1/{kind}s", self.first.secret, alliance=self.alliance)
            return next((str(row["id"]) for row in reversed([r for r in rows if not r["over"]])), "")

        return self._produced(f"an open {kind}", look)

    def _produced(self, what: str, look: Callable[[], str]) -> str:
        """What the system makes by itself; where refusals are collected there is nothing to wait for."""
        until = time.monotonic() + (PRODUCED_WITHIN if self.refusals is None else 0)
        while not (found := look()):
            if time.monotonic() > until:
                raise SceneError(f"{self.scene.slug}: {what} was never produced")
            time.sleep(PAUSE)
        return found

    # what is left

    def leave(self, folder: Path) -> None:
        """Write what the first party reads, and the mails that each company reads of its own."""
        home = f"/v1/alliances/{self.alliance}"
        for name in ("documents", "mail"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "record.jsonl").write_bytes(self.api.content(f"{home}/record", self.first.secret))
        (folder / "timeline.json").write_text(
            json.dumps(self.timeline(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        for name, shown in self.kept.items():
            (folder / f"{name}.json").write_text(
                json.dumps(shown, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
        for paper in self.api.rows(f"{home}/papers", self.first.secret):
            (folder / "documents" / paper["name"]).write_bytes(
                self.api.content(f"/v1/papers/{paper['sha256']}", self.first.secret)
            )
        parties = {p["company"] for p in self.api.get(home, self.first.secret)["parties"]}
        for member in (m for m in self.members.values() if m.id in parties):
            for mail in self.api.rows(f"{home}/outbox", member.secret):
                if mail["carrier"]:  # it stands in the message of another one
                    continue
                (folder / "mail" / f"{mail['id']}.eml").write_bytes(
                    self.api.content(f"/v1/outbox/{mail['id']}.eml", member.secret)
                )

    def timeline(self) -> list[dict[str, str]]:
        """What happened, as the first party reads it."""
        rows = self.api.rows(f"/v1/alliances/{self.alliance}/timeline", self.first.secret)
        return [{name: row[name] for name in TIMELINE} for row in rows]


class _Places(dict[str, str]):
    """The ids in a path, each looked up only where the path names it."""

    def __init__(self, player: Player, step: Step) -> None:
        super().__init__()
        self.player, self.step = player, step

    def __missing__(self, name: str) -> str:
        if name == "alliance":
            return self.player.alliance
        if name == "matter":
            return self.player.matter(self.step.to)
        return self.player.agreement(self.step.to) if name == "agreement" else self.player.open_matter(name)
