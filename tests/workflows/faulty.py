"""Ports that stumble on purpose."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from activities.record import Committed, Order, Rendered, RenderJob, Sent
from teikei.domain.matter import Matter
from tests.support.memory import MemoryLedger
from tests.workflows.conftest import Letterbox, Quill

BROKEN = ValueError("a bug")


@dataclass
class Faulty(MemoryLedger):
    """A ledger that stumbles: over acts of one kind, or over loading, so many times (-1: until repaired)."""

    over: str = ""
    error: Exception = BROKEN
    times: int = 0
    met: int = 0

    def _stumble(self, what: str) -> None:
        if what == self.over and self.times:
            self.times -= 1
            self.met += 1
            raise copy.copy(self.error).with_traceback(None)

    def commit(self, order: Order) -> Committed[Any]:
        self._stumble(order.act.kind)
        return super().commit(order)

    def load(self, matter: str) -> Matter:
        self._stumble("load")
        return super().load(matter)


@dataclass
class Blots(Quill):
    """A documents port that stumbles."""

    error: Exception = BROKEN
    times: int = 0
    owed: bool = True
    written: list[RenderJob] = field(default_factory=list)

    def write(self, job: RenderJob) -> Rendered:
        if self.times:
            self.times -= 1
            raise copy.copy(self.error).with_traceback(None)
        if not self.owed:
            return Rendered(owed=False)
        return super().write(job)


class Stairs(Letterbox):
    """A mail port on whose steps one stumbles."""

    def __init__(self, deliver: Exception | None = None, bury: list[Exception] | None = None) -> None:
        super().__init__()
        self.deliver_error = deliver
        self.bury_errors = bury or []
        self.buried: list[str] = []

    async def deliver(self, outbox: str) -> Sent:
        if self.deliver_error:
            raise copy.copy(self.deliver_error).with_traceback(None)
        return await super().deliver(outbox)

    async def bury(self, outbox: str, reason: str) -> None:
        if self.bury_errors:
            raise self.bury_errors.pop()
        self.buried.append(outbox)
