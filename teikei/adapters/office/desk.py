"""The port `Converter`: a stored .docx becomes one stored PDF/A-3b, with the .docx and its data inside."""

from __future__ import annotations

from teikei.adapters.files import FileStore
from teikei.adapters.office.pool import OfficePool
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.documents.cut import cut_off
from teikei.documents.pdf import archival, is_word
from teikei.domain.errors import Conflict, Unavailable


class PdfDesk:
    """Makes a PDF once; a repeat gives the stored one. Without LibreOffice (`pool` None) there is nothing to make it."""

    def __init__(self, renditions: SqlRenditions, files: FileStore, pool: OfficePool | None) -> None:
        self._renditions = renditions
        self._files = files
        self._pool = pool

    def convert(self, source: str) -> str:
        """See `activities.ports.Converter`. What is printed is cut off from the outside; what is carried is the file as it is."""
        known = self._renditions.pdf(source)
        if known and self._files.exists(known):
            return known
        docx = self._files.get(source)
        if not is_word(docx):
            raise Conflict("pdf.not_word")
        if self._pool is None:
            raise Unavailable("pdf.no_office")
        pdf = archival(self._pool.convert(cut_off(docx)), docx=docx, data=self._renditions.data(source))
        return self._renditions.converted(source, self._files.put(pdf), lost=known)
