"""`GET /v1/agreements/{id}/summary`: the page as Word, stored nowhere, for parties alone."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from api.answers import DOCX
from teikei.documents import read_text
from tests.api.scene import Life


@pytest.mark.parametrize(
    ("language", "title"),
    [("ja", "契約概要書（稟議用）"), ("en", "Agreement Summary"), ("ja%2Ben", "契約概要書（稟議用）")],
)
async def test_the_page_is_handed_out_and_nothing_is_stored(life: Life, language: str, title: str) -> None:
    site, before = life.site, life.site.house.count()
    path = f"/v1/agreements/{life.main}/summary?language={language}"
    told = await site.ask("GET", path, life.pair[1])
    assert (told.status_code, told.headers["content-type"]) == (200, DOCX)
    assert quote(title) in told.headers["content-disposition"]
    text = read_text(told.content)
    assert title in text
    assert ("60％" in text, "60%" in text) == (language != "en", language != "ja")
    assert (await site.ask("GET", path, life.pair[0])).content == told.content
    assert site.house.count() == before


async def test_an_nda_has_one_and_an_end_has_none(life: Life) -> None:
    site, a = life.site, life.pair[0]
    nda = await site.ask("GET", f"/v1/agreements/{life.nda}/summary", a)
    assert "秘密保持契約書" in read_text(nda.content)
    over = await site.ask("GET", f"/v1/agreements/{life.termination}/summary", a)
    assert (over.status_code, over.json()["code"]) == (409, "agreement.nothing_to_summarise")
    odd = await site.ask("GET", f"/v1/agreements/{life.main}/summary?language=fr", a)
    assert odd.status_code == 422


async def test_who_is_no_party_finds_nothing(life: Life) -> None:
    site, stranger = life.site, life.site.companies[3]
    told = [
        await site.ask("GET", f"/v1/agreements/{one}/summary", stranger)
        for one in (life.main, "agr_" + "a" * 26)
    ]
    assert [t.status_code for t in told] == [404, 404]
    assert told[0].content == told[1].content
