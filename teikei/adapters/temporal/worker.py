"""The workers: stories with their SQL and deliveries in one process, papers in another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from activities.delivery import DeliveryActivities
from activities.documents import ConversionActivities, DocumentActivities
from activities.matters import MatterActivities
from activities.ports import Converter, Ledger, Papers, Post
from workflows.ids import DOCUMENTS, MATTERS
from workflows.registry import WORKFLOWS

GRACE = timedelta(seconds=10)
"""Running activities may finish; the default of zero would cancel them at once."""
STICKY = timedelta(seconds=2)
"""How long a task waits for the worker that has its run in memory before any worker may take it."""
CONVERSIONS = 8
"""Conversions that may be under way or wait; few of them, and a paper would wait behind them."""
COMMITS = 16
"""Threads for SQL transactions; SQLite lets one write at a time anyway."""


def matters_worker(client: Client, ledger: Ledger, post: Post, *, max_cached: int = 1000) -> Worker:
    """Stories, commits and deliveries."""
    matters, delivery = MatterActivities(ledger), DeliveryActivities(post)
    return Worker(
        client,
        task_queue=MATTERS,
        workflows=WORKFLOWS,
        activities=[matters.commit, matters.load, delivery.deliver, delivery.bury],
        activity_executor=ThreadPoolExecutor(COMMITS, thread_name_prefix="commit"),
        max_cached_workflows=max_cached,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
    )


def documents_worker(client: Client, papers: Papers, converter: Converter | None = None) -> Worker:
    """Papers, one at a time; beside them conversions, which wait for a free LibreOffice in threads of their own."""
    activities: list[Callable[..., object]] = [DocumentActivities(papers).render]
    if converter is not None:
        activities.append(ConversionActivities(converter).convert)
    threads = 1 if converter is None else 1 + CONVERSIONS
    return Worker(
        client,
        task_queue=DOCUMENTS,
        activities=activities,
        activity_executor=ThreadPoolExecutor(threads, thread_name_prefix="documents"),
        max_concurrent_activities=threads,
        graceful_shutdown_timeout=GRACE,
    )
