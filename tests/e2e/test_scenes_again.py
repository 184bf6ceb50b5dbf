"""The scenes on a second home, and copies of them: the same timeline, changes that reach the papers, silence."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from teikei.caller import RefusedStep
from teikei.documents.pdf import read
from teikei.player import Player
from teikei.scenes import SceneError, scene
from tests.documents.outside import need
from tests.e2e import copies, reading
from tests.e2e.runs import Finished, Running, play_together

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def again(running: Running) -> list[Player]:
    """Every example on this stack, played together."""
    players = [running.player(scene(slug, data)) for slug, data in copies.examples().items()]
    play_together(players)
    return players


@pytest.fixture(scope="module")
def others(running: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Player, Player, Path]:
    """(the silent copy of the scene with most parties, the copy with four parties, what the latter leaves)."""
    by_size = sorted(copies.examples().items(), key=lambda item: len(item[1]["companies"]))
    silent = running.player(copies.without_clock_steps_but_the_last(*by_size[-1]), collect=True)
    four = running.player(copies.with_four_parties(*by_size[0]))
    play_together([silent, four])
    folder = tmp_path_factory.mktemp("four")
    four.leave(folder)
    return silent, four, folder


def test_two_runs_give_the_same_timeline(demo: Finished, again: list[Player]) -> None:
    assert demo.code == 0, demo.said
    for player in again:
        assert player.timeline() == reading.timeline(demo.home / "demo" / player.scene.slug)


def test_what_is_left_is_what_the_api_shows_to_the_first_party(again: list[Player], tmp_path: Path) -> None:
    for player in again:
        player.leave(tmp_path / player.scene.slug)
        folder, home, secret = (
            tmp_path / player.scene.slug,
            f"/v1/alliances/{player.alliance}",
            player.first.secret,
        )
        assert (folder / "record.jsonl").read_bytes() == player.api.content(f"{home}/record", secret)
        shown = [
            {k: v for k, v in row.items() if k != "seq"}
            for row in player.api.rows(f"{home}/timeline", secret)
        ]
        assert json.dumps(reading.timeline(folder), ensure_ascii=False) == json.dumps(
            shown, ensure_ascii=False
        )
        for paper in player.api.rows(f"{home}/papers", secret):
            assert (folder / "documents" / paper["name"]).read_bytes() == player.api.content(
                f"/v1/papers/{paper['sha256']}", secret
            )


def test_the_others_do_not_see_what_the_first_party_keeps_to_itself(again: list[Player]) -> None:
    for player in again:
        other = list(player.members.values())[1]
        seen = reading.entries(player.api.content(f"/v1/alliances/{player.alliance}/record", other.secret))
        mine = reading.record_of(player)
        private = [entry for entry in mine if entry["code"] == "decision.internal_reference"]
        assert private
        assert not [entry for entry in seen if entry in private]


def test_the_changes_of_a_copy_reach_its_papers(others: tuple[Player, Player, Path]) -> None:
    _, four, folder = others
    papers = reading.papers(folder)
    names = [str(member.facts["name_ja"]) for member in four.members.values()]
    assert len(names) == 4
    for paper, text in papers.items():
        assert [name for name in names if name not in text] == [], paper
        assert "丁" in text, paper
    terms = four.scene.facts["terms"]
    first, until = terms["term_from"], terms["term_until"]
    assert until.year - first.year == 3
    [main] = [text for name, text in papers.items() if name.startswith(four.scene.section("alliance.form"))]
    assert f"{until.year}年{until.month}月{until.day}日" in main
    statements = [text for name, text in papers.items() if name.startswith("statement")]
    for text in [main, *statements]:
        for ratio in copies.SHARES:
            upper, lower = ratio.split("/")
            assert f"{lower}分の{upper}" in text
    assert not any(
        old in text.replace(copies.new_name(old), "") for text in papers.values() for old in _old_names(four)
    )


def _old_names(four: Player) -> list[str]:
    original = copies.examples()[four.scene.slug.removesuffix("-four")]
    return [company["name_ja"] for company in original["companies"].values()]


def test_people_who_say_nothing_are_reminded_at_the_same_instants(
    others: tuple[Player, Player, Path], again: list[Player]
) -> None:
    silent, _, _ = others
    assert silent.refusals
    assert all(isinstance(one, (RefusedStep, SceneError)) for one in silent.refusals)
    [full] = [one for one in again if silent.scene.slug.startswith(one.scene.slug)]
    alone, watched = _clockwork(silent), _clockwork(full)
    for code in ("due.remind", "due.overdue", "due.escalate", "period.opened"):
        both = [key for key in alone if key[0] == code and key in watched and key[1] not in _moved(full)]
        assert both, code
        assert {key: alone[key] for key in both} == {key: watched[key] for key in both}


def _moved(player: Player) -> set[str]:
    """Reviews that people moved: their clock is people's work."""
    return {e["subjects"][0] for e in reading.record_of(player) if e["code"] == "review.moved"}


def _clockwork(player: Player) -> dict[tuple[str, ...], str]:
    """Reminders, overdue notices and escalations of reviews, and openings of periods: instants by what they are."""
    found: dict[tuple[str, ...], str] = {}
    for entry in reading.record_of(player):
        values: dict[str, Any] = entry["values"]
        review = str(values.get("item", "")).startswith("review-")
        if entry["code"] == "period.opened" or (entry["code"].startswith("due.") and review):
            assert entry["by"]["company"] == "teikei"
            key = (
                entry["code"],
                str(values.get("item", values.get("number"))),
                str(values.get("offset", "")),
            )
            assert key not in found
            found[key] = entry["at"]
    return found


@pytest.mark.office
def test_a_paper_of_a_life_becomes_one_pdf_over_the_api(again: list[Player]) -> None:
    need("soffice")
    player = min(again, key=lambda one: len(one.timeline()))
    assert player.api.client.get("/readyz").json()["parts"]["libreoffice"] is True
    secret = player.first.secret
    papers = list(player.api.rows(f"/v1/alliances/{player.alliance}/papers", secret))
    paper = next(one for one in papers if one["kind"] == "minutes")
    path, until = f"/v1/papers/{paper['sha256']}/pdf", time.monotonic() + 60
    made: list[bytes] = []
    while len(made) < 2 and time.monotonic() < until:
        answer = player.api.client.get(path, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code in {200, 202}, answer.text
        if answer.status_code == 200:
            made.append(answer.content)
        else:
            time.sleep(int(answer.headers["Retry-After"]))
    assert len(made) == 2
    assert made[0] == made[1]
    inside = read(made[0])
    assert inside.docx == player.api.content(f"/v1/papers/{paper['sha256']}", secret)
    assert json.loads(inside.data)["kind"] == "minutes"
