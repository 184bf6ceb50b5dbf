"""The workers: stories with their SQL and deliveries in one process, papers in another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from activities.delivery import DeliveryActivities
from activities.documents import DocumentActivities
from activities.matters import MatterActivities
from activities.ports import Ledger, Papers, Post
from workflows.ids import DOCUMENTS, MATTERS
from workflows.registry import WORKFLOWS

GRACE = timedelta(seconds=10)
"""Running activities may finish; the default of zero would cancel them at once."""
STICKY = timedelta(seconds=2)
"""How long a task waits for the worker that has its run in memory before any worker may take it."""
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


def documents_worker(client: Client, papers: Papers) -> Worker:
    """Papers: one at a time per core keeps the CPU for the stories."""
    documents = DocumentActivities(papers)
    return Worker(
        client,
        task_queue=DOCUMENTS,
        activities=[documents.render],
        activity_executor=ThreadPoolExecutor(1, thread_name_prefix="documents"),
        max_concurrent_activities=1,
        graceful_shutdown_timeout=GRACE,
    )
