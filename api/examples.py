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


def _line(label: str, name: str) -> dict[str, str]:
    return {
        "label": label,
        "name": name,
        "name_en": "",
        "address": "東京都千代田区一丁目1番1号",
        "representative_title": "代表取締役",
        "representative_name": "氏名",
        "role": "設備",
    }


TERMS: dict[str, Any] = {
    "term_from": "2026-04-01",
    "term_until": "2028-03-31",
    "currency": "JPY",
    "shares": [{"company": A, "ratio": "3/5"}, {"company": B, "ratio": "2/5"}],
    "allowed_costs": ["通信費", "保守費"],
    "special": {"form": "co_development", "theme": "設備の共同開発"},
}

HANDOVER = {
    "leaver": "甲野",
    "successor": {"name": "甲山 四郎", "email": "kouyama@example.com", "language": "ja"},
    "on": "2027-04-01",
    "reason": "4月1日付けの人事異動",
}

WITHDRAWAL = {
    "event": "address",
    "on": "2027-10-01",
    "reason": "移転の計画を取りやめた（2027年8月20日取締役会決議）。",
}

RETURN_LETTER: dict[str, Any] = {
    "alliance_name": "設備共同開発",
    "parties": [_line("甲", "甲株式会社"), _line("乙", "乙株式会社")],
    "sender": "甲",
    "addressee": "乙",
    "written_on": "2027-04-01",
    "reason": "他の候補会社と提携することとしたため",
    "nda_title": "秘密保持契約書",
    "nda_signed_on": "2026-04-01",
    "return_days": 30,
    "return_by": "2027-05-01",
    "secrecy_years": 3,
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
    "NewAccount": {"person": "甲野 一郎", "mail": "kono@kou.example"},
    "Preview": {"kind": "return_letter", "values": RETURN_LETTER, "format": "text"},
    "Filled": {"values": {"title": "業務委託契約書"}},
    "OpenAlliance": {
        "name_ja": "設備共同開発",
        "name_en": "Joint development of equipment",
        "form": "co_development",
        "parties": [_party(A, "土地と設備", "甲野"), _party(B, "データ分析", "乙山")],
        "sandbox_from": "2026-01-05T09:00:00+09:00",
    },
    "OpenSelection": {
        "name_ja": "設備共同開発の候補先",
        "name_en": "Candidates for a joint development",
        "form": "co_development",
        "own": [_party(A, "土地と設備", "甲野")],
        "candidates": [_party(B, "データ分析", "乙山")],
        "sandbox_from": "2026-01-05T09:00:00+09:00",
    },
    "ChooseCandidate": {"note": "技術評価が最も高い。"},
    "DropCandidate": {"reason": "量産の開始時期が合わないため", "note": "次回の候補に残す。"},
    "DropRest": {"reason": "量産の開始時期が合わないため", "note": "次回の候補に残す。"},
    "BringIn": {
        "reference": "A-1",
        "name_ja": "以前からの共同開発",
        "name_en": "Earlier development",
        "form": "co_development",
        "stage": "operation",
        "parties": [_party(A, "土地と設備", "甲野"), _party(B, "データ分析", "乙山")],
        "contract": {
            "title": "共同開発契約書",
            "file": {"name": "契約.pdf", "sha256": SHA, "size": 240000},
            "signed_on": "2024-03-29",
            "effective_on": "2024-04-01",
            "term_until": "2027-03-31",
        },
        "terms": {
            **TERMS,
            "term_from": "2024-04-01",
            "term_until": "2027-03-31",
            "special": {"form": "as_signed"},
        },
        "obligations": [
            {
                "owner": A,
                "person": "甲野 一郎",
                "what": "販売実績の報告",
                "basis": "共同開発契約書第11条",
                "first": "2026-10-31",
                "every_months": 1,
                "evidence": True,
                "owed_to": [B],
            }
        ],
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
    "UploadSigned": {
        "contract": {
            "title": "秘密保持契約書",
            "file": {"name": "秘密保持契約.pdf", "sha256": SHA, "size": 120000},
            "signed_on": "2025-12-01",
            "effective_on": "2025-12-01",
            "term_until": "2027-11-30",
        },
        "signatories": [
            {"company": A, "signatory": "甲野 花子", "title": "代表取締役"},
            {"company": B, "signatory": "乙山 二郎", "title": "代表取締役"},
        ],
    },
    "WaiveGate": {"reason": "両社の包括的な秘密保持契約が本件にも及ぶため。"},
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
    "CallHealthCheck": {"days": 10},
    "AnswerHealthCheck": {
        "number": 1,
        "sheets": [
            [5, 4, 4, 3, 4, 3, 5, 4, 4, 2, 3, 4],
            [4, 4, 3, 3, 3, 2, 4, 4, 3, 2, 3, 3],
            [5, 3, 4, 4, 4, 3, 4, 5, 4, 1, 4, 0],
        ],
    },
    "FinishAction": {"number": 1, "result": "結果を送った。"},
    "TakeOnObligation": {
        "owner": A,
        "person": "甲野 一郎",
        "what": "販売実績の報告",
        "basis": "本契約第11条",
        "first": "2026-10-10",
        "every_months": 1,
        "evidence": True,
    },
    "AnswerObligation": {"number": 1, "answer": "accept", "reason": "契約のとおり引き受ける。"},
    "FulfilObligation": {
        "number": 1,
        "day": "2026-10-10",
        "how": "報告書を送った。",
        "evidence_sha256": SHA,
    },
    "HoldObligation": {"number": 1, "reason": "様式の見直しが終わるまで待つ。"},
    "ReleaseObligation": {"number": 1, "reason": "様式が決まった。"},
    "WaiveObligation": {"number": 1, "reason": "別の報告書で足りる。"},
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
    "RecordNoticeSent": {"to": [B], "how": "内容証明郵便", "sent_on": "2027-11-24"},
    "RefuseRenewal": {"arrived_on": "2027-11-30", "evidence_sha256": SHA, "reason": "更新しない。"},
    "Comment": {"text": "添付の資料を見てください。"},
    "RecordInternalApproval": {"status": "approved", "reference": "稟議 2026-12"},
    "SubmitInternalApproval": {"reference": "稟議 2026-15"},
    "DecideInternalApproval": {"choice": "approve", "comment": "条件を確認した。"},
    "ArrangeHouse": {
        "routes": [
            {"steps": [{"people": ["甲野 一郎", "甲田 三郎"], "need": 1}]},
            {
                "kinds": ["approval", "reserved"],
                "from_amount": 10000000,
                "steps": [
                    {"people": ["甲野 一郎", "甲田 三郎"], "need": 2},
                    {"people": ["甲野 花子"], "need": 1},
                ],
            },
        ],
        "stand_ins": [
            {
                "person": "甲野 花子",
                "by": "甲山 四郎",
                "first": "2026-04-01",
                "last": "2026-04-10",
                "reason": "出張",
            }
        ],
        "sole": False,
        "people": [{"name": "甲田 三郎", "email": "kouda@example.com", "language": "ja"}],
    },
    "HandOver": HANDOVER,
    "CompanyHandOver": {**HANDOVER, "dry_run": True},
    "WithdrawHandover": {"leaver": "甲野"},
    "AnnounceEvent": {
        "event": "name",
        "on": "2027-04-01",
        "what": "商号の変更（2027年3月20日株主総会決議）",
        "name_ja": "新甲株式会社",
        "name_en": "New Kou Inc.",
    },
    "CompanyEvent": {
        "event": "merger",
        "on": "2027-10-01",
        "what": "丙株式会社を存続会社とする吸収合併",
        "dry_run": True,
    },
    "WithdrawEvent": WITHDRAWAL,
    "CompanyEventWithdrawal": {**WITHDRAWAL, "dry_run": True},
    "AnswerEvent": {"number": 1, "answer": "object", "reason": "承諾の要否を確認中のため。"},
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
