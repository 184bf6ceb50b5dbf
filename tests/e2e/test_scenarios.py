"""Every scenario, played once side by side: what it is there to show stands in what it leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from activities.record import PublicAct
from teikei.scenes import SCENARIOS, find_scenes, load_scenes
from tests.e2e import reading
from tests.e2e.runs import ONLY_IN_SCENARIOS, Finished, kinds

pytestmark = pytest.mark.e2e


def _record(folder: Path) -> list[dict[str, Any]]:
    return reading.entries((folder / "record.jsonl").read_bytes())


def _codes(folder: Path) -> list[str]:
    return [entry["code"] for entry in _record(folder)]


def _first(folder: Path) -> Mapping[str, Any]:
    """The facts of the first party."""
    [found] = find_scenes(folder.name)
    return next(iter(found.companies.values()))


def _second(folder: Path) -> Mapping[str, Any]:
    """The facts of the second party."""
    [found] = find_scenes(folder.name)
    return list(found.companies.values())[1]


def missed_deadline(folder: Path) -> None:
    codes = _codes(folder)
    order = [codes.index(c) for c in ("due.remind", "due.overdue", "due.escalate")]
    lapsed = codes.index("decision.lapsed")
    assert max(order) < lapsed
    assert "decision.approved" in codes[lapsed:], "called again, it is decided"
    asked = _second(folder)
    told = [m for m in reading.mails(folder) if asked["escalation"]["email"] in m["To"]]
    assert len([m for m in told if asked["contact"]["name"] in reading.body(m)]) == 1, (
        "it names who was asked"
    )


def amendment_of_shares(folder: Path) -> None:
    split = [e["values"]["amounts"] for e in _record(folder) if e["code"] == "allocation.submitted"]
    parts = [[int(line.split(" ")[1]) for line in amounts] for amounts in split]
    assert len(parts) == 2
    first, second = parts
    assert abs(first[0] * 12 - sum(first) * 7) < 12, "the period that had begun keeps 7/12"
    assert abs(second[0] * 20 - sum(second) * 11) < 20, "the next one has 11/20"
    texts = reading.papers(folder)
    assert "甲 55％、乙 45％" in texts["amendment-v2.docx"]


def change_of_parties(folder: Path) -> None:
    record = _record(folder)
    codes = [e["code"] for e in record]
    moved = codes.index("party.left")
    assert codes.index("obligation.move_taken_over") > moved
    assert codes.count("party.joined") == 2
    split = [e["values"]["amounts"] for e in record if e["code"] == "allocation.submitted"]
    assert [len(amounts) for amounts in split] == [2, 3], "the period that had begun is that of the first two"
    left, joined, seen = (
        json.loads((folder / f"{n}.json").read_text(encoding="utf-8"))
        for n in ("read-by-who-left", "read-by-who-joined", "seen-by-the-successor")
    )
    day = record[moved]["at"]
    old = {row["act"] for row in left if row["at"] > day}
    assert {"enter_amount", "confirm_payment"} <= old
    assert not old & {"hold_review", "fulfil_obligation"}
    new = [row for row in joined if row["at"] < day]
    assert {"draft_amendment", "hold_review"}.isdisjoint(row["act"] for row in new)
    assert {row["act"] for row in new} >= {"freeze", "vote", "sign"}
    assert [p["label"] for p in seen["parties"]] == ["甲", "丙", "丁"]
    assert [(g["label"], g["successor"]) for g in seen["gone"]] == [("乙", seen["parties"][1]["company"])]
    text = reading.papers(folder)["amendment-v1.docx"]
    assert "甲、丙及び丁（詳細は、" in text
    assert "丙は、効力発生日以後に履行の期限が到来する乙の原契約上の義務を承継する" in text


def off_platform(folder: Path) -> None:
    rows = reading.timeline(folder)
    codes = _codes(folder)
    away = _second(folder)["name_ja"]
    contest = next(n for n, row in enumerate(rows) if row["act"] == "contest_recorded")
    assert away not in {row["by"] for row in rows[:contest]}, "it sent nothing before"
    entered = [e for e in _record(folder) if "recorded_for" in e["values"]]
    assert len(entered) >= 10
    assert all(e["values"]["recorded_evidence"] for e in entered)
    assert "allocation.settled" in codes
    assert sum(away in row["title_ja"] and row["act"] == "record_for" for row in rows) >= len(entered) // 2


def rehearsal(folder: Path) -> None:
    memos = [json.loads((folder / f"rehearsal-{n}.json").read_text(encoding="utf-8")) for n in (1, 2)]
    found = [
        {(f["code"], f["values"].get("subject")) for one in memo["situations"] for f in one["findings"]}
        for memo in memos
    ]
    ties = {("tie_without_break", "resolution"), ("tie_without_break", "allocation")}
    assert ties <= found[0]
    assert not ties & found[1]
    assert "agreement.concluded" in _codes(folder)


def governance(folder: Path) -> None:
    codes = Counter(_codes(folder))
    assert codes["decision.approval_submitted"] + codes["decision.internal"] >= 2
    assert min(codes[f"obligation.{c}"] for c in ("fulfilled", "missed", "held", "released", "waived")) == 1
    seen = (folder / "seen-by-the-partner.json").read_text(encoding="utf-8")
    view = json.loads(seen)
    route = _first(folder)["person"]
    assert view["houses"] == []
    assert route in seen, "it is the contact of its company"
    assert len(view["health"]) == 1
    minutes = reading.papers(folder)["minutes-1.docx"]
    assert "所要日数" in minutes
    assert "履行されなかった義務" in minutes


def import_of_40(folder: Path) -> None:
    told = json.loads((folder / "import.json").read_text(encoding="utf-8"))
    assert (told["counts"]["done"], told["counts"]["faults"]) == (37, 3)
    assert {fault["cell"] for fault in told["faults"]} == {"G8", "D21", "D68"}
    passed = [
        row for row in told["rows"] for flag in row["flags"] if flag["code"] == "alliance.notice_passed"
    ]
    assert len(passed) == 2
    assert "before this system" in reading.timeline(folder)[0]["title_en"]
    assert "review.planned" in _codes(folder)
    duties = [e for e in _record(folder) if e["code"].startswith("obligation.")]
    assert [(e["code"].removeprefix("obligation."), e["values"]["number"]) for e in duties] == [
        ("taken_on", 1), ("proposed", 2), ("answer_accept", 2), ("fulfilled", 1), ("fulfilled", 2)
    ]  # fmt: skip
    assert any("前月分の販売実績の報告" in row["title_ja"] for row in reading.timeline(folder))
    assert not [m for m in reading.mails(folder) if "更新拒絶" in str(m["Subject"])]


def signed_elsewhere(folder: Path) -> None:
    rows = reading.timeline(folder)
    acts = [row["act"] for row in rows]
    waived, contested, uploaded = (acts.index(a) for a in ("waive_gate", "contest_recorded", "upload_signed"))
    assert waived < contested < uploaded
    assert rows[waived]["stage"] == rows[uploaded + 2]["stage"] == "due_diligence"
    assert [row for row in rows[contested:uploaded] if row["act"] == "draft_nda"], "the gate is closed again"
    assert not [a for a in acts if a == "sign"], "nobody signed here"
    assert [p.name for p in (folder / "documents").glob("*.pdf")]


def renewal(folder: Path) -> None:
    codes = _codes(folder)
    asked, renewed, refused, ended = (
        codes.index(f"agreement.{c}") for c in ("renewal_called", "renewed", "renewal_refused", "ended")
    )
    assert asked < renewed < refused
    assert codes.count("agreement.renewal_called") == 2, "each year, and not after the refusal"
    assert codes.index("agreement.notice_drafted") < codes.index("agreement.notice_sent") < refused
    assert ended > renewed
    leaving = json.loads((folder / "if-we-left-today.json").read_text(encoding="utf-8"))
    begun = next(e for e in _record(folder) if e["code"] == "exit.begun")
    assert leaving["end_date"] == begun["values"]["end_date"]
    assert "更新を拒絶する" in reading.papers(folder)["renewal-refusal-1.docx"]


def handover(folder: Path) -> None:
    before, after = (
        json.loads((folder / f"{n}.json").read_text(encoding="utf-8")) for n in ("before", "after")
    )
    leaver = _first(folder)["contact"]["name"]
    contacts = [view["parties"][0]["contact"]["name"] for view in (before, after)]
    assert contacts[0] == leaver
    assert contacts[1] not in {leaver, ""}, "on the day, not before it"
    assert after["obligations"][0]["person"] == contacts[1]
    preview = json.loads((folder / "preview.json").read_text(encoding="utf-8"))["alliances"]
    orders = json.loads((folder / "orders.json").read_text(encoding="utf-8"))["orders"]
    assert [one["alliance"] for one in preview] == [one["alliance"] for one in orders]
    moved = [e["at"] for e in _record(folder) if e["code"] == "handover.done"]
    assert [at[:19] for at in moved] == ["2027-03-31T15:00:00"], "at midnight of 1 April in Japan"
    assert "event.withdrawn" in _codes(folder)
    former = _second(folder)["name_ja"]
    assert f"（旧商号：{former}）" in reading.papers(folder)["amendment-v1.docx"]
    assert "旧商号" not in reading.papers(folder)["co_development-v1.docx"]
    late = [m for m in reading.mails(folder) if contacts[1] in str(m["To"])]
    assert late, "the successor is written to"


def candidates(folder: Path) -> None:
    [found] = find_scenes(folder.name)
    first, chosen, dropped = (c["name_ja"] for c in found.companies.values())
    record = (folder / "record.jsonl").read_text(encoding="utf-8")
    letter = reading.papers(folder)["return-letter.docx"]
    assert dropped in letter
    assert first in letter
    assert "秘密保持契約書" in letter
    assert chosen not in record + letter + "".join(map(reading.body, reading.mails(folder)))
    assert "abandoned" in {row["stage"] for row in reading.timeline(folder)}


SHOWS: dict[str, Callable[[Path], None]] = {
    "candidates": candidates,
    "handover": handover,
    "renewal": renewal,
    "signed-elsewhere": signed_elsewhere,
    "import-of-40": import_of_40,
    "governance": governance,
    "missed-deadline": missed_deadline,
    "amendment-of-shares": amendment_of_shares,
    "change-of-parties": change_of_parties,
    "off-platform": off_platform,
    "rehearsal": rehearsal,
}


def test_every_scenario_is_checked() -> None:
    assert sorted(SHOWS) == sorted(path.parent.name for path in SCENARIOS.glob("*/scene.yaml"))


def test_they_all_end_by_themselves(scenarios: Finished) -> None:
    assert scenarios.code == 0, scenarios.said
    assert scenarios.left == []
    assert [folder.name for folder in scenarios.folders] == sorted(SHOWS)


def test_they_hold_every_kind_of_act_that_the_demo_does_not(scenarios: Finished) -> None:
    done = {row["act"] for folder in scenarios.folders for row in reading.timeline(folder)}
    elsewhere = {step.act for one in load_scenes() for step in one.steps}
    # Said in the alliance of the candidate that is chosen; what is left is that of the other one.
    done.add("choose_candidate")
    assert done >= (kinds(PublicAct) - elsewhere) | ONLY_IN_SCENARIOS


@pytest.mark.parametrize("slug", SHOWS)
def test_it_shows_what_it_is_for(slug: str, scenarios: Finished) -> None:
    SHOWS[slug](scenarios.home / "demo" / slug)


def test_no_mail_goes_out_twice(scenarios: Finished) -> None:
    for folder in scenarios.folders:
        same = Counter(mail["Message-ID"] for mail in reading.mails(folder))
        assert not same or max(same.values()) == 1
