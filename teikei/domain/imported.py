"""What a workbook of earlier alliances holds, before and after it is read: cells, rows, and faults by their cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from teikei.domain.errors import Param, Refused
from teikei.domain.texts import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value as the spreadsheet holds it: text, number, truth, day, instant or nothing."""

    at: str
    """Its address, for example `C7`."""
    value: object = None
    broken: bool = False
    """An error, or a formula whose value was not saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of cells; the first one holds the heads of the columns. Rows without any value are not there."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """What is wrong, and where; `cell` empty: the sheet as a whole."""

    sheet: str
    cell: str
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def told(self, language: str, part: str = "title") -> str:
        """The `title` or the `remedy` in a language."""
        return say(language, f"errors.{self.code}.{part}", **self.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row stands: the cell of each of its columns."""

    sheet: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    def fault(self, column: str, found: Refused) -> CellFault:
        """What is wrong, at the cell of a column, else at the key."""
        cell = self.cells.get(column) or self.cells.get("key", "")
        return CellFault(sheet=self.sheet, cell=cell, code=found.code, params=found.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedParty:
    """A party with its share and its people; the company is one of the directory."""

    company: str
    role: str
    share: Fraction
    contact_name: str
    contact_email: str
    escalation_name: str
    escalation_email: str
    off_platform: str = "false"
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedObligation:
    """An obligation under the contract, with its next day that is still to come."""

    owner: str
    person: str
    what: str
    basis: str
    first: date
    every_months: int = 0
    evidence: str = "false"
    owed_to: tuple[str, ...] = ()
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An alliance as it stood when it came in, with the contract that was signed before."""

    key: str
    """The number under which its company keeps it."""
    cell: str
    name_ja: str
    name_en: str
    form: str
    stage: str
    title: str
    signed_on: date
    effective_on: date
    term_until: date
    renewal_years: int
    notice_months: int
    currency: str
    file: str
    """Name of the signed file that comes with the workbook."""
    parties: tuple[ImportedParty, ...]
    period_months: int = 12
    review_months: int = 3
    nda_title: str = ""
    nda_signed_on: date | None = None
    nda_effective_on: date | None = None
    nda_until: date | None = None
    nda_file: str = ""
    obligations: tuple[ImportedObligation, ...] = ()
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Rows that can come in, in the order of the sheet, and every fault."""

    alliances: tuple[Imported, ...]
    faults: tuple[CellFault, ...]
