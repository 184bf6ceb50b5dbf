"""An act, who does it, and what comes of it.

`act.decide(state, by, now) → Outcome` is the whole rule.  `by`, `now` and the
key are never fields of an act.  `commit` runs `decide` inside the transaction
that stores its outcome; a workflow's validator runs it on a copy and drops the
result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from teikei.domain.errors import Conflict

if TYPE_CHECKING:
    from teikei.domain.company_events import NewFacts
    from teikei.domain.matter import Matter
    from teikei.domain.succession import Succession

S = TypeVar("S", bound="Matter")
Value = str | int | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a company, one of its people, and the key that showed it."""

    company: str
    person: str = ""
    key_id: str = ""
    recorded_by: str = ""
    """The company that enters what this one did elsewhere. `RecordFor` alone sets it; an actor that travels has none."""


TEIKEI = Actor(company="teikei")
"""The system itself: clocks, stories, the dispatcher."""


class Act:
    """Base of every act: unknown fields are refused where a person speaks."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    def decide(self, state: Any, by: Actor, now: datetime, /) -> Outcome[Any]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the record: a code and values, never a sentence.

    `private_to` names the companies that may read it; empty: every party.
    The others get the leaf, which shows nothing.
    """

    code: str
    subjects: tuple[str, ...] = ()
    values: dict[str, Value] = field(default_factory=dict)
    private_to: tuple[str, ...] = ()
    unnamed: bool = False
    """The record names the company that acted, not its person or key: that is the company's own business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """An act for another matter, delivered by the dispatcher under the outbox id as key."""

    to: str
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A calendar entry that goes with a mail; the uid is stable over the item's life."""

    uid: str
    starts: datetime
    minutes: int
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Who stands in for the recipient from day to day (both counted, local) and gets the mail too."""

    name: str
    address: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail intent: (item, offset, recipient) at most once."""

    template: str
    company: str
    name: str
    address: str
    language: str
    item: str
    values: dict[str, Value] = field(default_factory=dict)
    invitation: Invitation | None = None
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedItem:
    """Something that is over and leaves the state; it becomes a row of `items`."""

    kind: str
    id: str
    data: dict[str, Any]
    private_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A written paper of a matter: bytes with a hash, and the name under which people find it."""

    sha256: str
    kind: str
    name: str
    size: int
    matter: str = ""
    """Whose paper it is; empty: that of the matter that the act was said to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[S]):
    """What an act leads to: all of it is stored in one transaction, or none."""

    state: S
    entries: tuple[Entry, ...]
    born: tuple[Matter, ...] = ()
    tells: tuple[Tell, ...] = ()
    mails: tuple[Mail, ...] = ()
    closed: tuple[ClosedItem, ...] = ()
    papers: tuple[Paper, ...] = ()
    created: tuple[str, ...] = ()
    """Ids or names of what the act made, for the receipt."""
    facts: NewFacts | None = None
    """Facts of a company that the directory follows."""
    follows: tuple[Succession, ...] = ()
    """Whose mails that still wait go to somebody else from now on (posting.followed)."""


Handler = Callable[[Any, Any, datetime], "Outcome[Any]"]
_RULES: dict[tuple[type[Act], str, str], Handler] = {}


def rule(act: type[Act], matter: str, name: str) -> Callable[[Handler], Handler]:
    """Register the rule of an act that every matter knows (a due item fell due, a paper is ready,
    another matter ended) for one kind of matter and one named item, beside its chapter.
    """

    def register(handler: Handler) -> Handler:
        if (act, matter, name) in _RULES:
            raise KeyError(f"two rules for {act.__name__} {matter} {name}")
        _RULES[act, matter, name] = handler
        return handler

    return register


def find_rule(act: Act, matter: str, name: str) -> Handler:
    """The registered rule; `act.not_here` when this matter has none."""
    found = _RULES.get((type(act), matter, name))
    if found is None:
        raise Conflict("act.not_here", matter=matter, item=name)
    return found


def judge(act: Act, state: Any, by: Actor, now: datetime) -> Outcome[Any]:
    """Run the rule of an act on a state; an act of another kind of matter is refused (`act.not_here`).

    The annotation of `decide` says which state the rule is for; `Matter` means any.
    """
    wanted = type(act).decide.__annotations__["state"]
    if wanted not in {"Matter", type(state).__name__}:
        raise Conflict(
            "act.not_here", matter=getattr(state, "kind", "nothing"), item=getattr(act, "kind", "")
        )
    return act.decide(state, by, now)
