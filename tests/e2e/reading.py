"""What the demo leaves, as a reader opens it."""

from __future__ import annotations

import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from teikei.documents.read import read_text
from teikei.player import Player

Entry = dict[str, Any]


def timeline(folder: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((folder / "timeline.json").read_text(encoding="utf-8"))
    return rows


def papers(folder: Path) -> dict[str, str]:
    """The whole text of every paper by its name."""
    return {path.name: read_text(path.read_bytes()) for path in sorted((folder / "documents").glob("*.docx"))}


def mails(folder: Path) -> list[EmailMessage]:
    found = []
    for path in sorted((folder / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def entries(record: bytes) -> list[Entry]:
    """What the reader of a record may read, with the instant of each."""
    lines = [json.loads(line) for line in record.splitlines()]
    return [{**line["payload"], "at": line["leaf"]["at"]} for line in lines if "payload" in line]


def record_of(player: Player) -> list[Entry]:
    return entries(player.api.content(f"/v1/alliances/{player.alliance}/record", player.first.secret))


def body(mail: EmailMessage) -> str:
    """What a mail says."""
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def items(mail: EmailMessage) -> int:
    """Of how much a mail speaks: a digest has a line for each item."""
    lines = body(mail).splitlines()
    return max(
        1,
        sum(line.startswith(("　・", "  - ")) and ("　期限 " in line or ", due " in line) for line in lines),
    )
