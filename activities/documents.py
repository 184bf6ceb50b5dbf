"""Writing papers, in a process of its own on the task queue `documents`."""

from __future__ import annotations

from temporalio import activity

from activities.failures import as_failure
from activities.ports import Papers
from activities.record import Rendered, RenderJob
from teikei.domain.errors import TeikeiError


class DocumentActivities:
    """A repeat writes the same bytes under the same hash."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    @activity.defn(name="render")
    def render(self, job: RenderJob) -> Rendered:
        """Write the paper that a matter owes and store it under its SHA-256."""
        try:
            return self._papers.write(job)
        except TeikeiError as error:
            raise as_failure(error) from error
