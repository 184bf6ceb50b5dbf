"""How a Japanese contract is written: one spelling, であるの体, words of time and of persons, duties that say all.

Sources: 公用文作成の考え方（令和4年1月11日内閣官房長官通知）, 法令における漢字使用等について（平成22年11月30日内閣法制局）,
and the usage of statutes for とき・時・場合, 者・物・もの and 直ちに・速やかに・遅滞なく. By words alone, so each is a
remark for a person to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from teikei.domain.papers import LABELS

_SPELT = {
    "および": "及び", "または": "又は", "ならびに": "並びに", "もしくは": "若しくは", "もとづき": "基づき", "もとづく": "基づく",
    "基き": "基づき", "基く": "基づく", "但し": "ただし", "予め": "あらかじめ", "出来る": "できる", "ヶ月": "か月", "ヵ月": "か月",
    "カ月": "か月", "ケ月": "か月", "箇月": "か月", "と共に": "とともに", "毎に": "ごとに",
    "の為": "のため", "遅滞無く": "遅滞なく", "無き": "なき", "於いて": "において", "係わる": "係る", "関わらず": "かかわらず",
    "拘わらず": "かかわらず", "拘らず": "かかわらず", "既存の物": "既存のもの", "頂く": "いただく",
}  # fmt: skip
"""Another spelling → ours."""
_MATTER = re.compile(r"(?:する|した|ある|ない)事(?=[がをはにのも、。])")
_SOON = re.compile(
    r"すぐに|即時に|至急|早急に|可及的速やかに|ただちに|すみやかに|(?:でき|可能な)る?限り(?:早く|早期に|速やかに)"
)
"""Beside 直ちに, 速やかに and 遅滞なく, which differ in how soon, no fourth word."""
_POLITE = re.compile(r"(?:です|ます|ました|ません|でしょう|ましょう|ください)(?=[。、）]|が、|ので)")
_TIME = re.compile(r"(?:る|た|い)時(?:は|には|において|、)")
"""A condition is とき; 時 is an instant (した時から)."""
_CASE = re.compile(r"とき(?:において|であって)[^。]*場合(?:は|には)")
"""The larger condition is 場合, the smaller one within it とき."""
_PERSON = re.compile(
    r"(?:従事する|勤務する|所属する|雇用される|委任を受けた|就任した|在籍する)もの(?=[がはをにの、])"
)
_THING = re.compile(
    r"(?:情報|権利|データ|ノウハウ|方法|事項|義務|財産権)であ(?:る|って)[^。、]{0,20}物(?=[がはをにの、])"
)
_BODY = re.compile(r"(?:製品|設備|装置|媒体|試料|機材)であ(?:る|って)[^。、]{0,20}者(?=[がはをにの、])")
_LABEL = re.compile(rf"(?<![一-龥])[{LABELS}](?=[はがをにのと、]|及び|又は|から|より|へ)(?!のとお)")
_DUTY = re.compile(r"(?:なければならない|ものとする|する義務を負う)(?=。|（|$)")
_DEED = re.compile(
    r"(?:通知|交付|提出|報告|支払|返還|届け出|回答|送付|開示|提供|引き渡)[^、。]{0,6}(?:なければならない)(?=。)"
)
"""What is done once, and so has a time."""
_WHO = re.compile(r"[^、。]{1,60}?(?:は|が|も|において)、?|者は|(?:と|で)は")
_WHEN = re.compile(
    r"直ちに|速やかに|遅滞なく|以内|期間内|月に|上で|ように|まで|あらかじめ|事前|同時|前に|後に|前項|前条|都度|たび|ごと|毎|期限|期日|とき|場合|次の|日に|に先立|において|後、|次第"
)
_BRACKETS = re.compile(r"（[^（）]*）")
_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def words(body: str) -> Iterator[tuple[str, str]]:
    """(rule, what was found) of one clause text, whatever paper it stands in."""
    text = said(body)
    for other, ours in _SPELT.items():
        if other in text:
            yield "spelling", f"{other} → {ours}"
    if found := _MATTER.search(text):
        yield "spelling", f"{found[0]} → こと"
    for rule, pattern, ours in (
        ("soon", _SOON, "直ちに・速やかに・遅滞なく"),
        ("time", _TIME, "とき"),
        ("time", _CASE, "場合において…ときは"),
        ("person", _PERSON, "者"),
        ("person", _THING, "もの"),
        ("person", _BODY, "物"),
    ):
        if found := pattern.search(text):
            yield rule, f"{found[0][:40]} → {ours}"
    if found := _LABEL.search(text):
        yield "fixed_label", text[max(0, found.start() - 10) : found.end() + 10].strip()


def contract(body: str) -> Iterator[tuple[str, str]]:
    """(rule, what was found) of a clause in a contract; letters and minutes speak otherwise."""
    text = said(body)
    if found := _POLITE.search(text):
        yield "polite", text[max(0, found.start() - 15) : found.end()]
    for sentence in _outside(text).replace("\n", "。").split("。"):
        whole = f"{sentence}。"
        if _DUTY.search(whole) and not _WHO.search(whole):
            yield "duty_who", sentence.strip()[:60]
        if _DEED.search(whole) and not _WHEN.search(whole):
            yield "duty_when", sentence.strip()[-60:]


def _outside(text: str) -> str:
    """Without what stands in brackets, which are sentences of their own."""
    before = ""
    while before != text:
        before, text = text, _BRACKETS.sub("", text)
    return text


def said(body: str) -> str:
    """The words of a clause text; where a value is printed stands ○."""
    return _VALUE.sub("○", _TAG.sub("", body))
