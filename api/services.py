"""What the API is given when it is made. It holds nothing else: no globals, no settings, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from activities.ports import (
    Accounts,
    ClauseLibrary,
    Conversions,
    Desk,
    Directory,
    Imports,
    Reads,
    Selections,
    Templates,
)

MOST_BODY = 1 << 20
"""Bytes; larger bodies are refused with 413."""
LARGER = {"/v1/files": 20 << 20, "/v1/imports": 5 << 20, "/v1/templates": 20 << 20}
"""Paths whose bodies are files."""


def _nothing(_name: str) -> None:
    """No failpoint is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports and the few settings of the API."""

    desk: Desk
    reads: Reads
    directory: Directory
    accounts: Accounts
    imports: Imports
    selections: Selections
    conversions: Conversions
    library: ClauseLibrary
    templates: Templates
    version: str
    most_body: int = MOST_BODY
    patience: float = 2.0
    """Seconds that `/readyz` waits for Temporal, and for SQL."""
    failpoint: Callable[[str], None] = _nothing
    """Called with `api.before_answer` before the first byte of an answer to a POST (fault tests)."""
