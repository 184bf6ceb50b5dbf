"""The contract that the bench measures says the same, made from clauses and made by docxtpl."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from teikei.documents import DocumentError, Library, articles, read_text, render
from tests.documents.corpus import MAIN, texts, theirs
from tests.support import contract_clauses, contract_sample, contract_values

TITLE = "共同開発契約書（第{}版）"
PARTY, ROW = contract_clauses.variables(1).parties[0], contract_clauses.variables(1).equipment[0]
FIXED = re.compile(r"^\d+　|^第\d+条(?=（)")
"""Numbers that the firm's template has typed and ours counts."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return contract_clauses.library(tmp_path_factory.mktemp("contract"))


def wording(docx: bytes, title: str) -> list[str]:
    """Each paragraph from the title of the text on, without spaces and without what articles are counted by."""
    read = texts(docx)[MAIN]
    read = read[len(read) - read[::-1].index(title) :]
    bare = (re.sub(r"第\d+条", "第条", FIXED.sub("", line)) for line in read)
    return [squeezed for line in bare if (squeezed := re.sub(r"\s", "", line))]


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_clauses_say_what_docxtpl_says(library: Library, seed: int) -> None:
    """With the options that the seed leaves out, their articles and no other are missing in both."""
    title = TITLE.format(seed)
    made = render(contract_clauses.KIND, contract_clauses.variables(seed), library=library)
    ours = wording(made.docx, title)
    assert ours == wording(theirs(contract_sample.template(), contract_values.values(seed)), title)
    assert read_text(made.docx) == made.text


def test_it_has_what_a_paper_of_ours_has(library: Library) -> None:
    made = render(contract_clauses.KIND, contract_clauses.variables(1), library=library)
    found = articles(made.docx)
    assert len(found) == len(contract_sample.ARTICLES)
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    allocation = made.article("article13")
    assert allocation is not None
    assert f"{allocation.cite}に定める配分割合" in made.text
    assert "目次" in made.text


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("/theme", {"theme": "\x07"}),
        ("/parties/0/address", {"parties": (replace(PARTY, address="東京都\x00"),)}),
        ("/parties/0/contributions/1", {"parties": (replace(PARTY, contributions=("設備", "人\u202e員")),)}),
        ("/equipment/0/place", {"equipment": (replace(ROW, place="\x03"),)}),
    ],
)
def test_an_illegal_character_is_found_wherever_it_stands(
    library: Library, place: str, change: dict[str, Any]
) -> None:
    variables = replace(contract_clauses.variables(1), **change)
    with pytest.raises(DocumentError) as refused:
        render(contract_clauses.KIND, variables, library=library)
    assert (refused.value.code, refused.value.pointer) == ("document.illegal_character", place)
