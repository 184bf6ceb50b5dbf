"""`teikei import` on a running API: a dry run, a confirmation, and what its exit code says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from api.app import create_app
from api.examples import EXAMPLES
from teikei.adapters.calendars import calendar
from teikei.adapters.temporal.server import free_port
from tests.api.sql_house import SqlHouse
from tests.support.workbook import alliance, forty, pair, papers, workbook

ROOT = Path(__file__).parents[2]


class Running:
    """The API over real SQL in a thread, and a company with its key."""

    def __init__(self, place: Path) -> None:
        self.place, self.port = place, free_port()
        house = SqlHouse(place)
        directory = house.services.directory
        self.firms = [directory.add_company(EXAMPLES["NewCompany"], f"{n}")["id"] for n in (1, 2)]
        self.secret = directory.add_key(self.firms[0], "甲野 花子", "key")["secret"]
        config = uvicorn.Config(create_app(house.services), port=self.port, log_level="error", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def teikei(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {
            "TEIKEI_API_PORT": str(self.port), "TEIKEI_COMPANY_KEY": self.secret, "TEIKEI_HOME": str(self.place / "home"),
            "COLUMNS": "200",
        }  # fmt: skip
        command = [sys.executable, "-m", "teikei.cli", "import", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **given, **environment}, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("import"))
    yield made
    made.server.should_exit = True
    made.thread.join(10)


def laid_out(running: Running, content: bytes) -> list[str]:
    """The workbook and its files in a folder; the arguments of the command."""
    book = running.place / "提携一覧.xlsx"
    book.write_bytes(content)
    for name, paper in papers().items():
        (running.place / name).write_bytes(paper)
    return [str(book), *(str(running.place / name) for name in papers())]


def test_a_dry_run_names_cells_and_a_confirmation_brings_in_the_rest(running: Running) -> None:
    today = calendar("JP").local_day(datetime.now(UTC))
    given = laid_out(running, forty(running.firms, today))
    looked = running.teikei(*given)
    assert looked.returncode == 3, looked.stderr
    for said in ("G8", "import.not_day", "D21", "D68", "更新拒絶の通知期限は取込みの時に経過済み"):
        assert said in looked.stdout
    done = running.teikei(*given, "--confirm", "--json")
    seen = json.loads(done.stdout)
    assert (done.returncode, seen["counts"]["done"], seen["counts"]["faults"]) == (3, 37, 3)
    assert "37 / 37" in done.stderr
    mended = workbook([alliance("A-07", today)], pair("A-07", running.firms))
    well = running.teikei(*laid_out(running, mended), "--confirm", "--json")
    assert (well.returncode, json.loads(well.stdout)["counts"]["done"]) == (0, 1)


def test_what_is_refused_as_a_whole_exits_with_one(running: Running) -> None:
    book = running.place / "no.xlsx"
    book.write_bytes(b"no workbook")
    refused = running.teikei(str(book))
    assert (refused.returncode, "import.not_a_workbook" in refused.stderr) == (1, True)
    assert running.teikei(str(book), TEIKEI_COMPANY_KEY="nobody").returncode == 1
    assert running.teikei(str(book), TEIKEI_API_PORT="0").returncode == 1
