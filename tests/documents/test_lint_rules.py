"""Every rule of lint: found where it is planted, quiet beside it, with source and remedy, and no verdict of law."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from teikei import documents
from teikei.documents import Finding, Library, default_library, lint
from teikei.documents.japanese import contract, words
from teikei.documents.rules import rules, told
from teikei.documents.whole import whole_findings

HEAD = "id: {id}\nversion: 1\ntitle: {title}\nterms: []\nowner: legal\nreview_by: 2099-12-31\n"
KIND = "co_development"


def library(folder: Path, *bodies: str, form: str = "articles", **english: str) -> Library:
    """One paper of these clauses; the English of a clause by its name."""
    ids = [f"c{number}" for number in range(len(bodies))]
    for clause, body in zip(ids, bodies, strict=True):
        place = folder / "clauses" / clause
        place.mkdir(parents=True)
        (place / "ja.md.j2").write_text(
            f"---\n{HEAD.format(id=clause, title='見出し')}---\n{body}\n", encoding="utf-8"
        )
        if clause in english:
            head = f'id: {clause}\nversion: 1\ntitle: Heading\nterms: []\nof: ""\n'
            (place / "en.md.j2").write_text(f"---\n{head}---\n{english[clause]}\n", encoding="utf-8")
    (folder / "papers").mkdir()
    listed = ", ".join(ids)
    (folder / "papers" / f"{KIND}.yaml").write_text(
        f"kind: {KIND}\ntitle: {{ja: 試験書, en: Test}}\nlanguages: [ja, en]\nform: {form}\nclauses: [{listed}]\n",
        encoding="utf-8",
    )
    return Library(folder)


SAID = (
    ("甲および乙は、協議する。", "spelling", "各当事者及び第三者は、協議する。"),
    ("契約にもとづき支払う。", "spelling", "契約に基づき支払う。"),
    ("三か月毎に行う。", "spelling", "三か月ごとに行う。"),
    ("協議する事ができる。", "spelling", "協議する事項を定める。"),
    ("至急通知する。", "soon", "直ちに通知する。"),
    ("すみやかに通知する。", "soon", "速やかに通知する。"),
    ("違反した時は、解除する。", "time", "違反したときは、その時から解除する。"),
    (
        "違反したときにおいて是正しない場合は、解除する。",
        "time",
        "違反した場合において、是正しないときは、解除する。",
    ),
    ("業務に従事するものに周知する。", "person", "業務に従事する者に周知する。"),
    ("秘密の情報であって有用な物を除く。", "person", "秘密の情報であって有用なものを除く。"),
    ("製品であって検査した者を除く。", "person", "製品であって検査した物を除く。"),
    ("甲は、通知する。", "fixed_label", "自己は、丁寧に、甲種の資格を示す。"),
)
CONTRACT = (
    ("当事者は、協議します。", "polite", "当事者は、協議する。"),
    ("直ちに通知しなければならない。", "duty_who", "各当事者は、直ちに通知しなければならない。"),
    ("各当事者は、結果を他の当事者に報告しなければならない。", "duty_when", "各当事者は、結果を10日以内に報告しなければならない。"),
)  # fmt: skip


@pytest.mark.parametrize(("bad", "rule", "good"), SAID)
def test_a_word_is_found_where_it_is_wrong_and_nowhere_else(bad: str, rule: str, good: str) -> None:
    assert rule in {name for name, _ in words(bad)}
    assert list(words(good)) == []


@pytest.mark.parametrize(("bad", "rule", "good"), CONTRACT)
def test_a_contract_says_who_by_when_and_how(bad: str, rule: str, good: str) -> None:
    assert [name for name, _ in contract(bad)] == [rule]
    assert list(contract(good)) == []


def test_what_a_value_says_and_what_only_decides_is_not_read() -> None:
    assert list(words("1. {{ x }}および{# または #}{% if y == '甲は' %}は{% endif %}")) == [
        ("spelling", "および → 及び")
    ]


@pytest.mark.parametrize(
    ("bodies", "rule", "detail"),
    [
        (("1. 本契約は、以下「本計画」という。", "1. 別に定め（以下「本計画」という。）る。"), "term_twice", "本計画"),
        (("1. {% if parties|length == 3 %}甲{% else %}丙{% endif %}は、参加する。",), "label_without_party", "丙 [parties=2]"),
        (("1. 各当事者は、秘密を守らなければならない。",), "duty_else", "賠償・解除"),
        (("1. 各当事者は、金銭を拠出し、共同して事業を営み、利益を分配する。",), "partnership", "民法667条1項"),
    ],
)  # fmt: skip
def test_what_shows_in_a_whole_paper(tmp_path: Path, bodies: tuple[str, ...], rule: str, detail: str) -> None:
    ours = library(tmp_path, *bodies)
    found = [one for one in lint(ours) if one.rule == rule]
    assert found == [Finding("warning", rule, KIND, detail)]


@pytest.mark.parametrize(
    "bodies",
    [
        ("1. 計画（以下「本計画」という。）を定める。", "1. 本計画を変える。"),
        ("1. {% if parties|length == 3 %}丙{% else %}乙{% endif %}は、参加する。",),
        ("1. 各当事者は、秘密を守らなければならない。", "1. 違反した当事者は、損害を賠償する。"),
        (
            "1. 各当事者は、拠出し、共同して事業を営み、利益を分配する。本契約は、組合の組成を約するものではない。",
        ),
    ],
)
def test_beside_it_nothing_is_found(tmp_path: Path, bodies: tuple[str, ...]) -> None:
    ours = library(tmp_path, *bodies)
    wanted = {"term_twice", "term_undefined", "label_without_party", "duty_else", "partnership"}
    assert [one for one in lint(ours) if one.rule in wanted] == []


def test_a_term_is_used_and_nobody_defines_it(tmp_path: Path) -> None:
    ours = library(
        tmp_path,
        "1. 計画（以下「本計画」という。）を定める。",
        "1. 本計画表を変える。",
        "1. 本工程を変える。",
    )
    for clause, term in (("c0", "本計画"), ("c1", "本計画表"), ("c2", "本工程")):
        file = tmp_path / "clauses" / clause / "ja.md.j2"
        file.write_text(file.read_text("utf-8").replace("terms: []", f"terms: [{term}]"), encoding="utf-8")
    found = [one.detail for one in whole_findings(ours, ours.manifest(KIND)) if one.rule == "term_undefined"]
    assert found == ["本工程"]


def test_labels_and_terms_of_an_english_paper(tmp_path: Path) -> None:
    english = {"c0": "1. The plan (the “Plan”) binds Party C.", "c1": "1. Another (a “Plan”)."}
    ours = library(tmp_path, "1. 一。", "1. 二。", **english)
    found = {(one.rule, one.detail) for one in whole_findings(ours, ours.manifest(KIND, "en"))}
    assert found == {("term_twice", "Plan"), ("label_without_party", "Party C")}


def test_a_variable_that_nobody_asks_for(tmp_path: Path) -> None:
    ours = library(tmp_path, "1. {{ court }}とする。{% if rivals %}競合{% endif %}")
    unused = {one.detail for one in lint(ours) if one.rule == "unused_name"}
    assert {"theme", "currency"} <= unused
    assert unused & {"court", "rivals", "parties", "alliance_name", "alliance_name_en"} == set()


def test_the_library_has_no_findings() -> None:
    assert lint(default_library()) == []


def test_every_rule_that_is_raised_has_source_and_remedy_and_none_is_idle() -> None:
    raised: set[str] = set()
    for name in ("lint", "pairs", "english", "japanese", "whole", "hoist", "tags"):
        tree = ast.parse(Path(documents.__file__).with_name(f"{name}.py").read_text(encoding="utf-8"))
        raised.update(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
    assert [name for name in rules() if name not in raised] == []
    seen = re.compile(r"Finding\(\s*\"(?:error|warning)\",\s*\"([a-z_]+)\"|yield \"([a-z_]+)\",")
    for name in ("lint", "pairs", "english", "japanese", "whole"):
        text = Path(documents.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        for first, second in seen.findall(text):
            assert (first or second) in rules()


def test_a_finding_says_what_to_do_and_gives_no_verdict() -> None:
    given = told(Finding("warning", "owner", "nda", "no owner"))
    assert set(given) == {"level", "rule", "place", "detail", "source", "remedy_ja", "remedy_en"}
    assert told(Finding("error", "document.clause_missing", "x", ""))["remedy_ja"]
    for name, one in rules().items():
        assert one.source, name
        assert not re.search("適法|違法|有効|無効|リスク|危険|違反である", one.ja), name
        assert not re.search(
            r"\b(un)?lawful|\b(il)?legal\b|\b(in)?valid|\bvoid|enforceable|\brisk", one.en
        ), name
        assert one.ja.endswith("。"), name
