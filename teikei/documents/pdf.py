"""What is done to a converted paper: its Word file and its data go into the PDF (PDF/A-3b, documents.md 8).

LibreOffice writes other bytes each time, so a PDF is made once and stored; nothing here makes it anew.
`read` gives back what a PDF carries, for whoever receives it: the data render the Word file to the byte.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import pikepdf
from pikepdf import AttachedFileSpec, Name, ObjectStreamMode, Pdf

from teikei.documents.errors import DocumentError
from teikei.domain.record import canonical
from teikei.domain.views import plain

SOURCE, DATA = "source.docx", "data.json"
"""Names of the two attached files; the same in every PDF, so that a reader finds them."""
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The files inside a PDF of ours; empty bytes where it has none."""

    docx: bytes
    data: bytes


def is_word(content: bytes) -> bool:
    """Is it a package with a Word document? LibreOffice would take any bytes for text, and convert those."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "word/document.xml" in package.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def data_of(kind: str, language: str, variables: object, *, version: int = 0, document: str = "") -> bytes:
    """What `render` was given, as canonical JSON: enough to write the paper again."""
    given: dict[str, object] = {"kind": kind, "language": language, "variables": plain(variables)}
    return canonical(
        given | ({"version": version} if version else {}) | ({"document": document} if document else {})
    )


def archival(pdf: bytes, *, docx: bytes, data: bytes = b"") -> bytes:
    """The PDF/A-3b with its Word file (`Source`) and, where there are any, its data (`Data`) attached.

    Raises `DocumentError("document.pdf_invalid")` for bytes that are no PDF.
    """
    try:
        with Pdf.open(io.BytesIO(pdf)) as file:
            _attach(file, SOURCE, docx, _WORD, Name.Source)
            if data:
                _attach(file, DATA, data, "application/json", Name.Data)
            made = io.BytesIO()
            file.save(made, object_stream_mode=ObjectStreamMode.generate)  # two fifths of the bytes go
    except pikepdf.PdfError as error:
        raise DocumentError("document.pdf_invalid") from error
    return made.getvalue()


def _attach(file: Pdf, name: str, content: bytes, media_type: str, relation: Name) -> None:
    """In the list of attachments and in `/AF`: PDF/A-3 wants each of them in both."""
    spec = AttachedFileSpec(
        file, content, filename=name, description=name, mime_type=media_type, relationship=relation
    )
    file.attachments[name] = spec


def read(pdf: bytes) -> Carried:
    """What `archival` put in; `DocumentError("document.pdf_invalid")` for bytes that are no PDF."""
    try:
        with Pdf.open(io.BytesIO(pdf)) as file:
            inside = {name: file.attachments[name].get_file().read_bytes() for name in file.attachments}
    except pikepdf.PdfError as error:
        raise DocumentError("document.pdf_invalid") from error
    return Carried(docx=inside.get(SOURCE, b""), data=inside.get(DATA, b""))
