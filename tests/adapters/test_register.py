"""The register as a file: read back by openpyxl and by LibreOffice; and out of SQL only the own alliances."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from activities.ports import Subject
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sheets import register
from teikei.adapters.sql import registers
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.errors import Invalid
from teikei.domain.register import COLUMNS, Line, header
from tests.documents.outside import convert
from tests.support.calc import need_calc
from tests.support.story import OPERATOR, at, opened, subject

A, B, C, STRANGER = (subject(i) for i in (0, 1, 2, 7))
TRAPS = (
    "=1+1", "+81-3-1234", "-5", "@SUM(A1)", "\t=1+1", '=cmd|"/c calc"!A1', "=HYPERLINK(\"http://x\",\"y\")", "0123", "1/2",
    "2026-04-01", "TRUE", "#N/A", "1e5", "'=1", "名称、\n二行目", "<b>&amp;\"", "𠮷野 ㍿", "_x0041_",
)  # fmt: skip
"""Texts that a spreadsheet would like to take for something else."""


def line(**more: Any) -> Line:
    given = {"id": "aln_x", "name": "海風計画", "parties": "甲：第0社", "stage": "運営"}
    return Line(**{**given, **more})


def sheet(content: bytes) -> Any:
    return load_workbook(BytesIO(content)).active


def test_text_is_text_whatever_it_begins_with() -> None:
    made = sheet(register([line(name=trap, contact=trap) for trap in TRAPS], "ja"))
    name, contact = COLUMNS.index("name") + 1, COLUMNS.index("contact") + 1
    for row, trap in enumerate(TRAPS, start=2):
        for column in (name, contact):
            cell = made.cell(row, column)
            assert (cell.value, cell.data_type) == (trap, "s"), trap
            assert cell.quotePrefix == trap.startswith(("=", "+", "-", "@", "\t", "#", "'"))


def test_no_part_of_the_file_holds_a_formula_or_a_time() -> None:
    with ZipFile(BytesIO(register([line(name=trap) for trap in TRAPS], "ja"))) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            assert not re.search(rb"<f[ >/]", content) or name == "xl/styles.xml", name
            assert set(re.findall(rb"\d{4}-\d\d-\d\dT", content)) <= {b"1980-01-01T"}, name


def test_dates_are_dates_and_nothing_is_nothing() -> None:
    day = date(2028, 2, 29)
    made = sheet(register([line(signed_on=day, next_due=date(1900, 3, 1)), line()], "ja"))
    signed, due = (made.cell(2, COLUMNS.index(name) + 1) for name in ("signed_on", "next_due"))
    assert (signed.value.date(), signed.is_date, signed.number_format) == (day, True, "yyyy-mm-dd")
    assert due.value.date() == date(1900, 3, 1)
    assert made.cell(3, COLUMNS.index("signed_on") + 1).value is None
    assert made.cell(2, COLUMNS.index("original") + 1).value is None


@pytest.mark.parametrize(
    ("language", "first", "name"), [("ja", "提携番号", "契約台帳"), ("en", "Alliance id", "Contracts")]
)
def test_the_sheet_is_ready_to_be_read_and_printed(language: str, first: str, name: str) -> None:
    made = sheet(register([line(), line()], language))
    assert tuple(cell.value for cell in made[1]) == header(language)
    assert (made["A1"].value, made.title, made["A1"].font.bold) == (first, name, True)
    assert (made.freeze_panes, made.auto_filter.ref) == ("A2", "A1:R3")
    assert (made.page_setup.orientation, made.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert (made.page_setup.fitToWidth, made.page_setup.fitToHeight, made.print_title_rows) == (1, 0, "$1:$1")
    assert all(made.column_dimensions[cell.column_letter].width >= 15 for cell in made[1])


def test_the_same_lines_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line(signed_on=date(2026, 4, 1)), line(name="別")]
    first = register(lines, "ja")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert register(lines, "ja") == first
    assert register(lines[:1], "ja") != first


@pytest.mark.office
def test_libreoffice_reads_the_same_texts_and_dates(tmp_path: Path) -> None:
    need_calc()
    file = tmp_path / "register.xlsx"
    traps = [trap for trap in TRAPS if "\t" not in trap and trap != "_x0041_"]
    file.write_bytes(register([line(name=trap, signed_on=date(2028, 2, 29)) for trap in traps], "ja"))
    convert([file], tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76")
    with file.with_suffix(".csv").open(encoding="utf-8", newline="") as opened_file:
        rows = list(csv.reader(opened_file))
    assert rows[0] == list(header("ja"))
    name, day = COLUMNS.index("name"), COLUMNS.index("signed_on")
    assert [row[name] for row in rows[1:]] == traps
    assert {row[day] for row in rows[1:]} == {"2028-02-29"}


# out of SQL


@pytest.fixture
def reads(engine: Engine, tmp_path: Path) -> SqlReads:
    return SqlReads(engine, FileStore(tmp_path / "files"), Mailer(SqlQueue(engine), MailSettings()))


def rows(reads: SqlReads, who: Subject, language: str = "ja", **more: str) -> list[dict[str, Any]]:
    content = reads.register(who, **{"stage": "", "form": "", "q": "", **more}, language=language)
    cells = [[cell.value for cell in row] for row in sheet(content).iter_rows()]
    assert tuple(cells[0]) == header(language)
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells[1:]]


def test_each_contract_of_each_own_alliance_has_a_line(engine: Engine, reads: SqlReads) -> None:
    three, two = opened(engine, 3), at(engine, "operation", 2, key=1)
    mine = rows(reads, A)
    assert {(row["id"], row["title"]) for row in mine} == {
        (three.root, None), (two.root, "秘密保持契約書"), (two.root, "共同開発契約書"),
    }  # fmt: skip
    assert {row["id"] for row in rows(reads, C)} == {three.root}
    assert rows(reads, STRANGER) == rows(reads, OPERATOR) == []
    contacts = {who.company: {row["contact"] for row in rows(reads, who)} for who in (A, B, C)}
    assert contacts == {who.company: {f"担当{i} <contact{i}@example.com>"} for i, who in enumerate((A, B, C))}
    titles = [row["title"] for row in rows(reads, B) if row["id"] == two.root]
    assert titles == ["秘密保持契約書", "共同開発契約書"]


def test_the_dates_are_those_of_the_agreement(engine: Engine, reads: SqlReads) -> None:
    world = at(engine, "operation")
    row = next(row for row in rows(reads, A, "en") if row["title"] == "Joint Development Agreement")
    main = world.agreement("main")
    assert row["agreement"] == main.id
    told = tuple(row[name].date() for name in ("signed_on", "effective_on", "term_until"))
    assert told == (main.signed_on, main.effective_on, main.term_until)


def test_it_is_filtered_as_the_list_is(engine: Engine, reads: SqlReads) -> None:
    opened(engine, 3)
    at(engine, "due_diligence", 2, key=1)
    at(engine, "operation", 2, key=2)
    asked: list[dict[str, str]] = [
        {}, {"stage": "intake"}, {"stage": "operation"}, {"stage": "exit"}, {"form": "co_development"}, {"form": "co_sales"},
        {"q": "電池"}, {"q": "第2社"}, {"q": "%"}, {"q": "ＳＥＡ"}, {"q": "契約", "stage": "due_diligence"},
    ]  # fmt: skip
    sizes = set()
    for one in asked:
        listed = reads.alliances(A, **{"stage": "", "form": "", "q": "", **one}, after="", limit=100).data
        found = {row["id"] for row in listed}
        assert {row["id"] for row in rows(reads, A, **one)} == found, one
        sizes.add(len(found))
    assert sizes == {0, 1, 3}


@pytest.mark.parametrize(
    "limited", [lambda patch: patch("MOST", 2), lambda patch: (patch("MOST", 2), patch("CHUNK", 1))]
)
def test_a_register_that_would_be_too_long_is_refused(
    engine: Engine, reads: SqlReads, monkeypatch: pytest.MonkeyPatch, limited: Callable[[Any], Any]
) -> None:
    opened(engine, 2)
    at(engine, "nda", 2, key=1)
    limited(lambda name, value: monkeypatch.setattr(registers, name, value))
    assert len(rows(reads, A)) == 2
    at(engine, "nda", 2, key=2)
    with pytest.raises(Invalid, match=r"list\.too_many_lines") as refusal:
        rows(reads, A)
    assert refusal.value.params == {"most": 2}
    assert len(rows(reads, A, stage="nda")) == 2


def test_chunks_change_nothing(engine: Engine, reads: SqlReads, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in range(3):
        opened(engine, 2, key=key)
    at(engine, "operation", 2, key=3)
    whole = reads.register(A, stage="", form="", q="", language="ja")
    monkeypatch.setattr(registers, "CHUNK", 2)
    assert reads.register(A, stage="", form="", q="", language="ja") == whole
