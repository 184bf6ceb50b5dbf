"""The sheet of obligations: every fault by its cell, an alliance never without its own, and one import on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, update

from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import writing
from teikei.adapters.workbooks import sheets
from teikei.domain import imports
from teikei.domain.days import add_months
from teikei.domain.import_cells import OBLIGATIONS
from teikei.domain.imported import Parsed
from teikei.domain.imports import parse
from tests.adapters.test_importing import A, B, House, opened
from tests.domain import cast
from tests.support.story import enlist
from tests.support.workbook import alliance, owed, pair, papers, workbook

TODAY = calendar("JP").local_day(datetime.now(UTC))
NEXT = TODAY + timedelta(days=40)
FIRMS = [A.company, B.company]
NAMES = [c.name for c in OBLIGATIONS]
ROOT = Path(__file__).parents[2]


def book(
    *rows: dict[str, Any], language: str = "ja", keys: tuple[str, ...] = ("A-01", "A-02", "A-03")
) -> bytes:
    theirs = [party for key in keys for party in pair(key, FIRMS)]
    return workbook([alliance(key, TODAY) for key in keys], theirs, language, rows)


def changed(content: bytes, change: Callable[[Workbook], Any]) -> bytes:
    made, buffer = load_workbook(BytesIO(content)), BytesIO()
    change(made)
    made.save(buffer)
    return buffer.getvalue()


def faults(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(one.sheet, one.cell, one.code) for one in parsed.faults]


def come(parsed: Parsed) -> list[str]:
    return [one.key for one in parsed.alliances]


# reading


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_row_becomes_an_obligation_of_its_alliance(language: str) -> None:
    rows = [owed("A-02", A.company, NEXT), owed("A-02", B.company, NEXT, every_months=None, evidence="はい")]
    parsed = parse(sheets(book(*rows, language=language)))
    assert parsed.faults == ()
    assert [len(one.obligations) for one in parsed.alliances] == [0, 2, 0]
    first, second = parsed.alliances[1].obligations
    assert (first.owner, first.first, first.every_months, first.evidence) == (A.company, NEXT, 1, "false")
    assert (second.every_months, second.evidence, second.owed_to) == (0, "true", ())
    assert (first.what, first.basis, first.person) == ("月次報告書の提出", "契約書 第11条", "担当")


def test_heads_are_read_as_codes_whatever_their_width() -> None:
    def coded(made: Workbook) -> None:
        for i, name in enumerate(NAMES, start=1):
            made["義務"].cell(1, i, "ＯＷＮＥＲ" if name == "owner" else name)
        made["義務"].title = "ｏｂｌｉｇａｔｉｏｎｓ"

    parsed = parse(sheets(changed(book(owed("A-01", A.company, NEXT)), coded)))
    assert (parsed.faults, len(parsed.alliances[0].obligations)) == ((), 1)


@pytest.mark.parametrize("between", ["、", ",", ", ", "，", " 、 "])
def test_several_companies_stand_in_one_cell(between: str) -> None:
    told = between.join(cast.companies(3)[1:])
    [one, *_] = parse(sheets(book(owed("A-01", A.company, NEXT, owed_to=told)))).alliances
    assert one.obligations[0].owed_to == cast.companies(3)[1:]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("owner", "東都", "import.malformed"), ("owner", None, "import.empty"), ("person", None, "import.empty"),
        ("person", NEXT, "import.not_text"), ("what", "二\n行", "import.malformed"), ("what", "x" * 201, "field.too_long"),
        ("basis", " ", "import.empty"), ("basis", "=A1", "import.formula"), ("first", "来月", "import.not_day"),
        ("first", None, "import.empty"), ("every_months", "毎月", "import.not_count"), ("every_months", 121, "import.not_count"),
        ("every_months", 0.5, "import.not_count"), ("evidence", "要", "import.not_one_of"),
        ("owed_to", "東都、西都", "import.malformed"), ("owed_to", f"{B.company}、", "import.malformed"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_and_keeps_only_its_alliance_out(column: str, value: Any, code: str) -> None:
    rows = [owed("A-01", A.company, NEXT), owed("A-02", A.company, NEXT), owed("A-03", A.company, NEXT)]
    rows[1][column] = value
    parsed = parse(sheets(book(*rows)))
    assert faults(parsed) == [("義務", f"{'ABCDEFGHI'[NAMES.index(column)]}3", code)]
    assert come(parsed) == ["A-01", "A-03"]


def test_a_number_that_no_alliance_has_is_named() -> None:
    parsed = parse(sheets(book(owed("A-9", A.company, NEXT), owed("", A.company, NEXT))))
    assert faults(parsed) == [("義務", "A3", "import.empty"), ("義務", "A2", "import.key_unknown")]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda b: b["義務"].delete_cols(6), ("義務", "A1", "import.column_missing")),
        (lambda b: b["義務"].delete_rows(1), ("義務", "A1", "import.column_missing")),
    ],
)
def test_where_the_sheet_cannot_be_read_no_alliance_comes_in_without_what_it_owes(
    change: Any, found: tuple[str, str, str]
) -> None:
    parsed = parse(sheets(changed(book(owed("A-01", A.company, NEXT)), change)))
    assert found in faults(parsed)
    assert come(parsed) == []


def test_too_many_rows_keep_all_out(monkeypatch: pytest.MonkeyPatch) -> None:
    content = book(*[owed("A-01", A.company, NEXT)] * 7)
    monkeypatch.setattr(imports, "MOST", 6)
    parsed = parse(sheets(content))
    assert (faults(parsed), come(parsed)) == ([("義務", "", "import.too_many_rows")], [])


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.remove(b["義務"]),
        lambda b: b["義務"].delete_rows(1, 9),
        lambda b: b["義務"].delete_rows(2, 9),
    ],
)
def test_no_sheet_an_empty_one_and_one_of_heads_alone_are_no_fault(change: Any) -> None:
    parsed = parse(sheets(changed(book(owed("A-01", A.company, NEXT)), change)))
    assert (faults(parsed), come(parsed)) == ([], ["A-01", "A-02", "A-03"])
    assert [one.obligations for one in parsed.alliances] == [(), (), ()]


def test_the_committed_example_has_no_such_sheet_and_gives_what_it_gave() -> None:
    content = (ROOT / "examples/scenarios/import-of-40/alliances.xlsx").read_bytes()
    parsed = parse(sheets(content))
    assert (len(parsed.alliances), len(parsed.faults)) == (37, 3)


# the import


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    enlist(engine, cast.directory(3))
    made = opened(engine, tmp_path)
    made.hand_in(papers())
    return made


def test_an_alliance_comes_in_with_what_it_owes(house: House) -> None:
    rows = [
        owed("A-01", A.company, NEXT),
        owed("A-01", B.company, NEXT, every_months=None, owed_to=A.company, evidence="はい"),
    ]
    dry = house.read(book(*rows))
    assert (dry["faults"], dry["counts"]["open"]) == ([], 3)
    shown = {row["reference"]: row["act"]["obligations"] for row in dry["rows"]}
    assert [(o["owner"], o["first"], o["every_months"], o["evidence"], o["owed_to"]) for o in shown["A-01"]] == [
        (A.company, NEXT.isoformat(), 1, False, []), (B.company, NEXT.isoformat(), 0, True, [A.company]),
    ]  # fmt: skip
    assert shown["A-02"] == shown["A-03"] == []
    house.confirm(dry["id"])
    born = {row["reference"]: row["alliance"] for row in house.reads.imported(A, dry["id"])["rows"]}
    seen = house.reads.matter(B, "alliance", born["A-01"])
    assert [(o["owner"], o["status"], o["first"]) for o in seen["obligations"]] == [
        (A.company, "open", NEXT.isoformat()), (B.company, "proposed", NEXT.isoformat()),
    ]  # fmt: skip
    due = {
        (matter, key)
        for matter, key in house.rows(t.DueRow, "matter", "key")
        if key.startswith(("obl", "acc"))
    }
    assert {matter for matter, _ in due} == {born["A-01"]}
    assert {"obligation-1/lapse", "acceptance-2/lapse"} <= {key for _, key in due}
    assert not {key for _, key in due if key.startswith(("obligation-2", "acceptance-1"))}


def test_what_cannot_be_owed_is_named_by_its_cell_all_at_once(house: House) -> None:
    past, late = TODAY - timedelta(days=1), add_months(TODAY, 80)
    rows = [
        owed("A-01", A.company, past),
        owed("A-01", cast.company(2), NEXT),
        owed("A-01", A.company, NEXT, owed_to=A.company),
        owed("A-02", A.company, late),
        owed("A-04", B.company, NEXT),
        *[owed("A-05", A.company, NEXT)] * 51,
    ]
    keys = tuple(f"A-0{n}" for n in range(1, 6))
    told = [alliance(key, TODAY) for key in keys]
    told[1]["renewal_years"] = 0
    ahead = TODAY + timedelta(days=9)
    told[3] |= {"stage": "署名", "effective_on": ahead, "term_until": add_months(ahead, 12)}
    content = workbook(told, [party for key in keys for party in pair(key, FIRMS)], "ja", rows)
    dry = house.read(content)
    assert [(f["sheet"], f["cell"], f["code"]) for f in dry["faults"]] == [
        ("義務", "F2", "obligation.in_the_past"), ("義務", "B3", "parties.unknown_company"),
        ("義務", "I4", "parties.unknown_company"), ("義務", "F5", "obligation.after_the_end"),
        ("義務", "A6", "bringing.owed_too_early"), ("義務", "A57", "obligation.too_many"),
    ]  # fmt: skip
    assert all(f[part] for f in dry["faults"] for part in ("title_ja", "remedy_ja", "title_en", "remedy_en"))
    assert [row["reference"] for row in dry["rows"]] == ["A-03"]


def test_a_day_that_passed_before_the_confirmation_keeps_the_row_out_at_its_cell(house: House) -> None:
    dry = house.read(book(owed("A-01", A.company, NEXT), owed("A-02", A.company, NEXT)))
    lines = t.table(t.ImportLineRow)
    act = next(a for r, a in house.rows(t.ImportLineRow, "reference", "act") if r == "A-02")
    gone = act.replace(f'"first":"{NEXT}"', f'"first":"{date(2020, 1, 1)}"')
    assert gone != act
    with writing(house.engine) as db:
        db.execute(update(lines).where(lines.c.reference == "A-02").values(act=gone))
    counts = house.confirm(dry["id"])["counts"]
    assert (counts["done"], counts["refused"]) == (2, 1)
    [row] = [r for r in house.reads.imported(A, dry["id"])["rows"] if r["status"] == "refused"]
    problem = row["problem"]
    assert (problem["sheet"], problem["cell"], problem["code"]) == ("義務", "F3", "obligation.in_the_past")
