"""The port `Papers`: what a matter owes, rendered by the document engine and stored under its hash."""

from __future__ import annotations

import hashlib

from activities.ports import Ledger
from activities.record import Rendered, RenderJob
from teikei.adapters.files import FileStore
from teikei.documents import render
from teikei.domain.variables import variables


class PaperDesk:
    """Writes papers. A repeat gives the same bytes under the same hash."""

    def __init__(self, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._files = files

    def write(self, job: RenderJob) -> Rendered:
        """Render one effect; `owed` is false when the matter does not want it any more.

        Raises the engine's `DocumentError` (a paper that cannot be written) and `Unavailable`.
        """
        state = self._ledger.load(job.matter)
        if state.over or all(e.key != job.effect for e in state.owes):
            return Rendered(owed=False)
        kind, values = variables(state, job.effect)
        paper = render(kind, values)
        uses = "".join(f"{use.id} {use.version} {use.sha256}\n" for use in paper.clauses)
        return Rendered(
            sha256=self._files.put(paper.docx),
            size=len(paper.docx),
            clauses=hashlib.sha256(uses.encode()).hexdigest(),
        )
