"""Strict in, tolerant on the wire: one converter for client, worker, replayer and tests.

A newer payload may carry fields that an older worker does not know: they are
ignored here, and refused at HTTP.  Type adapters are kept once per process;
the SDK makes a converter per workflow, and building an adapter of a state
costs more than replaying a run.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadCodec,
)

COMPRESS_FROM = 512
"""Bytes below which compression costs more than it saves."""
ENCODING = b"binary/zlib"


@lru_cache(maxsize=256)
def adapter(kind: Any) -> TypeAdapter[Any]:
    """The type adapter of a hint, once per process."""
    return TypeAdapter(kind)


class WireConverter(PydanticJSONPlainPayloadConverter):
    """JSON of dataclasses; fractions as text; unknown fields ignored."""

    def to_payload(self, value: Any) -> Payload | None:
        return Payload(metadata={"encoding": self.encoding.encode()}, data=to_json(value, fallback=str))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return adapter(type_hint if type_hint is not None else Any).validate_json(
            payload.data, extra="ignore"
        )


class WirePayloads(CompositePayloadConverter):
    """The SDK's converters with ours in the place of plain JSON."""

    def __init__(self) -> None:
        ours = WireConverter()
        kept = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(ours if isinstance(c, JSONPlainPayloadConverter) else c for c in kept))


class Compression(PayloadCodec):
    """The codec slot: compression now, encryption later under another encoding name."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._squeezed(p) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            Payload.FromString(zlib.decompress(p.data)) if p.metadata.get("encoding") == ENCODING else p
            for p in payloads
        ]

    def _squeezed(self, payload: Payload) -> Payload:
        if len(payload.data) < COMPRESS_FROM:
            return payload
        return Payload(metadata={"encoding": ENCODING}, data=zlib.compress(payload.SerializeToString(), 1))


def data_converter() -> DataConverter:
    """Payloads, codec, and failures whose messages go through the codec too."""
    return dataclasses.replace(
        DataConverter.default,
        payload_converter_class=WirePayloads,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=Compression(),
    )
