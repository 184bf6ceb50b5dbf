"""The activities of matters: commit an act, load a state. Both are local: one SQL transaction each."""

from __future__ import annotations

from typing import Any

from temporalio import activity

from activities.failures import as_failure
from activities.ports import Ledger
from activities.record import Committed, Order
from teikei.domain.errors import Broken, TeikeiError
from teikei.domain.matter import Matter


class MatterActivities:
    """SQL as the stories see it; safe to repeat, because the key of an order has one effect."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @activity.defn(name="commit")
    def commit(self, order: Order) -> Committed[Any]:
        """Decide and remember; a refusal is final, trouble may be tried again, our own fault is final and coded."""
        try:
            return self._ledger.commit(order)
        except TeikeiError as error:
            raise as_failure(error) from error
        except Exception as error:
            activity.logger.exception("commit.broken", extra={"key": order.key})
            raise as_failure(Broken("server.error")) from error

    @activity.defn(name="load")
    def load(self, matter: str) -> Matter:
        """The stored state: what a run adopts when it is behind."""
        try:
            return self._ledger.load(matter)
        except TeikeiError as error:
            raise as_failure(error) from error
