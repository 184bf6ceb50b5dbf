"""Numbers are Word lists and citations are fields: what a lawyer types moves them, and nobody is asked anything."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from teikei.documents import Rendered, articles, read_text, render
from tests.documents.made import changed, library, with_an_article_put_in, with_wrong_numbers
from tests.documents.samples import sample

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LANGUAGES = ("ja", "en", "ja+en")
NUMBER = {"ja": r"第\d+条", "en": r"Article \d+", "ja+en": r"(?:第\d+条|Article \d+)"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    """The same contract of sixteen articles in each language."""
    ours = library(tmp_path_factory.mktemp("made"))
    return {code: render("nda", sample("nda", 3), language=code, library=ours) for code in LANGUAGES}


def xml(docx: bytes, part: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return etree.fromstring(archive.read(part))


def bare(paragraph: etree._Element) -> str:
    """What is typed in a paragraph; its number is not."""
    return "".join(str(node.text) for node in paragraph.iter(f"{W}t"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_read_as_the_model_reads(made: dict[str, Rendered], language: str) -> None:
    paper = made[language]
    assert read_text(paper.docx) == paper.text
    assert articles(paper.docx) == paper.articles
    assert [one.number for one in paper.articles] == list(range(1, 17))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_typed(made: dict[str, Rendered], language: str) -> None:
    numbered = re.compile(
        r"\s*(?:第?\d+[章条]|Article \d|Chapter \d|\d+\.?\d*\t|[（(]\d+[）)]|[イロ(（]a?[)）]?\t)"
    )
    kinds = ("Heading1", "Heading2", "KouNumbered", "Gou", "Iroha")
    found = [p for p in xml(made[language].docx).iter(f"{W}p") if _style(p).lstrip("E") in kinds]
    assert len(found) > 20
    assert [text for text in map(bare, found) if numbered.match(text)] == []


def _style(paragraph: etree._Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return str(style.get(f"{W}val")) if style is not None else ""


def test_the_text_of_the_lists_is_what_a_reader_of_the_page_sees(made: dict[str, Rendered]) -> None:
    said = made["ja"].text
    assert (
        "第1章　総則\n第1条（見出しc1）\n東京地方裁判所による。\n第2条（見出しc2）\n1\t最初の項は、第3条第2項第1号による。"
        in said
    )
    assert "（1）\t号の一\nイ\t細分イ\nロ\t細分ロ（第2条）\n（2）\t号の二\n2\t次の表による。" in said
    assert "3\t三項は、第1条及び第12条による。\n（1）\t再び号の一\n第3条（見出しc3）" in said
    assert "前の文。\n（1）\t一つ\n（2）\t二つ\n続く文。\n（1）\t新たに一つ" in said
    english = made["en"].text
    assert "Article 2 (Heading c2)\n2.1\tThe first paragraph follows Article 3.2(1)." in english
    assert "(1)\titem one\n(a)\tletter a\n(b)\tletter b (Article 2)\n(2)\titem two" in english


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_article_that_is_put_in_moves_all_that_follow(made: dict[str, Rendered], language: str) -> None:
    grown = changed(made[language].docx, lambda text: with_an_article_put_in(text, before="c3"))
    before = {one.clause_id: one.number for one in made[language].articles}
    after = {one.clause_id: one.number for one in articles(grown)}
    assert after == {clause: number + (number >= 3) for clause, number in before.items()}
    typed = {
        "ja": "第3条（挿入）\n1\t挿入した項\n（1）\t挿入した号\n第4条",
        "en": "Article 3 （挿入）\n3.1\t挿入した項\n(1)\t挿入した号",
    }
    assert typed[language] in read_text(grown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_citation_is_a_field_on_the_bookmark_of_the_article_that_it_names(
    made: dict[str, Rendered], language: str
) -> None:
    root = xml(made[language].docx)
    marks = {str(mark.get(f"{W}name")) for mark in root.iter(f"{W}bookmarkStart")}
    numbers = {one.clause_id: one.number for one in made[language].articles}
    fields = _fields(root)
    assert {mark for mark, _, _ in fields} <= marks
    cited = [
        (mark, said)
        for mark, switches, said in fields
        if r"\w" in switches and not mark.startswith(("_ch_", "_h2_"))
    ]
    assert all(re.fullmatch(NUMBER[language], said) for _, said in cited)
    assert all(int(re.sub(r"\D", "", said)) == numbers[mark[4:]] for mark, said in cited)
    sides = 2 if language == "ja+en" else 1
    assert len(cited) == sides * (16 + 4) + (sides == 1) * 3, (
        "the contents, four citations, three in the table"
    )


def _fields(root: etree._Element) -> list[tuple[str, str, str]]:
    """(bookmark, switches, stored result) of every REF."""
    found: list[tuple[str, str, str]] = []
    for paragraph in root.iter(f"{W}p"):
        code, said, inside = "", "", ""
        for node in paragraph.iter(f"{W}fldChar", f"{W}instrText", f"{W}t"):
            kind = str(node.get(f"{W}fldCharType", ""))
            if node.tag == f"{W}instrText":
                code += str(node.text)
            elif kind == "begin":
                code, said, inside = "", "", "code"
            elif kind == "separate":
                inside = "said"
            elif kind == "end":
                _, mark, switches = code.strip().split(" ", 2)
                found.append((mark, switches, said))
                inside = ""
            elif inside == "said":
                said += str(node.text)
    return found


def test_wrong_numbers_are_really_planted(made: dict[str, Rendered]) -> None:
    """The oracle of `test_office`: the planted results are read where nobody counts."""
    wrong = changed(made["ja"].docx, with_wrong_numbers)
    assert read_text(wrong).count("第99条") == 16 + 4 + 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_makes_word_ask_at_opening(made: dict[str, Rendered], language: str) -> None:
    with zipfile.ZipFile(io.BytesIO(made[language].docx)) as archive:
        everything = "".join(
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")
        )
    assert "updateFields" not in everything
    assert "w:dirty" not in everything
    assert not re.search(r"instrText[^>]*>\s*(?:TOC|PAGEREF|LINK|INCLUDE)", everything)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_lead_to_every_article_and_only_long_papers_have_them(
    made: dict[str, Rendered], language: str, tmp_path: Path
) -> None:
    root = xml(made[language].docx)
    marks = {str(mark.get(f"{W}name")) for mark in root.iter(f"{W}bookmarkStart")}
    links = [str(link.get(f"{W}anchor")) for link in root.iter(f"{W}hyperlink")]
    assert len(links) == len(set(links)) == 17 * (2 if language == "ja+en" else 1)
    assert set(links) <= marks
    short = render("nda", sample("nda", 3), language=language, library=library(tmp_path, articles=14))
    assert not list(xml(short.docx).iter(f"{W}hyperlink"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_loose_lists_of_a_sheet_begin_anew(language: str, tmp_path: Path) -> None:
    paper = render(
        "nda", sample("nda", 2), language=language, library=library(tmp_path, form="sheet", articles=3)
    )
    assert read_text(paper.docx) == paper.text
    again = {"ja": "（1）\t新たに一つ", "en": "(1)\tone anew", "ja+en": "（1）\t新たに一つ\t(1)\tone anew"}[
        language
    ]
    assert paper.text.count(again) == 5


@pytest.mark.parametrize(("language", "said"), [("ja", "第7版"), ("en", "Version 7"), ("ja+en", "第7版")])
def test_the_header_names_the_version_if_there_is_one(language: str, said: str, tmp_path: Path) -> None:
    ours = library(tmp_path)
    for version in (0, 7):
        paper = render("nda", sample("nda", 3), language=language, library=ours, version=version)
        header = bare(xml(paper.docx, "word/header1.xml"))
        assert header.endswith(said) == bool(version)
        assert "次世代電池アライアンス" in header
        assert ("TeikeiVersion" in _custom(paper)) == bool(version)
    assert (
        _custom(render("nda", sample("nda", 3), library=ours, document="agr_1"))["TeikeiDocument"] == "agr_1"
    )


def _custom(paper: Rendered) -> dict[str, str]:
    rows = xml(paper.docx, "docProps/custom.xml")
    return {str(row.get("name")): "".join(map(str, row.itertext())) for row in rows}
