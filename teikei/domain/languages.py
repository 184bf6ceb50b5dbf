"""The languages of an alliance's papers: said when it is opened, and the same for its whole life.

`ja+en` is one paper with both texts side by side; only there does it matter which of them prevails.
"""

from __future__ import annotations

from typing import Literal

from teikei.domain.papers import PAPER_TITLES, PaperKind

PapersIn = Literal["ja", "en", "ja+en"]
Governing = Literal["ja", "en"]

IN_ENGLISH: frozenset[PaperKind] = frozenset(PAPER_TITLES)
"""Kinds whose clauses exist in English; a test holds it against the manifests."""

_OF_EVERY_LIFE: tuple[PaperKind, ...] = (
    "nda", "amendment", "termination", "notice", "return_letter", "minutes", "statement",
)  # fmt: skip


def lacking(form: PaperKind, papers_in: PapersIn) -> tuple[PaperKind, ...]:
    """Papers that an alliance of this form may come to need and that do not exist in the language."""
    if papers_in == "ja":
        return ()
    return tuple(kind for kind in (form, *_OF_EVERY_LIFE) if kind not in IN_ENGLISH)
