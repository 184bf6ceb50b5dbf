"""The zip frame of a .docx: fixed order, fixed time, static parts deflated once.

Re-zipping all parts of a paper costs more than writing its text (documents.md
3), so a part that never changes keeps its deflated bytes. Date and flags are
constant: the same input gives the same file, in any process.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _DEFLATE, _DOS_DATE = 20, 8, 0x21
"""Zip 2.0; 1980-01-01, the zero of the format."""


@dataclass(frozen=True, slots=True)
class Part:
    """One deflated member of the package."""

    name: str
    data: bytes
    crc: int
    size: int


def part(name: str, content: str | bytes, level: int = 4) -> Part:
    """Deflate one part."""
    raw = content.encode("utf-8") if isinstance(content, str) else content
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return Part(name, packer.compress(raw) + packer.flush(), zlib.crc32(raw), len(raw))


def archive(parts: Iterable[Part]) -> bytes:
    """The parts as one zip file, in the given order."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for item in parts:
        name = item.name.encode("ascii")
        sizes = (item.crc, len(item.data), item.size, len(name), 0)
        head = _LOCAL.pack(b"PK\3\4", _VERSION, 0, _DEFLATE, 0, _DOS_DATE, *sizes) + name
        directory.append(
            _CENTRAL.pack(
                b"PK\1\2", _VERSION, _VERSION, 0, _DEFLATE, 0, _DOS_DATE, *sizes, 0, 0, 0, 0, offset
            )
            + name
        )
        body += (head, item.data)
        offset += len(head) + len(item.data)
    index = b"".join(directory)
    count = len(directory)
    end = _END.pack(b"PK\5\6", 0, 0, count, count, len(index), offset, 0)
    return b"".join((*body, index, end))
