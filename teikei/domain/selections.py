"""候補先の選定 as its opener begins and sees it: one alliance for each candidate, opened like any other.

Nothing that is made for one candidate depends on another: not the act, not its
key, not the id.  The comparison is made of what the opener may read of each
alliance, and of nothing else (docs/decisions/0019-candidates.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from teikei.domain.act import Actor
from teikei.domain.alliance.candidates import SelectionIn
from teikei.domain.alliance.intake import Company, OpenAlliance, PartyIn, Unborn, joined
from teikei.domain.alliance.state import AXES
from teikei.domain.errors import Forbidden, Invalid
from teikei.domain.fields import Instant, Line, at_most
from teikei.domain.terms import STRICT, Form

THE_CANDIDATE = "candidate"
"""In a comparison it stands in the place of each candidate's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSelection:
    """Search for a partner among 1 to 10 candidates: each gets an alliance with the own companies, and sees no other."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name_ja: Line
    name_en: Line
    form: Form
    own: Annotated[tuple[PartyIn, ...], at_most(9, 1)]
    candidates: Annotated[tuple[PartyIn, ...], at_most(10, 1)]
    sandbox_from: Instant | None = None

    def openings(self, made: str) -> tuple[OpenAlliance, ...]:
        """The opening act for each candidate, in the order given."""
        return tuple(
            OpenAlliance(
                name_ja=self.name_ja,
                name_en=self.name_en,
                form=self.form,
                parties=(*self.own, candidate),
                sandbox_from=self.sandbox_from,
                selection=SelectionIn(id=made, name=self.name_ja, candidate=candidate.company),
            )
            for candidate in self.candidates
        )

    def companies(self) -> set[str]:
        return {p.company for p in (*self.own, *self.candidates)}

    def check(self, by: Actor, directory: tuple[Company, ...], now: datetime) -> None:
        """Refuse what one of the openings would refuse, before the first of them; names the field of this body."""
        for name, given in (("own", self.own), ("candidates", self.candidates)):
            if len({p.company for p in given}) != len(given):
                raise Invalid("parties.twice", f"/{name}")
        if by.company not in {p.company for p in self.own}:
            raise Forbidden("parties.opener_not_among_them")
        unborn = Unborn(id="", companies=directory, now=now)
        for i, candidate in enumerate(self.candidates):
            try:
                joined((*self.own, candidate), unborn, by)
            except Invalid as refusal:
                raise Invalid(refusal.code, self._place(refusal.pointer, i), **refusal.params) from None

    def _place(self, pointer: str, candidate: int) -> str:
        """`/parties/2/company` of an opening, as this body says it."""
        parts = pointer.split("/")[2:]
        if not parts:
            return f"/candidates/{candidate}"
        mine = int(parts[0]) < len(self.own)
        head = f"/own/{parts[0]}" if mine else f"/candidates/{candidate}"
        return "/".join((head, *parts[1:]))


def key_for(key: str, candidate: str) -> str:
    """The key of what is done with one candidate under the key of the whole: a repeat does nothing twice."""
    return hashlib.sha256(f"{key}\x1fcandidate\x1f{candidate}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One candidate as the opener may see it: the view of its alliance, and marks that have left the state."""

    candidate: str
    alliance: str
    view: Mapping[str, Any] | None
    """None: it is not opened yet; the batch was cut off."""
    marks: tuple[Mapping[str, Any], ...] = ()


def shown(look: Look) -> dict[str, Any]:
    """One line of a selection."""
    line: dict[str, Any] = {"candidate": look.candidate, "alliance": look.alliance}
    if look.view is None:
        return {**line, "stage": "", "name_ja": "", "name_en": "", "chosen": False, "note": "", "dropped": None,
                "suspended": False, "shared": [], "gaps": [], "next_due": None, "awaits": []}  # fmt: skip
    view = look.view
    party = next(p for p in view["parties"] if p["company"] == look.candidate)
    own = view["selection"] or {"chosen": False, "note": ""}
    parting = view["parting"]
    return {
        **line,
        "stage": view["stage"],
        "name_ja": party["name_ja"],
        "name_en": party["name_en"],
        "chosen": own["chosen"],
        "note": own["note"],
        "dropped": {"on": parting["on"], "reason": parting["reason"]} if parting else None,
        "suspended": view["suspended"] is not None,
        "shared": view["shared"],
        "gaps": view["gaps"],
        "next_due": view["next_due"],
        "awaits": [{"item": w["item"], "companies": w["awaits"], "deadline": w["deadline"]} for w in view["waits"]],
    }  # fmt: skip


def compared(looks: Iterable[Look]) -> list[dict[str, Any]]:
    """Marks side by side: for each (author, about, axis) what stands with each candidate, by alliance."""
    rows: dict[tuple[str, str, str], dict[str, int]] = {}
    for look in looks:
        for author, about, axis, points in _marks(look):
            rows.setdefault((author, about, axis), {})[look.alliance] = points
    order: dict[str, int] = {axis: i for i, axis in enumerate(AXES)}
    return [
        {"by": by, "about": about, "axis": axis, "points": points}
        for (by, about, axis), points in sorted(rows.items(), key=lambda r: (order[r[0][2]], r[0]))
    ]


def _marks(look: Look) -> Iterator[tuple[str, str, str, int]]:
    """Those that are shared: a mark that is still its author's is nobody's ground for a choice."""
    shared = set(look.view["shared"]) if look.view else set()
    for mark in (*(look.view["scores"] if look.view else ()), *look.marks):
        if mark["by"] in shared:
            who = [THE_CANDIDATE if c == look.candidate else c for c in (mark["by"], mark["about"])]
            yield who[0], who[1], mark["axis"], mark["points"]
