"""The plants of `tests/faults/planted.py` are kept in step with the code."""

from __future__ import annotations

import pytest

from tests.architecture.house import ROOT
from tests.faults.planted import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_bug_has_its_place(bug: Bug) -> None:
    assert (ROOT / bug.file).read_text(encoding="utf-8").count(bug.old) == 1
