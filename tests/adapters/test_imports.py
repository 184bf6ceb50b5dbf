"""A workbook of earlier alliances: what can come in comes in, and every fault is named by its cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from teikei.adapters.workbooks import MOST_BYTES, sheets
from teikei.domain import imports
from teikei.domain.errors import Invalid
from teikei.domain.import_cells import ALLIANCES, PARTIES, share
from teikei.domain.imported import Parsed
from teikei.domain.imports import parse
from teikei.domain.texts import say
from tests.documents.outside import convert
from tests.domain import cast
from tests.support.calc import need_calc

Rows = list[list[Any]]
HEADS = {
    language: [
        [say(language, f"imports.heads.{c.name}") for c in columns] for columns in (ALLIANCES, PARTIES)
    ]
    for language in ("ja", "en")
}
AT = datetime
"""A cell's date: an instant without a zone, as a spreadsheet keeps it."""
A, B = [c.name for c in ALLIANCES], [c.name for c in PARTIES]


def alliance(key: Any, /, **more: Any) -> list[Any]:
    given: dict[str, Any] = {
        "key": key, "name_ja": "海風計画", "name_en": "Sea Breeze", "form": "共同開発", "stage": "運営", "title": "共同開発契約書",
        "signed_on": AT(2024, 3, 29), "effective_on": date(2024, 4, 1), "term_until": "2027/3/31", "renewal_years": 1,
        "notice_months": "３", "currency": "JPY", "file": "契約.pdf",
    }  # fmt: skip
    return [{**given, **more}.get(name) for name in A]


def party(key: Any, i: int, /, **more: Any) -> list[Any]:
    given: dict[str, Any] = {
        "key": key, "company": cast.company(i), "role": "開発", "share": ("3/5", 0.4)[i % 2], "contact_name": "担当",
        "contact_email": "a@example.com", "escalation_name": "部長", "escalation_email": "b@example.com",
    }  # fmt: skip
    return [{**given, **more}.get(name) for name in B]


def book(alliances: Rows, parties: Rows, language: str = "ja") -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, head, rows in zip(("alliances", "parties"), HEADS[language], (alliances, parties), strict=True):
        sheet = made.create_sheet(say(language, f"imports.sheets.{name}"))
        for row in (head, *rows):
            sheet.append(row)
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def pairs(*keys: Any) -> Rows:
    return [party(key, i) for key in keys for i in (0, 1)]


def faults(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(one.sheet, one.cell, one.code) for one in parsed.faults]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_row_becomes_an_alliance_with_its_parties(language: str) -> None:
    parsed = parse(sheets(book([alliance("A-1")], pairs("A-1"), language)))
    assert parsed.faults == ()
    (one,) = parsed.alliances
    assert (one.key, one.cell, one.form, one.stage) == ("A-1", "A2", "co_development", "operation")
    assert (one.signed_on, one.effective_on, one.term_until) == (
        date(2024, 3, 29),
        date(2024, 4, 1),
        date(2027, 3, 31),
    )
    assert (one.renewal_years, one.notice_months, one.currency) == (1, 3, "JPY")
    assert [(p.company, p.share) for p in one.parties] == [
        (cast.company(0), Fraction(3, 5)), (cast.company(1), Fraction(2, 5)),
    ]  # fmt: skip


