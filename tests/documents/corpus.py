"""Templates as firms write them, made here: every tag of the dialect, and how Word and LibreOffice scatter them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from docx import Document
from docxtpl import DocxTemplate
from jinja2 import Environment
from lxml import etree

from tests.support import contract_sample, contract_values
from tests.support.contract_sample import saved

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "word/document.xml"
TEXT_PARTS = ("word/document.xml", "word/header", "word/footer", "word/footnotes.xml", "word/endnotes.xml")
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

PEOPLE = [
    {"name": "髙﨑𠮷株式会社", "role": "技術", "items": ["図面", "試作品"]},
    {"name": "A&B <x> Co.", "role": "販売", "items": []},
    {"name": "渡邉\"商会\" 'x'", "role": "製造", "items": ["金型"]},
]
VALUES: dict[str, Any] = {
    "title": "共同開発契約書",
    "name": "A&B <x>",
    "kanji": "髙﨑𠮷田",
    "yes": True,
    "no": False,
    "count": 1_234,
    "people": PEOPLE,
    "none_of_them": [],
    "lines": "一行目\n二行目\n\n四行目",
    "tabbed": "左\t右",
    "latin": "Mixed Case",
    "numbers": [1, 2, 3],
    "rows": [{"number": n, "name": f"項目{n}", "price": n * 1000} for n in range(1, 6)],
}
"""What every template of the corpus is filled with."""


def paragraphs(*lines: str) -> bytes:
    """A document of one paragraph for each line."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    return saved(document)


def table(*rows: tuple[str, ...], after: str = "") -> bytes:
    """A document of one table."""
    document = Document()
    grid = document.add_table(rows=len(rows), cols=max(map(len, rows)), style="Table Grid")
    for row, texts in zip(grid.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=False):
            cell.text = text
    if after:
        document.add_paragraph(after)
    return saved(document)


def body(xml: str) -> bytes:
    """A document with this body."""
    return replaced(
        _empty(),
        MAIN,
        lambda _: f'{XML}<w:document xmlns:w="{W}"><w:body>{xml}<w:sectPr/></w:body></w:document>',
    )


@cache
def _empty() -> bytes:
    return saved(Document())


