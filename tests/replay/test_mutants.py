"""A mutated workflow must turn the gate red: else the corpus does not go where the mutant is.

Every few-th mutant of each file runs here; `make faults` runs them all.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.house import ROOT
from tests.replay.mutants import EQUIVALENT, FILES, mutants

SAMPLE = 4
"""Mutants of each file; which ones is the same every time."""


def test_every_file_has_mutants_and_every_story_file_is_mutated() -> None:
    assert {p.name for p in (ROOT / "workflows").glob("*.py")} - {
        "__init__.py",
        "ids.py",
        "options.py",
        "registry.py",
    } == set(FILES)
    for file in FILES:
        assert len({m.text for m in mutants(file)}) >= 3
    for wanted in ("drops `await self.act(", "swaps", "sleeps first", "renames 'nda'", "tells self."):
        assert any(wanted in m.name for m in mutants("alliance.py")), wanted
    for wanted in ("renames 'commit'", "renames 'render'", "changes the queue", "turns round"):
        assert any(wanted in m.name for m in mutants("matter.py")), wanted


def test_what_is_called_equivalent_is_still_there() -> None:
    """An argument about a line that is gone is no argument."""
    names = {m.name for file in FILES for m in mutants(file, equivalent=True)}
    assert set(EQUIVALENT) <= names


@pytest.mark.slow
@pytest.mark.faults
def test_mutants_turn_the_gate_red() -> None:
    how = ["--all"] if os.environ.get("TEIKEI_CAMPAIGN") else ["--sample", str(SAMPLE)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.replay.mutants", *how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 survived" in done.stdout
