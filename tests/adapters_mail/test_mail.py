"""Mail over a real SMTP server, parsed back with the standard library and icalendar."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import aiosmtplib
import icalendar
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from teikei.adapters.mail import Mailer, MailSettings, day, eml, line, refused, subject_of
from teikei.domain.errors import Unavailable

AT = datetime(2026, 3, 29, 15, 30, 0, 123456, tzinfo=UTC)
KEPT = MailSettings(sender="提携システム <teikei@example.jp>")
ROW_ID = "out_abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Row:
    payload: str
    id: str = ROW_ID
    at: datetime = AT
    status: str = "open"


@dataclass
class Queue:
    row: Row
    closed: list[tuple[str, str, str]] = field(default_factory=list)

    def mail(self, outbox: str) -> Row:
        assert outbox == self.row.id
        return self.row

    def close(self, outbox: str, status: str, detail: str) -> None:
        self.closed.append((outbox, status, detail))
        self.row = replace(self.row, status=status)


def a_row(*, template: str = "remind", language: str = "ja", invited: bool = False, **changes: Any) -> Row:
    values = {
        "title": "湾岸共同開発", "title_en": "Bay development", "matter": "decision", "what": "votes",
        "deadline": "2026-04-01", "since": "2026-03-02", **changes.pop("values", {}),
    }  # fmt: skip
    mail = {
        "template": template, "company": "cmp_a", "name": "髙﨑 𠮷子", "address": "yoshiko@example.jp",
        "language": language, "item": "votes/remind-3", "values": values, "invitation": None, **changes,
    }  # fmt: skip
    if invited:
        mail["invitation"] = {"uid": "aln_x-review-2", "starts": "2026-04-01T01:00:00Z", "minutes": 90, "sequence": 1}
    return Row(payload=json.dumps(mail, ensure_ascii=False))


def a_review(**changes: Any) -> Row:
    values = {"what": "review-2", "number": 2, **changes.pop("values", {})}
    return a_row(template="review_invitation", invited=True, values=values, **changes)


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class Sink:
    """The other side: keeps what arrives and answers as told."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.answers = {"rcpt": "250 OK", "data": "250 OK"}

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.answers["rcpt"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers["rcpt"]

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers["data"].startswith("250"):
            self.mails.append(envelope)
        return self.answers["data"]


class OnFreePort(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        Controller._trigger_server(self)  # type: ignore[no-untyped-call]


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def server(sink: Sink) -> Iterator[OnFreePort]:
    controller = OnFreePort(sink, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def smtp(server: OnFreePort) -> MailSettings:
    return MailSettings(host="127.0.0.1", port=server.port, security="plain", sender=KEPT.sender, timeout=5)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_mail_arrives_once_and_says_who_what_and_by_when(sink: Sink, smtp: MailSettings, language: str) -> None:
    queue = Queue(a_row(language=language))
    mailer = Mailer(queue, smtp)
    assert (await mailer.deliver(ROW_ID)).status == "sent"
    assert (await mailer.deliver(ROW_ID)).status == "sent"
    assert queue.closed == [(ROW_ID, "sent", "")]
    (envelope,) = sink.mails
    assert envelope.rcpt_tos == ["yoshiko@example.jp"]
    assert envelope.mail_from == "teikei@example.jp"
    content = envelope.original_content
    assert content is not None
    assert content == mailer.eml(queue.row)
    message = parsed(content)
    assert message["Message-ID"] == f"<{ROW_ID}@teikei.invalid>"
    assert message["Date"].datetime == AT.replace(microsecond=0)
    assert message["From"].addresses[0].display_name == "提携システム"
    assert message["To"].addresses[0].display_name == "髙﨑 𠮷子"
    assert message["Content-Language"] == language
    assert message["Auto-Submitted"] == "auto-generated"
    wanted = {
        "ja": ("【期限のお知らせ】決議への投票：2026年4月1日（水）まで（湾岸共同開発）", "髙﨑 𠮷子 様", "沈黙は賛成とみなしません"),
        "en": ("Reminder: votes on the decision, by Wednesday, 1 April 2026 (Bay development)", "Dear", "Silence is not consent"),
    }[language]
    assert message["Subject"] == wanted[0]
    assert wanted[1] in text_of(message)
    assert wanted[2] in text_of(message)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_review_comes_with_an_invitation_for_the_calendar(language: str) -> None:
    row = a_review(language=language)
    message = parsed(eml(row, KEPT))
    (part,) = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    (attached,) = [p for p in message.walk() if p.get_filename() == "invitation.ics"]
    assert part.get_param("method") == "REQUEST"
    content = part.get_payload(decode=True)
    assert content == attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar: Any = icalendar.Calendar.from_ical(content.decode())
    assert calendar["METHOD"] == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    assert str(event["UID"]) == "aln_x-review-2@teikei.invalid"
    assert event["DTSTAMP"].dt == AT.replace(microsecond=0)
    assert event["DTSTART"].dt == datetime(2026, 4, 1, 1, tzinfo=UTC)
    assert event["DURATION"].dt == timedelta(minutes=90)
    assert event["SEQUENCE"] == 1
    assert str(event["ATTENDEE"]) == "mailto:yoshiko@example.jp"
    assert str(event["ORGANIZER"]) == "mailto:teikei@example.jp"
    assert str(event["SUMMARY"]) == str(message["Subject"])
    assert len(calendar.walk("VALARM")) == 1
    assert max(len(one) for one in content.split(b"\r\n")) <= 75
    body = message.get_body(("plain",))
    assert body is not None
    assert ("2026年4月1日（水） 10:00（日本時間）" if language == "ja" else "10:00 (Japan time, UTC+9)") in body.get_content()


def test_the_uid_stays_while_the_rows_differ() -> None:
    again = replace(a_review(), id="out_other", at=AT + timedelta(days=3))
    assert {str(event_of(row)["UID"]) for row in (a_review(), again)} == {"aln_x-review-2@teikei.invalid"}


def event_of(row: Row) -> Any:
    part = next(p for p in parsed(eml(row, KEPT)).walk() if p.get_content_type() == "text/calendar")
    assert isinstance(part, EmailMessage)
    return icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")[0]


@pytest.mark.parametrize("template", ["remind", "overdue", "escalate", "review_invitation", "notice"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_template_is_short_names_the_matter_and_has_no_gap(template: str, language: str) -> None:
    values = {"what": "review-2", "legal_last_day": "2026-12-31", "term_until": "2027-03-31"}
    message = parsed(eml(a_row(template=template, language=language, invited=template == "review_invitation", values=values), KEPT))
    title, other = ("湾岸共同開発", "Bay development")[:: 1 if language == "ja" else -1]
    text = text_of(message)
    assert title in message["Subject"]
    assert title in text
    assert other not in text
    assert len(text.splitlines()) <= 16
    assert not set("〈{}") & set(text)
    assert "None" not in text
    asked = {"ja": ("2026年4月1日（水）", "2026年12月31日（木）"), "en": ("Wednesday, 1 April 2026", "Thursday, 31 December 2026")}
    assert asked[language][template == "notice"] in text


def test_the_folder_holds_each_template_in_both_languages() -> None:
    names = {p.name for p in (Path(__file__).parents[2] / "templates" / "mail").glob("*.j2")}
    kinds = {"remind", "overdue", "escalate", "review_invitation", "notice"}
    assert names == {f"{kind}.{language}.txt.j2" for kind in kinds for language in ("ja", "en")}


def test_a_deadline_that_is_not_set_shows_as_a_dash() -> None:
    assert "期限：―" in text_of(parsed(eml(a_row(values={"deadline": ""}), KEPT)))
    assert day("en", "") == "-"


@pytest.mark.parametrize("row", [a_row(), a_review(), a_review(language="en")])
def test_equal_rows_give_equal_bytes(row: Row) -> None:
    first = eml(row, KEPT)
    assert first == eml(replace(row), KEPT)
    assert first != eml(replace(row, id="out_other"), KEPT)
    assert b"\n" not in first.replace(b"\r\n", b"")
    assert max(len(one) for one in first.split(b"\r\n")) <= 998


HOSTILE = [
    "Eve\r\nBcc: victim@example.com\r\n\r\nbuy now",
    'A"B, <x@example.com>, C',
    "髙﨑 𠮷太郎 \"たろう\", 部長; <a@b.example>",
    "👩‍💻 Ada \u202egnp.exe",
    "\x00\x1b[31m\u2028\u2029\u0085name",
    "=?utf-8?q?Bcc:_x?= <y@example.com>",
    "\\",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_titles_stay_in_their_place(text: str) -> None:
    content = eml(a_review(name=text, values={"title": text}), KEPT)
    _unhurt(content, line(text, 120))
    event = event_of(a_review(name=text))
    assert str(event["ATTENDEE"]) == "mailto:yoshiko@example.jp"
    assert str(event["ATTENDEE"].params["CN"]) == line(text, 120).replace('"', "'").replace("\\", "/")


def _unhurt(content: bytes, name: str) -> None:
    head = message_from_bytes(content)
    assert head.keys() == [
        "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
    ]  # fmt: skip
    shown, address = parseaddr(head["To"].replace("\r\n", ""))
    assert address == "yoshiko@example.jp"
    assert str(make_header(decode_header(shown))) == name


@given(name=st.text(max_size=200), title=st.text(max_size=200))
def test_no_text_whatever_breaks_a_message(name: str, title: str) -> None:
    content = eml(a_row(name=name, values={"title": title}), KEPT)
    head = message_from_bytes(content)
    assert len(head.keys()) == 10
    assert parseaddr(head["To"].replace("\r\n", ""))[1] == "yoshiko@example.jp"
    assert content.decode("utf-8")
    assert max(len(one) for one in content.split(b"\r\n")) <= 998


@pytest.mark.parametrize("address", ["o'neil+x@example.jp", "a(b@example.jp", "a\\b@example.jp", "a..b@example.jp"])
async def test_marks_in_a_local_part_are_no_syntax(sink: Sink, smtp: MailSettings, address: str) -> None:
    queue = Queue(a_row(address=address))
    assert (await Mailer(queue, smtp).deliver(ROW_ID)).status == "sent"
    content = sink.mails[0].original_content
    assert content is not None
    assert [a.username for a in parsed(content)["To"].addresses] == [address.partition("@")[0]]
    assert len(sink.mails[0].rcpt_tos) == 1


async def test_an_address_in_japanese_goes_out_as_utf8(sink: Sink, smtp: MailSettings) -> None:
    queue = Queue(a_row(address="太郎@example.jp"))
    assert (await Mailer(queue, smtp).deliver(ROW_ID)).status == "sent"
    assert sink.mails[0].rcpt_tos == ["太郎@example.jp"]
    assert "髙﨑 𠮷子 <太郎@example.jp>".encode() in (sink.mails[0].original_content or b"")


async def test_without_smtp_a_mail_is_kept() -> None:
    queue = Queue(a_row())
    assert (await Mailer(queue, KEPT).deliver(ROW_ID)).status == "kept"
    assert queue.closed == [(ROW_ID, "kept", "")]
    assert subject_of(queue.row) == parsed(Mailer(queue, KEPT).eml(queue.row))["Subject"]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_refusal_for_good_becomes_a_dead_letter(sink: Sink, smtp: MailSettings, stage: str) -> None:
    sink.answers[stage] = "550 5.1.1 no such person"
    queue = Queue(a_row())
    sent = await Mailer(queue, smtp).deliver(ROW_ID)
    assert (sent.status, sent.detail) == ("dead", "550 5.1.1 no such person")
    assert queue.closed == [(ROW_ID, "dead", "550 5.1.1 no such person")]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_refusal_for_now_is_tried_again_with_the_same_id(sink: Sink, smtp: MailSettings, stage: str) -> None:
    sink.answers[stage] = "451 4.3.0 later"
    queue = Queue(a_row())
    with pytest.raises(Unavailable) as caught:
        await Mailer(queue, smtp).deliver(ROW_ID)
    assert caught.value.code == "mail.unavailable"
    assert queue.closed == []
    sink.answers[stage] = "250 OK"
    assert (await Mailer(queue, smtp).deliver(ROW_ID)).status == "sent"
    assert parsed(sink.mails[0].original_content or b"")["Message-ID"] == f"<{ROW_ID}@teikei.invalid>"


async def test_a_server_that_is_gone_is_trouble_not_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    queue = Queue(a_row())
    with pytest.raises(Unavailable):
        await Mailer(queue, MailSettings(host="127.0.0.1", port=port, security="plain", timeout=5)).deliver(ROW_ID)
    assert queue.closed == []


async def test_a_server_without_starttls_gets_no_mail_in_the_clear(sink: Sink, smtp: MailSettings) -> None:
    queue = Queue(a_row())
    with pytest.raises(Unavailable):
        await Mailer(queue, replace(smtp, security="starttls")).deliver(ROW_ID)
    assert sink.mails == []


async def test_giving_up_leaves_a_readable_reason() -> None:
    queue = Queue(a_row())
    await Mailer(queue, KEPT).bury(ROW_ID, "too\r\nlong " + "x" * 300)
    ((_, status, detail),) = queue.closed
    assert status == "dead"
    assert detail.startswith("too long x")
    assert len(detail) == 200


@pytest.mark.parametrize(("name", "arrived", "closed"), [("outbox.before_send", 0, 0), ("mail.after_send", 1, 0)])
async def test_the_failpoints_lie_around_the_sending(sink: Sink, smtp: MailSettings, name: str, arrived: int, closed: int) -> None:
    def stop(at: str) -> None:
        if at == name:
            raise KeyboardInterrupt(at)

    queue = Queue(a_row())
    with pytest.raises(KeyboardInterrupt):
        await Mailer(queue, smtp, stop).deliver(ROW_ID)
    assert (len(sink.mails), len(queue.closed)) == (arrived, closed)


def test_a_wrong_login_is_ours_to_mend_and_buries_no_mail() -> None:
    assert refused(aiosmtplib.SMTPAuthenticationError(535, "bad password")) is None
    assert refused(aiosmtplib.SMTPSenderRefused(530, "authenticate first", "x@example.jp")) is None
    assert refused(aiosmtplib.SMTPSenderRefused(550, "not allowed", "x@example.jp")) == "550 not allowed"
    assert refused(aiosmtplib.SMTPRecipientsRefused([])) is None
    assert refused(aiosmtplib.SMTPNotSupported("SMTPUTF8 is not supported by this server")) is not None


def test_settings_refuse_what_would_hurt() -> None:
    with pytest.raises(ValueError, match="needs starttls"):
        MailSettings(host="mail.example.jp", security="plain", password="secret")
    with pytest.raises(ValueError, match="sender"):
        MailSettings(sender="nobody")
    assert "secret" not in repr(MailSettings(password="secret"))
