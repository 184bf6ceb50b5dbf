"""The dev server of the workflow tests."""

from __future__ import annotations

from tests.workflows.conftest import _server, server

__all__ = ["_server", "server"]
