"""Alliances that lived before this system, out of a workbook: every cell is read, and what is wrong is named by its cell.

Pure: cells come in as plain values, with their addresses.  A row with a fault
leaves the others alone; all faults of a file are found at once.  A share is
exact or refused, so a cell that a spreadsheet made a date or a long decimal of is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teikei.domain.errors import Invalid
from teikei.domain.import_cells import ALLIANCES, OBLIGATIONS, PARTIES, Column, head
from teikei.domain.imported import (
    Cell,
    CellFault,
    Imported,
    ImportedObligation,
    ImportedParty,
    Parsed,
    Place,
    Sheet,
)
from teikei.domain.money import EXPONENTS
from teikei.domain.texts import catalogue, say

MOST = 2_000
"""Rows of a sheet."""


@dataclass(slots=True)
class _Row:
    """A row that was read: its values by column, and where each stands."""

    sheet: str
    values: dict[str, Any]
    cells: dict[str, str]
    whole: bool


class _Faults(list[CellFault]):
    """Faults as they are found."""

    def note(self, sheet: str, cell: str, found: Invalid) -> None:
        self.append(CellFault(sheet=sheet, cell=cell, code=found.code, params=found.params))


def parse(sheets: Sequence[Sheet]) -> Parsed:
    """Read alliances, their parties and what they owe; the names and heads of both languages count."""
    faults = _Faults()
    alliances = _rows(sheets, "alliances", ALLIANCES, faults) or []
    parties = _rows(sheets, "parties", PARTIES, faults) or []
    owed = _rows(sheets, "obligations", OBLIGATIONS, faults, needed=False)
    keys = _keys(alliances, faults)
    orphan = any("key" not in row.values for row in alliances)
    theirs = _by_key(parties, keys, faults, orphan=orphan)
    owing = _by_key(owed or [], keys, faults, orphan=orphan)
    made = [_alliance(row, theirs[key], owing[key], faults) for key, row in keys.items()]
    if owed is None:  # whose they are is not known: no alliance comes in without its obligations
        made = []
    return Parsed(alliances=tuple(one for one in made if one), faults=tuple(faults))


def _by_key(
    rows: Sequence[_Row], keys: Mapping[str, _Row], faults: _Faults, *, orphan: bool
) -> dict[str, list[_Row]]:
    """Rows by the alliance to which they belong; `orphan`: some alliance has no key that can be read."""
    theirs: dict[str, list[_Row]] = {key: [] for key in keys}
    for row in rows:
        key = row.values.get("key")
        if key in theirs:
            theirs[key].append(row)
        elif key is not None and not orphan:
            faults.note(row.sheet, row.cells["key"], Invalid("import.key_unknown", key=key))
    return theirs


def _rows(
    sheets: Sequence[Sheet], name: str, columns: Sequence[Column], faults: _Faults, *, needed: bool = True
) -> list[_Row] | None:
    """The rows of a sheet; None where it cannot be read as a whole."""
    names = {head(catalogue(language)[f"imports.sheets.{name}"]) for language in ("ja", "en")}
    sheet = next((one for one in sheets if head(one.name) in names), None)
    if sheet is None or not sheet.rows:
        if not needed:
            return []
        faults.note(say("ja", f"imports.sheets.{name}"), "", Invalid("import.sheet_missing"))
        return None
    if len(sheet.rows) > MOST + 1:
        faults.note(sheet.name, "", Invalid("import.too_many_rows", most=MOST))
        return None
    places = _places(sheet, columns, faults)
    return [_row(sheet, cells, places, faults) for cells in sheet.rows[1:]] if places else None


def _places(sheet: Sheet, columns: Sequence[Column], faults: _Faults) -> dict[int, Column]:
    """Which column stands where; nothing when one that is needed has no head."""
    known: dict[str, Column] = {}
    for column in columns:
        words = (catalogue(language)[f"imports.heads.{column.name}"] for language in ("ja", "en"))
        known |= {head(word): column for word in (column.name, *words)}
    places: dict[int, Column] = {}
    for i, cell in enumerate(sheet.rows[0]):
        found = known.get(head(cell.value))
        if cell.value is None and not cell.broken:
            continue
        if found is None:
            faults.note(sheet.name, cell.at, Invalid("import.column_unknown"))
        elif found in places.values():
            faults.note(sheet.name, cell.at, Invalid("import.column_twice"))
        else:
            places[i] = found
    missing = [column for column in columns if column.needed and column not in places.values()]
    for column in missing:
        wanted = say("ja", f"imports.heads.{column.name}")
        faults.note(sheet.name, sheet.rows[0][0].at, Invalid("import.column_missing", column=wanted))
    return {} if missing else places


def _row(sheet: Sheet, cells: tuple[Cell, ...], places: Mapping[int, Column], faults: _Faults) -> _Row:
    row = _Row(sheet=sheet.name, values={}, cells={}, whole=True)
    for i, column in places.items():
        cell = cells[i]
        row.cells[column.name] = cell.at
        try:
            row.values[column.name] = _value(column, cell)
        except Invalid as found:
            row.whole = False
            faults.note(sheet.name, cell.at, found)
    return row


def _value(column: Column, cell: Cell) -> Any:
    value = cell.value
    if cell.broken:
        raise Invalid("import.formula")
    if value is None or (isinstance(value, str) and not value.strip()):
        if column.needed:
            raise Invalid("import.empty")
        return column.empty
    return column.read(value)


def _keys(rows: Sequence[_Row], faults: _Faults) -> dict[str, _Row]:
    """Rows by their key; a second one with the same key is a fault of its own."""
    keys: dict[str, _Row] = {}
    for row in rows:
        key = row.values.get("key")
        if key in keys:
            faults.note(
                row.sheet, row.cells["key"], Invalid("import.key_twice", first=keys[key].cells["key"])
            )
        elif key is not None:
            keys[key] = row
    return keys


def _alliance(row: _Row, theirs: Sequence[_Row], owing: Sequence[_Row], faults: _Faults) -> Imported | None:
    """The alliance of a row, or nothing where anything about it is wrong."""
    before = len(faults)
    _together(row, faults)
    _shared_out(row, theirs, faults)
    if len(faults) > before or not row.whole or not all(one.whole for one in (*theirs, *owing)):
        return None
    given = {column.name: column.empty for column in ALLIANCES if not column.needed} | row.values
    return Imported(
        **given,
        cell=row.cells["key"],
        parties=tuple(ImportedParty(**_of(one), place=_place(one)) for one in theirs),
        obligations=tuple(ImportedObligation(**_of(one), place=_place(one)) for one in owing),
        place=_place(row),
    )


def _of(row: _Row) -> dict[str, Any]:
    """The values of a row that belongs to an alliance."""
    return {name: value for name, value in row.values.items() if name != "key"}


def _place(row: _Row) -> Place:
    return Place(sheet=row.sheet, cells=row.cells)


def _together(row: _Row, faults: _Faults) -> None:
    """What two cells of a row say against each other."""
    values = row.values
    for early, late in (("signed_on", "effective_on"), ("effective_on", "term_until")):
        if early in values and late in values and values[late] < values[early]:
            faults.note(row.sheet, row.cells[late], Invalid("import.too_early", other=row.cells[early]))
    if values.get("currency", "JPY") not in EXPONENTS:
        currency = values["currency"]
        faults.note(row.sheet, row.cells["currency"], Invalid("money.unknown_currency", currency=currency))


def _shared_out(row: _Row, theirs: Sequence[_Row], faults: _Faults) -> None:
    """Two to ten parties, each once, with shares that make one."""
    if not 2 <= len(theirs) <= 10:
        faults.note(row.sheet, row.cells["key"], Invalid("parties.two_to_ten", count=len(theirs)))
        return
    seen: set[str] = set()
    for one in theirs:
        company = one.values.get("company")
        if company in seen:
            faults.note(one.sheet, one.cells["company"], Invalid("parties.twice"))
        elif company is not None:
            seen.add(company)
    shares = [one.values["share"] for one in theirs if "share" in one.values]
    if len(shares) == len(theirs) and sum(shares) != 1:
        found = Invalid("money.shares_do_not_sum", sum=str(sum(shares)))
        faults.note(theirs[0].sheet, theirs[0].cells["share"], found)
