"""Thirty templates that authors get wrong: each message names the file, the visible text and the tag."""

from __future__ import annotations

import pytest

from teikei.documents import CODES, DocumentError
from teikei.documents.compiled import compile_template
from teikei.domain.texts import say
from tests.documents.corpus import VALUES, body, paragraphs, replaced, scattered, table

FILE = "秘密保持契約書.docx"
BROKEN: tuple[tuple[str, bytes, str, str], ...] = (
    ("tag_open", paragraphs("金額は{{ count 円とする"), "金額は", "{{ count 円とする"),
    ("tag_open", paragraphs("当事者{% if yes と"), "当事者", "{% if yes と"),
    ("tag_open", paragraphs("甲{{ name }", "乙 }}"), "甲", "{{ name }"),
    ("tag_open", paragraphs("{{ name {{ kanji }}"), "{{ name {{ kanji", "{{ name {{ kanji"),
    ("tag_open", paragraphs("注{# 閉じない注記"), "注", "{# 閉じない注記"),
    ("tag_empty", paragraphs("名称：{{ }}"), "名称：", "{{ }}"),
    ("tag_empty", paragraphs("名称：{%  %}"), "名称：", "{%  %}"),
    ("block_open", paragraphs("{%p if yes %}", "本文"), "{%p if yes %}", "{%p if yes %}"),
    ("block_open", paragraphs("一{% for p in people %}二"), "一", "{% for p in people %}"),
    ("block_open", paragraphs("{%p if yes %}", "{%p if no %}", "x", "{%p endif %}"), "{%p if yes", "{%p if yes %}"),
    ("block_stray", paragraphs("終わり{% endif %}"), "終わり", "{% endif %}"),
    ("block_stray", paragraphs("{%p if yes %}", "{%p endfor %}"), "{%p endfor", "{%p endfor %}"),
    ("block_stray", paragraphs("{% else %}他"), "他", "{% else %}"),
    ("block_stray", paragraphs("{% if yes %}a{% else %}b{% else %}c{% endif %}"), "{% if yes", "{% else %}"),
    ("block_stray", paragraphs("{% for n in numbers %}{% elif yes %}{% endfor %}"), "{% for n", "{% elif yes %}"),
    ("block_split", paragraphs("{%p if yes %}", "中{% endif %}"), "中", "{% endif %}"),
    ("block_split", table(("{%tr for r in rows %}",), ("{{ r.name }}",), ("終{% endfor %}",)), "終", "{% endfor %}"),
    ("crowded", paragraphs("{%p for p in people %}{{ p.name }}{%p endfor %}"), "{%p for", "{%p for p in people %}"),
    ("crowded", table(("{%tr for r in rows %}", "{%tr endfor %}")), "{%tr for", "{%tr for r in rows %}"),
    ("no_home", paragraphs("{%tr for r in rows %}"), "{%tr for", "{%tr for r in rows %}"),
    ("no_home", paragraphs("表{%tc endfor %}"), "表", "{%tc endfor %}"),
    ("syntax", paragraphs("値{{ name name }}"), "値", "{{ name name }}"),
    ("syntax", paragraphs("値{{ name|nosuch }}"), "値", "{{ name|nosuch }}"),
    ("syntax", paragraphs("一", "値{% if name = 3 %}x{% endif %}"), "値", "{% if name = 3 %}"),
    ("syntax", paragraphs("{% for in people %}x{% endfor %}"), "{% for in", "{% for in people %}"),
    ("syntax", paragraphs("{{ “閉じない }}"), "{{ “", "{{ “閉じない }}"),
    ("forbidden", paragraphs("値{{ name.__class__ }}"), "値", "{{ name.__class__ }}"),
    ("forbidden", paragraphs("値{{ name * 300000000 }}"), "値", "{{ name * 300000000 }}"),
    ("forbidden", paragraphs("値{{ range(9) }}"), "値", "{{ range(9) }}"),
    ("forbidden", paragraphs("{% include 'x' %}"), "{% include", "{% include 'x' %}"),
    ("forbidden", paragraphs("{% macro f() %}", "{% endmacro %}"), "{% macro", "{% macro f() %}"),
    ("forbidden", table(("{% vm %}結合",)), "結合", "{% vm %}"),
    ("object", paragraphs("{{p sub }}"), "{{p sub", "{{p sub }}"),
    ("place", body("<w:p><w:r><w:delText>{{ name }}</w:delText></w:r></w:p>"), "", "{{ name }}"),
    ("place", body('<w:p><w:r><w:instrText>REF {{ name }}</w:instrText></w:r></w:p>'), "", "{{ name }}"),
    ("value", paragraphs("真偽{{ yes }}"), "真偽", "{{ yes }}"),
    ("value", paragraphs("一覧{{ people }}"), "一覧", "{{ people }}"),
    ("failed", paragraphs("日付{{ name|ymd }}"), "日付", "{{ name|ymd }}"),
    ("failed", paragraphs("計{{ count + name }}"), "計", "{{ count + name }}"),
    ("failed", paragraphs("{% for x in count %}x{% endfor %}"), "{% for x", "{% for x in count %}"),
)  # fmt: skip


def error_of(docx: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        compile_template(docx, FILE).render(VALUES)
    assert caught.value.code in CODES
    return caught.value


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_the_message_names_file_text_and_tag(number: int) -> None:
    code, docx, text, tag = BROKEN[number]
    for broken in (scattered(docx, number) if number % 2 else docx,):
        error = error_of(broken)
        assert error.code == f"document.template_{code}"
        for language in ("ja", "en"):
            title = say(language, f"errors.{error.code}.title", **error.params)
            assert FILE in title
            assert text in title
            assert tag in title
            assert not any(
                f"{{{name}}}" in title for name in ("file", "part", "paragraph", "text", "message")
            )


def test_the_paragraph_is_counted_and_the_part_named() -> None:
    error = error_of(paragraphs("一", "二", "三{{ nosuch|nosuch }}"))
    assert (error.params["part"], error.params["paragraph"]) == ("word/document.xml", 3)
    assert error.pointer == "word/document.xml:3"
    headed = replaced(
        paragraphs("x"),
        "docProps/core.xml",
        lambda xml: xml.replace("</dc:creator>", "{{ a b }}</dc:creator>"),
    )
    assert error_of(headed).params["part"] == "docProps/core.xml"


def test_an_error_in_the_third_row_of_a_loop_names_the_tag_of_the_loop() -> None:
    rows = {"rows": [{"price": 1}, {"price": 2}, {"price": 1.5}]}
    with pytest.raises(DocumentError) as caught:
        compile_template(paragraphs("前", "{% for r in rows %}値段{{ r.price }}{% endfor %}"), FILE).render(
            rows
        )
    assert caught.value.params["tag"] == "{{ r.price }}"
    assert caught.value.params["type"] == "float"
