"""One commit that carries a mail, killed just before and just after it is stored. No Temporal: the ledger alone.

What was said is stored, what was not stored has been neither said nor mailed,
and the same key again has the same one effect.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from activities.record import Order
from api.examples import EXAMPLES
from teikei.adapters.calendars import calendar
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.directory import SqlDirectory
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.domain.act import Actor
from teikei.domain.alliance.intake import OpenAlliance
from tests.faults.oracle import Books
from tests.faults.postbox import Postbox

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[2]


class Scene:
    """A sandbox alliance whose next due item is a reminder: an act of the system with a mail."""

    def __init__(self, folder: Path, box: Postbox) -> None:
        self.url, self.box = f"sqlite:///{folder / 'teikei.db'}", box
        engine = open_engine(self.url)
        migrate(self.url)
        directory, queue = SqlDirectory(engine), SqlQueue(engine)
        firms = [
            directory.add_company({**EXAMPLES["NewCompany"], "name_ja": f"{n}社"}, f"{n}")["id"]
            for n in range(2)
        ]
        parties = [{**EXAMPLES["OpenAlliance"]["parties"][0], "company": firm} for firm in firms]
        act = TypeAdapter(OpenAlliance).validate_python({**EXAMPLES["OpenAlliance"], "parties": parties})
        order = Order(key="opening", by=Actor(company=firms[0]), matter="", act=act, now=datetime.now(UTC))
        self.matter = SqlLedger(engine, calendar).commit(order).receipt.matter
        due = queue.next_due(self.matter)
        assert due is not None
        self.item = due[1]
        queue.set_clock(self.matter, due[2])
        self.books = Books(self.url)

    def commit(self, failpoint: str = "") -> tuple[int, str]:
        """(exit code, what it said) of a process that commits the reminder."""
        environment = {**os.environ, **self.box.environment, "TEIKEI_FAILPOINT": failpoint}
        command = [
            sys.executable,
            "-m",
            "tests.faults.committing",
            self.url,
            self.matter,
            self.item,
            "the reminder",
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout

    def stored(self) -> list[Any]:
        """The answer under the key, and the mails that the outbox holds."""
        answers = self.books.rows("select first, last from answers where key = 'the reminder'")
        return [
            [tuple(row) for row in answers],
            self.books.one("select count(*) from outbox where kind = 'mail'"),
        ]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Postbox() as box:
        one = Scene(tmp_path, box)
        yield one
        one.books.close()


def test_before_the_commit_nothing_is_said_stored_or_mailed(scene: Scene) -> None:
    assert scene.commit("commit.before:kill") == (-signal.SIGKILL, "")
    assert scene.stored() == [[], 0]
    assert scene.box.accepted == 0
    assert scene.books.check([]).told() == ""


def test_after_the_commit_it_stands_and_a_repeat_tells_the_same(scene: Scene) -> None:
    assert scene.commit("commit.after:kill") == (-signal.SIGKILL, "")
    once = scene.stored()
    [[(first, last)], mails] = once
    assert mails == 1
    assert scene.commit() == (0, f"{first} {last}\n")
    assert scene.stored() == once
    assert scene.books.check([]).told() == ""


def test_a_mail_waits_in_the_outbox_until_its_act_is_stored(scene: Scene) -> None:
    code, said = scene.commit()
    assert (code, bool(said)) == (0, True)
    assert scene.books.rows("select status from outbox where kind = 'mail'") == [("open",)]
    assert scene.box.accepted == 0
