"""`teikei demo`: ends by itself, and leaves papers, timeline, record and mails that hold together."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from activities.record import PublicAct, SystemAct
from teikei.scenes import EXAMPLES, ROUTES, Scene, load_scenes, read_scene
from tests.e2e import processes, reading
from tests.e2e.runs import ACCIDENTS, ONLY_IN_SCENARIOS, Finished, kinds

pytestmark = pytest.mark.e2e

KEYS = ("at", "stage", "matter", "act", "by", "title_ja", "title_en")


def test_the_routes_of_scenes_are_the_acts_of_people() -> None:
    assert set(ROUTES) == kinds(PublicAct)


def test_it_ends_by_itself_and_leaves_no_process(demo: Finished) -> None:
    assert demo.code == 0, demo.said
    assert demo.left == []
    assert [folder.name for folder in demo.folders] == sorted(scene.slug for scene in load_scenes())


def test_it_prints_the_timeline_and_where_things_lie(demo: Finished) -> None:
    for folder in demo.folders:
        said = demo.said.replace("\n", "")
        assert str(folder / "timeline.json") in said
        assert f"{len(reading.timeline(folder))}件" in said


def test_the_timelines_hold_every_kind_of_act(demo: Finished) -> None:
    """What the scenes do not show the scenarios do (`test_scenarios`)."""
    rows = [row for folder in demo.folders for row in reading.timeline(folder)]
    assert len(rows) >= 120
    people = {step.act for one in load_scenes() for step in one.steps} - {""}
    assert {row["act"] for row in rows} == people | (kinds(SystemAct) - ACCIDENTS - ONLY_IN_SCENARIOS)


def test_a_timeline_is_a_list_of_seven_facts_in_order(demo: Finished) -> None:
    for folder in demo.folders:
        rows = reading.timeline(folder)
        assert {tuple(row) for row in rows} == {KEYS}
        instants = [datetime.fromisoformat(row["at"]) for row in rows]
        assert instants == sorted(instants)
        assert all(
            row["title_ja"] and row["title_en"] and "〈" not in row["title_ja"] + row["title_en"]
            for row in rows
        )


def test_what_falls_due_the_system_does(demo: Finished) -> None:
    for folder in demo.folders:
        due = [row for row in reading.timeline(folder) if row["act"] == "fell_due"]
        assert due
        assert {row["by"] for row in due} == {"teikei"}


def test_papers_are_finished_and_name_the_parties(demo: Finished) -> None:
    for folder in demo.folders:
        names = [company["name_ja"] for company in _scene(folder).companies.values()]
        papers = reading.papers(folder)
        assert len(papers) >= 10
        for paper, text in papers.items():
            assert not [tag for tag in ("{{", "{%", "}}", "%}") if tag in text], paper
            assert [name for name in names if name not in text] == [], paper


def test_every_mail_that_the_record_speaks_of_went_out_once(demo: Finished) -> None:
    for folder in demo.folders:
        mails = reading.mails(folder)
        assert len({mail["Message-ID"] for mail in mails}) == len(mails)
        same = Counter((mail["To"], mail["Date"], mail["Subject"]) for mail in mails)
        assert max(same.values()) == 1, same.most_common(1)
        record = reading.entries((folder / "record.jsonl").read_bytes())
        meant = sum(len(entry["values"]["companies"]) for entry in record if entry["code"].startswith("due."))
        invited = [mail for mail in mails if mail.get_content_type() == "multipart/mixed"]
        reminded = [mail for mail in mails if mail not in invited]
        notices = sum(entry["code"] == "agreement.notice_day_near" for entry in record) * len(
            _scene(folder).companies
        )
        assert sum(reading.items(mail) for mail in reminded) == meant + notices


def test_a_company_that_is_late_is_reminded_called_overdue_and_escalated(demo: Finished) -> None:
    for folder in demo.folders:
        record = reading.entries((folder / "record.jsonl").read_bytes())
        assert any(entry["code"] == "due.remind" for entry in record)
    codes = {
        entry["code"]
        for folder in demo.folders
        for entry in reading.entries((folder / "record.jsonl").read_bytes())
    }
    assert {"due.overdue", "due.escalate", "decision.voided", "review.missed", "agreement.renewed"} <= codes


def test_ctrl_c_ends_it_and_everything_that_it_started(tmp_path: Path) -> None:
    home, said = tmp_path / "home", tmp_path / "said"
    process = processes.teikei("demo", "--home", str(home), home=home, log=said)
    first = load_scenes()[0]
    processes.wait_for(process, said, f"{first.slug} ")
    pids = json.loads((home / "demo" / ".stack" / "run" / "children.json").read_text(encoding="utf-8"))[
        "pids"
    ]
    assert len(pids) == 4
    assert processes.interrupt(process) == 130, said.read_text(encoding="utf-8")
    until = time.monotonic() + 5
    while (left := processes.left_behind(home)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []


def _scene(folder: Path) -> Scene:
    return read_scene(EXAMPLES / folder.name / "scene.yaml")
