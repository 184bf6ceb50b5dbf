"""Mail: one outbox row becomes one message, the same bytes each time, and goes out by SMTP or is kept for reading.

What it says is made in `letters`: nothing that a person wrote reaches a header
or a line of its own, text is flattened to one clean line first.  The Message-ID is the outbox id, so a repeat after a crash can be told from a second
mail (SMTP cannot promise exactly once).  RFC 5322, 5545, 5546, 6047, 6531.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from typing import Any, Literal, Protocol

import aiosmtplib
from icalendar import Alarm, Calendar, Event, vCalAddress
from pydantic import TypeAdapter

from activities.record import Sent
from teikei.adapters.letters import line, wording
from teikei.domain.act import Invitation, Mail
from teikei.domain.errors import Unavailable

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
    def at(self) -> datetime: ...
    @property
    def payload(self) -> str: ...
    @property
    def status(self) -> str: ...


class Queue(Protocol):
    """Where the rows are."""

    def mail(self, outbox: str, /) -> Row:
        """The row; `Unknown` when there is none."""

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
        """Hand one row to SMTP: `sent`, `kept` without SMTP, `dead` when it was refused for good.

        Raises `Unavailable` (mail.unavailable) for everything that may pass.
        A row that is sent already is not sent again; re-sending opens the row first.
        """
        row = await asyncio.to_thread(self._queue.mail, outbox)
        if row.status == "sent":
            return Sent(status="sent")
        sent = await self._hand_over(row) if self._settings.host else Sent(status="kept")
        await asyncio.to_thread(self._queue.close, outbox, sent.status, sent.detail)
        return sent

    async def bury(self, outbox: str, reason: str) -> None:
        """Delivery was given up: a dead letter with its reason, to be read and re-sent."""
        await asyncio.to_thread(self._queue.close, outbox, "dead", line(reason, 200))

    def eml(self, row: Row) -> bytes:
        """The message as RFC 5322 bytes with CRLF; equal for equal rows."""
        return eml(row, self._settings)

    async def _hand_over(self, row: Row) -> Sent:
        sender, recipient = self._settings.from_address.addr_spec, _recipient(_mail(row)).addr_spec
        content = self.eml(row)
        self._failpoint("outbox.before_send")
        try:
            async with self._client() as smtp:
                options = ["BODY=8BITMIME"] if smtp.supports_extension("8bitmime") else []
                if not recipient.isascii():
                    options.append("SMTPUTF8")
                await smtp.sendmail(sender, [recipient], content, mail_options=options)
        except (aiosmtplib.SMTPException, OSError) as error:
            reason = refused(error)
            if reason is None:
                raise Unavailable("mail.unavailable", detail=line(str(error), 200)) from error
            return Sent(status="dead", detail=reason)
        self._failpoint("mail.after_send")
        return Sent(status="sent")

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


def eml(row: Row, settings: MailSettings) -> bytes:
    """The message of a row; see `Mailer.eml`."""
    mail = _mail(row)
    subject, body = wording(mail)
    to = _recipient(mail)
    message = EmailMessage(policy=_ASCII if to.addr_spec.isascii() else _UTF8)
    message["Message-ID"] = f"<{row.id}@{settings.domain}>"
    message["Date"] = row.at.astimezone(UTC)
    message["From"] = settings.from_address
    message["To"] = to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="8bit")
    if mail.invitation:
        event = ics(mail, mail.invitation, row, settings, subject)
        message.add_alternative(event.decode(), subtype="calendar", cte="8bit", params={"method": "REQUEST"})
        message.add_attachment(event, maintype="application", subtype="ics", filename="invitation.ics")
    message["Content-Language"] = mail.language
    digest = hashlib.sha256(row.id.encode()).hexdigest()[:24]
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"teikei-{digest}-{number}")
    return message.as_bytes()


def subject_of(row: Row) -> str:
    """The subject of a row, for lists."""
    return wording(_mail(row))[0]


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
