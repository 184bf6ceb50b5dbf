"""A person to write to; a name that a company bore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from teikei.domain.fields import Email, Language, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person to whom mail goes, in the language that the person reads."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    name: Line
    email: Email
    language: Language = "ja"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerName:
    """A name that a company bore (旧商号), and the last day on which it did."""

    name_ja: str
    name_en: str
    until: date
