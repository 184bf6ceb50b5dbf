"""The public way from variables to a .docx: same input, same bytes.

The file also says what it is: custom document properties name kind, language
and the hash of the clause map, and a custom XML part lists every article with
its clause, version and hash (documents.md 6), so that a file which comes back
can be matched to what was sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from teikei.documents import pages, wordml
from teikei.documents.blocks import ArticleRef, ClauseUse, Paper
from teikei.documents.compose import compose
from teikei.documents.house import XML
from teikei.documents.library import Library, default_library
from teikei.documents.lines import text
from teikei.documents.numbering import numbering_part
from teikei.documents.package import archive, part
from teikei.documents.parts import static_parts
from teikei.documents.wordml import escape

ENGINE = "2"
"""Changes when the same variables would give other bytes."""
FAST = 2
"""Deflate level of the text: two fifths of the time of 6 for a fifth more bytes."""
MAP_NAMESPACE = "urn:teikei:paper:1"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A written paper. `text` is what a reader of the file reads, line by line."""

    kind: str
    language: str
    title: str
    docx: bytes
    sha256: str
    text: str
    clauses: tuple[ClauseUse, ...]
    articles: tuple[ArticleRef, ...]

    def article(self, clause_id: str) -> ArticleRef | None:
        """Where a clause stands in this paper, for a citation; None if it does not."""
        return next((item for item in self.articles if item.clause_id == clause_id), None)


def render(
    kind: str,
    variables: object,
    *,
    language: str = "ja",
    library: Library | None = None,
    version: int = 0,
    document: str = "",
) -> Rendered:
    """Write one paper.

    `kind` is a `PaperKind`, `variables` its dataclass in `teikei.domain.papers`
    (or a mapping with the same names), `language` one of a manifest or `ja+en`,
    `version` the number in the page header (0: none), `document` the id of the
    matter that files it. Raises `DocumentError`; see `compose`.
    """
    composed = compose(library or default_library(), kind, variables, language)
    paper = replace(composed, version=version, document=document)
    docx = write(paper)
    return Rendered(
        kind=kind,
        language=language,
        title=paper.title,
        docx=docx,
        sha256=hashlib.sha256(docx).hexdigest(),
        text=text(paper),
        clauses=paper.clauses,
        articles=paper.articles,
    )


def write(paper: Paper) -> bytes:
    """The block model as a .docx file."""
    clause_map = _clause_map(paper)
    lists = wordml.Lists()
    body = pages.document(paper, lists).encode("utf-8")
    return archive(
        (
            *static_parts(paper.language, paper.form),
            numbering_part(paper.language, paper.form, tuple(lists.restarts)),
            part("docProps/core.xml", _core(paper)),
            part("docProps/custom.xml", _custom(paper, clause_map, body)),
            part("customXml/item1.xml", clause_map),
            part("word/header1.xml", pages.header(paper)),
            part("word/document.xml", body, FAST),
        )
    )


def _clause_map(paper: Paper) -> str:
    """customXml/item1.xml; of two languages the clauses of both."""
    papers = (paper, paper.second) if paper.second else (paper,)
    numbers = {(one.spoken, item.clause_id): item for one in papers for item in one.articles}
    rows = []
    for use in paper.clauses:
        found = numbers.get((use.language, use.id))
        place = f' number="{found.number}" title="{escape(found.title)}"' if found else ""
        rows.append(
            f'<clause id="{escape(use.id)}" language="{use.language}" version="{use.version}" '
            f'sha256="{use.sha256}"{place}/>'
        )
    return (
        f'{XML}<paper xmlns="{MAP_NAMESPACE}" kind="{escape(paper.kind)}" '
        f'language="{escape(paper.language)}" engine="{ENGINE}">{"".join(rows)}</paper>'
    )


def _core(paper: Paper) -> str:
    """No dates and no person: metadata of the writer's machine are not part of a paper."""
    cp = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    dc = "http://purl.org/dc/elements/1.1/"
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{cp}" xmlns:dc="{dc}"><dc:creator>Teikei</dc:creator>'
        f"<dc:language>{escape(paper.language)}</dc:language>"
        f"<dc:title>{escape(paper.title)}</dc:title></cp:coreProperties>"
    )


def _custom(paper: Paper, clause_map: str, body: bytes) -> str:
    """What a returned file is matched by: of whom, which version, and the hash of the text as it was sent."""
    vt = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    values = (
        ("TeikeiKind", paper.kind),
        ("TeikeiLanguage", paper.language),
        ("TeikeiEngine", ENGINE),
        ("TeikeiClauses", hashlib.sha256(clause_map.encode("utf-8")).hexdigest()),
        ("TeikeiBody", hashlib.sha256(body).hexdigest()),
        *((("TeikeiDocument", paper.document),) if paper.document else ()),
        *((("TeikeiVersion", str(paper.version)),) if paper.version else ()),
    )
    rows = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(values, 2)
    )
    return f'{XML}<Properties xmlns="{kind}" xmlns:vt="{vt}">{rows}</Properties>'