def replaced(docx: bytes, name: str, change: Callable[[str], str], **more: str) -> bytes:
    """The file with one part changed and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, change(data.decode("utf-8")) if info.filename == name else data)
        for added, text in more.items():
            new.writestr(added, text)
    return out.getvalue()


def _headed() -> bytes:
    document = Document()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "{{ title }}　{% if yes %}写{% endif %}"
    section.first_page_header.paragraphs[0].text = "{{ kanji }}"
    section.footer.paragraphs[0].text = "{% for n in numbers %}{{ n }}.{% endfor %}"
    document.add_paragraph("{{ name }}")
    return saved(document)


def _properties() -> bytes:
    document = Document()
    document.core_properties.title = "{{ title }}（{{ latin }}）"  # docxtpl escapes twice here
    document.core_properties.subject = "{% if yes %}{{ kanji }}{% else %}-{% endif %}"
    document.core_properties.comments = "{{ count }}"
    document.add_paragraph("{{ title }}")
    return saved(document)


def _styled_runs() -> bytes:
    document = Document()
    paragraph = document.add_paragraph("前 ")
    paragraph.add_run("{%r if yes %}").bold = True
    paragraph.add_run("太字 {{ name }}").bold = True
    paragraph.add_run("{%r endif %} 中 {%r if no %}").italic = True
    paragraph.add_run("隠れる")
    paragraph.add_run("{%r endif %} 後").underline = True
    return saved(document)


def _footnotes() -> bytes:
    note = (
        f'{XML}<w:footnotes xmlns:w="{W}"><w:footnote w:id="1"><w:p><w:r><w:t>注 {{{{ name }}}}'
        "{% if yes %}、{{ kanji }}{% endif %}</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    base = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    xml = '<w:p><w:r><w:t>本文</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p><w:p><w:r><w:t>{{ title }}</w:t></w:r></w:p>'
    docx = replaced(
        body(xml),
        "[Content_Types].xml",
        lambda text: text.replace(
            "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{base}"/></Types>'
        ),
        **{"word/footnotes.xml": note},
    )
    return replaced(
        docx,
        "word/_rels/document.xml.rels",
        lambda text: text.replace(
            "</Relationships>",
            f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>',
        ),
    )


def _wrapped() -> bytes:
    """Tags in a hyperlink, a content control, an insertion and a text box."""
    link = '<w:hyperlink w:anchor="x"><w:r><w:t>{{ name }}リンク</w:t></w:r></w:hyperlink>'
    return body(
        f"<w:p>{link}</w:p>"
        '<w:sdt><w:sdtPr><w:alias w:val="枠"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>{{ kanji }}</w:t></w:r></w:p></w:sdtContent></w:sdt>'
        '<w:p><w:ins w:id="7" w:author="a"><w:r><w:t>{{ title }}</w:t></w:r></w:ins><w:r><w:t>追記</w:t></w:r></w:p>'
        '<w:p><w:r><w:t>外 {{ count }}</w:t></w:r><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>'
        "<w:txbxContent><w:p><w:r><w:t>箱 {{ name }}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )


def _nested_tables() -> bytes:
    document = Document()
    outer = document.add_table(rows=3, cols=2, style="Table Grid")
    outer.rows[0].cells[0].text = "{%tr for person in people %}"
    outer.rows[1].cells[0].text = "{{ person.name }}"
    inner = outer.rows[1].cells[1].add_table(rows=3, cols=1)
    inner.rows[0].cells[0].text = "{%tr for item in person['items'] %}"
    inner.rows[1].cells[0].text = "{{ item }}"
    inner.rows[2].cells[0].text = "{%tr endfor %}"
    outer.rows[2].cells[0].text = "{%tr endfor %}"
    return saved(document)


@cache
def corpus() -> Mapping[str, bytes]:
    """The templates by name, half of them scattered over runs as well."""
    plain = _in_text() | _in_blocks() | _elsewhere()
    few = {"if", "elif", "for", "for_else", "defaults", "escapes", "breaks"}
    cut = [name for name in plain if name not in few]
    return plain | {
        f"{name}_scattered": scattered(plain[name], seed) for seed, name in enumerate((*cut[::2], "contract"))
    }


def _in_text() -> dict[str, bytes]:
    return {
        "values": paragraphs("契約書「{{ title }}」", "{{name}}と{{ kanji }}、{{ count }}円", "", "終わり"),
        "breaks": paragraphs("前{{ lines }}後", "{{ tabbed }}", "{{ lines }}{{ tabbed }}"),
        "if": paragraphs("{% if yes %}はい{% endif %}{% if no %}いいえ{% else %}他{% endif %}"),
        "elif": paragraphs("{% if no %}A{% elif count > 1000 %}B{{ count }}{% else %}C{% endif %}"),
        "for": paragraphs("{% for p in people %}{{ p.name }}{% if not loop.last %}、{% endif %}{% endfor %}"),
        "for_else": paragraphs("{% for p in none_of_them %}x{% else %}なし{% endfor %}"),
        "comments": paragraphs("A{# 注記 {{ x }} #}B", "{#p この段落は消える #}", "C{#- 詰める -#}", "{{ name }}"),
        "comment_row": table(("a",), ("{#tr 行の注記 #}",), ("b {{ name }}",)),
        "dashes": paragraphs("甲", "{%- if yes %}乙", "丙{% endif -%}", "丁", "{{ name -}}   戊", "己   {{- kanji }}"),
        "set": paragraphs("{% set who = people[0].name %}{{ who }}", "{{ who }}様"),
        "filters": paragraphs("{{ latin|upper }} {{ latin|lower }} {{ numbers|join('・') }} {{ numbers|length }}"),
        "quotes": paragraphs("{% if kanji == “髙﨑𠮷田” %}はい{% endif %}{{ people[0][‘role’] }}"),
        "escapes": paragraphs("{_{ 生の括弧 }_} {_% if %_} {{ name }}"),
        "braces": paragraphs("{ 単独 } {{ name }} {a} %} ではない"),
        "japanese_names": paragraphs("{% for 者 in people %}{{ 者.name }};{% endfor %}"),
        "defaults": paragraphs("{{ title|default('無題') }}{% if unknown is defined %}x{% else %}y{% endif %}"),
        "contract": contract_sample.template(),
    }  # fmt: skip


def _in_blocks() -> dict[str, bytes]:
    return {
        "paragraph_loop": paragraphs(
            "{%p for p in people %}", "{{ loop.index }} {{ p.name }}", "", "役割：{{ p.role }}", "{%p endfor %}", "後"
        ),
        "paragraph_nested": paragraphs(
            "{%p if yes %}", "外", "{%p if no %}", "見えない", "{%p elif yes %}", "中", "{%p else %}", "他",
            "{%p endif %}", "{%p for p in people %}", "{%p if p.role == '販売' %}", "{{ p.name }}", "{%p endif %}",
            "{%p endfor %}", "{%p endif %}", "後",
        ),
        "loop_in_loop": paragraphs(
            "{%p for p in people %}", "{{ p.name }}", "{%p for i in p['items'] %}", "・{{ i }}", "{%p endfor %}",
            "{%p endfor %}",
        ),
        "across_paragraphs": paragraphs("A{% if yes %}B", "C{% endif %}D", "E{% if no %}F", "G{% endif %}H"),
        "loop_across_paragraphs": paragraphs("{% for n in numbers %}第{{ n }}", "続き{% endfor %}終"),
        "rows": table(
            ("番号", "名称", "金額"), ("{%tr for r in rows %}", "", ""), ("{{ r.number }}", "{{ r.name }}", "{{ r.price }}円"),
            ("{%tr endfor %}", "", ""), ("計", "", "{{ count }}"),
        ),
        "rows_with_if": table(
            ("{%tr for r in rows %}",), ("{%tr if r.number != 3 %}",), ("{{ r.name }}",), ("{%tr else %}",), ("欠番",),
            ("{%tr endif %}",), ("{%tr endfor %}",),
        ),
        "cells": table(
            ("項目", "{%tc for p in people %}", "{{ p.role }}", "{%tc endfor %}"),
            ("名称", "{%tc for p in people %}", "{{ p.name }}", "{%tc endfor %}"),
        ),
        "nested_tables": _nested_tables(),
    }  # fmt: skip


def _elsewhere() -> dict[str, bytes]:
    return {
        "runs": _styled_runs(),
        "one_run": paragraphs("前{%r if yes %}中{{ name }}{%r endif %}後"),
        "header_footer": _headed(),
        "footnotes": _footnotes(),
        "properties": _properties(),
        "wrapped": _wrapped(),
    }


def filling(name: str) -> dict[str, Any]:
    """The values for a template of the corpus."""
    return contract_values.values(5) if name.startswith("contract") else VALUES


def theirs(docx: bytes, values: Mapping[str, Any]) -> bytes:
    """What docxtpl makes of it."""
    template = DocxTemplate(io.BytesIO(docx))
    template.render(dict(values), Environment(autoescape=True), autoescape=True)
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def texts(docx: bytes) -> dict[str, list[str]]:
    """By part: each paragraph's text, read without any engine of ours."""
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith(TEXT_PARTS) and name.endswith(".xml"):
                found[name] = [_text(p) for p in etree.fromstring(archive.read(name)).iter(f"{{{W}}}p")]
        core = etree.fromstring(archive.read("docProps/core.xml"))
        found["properties"] = sorted(element.text for element in core if element.text)
    return found


