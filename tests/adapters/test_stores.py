"""Files, papers, calendars, failpoints."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.record import RenderJob
from teikei.adapters import failpoints
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.papers import PaperDesk
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Unavailable, Unknown
from teikei.domain.matter import Matter
from tests.domain import cast
from tests.support.story import SqlWorld, at, ledger, opened

EMPTY = hashlib.sha256(b"").hexdigest()


def stored(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def test_bytes_come_back_under_their_hash(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    digest = files.put("紙".encode())
    assert digest == hashlib.sha256("紙".encode()).hexdigest()
    assert files.put("紙".encode()) == digest
    assert files.get(digest) == "紙".encode()
    assert files.exists(digest)
    assert files.put(b"") == EMPTY
    assert files.get(EMPTY) == b""
    assert [p.name for p in stored(tmp_path)] == sorted((digest, EMPTY), key=lambda d: d[:2])


def test_a_missing_file_is_unknown(tmp_path: Path) -> None:
    files = FileStore(str(tmp_path / "new"))
    assert not files.exists(EMPTY)
    with pytest.raises(Unknown, match=r"thing\.unknown"):
        files.get(EMPTY)


def test_a_damaged_file_is_never_handed_out_and_heals(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    digest = files.put(b"whole")
    stored(tmp_path)[0].write_bytes(b"half")
    with pytest.raises(Unavailable, match=r"files\.unavailable"):
        files.get(digest)
    assert not files.exists(digest)
    assert files.put(b"whole") == digest
    assert files.get(digest) == b"whole"


def test_a_store_behind_a_url(tmp_path: Path) -> None:
    files = FileStore("memory:///")
    digest = files.put(b"whole")
    assert files.get(digest) == b"whole"
    assert stored(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_trouble(tmp_path: Path) -> None:
    files = FileStore(tmp_path / "store")
    digest = hashlib.sha256(b"x").hexdigest()
    (tmp_path / "store" / digest[:2]).write_text("in the way")
    with pytest.raises(Unavailable, match=r"files\.unavailable"):
        files.put(b"x")


def test_papers_of_a_life_are_real_and_repeatable(engine: Engine, tmp_path: Path) -> None:
    """NDA, main agreement, minutes, statement and termination agreement, as their matters owe them."""
    files = FileStore(tmp_path / "files")
    desk = PaperDesk(ledger(engine), files)
    written: dict[str, int] = {}

    def write(state: Matter, effect: str) -> PaperReady:
        job = RenderJob(matter=state.id, effect=effect)
        made = desk.write(job)
        assert desk.write(job) == made
        assert made.owed
        assert len(files.get(made.sha256)) == made.size
        written[effect.split("/", maxsplit=1)[0] + state.kind] = made.size
        return PaperReady(effect=effect, sha256=made.sha256, size=made.size, clauses=made.clauses)

    world = at(engine, "operation", write=write)
    cast.review(world)
    assert set(written) == {"versionagreement", "minutesalliance"}
    assert not desk.write(RenderJob(matter=world.root, effect="minutes/1")).owed


def test_a_paper_that_is_not_owed_is_not_written(engine: Engine, tmp_path: Path) -> None:
    world: SqlWorld = opened(engine)
    files = FileStore(tmp_path / "files")
    made = PaperDesk(ledger(engine), files).write(RenderJob(matter=world.root, effect="minutes/1"))
    assert (made.owed, made.sha256) == (False, "")
    assert stored(tmp_path / "files") == []


@pytest.mark.parametrize(
    ("day", "business"),
    [
        (date(2026, 9, 22), False),  # 国民の休日, between two holidays
        (date(2026, 5, 6), False),  # a substitute holiday
        (date(2026, 1, 2), False),  # the banks are closed
        (date(2026, 12, 31), False),
        (date(2026, 12, 30), True),
        (date(2027, 3, 20), False),  # a Saturday
        (date(2079, 1, 1), False),
        (date(2081, 1, 1), True),  # beyond what we know, only weekends count
    ],
)
def test_days_of_business(day: date, *, business: bool) -> None:
    assert calendar("JP").is_business_day(day) is business


def test_a_calendar_names_its_data() -> None:
    assert calendar("JP") is calendar("JP")
    assert (calendar("JP").zone, calendar("JP").version.split()[0]) == ("Asia/Tokyo", "holidays")
    with pytest.raises(ValueError, match="XX"):
        calendar("XX")


@pytest.mark.parametrize(
    "wrong", ["commit.never:kill", "commit.before", "commit.before:stop", "commit.before:sleep:x"]
)
def test_a_wrong_failpoint_does_not_pass_for_none(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"TEIKEI_FAILPOINT|float"):
        failpoints.parse(wrong)


def test_a_failpoint_strikes_at_its_place_only() -> None:
    hook = failpoints.parse("commit.before:sleep:0.2")
    start = time.monotonic()
    hook("commit.after")
    failpoints.parse("")("commit.before")
    assert time.monotonic() - start < 0.15
    hook("commit.before")
    assert time.monotonic() - start >= 0.2


def test_a_killed_commit_leaves_nothing(engine: Engine, url: str) -> None:
    """SIGKILL with everything written and nothing committed; the same order is then applied once."""
    world = at(engine, "nda")
    before = world.queue.state_json(world.root)
    script = (
        "import sys; from datetime import datetime, UTC\n"
        "from teikei.adapters.sql.engine import open_engine\n"
        "from tests.support.story import ledger, order\n"
        "from teikei.domain.act import Actor\n"
        "from teikei.domain.alliance.standing import Suspend\n"
        "url, root, by = sys.argv[1:]\n"
        "done = ledger(open_engine(url)).commit(order(root, Suspend(reason='r'), Actor(company=by), 'kill', datetime.now(UTC)))\n"
        "print(done.receipt.first)\n"
    )

    def run(failpoint: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, url, world.root, cast.company(0)],
            env={"TEIKEI_FAILPOINT": failpoint, "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert run("commit.before:kill").returncode == -9
    assert world.queue.answer("kill") is None
    assert world.queue.state_json(world.root) == before
    assert run("commit.after:kill").returncode == -9
    stored_answer = world.queue.answer("kill")
    assert stored_answer is not None
    again = run("")
    assert again.returncode == 0, again.stderr
    assert int(again.stdout) == stored_answer[1].first
