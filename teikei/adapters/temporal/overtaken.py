"""A run's no counts only if the run has seen what SQL holds.

A commit may be stored whose run never learned of it (server and worker died in
between, Temporal's files are older than SQL). Until it adopts the stored state,
such a run refuses what SQL would accept; telling that refusal would be wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from teikei.adapters.temporal.speak import PATIENCE, Gone, Voice
from teikei.domain.errors import Refused, Trouble

if TYPE_CHECKING:
    from datetime import timedelta

    from teikei.adapters.sql.queue import SqlQueue


async def overtaken(
    voice: Voice, queue: SqlQueue, matter: str, refusal: Refused, patience: timedelta = PATIENCE
) -> bool:
    """Was this said by a run that is behind SQL? Then it is told to adopt what is stored, and may be asked again."""
    if refusal.seen is None:
        return False
    version = await asyncio.to_thread(queue.version_of, matter)
    if version <= refusal.seen:
        return False
    with contextlib.suppress(Refused, Trouble, Gone):
        await voice.refresh(matter, version, patience)
    return True
