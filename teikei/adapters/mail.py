"""Mail: one outbox row becomes one message, the same bytes each time, and goes out by SMTP or is kept for reading.

What it says is made in `letters`: nothing that a person wrote reaches a header
or a line of its own, text is flattened to one clean line first.  The Message-ID is the outbox id, so a repeat after a crash can be told from a second
mail (SMTP cannot promise exactly once).  A mail that shows others beside itself is a digest.  RFC 5322, 5545, 5546, 6047, 6531.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from typing import Any, Literal, Protocol

import aiosmtplib
from icalendar import Alarm, Calendar, Event, vCalAddress
from pydantic import TypeAdapter

from activities.record import Sent
from teikei.adapters.letters import ZONE, digest, line, wording
from teikei.domain.act import Invitation, Mail
from teikei.domain.errors import Unavailable
from teikei.domain.ids import PLACES, kind_of
from teikei.domain.texts import say

LOGIN_NEEDED = frozenset({530, 534, 535, 538})
"""Answers about our own login: a wrong setting, tried again, no reason to give a mail up."""
_MAIL: TypeAdapter[Mail] = TypeAdapter(Mail)


class _Headers(EmailPolicy):
    """The library's SMTP policy, but the first line of a header is never empty (`Subject:` alone): readers show a blank there."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        return super().fold_binary(name, value).replace(f"{name}:\r\n ".encode(), f"{name}: ".encode(), 1)


_ASCII = _Headers(linesep=SMTP.linesep)
_UTF8 = _ASCII.clone(utf8=True)


