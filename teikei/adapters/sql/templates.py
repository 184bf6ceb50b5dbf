"""The port `Templates`: Word templates that a company handed in, and nobody but that company reads or fills.

Read and filled in the limited child of the engine, so many at a time that the API keeps its threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, update

from activities.ports import Page, Subject
from teikei.adapters.files import FileStore
from teikei.adapters.heavy import room
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.pages import page
from teikei.adapters.sql.scope import scoped
from teikei.adapters.template_values import typed
from teikei.documents import Child, DocumentError, told
from teikei.domain.errors import Unknown
from teikei.domain.views import plain

_TEMPLATES = t.table(t.TemplateRow)


class SqlTemplates:
    """Implements `activities.ports.Templates`. Everything may raise `Unavailable("sql.unavailable")` and `Busy`."""

    def __init__(self, engine: Engine, files: FileStore, child: Child) -> None:
        self._engine = engine
        self._files = files
        self._child = child

    def keep(self, subject: Subject, name: str, content: bytes, language: str) -> dict[str, Any]:
        """Read a template and store it: what is asked for in it, and what is odd about it."""
        with room(), _at_values(""):
            report = self._child.check(content, name, language=language)
        sha256 = self._files.put(content)
        facts = {"name": name, "language": language, "person": subject.person, "at": datetime.now(UTC)}
        facts["report"] = json.dumps(
            {
                "variables": list(report.names),
                "form": report.form,
                "findings": [told(one) for one in report.findings],
            },
            ensure_ascii=False,
        )
        mine = (_TEMPLATES.c.company == subject.company, _TEMPLATES.c.sha256 == sha256)
        with writing(self._engine) as db:
            if not db.execute(update(_TEMPLATES).where(*mine).values(**facts)).rowcount:
                row = {"company": subject.company, "sha256": sha256, "size": len(content), **facts}
                db.execute(insert(_TEMPLATES).values(**row))
            return template(db, subject, sha256)

    def draft(self, subject: Subject, sha256: str, values: dict[str, Any]) -> tuple[str, bytes]:
        """The template filled in; nothing is stored."""
        with reading(self._engine) as db:
            found = template(db, subject, sha256)
        given = typed(found["form"], values)
        assert isinstance(given, dict)
        content = self._files.get(sha256)
        with room(), _at_values("/values"):
            made = self._child.render(content, given, found["name"], language=found["language"])
        return found["name"], made


@contextmanager
def _at_values(root: str) -> Iterator[None]:
    """The engine points into the values, or at a place of the file: that stands in the parameters too."""
    try:
        yield
    except DocumentError as error:
        place = error.pointer if error.pointer.startswith("/") else ""
        raise DocumentError(error.code, root + place, **error.params) from error


def template(db: Connection, subject: Subject, sha256: str) -> dict[str, Any]:
    """A template of the subject's own company as it was read last; `Unknown` for another's."""
    row = db.execute(scoped(t.TemplateRow, subject).where(_TEMPLATES.c.sha256 == sha256)).first()
    if row is None:
        raise Unknown("thing.unknown")
    return _shown(row)


def listed(db: Connection, subject: Subject, *, after: str, limit: int) -> Page:
    """The templates of the subject's own company, those that it handed in last first."""
    keys = (_TEMPLATES.c.at, _TEMPLATES.c.sha256)
    return page(db, scoped(t.TemplateRow, subject), keys, _head, after=after, limit=limit, falling=True)


def _head(row: Row[Any]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("sha256", "name", "language", "size")}
    return facts | {"at": plain(row.at)}


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {**_head(row), **json.loads(row.report)}
