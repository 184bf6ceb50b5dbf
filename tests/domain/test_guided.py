"""The generator of the machine is judged: among some lives of guided steps every act of people is taken at least once."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import get_args

from activities.record import PublicAct
from tests.domain.cast import FORMS, STAGES
from tests.domain.test_machine import VOTING, Alliances

OPENING = {"open_alliance", "bring_in"}
"""Said to no matter."""
MOST = 200
"""Lives until every act was taken; about twenty are enough."""
FURTHER = {"": 0, "faults": 400, "soak": 4000}[os.environ.get("TEIKEI_CAMPAIGN", "")]
"""Lives beyond that."""


MOVED = {"left", "joined"}
"""What a change of parties comes to, written among what was done."""


def a_life(seed: int) -> Counter[str]:
    """Guided steps and time, without hypothesis: what was taken, and who came and went."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    machine = Alliances()
    machine.begin(
        "operation" if seed % 2 else STAGES[seed // 2 % len(STAGES)], 2 + seed // 7 % 2, chance.choice(FORMS),
        renews=chance.random() < 0.5, voting=chance.choice(VOTING), away=chance.random() < 0.5,
        candidate=chance.random() < 0.3, seed=chance.randrange(16),
    )  # fmt: skip
    for step in range(24):
        machine.acts_that_are_taken(chance.randrange(2**32), 1)
        if step % 6 == 5:
            machine.time_passes(chance.randrange(1, 8))
        looked(machine)
    entered = {line.entry.code for line in machine.world.lines}
    return machine.done + Counter(what for what in MOVED if f"party.{what}" in entered)


def looked(machine: Alliances) -> None:
    """What the machine asks after every step."""
    machine.everyone_can_look()
    machine.refusals_have_codes_and_texts()
    machine.the_end_is_the_end()
    machine.children_are_open_and_mine()
    machine.something_always_comes()


def test_every_act_is_taken_in_some_life() -> None:
    """An act that no life reaches is an act of which the machine shows nothing."""
    done: Counter[str] = Counter()
    wanted = {act.__dataclass_fields__["kind"].default for act in get_args(PublicAct)} - OPENING | MOVED
    for seed in range(MOST):
        done.update(word for name, times in a_life(seed).items() for word in name.split() * times)
        if wanted <= done.keys():
            break
    assert wanted <= done.keys(), f"never taken: {sorted(wanted - done.keys())}"
    for seed in range(MOST, MOST + FURTHER):
        a_life(seed)