def _text(paragraph: etree._Element) -> str:
    signs = {f"{{{W}}}tab": "\t", f"{{{W}}}br": "\n"}
    pieces = []
    for element in paragraph.iter(f"{{{W}}}t", *signs):
        parent = element.getparent()
        if parent is not None and parent.tag == f"{{{W}}}r":
            pieces.append(signs.get(str(element.tag)) or element.text or "")
    return "".join(pieces)


def scattered(docx: bytes, seed: int) -> bytes:
    """Every text cut into runs at random, with the noise that Word leaves between."""
    chance = random.Random(seed)  # noqa: S311 (same seed, same cuts)
    marks = iter(range(100, 1_000_000))

    def change(xml: str) -> str:
        root = etree.fromstring(xml.encode("utf-8"))
        for text in list(root.iter(f"{{{W}}}t")):
            run = text.getparent()
            if run is not None and run.tag == f"{{{W}}}r" and text.text:
                _cut(run, text, chance, marks)
        return XML + etree.tostring(root, encoding="unicode")

    for name in zipfile.ZipFile(io.BytesIO(docx)).namelist():
        if name.startswith(TEXT_PARTS) and name.endswith(".xml"):
            docx = replaced(docx, name, change)
    return docx


def _cut(run: Any, text: Any, chance: random.Random, marks: Any) -> None:
    whole, position, after = text.text, 0, run
    while position < len(whole):
        end = position + chance.choice((1, 2, 3, 5, 9, 30))
        piece = deepcopy(run)
        piece.tail = None
        for child in list(piece):
            if child.tag not in {f"{{{W}}}rPr", f"{{{W}}}t"}:
                piece.remove(child)
        cut = piece.find(f"{{{W}}}t")
        cut.text = whole[position:end]
        cut.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        piece.set(f"{{{W}}}rsidR", f"{chance.randrange(16**8):08X}")
        after.addnext(piece)
        after = piece
        if chance.random() < 0.3:
            noise = run.makeelement(f"{{{W}}}proofErr", {f"{{{W}}}type": "spellStart"})
            after.addnext(noise)
            after = noise
        elif chance.random() < 0.1:
            number = str(next(marks))
            for kind, more in (("bookmarkStart", {f"{{{W}}}name": f"b{number}"}), ("bookmarkEnd", {})):
                mark = run.makeelement(f"{{{W}}}{kind}", {f"{{{W}}}id": number, **more})
                after.addnext(mark)
                after = mark
        position = end
    if len([child for child in run if child.tag != f"{{{W}}}rPr"]) == 1:
        run.getparent().remove(run)
    else:
        run.remove(text)
