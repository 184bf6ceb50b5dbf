"""What a person of a company holds in a matter, and what a successor takes over of it.

Here is what any matter may hold: seats of an approval that is under way move,
facts stay.  What only the alliance holds stands in `alliance/handing.py`.  The
act, the news to other matters and the preview all ask these two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from teikei.domain.decision.state import Decision
from teikei.domain.errors import Invalid
from teikei.domain.house import House, Request
from teikei.domain.matter import Matter, Party
from teikei.domain.succession import Place, Succession, TakenOver

S = TypeVar("S", bound=Matter)


def taken_in(state: S, who: Succession) -> TakenOver[S]:
    """What moves in a matter that the alliance opened, beside the party and its house, which the news bring."""
    stays = facts(state, who)
    if not isinstance(state, Decision):
        return TakenOver(state=state, stays=stays)
    request = state.request(who.company)
    if request is None:
        return TakenOver(state=state, stays=stays)
    stands = state.approved_inside(who.company)
    runs = stands is not None and stands.status == "submitted"
    after, moved, kept = _seats(request, who) if runs else (request, (), ())
    if not runs or after.proposer == who.leaver or any(_names(a, who) for a in after.given):
        kept = (*kept, *_round(after, who, state.id))
    requests = tuple(after if r is request else r for r in state.requests)
    taken = replace(state, requests=requests)
    asked = (
        taken.asking(after, "approval_asked", "approval", who.successor.name) if after is not request else ()
    )
    return TakenOver(state=taken, moved=moved, stays=(*stays, *kept), mails=asked)


def _names(given: Any, who: Succession) -> bool:
    return who.leaver in (given.seat, given.person)


def _round(request: Request, who: Succession, decision: str) -> tuple[Place, ...]:
    """Who proposed and who approved in a round are facts, and so is the route of one that is over."""
    there = {
        request.proposer,
        *request.route.people(),
        *(n for a in request.given for n in (a.seat, a.person)),
    }
    return (Place(what="approval_round", where=decision),) if who.leaver in there else ()


def _seats(request: Request, who: Succession) -> tuple[Request, tuple[Place, ...], tuple[Place, ...]]:
    """The leaver's free seat in a step that is still to be completed; it stays where the successor could not act in it:
    one who has a seat in this route, has acted in this round, or proposed it.
    """
    new = who.successor.name
    for number, step in enumerate(request.route.steps, start=1):
        if who.leaver not in step.people:
            continue
        where = f"{number}"
        if not request.missing(number) or who.leaver not in request.free(number):
            return request, (), (Place(what="approval_seat", where=where),)
        if new in request.route.people() or new in request.barred():
            return request, (), (Place(what="approval_seat", where=where),)
        seated = replace(step, people=tuple(new if p == who.leaver else p for p in step.people))
        steps = (*request.route.steps[: number - 1], seated, *request.route.steps[number:])
        after = replace(request, route=replace(request.route, steps=steps))
        return after, (Place(what="approval_step", where=where),), ()
    return request, (), ()


def facts(state: Matter, who: Succession) -> tuple[Place, ...]:
    """What was done in the leaver's name in any matter stays as it is."""
    signed = (
        Place(what="signature", where=state.id)
        for s in getattr(state, "signatures", ())
        if s.company == who.company and s.signatory == who.leaver
    )
    on_file = (state.recorded, getattr(state, "waived", ()))
    words = [*(one for some in on_file for one in some), *_spoken(state)]
    entered = any(w.by == who.company and w.person == who.leaver for w in words)
    return (*signed, *((Place(what="entered_record", where=state.id),) if entered else ()))


def _spoken(state: Matter) -> tuple[Any, ...]:
    """On whose word something of before or of elsewhere came in."""
    spoken = (getattr(state, "earlier", None), getattr(state, "elsewhere", None))
    return tuple(one for one in spoken if one is not None)


# the party and its house, which the alliance decides on


def party_after(party: Party, who: Succession) -> tuple[Party, tuple[Place, ...]]:
    """Contact and escalation; never who represents the company."""
    moved: tuple[Place, ...] = ()
    if party.contact.name == who.leaver:
        party, moved = replace(party, contact=who.successor), (Place(what="contact"),)
    if party.escalation.name == who.leaver:
        party, moved = replace(party, escalation=who.successor), (*moved, Place(what="escalation"))
    return party, moved


def house_after(house: House, who: Succession) -> tuple[House, tuple[Place, ...]]:
    """The leaver's seats in routes, and for whom the leaver stands in; who stood in for the leaver does so no more.

    Refused as `ArrangeHouse` would be: a person twice in a route, two stand-ins on a day, a ring.
    """
    old, new, address = who.leaver, who.successor.name, who.successor.email
    places: list[Place] = []
    routes = []
    for i, route in enumerate(house.routes, start=1):
        steps = []
        for j, step in enumerate(route.steps, start=1):
            if old in step.people:
                places.append(Place(what="approver", where=f"{i}/{j}"))
            steps.append(replace(step, people=tuple(new if p == old else p for p in step.people)))
        routes.append(replace(route, steps=tuple(steps)))
    stand_ins = []
    for i, one in enumerate(house.stand_ins, start=1):
        if one.person == old:
            places.append(Place(what="absence", where=f"{i}"))
            continue
        if one.by == old:
            places.append(Place(what="stand_in", where=f"{i}"))
        stand_ins.append(
            replace(one, by=new, email=(address,) if one.email else ()) if one.by == old else one
        )
    people = house.people
    if any(p.name == old for p in people):
        places.append(Place(what="address"))
    if not places:
        return house, ()
    if any(p.what in {"approver", "address"} for p in places):
        people = (*(p for p in people if p.name not in {old, new}), who.successor)
    after = replace(house, routes=tuple(routes), stand_ins=tuple(stand_ins), people=people)
    try:
        after.check()
    except Invalid as refusal:
        raise Invalid(refusal.code, "/successor/name", **refusal.params) from refusal
    return after, tuple(places)