def test_of_forty_rows_thirty_seven_come_in_and_three_are_named_by_their_cell() -> None:
    rows, theirs = [alliance(n) for n in range(40)], pairs(*range(40))
    rows[6] = alliance(6, signed_on="来月")
    rows[19] = alliance(19, form="合弁")
    theirs[2 * 33 + 1] = party(33, 1, share=0.3)
    parsed = parse(sheets(book(rows, theirs)))
    assert [one.key for one in parsed.alliances] == [str(n) for n in range(40) if n not in {6, 19, 33}]
    assert faults(parsed) == [
        ("提携", "G8", "import.not_day"), ("提携", "D21", "import.not_one_of"), ("当事者", "D68", "money.shares_do_not_sum"),
    ]  # fmt: skip
    for fault in parsed.faults:
        for language in ("ja", "en"):
            for part in ("title", "remedy"):
                text = fault.told(language, part)
                assert text
                assert "〈" not in text
                assert not text.startswith("errors.")
    assert "9/10" in parsed.faults[2].told("ja")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("key", None, "import.empty"), ("name_ja", "   ", "import.empty"), ("name_ja", "二\n行", "import.malformed"),
        ("name_en", "x" * 201, "field.too_long"), ("name_ja", AT(2024, 3, 5), "import.not_text"),
        ("name_ja", time(9), "import.not_text"), ("name_ja", True, "import.not_text"), ("title", "=A1", "import.formula"),
        ("stage", "=1+1", "import.formula"), ("signed_on", 45380, "import.not_day"), ("signed_on", "2024-02-30", "import.not_day"),
        ("signed_on", AT(2024, 3, 29, 9, 30), "import.not_day"), ("signed_on", date(1900, 1, 1), "import.not_day"),
        ("signed_on", "令和6年3月29日", "import.not_day"), ("effective_on", date(2024, 3, 28), "import.too_early"),
        ("term_until", date(2024, 3, 31), "import.too_early"), ("form", "merger", "import.not_one_of"),
        ("stage", "終結", "import.not_one_of"), ("renewal_years", 1.5, "import.not_count"), ("renewal_years", -1, "import.not_count"),
        ("renewal_years", 51, "import.not_count"), ("notice_months", "三", "import.not_count"),
        ("currency", "円", "import.malformed"), ("currency", "XXX", "money.unknown_currency"), ("file", None, "import.empty"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_an_alliance_is_named(column: str, value: Any, code: str) -> None:
    parsed = parse(
        sheets(book([alliance("1"), alliance("2", **{column: value}), alliance("3")], pairs("1", "2", "3")))
    )
    assert faults(parsed) == [("提携", f"{'ABCDEFGHIJKLM'[A.index(column)]}3", code)]
    assert [one.key for one in parsed.alliances] == ["1", "3"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("key", "9", "import.key_unknown"), ("company", "東都", "import.malformed"), ("company", cast.company(0), "parties.twice"),
        ("role", None, "import.empty"), ("share", AT(2026, 3, 5), "import.not_share"), ("share", 1 / 3, "import.not_share"),
        ("share", "1/0", "import.not_share"), ("share", "120%", "import.not_share"), ("share", True, "import.not_share"),
        ("share", -0.4, "import.not_share"), ("contact_email", "a b@example.com", "import.malformed"),
        ("escalation_email", "部長", "import.malformed"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_a_party_is_named_and_keeps_only_its_alliance_out(
    column: str, value: Any, code: str
) -> None:
    theirs = [*pairs("1"), party("2", 0), party("2", 1, **{column: value}), *pairs("3")]
    parsed = parse(sheets(book([alliance(str(n)) for n in (1, 2, 3)], theirs)))
    assert ("当事者", f"{'ABCDEFGH'[B.index(column)]}5", code) in faults(parsed)
    assert {one.sheet for one in parsed.faults} <= {"当事者", "提携"}
    assert [one.key for one in parsed.alliances] == ["1", "3"]
    if column != "key":
        assert len(parsed.faults) == 1


@pytest.mark.parametrize(
    ("value", "ratio"),
    [
        ("3/5", Fraction(3, 5)), ("６０％", Fraction(3, 5)), (" 60% ", Fraction(3, 5)), (0.6, Fraction(3, 5)), (1, Fraction(1)),
        (0.333333, Fraction(333_333, 1_000_000)), ("33.3333%", Fraction(333_333, 1_000_000)), (0, Fraction(0)), ("1/3", Fraction(1, 3)),
    ],
)  # fmt: skip
def test_a_share_is_exact(value: Any, ratio: Fraction) -> None:
    assert share(value) == ratio


@given(st.integers(1, 999), st.integers(1, 999))
def test_a_share_in_decimals_is_the_one_that_was_typed_or_none(part: int, whole: int) -> None:
    ratio = Fraction(min(part, whole), max(part, whole))
    assert share(f"{ratio.numerator}/{ratio.denominator}") == ratio
    try:
        read = share(float(ratio))
    except Invalid:
        assert (ratio * 10**6).denominator != 1
    else:
        assert read == ratio


def test_empty_cells_of_free_columns_mean_what_is_usual() -> None:
    given = alliance("1", stage=None, renewal_years=None, notice_months="", currency=None)
    (one,) = parse(sheets(book([given], pairs("1")))).alliances
    assert (one.stage, one.renewal_years, one.notice_months, one.currency) == ("operation", 0, 0, "JPY")


def test_keys_are_there_once_and_parties_are_two_to_ten() -> None:
    rows = [alliance("1"), alliance(1), alliance("2"), alliance("3")]
    theirs = [*pairs("1"), party("2", 0, share=1), *(party("3", i, share="1/11") for i in range(11))]
    parsed = parse(sheets(book(rows, theirs)))
    assert faults(parsed) == [
        ("提携", "A3", "import.key_twice"), ("提携", "A4", "parties.two_to_ten"), ("提携", "A5", "parties.two_to_ten"),
    ]  # fmt: skip
    assert [one.key for one in parsed.alliances] == ["1"]


def changed(content: bytes, change: Callable[[Any], Any]) -> bytes:
    made = load_workbook(BytesIO(content))
    change(made)
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda b: b.remove(b["当事者"]), ("当事者", "", "import.sheet_missing")),
        (lambda b: b["提携"].delete_cols(2), ("提携", "A1", "import.column_missing")),
        (lambda b: b["提携"].cell(1, 14, "備考"), ("提携", "N1", "import.column_unknown")),
        (lambda b: b["提携"].cell(1, 14, "名称"), ("提携", "N1", "import.column_twice")),
    ],
)
def test_a_wrong_shape_of_the_sheets_is_named(change: Any, found: tuple[str, str, str]) -> None:
    parsed = parse(sheets(changed(book([alliance("1")], pairs("1")), change)))
    assert found in faults(parsed)


