"""Clauses and templates of the fakes: the library is real, lint is not asked, one child for all."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from activities.ports import Page, Subject
from teikei.adapters.clause_library import FileLibrary, Findings
from teikei.adapters.files import FileStore
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.templates import SqlTemplates, listed, template
from teikei.documents import Child
from teikei.domain.errors import Unknown

if TYPE_CHECKING:
    from tests.api.fakes import FakeImports, House

CHILD = Child()
"""Closed by conftest."""
FOUND: Findings = [{"level": "warning", "rule": "owner", "place": "nda", "detail": "no owner"}]


def library() -> FileLibrary:
    """Reading all clauses through takes ten seconds of processor."""
    return FileLibrary(lambda: FOUND)


class FakeTemplates:
    """`activities.ports.Templates`: the real one on the small database of the imports."""

    def __init__(self, house: House, imports: FakeImports, place: Path) -> None:
        self.imports, self.place = imports, place
        house.templates = self

    @cached_property
    def real(self) -> SqlTemplates:
        return SqlTemplates(self.imports.engine, FileStore(self.place / "files"), CHILD)

    def keep(self, subject: Subject, name: str, content: bytes, language: str) -> dict[str, Any]:
        return self.real.keep(subject, name, content, language)

    def draft(self, subject: Subject, sha256: str, values: dict[str, Any]) -> tuple[str, bytes]:
        return self.real.draft(subject, sha256, values)

    def template(self, subject: Subject, sha256: str) -> dict[str, Any]:
        with reading(self.imports.engine) as db:
            return template(db, subject, sha256)

    def templates(self, subject: Subject, after: str, limit: int) -> Page:
        with reading(self.imports.engine) as db:
            return listed(db, subject, after=after, limit=limit)


class SaysPapers:
    """The part of `activities.ports.Reads` that reads clauses and templates."""

    house: House

    def file(self, subject: Subject, sha256: str) -> tuple[str, bytes]:
        raise NotImplementedError

    def made_of(self, subject: Subject, sha256: str) -> list[dict[str, Any]]:
        self.file(subject, sha256)
        return []

    def clause(self, subject: Subject, sha256: str) -> dict[str, Any]:
        found = library().clause(sha256)
        if found is None:
            raise Unknown("thing.unknown")
        return {**found, "first_used_at": None}

    def template(self, subject: Subject, sha256: str) -> dict[str, Any]:
        assert self.house.templates is not None
        return self.house.templates.template(subject, sha256)

    def templates(self, subject: Subject, *, after: str, limit: int) -> Page:
        assert self.house.templates is not None
        return self.house.templates.templates(subject, after, limit)
