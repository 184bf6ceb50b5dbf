"""The fakes of what a company does in all its alliances at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from activities.ports import Subject
from teikei.domain.act import Act, Actor
from teikei.domain.company_wide import CompanyWide, ahead, targets
from teikei.domain.errors import Conflict
from teikei.domain.ids import derive

if TYPE_CHECKING:
    from tests.api.fakes import House


class WideDesk:
    """The orders of `Desk.order_all`, kept and not delivered."""

    house: House

    async def order_all(self, matters: Sequence[str], act: Act, by: Actor, key: str) -> dict[str, str]:
        new = {m: derive("ord", key, m) for m in matters}
        said, orders = self.house.batches.get(key, (act, new))
        if said != act:
            raise Conflict("key.other_body")
        if orders:
            self.house.batches[key] = act, orders
        self.house.orders |= {order: (by.company, matter) for matter, order in orders.items()}
        return orders


class WideReads:
    """The look of `Reads.company_wide`."""

    house: House

    def company_wide(self, subject: Subject, act: CompanyWide) -> list[dict[str, Any]]:
        shown = [
            ahead(home, [s for s in w.states.values() if s is not home], act, subject.actor, w.now)
            for _, w in sorted(self.house.worlds.items())
            for home in targets([s for s in w.states.values() if not s.over], act)
            if subject.company in home.companies()
        ]
        return [one for one in shown if one]
