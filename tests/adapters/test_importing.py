"""A workbook of forty rows on both databases: 37 run, three are named by their cell, and nothing comes in twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from activities.ports import Subject
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.columns import Base
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.imports import SqlImports
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.elsewhere import SignedFile
from teikei.domain.errors import Conflict, Invalid, Unavailable, Unknown
from tests.domain import cast
from tests.support.story import counts, enlist
from tests.support.workbook import NEAR, PASSED, WRONG, alliance, forty, pair, papers, workbook

ROOT = Path(__file__).parents[2]
A, B = (Subject(company=cast.company(i), person=f"担当{i}", key_id=f"key_{i}") for i in (0, 1))
TODAY = calendar("JP").local_day(datetime.now(UTC))
FIRMS = [A.company, B.company]


@dataclass
class House:
    """The ports over one database and one folder of files."""

    engine: Engine
    files: FileStore
    imports: SqlImports
    reads: SqlReads

    def hand_in(self, names: dict[str, bytes]) -> None:
        for name, content in names.items():
            self.imports.keep(A, name, content)

    def read(self, content: bytes, key: str = "k", **more: Any) -> dict[str, Any]:
        return self.imports.read(A, content, key, more.get("sandbox_from"))

    def confirm(self, found: str) -> dict[str, Any]:
        while not (told := self.imports.confirm(A, found))["done"]:
            pass
        return told

    def rows(self, model: type[Base], *columns: str) -> list[tuple[Any, ...]]:
        table = t.table(model)
        with reading(self.engine) as db:
            return sorted(tuple(row) for row in db.execute(select(*(table.c[c] for c in columns))))


def opened(engine: Engine, place: Path) -> House:
    files, ledger = FileStore(place / "files"), SqlLedger(engine, calendar)
    reads = SqlReads(engine, files, Mailer(SqlQueue(engine), MailSettings()))
    return House(engine, files, SqlImports(engine, ledger, files, calendar), reads)


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    enlist(engine, cast.directory(2))
    made = opened(engine, tmp_path)
    made.hand_in(papers())
    return made


def test_of_forty_rows_37_run_and_three_are_named_by_their_cell(house: House) -> None:
    dry = house.read(forty(FIRMS, TODAY))
    assert dry["counts"] == {"open": 37, "done": 0, "before": 0, "refused": 0, "faults": 3}
    assert {(f["sheet"], f["cell"], f["code"], f["pointer"]) for f in dry["faults"]} == {
        ("提携", "G8", "import.not_day", "/提携/G8"), ("提携", "D21", "import.not_one_of", "/提携/D21"),
        ("当事者", "D68", "money.shares_do_not_sum", "/当事者/D68"),
    }  # fmt: skip
    assert all(f[part] for f in dry["faults"] for part in ("title_ja", "remedy_ja", "title_en", "remedy_en"))
    assert house.rows(t.MatterRow, "id") == [], "a dry run brings nothing in"
    flagged = {r["reference"]: r["flags"][0]["code"] for r in dry["rows"] if r["flags"]}
    assert flagged == dict.fromkeys(PASSED, "alliance.notice_passed") | dict.fromkeys(
        NEAR, "alliance.notice_near"
    )

    assert house.confirm(dry["id"]) == {
        "id": dry["id"], "counts": {"open": 0, "done": 37, "before": 0, "refused": 0, "faults": 3}, "done": True,
    }  # fmt: skip
    matters = house.rows(t.MatterRow, "kind", "stage")
    assert matters == [("agreement", "in_force")] * 37 + [("alliance", "operation")] * 37
    told = house.rows(t.OutboxRow, "kind", "company", "intent")
    assert [k for k, *_ in told].count("start") == 74, "the dispatcher starts their workflows"
    assert [c for k, c, _ in told if k == "mail"] == [B.company] * 37, "one mail each to the other party"
    assert not [i for k, _, i in told if k == "mail" and "notice" in i]
    names = {row["reference"] for row in house.reads.imported(A, dry["id"])["rows"]}
    assert not names & set(WRONG)
    listed = house.reads.alliances(A, stage="operation", form="", q="", after="", limit=100)
    assert len(listed.data) == 37


def test_nothing_that_is_past_falls_due_at_once(house: House) -> None:
    house.confirm(house.read(forty(FIRMS, TODAY))["id"])
    now = datetime.now(UTC)
    due = house.rows(t.DueRow, "at", "key")
    assert due
    assert not [key for at, key in due if at <= now]


def test_a_repeat_changes_nothing_and_the_same_workbook_again_is_known(house: House) -> None:
    content = forty(FIRMS, TODAY)
    dry = house.read(content)
    assert house.read(content)["at"] == dry["at"], "the same key gives the same dry run"
    house.confirm(dry["id"])
    before = counts(house.engine)
    assert house.confirm(dry["id"])["counts"]["done"] == 37
    assert counts(house.engine) == before
    again = house.read(content, "another key")
    assert again["counts"] == {"open": 0, "done": 0, "before": 37, "refused": 0, "faults": 3}
    assert {r["alliance"] for r in again["rows"]} == {
        r["alliance"] for r in house.reads.imported(A, dry["id"])["rows"]
    }
    house.confirm(again["id"])
    assert counts(house.engine)["matters"] == before["matters"]


def test_two_dry_runs_of_one_workbook_bring_in_once(house: House) -> None:
    content = forty(FIRMS, TODAY)
    first, second = house.read(content, "one")["id"], house.read(content, "two")["id"]
    house.confirm(first)
    told = house.confirm(second)
    assert (told["counts"]["before"], told["counts"]["done"]) == (37, 0)
    assert counts(house.engine)["alliances"] == 37


def test_the_three_come_in_once_they_are_mended(house: House) -> None:
    house.confirm(house.read(forty(FIRMS, TODAY))["id"])
    mended = [alliance(key, TODAY) for key in WRONG]
    parties = [party for key in WRONG for party in pair(key, FIRMS)]
    dry = house.read(workbook(mended, parties, "en"), "mended")
    assert (dry["counts"]["open"], dry["faults"]) == (3, [])
    house.confirm(dry["id"])
    assert counts(house.engine)["alliances"] == 40


def test_what_the_directory_and_the_files_do_not_hold_is_named_by_its_cell(house: House) -> None:
    rows = [
        alliance("A-01", TODAY, file="失.pdf"),
        alliance("A-02", TODAY),
        alliance("A-03", TODAY, nda_file="A-04.pdf"),
    ]
    parties = [*pair("A-01", FIRMS), *pair("A-02", [A.company, cast.company(9)]), *pair("A-03", FIRMS)]
    rows.append(alliance("A-04", TODAY, stage="署名"))
    rows.append(alliance("A-05", TODAY, term_until=TODAY - timedelta(days=1)))
    rows.append(alliance("A-06", TODAY))
    parties += [*pair("A-04", FIRMS), *pair("A-05", FIRMS), *pair("A-06", [cast.company(1), cast.company(2)])]
    enlist(house.engine, cast.directory(3))
    faults = house.read(workbook(rows, parties))["faults"]
    assert [(f["cell"], f["code"]) for f in faults] == [
        ("M2", "import.file_missing"), ("B5", "parties.unknown_company"), ("P4", "import.empty"), ("Q4", "import.empty"),
        ("R4", "import.empty"), ("S4", "import.empty"), ("H5", "bringing.begun_already"), ("I6", "terms.run_out"),
        ("A7", "parties.opener_not_among_them"),
    ]  # fmt: skip


def test_a_row_that_is_refused_at_its_birth_is_told_and_the_others_stand(house: House) -> None:
    rows = [alliance("A-01", TODAY), alliance("A-02", TODAY)]
    dry = house.read(workbook(rows, [*pair("A-01", FIRMS), *pair("A-02", [A.company, cast.company(1)])]))
    lost = house.rows(t.UploadRow, "sha256", "name")
    sha = next(s for s, name in lost if name == "A-01.pdf")
    assert house.files._folder is not None
    (house.files._folder / sha[:2] / sha).write_bytes(b"other bytes")
    assert house.confirm(dry["id"])["counts"] == {
        "open": 0,
        "done": 1,
        "before": 0,
        "refused": 1,
        "faults": 0,
    }
    [row] = [r for r in house.reads.imported(A, dry["id"])["rows"] if r["status"] == "refused"]
    assert (row["problem"]["cell"], row["problem"]["code"]) == ("M2", "import.file_missing")


def test_an_import_and_its_files_are_its_companys_own(house: House) -> None:
    dry = house.read(forty(FIRMS, TODAY))
    for ask in (house.reads.imported, house.imports.confirm):
        with pytest.raises(Unknown):
            ask(B, dry["id"])
    file = house.imports.keep(A, "x.pdf", b"x")
    house.imports.held(A, SignedFile(**file), "")
    for who, wrong in ((B, file), (A, {**file, "size": 2})):
        with pytest.raises(Invalid, match=r"files\.not_handed_in"):
            house.imports.held(who, SignedFile(**wrong), "/file")
    strange = house.imports.read(B, forty(FIRMS, TODAY), "theirs", None)
    assert {f["code"] for f in strange["faults"]} >= {"import.file_missing"}
    with pytest.raises(Conflict, match=r"key\.other_body"):
        house.read(workbook([], []), "k")
    with pytest.raises(Invalid, match=r"files\.empty"):
        house.imports.keep(A, "x.pdf", b"")


def test_of_two_files_of_one_name_the_last_counts(house: House) -> None:
    house.imports.keep(A, "A-01.pdf", b"newer")
    book = workbook([alliance("A-01", TODAY)], pair("A-01", FIRMS))
    [row] = house.read(book)["rows"]
    assert row["act"]["contract"]["file"]["size"] == len(b"newer")
    house.imports.keep(A, "A-01.pdf", papers()["A-01.pdf"])
    assert house.read(book, "later")["rows"][0]["act"]["contract"]["file"]["size"] == len(
        papers()["A-01.pdf"]
    )


def test_trouble_stops_it_and_a_repeat_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dry = house.read(forty(FIRMS, TODAY))
    commit, calls = house.imports._ledger.commit, []

    def shaky(order: Any) -> Any:
        calls.append(order.key)
        done = commit(order)
        if len(calls) % 5 == 0:
            raise Unavailable("sql.unavailable")  # it was stored, and the answer got lost
        return done

    monkeypatch.setattr(house.imports._ledger, "commit", shaky)
    done = False
    while not done:
        with suppress(Unavailable):
            done = house.imports.confirm(A, dry["id"])["done"]
    assert house.reads.imported(A, dry["id"])["counts"]["done"] == 37
    assert counts(house.engine)["alliances"] == 37
    assert len(calls) > len(set(calls)) == 37


@pytest.mark.faults
def test_a_kill_between_two_births_loses_nothing(house: House, url: str, tmp_path: Path) -> None:
    dry = house.read(forty(FIRMS, TODAY))

    def confirmed(failpoint: str) -> int:
        command = [
            sys.executable, "-m", "tests.faults.bringing", url, str(tmp_path / "files"), A.company, dry["id"],
        ]  # fmt: skip
        environment = {**os.environ, "TEIKEI_FAILPOINT": failpoint}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60).returncode

    for born, failpoint in ((1, "commit.after:kill"), (1, "commit.before:kill")):
        assert confirmed(failpoint) == -signal.SIGKILL
        assert counts(house.engine)["alliances"] == born
    assert confirmed("") == 0
    seen = house.reads.imported(A, dry["id"])
    assert (seen["counts"]["done"], counts(house.engine)["alliances"]) == (37, 37)
    assert len({row["alliance"] for row in seen["rows"]}) == 37
