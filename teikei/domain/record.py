"""The record: one leaf per entry, in its final form (docs/record.md).

Leaf bytes = RFC 8785 JSON of exactly {v, alliance, seq, at, commit};
commit = SHA-256(salt ‖ payload bytes).  Everything that says what happened is
in the payload, so a leaf shows nothing and content can be erased later while
the leaf stays.  Leaf hash = SHA-256(0x00 ‖ leaf bytes) (RFC 6962 §2.1).
These bytes are frozen: a change is a new `v`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from teikei.domain.act import Act, Actor, Entry

V = 1
SALT_BYTES = 32
MOST_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What every party holds of an entry, private or not."""

    v: int
    alliance: str
    seq: int
    at: str
    commit: str

    @property
    def bytes(self) -> bytes:
        return canonical(
            {"v": self.v, "alliance": self.alliance, "seq": self.seq, "at": self.at, "commit": self.commit}
        )

    @property
    def hash(self) -> str:
        """RFC 6962 leaf hash, hex."""
        return hashlib.sha256(b"\x00" + self.bytes).hexdigest()


def canonical(value: Any) -> bytes:
    """RFC 8785 for what entries hold: objects with ASCII keys, text, integers, lists of text.

    No floats ever; Python's escapes are then exactly those of the RFC (an
    independent library is the judge in the tests).
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def instant(at: datetime) -> str:
    """UTC with microseconds and Z: one spelling for one instant."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def payload(entry: Entry, *, act: Act, by: Actor, matter: str, stage: str) -> dict[str, Any]:
    """What happened: act kind, actor, subjects, code and values."""
    person, key = ("", "") if entry.unnamed else (by.person, by.key_id)
    return {
        "act": getattr(act, "kind", ""),
        "by": {"company": by.company, "person": person, "key": key},
        "matter": matter,
        "stage": stage,
        "code": entry.code,
        "subjects": list(entry.subjects),
        "values": {name: _exact(value) for name, value in entry.values.items()},
    }


def _exact(value: Any) -> Any:
    """RFC 8785 numbers are IEEE doubles: an integer that those cannot hold stands as text."""
    return str(value) if isinstance(value, int) and abs(value) > MOST_INTEGER else value


def seal(payload_bytes: bytes, *, salt: bytes, alliance: str, seq: int, at: datetime) -> Leaf:
    """The leaf of one entry."""
    commit = hashlib.sha256(salt + payload_bytes).hexdigest()
    return Leaf(v=V, alliance=alliance, seq=seq, at=instant(at), commit=commit)
