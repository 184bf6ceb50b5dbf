"""Clause files and manifests: `templates/clauses/<id>/<lang>.md.j2`, `templates/papers/<kind>.yaml`.

A clause file is front matter and Jinja text; its hash is over the whole file,
so a paper says exactly which wording it used. Files are read on first use and
kept: a broken file of one paper does not stop the others.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import TypeVar, cast

import yaml

from teikei.documents.blocks import ClauseUse, Form
from teikei.documents.errors import DocumentError
from teikei.documents.sandbox import Condition, Source, condition

ORIGINAL = "ja"
"""The language in which a clause is written first; the others render it."""
POSITIONS = ("preferred", "fallback", "walk-away")
MAX_ID = 36
"""A Word bookmark name has at most 40 characters; ours is ``_cl_`` + id."""

_CLAUSE_KEYS = frozenset(
    {"id", "version", "title", "condition", "terms", "law", "position", "owner", "review_by"}
)
_RENDERING_KEYS = frozenset({"id", "version", "title", "terms", "of"})
"""What a clause file in another language states; all else is that of its Japanese text."""
_MANIFEST_KEYS = frozenset(
    {"kind", "title", "languages", "form", "dense", "preamble", "clauses", "closing", "signature", "by_hand"}
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Clause:
    """One wording of one clause in one language."""

    id: str
    language: str
    version: int
    title: str
    condition_text: str
    terms: tuple[str, ...]
    law: tuple[str, ...]
    position: str
    owner: str
    review_by: date | None
    body: str
    sha256: str
    source: Source
    applies: Condition
    names: tuple[str, ...]
    """Variables that the body or the condition uses."""
    digest: str
    """Over what a reader meets: title, condition, terms and body, so that a new owner makes no pair stale."""
    of: str
    """The `digest` of the Japanese clause that this one renders; empty in Japanese."""

    def behind(self, original: Clause) -> bool:
        """Was the Japanese text changed after this one was written (`pair_stale`)?"""
        return self.of != original.digest


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a manifest: a clause id or a chapter heading."""

    clause: str = ""
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one paper kind consists of, in one language."""

    kind: str
    language: str
    title: Source
    form: Form
    preamble: str
    entries: tuple[Entry, ...]
    closing: str
    signature: bool
    by_hand: tuple[str, ...]
    dense: bool
    """Small characters and narrow margins, for a paper that is to stay on one page."""

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """Every clause of the paper in order, preamble and closing included."""
        middle = tuple(entry.clause for entry in self.entries if entry.clause)
        ends = ((self.preamble,) if self.preamble else (), (self.closing,) if self.closing else ())
        return ends[0] + middle + ends[1]


class Library:
    """The templates of one folder, read lazily; safe to share between threads."""

    def __init__(self, root: Traversable) -> None:
        """`root` holds `clauses/` and `papers/`."""
        self._root = root
        self._kept: dict[tuple[str, str, str], object] = {}
        self._lock = threading.RLock()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The paper kinds that have a manifest."""
        names = (file.name for file in self._root.joinpath("papers").iterdir())
        return tuple(sorted(name[:-5] for name in names if name.endswith(".yaml")))

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """The clause folders."""
        folder = self._root.joinpath("clauses")
        return tuple(sorted(item.name for item in folder.iterdir() if item.is_dir()))

    def manifest(self, kind: str, language: str = "ja") -> Manifest:
        """Raises `document.unknown_kind`, `.language_missing`, `.manifest_invalid`."""
        return self._keep(("paper", kind, language), lambda: self._manifest(kind, language))

    def clause(self, clause_id: str, language: str = "ja") -> Clause:
        """Raises `document.clause_missing`, `.clause_invalid` and the syntax codes."""
        return self._keep(("clause", clause_id, language), lambda: self._clause(clause_id, language))

    def stale(self, uses: Iterable[ClauseUse]) -> tuple[str, ...]:
        """Those in another language whose Japanese text was changed after they were written."""
        others = (use for use in uses if use.language != ORIGINAL)
        return tuple(u.id for u in others if self.clause(u.id, u.language).behind(self.clause(u.id)))

    def paired(self, uses: Iterable[ClauseUse]) -> None:
        """Raises `document.pair_stale` where one of them is."""
        if stale := self.stale(uses):
            raise DocumentError("document.pair_stale", stale[0], clauses=", ".join(stale))

    def _keep(self, key: tuple[str, str, str], make: Callable[[], _T]) -> _T:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            return cast("_T", self._kept[key])

    def _read(self, *path: str) -> str | None:
        if any(not part.replace("_", "").replace(".", "").isalnum() for part in path):
            return None
        file = self._root.joinpath(*path)
        return file.read_bytes().decode("utf-8") if file.is_file() else None

    def _manifest(self, kind: str, language: str) -> Manifest:
        text = self._read("papers", f"{kind}.yaml")
        if text is None:
            raise DocumentError("document.unknown_kind", kind=kind)
        data = _mapping(text, f"papers/{kind}.yaml", _MANIFEST_KEYS)
        for field in ("title", "clauses"):
            if not data.get(field):
                raise DocumentError("document.manifest_invalid", kind=kind, field=field)
        if language not in _texts(data.get("languages")):
            raise DocumentError("document.language_missing", kind=kind, language=language)
        if data.get("kind") != kind or data.get("form", "articles") not in ("articles", "sheet"):
            raise DocumentError("document.manifest_invalid", kind=kind, field="form or kind")
        form: Form = "sheet" if data.get("form") == "sheet" else "articles"
        closing = str(data.get("closing") or "")
        return Manifest(
            kind=kind,
            language=language,
            title=Source(str(_in(data["title"], language)), language),
            form=form,
            preamble=str(data.get("preamble") or ""),
            entries=tuple(_entry(item, language) for item in _items(data["clauses"])),
            closing=f"closing_{closing}" if closing else "",
            signature=bool(data.get("signature", False)),
            by_hand=_texts(data.get("by_hand")),
            dense=bool(data.get("dense", False)),
        )

    def _clause(self, clause_id: str, language: str) -> Clause:
        text = self._read("clauses", clause_id, f"{language}.md.j2")
        if text is None:
            raise DocumentError("document.clause_missing", clause_id, language=language)
        original = None if language == ORIGINAL else self.clause(clause_id)
        try:
            return _parse(clause_id, language, text, original)
        except DocumentError as error:
            raise DocumentError(error.code, clause_id, **error.params) from error


