"""A paper as a web page: the words of the Word file in its order, links that lead somewhere, and no value that is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import html

from teikei.documents import Rendered, render
from teikei.documents.lines import text
from teikei.domain.papers import PaperKind
from tests.documents.made import library
from tests.documents.samples import KINDS, sample, with_names
from tests.documents.test_text import HOSTILE, LEGIBLE

TAGS = {
    "html", "head", "meta", "aside", "title", "link", "body", "h1", "h2", "h3", "nav", "main", "section", "div", "p", "ul",
    "li", "span", "a", "br", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "name", "content", "rel", "href", "id", "class", "scope"}


def squeezed(said: str) -> str:
    return "".join(said.split())


def tree(paper: Rendered) -> html.HtmlElement:
    return html.document_fromstring(paper.html(link="/docs/paper.css"))


def paper_of(paper: Rendered) -> html.HtmlElement:
    """The page without what stands beside the paper."""
    page = tree(paper)
    for aside in list(page.iter("aside")):
        aside.drop_tree()
    return page


def read(body: html.HtmlElement) -> str:
    return squeezed("".join(map(str, body.itertext())))


def expected(paper: Rendered) -> str:
    """The text of the Word file, which says its titles once more below the contents."""
    lines = text(paper.paper).split("\n")
    listed = len(paper.paper.contents)
    return squeezed("".join(lines if not listed else [*lines[: listed + 2], *lines[listed + 3 :]]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_says_what_the_word_file_says(kind: PaperKind, language: str) -> None:
    paper = render(kind, sample(kind, 3), language=language)
    page = paper_of(paper)
    assert page.get("lang") == language
    assert read(page.body) == expected(paper)
    assert sum(1 for _ in page.iter("h1")) == 1
    heads = [one.get("id") for one in page.iter("h2", "h3") if not str(one.get("id")).startswith("_ch_")]
    assert heads == [f"_cl_{one.clause_id}" for one in paper.articles]


@pytest.mark.parametrize("kind", KINDS)
def test_side_by_side_each_language_is_whole(kind: PaperKind) -> None:
    paper = render(kind, sample(kind, 3), language="ja+en")
    said: list[str] = []
    for other in ("en", "ja"):
        page = paper_of(paper)
        for element in [one for one in page.body.iter() if one.get("lang") == other]:
            element.drop_tree()
        for drop in page.xpath("//nav | //h1"):
            drop.drop_tree()
        said.append(read(page.body))
    second = paper.paper.second
    assert second is not None
    for found, one in zip(said, (replace(paper.paper, second=None, language="ja"), second), strict=True):
        lines = text(one).split("\n")
        start = 1 if not one.contents else len(one.contents) + 3
        assert found == squeezed("".join(lines[start:]))


@pytest.mark.parametrize("language", ["ja", "ja+en"])
@pytest.mark.parametrize("words", HOSTILE)
def test_a_value_never_becomes_markup(language: str, words: str) -> None:
    hostile = render("co_development", with_names(sample("co_development"), words), language=language)
    page = tree(hostile)
    assert {str(one.tag) for one in page.iter()} <= TAGS
    assert {name for one in page.iter() for name in one.attrib} <= ATTRIBUTES
    assert squeezed(words) in read(page.body)
    plain = tree(render("co_development", sample("co_development"), language=language))
    assert [one.tag for one in page.iter()] == [one.tag for one in plain.iter()]


@settings(max_examples=25, deadline=None)
@given(name=LEGIBLE)
def test_any_legible_name_stays_itself(name: str) -> None:
    paper = render("nda", with_names(sample("nda"), name))
    assert read(paper_of(paper).body) == expected(paper)


@pytest.mark.parametrize("language", ["ja", "en", "ja+en"])
def test_every_link_leads_to_an_article_and_every_citation_is_a_link(language: str) -> None:
    paper = render("co_development", sample("co_development", 3), language=language)
    page = tree(paper)
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(ids) == len({*ids})
    links = [(str(one.get("href")), read(one)) for one in page.iter("a")]
    assert {href.removeprefix("#") for href, _ in links} <= {*ids}
    numbers = {f"#_cl_{one.clause_id}": one.number for one in paper.articles}
    cited = [
        (numbers[href.replace("_c2_", "_cl_")], said) for href, said in links if "_ch_" not in href and "_h2_" not in href
    ]  # fmt: skip
    assert cited
    for number, said in cited:
        assert re.match(rf"第{number}条|Article{number}(?!\d)", said), said


def test_numbers_tables_and_places_are_marked(tmp_path: Path) -> None:
    page = tree(render("nda", sample("nda", 3), language="en", library=library(tmp_path)))
    said = [read(one) for one in page.find_class("number")]
    assert {"2.1", "(1)", "(a)"} <= {*said}
    assert [read(one) for one in page.iter("th")][:2] == ["Party", "Source"]
    assert len(page.find_class("signatures")[0].findall(".//td")) == 3
