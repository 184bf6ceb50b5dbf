"""A foreign file that is printed reaches nobody; all else of it stays, and a file of ours is not touched."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from teikei.documents import DocumentError, render
from teikei.documents.cut import cut_off
from tests.documents.attacks import ATTACKS, field, linked_picture, related, wide
from tests.documents.corpus import body, paragraphs
from tests.documents.samples import KINDS, sample

URL = "http://192.0.2.1:9"
PACKAGE = {
    "doctype",
    "deep",
    "bomb",
    "duplicate",
    "path",
    "encrypted",
    "truncated",
    "not_zip",
    "xml",
    "too_many_parts",
    "too_large",
}
"""What no reader should be given: refused as at the intake."""


def inside(made: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


@pytest.mark.parametrize(
    "name", [name for name, (code, _) in ATTACKS.items() if code in {"external", "field"}]
)
def test_what_led_outside_is_gone(name: str) -> None:
    attack = ATTACKS[name][1](URL)
    made = inside(cut_off(attack))
    for gone in (URL, "INCLUDE", "DDEAUTO", "file:///etc", "\\\\\\\\host", "TargetMode"):
        assert gone not in made
    assert "w:body" in made


@pytest.mark.parametrize("name", [name for name, (code, _) in ATTACKS.items() if code in PACKAGE])
def test_what_is_no_sound_package_is_refused(name: str) -> None:
    code, make = ATTACKS[name]
    with pytest.raises(DocumentError) as told:
        cut_off(make(URL))
    assert told.value.code == f"document.upload_{code}"


def test_a_link_that_waits_for_a_click_stays_and_one_that_only_says_so_does_not() -> None:
    clicked = related("hyperlink", f"{URL}/page")
    assert cut_off(clicked) == clicked
    named = related("hyperlink", f"{URL}/i.png")
    with zipfile.ZipFile(io.BytesIO(named)) as package:
        parts = {one: package.read(one) for one in package.namelist()}
    blip = '<w:r><w:drawing><a:blip xmlns:a="urn:a" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rId99"/></w:drawing></w:r>'
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"</w:p>", blip.encode() + b"</w:p>", 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for one, content in parts.items():
            package.writestr(one, content)
    assert "r:link" in inside(out.getvalue())
    assert "r:link" not in inside(cut_off(out.getvalue()))


def test_the_words_and_the_last_result_of_a_field_stay() -> None:
    result = "<w:r><w:t>{}</w:t></w:r>"
    attack = body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r>'
        f'<w:r><w:instrText>TEXT "{URL}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{result.format("前の結果")}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        f'<w:p><w:fldSimple w:instr=" PAGE ">{result.format("7")}</w:fldSimple></w:p>'
    )
    made = cut_off(attack)
    assert URL not in inside(made)
    assert "前の結果" in inside(made)
    assert '" PAGE "' in inside(made)
    docx.Document(io.BytesIO(made))
    for kept in (paragraphs("一", "二"), field(" PAGE "), field(" REF x \\h ")):
        assert cut_off(kept) is kept


def test_addresses_are_found_in_every_encoding() -> None:
    attack = wide(linked_picture(f"{URL}/i.png"))
    assert URL not in inside(attack), "it is not there as bytes"
    assert 'src=""' in inside(cut_off(attack))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_of_ours_is_not_touched(kind: str) -> None:
    paper = render(kind, sample(kind), language="ja+en").docx  # type: ignore[arg-type]
    assert cut_off(paper) is paper
