"""Sample variables of every paper kind for 2 to 10 parties.

Names, dates and sums are made up. The ratios divide unevenly on purpose
(1/N), so that a statement always has a remainder to explain.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from teikei.domain.elapsed import ClockLine
from teikei.domain.money import split
from teikei.domain.paper_lines import (
    ActionLine,
    AttendeeLine,
    ComparisonLine,
    DisclosureLine,
    GoalLine,
    MinutesDecision,
    MoneyLine,
    PartyLine,
    PurposeLine,
    ResultLine,
    ShareLine,
    TermLine,
    TextLine,
    VotingLine,
    WeightLine,
)
from teikei.domain.papers import LABELS, VARIABLES, PaperKind
from teikei.domain.summary_paper import DeviationLine, FlowLine, SideLine

COUNTS = (2, 3, 5, 10)
KINDS: tuple[PaperKind, ...] = tuple(VARIABLES)
FORMS = {
    "co_development": "共同開発",
    "co_sales": "共同販売",
    "co_marketing": "共同マーケティング",
    "capital_and_business": "資本業務提携",
}
_NAMES = (
    "青葉精機", "北斗通信", "瑞穂食品", "白鷺電子", "琵琶湖製薬", "霧島エネルギー", "富士見物流",
    "隅田ソフトウェア", "若草化学", "天竜モビリティ",
)  # fmt: skip
_CITIES = (
    "東京都千代田区丸の内一丁目1番1号",
    "大阪府大阪市北区梅田二丁目2番2号",
    "愛知県名古屋市中村区名駅三丁目3番3号",
)
_PEOPLE = ("山田太郎", "鈴木花子", "佐藤一郎", "髙橋次郎", "渡邉美咲")


def parties(count: int) -> tuple[PartyLine, ...]:
    """The first `count` parties, labelled in order."""
    return tuple(
        PartyLine(
            label=LABELS[index],
            name=f"{_NAMES[index]}株式会社",
            address=_CITIES[index % len(_CITIES)],
            representative_title="代表取締役",
            representative_name=_PEOPLE[index % len(_PEOPLE)],
            role=("基幹技術の提供及び試作", "販売網の提供及び市場調査", "量産設備の提供及び品質保証")[
                index % 3
            ],
            contributions=("技術者2名の参画", "検証設備の提供")[: 1 + index % 2],
            contact=f"法務部長 {_PEOPLE[(index + 1) % len(_PEOPLE)]}",
        )
        for index in range(count)
    )


def _common(kind: str, count: int) -> dict[str, Any]:
    return {
        "alliance_name": "次世代電池アライアンス",
        "form": FORMS.get(kind, "共同開発"),
        "background": "各当事者は、次世代電池の早期の実用化を図るため、それぞれの強みを持ち寄ることとした。",
        "parties": parties(count),
        "purposes": (
            PurposeLine(name="技術開発の加速", measure="試作から量産移行までの期間を12か月以内とすること"),
            PurposeLine(name="市場シェアの拡大", measure="国内市場における占有率を15％以上とすること"),
        ),
        "court": "東京地方裁判所",
    }


def _main(count: int) -> dict[str, Any]:
    return {
        "goals": (
            GoalLine(title="試作品の完成", target="評価用セル100個", by=date(2027, 9, 30)),
            GoalLine(title="量産の開始", target="月産1万個", by=date(2028, 9, 30)),
        ),
        "term_from": date(2027, 4, 1),
        "term_until": date(2030, 3, 31),
        "notice_months": 6,
        "renewal_years": 1,
        "exit_notice_months": 6,
        "shares": tuple(ShareLine(label=LABELS[i], ratio=Fraction(1, count)) for i in range(count)),
        "currency": "JPY",
        "allowed_costs": ("原材料費", "外注費", "共同の広告宣伝費"),
        "rounding": "largest_remainder",
        "tie_order": "party_order",
        "period_months": 6,
        "statement_days": 45,
        "payment_days": 30,
        "review_months": 3,
        "decision_days": 10,
        "ladder_days": (10, 20),
    }


def _amendment(count: int) -> dict[str, Any]:
    half = tuple(
        ShareLine(label=LABELS[i], ratio=Fraction(i + 1, count * (count + 1) // 2)) for i in range(count)
    )
    return {
        "base_title": "共同開発契約書",
        "base_date": date(2027, 4, 1),
        "number": 1,
        "effective_on": date(2028, 10, 1),
        "shares_before": tuple(ShareLine(label=LABELS[i], ratio=Fraction(1, count)) for i in range(count)),
        "shares_after": half,
        "period_months_before": 12,
        "period_months_after": 6,
        "review_months_before": 3,
        "review_months_after": 6,
        "term_until_before": date(2030, 3, 31),
        "term_until_after": date(2032, 3, 31),
        "voting_changed": True,
        "voting": (voting_line("reserved", kind="n_of_m", needed=2),),
        "texts": (TextLine(article="別紙に定める納期", before="30日以内", after="45日以内"),),
        "added": (
            TermLine(item="原契約第20条の2", content="各当事者は、毎年4月末日までに実施の状況を報告する。"),
        ),
        "removed": ("原契約第9条第4項",),
    }


def _special(kind: str, count: int) -> dict[str, Any]:
    if kind == "co_development":
        return {"theme": "全固体電池用電解質"}
    if kind == "co_sales":
        return {
            "products": ("蓄電システムA型", "蓄電システムB型"),
            "territory": "日本国内",
            "suppliers": (LABELS[0], LABELS[0]),
            "sellers": (LABELS[1],),
        }
    if kind == "co_marketing":
        return {"campaigns": ("省エネルギー週間共同企画", "展示会共同出展"), "budget": 30_000_000}
    if kind == "capital_and_business":
        return {
            "issuer": LABELS[0],
            "investors": tuple(LABELS[1:count]),
            "share_class": "普通株式",
            "share_count": 10_000,
            "allotments": (10_000 - 1_000 * (count - 2), *(1_000,) * (count - 2)),
            "price": 5_000,
            "total": 50_000_000,
            "ratio_after": Fraction(149, 1000),
            "closing_date": date(2027, 5, 31),
            "directors": 1,
            "reserved_matters": ("定款の変更", "事業の全部又は重要な一部の譲渡"),
        }
    return {}


def _minutes(count: int) -> dict[str, Any]:
    people = parties(count)
    return {
        "alliance_name": "次世代電池アライアンス",
        "parties": people,
        "number": 3,
        "held_on": date(2028, 1, 20),
        "place": "オンライン会議",
        "chair": "山田太郎（甲）",
        "attendees": tuple(
            AttendeeLine(
                label=p.label,
                name=p.name,
                people=() if index == 1 and count > 2 else (p.representative_name, "法務部 井上恵"),
            )
            for index, p in enumerate(people)
        ),
        "agenda": ("目標の達成状況の確認", "第2期の配分割合の確認"),
        "points": ("試作品の評価結果について甲から報告があり、量産移行の前提条件を確認した。",),
        "decisions": (MinutesDecision(title="量産設備の発注時期を2028年4月とすること", outcome="可決"),),
        "actions": (
            ActionLine(owner="甲", what="評価報告書の改訂版を全当事者に配付すること", due=date(2028, 2, 10)),
        ),
        "next_on": date(2028, 4, 20),
        "clock": tuple(
            line
            for index, p in enumerate(people)
            for line in (
                ClockLine(
                    label=p.label,
                    what="決議への投票",
                    since=f"{3 * index}.5",
                    since_times=2,
                    total="21.0",
                    times=9,
                ),
                ClockLine(
                    label=p.label, what="", since=f"{3 * index}.5", since_times=2, total="104.3", times=31
                ),
            )
        ),
    }


def _statement(count: int) -> dict[str, Any]:
    people = parties(count)
    incomes = tuple(
        MoneyLine(label=p.label, what="製品売上", amount=4_000_000 + 7 * i, source="売上台帳.csv 3f2a9c1b")
        for i, p in enumerate(people)
    )
    costs = (MoneyLine(label="甲", what="原材料費", amount=1_234_567, source="請求書一式.pdf 8be01d77"),)
    income, cost = sum(x.amount for x in incomes), sum(x.amount for x in costs)
    ratios = tuple(Fraction(1, count) for _ in people)
    portions = split(income - cost, ratios, "party_order")
    return {
        "alliance_name": "次世代電池アライアンス",
        "parties": people,
        "number": 2,
        "period_from": date(2027, 10, 1),
        "period_until": date(2028, 3, 31),
        "basis": "2027年4月1日付け共同開発契約書第19条（利益配分）",
        "currency": "JPY",
        "incomes": incomes,
        "costs": costs,
        "income_total": income,
        "cost_total": cost,
        "pool": income - cost,
        "results": tuple(
            ResultLine(
                label=p.label, name=p.name, ratio=r, exact=x.exact, amount=x.amount, extra_unit=x.extra_unit
            )
            for p, r, x in zip(people, ratios, portions, strict=True)
        ),
        "rounding": "largest_remainder",
        "tie_order": "party_order",
        "decided_on": date(2028, 5, 10),
        "decision": "decision-7k3m",
        "votes": tuple(MinutesDecision(title=p.name, outcome="賛成") for p in people),
        "payment_by": date(2028, 6, 9),
    }


def fields_of(kind: str, count: int) -> dict[str, Any]:
    """Field names and values for one paper."""
    if kind == "minutes":
        return _minutes(count)
    if kind == "statement":
        return _statement(count)
    if kind == "notice":
        return _notice(count)
    if kind == "return_letter":
        return _return_letter(count)
    if kind == "renewal_memo":
        return _renewal(count)
    if kind == "comparison":
        return _comparison(count)
    if kind == "summary":
        return _summary(count)
    values = _common(kind, count)
    if kind == "loi":
        return values | _loi(count)
    if kind == "nda":
        return values | {"term_from": date(2026, 12, 1), "term_until": date(2027, 11, 30)}
    if kind == "termination":
        return values | {
            "base_title": "共同開発契約書",
            "base_date": date(2027, 4, 1),
            "end_date": date(2029, 3, 31),
            "reason": "共同開発の目的を達したこと",
            "settlement_days": 60,
            "checklist": ("成果物の引渡し", "貸与設備の返還"),
            "survivors": ("秘密保持", "知的財産の帰属"),
        }
    if kind == "amendment":
        return values | _amendment(count)
    return values | _main(count) | _special(kind, count)


def _notice(count: int) -> dict[str, Any]:
    return {
        "alliance_name": "次世代電池の共同開発", "parties": parties(count), "sender": LABELS[count - 1],
        "base_title": "共同開発契約書", "base_date": date(2027, 4, 1), "term_since": date(2027, 4, 1),
        "term_until": date(2029, 3, 31), "renewal_years": 1, "notice_months": 3, "legal_last_day": date(2028, 12, 30),
        "decision": "dec_" + "a" * 26,
    }  # fmt: skip


def _return_letter(count: int) -> dict[str, Any]:
    return {
        "alliance_name": "次世代電池の共同開発", "parties": parties(count), "sender": LABELS[0], "addressee": LABELS[count - 1],
        "written_on": date(2026, 12, 1), "reason": "量産の開始時期が当社の計画と一致しなかったため", "nda_title": "秘密保持契約書",
        "nda_signed_on": date(2026, 10, 1), "return_days": 30, "return_by": date(2026, 12, 31), "secrecy_years": 3,
    }  # fmt: skip


def _loi(count: int) -> dict[str, Any]:
    return {
        "outline": ("全固体電池用電解質に関する共同の研究開発", "研究開発の成果を用いた製品の量産及び販売"),
        "terms": (
            TermLine(item="利益の配分", content="貢献の割合に応じて配分し、割合は最終契約において定める。"),
            TermLine(item="資本提携", content="乙及び丙による甲の普通株式の取得を検討する。"),
        ),
        "schedule": (
            ActionLine(owner="甲", what="調査のための資料の提出", due=date(2027, 1, 15)),
            ActionLine(owner="全当事者", what="最終契約の案の確定", due=date(2027, 2, 26)),
        ),
        "target_on": date(2027, 3, 31),
        "term_until": date(2027, 6, 30),
        "nda_title": "秘密保持契約書",
        "nda_date": date(2026, 12, 1),
        "dd_scope": ("企業文化及び経営理念", "技術及び知的財産", "財務及び法務"),
        "exclusivity_until": date(2027, 3, 31),
        "break_fee": 5_000_000,
        "issuer": LABELS[0],
        "disclosures": disclosures(count),
    }


def _renewal(count: int) -> dict[str, Any]:
    return {
        "alliance_name": "次世代電池アライアンス", "parties": parties(count),
        "base_title": "共同開発契約書", "base_date": date(2027, 4, 1), "number": 1,
        "old_until": date(2030, 3, 31), "new_from": date(2030, 4, 1), "new_until": date(2031, 3, 31),
        "decided_on": date(2029, 8, 20), "decision": "dec_" + "b" * 26, "renewal_years": 1, "notice_months": 6,
        "changes": (TextLine(article="原契約第9条第3項（定例会議の間隔）", before="3か月に1回", after="6か月に1回"),),
        "results": ("量産の開始の目標は、2028年9月30日までに達成した。",),
        "carried": (ActionLine(owner="乙", what="試作設備の撤去", due=date(2030, 6, 30)),),
    }  # fmt: skip


def _comparison(count: int) -> dict[str, Any]:
    return {
        "alliance_name": "次世代電池アライアンス", "parties": parties(count), "base_title": "共同開発契約書",
        "base_date": date(2027, 4, 1), "number": 1, "effective_on": date(2028, 10, 1),
        "lines": (
            ComparisonLine(article="第19条第1項", before="甲 40％、乙 60％", after="甲 50％、乙 50％", remark="配分割合の変更"),
            ComparisonLine(article="第20条の2", before="", after="各当事者は、毎年4月末日までに実施の状況を報告する。", remark="新設"),
            ComparisonLine(article="第9条第4項", before="定例会議は、甲の本店において開催する。", after=""),
        ),
    }  # fmt: skip


def _side(index: int, count: int) -> SideLine:
    """What a party brings in: of each kind and of none."""
    kinds: tuple[tuple[Any, str], ...] = (
        ("technology", "技術者2名の参画"), ("market", "国内142拠点の販売網"), ("money", "試作費の前払い"),
        ("risk", "製造物責任保険の付保"), ("other", "検証設備の提供"), ("", "生産管理の経験"),
    )  # fmt: skip
    gives = tuple(
        FlowLine(kind=k, what=w if index < 6 else f"{w}（増強分）")
        for k, w in (kinds[index % 6], kinds[(index + 2) % 6])[: 1 + index % 2]
    )
    takes = (FlowLine(kind="technology", what="電解質の試料"),) if index == 1 else ()
    return SideLine(
        label=LABELS[index],
        gives=gives,
        ratio=Fraction(1, count),
        takes=takes,
    )


def _summary(count: int) -> dict[str, Any]:
    main, capital = _main(count), _special("capital_and_business", count)
    names = ("term_from", "term_until", "renewal_years", "notice_months", "exit_notice_months", "currency",
             "allowed_costs", "period_months", "statement_days", "payment_days", "decision_days")  # fmt: skip
    sums = ("issuer", "share_class", "share_count", "price", "total", "ratio_after")
    common = _common("capital_and_business", count)
    return {
        **{name: common[name] for name in ("alliance_name", "form", "parties", "purposes", "court")},
        **{name: main[name] for name in names},
        **{name: capital[name] for name in sums},
        "base_title": "資本業務提携契約書", "version": 3, "digest": "8be01d770f3ac219", "written_on": date(2027, 2, 15),
        "signed_on": date(2027, 3, 25), "sides": tuple(_side(i, count) for i in range(count)),
        "measures": (
            PurposeLine(name="意思決定の遅れ", measure="期限経過後5営業日で責任者へ上申"),
            PurposeLine(name="情報の流出", measure="価格及び原価の情報はクリーンチームに限り開示"),
            PurposeLine(name="利益配分の紛争", measure="対象費目を契約に列挙し配分案を全社の決議に付す"),
            PurposeLine(name="企業文化の相違", measure="定例レビューで回答の遅れを議題とする"),
        ),
        "legal_last_day": date(2029, 9, 29), "safe_day": date(2029, 9, 20), "secrecy_years": 3, "medium": "paper",
        "budget": 30_000_000, "minimum_sales": 120_000_000,
        "voting": (
            voting_line("allocation", kind="majority", quorum=Fraction(2, 3), tie="chair", chair="甲"),
            voting_line("resolution", kind="n_of_m", needed=2, veto=("甲",), silence="abstains"),
            voting_line("reserved"),
        ),
        "deviations": (
            DeviationLine(place="第22条（契約期間）", item="更新拒絶の予告期間", standard="3か月", ours="6か月"),
            DeviationLine(place="第19条（利益配分等）ほか", item="計算期間", standard="12か月", ours="6か月"),
            DeviationLine(place="第8条（推進体制及び意思決定）", item="決議の要件", standard="全当事者の賛成", ours="利益配分：多数決"),
        ),
        "stamp_outcome": "taxed", "stamp_class": "第7号文書", "stamp_each": 4_000, "originals": count,
        "stamp_total": 4_000 * count, "stamp_grounds": ("契約条件からは、請負その他の課税事項の有無が定まらない。",),
        "forms": ("事業用定期借地権を設定する契約は、公正証書による（借地借家法 23条3項）。",),
    }  # fmt: skip


def disclosures(count: int) -> tuple[DisclosureLine, ...]:
    """Each discloses something of its own to all others."""
    return tuple(
        DisclosureLine(
            label=LABELS[i],
            what=("技術資料及び試料", "販売計画及び市場調査の結果", "量産設備の仕様")[i % 3],
            receivers=tuple(LABELS[j] for j in range(count) if j != i),
        )
        for i in range(count)
    )


def voting_line(subject: Any, *, weights: tuple[int, ...] = (), **given: Any) -> VotingLine:
    """A rule of votes as a main agreement states it; what is not given is unanimity's."""
    rule: dict[str, Any] = {
        "kind": "unanimity", "needed": 0, "threshold": Fraction(1, 2), "base": "cast", "quorum": Fraction(0),
        "veto": (), "tie": "deadlock", "chair": "", "silence": "lapses", "sealed": False, **given,
    }  # fmt: skip
    votes = tuple(WeightLine(label=LABELS[i], votes=n) for i, n in enumerate(weights))
    return VotingLine(subject=subject, weights=votes, over_half=rule["threshold"] == Fraction(1, 2), **rule)


def sample(kind: PaperKind, count: int = 3, **changes: Any) -> Any:
    """The dataclass of `kind` for `count` parties."""
    return VARIABLES[kind](**(fields_of(kind, count) | changes))


def with_names(variables: Any, text: str) -> Any:
    """The same variables with `text` in every party's name, address and role."""
    changed = tuple(
        replace(p, name=f"{text}{p.label}", address=text, role=text, representative_name=text)
        for p in variables.parties
    )
    return replace(variables, parties=changed)
