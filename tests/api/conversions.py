"""Conversions without LibreOffice: under way at the first question, there at the second."""

from __future__ import annotations

import hashlib

from teikei.domain.errors import Conflict, Unavailable


class FakeConversions:
    """Implements `activities.ports.Conversions`."""

    def __init__(self) -> None:
        self.office = True
        self.hard = ""
        """The paper that LibreOffice does not take."""
        self.asked: set[str] = set()

    def ready(self) -> bool:
        return self.office

    async def preview(self, docx: bytes) -> bytes | None:
        return await self.pdf(hashlib.sha256(docx).hexdigest())

    async def pdf(self, source: str) -> bytes | None:
        if not self.office:
            raise Unavailable("pdf.no_office")
        if source == self.hard:
            raise Conflict("pdf.too_slow", seconds=60)
        if source in self.asked:
            return f"%PDF of {source}".encode()
        self.asked.add(source)
        return None