def _mapping(text: str, file: str, allowed: frozenset[str]) -> dict[str, object]:
    """Read YAML that must be a mapping of known keys."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DocumentError("document.yaml_invalid", file, message=str(error)) from error
    if not isinstance(data, dict):
        raise DocumentError("document.yaml_invalid", file, message="not a mapping")
    unknown = sorted(str(key) for key in data if key not in allowed)
    if unknown:
        raise DocumentError("document.unknown_keys", file, keys=", ".join(unknown))
    return data


def _in(value: object, language: str) -> object:
    return value[language] if isinstance(value, Mapping) else value


def _entry(item: object, language: str) -> Entry:
    if isinstance(item, Mapping):
        return Entry(chapter=str(_in(item["chapter"], language)))
    return Entry(clause=str(item))


def _parse(clause_id: str, language: str, text: str, original: Clause | None) -> Clause:
    """Split the front matter from the body and compile both; conditions are one for all languages."""
    parts = text.replace("\r\n", "\n").split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise DocumentError("document.clause_invalid", clause_id, field="front matter")
    head = _mapping(parts[1], clause_id, _RENDERING_KEYS if original else _CLAUSE_KEYS)
    if original:
        head |= {
            "condition": original.condition_text, "law": list(original.law), "position": original.position,
            "owner": original.owner, "review_by": original.review_by,
        }  # fmt: skip
    if head.get("id") != clause_id or len(clause_id) > MAX_ID:
        raise DocumentError("document.clause_invalid", clause_id, field="id")
    version, position = head.get("version"), head.get("position", "preferred")
    if isinstance(version, bool) or not isinstance(version, int):
        raise DocumentError("document.clause_invalid", clause_id, field="version")
    if position not in POSITIONS:
        raise DocumentError("document.clause_invalid", clause_id, field="position")
    source = Source(parts[2], language)
    wanted = str(head.get("condition") or "")
    applies, condition_names = condition(wanted)
    review = head.get("review_by")
    return Clause(
        id=clause_id,
        language=language,
        version=version,
        title=str(head.get("title") or ""),
        condition_text=wanted,
        terms=_texts(head.get("terms")),
        law=_texts(head.get("law")),
        position=str(position),
        owner=str(head.get("owner") or ""),
        review_by=review if isinstance(review, date) else None,
        body=parts[2],
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        source=source,
        applies=applies,
        names=tuple(sorted({*source.names, *condition_names})),
        digest=_digest(str(head.get("title") or ""), wanted, *_texts(head.get("terms")), parts[2].strip()),
        of=str(head.get("of") or ""),
    )


def _digest(*texts: str) -> str:
    """Sixteen hexadecimal digits: enough to see a change, short enough to copy by hand."""
    return hashlib.sha256("\0".join(texts).encode("utf-8")).hexdigest()[:16]


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in _items(value))


@cache
def default_library() -> Library:
    """The clause files that came with this installation (package `templates`)."""
    return Library(files("templates"))
