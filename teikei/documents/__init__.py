"""The document engine: clauses → block model → .docx, and back to text.

A library of its own: it imports `teikei.domain`, Jinja, YAML and lxml, and
nothing else of this product. Callers use the names below and no module inside.
"""

from __future__ import annotations

from teikei.documents.blocks import ArticleRef, ClauseUse, Paper
from teikei.documents.compose import compose
from teikei.documents.errors import CODES, DocumentError
from teikei.documents.library import Clause, Library, Manifest, default_library
from teikei.documents.lint import Finding, lint
from teikei.documents.read import articles, read_text
from teikei.documents.render import Rendered, render, write

__all__ = [
    "CODES", "ArticleRef", "Clause", "ClauseUse", "DocumentError", "Finding", "Library",
    "Manifest", "Paper", "Rendered", "articles", "compose", "default_library", "lint",
    "read_text", "render", "write",
]  # fmt: skip
