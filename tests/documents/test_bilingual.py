"""Japanese and English side by side: what stands in one row says the same, and a clause that does not pair is named."""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from lxml import etree

from teikei.documents import DocumentError, Rendered, articles, compose, read_text, render
from teikei.domain.papers import PaperKind
from tests.documents.made import ITEMS, LOOSE, library
from tests.documents.samples import KINDS, parties, sample

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _languages(kind: PaperKind) -> list[str]:
    manifest = files("templates").joinpath("papers", f"{kind}.yaml").read_text(encoding="utf-8")
    found: list[str] = yaml.safe_load(manifest)["languages"]
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    ours = library(tmp_path_factory.mktemp("both"))
    return render("nda", sample("nda", 3, medium="paper"), language="ja+en", library=ours)


def document(paper: Rendered) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(paper.docx)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def test_left_is_japanese_and_right_is_english_row_by_row(both: Rendered) -> None:
    lines = both.text.split("\n")
    for pair in (
        "第1章　総則\tChapter 1  General",
        "第2条（見出しc2）\tArticle 2 (Heading c2)",
        "1\t最初の項は、第3条第2項第1号による。\t2.1\tThe first paragraph follows Article 3.2(1).",
        "イ\t細分イ\t(a)\tletter a",
        "（1）\t再び号の一\t(1)\titem one again",
    ):
        assert pair in lines
    assert lines[:2] == ["試験契約書", "Agreement for a Test"]


def test_a_table_takes_the_width_and_says_once_what_both_share(both: Rendered) -> None:
    assert "当事者\nParty\t根拠\nSource" in both.text
    assert "甲\nParty A\t第4条\nArticle 4" in both.text
    widths = [
        sum(int(str(column.get(f"{W}w"))) for column in table.iter(f"{W}gridCol"))
        for table in document(both).iter(f"{W}tbl")
    ]
    assert set(widths) == {9638}


def test_there_is_one_block_of_signatures_and_a_party_signs_in_one_row(both: Rendered) -> None:
    last = list(document(both).iter(f"{W}tbl"))[-1]
    rows = list(last.iter(f"{W}tr"))
    assert len(rows) == 3
    for row, party in zip(rows, parties(3), strict=True):
        japanese, english = ("".join(map(str, cell.itertext())) for cell in row.iter(f"{W}tc"))
        assert japanese.startswith(party.label)
        assert english.startswith("Party ")
        assert party.name in japanese
        assert row.find(f"{W}trPr/{W}cantSplit") is not None


def test_a_short_pair_stays_on_one_page_and_a_long_one_may_part(tmp_path: Path) -> None:
    long = {"ja": "1. " + "長い文である。" * 80 + "\n", "en": "1. Short.\n"}
    paper = render("nda", sample("nda"), language="ja+en", library=library(tmp_path, bodies={"c5": long}))
    parting = [
        "".join(map(str, row.itertext()))
        for row in document(paper).iter(f"{W}tr")
        if row.find(f"{W}trPr/{W}cantSplit") is None
    ]
    assert len(parting) == 1
    assert parting[0].startswith("長い文である。")


@pytest.mark.parametrize(
    ("clause", "texts"),
    [
        ("c5", {"ja": "1. 一。\n1. 二。\n", "en": "1. One.\n"}),
        ("c6", {"ja": ITEMS["ja"], "en": ITEMS["en"] + "   - one more\n"}),
        ("c7", {"ja": "1. 一。\n   - 号\n     - イ\n", "en": "1. One.\n   - item\n"}),
        ("c8", {"ja": "1. 表。\n| a |\n|---|\n| b |\n", "en": "1. Table.\n| a |\n|---|\n| b |\n| c |\n"}),
        (
            "c9",
            {
                "ja": "1. 表。\n| a |\n|---|\n| b |\n1. 二。\n",
                "en": "1. One.\n1. Two.\n| a |\n|---|\n| b |\n",
            },
        ),
    ],
)
def test_a_clause_that_does_not_pair_is_named(clause: str, texts: dict[str, str], tmp_path: Path) -> None:
    ours = library(tmp_path, bodies={clause: texts})
    for language in ("ja", "en"):
        compose(ours, "nda", sample("nda"), language)
    with pytest.raises(DocumentError) as caught:
        compose(ours, "nda", sample("nda"), "ja+en")
    assert (caught.value.code, caught.value.pointer) == ("document.languages_differ", clause)


def test_the_map_in_the_file_has_the_clauses_of_both_languages(both: Rendered) -> None:
    with zipfile.ZipFile(io.BytesIO(both.docx)) as archive:
        clauses = etree.fromstring(archive.read("customXml/item1.xml"))
    found = [(one.get("language"), one.get("id"), one.get("title")) for one in clauses]
    assert ("ja", "c2", "見出しc2") in found
    assert ("en", "c2", "Heading c2") in found
    assert len(found) == 2 * 18
    assert {use.language for use in both.clauses} == {"ja", "en"}


def test_a_letter_and_a_sheet_pair_too(tmp_path: Path) -> None:
    ours = library(tmp_path, form="sheet", articles=2, bodies={"c1": LOOSE})
    text = render("nda", sample("nda"), language="ja+en", library=ours).text
    assert "1. 見出しc1\t1. Heading c1" in text


ENGLISH = tuple(kind for kind in KINDS if "en" in _languages(kind))


@pytest.mark.parametrize("kind", ENGLISH)
@pytest.mark.parametrize("count", [2, 10])
def test_every_paper_that_exists_in_english_pairs_and_is_read_as_it_was_written(
    kind: PaperKind, count: int
) -> None:
    for language in ("en", "ja+en"):
        paper = render(kind, sample(kind, count), language=language)
        assert read_text(paper.docx) == paper.text
        assert articles(paper.docx) == paper.articles
