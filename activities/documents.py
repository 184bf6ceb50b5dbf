"""Writing papers and turning them into PDF, in a process of its own on the task queue `documents`."""

from __future__ import annotations

import threading

from temporalio import activity

from activities.failures import as_failure
from activities.ports import Converter, Papers
from activities.record import Rendered, RenderJob
from teikei.domain.errors import TeikeiError


class DocumentActivities:
    """A repeat writes the same bytes under the same hash."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers
        self._one = threading.Lock()

    @activity.defn(name="render")
    def render(self, job: RenderJob) -> Rendered:
        """Write the paper that a matter owes and store it under its SHA-256."""
        try:
            with self._one:  # one at a time keeps the CPU for the stories
                return self._papers.write(job)
        except TeikeiError as error:
            raise as_failure(error) from error


class ConversionActivities:
    """A repeat gives the PDF that was stored first."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter

    @activity.defn(name="convert")
    def convert(self, source: str) -> str:
        """Make the PDF of a stored .docx and store it; its SHA-256."""
        try:
            return self._converter.convert(source)
        except TeikeiError as error:
            raise as_failure(error) from error
