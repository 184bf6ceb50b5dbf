"""A firm's own .docx: the same text as docxtpl gives, well-formed, the same bytes twice."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from teikei.documents import DocumentError
from teikei.documents.compiled import compile_template
from tests.documents import corpus
from tests.documents.corpus import MAIN, VALUES, filling, paragraphs, table, texts, theirs
from tests.documents.outside import convert, need, run
from tests.support import contract_sample, contract_values
from tests.support.fetched import ClientMissingError
from tests.support.schema_validator import schema_validator

NAMES = tuple(corpus.corpus())


@pytest.fixture(scope="module")
def validator() -> str:
    try:
        return str(schema_validator(print))
    except ClientMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def ours(docx: bytes, values: Any) -> bytes:
    template = compile_template(docx)
    made = template.render(values)
    assert made == template.render(values)
    well_formed(made)
    return made


def well_formed(docx: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_that_of_docxtpl(name: str) -> None:
    docx, values = corpus.corpus()[name], filling(name)
    assert texts(ours(docx, values)) == texts(theirs(docx, values))


def test_two_thousand_rows() -> None:
    docx = contract_sample.template()
    values = contract_values.values(3, rows=43)
    assert sum(len(values[name]) for name in contract_values.COUNTS) > 2000
    assert texts(ours(docx, values)) == texts(theirs(docx, values))


@pytest.mark.office
def test_templates_saved_by_libreoffice(tmp_path: Path) -> None:
    need("soffice")
    chosen = ("paragraph_nested", "rows", "header_footer", "runs", "contract")
    files = []
    for name in chosen:
        file = tmp_path / f"{name}.docx"
        file.write_bytes(corpus.scattered(corpus.corpus()[name], 1))
        files.append(file)
    (tmp_path / "saved").mkdir()
    for name, file in zip(chosen, convert(files, tmp_path / "saved", "docx"), strict=True):
        docx, values = file.read_bytes(), filling(name)
        assert texts(ours(docx, values)) == texts(theirs(docx, values)), name


def test_the_validator_finds_nothing(validator: str, tmp_path: Path) -> None:
    rows = table(("{%tr for r in none_of_them %}",), ("x",), ("{%tr endfor %}",), after="y")
    file = tmp_path / "paper.docx"
    for name, docx in (
        ("contract", corpus.corpus()["contract_scattered"]),
        ("rows", rows),
    ):
        file.write_bytes(ours(docx, filling(name)))
        assert json.loads(run(validator, str(file)))["errors"] == [], name


def test_another_compilation_gives_the_same_bytes() -> None:
    docx, values = corpus.corpus()["contract_scattered"], filling("contract")
    assert ours(docx, values) == ours(docx, values)


_TEXT = st.text(st.sampled_from("ab 甲乙、。&<>\"'髙𠮷"), min_size=1, max_size=6)
_INLINE = st.recursive(
    st.one_of(
        _TEXT, st.sampled_from(["{{ name }}", "{{ kanji }}", "{{ count }}", "{{ lines }}", "{# 注 #}"])
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["yes", "no", "count > 3"]), inner, inner).map(
            lambda x: f"{{% if {x[0]} %}}{x[1]}{{% else %}}{x[2]}{{% endif %}}"
        ),
        inner.map(lambda x: f"{{% for n in numbers %}}{x}{{{{ n }}}}{{% endfor %}}"),
        st.lists(inner, min_size=1, max_size=3).map("".join),
    ),
    max_leaves=4,
)
_BLOCKS = st.recursive(
    _INLINE.map(lambda text: [text]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["yes", "no"]), inner, inner).map(
            lambda x: [f"{{%p if {x[0]} %}}", *x[1], "{%p else %}", *x[2], "{%p endif %}"]
        ),
        inner.map(lambda x: ["{%p for one in people %}", "{{ one.name }}", *x, "{%p endfor %}"]),
        st.lists(inner, min_size=1, max_size=3).map(lambda x: [line for part in x for line in part]),
    ),
    max_leaves=4,
)


def _depth(lines: list[str]) -> int:
    deepest = depth = 0
    for word in "".join(lines).split("{%"):
        depth += word.startswith((" for", "p for"))
        depth -= word.startswith((" endfor", "p endfor"))
        deepest = max(deepest, depth)
    return deepest


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_BLOCKS.filter(lambda lines: _depth(lines) <= 2), st.integers(0, 1000))
def test_any_template_gives_the_text_of_docxtpl(lines: list[str], seed: int) -> None:
    xml = "".join(f'<w:p><w:r><w:t xml:space="preserve">{_escaped(line)}</w:t></w:r></w:p>' for line in lines)
    docx = corpus.scattered(corpus.body(xml), seed)
    assert texts(ours(docx, VALUES))[MAIN] == texts(theirs(docx, VALUES))[MAIN]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_values_stay_text() -> None:
    hard = {"name": "</w:t></w:r><w:t>{{ secret }}{% if %}{_{", "yes": True}
    made = ours(paragraphs("{{ name }}", "{% if yes %}{{ name }}{% endif %}"), hard)
    assert texts(made)[MAIN] == [hard["name"]] * 2


def test_properties_hold_their_values_as_text() -> None:
    docx = corpus.corpus()["properties"]
    assert "共同開発契約書（A&B <x>）" in texts(ours(docx, VALUES | {"latin": "A&B <x>"}))["properties"]


def test_all_missing_values_are_told_at_once() -> None:
    docx = paragraphs(
        "{{ court }}", "{{ party.nmae }} {{ party.name }}", "{% for x in goals %}{{ x }}{% endfor %}",
        "{% if never %}{{ unreached }}{% endif %}",
    )  # fmt: skip
    with pytest.raises(DocumentError) as caught:
        compile_template(docx).render({"party": {"name": "甲"}, "never": False, "unreached": ""})
    assert caught.value.code == "document.missing_variables"
    assert caught.value.params["names"] == "court, goals, party.nmae"


@pytest.mark.parametrize("bad", ["\x00", "\x1f", "\ufffe", "\u202e", "\ud800"])
def test_an_illegal_character_names_its_value(bad: str) -> None:
    with pytest.raises(DocumentError) as caught:
        compile_template(corpus.corpus()["for"]).render({"people": [{"name": "a"}, {"name": f"b{bad}"}]})
    assert caught.value.code == "document.illegal_character"
    assert caught.value.pointer == "/people/1/name"
    assert caught.value.params == {"character": f"U+{ord(bad):04X}"}


def test_a_dash_in_the_middle_takes_no_text_away() -> None:
    made = ours(paragraphs("前", "甲 {%- if yes %}乙{% endif -%} 丙", "後"), VALUES)
    assert texts(made)[MAIN] == ["前", "甲 乙 丙", "後"]


def test_a_section_survives_the_tag_that_stands_in_its_last_paragraph() -> None:
    end = '<w:pPr><w:sectPr><w:pgSz w:w="1" w:h="1"/></w:sectPr></w:pPr>'
    lines = ("<w:p><w:r><w:t>{%p if no %}</w:t></w:r></w:p>", "<w:p><w:r><w:t>x</w:t></w:r></w:p>")
    docx = corpus.body("".join(lines) + f"<w:p>{end}<w:r><w:t>{{%p endif %}}</w:t></w:r></w:p>")
    with zipfile.ZipFile(io.BytesIO(ours(docx, VALUES))) as archive:
        assert archive.read(MAIN).count(b"<w:sectPr") == 2


def test_cells_and_tables_are_never_left_without_content() -> None:
    cell = table(("{%p if no %}",))
    with pytest.raises(DocumentError):
        compile_template(cell)
    xml = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr/>" + "".join(
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in ("{%p if no %}", "x", "{%p endif %}")
    )
    made = ours(corpus.body(f"{xml}</w:tc></w:tr></w:tbl><w:p/>"), VALUES)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b"<w:tcPr/><w:p/></w:tc>" in archive.read(MAIN)
    rows = table(("{%tr for r in none_of_them %}",), ("x",), ("{%tr endfor %}",), after="y")
    with zipfile.ZipFile(io.BytesIO(ours(rows, VALUES))) as archive:
        assert b"<w:tbl" not in archive.read(MAIN)


def test_columns_of_the_grid_follow_the_cells() -> None:
    with zipfile.ZipFile(io.BytesIO(ours(corpus.corpus()["cells"], VALUES))) as archive:
        assert archive.read(MAIN).count(b"<w:gridCol") == 1 + len(VALUES["people"])
