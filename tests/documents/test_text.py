"""What a reader reads is what we say he reads; a value never becomes structure."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from teikei.documents import articles, read_text, render
from teikei.domain.paper_lines import VoteLine
from teikei.domain.papers import PaperKind
from tests.documents.outside import need, run, squeezed
from tests.documents.samples import COUNTS, KINDS, sample, with_names

HOSTILE = (
    "A&B <Holdings>",
    "\"quoted\" & 'single'",
    "{{ alliance_name }}{% if x %}",
    "１２３ＡＢＣ（株）～①",
    "1. 第9条（偽）",
    "- 号ではない",
    "| 列 | 列 |",
    "</w:t></w:r><w:p/>",
    "𠮷野家 葛󠄀城市",
)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
def test_our_reader_and_the_model_agree(kind: PaperKind, count: int) -> None:
    rendered = render(kind, sample(kind, count))
    assert read_text(rendered.docx) == rendered.text
    assert articles(rendered.docx) == rendered.articles
    assert not re.search(r"\{\{|\{%|%\}|\}\}", rendered.text)
    for party in sample(kind, count).parties:
        assert party.name in rendered.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_survive_and_change_no_structure(kind: PaperKind, text: str) -> None:
    plain = render(kind, sample(kind))
    hostile = render(kind, with_names(sample(kind), text))
    assert text in read_text(hostile.docx)
    assert hostile.articles == plain.articles
    assert read_text(hostile.docx) == hostile.text


LEGIBLE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")),
    min_size=1,
    max_size=30,
).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(text=LEGIBLE, count=st.integers(2, 10), kind=st.sampled_from(KINDS))
def test_any_legible_name_survives(text: str, count: int, kind: PaperKind) -> None:
    rendered = render(kind, with_names(sample(kind, count), text))
    assert read_text(rendered.docx) == rendered.text
    assert f"{text}甲" in rendered.text
    assert [one.number for one in rendered.articles] == list(range(1, len(rendered.articles) + 1))


def test_a_line_break_in_a_value_stays_in_its_paragraph() -> None:
    variables = sample("minutes", points=("一行目\n2. 二行目", "次の要点"))
    text = render("minutes", variables).text
    assert "（1）\t一行目\n2. 二行目\n（2）\t次の要点" in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_xml_part_is_well_formed(kind: PaperKind) -> None:
    rendered = render(kind, with_names(sample(kind), HOSTILE[0] + HOSTILE[1]))
    with zipfile.ZipFile(io.BytesIO(rendered.docx)) as archive:
        for name in archive.namelist():
            etree.fromstring(archive.read(name))


@pytest.mark.parametrize("kind", KINDS)
def test_pandoc_reads_the_same_text(kind: PaperKind, tmp_path: Path) -> None:
    pandoc = need("pandoc")
    file = tmp_path / "paper.docx"
    rendered = render(kind, with_names(sample(kind, 3), HOSTILE[0]))
    file.write_bytes(rendered.docx)
    read = run(pandoc, "--to=json", "--track-changes=all", str(file))
    assert squeezed(_pandoc_text(read)) == squeezed("".join(_without_numbers(rendered.docx)))


def _without_numbers(docx: bytes) -> list[str]:
    """Pandoc keeps lists as lists and counts nothing."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    marks = {f"{W}t": None, f"{W}tab": "\t", f"{W}br": "\n"}
    return [str(marks[node.tag] or node.text) for node in root.iter(*marks)]


def _pandoc_text(document: str) -> str:
    """All strings of pandoc's syntax tree in order; titles come as metadata and go first."""
    import json

    def walk(node: Any) -> list[str]:
        if isinstance(node, dict):
            if node.get("t") == "Str":
                return [node["c"]]
            if node.get("t") == "Quoted":
                marks = '""' if node["c"][0]["t"] == "DoubleQuote" else "''"
                return [marks[0], *walk(node["c"][1]), marks[1]]
            return [text for value in node.values() for text in walk(value)]
        if isinstance(node, list):
            return [text for value in node for text in walk(value)]
        return []

    tree = json.loads(document)
    return "".join(walk(tree["meta"].get("title", [])) + walk(tree["blocks"]))


@pytest.mark.parametrize("kind", KINDS)
def test_python_docx_opens_it_and_reads_the_paragraphs(kind: PaperKind) -> None:
    rendered = render(kind, sample(kind))
    opened = docx.Document(io.BytesIO(rendered.docx))
    for paragraph in opened.paragraphs:
        assert paragraph.text in rendered.text
    assert opened.core_properties.title == rendered.title


def test_the_file_says_what_it_is() -> None:
    rendered = render("nda", sample("nda"))
    with zipfile.ZipFile(io.BytesIO(rendered.docx)) as archive:
        custom = archive.read("docProps/custom.xml").decode()
        clauses = etree.fromstring(archive.read("customXml/item1.xml"))
    assert ">nda<" in custom
    assert [one.get("id") for one in clauses] == [use.id for use in rendered.clauses]


def test_a_tracked_change_is_read_as_accepted() -> None:
    rendered = render("nda", sample("nda"))
    with zipfile.ZipFile(io.BytesIO(rendered.docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    old = "秘密保持契約書</w:t></w:r>".encode()
    changed = "<w:del><w:r><w:delText>秘密</w:delText></w:r></w:del><w:ins><w:r><w:t>守秘</w:t></w:r></w:ins>".encode()
    main = parts["word/document.xml"]
    assert old in main
    parts["word/document.xml"] = main.replace(old, old + changed, 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read_text(buffer.getvalue()).startswith("秘密保持契約書守秘\n")


def test_the_working_days_of_each_party_stand_in_the_minutes_or_nothing_does() -> None:
    variables = sample("minutes")
    text = render("minutes", variables).text
    assert "所要日数" in text
    first = variables.clock[1]
    assert f"{first.label}\t合計\t{first.since}日（2件）\t{first.total}日（31件）" in text
    assert "所要日数" not in render("minutes", replace(variables, clock=())).text


def test_votes_and_absence_stand_in_the_minutes() -> None:
    variables = sample("minutes")
    decision = replace(
        variables.decisions[0],
        votes=(VoteLine(label="甲", vote="賛成"), VoteLine(label="乙", vote="除斥")),
    )
    text = render("minutes", replace(variables, decisions=(decision,))).text
    assert "甲：賛成、乙：除斥" in text
    assert "3当事者のうち2当事者が出席した。" in text
    assert "欠席" in text
