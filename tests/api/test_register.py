"""契約台帳 over HTTP: a file in the reader's language, the own contracts only, and a code where it is refused."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from api.routers.registers import XLSX
from teikei.domain.errors import Invalid
from tests.api.scene import Life, Site

PATH = "/v1/alliances.xlsx"


async def table(site: Site, who: str, query: str = "", language: str = "ja") -> list[tuple[Any, ...]]:
    answer = await site.ask("GET", f"{PATH}{query}", who, Accept_Language=language)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XLSX
    return list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))


async def test_it_is_a_file_in_the_language_of_the_request(life: Life) -> None:
    for asked, language, name, first in (
        ("ja-JP,ja;q=0.9", "ja", "契約台帳.xlsx", "提携番号"),
        ("de", "en", "contracts.xlsx", "Alliance id"),
    ):
        answer = await life.site.ask("GET", PATH, life.pair[0], Accept_Language=asked)
        assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language")
        assert answer.headers["content-disposition"].endswith(f"filename*=UTF-8''{quote(name)}")
        assert (await table(life.site, life.pair[0], language=asked))[0][0] == first


async def test_a_lived_life_has_its_contracts_in_order(life: Life) -> None:
    head, *rows = await table(life.site, life.pair[1])
    mine = [dict(zip(head, row, strict=True)) for row in rows if row[0] == life.alliance]
    assert [row["契約番号"] for row in mine] == [life.nda, life.main, mine[2]["契約番号"], life.termination]
    assert "変更覚書" in mine[2]["契約名"]
    main = mine[1]
    agreed = await life.site.get(f"/v1/agreements/{life.main}", life.pair[0])
    for column, name in (
        ("締結日", "signed_on"),
        ("効力発生日", "effective_on"),
        ("期間満了日", "term_until"),
    ):
        assert main[column].date().isoformat() == agreed[name]
    assert (main["提携の段階"], main["契約の段階"], main["配分割合"]) == ("終結", "終了", "甲 3/5、乙 2/5")


async def test_who_is_no_party_gets_an_empty_register(life: Life) -> None:
    rows = await table(life.site, life.site.companies[3])
    assert len(rows) == 1


async def test_it_takes_the_filters_of_the_list(life: Life) -> None:
    site, a = life.site, life.pair[0]
    named = await site.open(name_ja="ＩｏＴ養殖提携", name_en="50% Fish")
    for query in (
        "?q=iot",
        "?q=%EF%BC%A9%EF%BD%8F%EF%BC%B4",
        "?q=養殖",
        "?q=殖",
        "?q=50%25",
        "?stage=intake&q=fish",
    ):
        listed = {row["id"] for row in (await site.get(f"/v1/alliances{query}", a))["data"]}
        assert listed == {row[0] for row in (await table(site, a, query))[1:]} == {named}, query
    for query in ("?stage=operation&q=fish", "?q=5_%25", "?form=co_sales&q=iot"):
        assert len(await table(site, a, query)) == 1, query


@pytest.mark.parametrize("query", ["?stage=X", "?limit=3", "?cursor=x", "?q=%00"])
async def test_a_filter_that_is_none_is_refused(life: Life, query: str) -> None:
    answer = await life.site.ask("GET", f"{PATH}{query}", life.pair[0])
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_too_many_lines_are_a_problem_with_a_code(
    memory: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: Any, **_more: Any) -> bytes:
        raise Invalid("list.too_many_lines", most=10_000)

    monkeypatch.setattr(type(memory.reads), "register", refused)
    answer = await memory.ask("GET", PATH, memory.companies[0], Accept_Language="ja")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "list.too_many_lines")
    assert told["title"] == "台帳が10000行を超える"