def test_empty_rows_are_nothing_and_addresses_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    content = book([alliance("1"), [None] * 13, alliance("2", form="?")], pairs("1", "2"))
    assert faults(parse(sheets(content))) == [("提携", "D4", "import.not_one_of")]
    monkeypatch.setattr(imports, "MOST", 1)
    assert ("提携", "", "import.too_many_rows") in faults(parse(sheets(content)))


@pytest.mark.parametrize("content", [b"", b"x", b"PK\3\4", b"\xd0\xcf\x11\xe0old", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"import\.not_a_workbook"):
        sheets(content)


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(buffer, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return buffer.getvalue()


def test_what_would_unpack_into_too_much_or_brings_entities_is_refused() -> None:
    good = book([alliance("1")], pairs("1"))
    with pytest.raises(Invalid, match=r"import\.too_large"):
        sheets(repacked(good, lambda name, part: part + b" " * (60 << 20) if "sheet1" in name else part))
    with pytest.raises(Invalid, match=r"import\.too_large"):
        sheets(good + b" " * MOST_BYTES)
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst/>'
    with pytest.raises(Invalid, match=r"import\.not_a_workbook"):
        sheets(repacked(good, lambda name, part: bomb if name == "xl/workbook.xml" else part))


@pytest.mark.office
def test_a_workbook_that_libreoffice_wrote_is_read_alike(tmp_path: Path) -> None:
    """Shared strings, date formats of its own, and formulas with the values that were saved with them."""
    need_calc()
    broken = alliance("A-3", name_en="=1/0")
    told = [alliance("A-1", title='="共同"&"開発"&"契約書"', renewal_years="=2-1"), alliance("A-2"), broken]
    file = tmp_path / "in.xlsx"
    file.write_bytes(book(told, pairs("A-1", "A-2", "A-3")))
    convert([file], tmp_path, "ods")
    (made,) = convert([tmp_path / "in.ods"], tmp_path, "xlsx")
    with ZipFile(made) as archive:
        assert "xl/sharedStrings.xml" in archive.namelist()
    parsed = parse(sheets(made.read_bytes()))
    assert faults(parsed) == [("提携", "C4", "import.formula")]
    plain = [alliance("A-1"), alliance("A-2")]
    assert parsed.alliances == parse(sheets(book(plain, pairs("A-1", "A-2")))).alliances


WHOLE = book([alliance("1")], pairs("1"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_an_accident(data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse(sheets(bytes(content)))
    except Invalid as refusal:
        assert refusal.code.startswith("import.")
