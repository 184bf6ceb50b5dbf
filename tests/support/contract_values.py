"""Values for `contract_sample`, without python-docx, so that a process which measures memory need not load it.

Names, sums and days are made up. No two seeds give an equal field, so that no cache can answer.
"""

from __future__ import annotations

from typing import Any

OPTIONS = ("with_data", "with_brand", "with_export", "with_land", "with_audit", "with_exclusivity")
COUNTS = {"schedule": 20, "deliverables": 15, "equipment": 12}
"""Rows of the three tables: 47."""


def values(seed: int = 0, *, rows: int = 1) -> dict[str, Any]:
    """Values for one render; `rows` multiplies the tables."""
    names = ("青葉精機", "北斗通信", "髙﨑𠮷田製作所")
    parties = [
        {
            "label": label,
            "name": f"{name}{seed}株式会社",
            "address": f"東京都千代田区丸の内一丁目{seed % 90 + 1}番{index + 1}号",
            "post": "代表取締役",
            "person": f"山田{seed}郎",
            "role": f"基幹技術{seed}の提供及び試作",
            "share": f"{seed % 30 + index + 1}％",
        }
        for index, (label, name) in enumerate(zip("甲乙丙", names, strict=True))
    ]
    tables = {
        name: [
            {
                "number": row + 1,
                "name": f"項目{seed}-{row} <R&D>",
                "by": f"2028年{row % 12 + 1}月{seed % 28 + 1}日",
                "owner": "甲乙丙"[row % 3],
                "place": f"第{seed + row}工場",
            }
            for row in range(count * rows)
        ]
        for name, count in COUNTS.items()
    }
    return {
        "title": f"共同開発契約書（第{seed}版）",
        "alliance": f"次世代電池アライアンス{seed}",
        "theme": f"全固体電池{seed}型",
        "label_list": "甲、乙及び丙",
        "steering": f"運営委員会{seed}",
        "budget": 10_000_000 + seed,
        "answer_days": seed % 9 + 5,
        "contact": f"契約担当{seed}",
        "review_months": seed % 6 + 1,
        "secrecy_years": seed % 5 + 1,
        "audit_years": seed % 7 + 1,
        "notice_months": seed % 6 + 1,
        "renewal_years": seed % 3 + 1,
        "term_from": f"2028年4月{seed % 28 + 1}日",
        "term_until": f"2031年3月{seed % 28 + 1}日",
        "court": "東京地方裁判所",
        "originals": 3,
        "signed_on": f"2028年3月{seed % 28 + 1}日",
        "parties": parties,
        **{option: (seed + index) % 7 != 0 for index, option in enumerate(OPTIONS)},
        **tables,
    }
