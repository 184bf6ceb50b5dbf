"""Answers to acts and reads: 201 only after it is stored, 202 with the order otherwise, strong ETags, bytes as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from activities.ports import Pending
from activities.record import Receipt
from api.guard import Call
from teikei.domain.act import Act
from teikei.domain.ids import PLACES, kind_of
from teikei.domain.record import canonical
from teikei.domain.views import plain

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
LINES = 200
"""Lines of the record per chunk."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an act led to: entries `first` to `last` of the record, and what it made. `key` is the Idempotency-Key."""

    matter: str
    kind: str
    version: int
    at: str
    first: int
    last: int
    created: list[str]
    key: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The act is stored as an order and will be delivered; `/v1/orders/{order}` tells how it went."""

    order: str
    key: str


def place(matter: str) -> str:
    """Where a matter is read."""
    return f"/v1/{PLACES[kind_of(matter)]}/{matter}"


def told(call: Call, answer: Receipt | Pending, location: str = "") -> Response:
    """201 with the receipt, or 202 with the order. Location: what the act made, or else its matter."""
    if isinstance(answer, Pending):
        where = f"/v1/orders/{answer.order}"
        return JSONResponse({"order": answer.order, "key": call.idempotency}, 202, {"Location": where})
    made = next((one for one in answer.created if kind_of(one)), answer.matter)
    headers = {"Location": location or place(made), "ETag": f'"{answer.version}"'}
    return JSONResponse({**plain(answer), "key": call.idempotency}, 201, headers)


async def say(call: Call, act: Act) -> Response:
    """Hand the act to the matter that the path names."""
    return told(call, await call.services.desk.order(call.id, act, call.subject.actor, call.key))


def shown(view: dict[str, Any]) -> Response:
    """A matter as its reader sees it, with the version as ETag."""
    return JSONResponse(view, headers={"ETag": f'"{view["version"]}"'} if "version" in view else {})


def download(name: str, content: bytes, media_type: str) -> Response:
    """Bytes to keep, under their own name (RFC 6266)."""
    plain_name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name) or "file"
    value = (
        f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    )
    return Response(content, headers={"Content-Disposition": value}, media_type=media_type)


async def lines(rows: Iterator[dict[str, Any]]) -> Response:
    """JSON lines, as they come. The first chunk is read before the answer starts: trouble there still has a code."""

    def chunk() -> bytes:
        return b"".join(canonical(row) + b"\n" for row in islice(rows, LINES))

    first = await run_in_threadpool(chunk)

    def chunks() -> Iterator[bytes]:
        part = first
        while part:
            yield part
            part = chunk()

    return StreamingResponse(chunks(), media_type="application/jsonl")
