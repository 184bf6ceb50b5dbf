"""Selections of a partner over the worlds in memory: the port without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from activities.ports import Page, Subject
from teikei.domain.errors import Conflict, Unknown
from teikei.domain.ids import derive
from teikei.domain.selections import Look, OpenSelection, compared, key_for, shown
from teikei.domain.views import view
from tests.support.story_domain import START

if TYPE_CHECKING:
    from tests.api.fakes import FakeDesk, House


@dataclass
class FakeSelections:
    """`activities.ports.Selections`, and what the reads look up in it."""

    house: House
    desk: FakeDesk
    begun: dict[str, tuple[Subject, OpenSelection, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house.selections = self

    def open(self, subject: Subject, body: OpenSelection, key: str) -> dict[str, Any]:
        made = derive("sel", key)
        if made not in self.begun:
            directory = tuple(c for c in self.house.companies.values() if c.id in body.companies())
            body.check(subject.actor, directory, body.sandbox_from or START)
        if self.begun.setdefault(made, (subject, body, key))[1] != body:
            raise Conflict("key.other_body")
        for act, candidate in zip(body.openings(made), body.candidates, strict=True):
            self.desk.born(act, subject.actor, key_for(key, candidate.company))
        return self.seen(subject, made)

    def seen(self, subject: Subject, made: str) -> dict[str, Any]:
        opener, body, key = self.begun.get(made, (None, None, ""))
        if opener is None or body is None or opener.company != subject.company:
            raise Unknown("selection.unknown")
        looks = [self._look(subject.company, c.company, key) for c in body.candidates]
        return {
            **self._head(made), "candidates": [shown(look) for look in looks], "comparison": compared(looks),
        }  # fmt: skip

    def listed(self, subject: Subject, after: str, limit: int) -> Page:
        mine = [self._head(m) for m, (who, _, _) in self.begun.items() if who.company == subject.company]
        first = int(after or 0)
        rows = sorted(mine, key=lambda r: (r["name_ja"], r["id"]))
        more = str(first + limit) if first + limit < len(rows) else None
        return Page(data=rows[first : first + limit], after=more)

    def _head(self, made: str) -> dict[str, Any]:
        subject, body, _ = self.begun[made]
        facts = {name: getattr(body, name) for name in ("name_ja", "name_en", "form")}
        return {"id": made, **facts, "person": subject.person, "at": START.isoformat()}

    def _look(self, opener: str, candidate: str, key: str) -> Look:
        alliance = derive("aln", opener, key_for(key, candidate))
        world = self.house.worlds[alliance]
        items = (c for c in world.closed if c.kind == "score")
        marks = tuple(c.data for c in items if not c.private_to or opener in c.private_to)
        return Look(candidate=candidate, alliance=alliance, view=view(world.alliance, opener), marks=marks)


class SeesSelections:
    """The reads of selections."""

    house: House

    def selections(self, subject: Subject, *, after: str, limit: int) -> Page:
        assert self.house.selections is not None
        return self.house.selections.listed(subject, after, limit)

    def selection(self, subject: Subject, found: str) -> dict[str, Any]:
        assert self.house.selections is not None
        return self.house.selections.seen(subject, found)
