"""One example per body, by the name of its class; a test puts every one through its class."""

from __future__ import annotations

from typing import Any

A = "cmp_" + "a" * 26
B = "cmp_" + "b" * 26
SHA = "0f" * 32


def _person(name: str, address: str) -> dict[str, str]:
    return {"name": name, "email": address, "language": "ja"}


def _party(company: str, role: str, name: str) -> dict[str, Any]:
    return {
        "company": company,
        "role": role,
        "contact": _person(f"{name} 一郎", "contact@example.com"),
        "escalation": _person(f"{name} 部長", "manager@example.com"),
    }


TERMS: dict[str, Any] = {
    "term_from": "2026-04-01",
    "term_until": "2028-03-31",
    "currency": "JPY",
    "shares": [{"company": A, "ratio": "3/5"}, {"company": B, "ratio": "2/5"}],
    "allowed_costs": ["通信費", "保守費"],
    "special": {"form": "co_development", "theme": "設備の共同開発"},
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "NewCompany": {
        "name_ja": "甲株式会社",
        "name_en": "Kou Inc.",
        "address": "東京都千代田区一丁目1番1号",
        "representative_title": "代表取締役",
        "representative_name": "甲野 花子",
    },
    "NewKey": {"person": "甲野 一郎"},
    "OpenAlliance": {
        "name_ja": "設備共同開発",
        "name_en": "Joint development of equipment",
        "form": "co_development",
        "parties": [_party(A, "土地と設備", "甲野"), _party(B, "データ分析", "乙山")],
        "sandbox_from": "2026-01-05T09:00:00+09:00",
    },
    "StateIntake": {
        "background": "両社の強みを合わせる。",
        "purposes": [{"kind": "new_business", "measure": "二年で新しい収入 1億円"}],
        "goals": [{"title": "試作機", "target": "3台", "by": "2027-03-31"}],
        "contributions": [{"company": A, "what": "土地と設備"}, {"company": B, "what": "データ分析"}],
        "benefits": [
            {"kind": "risk_sharing", "how": "費用を分ける"},
            {"kind": "use_of_resources", "how": "設備を使い合う"},
            {"kind": "quick_entry", "how": "一年早く始める"},
            {"kind": "innovation", "how": "新しい組合せ"},
        ],
        "risks": [
            {"kind": "slow_decisions", "measure": "期限を決める"},
            {"kind": "leakage", "measure": "秘密保持契約"},
            {"kind": "profit_disputes", "measure": "配分割合を先に決める"},
            {"kind": "culture", "measure": "定例レビュー"},
        ],
        "exit_idea": "期間満了で終える。",
        "answers": {
            "new_company": False,
            "permission_only": False,
            "merger": False,
            "under_a_year": False,
            "rivals": False,
            "land": True,
            "personal_data": False,
        },
    },
    "GiveScore": {"about": B, "axis": "culture", "points": 4, "evidence": "決め方が近い。"},
    "ShareScores": {},
    "DraftAgreement": {"terms": TERMS},
    "HoldReview": {
        "number": 1,
        "held_on": "2026-07-01",
        "place": "会議室",
        "chair": "甲野 一郎",
        "attendees": [{"company": A, "people": ["甲野 一郎"]}, {"company": B, "people": ["乙山 二郎"]}],
        "points": ["進み具合は計画どおり。"],
        "resolutions": [{"title": "試作機の数", "outcome": "3台で進める"}],
        "actions": [{"owner": B, "what": "分析結果をまとめる", "due": "2026-07-31"}],
    },
    "FinishAction": {"number": 1, "result": "結果を送った。"},
    "BeginExit": {"end_date": "2027-12-31", "reason": "目的を果たした。"},
    "TickExitItem": {"item": "return_materials", "how": "資料を返した。"},
    "Suspend": {"reason": "工場の点検のため。"},
    "Resume": {},
    "Abandon": {"reason": "条件が合わない。"},
    "Advance": {"to": "2026-04-01T09:00:00+09:00"},
    "Revise": {"terms": TERMS, "reason": "配分割合を改めた。"},
    "Freeze": {"sha256": SHA},
    "Sign": {
        "sha256": SHA,
        "signatory": "甲野 花子",
        "title": "代表取締役",
        "signed_at": "2026-03-25T15:00:00+09:00",
        "method": "electronic",
        "evidence_sha256": SHA,
    },
    "RefuseRenewal": {"arrived_on": "2027-11-30", "evidence_sha256": SHA, "reason": "更新しない。"},
    "Comment": {"text": "添付の資料を見てください。"},
    "RecordInternalApproval": {"status": "approved", "reference": "稟議 2026-12"},
    "CastVote": {"choice": "yes", "reason": "条件に同意する。"},
    "Recuse": {"reason": "議案の相手方が自社の子会社であるため。"},
    "MoveReview": {"number": 2, "to": "2027-01-20", "reason": "議長が出張するため。"},
    "SkipReview": {"number": 2, "reason": "議題がないため。"},
    "DraftAmendment": {"changes": [{"what": "reviews", "review_months": 6}], "effective_on": "2027-04-01"},
    "ReviseAmendment": {
        "changes": [{"what": "reviews", "review_months": 4}],
        "effective_on": "2027-04-01",
        "reason": "四半期と半期の間を取る。",
    },
    "CallDecision": {
        "subject": "resolution",
        "title": "広告の出稿",
        "motion": "5月の展示会に合わせて広告を出す。",
    },
    "EnterAmount": {"side": "income", "what": "利用料", "minor": 12000000, "evidence_sha256": SHA},
    "CloseInputs": {},
    "ConfirmPayment": {"evidence_sha256": SHA},
    "RecordFor": {
        "company": B,
        "how": "2026年3月20日付け書面を受領",
        "evidence_sha256": SHA,
        "act": {"kind": "vote", "choice": "yes", "reason": "書面による回答"},
    },
    "ConfirmRecorded": {"recorded": "rec_" + "a" * 26},
    "ContestRecorded": {"recorded": "rec_" + "a" * 26, "reason": "当社の回答と異なる。"},
    "ClearAttention": {"how": "retry", "note": "メールの設定を直した。"},
}
