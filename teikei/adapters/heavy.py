"""Work that keeps a processor busy for seconds: so many of it at a time in one process, the next one hears `server.busy`.

It must not wait for room: whoever waits holds a thread, and every read needs one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from teikei.domain.errors import Busy

AT_ONCE = 2
_ROOM = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def room() -> Iterator[None]:
    """A place for one such piece of work; `Busy("server.busy")` when all are taken."""
    if not _ROOM.acquire(blocking=False):
        raise Busy("server.busy")
    try:
        yield
    finally:
        _ROOM.release()
