"""Starting a story and speaking to it, as the desk and the dispatcher do."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

from activities.record import Receipt, Say
from teikei.adapters.temporal.speak import Voice
from teikei.domain.act import TEIKEI, Act, Actor
from teikei.domain.clock import ClearAttention
from teikei.domain.errors import Trouble
from teikei.domain.matter import Matter
from tests.workflows import people

__all__ = ["CLEAR", "OPERATOR", "TEIKEI", "begun", "said", "say"]

OPERATOR = Actor(company="operator", person="operator")
CLEAR = ClearAttention(how="retry", note="見ました")
_KEYS = count()


def say(act: Act, by: int | Actor = 0, key: str = "") -> Say:
    """What a company's person says; a fresh key unless given."""
    who = people.actor(by) if isinstance(by, int) else by
    return Say(key=key or f"key {next(_KEYS)}", by=who, act=act)  # type: ignore[arg-type]


async def said(voice: Voice, matter: str, act: Act, by: int | Actor = 0, key: str = "") -> Receipt:
    """Say it until the run is not turning any more."""
    what = say(act, by, key)
    last: Trouble | None = None
    for _ in range(400):
        try:
            return await voice.say(matter, what)
        except Trouble as trouble:
            last = trouble
            await asyncio.sleep(0.05)
    raise AssertionError(f"never answered: {last}")


async def begun(voice: Voice, ledger: Any, state: Matter) -> Matter:
    """Store a state and start its story."""
    stored: Matter = ledger.put(state)
    await voice.start(stored)
    return stored
