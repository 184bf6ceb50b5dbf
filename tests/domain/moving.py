"""Moves of tests about parties that come and go: an amendment of them from its draft to its day, in any world."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from teikei.domain.agreement.state import Agreement
from teikei.domain.agreement.talks import Freeze
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.amendments import ChangeParties, ChangeShares
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.matter import Person
from teikei.domain.parties import Joining
from teikei.domain.terms import Share
from tests.domain.cast import companies, signature
from tests.support.story_domain import World

A, B, C, D, E = companies(5)
DAY = date(2026, 10, 1)
"""Within the first year: the period that has begun runs over it."""


def joining(who: str, *, place_of: str = "") -> Joining:
    person = Person(name=f"担当 {who[-4:]}", email=f"{who[-6:]}@example.com")
    places = (place_of,) if place_of else ()
    return Joining(company=who, role="新しい役割", contact=person, escalation=person, takes_place_of=places)


def shares(*who: str) -> ChangeShares:
    """The first has twice as much as each of the others."""
    parts = len(who) + 1
    ratios = (Fraction(2, parts), *(Fraction(1, parts) for _ in who[1:]))
    return ChangeShares(shares=tuple(Share(company=c, ratio=r) for c, r in zip(who, ratios, strict=True)))


def drafted(world: World, *changes: Any, on: date = DAY) -> Agreement:
    act = DraftAmendment(changes=changes, effective_on=on)
    world.say(world.root, act, world.alliance.companies()[0])
    return world.agreement("amendment")


def voted(world: World) -> None:
    """Every party of the open decision approves it, until it is over."""
    decision = world.decision()
    for c in decision.companies():
        world.say(decision.id, RecordInternalApproval(status="approved", reference="稟議"), c)
    for c in decision.companies():
        if not world.states[decision.id].over:
            world.say(decision.id, CastVote(choice="yes"), c)


def signed(world: World) -> None:
    """The amendment as it stands is frozen, approved and signed by all of its own parties."""
    paper = world.agreement("amendment")
    assert paper.version_now is not None
    world.say(paper.id, Freeze(sha256=paper.version_now.sha256), paper.companies()[0])
    voted(world)
    paper = world.agreement("amendment")
    for c in paper.companies():
        world.say(paper.id, signature(world, paper), c)


def in_force(world: World, *changes: Any, on: date = DAY) -> str:
    paper = drafted(world, *changes, on=on)
    signed(world)
    world.until(lambda: world.states[paper.id].stage == "in_force")
    return paper.id


CHANGE = (ChangeParties(leave=(C,), join=(joining(D),)), shares(A, B, D))
