"""One stack for all tests of this folder, started as `teikei up`, and one run of `teikei demo`; each on a home of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e import processes
from tests.e2e.runs import Finished, Running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """`teikei demo`, once."""
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "home"
    process = processes.teikei("demo", "--home", str(home), home=home, log=folder / "said")
    try:
        code = process.wait(600)
    finally:
        process.kill()
    return Finished(
        code=code,
        home=home,
        said=(folder / "said").read_text(encoding="utf-8"),
        left=processes.left_behind(home),
    )


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
