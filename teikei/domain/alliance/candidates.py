"""候補先の選定: what an alliance knows of the selection in which its candidate stands.

Each candidate has an alliance of its own, so none sees another.  That there is
a selection at all is known to the opener alone: it stands in the state, and
`view` shows it to nobody else (docs/decisions/0019-candidates.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from teikei.domain.fields import Id, Line
from teikei.domain.terms import STRICT

NOT_YET = "-"
"""In the place of an id: the story shall open nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionIn:
    """Which selection an alliance is opened for, and which of its parties is the candidate."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    name: Line
    candidate: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The opener's own business; no other party reads it."""

    id: str
    name: str
    candidate: str
    chosen: bool = False
    note: str = ""
    """What the opener keeps for itself about choosing or dropping the candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNda:
    """The NDA that came to bind: the ground on which anything is asked back."""

    title: str
    signed_on: date | None
    elsewhere: bool = False
    """It was signed outside this system: its periods stand in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The candidate was not chosen; all parties read this. Until the letter is written nothing else happens."""

    by: str
    candidate: str
    on: date
    reason: str
