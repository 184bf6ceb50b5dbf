"""A whole life over HTTP: every act answers 201 with its receipt, and every read shows what it led to."""

from __future__ import annotations

import json

from tests.api.scene import Life, Site


async def test_a_life_ends_closed(life: Life) -> None:
    view = await life.view()
    assert view["stage"] == "closed"
    assert view["version"] > 20
