"""The paper that changes the parties, rendered for real: who leaves, who joins, in whose place, and what goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from teikei.documents import read_text, render
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.amendments import ChangeParties
from tests.domain.cast import at, directory
from tests.domain.moving import DAY, A, B, C, D, E, joining, shares


def text(*changes: Any) -> str:
    world = at("operation", 3)
    world.say(world.root, DraftAmendment(changes=changes, effective_on=DAY), A)
    kind, told = world.written[-1]
    facts = {f.id: f.name_ja for f in directory(5)}
    variables: Any = told
    names = dict(zip((p.label for p in variables.parties), facts.values(), strict=False))
    parties = tuple(replace(p, name=names[p.label]) for p in variables.parties)
    return read_text(render(kind, replace(variables, parties=parties)).docx)


def test_one_leaves_and_another_takes_its_place() -> None:
    said = text(ChangeParties(leave=(C,), join=(joining(D, place_of=C),)), shares(A, B, D))
    assert "に関して甲、乙及び丙が締結した" in said, "who joins did not sign the agreement that is changed"
    assert "第3社（以下「丁」という。）" in said
    assert "甲、乙及び丁（詳細は、第3条" in said
    assert "丙（以下、本条においてそれぞれを「脱退当事者」という。）は、" in said
    assert "丁は、効力発生日以後に履行の期限が到来する丙の原契約上の義務を承継する" in said
    assert "全当事者は、本契約の締結をもって、この移転を承諾する" in said
    assert "甲 50％、乙 25％、丁 25％" in said


@pytest.mark.parametrize(
    ("change", "there", "absent"),
    [
        ((ChangeParties(leave=(C,)), shares(A, B)), "脱退当事者", "加入当事者"),
        ((ChangeParties(join=(joining(D), joining(E))), shares(A, B, C, D, E)), "加入当事者", "脱退当事者"),
    ],
)
def test_who_only_leaves_or_only_joins_is_all_that_is_spoken_of(change: Any, there: str, absent: str) -> None:
    said = text(*change)
    assert there in said
    assert absent not in said
    assert "この移転を承諾する" not in said
    assert ("全当事者が締結した" in said) is (there == "脱退当事者")
