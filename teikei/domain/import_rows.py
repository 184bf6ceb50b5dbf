"""From a row of a workbook to the act that brings its alliance in, judged before anything is written.

The rule of the act is the whole check; what it refuses is named by the cell in
which the reason stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from teikei.domain.act import Actor
from teikei.domain.alliance.bringing import OWING, WITH_MAIN, BringIn, Stage, notice_days
from teikei.domain.alliance.intake import Company, PartyIn, Unborn
from teikei.domain.alliance.owing import last_of
from teikei.domain.alliance.state import Alliance
from teikei.domain.alliance.stating import ObligationIn
from teikei.domain.calendar import Calendar
from teikei.domain.elsewhere import Contract, SignedFile
from teikei.domain.errors import Invalid, Refused
from teikei.domain.imported import CellFault, Imported, ImportedObligation, ImportedParty, Place
from teikei.domain.matter import Person
from teikei.domain.terms import AsSigned, Form, Share, Terms

_COLUMNS = {
    "/stage": "stage",
    "/contract/signed_on": "signed_on",
    "/contract/effective_on": "effective_on",
    "/contract/term_until": "term_until",
    "/contract/file": "file",
    "/nda": "nda_title",
    "/nda/signed_on": "nda_signed_on",
    "/nda/effective_on": "nda_effective_on",
    "/nda/term_until": "nda_until",
    "/nda/file": "nda_file",
    "/terms/term_until": "term_until",
    "/terms/term_from": "effective_on",
    "/terms/renewal_years": "renewal_years",
    "/terms/currency": "currency",
    "/terms/period_months": "period_months",
    "/terms/review_months": "review_months",
}
"""Pointer into the act → column of the sheet of alliances; any other: the key."""
NDA_COLUMNS = ("nda_title", "nda_signed_on", "nda_effective_on", "nda_until", "nda_file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A day that needs attention beside an alliance that can come in: it has passed, or it is near."""

    cell: str
    code: str
    legal_last_day: date
    safe_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a row comes to: the act, or its faults."""

    row: Imported
    act: BringIn | None
    faults: tuple[CellFault, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a dry run knows: the directory, the files that came along by name, the day, the calendar."""

    companies: Mapping[str, Company]
    files: Mapping[str, SignedFile]
    now: datetime
    calendar: Calendar
    sandbox_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a row, its parties and its obligations stand."""

    row: Place
    parties: tuple[Place, ...]
    obligations: tuple[Place, ...] = ()


def places(row: Imported) -> Places:
    """The cells of a row, for what is found wrong with it later."""
    return Places(
        row=row.place,
        parties=tuple(p.place for p in row.parties),
        obligations=tuple(o.place for o in row.obligations),
    )


def judged(row: Imported, by: Actor, desk: Desk) -> Judged:
    """The row as its act, decided by the rule of the act; nothing of the outcome is kept."""
    faults = _missing(row, desk)
    if faults:
        return Judged(row=row, act=None, faults=faults)
    act = to_act(row, desk)
    faults = _owed(row, act, desk)
    if faults:
        return Judged(row=row, act=None, faults=faults)
    known = tuple(desk.companies[p.company] for p in row.parties if p.company in desk.companies)
    unborn = Unborn(id="aln_dry", companies=known, now=desk.now, calendar=desk.calendar)
    try:
        born = act.decide(unborn, by, desk.now).state
    except Refused as found:
        return Judged(row=row, act=None, faults=(at_its_cell(places(row), found),))
    return Judged(row=row, act=act, flags=_flags(row, act, born, desk))


def at_its_cell(places: Places, found: Refused) -> CellFault:
    """The cell that a refusal is about."""
    head, _, rest = found.pointer.removeprefix("/").partition("/")
    i, _, column = rest.partition("/")
    if head == "parties" and rest:
        return places.parties[int(i)].fault(column, found)
    if head == "obligations":
        return places.obligations[int(i or 0)].fault(column, found)
    if found.pointer == "/terms/shares":
        return places.parties[0].fault("share", found)
    return places.row.fault(_COLUMNS.get(found.pointer, "key"), found)


def _missing(row: Imported, desk: Desk) -> tuple[CellFault, ...]:
    """Companies that are not in the directory, files that did not come along, an NDA that is named by halves."""
    unknown = Invalid("parties.unknown_company")
    faults = [p.place.fault("company", unknown) for p in row.parties if p.company not in desk.companies]
    for column in ("file", "nda_file"):
        name = getattr(row, column)
        if name and name not in desk.files:
            faults.append(row.place.fault(column, Invalid("import.file_missing", file=name)))
    named = [column for column in NDA_COLUMNS if getattr(row, column)]
    if named:
        half = Invalid("import.empty")
        faults += [row.place.fault(column, half) for column in NDA_COLUMNS if column not in named]
    return tuple(faults)


def _owed(row: Imported, act: BringIn, desk: Desk) -> tuple[CellFault, ...]:
    """Obligations that nobody could state, each with the first thing that is wrong with it."""
    faults: list[CellFault] = []
    if act.stage not in OWING:
        return ()  # the act refuses them all
    companies, today = tuple(p.company for p in act.parties), desk.calendar.local_day(desk.now)
    for given, stands in zip(act.obligations, row.obligations, strict=True):
        try:
            given.check("", companies, today, last_of(act.terms))
        except Refused as found:
            faults.append(stands.place.fault(found.pointer.removeprefix("/"), found))
    return tuple(faults)


def to_act(row: Imported, desk: Desk) -> BringIn:
    """The act of a row whose files are there. What no column says stays what it is by default, and shows in the dry run."""
    contract = Contract(
        title=row.title, file=desk.files[row.file], signed_on=row.signed_on, effective_on=row.effective_on,
        term_until=row.term_until,
    )  # fmt: skip
    return BringIn(
        reference=row.key,
        name_ja=row.name_ja,
        name_en=row.name_en,
        form=cast("Form", row.form),
        stage=cast("Stage", row.stage),
        parties=tuple(_party(one) for one in row.parties),
        contract=contract,
        terms=_terms(row) if row.stage in WITH_MAIN else None,
        nda=_nda(row, desk),
        sandbox_from=desk.sandbox_from,
        obligations=tuple(_obligation(one) for one in row.obligations),
    )


def _nda(row: Imported, desk: Desk) -> Contract | None:
    signed, effective, until = row.nda_signed_on, row.nda_effective_on, row.nda_until
    if signed is None or effective is None or until is None:
        return None
    return Contract(
        title=row.nda_title,
        file=desk.files[row.nda_file],
        signed_on=signed,
        effective_on=effective,
        term_until=until,
    )


def _terms(row: Imported) -> Terms:
    return Terms(
        term_from=row.effective_on,
        term_until=row.term_until,
        currency=row.currency,
        shares=tuple(Share(company=p.company, ratio=p.share) for p in row.parties),
        allowed_costs=(),
        period_months=row.period_months,
        review_months=row.review_months,
        notice_months=row.notice_months,
        renewal_years=row.renewal_years,
        secrecy_years=0,  # nobody has said it here: it stands in the signed file
        special=AsSigned(form="as_signed"),
    )


def _party(given: ImportedParty) -> PartyIn:
    return PartyIn(
        company=given.company,
        role=given.role,
        contact=Person(name=given.contact_name, email=given.contact_email),
        escalation=Person(name=given.escalation_name, email=given.escalation_email),
        off_platform=given.off_platform == "true",
    )


def _obligation(given: ImportedObligation) -> ObligationIn:
    return ObligationIn(
        owner=given.owner,
        person=given.person,
        what=given.what,
        basis=given.basis,
        first=given.first,
        every_months=given.every_months,
        evidence=given.evidence == "true",
        owed_to=given.owed_to,
    )


def _flags(row: Imported, act: BringIn, born: Alliance, desk: Desk) -> tuple[Flag, ...]:
    days = notice_days(act.terms, desk.calendar, born.local_day(desk.now)) if act.terms else None
    if days is None:
        return ()
    passed, legal, safe = days
    cell = row.place.cells.get("term_until", row.cell)
    code = "alliance.notice_passed" if passed else "alliance.notice_near"
    return (Flag(cell=cell, code=code, legal_last_day=legal, safe_day=safe),)
