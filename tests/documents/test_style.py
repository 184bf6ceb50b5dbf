"""House style in the file itself: fonts, headings, tables, signature rows."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from lxml import etree

from teikei.documents import render
from teikei.documents.house import LAYOUTS, layout_of
from teikei.documents.numbering import numbering_part
from teikei.documents.parts import static_parts
from teikei.documents.render import ENGINE
from teikei.domain.papers import PaperKind
from tests.documents.samples import KINDS, sample

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NAMESPACE}}}"
SLOTS = tuple(f"{W}{slot}" for slot in ("ascii", "hAnsi", "eastAsia", "cs"))


def part(docx: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return etree.fromstring(archive.read(name))


@pytest.mark.parametrize("kind", KINDS)
def test_all_four_font_slots_are_set_and_no_theme_is_used(kind: PaperKind) -> None:
    docx = render(kind, sample(kind)).docx
    styles = part(docx, "word/styles.xml")
    defaults = styles.find(f".//{W}rPrDefault//{W}rFonts")
    assert defaults is not None
    for name in ("word/styles.xml", "word/document.xml", "word/header1.xml", "word/footer1.xml"):
        for fonts in part(docx, name).iter(f"{W}rFonts"):
            assert not [key for key in fonts.attrib if "Theme" in str(key)]
            named = [slot for slot in SLOTS if fonts.get(slot)]
            assert named == list(SLOTS) or list(fonts.attrib.items()) == [(f"{W}hint", "eastAsia")]
    language = styles.find(f".//{W}rPrDefault//{W}lang")
    assert language is not None
    assert language.get(f"{W}eastAsia") == "ja-JP"


@pytest.mark.parametrize("kind", KINDS)
def test_every_style_in_use_exists(kind: PaperKind) -> None:
    docx = render(kind, sample(kind)).docx
    known = {style.get(f"{W}styleId") for style in part(docx, "word/styles.xml").iter(f"{W}style")}
    used = {style.get(f"{W}val") for style in part(docx, "word/document.xml").iter(f"{W}pStyle")}
    assert used <= known


@pytest.mark.parametrize("kind", KINDS)
def test_headings_carry_a_hidden_bookmark_of_their_clause(kind: PaperKind) -> None:
    rendered = render(kind, sample(kind))
    marks = list(part(rendered.docx, "word/document.xml").iter(f"{W}bookmarkStart"))
    names = [str(mark.get(f"{W}name")) for mark in marks]
    assert [x for x in names if not x.startswith("_ch_")] == [f"_cl_{x.clause_id}" for x in rendered.articles]
    assert len({mark.get(f"{W}id") for mark in marks}) == len(marks)
    assert all(len(name) <= 40 for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_fit_the_page_and_rows_do_not_split(kind: PaperKind) -> None:
    for count in (2, 10):
        made = render(kind, sample(kind, count))
        width = layout_of("ja", dense=made.paper.dense).width
        document = part(made.docx, "word/document.xml")
        for table in document.iter(f"{W}tbl"):
            widths = [int(str(column.get(f"{W}w"))) for column in table.iter(f"{W}gridCol")]
            assert sum(widths) <= width
            assert min(widths) > 0
            rows = list(table.iter(f"{W}tr"))
            assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
            borders = table.find(f"{W}tblPr/{W}tblBorders")
            assert borders is None or rows[0].find(f"{W}trPr/{W}tblHeader") is not None


def test_money_columns_are_right_aligned() -> None:
    document = part(render("statement", sample("statement")).docx, "word/document.xml")
    for paragraph in document.iter(f"{W}p"):
        if "".join(map(str, paragraph.itertext())) == "10,765,454":
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            assert style is not None
            assert style.get(f"{W}val") == "CellRight"


def test_the_house_style_changes_only_together_with_the_engine_number() -> None:
    """A changed style gives other bytes for the same variables: raise `ENGINE` and pin the new value."""
    parts = "".join(
        f"{part.name} {part.crc} {part.size}\n"
        for language in LAYOUTS
        for form in ("articles", "sheet")
        for dense in (False, True)
        for part in (
            *static_parts(language, form, dense=dense),
            numbering_part(language, form, (0,), dense=dense),
        )
    )
    assert (ENGINE, hashlib.sha256(parts.encode()).hexdigest()[:16]) == ("3", "ab16d3f743d585d7")
