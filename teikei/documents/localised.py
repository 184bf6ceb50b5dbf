"""The variables of a paper as one language says them, so that clause files of all languages use the same names.

Three rules. A field `x_en` beside `x` is its English and takes its place where it is filled in. The labels
甲乙丙… are Party A, Party B, Party C…. Words of a closed list (courts, offices, share
classes, votes) are translated; all else stands as people typed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from teikei.domain.papers import ENGLISH_LABELS, ENGLISH_TITLES

LABEL_FIELDS = frozenset({
    "label", "owner", "chair", "sender", "addressee", "issuer", "veto", "investors", "receivers",
    "suppliers", "sellers",
    "parties_before", "parties_after", "leaving", "takes_place_of",
})  # fmt: skip
"""Fields that hold labels of parties; a typed text that happens to be 甲 is left alone."""

VOTES = {"賛成": "For", "反対": "Against", "棄権": "Abstained", "除斥": "Recused", "回答なし": "No answer"}

OFFICES = {
    "代表取締役": "Representative Director",
    "代表取締役社長": "President and Representative Director",
    "代表取締役会長": "Chairman and Representative Director",
    "代表執行役": "Representative Executive Officer",
    "代表執行役社長": "President and Representative Executive Officer",
    "代表社員": "Representative Member",
    "取締役": "Director",
    "執行役員": "Executive Officer",
    "理事長": "Chairman of the Board of Directors",
}

SHARE_CLASSES = {
    "普通株式": "common shares",
    "優先株式": "preferred shares",
    "A種優先株式": "Class A preferred shares",
    "B種優先株式": "Class B preferred shares",
    "A種種類株式": "Class A shares",
    "B種種類株式": "Class B shares",
}

_DISTRICTS = {
    "札幌": "Sapporo", "函館": "Hakodate", "旭川": "Asahikawa", "釧路": "Kushiro", "青森": "Aomori",
    "盛岡": "Morioka", "秋田": "Akita", "仙台": "Sendai", "山形": "Yamagata", "福島": "Fukushima",
    "水戸": "Mito", "宇都宮": "Utsunomiya", "前橋": "Maebashi", "さいたま": "Saitama", "千葉": "Chiba",
    "東京": "Tokyo", "横浜": "Yokohama", "甲府": "Kofu", "長野": "Nagano", "新潟": "Niigata",
    "富山": "Toyama", "金沢": "Kanazawa", "福井": "Fukui", "岐阜": "Gifu", "静岡": "Shizuoka",
    "名古屋": "Nagoya", "津": "Tsu", "大津": "Otsu", "京都": "Kyoto", "大阪": "Osaka", "神戸": "Kobe",
    "奈良": "Nara", "和歌山": "Wakayama", "鳥取": "Tottori", "松江": "Matsue", "岡山": "Okayama",
    "広島": "Hiroshima", "山口": "Yamaguchi", "徳島": "Tokushima", "高松": "Takamatsu",
    "松山": "Matsuyama", "高知": "Kochi", "福岡": "Fukuoka", "佐賀": "Saga", "長崎": "Nagasaki",
    "大分": "Oita", "熊本": "Kumamoto", "宮崎": "Miyazaki", "鹿児島": "Kagoshima", "那覇": "Naha",
}  # fmt: skip
COURTS = {f"{ja}地方裁判所": f"{en} District Court" for ja, en in _DISTRICTS.items()}
"""The fifty district courts (下級裁判所の設立及び管轄区域に関する法律 別表第1表)."""

CLOSED: dict[str, Mapping[str, str]] = {
    "court": COURTS,
    "representative_title": OFFICES,
    "share_class": SHARE_CLASSES,
    "vote": VOTES,
    "lead_owner": {**ENGLISH_LABELS, "各当事者": "each Party"},
    **dict.fromkeys(LABEL_FIELDS, ENGLISH_LABELS),
    **dict.fromkeys(("base_title", "nda_title"), ENGLISH_TITLES),
    "owner": ENGLISH_LABELS | {"全当事者": "All Parties"},
    "exclusivity_scope": {"本提携と同種の提携": "an alliance of the same kind as the Alliance"},
}
"""Words of a closed list, by the field that holds them."""


def localised(values: Mapping[str, object], language: str) -> dict[str, object]:
    """The values as `language` says them; Japanese is what the state holds."""
    if language == "ja":
        return dict(values)
    return {
        name: _field(name, value, values.get(f"{name}_{language}"), language)
        for name, value in values.items()
    }


def _field(name: str, value: Any, own: object, language: str) -> object:
    """`own` is what the field for this language holds."""
    if own:
        return own
    if isinstance(value, str):
        return CLOSED.get(name, {}).get(value, value)
    if isinstance(value, tuple):
        return tuple(_field(name, item, None, language) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {item.name: getattr(value, item.name) for item in fields(value)}
        return replace(value, **localised(held, language))
    return value
