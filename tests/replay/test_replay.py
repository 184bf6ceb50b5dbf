"""Runs that are out there replay: a change that breaks one is made with `patched` or under a new workflow name.

The corpus is frozen by its manifest. Replay does not notice a command that is
added at the very end of an idle history, so scenes go past every wait.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from activities.record import SCHEMA
from tests.architecture.house import ROOT
from tests.replay.gate import HISTORIES, MANIFEST, Recorded, files, recorded, red, sandbox
from tests.workflows.histories import kinds
from workflows.registry import MATTERS, WORKFLOWS

CORPUS = recorded()
MOST = 3_000_000


def missing(corpus: Sequence[Recorded]) -> set[str]:
    """Registered workflows without a history."""
    told = {
        one.history.events[0].workflow_execution_started_event_attributes.workflow_type.name for one in corpus
    }
    return {cls.__name__ for cls in WORKFLOWS} - told


def untold(corpus: Sequence[Recorded]) -> set[str]:
    """Chapters (`alliance nda`) in which no history begins and goes on."""
    told = {f"{one.workflow} {begun_in(one)}" for one in corpus if len(one.trace) > 1}
    return {f"{kind} {stage}" for kind in MATTERS for stage in chapters(kind)} - told


def begun_in(one: Recorded) -> str:
    """The stage in which a run begins; deliveries have none."""
    return "".join(one.trace[0].split()[1:2])


def chapters(kind: str) -> list[str]:
    """The stages of a story, as its file names them."""
    tree = ast.parse((ROOT / "workflows" / f"{kind}.py").read_text(encoding="utf-8"))
    calls = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "chapter"
    ]
    return [
        a.value for c in calls for a in c.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)
    ]


def test_the_manifest_is_what_is_there() -> None:
    assert json.loads(MANIFEST.read_text(encoding="utf-8")) == {"schema": SCHEMA, "files": files()}
    assert sum(p.stat().st_size for p in HISTORIES.rglob("*") if p.is_file()) < MOST


@pytest.mark.parametrize("harm", ["changed", "removed", "added"])
def test_the_manifest_sees_a_harmed_corpus(tmp_path: Path, harm: str) -> None:
    copy = tmp_path / "histories"
    shutil.copytree(HISTORIES, copy)
    one = min(copy.glob("*/*.json"))
    if harm == "changed":
        one.write_text(one.read_text(encoding="utf-8") + " ", encoding="utf-8")
    elif harm == "removed":
        one.unlink()
    else:
        shutil.copy(one, one.with_name("another.json"))
    assert files(copy) != json.loads(MANIFEST.read_text(encoding="utf-8"))["files"]


def test_every_workflow_and_every_chapter_has_a_history() -> None:
    assert missing(CORPUS) == set()
    assert untold(CORPUS) == set()
    assert all(chapters(kind) for kind in MATTERS)


def test_an_empty_or_partial_corpus_is_seen() -> None:
    assert missing([]) == {cls.__name__ for cls in WORKFLOWS}
    assert missing([one for one in CORPUS if one.workflow != "delivery"]) == {"DeliveryWorkflow"}
    assert "alliance nda" in untold([one for one in CORPUS if begun_in(one) != "nda"])


def test_the_corpus_goes_past_its_waits() -> None:
    """Timers that fired, timers that were moved, turns, backoffs, cancellations, and something said after each."""
    after: dict[str, set[str]] = {}
    for one in CORPUS:
        happened = kinds(list(one.history.events))
        for i, kind in enumerate(happened):
            after.setdefault(kind, set()).update(happened[i + 1 :])
    for kind in (
        "timer_fired",
        "timer_canceled",
        "workflow_execution_cancel_requested",
        "activity_task_completed",
        "activity_task_failed",
    ):
        assert after.get(kind, set()) & {
            "workflow_execution_update_accepted",
            "marker_recorded",
            "activity_task_scheduled",
        }, kind
    assert "workflow_execution_continued_as_new" in after
    assert "workflow_execution_completed" in after


def test_no_name_of_a_machine_or_a_folder_is_frozen() -> None:
    for path in HISTORIES.glob("*/*.json"):
        text = path.read_text(encoding="utf-8")
        assert '"identity":"' not in text.replace('"identity":""', "")
        assert str(ROOT) not in text


async def test_every_history_replays_and_asks_for_the_same() -> None:
    assert await red(CORPUS) == {}


async def test_the_corpus_replays_inside_the_sandbox_too() -> None:
    """Production runs outside it; here it refuses a clock, chance or I/O that reading the source has missed."""
    assert await red(CORPUS, sandbox()) == {}


@pytest.mark.parametrize(
    ("asked", "names", "said"),
    [
        ({}, [], "TEIKEI_RECORD=freeze"),
        ({"TEIKEI_RECORD": "add"}, [], "TEIKEI_RECORD=add"),
        ({"TEIKEI_RECORD": "add"}, ["life-whole"], "frozen already: ['life-whole']"),
    ],
)
def test_what_is_frozen_is_not_frozen_anew_by_chance(
    asked: dict[str, str], names: list[str], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.replay.record", *names],
        cwd=ROOT,
        env={"PATH": "", **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert said in done.stderr
