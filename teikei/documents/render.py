"""The public way from variables to a .docx: same input, same bytes.

The file also says what it is: custom document properties name kind, language
and the hash of the clause map, and a custom XML part lists every article with
its clause, version and hash (documents.md 6), so that a file which comes back
can be matched to what was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from teikei.documents import wordml
from teikei.documents.blocks import (
    Article,
    ArticleRef,
    Body,
    Chapter,
    ClauseUse,
    DateLine,
    Heading,
    Paper,
    SignatureBlock,
    Table,
)  # fmt: skip
from teikei.documents.compose import compose
from teikei.documents.house import XML, static_parts
from teikei.documents.library import Library, default_library
from teikei.documents.package import archive, part
from teikei.documents.wordml import escape

ENGINE = "1"
"""Changes when the same variables would give other bytes."""
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


def render(kind: str, variables: object, *, language: str = "ja", library: Library | None = None) -> Rendered:
    """Write one paper.

    `kind` is a `PaperKind`, `variables` its dataclass in `teikei.domain.papers`
    (or a mapping with the same names). Raises `DocumentError`; see `compose`.
    """
    paper = compose(library or default_library(), kind, variables, language)
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
    return archive(
        (
            *static_parts(),
            part("docProps/core.xml", _core(paper)),
            part("docProps/custom.xml", _custom(paper, clause_map)),
            part("customXml/item1.xml", clause_map),
            part("word/header1.xml", wordml.header(paper)),
            part("word/document.xml", wordml.document(paper)),
        )
    )


def text(paper: Paper) -> str:
    """The paper as plain text; built from the model, not from the XML."""
    return "\n".join(line for line in _lines(paper) if line.strip())


def _lines(paper: Paper) -> Iterator[str]:
    yield paper.title
    for block in paper.blocks:
        if isinstance(block, Chapter):
            yield wordml.chapter_heading(block)
        elif isinstance(block, DateLine):
            yield block.text
        elif isinstance(block, SignatureBlock):
            for party in block.parties:
                yield f"{party.label}\t" + "\n".join(wordml.signature_lines(party))
        else:
            if isinstance(block, Article):
                yield wordml.article_heading(block)
            elif isinstance(block, Heading):
                yield wordml.sheet_heading(block)
            yield from _body(block.body)


def _body(body: Body) -> Iterator[str]:
    for block in body:
        if isinstance(block, Table):
            yield from ("\t".join(row) for row in (block.header, *block.rows))
            continue
        yield block.text if block.number is None else f"{block.number}\t{block.text}"
        for item in block.items:
            yield f"（{item.number}）\t{item.text}"
            yield from (f"{child.mark}\t{child.text}" for child in item.children)


def _clause_map(paper: Paper) -> str:
    """customXml/item1.xml."""
    numbers = {item.clause_id: item for item in paper.articles}
    rows = []
    for use in paper.clauses:
        found = numbers.get(use.id)
        place = f' number="{found.number}" title="{escape(found.title)}"' if found else ""
        rows.append(f'<clause id="{escape(use.id)}" version="{use.version}" sha256="{use.sha256}"{place}/>')
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


def _custom(paper: Paper, clause_map: str) -> str:
    vt = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    values = (
        ("TeikeiKind", paper.kind),
        ("TeikeiLanguage", paper.language),
        ("TeikeiEngine", ENGINE),
        ("TeikeiClauses", hashlib.sha256(clause_map.encode("utf-8")).hexdigest()),
    )
    rows = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(values, 2)
    )
    return f'{XML}<Properties xmlns="{kind}" xmlns:vt="{vt}">{rows}</Properties>'
