"""Places where the fault tests stop or kill this process on purpose.

`TEIKEI_FAILPOINT="name:kill"` or `"name:sleep:SECONDS"`, read once; without it
every call is a no-op.  Names: commit.before, commit.after, api.before_answer,
outbox.before_send, mail.after_send, orders.before.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

NAMES = frozenset(
    {"commit.before", "commit.after", "api.before_answer", "outbox.before_send", "mail.after_send"}
    | {"orders.before"}
)


def parse(text: str) -> Callable[[str], None]:
    """The hook that a setting asks for; a wrong setting raises ValueError, so that no fault test passes by a typo."""
    if not text:
        return lambda _name: None
    name, _, what = text.partition(":")
    how, _, seconds = what.partition(":")
    if name not in NAMES or how not in {"kill", "sleep"}:
        raise ValueError(f"TEIKEI_FAILPOINT: {text}")
    pause = float(seconds) if how == "sleep" else 0.0

    def hook(at: str) -> None:
        if at != name:
            return
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(pause)

    return hook


hit: Callable[[str], None] = parse(os.environ.get("TEIKEI_FAILPOINT", ""))
"""Call it with the name of the place."""
