"""What writers are shown of the clause language, and the gallery of all papers."""

from __future__ import annotations

from pathlib import Path

import pytest

from teikei.documents import default_library, read_text, words, words_en
from teikei.documents.derived import TWO
from tools import clause_language, gallery


def test_every_filter_is_shown_by_what_it_makes_in_both_languages() -> None:
    page = clause_language.page()
    rows = [line for line in page.split("\n") if line.startswith("| `")]
    for name in {*words.FILTERS, *words_en.FILTERS}:
        shown = [row for row in rows if row.startswith((f"| `{name}`", f"| `{name}("))]
        assert shown, name
        for row in shown:
            _, _, _, ja, en, _ = row.replace("\\|", "¦").split("|")
            assert (ja.strip() == "–") == (name not in words.FILTERS), name
            assert (en.strip() == "–") == (name not in words_en.FILTERS), name
    assert '| `money(currency)` | `{{ sum\\|money("JPY") }}` | 金1,234,567円 | JPY 1,234,567 |' in page
    assert all(f"`{name}`" in page for name in ("ref(id)", "has(id)", *TWO))


def test_the_gallery_is_all_papers_in_all_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = list(gallery.papers())
    assert {kind for kind, _, _ in wanted} == set(default_library().kinds)
    assert {language for kind, language, _ in wanted if kind == "nda"} == {"ja", "en", "ja+en"}
    assert {count for _, _, count in wanted} == {2, 3, 5, 10}
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    made = gallery.make("minutes", "en", 5, None)
    assert made.name == "minutes.en.05.docx"
    assert "Party E" in read_text(made.read_bytes())
