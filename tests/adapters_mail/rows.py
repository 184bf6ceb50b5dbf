"""Outbox rows and a queue for the tests of mail."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from teikei.adapters.mail import MailSettings

AT = datetime(2026, 3, 29, 15, 30, 0, 123456, tzinfo=UTC)
KEPT = MailSettings(sender="提携システム <teikei@example.jp>")
ROW_ID = "out_abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Row:
    payload: str
    id: str = ROW_ID
    matter: str = "dec_abcdefghijklmnopqrstuvwxyz"
    at: datetime = AT
    status: str = "open"
    fixed_at: datetime | None = None
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fixed:
    row: Row | None
    status: str = "fixed"
    again: bool = False


@dataclass
class Queue:
    row: Row
    closed: list[tuple[str, str, str]] = field(default_factory=list)
    tries: list[tuple[str, bool, bool]] = field(default_factory=list)
    """(reason, may be made anew, refused by an answer) of each try that came to nothing."""
    fixed: bool = False

    def fix(self, outbox: str) -> Fixed:
        assert outbox == self.row.id
        if self.row.status != "open":
            return Fixed(None, self.row.status)
        again, self.fixed = self.fixed, True
        return Fixed(self.row, again=again)

    def failed(self, outbox: str, reason: str, *, release: bool, refused: bool) -> None:
        assert outbox == self.row.id
        self.fixed = self.fixed and not release
        self.tries.append((reason, release, refused))

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
        mail["invitation"] = {
            "uid": "aln_x-review-2",
            "starts": "2026-04-01T01:00:00Z",
            "minutes": 90,
            "sequence": 1,
        }
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
