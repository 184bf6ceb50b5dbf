"""Date line and signature block (署名・記名押印欄).

A paper original carries the seal mark ㊞; an electronic one does not, because
nothing is sealed there (product.md c.0: two variants). The date stays blank
for a person to write (`by_hand`). Each party is one row that never splits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from teikei.documents.blocks import Block, DateLine, Signatory, SignatureBlock
from teikei.documents.library import Manifest
from teikei.domain.paper_lines import PartyLine

BLANK_DATE = "　　　　年　　月　　日"


def blocks(manifest: Manifest, values: Mapping[str, object]) -> tuple[Block, ...]:
    """What follows the closing sentence."""
    found: list[Block] = []
    if "date" in manifest.by_hand:
        found.append(DateLine(BLANK_DATE))
    if manifest.signature:
        parties = cast("tuple[PartyLine, ...]", values["parties"])
        seal = values.get("medium") == "paper"
        found.append(SignatureBlock(tuple(_signatory(party, seal=seal) for party in parties)))
    return tuple(found)


def _signatory(party: PartyLine, *, seal: bool) -> Signatory:
    return Signatory(
        party.label,
        (
            ("所在地", party.address),
            ("名　称", party.name),
            ("代表者", f"{party.representative_title}　{party.representative_name}"),
        ),
        seal,
    )
