"""A company says how it approves inside itself; its open matters hear it, the other companies do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from teikei.domain.act import Act, Actor, Entry, Outcome
from teikei.domain.alliance.state import Alliance
from teikei.domain.errors import Conflict
from teikei.domain.fields import Flag, at_most
from teikei.domain.house import MOST_ADDRESSES, MOST_ROUTES, MOST_STAND_INS, House, Route, StandIn
from teikei.domain.messages import PartyChanged, changed
from teikei.domain.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeHouse(Act):
    """A company replaces its own approval routes and stand-ins; with none it approves elsewhere."""

    kind: Literal["arrange_house"] = "arrange_house"
    routes: Annotated[tuple[Route, ...], at_most(MOST_ROUTES)] = ()
    stand_ins: Annotated[tuple[StandIn, ...], at_most(MOST_STAND_INS)] = ()
    sole: Flag = False
    people: Annotated[tuple[Person, ...], at_most(MOST_ADDRESSES)] = ()
    """Where those who propose and approve are written to, and in which language."""

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        house = House(
            company=by.company,
            routes=self.routes,
            stand_ins=self.stand_ins,
            sole=self.sole,
            people=self.people,
        )
        house.check()
        entry = Entry(
            code="house.arranged",
            subjects=(by.company,),
            values={
                "routes": [_route(r) for r in self.routes],
                "stand_ins": [f"{s.person} → {s.by} ({s.first}/{s.last}) {s.reason}" for s in self.stand_ins],
                "route_count": len(self.routes),
                "stand_in_count": len(self.stand_ins),
                "sole": "true" if self.sole else "false",
                "people": [f"{p.name} <{p.email}> {p.language}" for p in self.people],
            },
            private_to=(by.company,),
        )
        done = changed(state, PartyChanged(company=by.company, house=house))
        return replace(done, entries=(entry,))


def _route(route: Route) -> str:
    """One route on one line, for the record of the company."""
    steps = " > ".join(f"{', '.join(s.people)} [{s.need}/{len(s.people)}]" for s in route.steps)
    return f"{'+'.join(route.kinds) or '*'} {route.from_amount}: {steps}"
