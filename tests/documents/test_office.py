"""LibreOffice opens every paper; its pages hold our text, our fonts and whole signatures."""

from __future__ import annotations

from pathlib import Path

import pytest

from teikei.documents import Rendered, articles, read_text, render
from tests.documents.outside import convert, need, pages, run, squeezed
from tests.documents.samples import KINDS, sample

pytestmark = pytest.mark.office

EXPECTED = ("NotoSerifCJKjp", "NotoSansCJKjp", "LiberationSerif", "LiberationSans")
Papers = dict[str, tuple[Rendered, Path]]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Every kind for three parties and for ten, converted in one run."""
    need("soffice")
    folder = tmp_path_factory.mktemp("office")
    rendered = {f"{kind}_{count}": render(kind, sample(kind, count)) for kind in KINDS for count in (3, 10)}
    files = []
    for name, paper in rendered.items():
        file = folder / f"{name}.docx"
        file.write_bytes(paper.docx)
        files.append(file)
    made = convert(files, folder)
    return {name: (paper, pdf) for (name, paper), pdf in zip(rendered.items(), made, strict=True)}


def test_every_paper_becomes_a_pdf_with_all_its_characters(papers: Papers) -> None:
    for name, (paper, pdf) in papers.items():
        printed = "".join(pages(pdf))
        for article in paper.articles:
            assert squeezed(article.title) in printed, (name, article)
        wanted, found = _counts(squeezed(paper.text)), _counts(printed)
        assert {char: n for char, n in wanted.items() if found.get(char, 0) < n} == {}, name


def _counts(text: str) -> dict[str, int]:
    """How often each character stands there; 、 and 。 may hang in the margin, where poppler loses some."""
    return {char: text.count(char) for char in set(text) - set("、。")}


def test_all_fonts_are_embedded_and_expected(papers: Papers) -> None:
    pdffonts = need("pdffonts")
    for name, (_, pdf) in papers.items():
        for line in run(pdffonts, str(pdf)).splitlines()[2:]:
            font = line.split()[0].split("+")[-1]
            assert font.startswith(EXPECTED), (name, font)
            assert " yes " in line, (name, line)


def test_the_lines_of_one_party_stand_on_one_page(papers: Papers) -> None:
    for name, (_, pdf) in papers.items():
        kind, count = name.rsplit("_", 1)
        if kind in {"minutes", "statement", "notice", "return_letter"}:
            continue
        printed = pages(pdf)
        for party in sample(kind, int(count)).parties:  # type: ignore[arg-type]
            lines = [squeezed(x) for x in (f"名称{party.name}", f"所在地{party.address}")]
            assert any(all(line in page for line in lines) for page in printed[-3:]), (name, party.label)


def test_a_round_trip_through_libreoffice_keeps_text_and_clause_ids(tmp_path: Path) -> None:
    files = []
    for kind in KINDS:
        file = tmp_path / f"{kind}.docx"
        file.write_bytes(render(kind, sample(kind)).docx)
        files.append(file)
    (tmp_path / "back").mkdir()
    for kind, file in zip(KINDS, convert(files, tmp_path / "back", "docx"), strict=True):
        sent = render(kind, sample(kind))
        returned = file.read_bytes()
        assert articles(returned) == sent.articles
        assert squeezed(read_text(returned)) == squeezed(sent.text)
