"""The port `ClauseLibrary`: what this installation's clauses are, and papers tried out of them.

A paper takes a few milliseconds of our own trusted templates, so it is made where it is asked for; reading the whole
library through takes many seconds, so a process of its own does that once and is asked again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from activities.ports import Preview
from teikei.adapters.clause_files import content
from teikei.documents import Clause, DocumentError, Library, default_library, render
from teikei.documents.localised import LABEL_FIELDS
from teikei.domain.errors import Invalid
from teikei.domain.papers import LABELS, PAPER_TITLES, VARIABLES, PaperKind

LANGUAGES = ("ja", "en")
_LINT = """
import json
from teikei.documents import default_library, lint, told
found = [told(one) for language in ("ja", "en") for one in lint(default_library(), language=language)]
print(json.dumps(found))
"""
Findings = list[dict[str, str]]


def lint_apart() -> Findings:
    """What lint says of the library, found in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _LINT], check=True, capture_output=True, timeout=600)
    found: Findings = json.loads(done.stdout)
    return found


class FileLibrary:
    """Implements `activities.ports.ClauseLibrary` over the files of this installation."""

    def __init__(self, lint: Callable[[], Findings] = lint_apart) -> None:
        self._lint = lint
        self._found: Findings | None = None
        self._at_it = threading.Lock()

    def kinds(self) -> list[dict[str, Any]]:
        """Every kind with a manifest, as people see it."""
        return [_kind(default_library(), kind) for kind in PAPER_TITLES if kind in default_library().kinds]

    def clauses(self, kind: str, language: str) -> list[dict[str, Any]]:
        """The clauses of a kind in their order, or all; `DocumentError` for an unknown kind or an absent language."""
        library = default_library()
        if kind:
            ids = library.manifest(kind, language).clause_ids
        else:
            ids = tuple(one for one in library.clause_ids if _there(library, one, language))
        return [_shown(library.clause(one, language)) for one in ids]

    def clause(self, sha256: str) -> dict[str, Any] | None:
        """One of the newest by its hash, with its text; None where no file has this hash."""
        library = default_library()
        for language in LANGUAGES:
            for one in library.clause_ids:
                if _there(library, one, language) and library.clause(one, language).sha256 == sha256:
                    return _head(library.clause(one, language)) | {"text": content(one, language)}
        return None

    def findings(self) -> Findings | None:
        """What lint says of the library; None: it is being read, ask again."""
        if self._found is None and self._at_it.acquire(blocking=False):
            threading.Thread(target=self._read, daemon=True).start()
        return self._found

    def _read(self) -> None:
        try:
            self._found = self._lint()
        finally:
            self._at_it.release()

    def preview(self, kind: PaperKind, language: str, values: object) -> Preview:
        """The paper; nothing is stored. Pointers are those of a body that holds the values under `values`."""
        assert isinstance(values, VARIABLES[kind])
        _parties(values)
        try:
            made = render(kind, values, language=language)
        except DocumentError as error:
            raise _at_values(error) from error
        except (LookupError, ValueError, TypeError, ArithmeticError) as error:
            # Values of the right types that no paper can be made of: a label that no party has.
            said = f"{type(error).__name__}: {error}"[:200]
            raise Invalid("preview.unfit", "/values", message=said) from error
        return made


def _at_values(error: DocumentError) -> DocumentError:
    """The engine points into the variables, or names a clause: then its message begins with it."""
    if error.pointer.startswith("/"):
        return DocumentError(error.code, f"/values{error.pointer}", **error.params)
    said = {"message": f"{error.pointer}: {error.params['message']}"} if "message" in error.params else {}
    return DocumentError(error.code, "/values", **{**error.params, **said})


def _parties(values: Any) -> None:
    """甲 to 癸 in their order: papers count on it."""
    labels = [party.label for party in values.parties]
    if not 2 <= len(labels) <= len(LABELS):
        raise Invalid("parties.two_to_ten", "/values/parties", count=len(labels))
    for index, (label, wanted) in enumerate(zip(labels, LABELS, strict=False)):
        if label != wanted:
            raise Invalid("parties.label", f"/values/parties/{index}/label", wanted=wanted)
    for place, label in _labels(values, "/values"):
        if label in LABELS and label not in labels:
            raise Invalid("parties.no_such_label", place, label=label)


def _labels(value: Any, place: str, name: str = "") -> Iterator[tuple[str, str]]:
    """Every field that names a party by its label, with its pointer."""
    if isinstance(value, str):
        if name in LABEL_FIELDS:
            yield place, value
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _labels(one, f"{place}/{index}", name)
    elif is_dataclass(value):
        for item in fields(value):
            yield from _labels(getattr(value, item.name), f"{place}/{item.name}", item.name)


def _kind(library: Library, kind: PaperKind) -> dict[str, Any]:
    spoken = [one for one in LANGUAGES if _has(library, kind, one)]
    manifest = library.manifest(kind, spoken[0])
    return {
        "kind": kind,
        "title_ja": PAPER_TITLES[kind][0],
        "title_en": PAPER_TITLES[kind][1],
        "languages": [*spoken, "+".join(spoken)] if len(spoken) > 1 else spoken,
        "form": manifest.form,
        "by_hand": list(manifest.by_hand),
        "clauses": [
            {"id": one, "condition": library.clause(one).condition_text} for one in manifest.clause_ids
        ],
    }


def _has(library: Library, kind: str, language: str) -> bool:
    try:
        library.manifest(kind, language)
    except DocumentError:
        return False
    return True


def _there(library: Library, clause_id: str, language: str) -> bool:
    try:
        library.clause(clause_id, language)
    except DocumentError:
        return False
    return True


def _head(clause: Clause) -> dict[str, Any]:
    names = ("id", "language", "version", "sha256", "title")
    return {name: getattr(clause, name) for name in names}


def _shown(clause: Clause) -> dict[str, Any]:
    return _head(clause) | {
        "condition": clause.condition_text,
        "position": clause.position,
        "terms": list(clause.terms),
        "law": list(clause.law),
        "owner": clause.owner,
        "review_by": clause.review_by.isoformat() if clause.review_by else None,
        "variables": list(clause.names),
        "body": clause.body,
    }
