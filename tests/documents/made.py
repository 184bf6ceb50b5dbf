"""A small library of our own with everything that numbers: 項, 号, third level, tables, citations, two languages.

The papers of `templates/` change with their words; what is shown of the form must not depend on them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from teikei.documents import Library

HEAD = "---\nid: {id}\nversion: 1\ntitle: {title}\n{more}---\n"
MORE = {"ja": "owner: legal\nreview_by: 2099-12-31\n", "en": 'of: ""\n'}
MANIFEST = """kind: nda
title: {{ja: 試験契約書, en: Agreement for a Test}}
languages: [ja, en]
form: {form}
preamble: preamble_made
clauses:
  - chapter: {{ja: 総則, en: General}}
{clauses}
closing: made
signature: true
by_hand: [date]
"""
RICH = {
    "ja": "1. 最初の項は、{{ ref('c3') }}第2項第1号による。\n   - 号の一\n     - 細分イ\n     - 細分ロ（{{ ref('c2') }}）\n   - 号の二\n"
    "1. 次の表による。\n| 当事者 | 根拠 |\n|---|---|\n{% for p in parties %}\n| {{ p.label }} | {{ ref('c4') }} |\n{% endfor %}\n"
    "1. 三項は、{{ ref('c1') }}及び{{ ref('c12') }}による。\n   - 再び号の一\n",
    "en": "1. The first paragraph follows {{ ref('c3') }}.2(1).\n   - item one\n     - letter a\n     - letter b ({{ ref('c2') }})\n"
    "   - item two\n1. See the table.\n| Party | Source |\n|---|---|\n{% for p in parties %}\n| {{ p.label }} | {{ ref('c4') }} |\n"
    "{% endfor %}\n1. The third follows {{ ref('c1') }} and {{ ref('c12') }}.\n   - item one again\n",
}
PLAIN = {"ja": "1. {{ court }}による。\n", "en": "1. It is {{ court }}.\n"}
ITEMS = {
    "ja": "1. 一項。\n1. 二項。\n   - 甲の号\n   - 乙の号\n",
    "en": "1. One.\n1. Two.\n   - item\n   - other item\n",
}
LOOSE = {
    "ja": "前の文。\n   - 一つ\n   - 二つ\n続く文。\n   - 新たに一つ\n",
    "en": "Before.\n   - one\n   - two\nAfter.\n   - one anew\n",
}


def library(
    folder: Path,
    *,
    form: str = "articles",
    articles: int = 16,
    bodies: Mapping[str, dict[str, str]] | None = None,
) -> Library:
    """`articles` clauses c1, c2 …; `bodies` takes the place of a clause's text by its id."""
    own = bodies or {}
    ids = [f"c{number}" for number in range(1, articles + 1)]
    texts = dict.fromkeys(ids, PLAIN) | {"c2": RICH, "c3": ITEMS} | dict(own)
    if form == "sheet":
        texts = dict.fromkeys(ids, LOOSE) | dict(own)
    for clause, text in (texts | {"preamble_made": LOOSE, "closing_made": LOOSE}).items():
        place = folder / "clauses" / clause
        place.mkdir(parents=True)
        for language, body in text.items():
            title = {"ja": f"見出し{clause}", "en": f"Heading {clause}"}[language]
            head = HEAD.format(id=clause, title=title, more=MORE[language])
            (place / f"{language}.md.j2").write_text(head + body, encoding="utf-8")
    (folder / "papers").mkdir()
    listed = "\n".join(f"  - {clause}" for clause in ids)
    (folder / "papers" / "nda.yaml").write_text(MANIFEST.format(form=form, clauses=listed), encoding="utf-8")
    return Library(folder)


def changed(docx: bytes, change: Callable[[str], str], part: str = "word/document.xml") -> bytes:
    """The same file with one part rewritten, as someone with Word might."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()).encode() if name == part else data)
    return made.getvalue()


def with_wrong_numbers(xml: str) -> str:
    """Every stored result of a citation says 99: what a program shows that counts itself is right all the same."""
    fields = re.compile(r'(<w:instrText[^>]*> REF \S+ \\w .*?"separate"/></w:r>.*?<w:t[^>]*>)([^<]*)(</w:t>)')
    return fields.sub(lambda m: m[1] + re.sub(r"\d+", "99", m[2]) + m[3], xml)


def with_an_article_put_in(xml: str, before: str) -> str:
    """A heading and its text, typed with the styles of the paper, before the article of a clause."""
    start = xml.rindex("<w:p>", 0, xml.index(f'w:name="_cl_{before}"'))
    typed = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in (("Heading2", "（挿入）"), ("KouNumbered", "挿入した項"), ("Gou", "挿入した号"))
    )
    return xml[:start] + typed + xml[start:]
