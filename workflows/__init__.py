"""Decisions in time. No I/O and no settings here; a story is told in chapters, `matter.py` is the only place that waits."""