class Row(Protocol):
    """An outbox row of kind mail. `at` is UTC; `payload` is JSON of `teikei.domain.act.Mail`."""

    @property
    def id(self) -> str: ...
    @property
    def matter(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def payload(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def fixed_at(self) -> datetime | None:
        """As of when a digest says what it says."""

    @property
    def shown(self) -> tuple[str, ...]:
        """Payloads of the mails that this one shows beside its own."""


class Fixed(Protocol):
    """A row as it is to be handed over now, for good; or the status for which there is nothing to hand over."""

    @property
    def row(self) -> Row | None: ...
    @property
    def status(self) -> str: ...
    @property
    def again(self) -> bool:
        """It was fixed before: an earlier try may have reached its reader."""


class Queue(Protocol):
    """Where the rows are."""

    def fix(self, outbox: str, /) -> Fixed:
        """What the mail says from now on, if it may leave; `Unknown` when there is none."""

    def failed(self, outbox: str, reason: str, /, *, release: bool, refused: bool) -> None:
        """A try came to nothing. `release`: it certainly did not arrive and may be made anew; `refused`: by an answer."""

    def close(self, outbox: str, status: str, detail: str, /) -> None:
        """Note how the delivery ended: sent, kept or dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Where mail goes out. Without `host` it is kept. `sender` is an address, or `Name <address>`.

    `plain` with a password is refused (ValueError): it would show the password to the network.
    """

    host: str = ""
    port: int = 587
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = "Teikei <teikei@teikei.invalid>"
    security: Literal["starttls", "tls", "plain"] = "starttls"
    timeout: float = 20.0
    domain: str = "teikei.invalid"
    """Right side of Message-ID and of calendar uids; keep it for ever."""
    pages: str = ""
    """Where people reach the pages, as `https://host`; empty: mails lead nowhere."""

    def __post_init__(self) -> None:
        if self.security == "plain" and self.password:
            raise ValueError("mail: a password needs starttls or tls")
        if "@" not in parseaddr(self.sender)[1]:
            raise ValueError("mail: the sender is no address")

    @property
    def from_address(self) -> Address:
        name, address = parseaddr(self.sender)
        return _address(name, address)


class Mailer:
    """The port `Post` over SMTP."""

    def __init__(
        self, queue: Queue, settings: MailSettings, failpoint: Callable[[str], None] | None = None
    ) -> None:
        self._queue, self._settings = queue, settings
        self._failpoint = failpoint or (lambda _name: None)

    async def deliver(self, outbox: str) -> Sent:
        """Hand one row to SMTP: `sent`, `kept` without SMTP, `dead` when it was refused for good; else what became of
        it meanwhile: `waits` for its hour in the outbox, `joined` another one, `obsolete`.

        Raises `Unavailable` (mail.unavailable) for everything that may pass.
        A row that is sent already is not sent again; re-sending opens the row first.
        """
        fixed = await asyncio.to_thread(self._queue.fix, outbox)
        if fixed.row is None:
            return Sent(status=fixed.status)
        if self._settings.host:
            sent = await self._hand_over(fixed.row, again=fixed.again)
        else:
            sent = Sent(status="kept")
        await asyncio.to_thread(self._queue.close, outbox, sent.status, sent.detail)
        return sent

    async def bury(self, outbox: str, reason: str) -> None:
        """Delivery was given up: a dead letter with its reason, to be read and re-sent."""
        await asyncio.to_thread(self._queue.close, outbox, "dead", line(reason, 200))

    def eml(self, row: Row) -> bytes:
        """The message as RFC 5322 bytes with CRLF; equal for equal rows."""
        return eml(row, self._settings)

    async def _hand_over(self, row: Row, *, again: bool) -> Sent:
        sender = self._settings.from_address.addr_spec
        recipients = [who.addr_spec for who in (_recipient(_mail(row)), *_copies(row))]
        content, accepted = self.eml(row), False
        self._failpoint("outbox.before_send")
        try:
            async with self._client() as smtp:
                options = ["BODY=8BITMIME"] if smtp.supports_extension("8bitmime") else []
                if not "".join(recipients).isascii():
                    options.append("SMTPUTF8")
                await smtp.sendmail(sender, recipients, content, mail_options=options)
                accepted = True
        except (aiosmtplib.SMTPException, OSError) as error:
            reason = refused(error)
            if reason is None and not accepted:
                await self._later(row.id, error, again=again)
            if not accepted:
                return Sent(status="dead", detail=str(reason))
        self._failpoint("mail.after_send")
        return Sent(status="sent")

    async def _later(self, outbox: str, error: Exception, *, again: bool) -> None:
        """It may pass. Only what surely never arrived may say something else the next time, under the same id."""
        detail = line(str(error), 200)
        release = not again and surely_not_accepted(error)
        note = functools.partial(
            self._queue.failed, outbox, detail, release=release, refused=answered(error) and not login(error)
        )
        await asyncio.to_thread(note)
        raise Unavailable("mail.unavailable", detail=detail) from error

    def _client(self) -> aiosmtplib.SMTP:
        s = self._settings
        return aiosmtplib.SMTP(
            hostname=s.host,
            port=s.port,
            username=s.username or None,
            password=s.password or None,
            timeout=s.timeout,
            use_tls=s.security == "tls",
            start_tls=s.security == "starttls",
        )


def refused(error: Exception) -> str | None:
    """Why a message was refused for good (5xx to sender, recipient or data); None: it may pass."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return refused(error.recipients[0]) if error.recipients else None
    final = (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)
    if isinstance(error, final) and 500 <= error.code <= 599 and error.code not in LOGIN_NEEDED:
        return line(f"{error.code} {error.message}", 200)
    if isinstance(error, aiosmtplib.SMTPNotSupported) and "SMTPUTF8" in str(error):
        return line(str(error), 200)
    return None


def answered(error: Exception) -> bool:
    """Did the server say no, rather than nothing?"""
    kinds = (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused)
    return isinstance(error, kinds) and not isinstance(error, aiosmtplib.SMTPConnectError)


def surely_not_accepted(error: Exception) -> bool:
    """Never connected, or answered with a no. Of silence after that nobody can tell."""
    return answered(error) or isinstance(error, (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPNotSupported))


def login(error: Exception) -> bool:
    """An answer about our own login or greeting, not about this mail."""
    ours = isinstance(error, (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPHeloError))
    return ours or getattr(error, "code", 0) in LOGIN_NEEDED


def eml(row: Row, settings: MailSettings) -> bytes:
    """The message of a row; see `Mailer.eml`."""
    mail = _mail(row)
    subject, body = _said(row)
    to, copies = _recipient(mail), _copies(row)
    plain = "".join(who.addr_spec for who in (to, *copies)).isascii()
    message = EmailMessage(policy=_ASCII if plain else _UTF8)
    message["Message-ID"] = f"<{row.id}@{settings.domain}>"
    message["Date"] = ((row.fixed_at if row.shown else None) or row.at).astimezone(UTC)
    message["From"] = settings.from_address
    message["To"] = to
    if copies:
        message["Cc"] = copies
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body + _way(row, mail, settings), cte="8bit")
    if mail.invitation:
        event = ics(mail, mail.invitation, row, settings, subject)
        message.add_alternative(event.decode(), subtype="calendar", cte="8bit", params={"method": "REQUEST"})
        message.add_attachment(event, maintype="application", subtype="ics", filename="invitation.ics")
    message["Content-Language"] = mail.language
    mark = hashlib.sha256(row.id.encode()).hexdigest()[:24]
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"teikei-{mark}-{number}")
    return message.as_bytes()


def _way(row: Row, mail: Mail, settings: MailSettings) -> str:
    """The line that leads to the page of the matter, from a digest to the inbox. Who opens it has to sign in."""
    if not settings.pages:
        return ""
    place = "" if row.shown else f"{PLACES[kind_of(row.matter)]}/{row.matter}"
    return f"\n{say(mail.language, 'page.mail.open', url=f'{settings.pages}/{place}')}\n"


def subject_of(row: Row) -> str:
    """The subject of a row, for lists."""
    return _said(row)[0]


def _said(row: Row) -> tuple[str, str]:
    """(subject, body): of a single mail, or of a digest as of the day on which it was fixed."""
    mail = _mail(row)
    return digest([mail, *_beside(row)], _day(row)) if row.shown else wording(mail)


def ics(mail: Mail, invitation: Invitation, row: Row, settings: MailSettings, summary: str) -> bytes:
    """The invitation as iCalendar METHOD:REQUEST with one alarm a day before; times in UTC."""
    event = Event()
    event.add("uid", f"{line(invitation.uid)}@{settings.domain}")
    event.add("dtstamp", row.at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", invitation.starts.astimezone(UTC))
    event.add("duration", timedelta(minutes=invitation.minutes))
    event.add("sequence", invitation.sequence)
    event.add("summary", summary)
    event.add("status", "CONFIRMED")
    event.add("organizer", _attendee(settings.from_address))
    guest = _attendee(_recipient(mail))
    guest.params["RSVP"] = "TRUE"
    event.add("attendee", guest)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(days=-1))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//teikei//teikei//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _mail(row: Row) -> Mail:
    return _MAIL.validate_python(json.loads(row.payload), extra="ignore")


def _beside(row: Row) -> list[Mail]:
    """The mails that a digest shows beside its own."""
    return [_MAIL.validate_python(json.loads(payload), extra="ignore") for payload in row.shown]


def _day(row: Row) -> date:
    """The local day on which a message was fixed."""
    return (row.fixed_at or row.at).astimezone(ZONE).date()


def _copies(row: Row) -> tuple[Address, ...]:
    """Who stands in for the recipient on the day of the message."""
    found = [c for mail in (_mail(row), *_beside(row)) for c in mail.copies if c.first <= _day(row) <= c.last]
    known = {c.address: _address(c.name, c.address) for c in found if c.address != _mail(row).address}
    return tuple(known[address] for address in sorted(known))


def _recipient(mail: Mail) -> Address:
    return _address(mail.name, mail.address)


def _address(name: str, address: str) -> Address:
    """The local part is given apart, so that marks in it are quoted and never read as syntax."""
    user, _, domain = line(address).rpartition("@")
    return Address(display_name=line(name, 120), username=user, domain=domain)


def _attendee(address: Address) -> vCalAddress:
    """A calendar user; a parameter value holds no double quote (RFC 5545 §3.1), and readers differ on backslashes."""
    who = vCalAddress(f"mailto:{address.addr_spec}")
    who.params["CN"] = address.display_name.translate({ord('"'): "'", ord("\\"): "/"})
    return who
