"""Conversions over a real server: answered at once, under way, shared, failed and told, tried anew."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from teikei.adapters.files import FileStore
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.adapters.temporal import conversions
from teikei.adapters.temporal.conversions import TemporalConversions
from teikei.adapters.temporal.worker import documents_worker, matters_worker
from teikei.domain.errors import Conflict, TeikeiError, Unavailable
from tests.support.live import database
from tests.support.memory import MemoryLedger
from tests.workflows.conftest import Letterbox, Quill

pytestmark = pytest.mark.server


@dataclass
class Press:
    """Converts when it is let, into what names its source; or refuses."""

    renditions: SqlRenditions
    files: FileStore
    error: TeikeiError | None = None
    times: int = 0
    """How often it refuses; -1: always."""
    asked: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def convert(self, source: str) -> str:
        self.asked.append(source)
        assert self.go.wait(20)
        if self.error is not None and self.times != 0:
            self.times -= 1
            raise self.error
        return self.renditions.converted(source, self.files.put(b"%PDF " + source.encode()))


@dataclass
class Place:
    press: Press
    port: TemporalConversions

    def paper(self, name: str) -> str:
        """A source of its own: runs are named by it, and the server outlives a test."""
        return hashlib.sha256(f"{id(self)} {name}".encode()).hexdigest()


@pytest_asyncio.fixture
async def place(server: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(conversions, "ANSWER_WITHIN", 8.0)
    renditions, files = SqlRenditions(database(tmp_path)), FileStore(tmp_path / "files")
    renditions.say_office(well=True, detail="")
    press = Press(renditions, files)
    press.go.set()
    async with (
        matters_worker(server, MemoryLedger(), Letterbox()),
        documents_worker(server, Quill(), press),
    ):
        yield Place(press, TemporalConversions(server, renditions, files))
        press.go.set()


async def test_a_pdf_is_made_when_it_is_asked_for_and_then_stored(place: Place) -> None:
    source = place.paper("plain")
    for _ in range(2):
        assert await place.port.pdf(source) == b"%PDF " + source.encode()
    assert place.press.asked == [source]


async def test_who_asks_meanwhile_hears_that_it_is_under_way_and_shares_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = place.paper("slow")
    place.press.go.clear()
    monkeypatch.setattr(conversions, "ANSWER_WITHIN", 0.2)
    assert await asyncio.gather(*(place.port.pdf(source) for _ in range(3))) == [None] * 3
    place.press.go.set()
    monkeypatch.setattr(conversions, "ANSWER_WITHIN", 8.0)
    assert await place.port.pdf(source) == b"%PDF " + source.encode()
    assert place.press.asked == [source]


async def test_trouble_is_tried_again_and_a_refusal_is_told_until_it_is_old(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shaky, hard = place.paper("shaky"), place.paper("hard")
    place.press.error, place.press.times = Unavailable("files.unavailable"), 1
    assert await place.port.pdf(shaky) is not None
    place.press.error, place.press.times = Conflict("pdf.too_slow", seconds=60), 1
    for _ in range(2):
        with pytest.raises(Conflict, match=r"pdf\.too_slow") as told:
            await place.port.pdf(hard)
        assert told.value.params == {"seconds": 60}
    assert place.press.asked == [shaky, shaky, hard]
    monkeypatch.setattr(conversions, "TOLD_FOR", timedelta(0))
    assert await place.port.pdf(hard) is not None


async def test_without_libreoffice_nothing_is_begun_and_what_is_stored_is_there(place: Place) -> None:
    source, other = place.paper("stored"), place.paper("other")
    assert await place.port.pdf(source) is not None
    place.press.renditions.say_office(well=False, detail="")
    assert not place.port.ready()
    assert await place.port.pdf(source) is not None
    with pytest.raises(Unavailable, match=r"pdf\.no_office"):
        await place.port.pdf(other)
    assert place.press.asked == [source]


async def test_a_preview_is_stored_for_its_pdf_alone(place: Place) -> None:
    docx = f"word {id(place)}".encode()
    source = hashlib.sha256(docx).hexdigest()
    place.press.renditions.say_office(well=False, detail="")
    with pytest.raises(Unavailable, match=r"pdf\.no_office"):
        await place.port.preview(docx)
    assert not place.press.files.exists(source)
    place.press.renditions.say_office(well=True, detail="")
    for _ in range(2):
        assert await place.port.preview(docx) == b"%PDF " + source.encode()
    assert place.press.asked == [source]
    assert place.press.files.get(source) == docx
    assert place.press.renditions.data(source) == b""


async def test_with_temporal_down_it_is_trouble(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from teikei.adapters.temporal.client import connect

    monkeypatch.setattr(conversions, "RPC_LIMIT", timedelta(seconds=0.3))
    away = await connect("127.0.0.1:1", lazy=True)
    port = TemporalConversions(away, place.press.renditions, place.press.files)
    with pytest.raises(Unavailable, match=r"temporal\.unavailable"):
        await asyncio.wait_for(port.pdf(place.paper("away")), 20)
