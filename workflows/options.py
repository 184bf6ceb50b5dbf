"""Named times and retries, each with its reason."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

CALLER_LIMIT = timedelta(seconds=5)
"""Someone waits for the answer: after this the caller hears `unavailable` and repeats with the same key."""
CALLER_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), backoff_coefficient=3, maximum_attempts=3
)
LOCAL_RETRY_THRESHOLD = timedelta(seconds=2)
"""Longer pauses between tries become timers instead of holding the workflow task."""

OWN_BACKOFF = (1, 2, 5, 10, 20, 30)
"""Seconds between the tries of a story's own act; the last one repeats without end: SQL will be back."""

RENDER_LIMIT = timedelta(minutes=2)
"""A paper takes milliseconds; two minutes cover a cold start on a busy machine."""
RENDER_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5), maximum_attempts=20
)
"""About an hour of tries, then `attention`. While no documents worker lives no try is used up: the paper waits."""

DELIVERY_LIMIT = timedelta(minutes=1)
"""One conversation with a mail server."""
DELIVERY_DAYS = timedelta(days=4)
"""A mail server that is down over a long weekend loses nothing; after that it is a dead letter."""
DELIVERY_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=10), backoff_coefficient=2, maximum_interval=timedelta(hours=1)
)

CONVERT_LIMIT = timedelta(minutes=4)
"""Two tries of a file on children that may have to start first; and the wait for a free one."""
CONVERT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
"""Somebody waits for the answer, and may ask again: then it is tried anew."""

TURN_EVENTS = 1000
"""Events after which a run turns (continue-as-new); far below the server's own limits, cheap to replay."""
TURN_AGE = timedelta(days=180)
"""A run that is older turns when something wakes it next; a matter that sleeps through may grow older, at no cost."""
