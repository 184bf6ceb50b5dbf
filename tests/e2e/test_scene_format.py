"""What a scene may say; no server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from teikei.scenes import ROUTES, SCENARIOS, SceneError, load_scenes, resolved, scene
from tests.e2e import copies

COMPANY: dict[str, Any] = {
    "name_ja": "あ", "name_en": "A", "address": "B", "representative_title": "C", "representative_name": "D",
    "role": "E", "person": "F", "contact": {}, "escalation": {}, "people": ["F"],
}  # fmt: skip


def _scene(*steps: dict[str, Any], **facts: Any) -> Any:
    return scene("play", {"companies": {"one": COMPANY, "two": COMPANY}, "steps": list(steps), **facts})


def test_each_means_every_party_in_order_or_those_that_are_named() -> None:
    every, some = _scene({"act": "resume", "each": "parties"}, {"act": "resume", "each": ["two"]}).steps
    assert (every.by, some.by) == (("one", "two"), ("two",))


def test_a_day_of_the_clock_is_its_evening_in_tokyo() -> None:
    [step] = _scene({"clock": datetime(2027, 3, 31).date()}).steps  # noqa: DTZ001  (a calendar day)
    assert step.clock == datetime(2027, 3, 31, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "step",
    [
        {"act": "fell_due", "by": "one"},
        {"act": "resume"},
        {"act": "resume", "by": "one", "each": "parties"},
        {"act": "resume", "by": "three"},
        {"act": "resume", "by": "one", "when": "later"},
        {"clock": "2027-03-31T18:00:00"},
    ],
)
def test_what_cannot_be_played_is_refused_before_anything_starts(step: dict[str, Any]) -> None:
    with pytest.raises(SceneError):
        _scene(step)


def test_a_name_that_means_something_else_is_refused() -> None:
    with pytest.raises(SceneError, match="now"):
        _scene(now=1)
    with pytest.raises(SceneError, match="two"):
        _scene(two=1)


def test_a_company_that_lacks_a_fact_is_refused() -> None:
    with pytest.raises(SceneError, match="address"):
        scene("play", {"companies": {"one": {k: v for k, v in COMPANY.items() if k != "address"}}})


def test_names_are_looked_up_inside_what_was_looked_up() -> None:
    facts = {"terms": {"by": "$one", "list": ["$deep", "plain $text"]}, "one": "cmp", "deep": 3}
    assert resolved({"terms": "$terms"}, facts.__getitem__) == {
        "terms": {"by": "cmp", "list": [3, "plain $text"]}
    }


def test_sections_are_found_by_number_and_by_name() -> None:
    made = _scene(reviews={1: {"place": "here"}})
    assert made.section("reviews.1.place") == "here"
    with pytest.raises(SceneError, match="nothing is called"):
        made.section("reviews.2")


def test_the_examples_use_between_them_every_act_of_people() -> None:
    steps = [step for one in (*load_scenes(), *load_scenes(SCENARIOS)) for step in one.steps]
    used = {"bring_in" if step.workbook else step.act for step in steps}
    assert used - {""} == set(ROUTES)


def test_in_a_copy_without_clock_steps_only_the_last_is_left() -> None:
    for slug, data in copies.examples().items():
        copy = copies.without_clock_steps_but_the_last(slug, data)
        clocks = [step.clock for step in copy.steps if step.clock]
        assert clocks == [max(step.clock for step in scene(slug, data).steps if step.clock)]
