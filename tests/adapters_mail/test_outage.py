"""Two days without a mail server over many matters: nothing is lost, and its return is no flood."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from teikei.adapters.sql import codec
from teikei.domain.clock import FellDue
from tests.support.reminders import Life, life

TOKYO = ZoneInfo("Asia/Tokyo")
MATTERS = 12


async def until(one: Life, day: int, hour: int, minute: int = 0) -> None:
    """Live on, every half hour, to that local time of May 2026."""
    end = datetime(2026, 5, day, hour, minute, tzinfo=TOKYO)
    while one.now < end:
        one.set(min(one.now + timedelta(minutes=30), end.astimezone(UTC)))
        one.fall()
        await one.work()


async def test_two_days_without_a_server(tmp_path: Path) -> None:
    """Asked on Monday 11 May, due a week later: three days before, on the day, and one day over all fall due meanwhile."""
    with life(tmp_path, datetime(2026, 5, 11, 1, 0, tzinfo=UTC)) as one:
        matters = [one.ask(n, 5) for n in range(MATTERS)]
        await until(one, 17, 23)
        one.server.letters.clear()
        one.server.mode = "down"
        await until(one, 18, 15)
        one.answer(matters[0], 0)
        await until(one, 20, 10)
        assert one.server.letters == []
        one.server.mode = "up"
        await until(one, 22, 12)
        got = defaultdict(list)
        for letter in one.server.letters:
            got[letter.to].append(letter)
        assert {who: len(letters) for who, letters in got.items()} == {
            "p0@example.test": 1,
            "p1@example.test": 1,
        }
        for n, who in enumerate(got):
            (letter,) = got[who]
            asked = matters[1:] if n == 0 else matters
            told = [line for line in letter.text.splitlines() if line.startswith("　・提携")]
            assert len(told) == len(asked), (
                "each question once, at its latest offset; the answered one no more"
            )
            assert letter.at.astimezone(TOKYO).date().day == 20
            assert all("（2日超過）" in line for line in told), (
                "the days count from the day on which it goes out"
            )
        rows = [r for r in one.rows() if r.at >= datetime(2026, 5, 18, tzinfo=UTC)]
        assert Counter(r.status for r in rows) == {"sent": 2 * MATTERS - 1, "obsolete": 2 * MATTERS}
        assert {r.detail for r in rows if r.status == "obsolete"} == {
            "question.reminded_later",
            "question.closed",
        }


async def test_what_comes_after_the_digest_of_the_day_waits_for_the_next_but_an_escalation_does_not(
    tmp_path: Path,
) -> None:
    with life(tmp_path, datetime(2026, 5, 11, 1, 0, tzinfo=UTC)) as one:
        first = one.ask(1, 3)  # due on Thursday 14
        await until(one, 14, 9, 0)
        assert one.server.letters == [], "half an hour is given to the reminders of all matters"
        await until(one, 14, 10)
        assert {letter.to for letter in one.server.letters} == {"p0@example.test", "p1@example.test"}
        one.ask(2, 1)  # a question of today, due tomorrow
        one.ask(3, 2)
        state = one.ledger.load(first)
        assert {d.what for d in state.due} == {"overdue", "escalate", "lapse"}
        await until(one, 14, 23)
        assert len(one.server.letters) == 2
        await until(one, 15, 12)
        assert len(one.server.letters) == 4
        assert all("（1日超過）" in letter.text for letter in one.server.letters[2:])
        await until(one, 21, 8)
        before = len(one.server.letters)
        await until(one, 21, 9, 5)
        singly = one.server.letters[before:]
        assert {letter.to for letter in singly} == {"boss0@example.test", "boss1@example.test"}
        assert all("担当" in letter.text and "上長" in letter.text for letter in singly)


async def test_at_night_and_on_closed_days_nothing_leaves_and_escalations_wait_as_well(
    tmp_path: Path,
) -> None:
    """The runs were away and come back on a Saturday; Monday morning is the next working one."""
    with life(tmp_path, datetime(2026, 5, 11, 1, 0, tzinfo=UTC)) as one:
        matter = one.ask(1, 2)
        one.set(datetime(2026, 5, 23, 2, 0, tzinfo=UTC))
        for what in ("overdue", "escalate"):
            assert one.say(matter, FellDue(item=f"votes/{what}"))
        for hours in range(45):
            one.set(datetime(2026, 5, 23, 2, 30, tzinfo=UTC) + timedelta(hours=hours))
            await one.work()
        assert one.server.letters == []
        one.set(datetime(2026, 5, 25, 8, 0, tzinfo=TOKYO))
        await one.work()
        assert {letter.to for letter in one.server.letters} == {"boss0@example.test", "boss1@example.test"}
        one.set(datetime(2026, 5, 25, 9, 30, tzinfo=TOKYO))
        await one.work()
        assert len(one.server.letters) == 4


async def test_a_message_that_may_have_arrived_stays_as_it_is_and_later_ones_wait(tmp_path: Path) -> None:
    with life(tmp_path, datetime(2026, 5, 11, 1, 0, tzinfo=UTC)) as one:
        for n in range(3):
            one.ask(n, 3)
        await until(one, 14, 9, 0)
        one.server.mode = "answer lost"
        await until(one, 14, 12)
        tries = [letter for letter in one.server.letters if letter.to == "p0@example.test"]
        assert len(tries) > 1
        one.server.mode = "down"
        await until(one, 15, 9, 45)  # overdue since nine
        one.server.mode = "up"
        await until(one, 15, 12)
        mine = [letter for letter in one.server.letters if letter.to == "p0@example.test"]
        assert len({letter.content for letter in mine}) == 1, "one Message-ID, one text"
        await until(one, 18, 12)
        mine = [letter for letter in one.server.letters if letter.to == "p0@example.test"]
        assert len({letter.id for letter in mine}) == 2, (
            "what became overdue meanwhile comes the next working day"
        )


async def test_a_server_that_says_later_for_four_working_days_makes_a_dead_letter_but_one_that_is_away_never(
    tmp_path: Path,
) -> None:
    for mode, status in (("later", "dead"), ("down", "open")):
        with life(tmp_path / mode, datetime(2026, 5, 11, 1, 0, tzinfo=UTC)) as one:
            one.ask(1, 3)
            await until(one, 14, 9, 0)
            one.server.mode = mode
            one.fall = lambda: None  # type: ignore[method-assign]  # no later reminder takes its place
            await until(one, 19, 19)
            assert {r.status for r in one.rows() if codec.load_mail(r.payload).template == "remind"} == {
                "handed"
            }
            await until(one, 19, 21)
            assert {r.status for r in one.rows() if codec.load_mail(r.payload).template == "remind"} == {
                status
            }
