"""What an agreement says, of the fakes: the rules are real, and there are no files behind them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from activities.ports import Subject
from teikei.documents.in_force import compared, text_in_force
from teikei.documents.summarise import summarise
from teikei.domain.agreement.state import Agreement
from teikei.domain.stamp_card import Asked, stamp_card

if TYPE_CHECKING:
    from tests.api.fakes import House


class SaysWording:
    """The part of `activities.ports.Reads` that reads the words of an agreement."""

    house: House

    def wording(self, subject: Subject, agreement: str, on: date | None) -> dict[str, Any]:
        return text_in_force(self._signed(agreement), b"", [], on or self._today(agreement))

    def changes(self, subject: Subject, agreement: str, first: date, last: date | None) -> dict[str, Any]:
        return compared(self._signed(agreement), b"", [], first, last or self._today(agreement))

    def stamp(self, subject: Subject, agreement: str, asked: Asked) -> dict[str, Any]:
        return stamp_card(self._signed(agreement), self._today(agreement), asked)

    def summary(self, subject: Subject, agreement: str, language: str) -> tuple[str, bytes]:
        state, today = self._signed(agreement), self._today(agreement)
        made = summarise(state, [], today, self.house.world(agreement).calendar, language)
        return f"{made.title} {made.paper.alliance}.docx", made.docx

    def _today(self, agreement: str) -> date:
        return self.house.world(agreement).today()

    def _signed(self, agreement: str) -> Agreement:
        state = self.house.state(agreement)
        assert isinstance(state, Agreement)
        return state
