"""Workflow ids and task queues, from opaque ids of the business."""

from __future__ import annotations

from teikei.domain.ids import kind_of

MATTERS = "matters"
"""Task queue of the stories and their SQL."""
DOCUMENTS = "documents"
"""Task queue of the documents worker, a process of its own."""


def workflow_id(matter: str) -> str:
    """`alliance-aln_…`, `agreement-agr_…` …"""
    return f"{kind_of(matter)}-{matter}"


def conversion_id(source: str) -> str:
    """One conversion per .docx, by its hash."""
    return f"conversion-{source}"


def delivery_id(outbox: str) -> str:
    """One delivery per outbox row."""
    return f"delivery-{outbox}"
