"""The house of the fakes."""

from __future__ import annotations

from pathlib import Path

from api.services import Services
from tests.api.accounts import FakeAccounts
from tests.api.candidates import FakeSelections
from tests.api.conversions import FakeConversions
from tests.api.fakes import OPERATOR_SECRET, FakeDesk, FakeDirectory, FakeImports, FakeReads
from tests.api.fakes import House as Store
from tests.api.papers import FakeTemplates, library


class MemoryHouse:
    """Worlds in memory behind the ports."""

    operator_secret = OPERATOR_SECRET

    def __init__(self, place: Path) -> None:
        self.store = Store()
        desk = FakeDesk(self.store)
        imports = FakeImports(self.store, desk, place)
        self.points: list[str] = []
        self.services = Services(
            desk=desk,
            reads=FakeReads(self.store),
            directory=FakeDirectory(self.store),
            accounts=FakeAccounts(),
            imports=imports,
            selections=FakeSelections(self.store, desk),
            conversions=FakeConversions(),
            library=library(),
            templates=FakeTemplates(self.store, imports, place),
            version="1.2.3",
            patience=0.2,
            failpoint=self.points.append,
        )

    def count(self) -> int:
        return self.store.count()

    def nobody_answers(self, *, now: bool) -> None:
        self.store.stuck = now

    def hurt(self, matter: str) -> None:
        self.store.hurt(matter)
