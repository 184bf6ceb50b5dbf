"""Freeze the payloads of every message shape: `TEIKEI_RECORD=freeze python -m tests.adapters_temporal.golden`.

They stand for what is in recorded histories and in the database of somebody who
has not updated yet: written anew only when a shape is added.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from teikei.adapters.temporal.convert import WireConverter
from tests.adapters_temporal.samples import shapes

GOLDEN = Path(__file__).parent / "frozen"


def main() -> None:
    """One file for each shape that has none yet; those that are there stay as they are."""
    if os.environ.get("TEIKEI_RECORD") != "freeze":
        raise SystemExit("frozen payloads stand for what others hold; TEIKEI_RECORD=freeze adds new ones")
    for name, (_, value) in shapes().items():
        path = GOLDEN / f"{name}.json"
        payload = WireConverter().to_payload(value)
        if payload is not None and not path.exists():
            path.write_text(
                json.dumps(json.loads(payload.data), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )


if __name__ == "__main__":
    main()
