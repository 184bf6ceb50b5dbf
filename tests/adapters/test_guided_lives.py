"""Guided lives of the domain's machine on a real database: what the rules take, `commit` can store.

The pure world knows no constraint of SQL; a rule that lets the same row come twice is seen here.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from sqlalchemy import Engine

from tests.domain import cast
from tests.domain.guided import HOUSE, duty
from tests.domain.test_machine import Alliances
from tests.support import story

LIVES = {"": 2, "faults": 20, "soak": 200}[os.environ.get("TEIKEI_CAMPAIGN", "")]
"""Of each stage that is tried; a life takes about a second."""


@pytest.mark.parametrize("stage", ["nda", "operation"])
def test_whatever_a_rule_takes_is_stored(engine: Engine, stage: str) -> None:
    done: Counter[str] = Counter()
    for seed in range(LIVES):
        chance = random.Random(f"{stage} {seed}")  # noqa: S311  (no secret)
        machine = Alliances()
        machine.n, machine.form, machine.codes, machine.done = 2, "co_development", set(), Counter()
        machine.world = world = story.at(engine, stage, key=seed)
        if stage == "operation":
            world.say(world.root, duty(world), cast.company(0))
            machine.time_passes(chance.randrange(40))
        for company in world.alliance.companies():
            world.say(world.root, HOUSE, company)
        for step in range(24):
            machine.acts_that_are_taken(chance.randrange(2**32), 1)
            if step % 6 == 5:
                machine.time_passes(chance.randrange(1, 8))
        done.update(machine.done)
    assert len(done) > 10
