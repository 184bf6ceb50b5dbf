"""Freeze the histories anew: `TEIKEI_RECORD=freeze python -m tests.replay.record`; add those of new scenes, with all
others left alone: `TEIKEI_RECORD=add python -m tests.replay.record SCENE …`.

Frozen histories stand for runs that are out there: they are written anew only
on purpose, when a chapter or a branch is added. A change that turns the gate
red is made with `workflow.patched` or under a new workflow name instead.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from activities.record import SCHEMA
from teikei.adapters.temporal.convert import ENCODING
from teikei.adapters.temporal.plugin import TeikeiPlugin
from tests.replay.gate import HISTORIES, MANIFEST, files, recorded, trace
from tests.replay.scenes import LIVE, SKIPPED, SUGGESTED, TURNING, Scene
from tests.support.time_skipping import time_skipping_server
from tests.workflows.conftest import connected, dev_server, swept
from tests.workflows.histories import kinds, runs

LONGEST = 90
"""Events; what longer runs tell, shorter ones tell too (no mutant survives without them)."""


async def played(client: Client, scene: Scene, folder: Path) -> list[WorkflowHistory]:
    """Every run of a scene."""
    return [history for name in await scene(client, folder) for history in await runs(client, name)]


def _wanted(scenes: dict[str, Scene], names: Collection[str]) -> dict[str, Scene]:
    return {name: scene for name, scene in scenes.items() if not names or name in names}


async def all_played(folder: Path, names: Collection[str] = ()) -> dict[str, list[WorkflowHistory]]:
    """Every run of every scene, or of these; each skipping scene has its own server, since its clock is global."""
    found: dict[str, list[WorkflowHistory]] = {}
    suggest = {"limit.historyCount.suggestContinueAsNew": SUGGESTED}
    for all_scenes, dynamic in ((LIVE, {}), (TURNING, suggest)):
        if not (scenes := _wanted(all_scenes, names)):
            continue
        (home := folder / f"temporal{len(dynamic)}").mkdir()
        with dev_server(home, **dynamic) as address:
            client = await connected(address)
            for name, scene in scenes.items():
                sys.stdout.write(f"{name}\n")
                found[name] = await played(client, scene, folder / name)
                await swept(client)
    script = str(time_skipping_server(print))
    for name, scene in _wanted(SKIPPED, names).items():
        sys.stdout.write(f"{name}\n")
        start = WorkflowEnvironment.start_time_skipping(
            plugins=[TeikeiPlugin()], test_server_existing_path=script
        )
        async with await start as environment:
            found[name] = await played(environment.client, scene, folder / name)
    return found


def features(history: WorkflowHistory, asked: list[str]) -> set[tuple[str, ...]]:
    """What a run tells, in pieces: four events in a row, three questions in a row; without ids and numbers."""
    kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
    happened = kinds(list(history.events))
    plain = [_plain(line) for line in asked]
    return {
        (kind, *row[i : i + n])
        for row, n in ((happened, 4), (plain, 3))
        for i in range(max(1, len(row) - n + 1))
    }


def _plain(line: str) -> str:
    """Without ids, and without numbers except the first versions: those show whether an act was tried again or anew."""
    line = re.sub(r"[a-z]{3}_\w+", "#", line)
    line = re.sub(r":(?:\d{2,}|[4-9]):", ":n:", line)
    return re.sub(r"(?<=[# y-]) ?\d[\d.:T+-]*\b", " n", line) if not line.startswith("commit own") else line


async def freeze(folder: Path) -> None:
    """Write histories until nothing new is told (the short ones first), their traces, and the manifest."""
    scenes = await all_played(folder)
    asked, failed = await trace([h for histories in scenes.values() for h in histories])
    if failed:
        raise SystemExit(f"what was just recorded does not replay: {failed}")
    shutil.rmtree(HISTORIES, ignore_errors=True)
    keep(scenes, asked, set())


async def add(folder: Path, names: Collection[str]) -> None:
    """Write what these scenes tell that no frozen history tells; what is frozen stays as it is, byte for byte."""
    frozen = files()
    if json.loads(MANIFEST.read_text(encoding="utf-8"))["files"] != frozen:
        raise SystemExit("the corpus is not what its manifest says")
    if again := {one.rsplit("-", 1)[0].split("/")[1] for one in frozen} & set(names):
        raise SystemExit(f"frozen already: {sorted(again)}")
    scenes = await all_played(folder, names)
    asked, failed = await trace([h for histories in scenes.values() for h in histories])
    if failed:
        raise SystemExit(f"what was just recorded does not replay: {failed}")
    told = {f for one in recorded() for f in features(one.history, list(one.trace))}
    keep(scenes, asked, told)
    assert frozen.items() <= files().items()


def keep(
    scenes: dict[str, list[WorkflowHistory]], asked: dict[str, list[str]], told: set[tuple[str, ...]]
) -> None:
    """Write the runs that tell something new, and the manifest; `told` is what is known already."""
    runs_ = [(f"{scene}-{n:02}", h) for scene, histories in scenes.items() for n, h in enumerate(histories)]
    for name, history in sorted(runs_, key=lambda run: len(run[1].events)):
        if len(history.events) > LONGEST:
            continue
        new = features(history, asked[history.run_id])
        if not new <= told:
            told |= new
            kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
            write(HISTORIES / kind.removesuffix("Workflow").lower() / name, history, asked[history.run_id])
    manifest = {"schema": SCHEMA, "files": files()}
    MANIFEST.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write(path: Path, history: WorkflowHistory, asked: list[str]) -> None:
    """One history as JSON, its trace beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.loads(history.to_json())
    anonymous(data)
    text = json.dumps({"workflowId": history.workflow_id, **data}, ensure_ascii=False, separators=(",", ":"))
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    path.with_suffix(".trace").write_text("".join(f"{line}\n" for line in asked), encoding="utf-8")


def anonymous(value: Any) -> None:
    """Without the names of machines and folders: identities, and stack traces inside encoded failures."""
    if isinstance(value, list):
        for one in value:
            anonymous(one)
    elif isinstance(value, dict):
        for key in value.keys() & {"identity", "binaryChecksum", "stackTrace"}:
            value[key] = ""
        if "encodedAttributes" in value:
            value["encodedAttributes"] = _untraced(value["encodedAttributes"])
        for one in value.values():
            anonymous(one)


def _untraced(given: dict[str, Any]) -> dict[str, Any]:
    """The encoded attributes of a failure without its stack trace."""
    payload = Payload(
        metadata={k: base64.b64decode(v) for k, v in given["metadata"].items()},
        data=base64.b64decode(given["data"]),
    )
    plain = (
        Payload.FromString(zlib.decompress(payload.data))
        if payload.metadata["encoding"] == ENCODING
        else payload
    )
    attributes = {**json.loads(plain.data), "stack_trace": ""}
    return {
        "metadata": {k: base64.b64encode(v).decode() for k, v in plain.metadata.items()},
        "data": base64.b64encode(json.dumps(attributes).encode()).decode(),
    }


def main() -> None:
    """Refuse unless asked in so many words."""
    how, names = os.environ.get("TEIKEI_RECORD"), sys.argv[1:]
    if how != "freeze" and not (how == "add" and names):
        raise SystemExit(
            "frozen histories stand for runs that live; TEIKEI_RECORD=freeze writes them anew, "
            "TEIKEI_RECORD=add with names of scenes writes those beside them"
        )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(add(Path(folder), names) if how == "add" else freeze(Path(folder)))


if __name__ == "__main__":
    main()
