"""The port `Papers`: what a matter owes, rendered by the document engine and stored under its hash."""

from __future__ import annotations

import hashlib

from activities.ports import Ledger
from activities.record import Rendered, RenderJob
from teikei.adapters.clause_files import read_anew
from teikei.adapters.files import FileStore
from teikei.adapters.sql.clauses import Made
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.documents import DocumentError, Library, default_library, render
from teikei.documents import Rendered as Paper
from teikei.documents.pdf import data_of
from teikei.domain.agreement.state import Agreement
from teikei.domain.variables import variables, written_in


class PaperDesk:
    """Writes papers. A repeat gives the same bytes under the same hash."""

    def __init__(
        self,
        ledger: Ledger,
        files: FileStore,
        renditions: SqlRenditions | None = None,
        library: Library | None = None,
    ) -> None:
        self._library = library
        self._ledger = ledger
        self._files = files
        self._renditions = renditions

    def write(self, job: RenderJob) -> Rendered:
        """Render one effect; `owed` is false when the matter does not want it any more.

        Raises the engine's `DocumentError` (a paper that cannot be written) and `Unavailable`.
        """
        state = self._ledger.load(job.matter)
        if state.over or all(e.key != job.effect for e in state.owes):
            return Rendered(owed=False)
        library = self._library or default_library()  # asked each time: a changed file has it read anew
        kind, values = variables(state, job.effect)
        version = _version(job.effect)
        paper = render(
            kind, values,
            language=written_in(state), version=version, document=job.matter, library=library,
        )  # fmt: skip
        if version and isinstance(state, Agreement) and state.fixed and state.languages_pair:
            _paired(library, paper)
        if self._renditions is not None:  # else a PDF of it carries no data
            data = data_of(kind, paper.language, values, version=version, document=job.matter)
            self._renditions.written(paper.sha256, data, _made(paper))
        uses = "".join(f"{use.id} {use.version} {use.sha256}\n" for use in paper.clauses)
        return Rendered(
            sha256=self._files.put(paper.docx),
            size=len(paper.docx),
            clauses=hashlib.sha256(uses.encode()).hexdigest(),
            stale=library.stale(paper.clauses),
        )


def _paired(library: Library, paper: Paper) -> None:
    """No later version would heal a stale pair here: it is an accident, and the next try sees the clause mended."""
    try:
        library.paired(paper.clauses)
    except DocumentError:
        read_anew()
        raise


def _made(paper: Paper) -> tuple[Made, ...]:
    """The clauses in their order; of two languages both, under the same numbers."""
    numbers = {article.clause_id: article.number for article in paper.articles}
    return tuple(
        Made(
            id=use.id,
            language=use.language,
            version=use.version,
            sha256=use.sha256,
            number=numbers.get(use.id, 0),
        )
        for use in paper.clauses
    )


def _version(effect: str) -> int:
    """The round's version that an agreement owes; no other paper has one."""
    name, _, number = effect.partition("/")
    return int(number) if name == "version" else 0
