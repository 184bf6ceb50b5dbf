"""When mail may leave, which mails share one message, and which of them have become pointless.

Nobody is written to at night or on a closed day.  What reminds goes out as one
digest per person and working day, half an hour after the day's reminders fall
due (`calendar.OPENING`), so that those of all matters stand in it
(docs/decisions/0015-one-digest-a-day.md).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from teikei.domain.act import Mail
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.calendar import OPENING, Calendar
from teikei.domain.days import ONE_DAY
from teikei.domain.decision.state import Decision
from teikei.domain.matter import SUSPENSION, Matter, Step
from teikei.domain.succession import Succession

QUIET_FROM, QUIET_UNTIL = time(20, 0), time(8, 0)
"""Local time between which nothing is handed to a mail server."""
GATHER = timedelta(minutes=30)
"""How long a reminder waits for others of the same person."""
APPROVALS = frozenset({"approval_asked", "approval_remind"})
"""Templates about an approval that one person of a company owes it."""
DIGESTED = frozenset({"remind", "overdue", "notice"}) | APPROVALS
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
    if mail.template not in ASKED | APPROVALS | {"notice"}:
        return ""
    if state.over:
        return "matter.over"
    if mail.template == "approval_asked":  # it is asked once, so a pause does not take it away
        return _of_approval(mail, state)
    if state.suspended and mail.values.get("what") != SUSPENSION:
        return "matter.suspended"
    if mail.template == "approval_remind":
        return _of_approval(mail, state)
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


def _of_approval(mail: Mail, state: Matter) -> str:
    """The round is over, its step is done, or the seat is another's."""
    found = state.round_of(mail.company) if isinstance(state, Decision) else None
    wait = state.wait("votes")
    if found is None or wait is None or mail.company not in wait.awaits:
        return "question.closed"
    open_ = found.round == mail.values.get("round") and mail.values.get("seat") in found.free(found.step)
    return "" if open_ else "question.closed"


def _of_notice(mail: Mail, state: Matter) -> str:
    if not isinstance(state, Agreement):
        return ""
    if state.renewal_refused:
        return "notice.given"
    until = state.term_until.isoformat() if state.term_until else ""
    return "" if mail.values.get("term_until") == until else "notice.moved"


def followed(mail: Mail, who: Succession, state: Matter) -> Mail | None:
    """A mail that still waits, as it is after one person followed another; `state` is the matter that heard of it.

    It goes to the successor and who stands in for that one, in the successor's language. What is about something
    that never moves by itself stays where it is. None: the handover makes it anew (an invitation, a seat that moved).
    """
    if mail.company != who.company:
        return mail
    seat = mail.values.get("seat", "")
    if mail.template in APPROVALS and seat == who.leaver:
        return mail if isinstance(state, Alliance) or not _of_approval(mail, state) else None
    if mail.name == who.leaver and not _bound(mail, who, state):
        if mail.invitation:
            return None
        new = who.successor
        mail = replace(mail, name=new.name, address=new.email, language=new.language)
    elif all(copy.name != who.leaver for copy in mail.copies):
        return mail
    people = dict.fromkeys((mail.name, *((str(seat),) if seat else ())))
    return replace(mail, copies=state.copies(mail.company, *people))


def _bound(mail: Mail, who: Succession, state: Matter) -> bool:
    """A seat in a clean team, and the signature of the one who signs for the company."""
    what = str(mail.values.get("what", ""))
    signs = state.party(who.company).representative_name == who.leaver
    return what.startswith("clean_team") or (what == "signatures" and signs)


def question(mail: Mail) -> tuple[str, ...]:
    """What a mail is about, within its matter: of several offsets of one question only the last is shown."""
    return (mail.company, str(mail.values.get("what", mail.template)), str(mail.values.get("seat", "")))
