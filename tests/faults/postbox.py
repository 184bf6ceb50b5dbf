"""A real SMTP server that remembers under which Message-ID, and when, each message was accepted."""

from __future__ import annotations

import time
from collections import defaultdict
from email import message_from_bytes
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from teikei.adapters.temporal.server import LOOPBACK, free_port


class Postbox:
    """Accepts everything; `got` holds the instants (monotonic seconds) of each Message-ID."""

    def __init__(self) -> None:
        self.got: dict[str, list[float]] = defaultdict(list)
        self.port = free_port()
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        content = envelope.content
        assert isinstance(content, bytes)
        ident = str(message_from_bytes(content)["Message-ID"]).strip("<>").partition("@")[0]
        self.got[ident].append(time.monotonic())
        return "250 kept"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Settings with which a stack sends its mail here."""
        return {
            "TEIKEI_SMTP_HOST": LOOPBACK,
            "TEIKEI_SMTP_PORT": str(self.port),
            "TEIKEI_SMTP_SECURITY": "plain",
        }

    @property
    def accepted(self) -> int:
        return sum(len(times) for times in self.got.values())
