"""Ids are derived, never drawn: a repeated act gives the same id.

An alliance takes its id from (company, key of the opening act).  Every other
matter takes it from (matter that opens it, version at that moment, ordinal):
(matter, version) is the fence of `commit`, so the pair names one act for ever,
and `decide` needs no key (docs/decisions/0001-ids-from-the-fence.md).
"""

from __future__ import annotations

import base64
import hashlib

LENGTH = 26
"""Base32 characters: 130 bits of SHA-256."""


def derive(prefix: str, *parts: str | int) -> str:
    """`prefix` and 26 lower-case base32 characters of SHA-256 over the parts."""
    joined = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(joined.encode()).digest()
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:LENGTH]}"


PREFIXES = {"alliance": "aln", "agreement": "agr", "decision": "dec", "allocation": "alc"}
"""Prefix by kind of matter; `ord` is an order, `out` an outbox row, `cmp` a company, `key` an API key."""
PLACES = {
    "alliance": "alliances",
    "agreement": "agreements",
    "decision": "decisions",
    "allocation": "periods",
}
"""The collection in which a kind of matter is read: `/v1/…` for programs, `/…` for people."""


def kind_of(matter_id: str) -> str:
    """The kind of matter that an id names; empty when it names none."""
    head = matter_id.split("_", 1)[0]
    return next((kind for kind, prefix in PREFIXES.items() if prefix == head), "")
