"""The document engine: clauses → block model → .docx, and back to text.

A library of its own: it imports `teikei.domain`, Jinja, YAML and lxml, and
nothing else of this product. Callers use the names below and no module inside.
"""

from __future__ import annotations

from teikei.documents.blocks import ArticleRef, ClauseUse, Paper
from teikei.documents.child import Child, Limits
from teikei.documents.compiled import Compiled, compile_template
from teikei.documents.compose import compose
from teikei.documents.errors import CODES, DocumentError
from teikei.documents.findings import Finding
from teikei.documents.library import Clause, Library, Manifest, default_library
from teikei.documents.lint import lint
from teikei.documents.read import articles, read_text
from teikei.documents.render import Rendered, render, write
from teikei.documents.rules import told
from teikei.documents.trial import Report, examine

__all__ = [
    "CODES", "ArticleRef", "Child", "Clause", "ClauseUse", "Compiled", "DocumentError",
    "Finding", "Library", "Limits", "Manifest", "Paper", "Rendered", "Report", "articles",
    "compile_template", "compose", "default_library", "examine", "lint", "read_text",
    "render", "told", "write",
]  # fmt: skip
