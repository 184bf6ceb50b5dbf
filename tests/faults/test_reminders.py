"""Reminders under kills, clock steps, lost runs and a mail server that comes and goes: none lost, none before due,
none after closure, one message each, one digest per person and working day.

A seeded random life; `make test` lives a few weeks, `make faults` many. The oracle
reads the messages that the server kept, and what the test itself has done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest

from bench._world import machine, write_figures
from teikei.adapters.sql import codec
from teikei.domain.act import Mail
from tests.faults.conftest import CAMPAIGN, SEED
from tests.support.reminders import Letter, Life, life

pytestmark = pytest.mark.faults

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"
TOKYO = ZoneInfo("Asia/Tokyo")
CLOSED = holidays.country_holidays("JP", years=(2026, 2027), categories=("public", "bank"))
SINGLY = {"escalate"}
LIVES, WEEKS, MATTERS = (8, 8, 8) if CAMPAIGN.full else (2, 4, 5)


def working(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


class Chance:
    """What happens to a life, drawn from one seed."""

    def __init__(self, one: Life, seed: str) -> None:
        self.one, self.random = one, Random(seed)  # noqa: S311  (load, not secrets)
        self.done: Counter[str] = Counter()

    async def live(self, days: int) -> None:
        """Ask, answer, pause, kill, lose and step clocks; two days away of the server somewhere in it."""
        one, random = self.one, self.random
        numbers = iter(range(1, 1000))
        for _ in range(MATTERS):
            one.ask(next(numbers), random.choice((4, 9)))
        end, away = one.now + timedelta(days=days), one.now + timedelta(days=random.randrange(3, 12))
        while one.now < end:
            one.set(one.now + timedelta(minutes=random.choice((1, 7, 25, 60, 60, 180, 540))))
            one.fall()
            self._people(numbers)
            self._accidents()
            if away <= one.now < away + timedelta(days=2):
                one.server.mode = "down"
            await one.work()
        await self.settle()

    async def settle(self) -> None:
        """Nothing goes wrong any more, and time passes until nothing is left to send."""
        one = self.one
        one.server.mode, one.kill_at = "up", ""
        for _ in range(40 * 24):
            one.set(one.now + timedelta(hours=1))
            one.fall()
            one.lose()
            await one.work()
            if not any(r.status in {"open", "handed", "joined"} for r in one.rows()):
                return
        raise AssertionError("it never settled")

    def _people(self, numbers: Any) -> None:
        one, random = self.one, self.random
        open_ = [m for m in one.matters if not one.ledger.load(m).over]
        if len(open_) < MATTERS:
            one.ask(next(numbers), random.choice((4, 9)))
        if open_ and random.random() < 0.03:
            one.answer(random.choice(open_), random.randrange(2))
        if open_ and random.random() < 0.02:
            matter = random.choice(open_)
            (one.release if one.ledger.load(matter).suspended else one.hold)(matter)

    def _accidents(self) -> None:
        one, random = self.one, self.random
        one.server.mode = random.choice(("up", "up", "up", "down", "later", "answer lost", "cut off"))
        if random.random() < 0.2:
            one.kill_at = random.choice(("claimed", "begun", "outbox.before_send", "mail.after_send"))
        if random.random() < 0.1:
            self.done["runs lost"] += 1
            one.lose()
        if random.random() < 0.05:
            self.done["clock steps"] += 1
            one.set(one.now + timedelta(minutes=random.choice((-90, -30, -5, 20, 300))))


class Account:
    """What came of it, held against what was meant and done."""

    def __init__(self, one: Life) -> None:
        self.one = one
        self.rows = one.rows()
        self.mails: dict[str, Mail] = {r.id: codec.load_mail(r.payload) for r in self.rows}
        self.letters: dict[str, list[Letter]] = defaultdict(list)
        for letter in one.server.letters:
            self.letters[letter.id].append(letter)
        self.shown: dict[str, list[Any]] = defaultdict(list)
        for row in self.rows:
            if row.status == "sent":
                self.shown[row.carrier or row.id].append(row)
        self.titles = {m: one.ledger.load(m).title for m in one.matters}
        self.wrong: list[str] = []

    def settle(self) -> list[str]:
        self._one_intent_each()
        for ident, letters in self.letters.items():
            if ident not in self.shown:
                self.wrong.append(f"a message that shows nothing: {ident}")
            self._hours(letters)
            self._content(letters, self.shown[ident])
            self._moment(letters, self.shown[ident])
        for row in self.rows:
            self._ended(row)
        self._one_a_day()
        return self.wrong

    def _one_intent_each(self) -> None:
        meant = [(r.matter, self.mails[r.id].item, r.company) for r in self.rows]
        if len(set(meant)) != len(meant):
            self.wrong.append("an intent twice")

    def _ended(self, row: Any) -> None:
        """Every intent is sent, in a message that exists, or had lost its point."""
        if row.status == "sent":
            if (row.carrier or row.id) not in self.letters:
                self.wrong.append(f"lost: {row.id} {row.intent}")
        elif row.status != "obsolete" or not self._had_lost_its_point(row):
            self.wrong.append(f"{row.status} {row.detail}: {row.intent}")

    def _had_lost_its_point(self, row: Any) -> bool:
        """Answered or over, paused or moved by a pause since it was meant, or overtaken by a later reminder."""
        later = any(
            r.matter == row.matter
            and r.company == row.company
            and r.at > row.at
            and self.mails[r.id].template != "escalate"
            for r in self.rows
        )
        return {
            "question.reminded_later": later,
            "question.closed": (row.matter, row.company) in self.one.closed,
            "matter.over": (row.matter, row.company) in self.one.closed,
            "matter.suspended": bool(self.one.held.get(row.matter)),
            "question.moved": bool(self.one.held.get(row.matter)),
        }.get(row.detail, False)

    def _hours(self, letters: list[Letter]) -> None:
        for letter in letters:
            local = letter.at.astimezone(TOKYO)
            if not working(local.date()) or not 8 <= local.hour < 20:
                self.wrong.append(f"{letter.id} at {local}")

    def _content(self, letters: list[Letter], rows: list[Any]) -> None:
        """Repeats are the same bytes; a line for each of its rows, to their person, and no other."""
        if len({letter.content for letter in letters}) != 1:
            self.wrong.append(f"{letters[0].id} says two things")
        text = letters[0].text
        told = [line for line in text.splitlines() if line.startswith("　・提携")]
        for row in rows:
            if row.target != letters[0].to or self.titles[row.matter] not in text:
                self.wrong.append(f"{row.intent} is not shown in {letters[0].id}")
        if len(told) != (len(rows) if len(rows) > 1 else 0):
            self.wrong.append(f"{len(told)} lines for {len(rows)} items")

    def _moment(self, letters: list[Letter], rows: list[Any]) -> None:
        """Not before due; made while the question was open and its matter awake; made anew unless it may have arrived."""
        first, made = letters[0], self.one.made(letters[0].id)
        for row in rows:
            if first.at < row.at:
                self.wrong.append(f"{row.intent} before it was due")
            if self.one.closed.get((row.matter, row.company), made + 1) <= made:
                self.wrong.append(f"{row.intent} after its closure")
            if any(begun <= made < (end or made + 1) for begun, end in self.one.held.get(row.matter, ())):
                self.wrong.append(f"{row.intent} while its matter was suspended")
        if made > first.step:
            self.wrong.append(f"{first.id} was accepted before it was made")

    def _one_a_day(self) -> None:
        digests = Counter(
            (letters[0].to, letters[0].at.astimezone(TOKYO).date())
            for ident, letters in self.letters.items()
            if self.mails[ident].template not in SINGLY
        )
        self.wrong += [f"{n} digests: {who} {day}" for (who, day), n in digests.items() if n > 1]


@pytest.mark.parametrize("number", range(LIVES))
async def test_reminders_outlive_kills_clock_steps_and_outages(tmp_path: Path, number: int) -> None:
    with life(tmp_path, datetime(2026, 4, 13, 0, 0, tzinfo=UTC)) as one:
        chance = Chance(one, f"{SEED} reminders {number}")
        await chance.live(7 * WEEKS)
        account = Account(one)
        wrong = account.settle()
        note(one, account, chance)
    assert wrong == []
    assert any(len(rows) > 2 for rows in account.shown.values()), "no digest worth the name"
    assert one.kills


FIGURES: Counter[str] = Counter()


def note(one: Life, account: Account, chance: Chance) -> None:
    """Flat figures for docs/results."""
    FIGURES.update(
        lives=1, intents=len(account.rows), messages=len(account.letters), accepted=len(one.server.letters),
        digests=sum(len(rows) > 1 for rows in account.shown.values()), kills=one.kills,
        obsolete=sum(r.status == "obsolete" for r in account.rows), wrong=len(account.wrong),
        runs_lost=chance.done["runs lost"], clock_steps=chance.done["clock steps"],
    )  # fmt: skip
    if CAMPAIGN.full:
        figures = {"seed": SEED, "days_each": 7 * WEEKS, **machine(), **FIGURES}
        write_figures(RESULTS / f"{CAMPAIGN.name}-reminders.json", figures, show=False)
