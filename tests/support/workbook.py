"""Workbooks of earlier alliances, as a legal department keeps them: for tests, and for the example of the demo.

`python -m tests.support.workbook FILE.xlsx DAY COMPANY COMPANY` writes the one of
forty rows (three of them wrong), as of a day, for two companies of the directory.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from teikei.domain.days import add_months
from teikei.domain.import_cells import ALLIANCES, OBLIGATIONS, PARTIES
from teikei.domain.texts import say

FORMS = ("共同開発", "共同販売", "共同マーケティング", "資本業務提携")
WRONG = {"A-07": "signed_on", "A-20": "form", "A-34": "share"}
"""Rows of `forty` that stay out, with the column of their fault."""
PASSED, NEAR = ("A-03", "A-12"), ("A-05",)
"""Rows of `forty` whose notice day has passed, or is near."""

Rows = Sequence[Mapping[str, Any]]


def workbook(alliances: Rows, parties: Rows, language: str = "ja", obligations: Rows = ()) -> bytes:
    """An .xlsx of the sheets with the heads of a language; a column that a row does not name is empty.

    Without obligations there is no sheet of them.
    """
    made = Workbook()
    made.remove(made.active)
    sheets = [("alliances", ALLIANCES, alliances), ("parties", PARTIES, parties)]
    if obligations:
        sheets.append(("obligations", OBLIGATIONS, obligations))
    for name, columns, rows in sheets:
        sheet = made.create_sheet(say(language, f"imports.sheets.{name}"))
        sheet.append([say(language, f"imports.heads.{column.name}") for column in columns])
        for row in rows:
            sheet.append([row.get(column.name) for column in columns])
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def alliance(key: str, today: date, **more: Any) -> dict[str, Any]:
    """A co-development that runs since last year and renews by itself."""
    first = add_months(today.replace(day=1), -14)
    given: dict[str, Any] = {
        "key": key, "name_ja": f"沿岸物流の提携 {key}", "name_en": f"Coastal Logistics {key}", "form": FORMS[0], "stage": "運営",
        "title": "共同開発契約書", "signed_on": first - timedelta(days=3), "effective_on": first,
        "term_until": add_months(first, 36) - timedelta(days=1), "renewal_years": 1, "notice_months": 3, "file": f"{key}.pdf",
    }  # fmt: skip
    return {**given, **more}


def pair(key: str, companies: Sequence[str], shares: Sequence[Any] = ("3/5", 0.4)) -> list[dict[str, Any]]:
    """The parties of a row."""
    return [
        {
            "key": key, "company": company, "role": ("開発", "販売")[i % 2], "share": share,
            "contact_name": f"担当 {i}", "contact_email": f"contact{i}@example.com",
            "escalation_name": f"部長 {i}", "escalation_email": f"head{i}@example.com",
        }
        for i, (company, share) in enumerate(zip(companies, shares, strict=True))
    ]  # fmt: skip


def owed(key: str, owner: str, first: Any, **more: Any) -> dict[str, Any]:
    """A report that one party owes under the contract of a row, every month."""
    given: dict[str, Any] = {
        "key": key, "owner": owner, "person": "担当", "what": "月次報告書の提出", "basis": "契約書 第11条", "first": first,
        "every_months": 1,
    }  # fmt: skip
    return {**given, **more}


def duties(companies: Sequence[str], today: date) -> list[dict[str, Any]]:
    """What the parties of some of the `forty` owe, as their contracts say it: monthly, yearly, twice a year, once."""
    first, second = companies
    tenth = add_months(today, 1).replace(day=10)
    rows = [
        ("A-01", first, "販売推進部 真鍋", "前月分の販売実績の報告", "共同開発契約書 第11条第1項", tenth, 1, None),
        ("A-01", second, "総務部 矢作", "賠償責任保険の付保証明書の写しの提出", "共同開発契約書 第16条", add_months(tenth, 1), 12, "はい"),
        ("A-02", first, "広告宣伝部 大庭", "共同広告費の精算書の提出", "共同開発契約書 第9条第2項", add_months(tenth, 2), 3, "はい"),
        ("A-05", second, "品質保証部 古賀", "品質検査記録の提出", "共同開発契約書 第12条", add_months(tenth, 3), 6, "はい"),
        ("A-10", first, "情報システム部 大庭", "在庫管理システムの操作手引の交付", "共同開発契約書 別紙2", add_months(tenth, 4), None, None),
    ]  # fmt: skip
    names = ("key", "owner", "person", "what", "basis", "first", "every_months", "evidence")
    return [dict(zip(names, row, strict=True)) for row in rows]


def forty(companies: Sequence[str], today: date) -> bytes:
    """Forty rows: 37 can come in (`PASSED` and `NEAR` need attention), the three of `WRONG` cannot."""
    alliances, parties = [], []
    for n in range(1, 41):
        key = f"A-{n:02d}"
        row = alliance(key, today, form=FORMS[n % 4])
        if key in PASSED:
            row["term_until"] = add_months(today, 2)
        if key in NEAR:
            row["term_until"] = add_months(today, 3) + timedelta(days=14)
        row |= {"A-07": {"signed_on": "来月"}, "A-20": {"form": "合弁"}}.get(key, {})
        alliances.append(row)
        parties += pair(key, companies, ("3/5", 0.3) if key == "A-34" else ("3/5", 0.4))
    return workbook(alliances, parties, obligations=duties(companies, today))


def papers() -> dict[str, bytes]:
    """The signed files that go with `forty`, by name; one for each row."""
    return {
        f"A-{n:02d}.pdf": f"%PDF-1.4\n% signed contract A-{n:02d}\n%%EOF\n".encode() for n in range(1, 41)
    }


if __name__ == "__main__":
    target, day, *firms = sys.argv[1:]
    Path(target).write_bytes(forty(firms, date.fromisoformat(day)))
    for file, content in papers().items():
        Path(target).with_name(file).write_bytes(content)
