"""A paper from elsewhere that was contested may be handed in again as it is: the same bytes, one file."""

from __future__ import annotations

from sqlalchemy import Engine, select

from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading
from teikei.domain.contests import ContestRecorded
from tests.domain import cast
from tests.replay.later import UPLOAD, A, B
from tests.support import story


def test_the_same_file_after_a_contest(engine: Engine) -> None:
    world = story.at(engine, "nda")
    paper = world.agreement("nda").id
    for _ in range(2):
        world.say(paper, UPLOAD, A)
        assert world.alliance.stage == "due_diligence"
        entered = next(r.id for r in world.states[paper].recorded if (r.company, r.status) == (B, "open"))
        world.say(paper, ContestRecorded(recorded=entered, reason="異なる"), B)
        assert world.alliance.stage == "nda"
    file = t.table(t.FileRow)
    handed = select(file.c.name).where(file.c.matter == paper, file.c.sha256 == cast.EVIDENCE)
    with reading(engine) as db:
        assert list(db.scalars(handed)) == [UPLOAD.contract.file.name]
