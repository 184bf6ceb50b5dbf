"""The order of the files: the longest first, so that no process waits at the end for one long file of another.

Logs are plain: structlog's own choice paints every traceback with all local variables, which took more
time than the tests that log.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])

LONGEST = ("e2e", "workflows", "faults")
"""Folders of files that take a minute each; what follows is short and fills the gaps."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable: within a folder nothing changes its place."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=place)
