"""Mail over a real SMTP server: it arrives once, is refused, tried again, or kept."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from teikei.adapters.mail import Mailer, MailSettings, refused, subject_of
from teikei.domain.errors import Unavailable
from tests.adapters_mail.rows import AT, KEPT, ROW_ID, Queue, a_row, parsed, text_of


class Sink:
    """The other side: keeps what arrives and answers as told."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.answers = {"rcpt": "250 OK", "data": "250 OK"}

    async def handle_RCPT(  # noqa: N802  (the name that the server calls)
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
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
async def test_a_mail_arrives_once_and_says_who_what_and_by_when(
    sink: Sink, smtp: MailSettings, language: str
) -> None:
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
        "ja": (
            "【期限のお知らせ】決議への投票：2026年4月1日（水）まで（湾岸共同開発）",
            "髙﨑 𠮷子 様",
            "沈黙は賛成とみなしません",
        ),
        "en": (
            "Reminder: votes on the decision, by Wednesday, 1 April 2026 (Bay development)",
            "Dear",
            "Silence is not consent",
        ),
    }[language]
    assert message["Subject"] == wanted[0]
    assert wanted[1] in text_of(message)
    assert wanted[2] in text_of(message)


@pytest.mark.parametrize(
    "address", ["o'neil+x@example.jp", "a(b@example.jp", "a\\b@example.jp", "a..b@example.jp"]
)
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


@pytest.mark.parametrize(
    ("day", "sent"), [("2026-03-29", 1), ("2026-03-30", 2), ("2026-04-02", 2), ("2026-04-03", 1)]
)
async def test_who_stands_in_that_day_gets_it_too(
    sink: Sink, smtp: MailSettings, day: str, sent: int
) -> None:
    copy = {"name": "次長", "address": "jicho@example.jp", "first": "2026-03-30", "last": "2026-04-02"}
    fixed = datetime.fromisoformat(f"{day}T09:30:00+09:00")
    queue = Queue(replace(a_row(copies=[copy]), fixed_at=fixed))
    assert (await Mailer(queue, smtp).deliver(ROW_ID)).status == "sent"
    assert sink.mails[0].rcpt_tos == ["yoshiko@example.jp", "jicho@example.jp"][:sent]
    message = parsed(sink.mails[0].original_content or b"")
    assert (message["Cc"] is not None) == (sent > 1)
    assert [a.addr_spec for a in message["To"].addresses] == ["yoshiko@example.jp"]


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
async def test_a_refusal_for_now_is_tried_again_with_the_same_id(
    sink: Sink, smtp: MailSettings, stage: str
) -> None:
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
        await Mailer(queue, MailSettings(host="127.0.0.1", port=port, security="plain", timeout=5)).deliver(
            ROW_ID
        )
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


@pytest.mark.parametrize(
    ("name", "arrived", "closed"), [("outbox.before_send", 0, 0), ("mail.after_send", 1, 0)]
)
async def test_the_failpoints_lie_around_the_sending(
    sink: Sink, smtp: MailSettings, name: str, arrived: int, closed: int
) -> None:
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
