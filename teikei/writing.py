"""What the command line does for those who write clauses and templates: look, list, begin a new clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from teikei.domain.errors import Conflict, Invalid

CLAUSE_ID = re.compile(r"[a-z][a-z0-9_]{1,35}")

JAPANESE = """\
---
id: {id}
version: 1
title: （見出し）
condition: ""
terms: []
law: []
position: preferred
owner: {owner}
review_by: {review_by}
---
1. 各当事者は、〔いつまでに〕、〔何を〕しなければならない。
2. 前項の定めにかかわらず、次の各号のいずれかに該当する場合は、この限りでない。
   - 〔場合〕
   - 〔場合〕
"""
ENGLISH = """\
---
id: {id}
version: 1
of: "{of}"
title: (Heading)
terms: []
---
1. Each Party shall [do what] [by when].
2. Paragraph 1 does not apply where:
   - [a case]; or
   - [a case].
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClause:
    """A clause that is begun; it stands in no paper until a manifest lists it."""

    id: str
    folder: Path
    owner: str
    review_by: date


def library_findings() -> list[dict[str, str]]:
    """What lint says of the clause library in all its languages."""
    from teikei.documents import default_library, lint, told  # noqa: PLC0415  (only these commands need the engine)

    found = [one for language in ("ja", "en") for one in lint(default_library(), language=language)]
    return [told(one) for one in found]


def examined(file: Path, language: str) -> dict[str, Any]:
    """A Word template, read in the limited child: {file, sha256, variables, form, findings}; `DocumentError`, `OSError`."""
    from teikei.documents import Child, told  # noqa: PLC0415

    with Child() as child:
        report = child.check(file.read_bytes(), file.name, language=language)
    return {
        "file": report.file,
        "sha256": report.sha256,
        "variables": list(report.names),
        "form": report.form,
        "findings": [told(one) for one in report.findings],
    }


def listed() -> list[dict[str, Any]]:
    """Every kind of paper with titles, languages and its clauses in order."""
    from teikei.adapters.clause_library import FileLibrary  # noqa: PLC0415

    return FileLibrary().kinds()


def begin(new: NewClause) -> list[Path]:
    """Write the skeleton of a clause in Japanese and English: the two files.

    Raises `Invalid("clause.id")` and, where something of that name lies there, `Conflict("clause.exists")`.
    """
    from teikei.documents import Library  # noqa: PLC0415

    if not CLAUSE_ID.fullmatch(new.id):
        raise Invalid("clause.id", id=new.id[:100])
    home = new.folder / "clauses" / new.id
    if home.exists():
        raise Conflict("clause.exists", id=new.id)
    home.mkdir(parents=True)
    ja, en = home / "ja.md.j2", home / "en.md.j2"
    ja.write_text(JAPANESE.format(id=new.id, owner=new.owner, review_by=new.review_by), encoding="utf-8")
    of = Library(new.folder).clause(new.id).digest
    en.write_text(ENGLISH.format(id=new.id, of=of), encoding="utf-8")
    return [ja, en]
