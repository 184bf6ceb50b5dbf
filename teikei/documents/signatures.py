"""Date line and signature block (署名・記名押印欄).

A paper original carries the seal mark ㊞; an electronic one does not, because
nothing is sealed there (product.md c.0: two variants). In English a paper
original has a line to sign on; the name and the title below it are printed.
The date stays blank for a person to write (`by_hand`). Each party is one row
that never splits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from teikei.documents.blocks import Block, DateLine, Signatory, SignatureBlock
from teikei.documents.library import Manifest
from teikei.domain.paper_lines import PartyLine

BLANK = "____________________"
BLANK_DATES = {"ja": "　　　　年　　月　　日", "en": f"Date of this Agreement: {BLANK}"}


def blocks(manifest: Manifest, values: Mapping[str, object]) -> tuple[Block, ...]:
    """What follows the closing sentence."""
    found: list[Block] = []
    if "date" in manifest.by_hand:
        found.append(DateLine(BLANK_DATES[manifest.language]))
    if manifest.signature:
        parties = cast("tuple[PartyLine, ...]", values["parties"])
        sign = {"ja": _japanese, "en": _english}[manifest.language]
        found.append(SignatureBlock(tuple(sign(party, values.get("medium") == "paper") for party in parties)))
    return tuple(found)


def _japanese(party: PartyLine, on_paper: bool) -> Signatory:  # noqa: FBT001 - one of two media
    return Signatory(
        party.label,
        (
            ("所在地", party.address),
            ("名　称", party.name),
            ("代表者", f"{party.representative_title}　{party.representative_name}"),
        ),
        on_paper,
    )


def _english(party: PartyLine, on_paper: bool) -> Signatory:  # noqa: FBT001 - one of two media
    """By, Name, Title and Date; an electronic signature brings its own date and needs no line."""
    hand = (("By:", BLANK),) if on_paper else ()
    day = (("Date:", BLANK),) if on_paper else ()
    return Signatory(
        party.label,
        (
            ("Company:", party.name),
            ("Address:", party.address),
            *hand,
            ("Name:", party.representative_name),
            ("Title:", party.representative_title),
            *day,
        ),
        seal=False,
    )
