"""Whole lives told with the moves of `tests/domain/cast.py`: for the pure world, for the real one, and for the frozen histories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from teikei.domain.agreement.talks import Revise
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from tests.domain import cast
from tests.support.story_domain import START


def opened(world: Any) -> None:
    world.open(cast.opening(sandbox_from=START), cast.company(0), cast.directory(2))


def talks(world: Any) -> None:
    """To the main agreement on the table."""
    opened(world)
    world.say(world.root, cast.intake(), cast.company(0))
    cast.agree(world, "nda")
    cast.score(world)
    cast.decide(world)
    world.say(world.root, DraftAgreement(terms=cast.terms(term_from=START.date())), cast.company(1))


def operating(world: Any) -> None:
    talks(world)
    cast.freeze(world, "main")
    cast.decide(world)
    cast.sign(world, "main")


def whole(world: Any) -> None:
    """From the first word to the end, with every kind of matter."""
    operating(world)
    cast.review(world)
    cast.begin_exit(world)
    cast.agree(world, "termination")
    cast.tick(world)
    cast.settle_period(world)
    world.until(lambda: world.alliance.over)


def silent(world: Any) -> None:
    """Nobody does anything any more, from operation on: reviews and periods lapse, the term runs out."""
    operating(world)
    world.until(lambda: world.alliance.over)


def rejected(world: Any) -> None:
    """The companies decide not to negotiate."""
    opened(world)
    world.say(world.root, cast.intake(), cast.company(0))
    cast.agree(world, "nda")
    cast.score(world)
    cast.decide(world, "no")


def reopened(world: Any) -> None:
    """A decision rejected, new terms, a stop and a start, signatures that lapse, and the end of it."""
    talks(world)
    cast.freeze(world, "main")
    cast.decide(world, "no")
    cast.freeze(world, "main")
    world.say(
        world.agreement("main").id,
        Revise(terms=cast.terms(term_from=START.date(), decision_days=5), reason="条件"),
        cast.company(0),
    )
    world.say(world.root, Suspend(reason="災害"), cast.company(0))
    world.advance(world.now + timedelta(days=9))
    world.say(world.root, Resume(), cast.company(1))
    cast.freeze(world, "main")
    cast.decide(world)
    world.until(lambda: world.agreement("main").stage == "rounds")
    world.say(world.root, Abandon(reason="合意せず"), cast.company(0))


LIVES: dict[str, Callable[[Any], None]] = {
    "whole": whole, "silent": silent, "rejected": rejected, "reopened": reopened,
}  # fmt: skip
