"""One stack for all tests of this folder, started as `teikei up`, one run of `teikei demo` and one of its scenarios; each on a home of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import processes
from tests.e2e.runs import Finished, Running


def played(folder: Path, *options: str) -> Finished:
    """`teikei demo` on a home of its own, to its end."""
    home = folder / "home"
    process = processes.teikei("demo", *options, "--home", str(home), home=home, log=folder / "said")
    try:
        code = process.wait(600)
    finally:
        process.kill()
    said = (folder / "said").read_text(encoding="utf-8")
    return Finished(code=code, home=home, said=said, left=processes.left_behind(home))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """`teikei demo`, once."""
    return played(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """`teikei demo --scenario all`, once."""
    return played(tmp_path_factory.mktemp("scenarios"), "--scenario", "all")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`teikei up` without the demo, until the tests are over."""
    folder = tmp_path_factory.mktemp("up")
    home, said = folder / "home", folder / "said"
    process = processes.teikei("up", "--no-demo", home=home, log=said)
    try:
        processes.wait_for(process, said, "Ctrl-C")
        facts = json.loads((home / "run" / "children.json").read_text(encoding="utf-8"))
        key = (home / "operator.key").read_text(encoding="utf-8").strip()
        serving = Running(address=facts["api"], operator_key=key, home=home)
        yield serving
        serving.close()
    finally:
        code = processes.interrupt(process)
    assert code == 0
    assert processes.left_behind(home) == []
