"""The public way from variables to a .docx: same input, same bytes.

The file also says what it is: custom document properties name kind, language
and the hash of the clause map, and a custom XML part lists every article with
its clause, version and hash (documents.md 6), so that a file which comes back
can be matched to what was sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import lru_cache

from teikei.documents import days, pages, web, wordml
from teikei.documents.blocks import ArticleRef, ClauseUse, Paper
from teikei.documents.compose import by_name, compose
from teikei.documents.house import XML
from teikei.documents.library import Library, default_library
from teikei.documents.lines import text
from teikei.documents.numbering import numbering_part
from teikei.documents.package import Part, archive, part
from teikei.documents.parts import static_parts
from teikei.documents.wordml import escape

ENGINE = "3"
"""Changes when the same variables would give other bytes."""
FAST = 2
"""Deflate level of the text: two fifths of the time of 6 for a fifth more bytes."""
MAP_NAMESPACE = "urn:teikei:paper:1"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A written paper and the model that it was written from."""

    paper: Paper
    docx: bytes
    sha256: str
    library: Library = field(compare=False, repr=False)
    variables: object = field(compare=False, repr=False)

    @property
    def kind(self) -> str:
        return self.paper.kind

    @property
    def language(self) -> str:
        return self.paper.language

    @property
    def title(self) -> str:
        return self.paper.title

    @property
    def clauses(self) -> tuple[ClauseUse, ...]:
        return self.paper.clauses

    @property
    def articles(self) -> tuple[ArticleRef, ...]:
        return self.paper.articles

    @property
    def text(self) -> str:
        """What a reader of the file reads, line by line."""
        return text(self.paper)

    def html(self, *, link: str = "", style: str = "") -> str:
        """The same as a web page (`web.page`), with the days of term clauses beside them."""
        values = by_name(self.kind, self.variables)
        notes = {use.id: days.beside(self.library, use.id, values) for use in self.clauses}
        return web.page(self.paper, link=link, style=style, notes=notes)

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
    ours = library or default_library()
    composed = compose(ours, kind, variables, language)
    paper = replace(composed, version=version, document=document)
    docx = write(paper)
    return Rendered(paper, docx, hashlib.sha256(docx).hexdigest(), ours, variables)


def write(paper: Paper) -> bytes:
    """The block model as a .docx file."""
    articles = paper.articles + (paper.second.articles if paper.second else ())
    clauses, clauses_hash = _clause_map(paper.kind, paper.language, paper.clauses, articles)
    lists = wordml.Lists()
    body = pages.document(paper, lists)
    return archive(
        (
            *static_parts(paper.language, paper.form, dense=paper.dense),
            numbering_part(paper.language, paper.form, tuple(lists.restarts), dense=paper.dense),
            _core(paper.language, paper.title),
            part("docProps/custom.xml", _custom(paper, clauses_hash, body)),
            clauses,
            part("word/header1.xml", pages.header(paper)),
            part("word/document.xml", body, FAST),
        )
    )


@lru_cache(maxsize=256)
def _clause_map(
    kind: str, language: str, clauses: tuple[ClauseUse, ...], articles: tuple[ArticleRef, ...]
) -> tuple[Part, str]:
    """customXml/item1.xml and its hash: one for all papers that chose the same clauses; of two languages of both."""
    numbers = {(item.language, item.clause_id): item for item in articles}
    rows = []
    for use in clauses:
        found = numbers.get((use.language, use.id))
        place = f' number="{found.number}" title="{escape(found.title)}"' if found else ""
        rows.append(
            f'<clause id="{escape(use.id)}" language="{use.language}" version="{use.version}" '
            f'sha256="{use.sha256}"{place}/>'
        )
    xml = (
        f'{XML}<paper xmlns="{MAP_NAMESPACE}" kind="{escape(kind)}" '
        f'language="{escape(language)}" engine="{ENGINE}">{"".join(rows)}</paper>'
    )
    return part("customXml/item1.xml", xml), hashlib.sha256(xml.encode("utf-8")).hexdigest()


@lru_cache(maxsize=256)
def _core(language: str, title: str) -> Part:
    """No dates and no person: metadata of the writer's machine are not part of a paper."""
    cp = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    dc = "http://purl.org/dc/elements/1.1/"
    return part(
        "docProps/core.xml",
        f'{XML}<cp:coreProperties xmlns:cp="{cp}" xmlns:dc="{dc}"><dc:creator>Teikei</dc:creator>'
        f"<dc:language>{escape(language)}</dc:language>"
        f"<dc:title>{escape(title)}</dc:title></cp:coreProperties>",
    )


def _custom(paper: Paper, clauses_hash: str, body: bytes) -> str:
    """What a returned file is matched by: of whom, which version, and the hash of the text as it was sent."""
    vt = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    values = (
        ("TeikeiKind", paper.kind),
        ("TeikeiLanguage", paper.language),
        ("TeikeiEngine", ENGINE),
        ("TeikeiClauses", clauses_hash),
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
