"""Names in papers as of the day on which each was written: rendered for real, out of states that lived."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from teikei.documents import read_text, render
from teikei.domain.agreement.talks import Revise
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent
from teikei.domain.amendments import ChangeReviews
from teikei.domain.papers import PaperKind
from tests.documents.samples import sample
from tests.domain.cast import at, begin_exit, company, drafted, terms
from tests.support.story_domain import World

SAID = "新社名（旧商号：第0社）"


def renamed(world: World) -> World:
    act = AnnounceEvent(event="name", on=world.today(), what="決議", name_ja="新社名", name_en="New Name")
    world.say(world.root, act, company(0))
    return world


def text(written: tuple[str, Any]) -> str:
    kind, variables = written
    return read_text(render(kind, variables).docx)


def test_a_version_of_before_keeps_the_name_and_the_next_one_bears_the_new() -> None:
    world = drafted()
    before = text(world.written[-1])
    renamed(world)
    assert text(world.written[-1]) == before
    world.say(world.agreement("main").id, Revise(terms=terms(), reason="商号変更"), company(1))
    after = text(world.written[-1])
    assert "第0社" in before
    assert "新社名" not in before
    assert "新社名" in after
    assert "第0社" not in after, "what is not signed yet has no former name"


@pytest.mark.parametrize("paper", ["amendment", "termination"])
def test_what_is_about_a_signed_agreement_says_under_which_name_it_was_signed(paper: str) -> None:
    world = renamed(at("operation"))
    if paper == "amendment":
        act = DraftAmendment(changes=(ChangeReviews(review_months=5),), effective_on=world.today())
        world.say(world.root, act, company(1))
    else:
        begin_exit(world)
    kind, _ = world.written[-1]
    assert kind == paper
    said = text(world.written[-1])
    assert said.count(SAID) == 1
    assert "旧商号：第1社" not in said
    assert "新社名" in said.replace(SAID, ""), "everywhere else the name of today"


def test_a_notice_says_it_of_its_sender_and_of_its_addressees() -> None:
    kind: PaperKind = "notice"
    plain = sample(kind, 3)
    assert "旧商号" not in read_text(render(kind, plain).docx)
    parties = tuple(replace(p, former_name=f"旧{p.label}社") for p in plain.parties)
    said = read_text(render(kind, replace(plain, parties=parties)).docx)
    assert [said.count(f"（旧商号：旧{p.label}社）") for p in parties] == [1, 1, 1]
