"""The clause files of this installation as they lie there: the exact text, by the hash that a paper names."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from teikei.adapters.sql.clauses import Made, Wording
from teikei.documents import default_library
from teikei.domain.errors import Unavailable


def content(clause_id: str, language: str) -> str:
    """The whole file."""
    file = files("templates").joinpath("clauses", clause_id, f"{language}.md.j2")
    return file.read_bytes().decode("utf-8")


def read_anew() -> None:
    """Whoever asks for the library next reads the files as they are then."""
    default_library.cache_clear()


def wording(made: Made) -> Wording:
    """Title and text of a clause that was rendered just now.

    A file that was changed since this process read it is read anew by the next try: `Unavailable("clause.changed")`.
    """
    text = content(made.id, made.language)
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != made.sha256:
        read_anew()
        raise Unavailable("clause.changed", clause=made.id)
    return Wording(title=default_library().clause(made.id, made.language).title, text=text)
