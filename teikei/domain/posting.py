"""When mail may leave, which mails share one message, and which of them have become pointless.

Nobody is written to at night or on a closed day.  What reminds goes out as one
digest per person and working day, half an hour after the day's reminders fall
due (`calendar.OPENING`), so that those of all matters stand in it
(docs/decisions/0015-one-digest-a-day.md).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from teikei.domain.act import Mail
from teikei.domain.agreement.state import Agreement
from teikei.domain.calendar import OPENING, Calendar
from teikei.domain.days import ONE_DAY
from teikei.domain.matter import SUSPENSION, Matter, Step

QUIET_FROM, QUIET_UNTIL = time(20, 0), time(8, 0)
"""Local time between which nothing is handed to a mail server."""
GATHER = timedelta(minutes=30)
"""How long a reminder waits for others of the same person."""
DIGESTED = frozenset({"remind", "overdue", "notice"})
"""Templates of which one person gets one mail per working day; all others go by themselves."""
ASKED = frozenset({"remind", "overdue", "escalate"})
"""Templates about a question that a company owes an answer to."""
REFUSED_DAYS = 4
"""Working days on which a mail server said "not now" to a mail before it becomes a dead letter."""

_DIGEST_FROM = (datetime.combine(date.min, OPENING) + GATHER).time()


def digested(mail: Mail) -> bool:
    """Does it share a message with others of its person and day?"""
    return mail.template in DIGESTED


def next_hours(calendar: Calendar, at: datetime, *, digest: bool) -> datetime:
    """The first instant from `at` on (UTC) at which mail may leave where the calendar is."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    if calendar.closed(local.date()) or local.time() >= QUIET_FROM:
        return next_morning(calendar, at, digest=digest)
    opens = _opens(calendar, local.date(), digest=digest)
    return max(opens, at)


def next_morning(calendar: Calendar, at: datetime, *, digest: bool) -> datetime:
    """When mail may leave on the next working day after that of `at` (UTC)."""
    day = calendar.slide(calendar.local_day(at) + ONE_DAY, "later")
    return _opens(calendar, day, digest=digest)


def _opens(calendar: Calendar, day: date, *, digest: bool) -> datetime:
    local = datetime.combine(day, _DIGEST_FROM if digest else QUIET_UNTIL, ZoneInfo(calendar.zone))
    return local.astimezone(UTC)


def worn_out(calendar: Calendar, refused_since: datetime, until: datetime) -> bool:
    """Has the server refused it on so many working days that it is given up rather than put off until then?"""
    last = calendar.step(calendar.local_day(refused_since), Step(n=REFUSED_DAYS, unit="business_day"))
    return last <= calendar.local_day(until)


def pointless(mail: Mail, state: Matter) -> str:
    """Why a mail need not be sent any more, given its matter as it is now; empty: it still has its point."""
    if mail.template not in ASKED | {"notice"}:
        return ""
    if state.over:
        return "matter.over"
    if state.suspended and mail.values.get("what") != SUSPENSION:
        return "matter.suspended"
    return _of_notice(mail, state) if mail.template == "notice" else _of_question(mail, state)


def _of_question(mail: Mail, state: Matter) -> str:
    """Answered, asked anew, or moved to another day; then the question has other mails."""
    wait = state.wait(str(mail.values.get("what", "")))
    if wait is None or mail.company not in wait.awaits:
        return "question.closed"
    if mail.item.partition("@")[2] != wait.since.isoformat():
        return "question.asked_again"
    deadline = state.local_day(wait.deadline).isoformat() if wait.deadline else ""
    return "" if mail.values.get("deadline") == deadline else "question.moved"


def _of_notice(mail: Mail, state: Matter) -> str:
    if not isinstance(state, Agreement):
        return ""
    if state.renewal_refused:
        return "notice.given"
    until = state.term_until.isoformat() if state.term_until else ""
    return "" if mail.values.get("term_until") == until else "notice.moved"


def question(mail: Mail) -> tuple[str, ...]:
    """What a mail is about, within its matter: of several offsets of one question only the last is shown."""
    return (mail.company, str(mail.values.get("what", mail.template)))
