"""An alliance whose papers are in English: what people typed in English, the system does not answer in Japanese."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import pytest

from teikei.documents import default_library, render
from teikei.domain import languages
from teikei.domain.act import Act, Outcome
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.bringing import Opening
from teikei.domain.alliance.intake import Company
from teikei.domain.alliance.state import Alliance
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Invalid
from teikei.domain.languages import IN_ENGLISH, PapersIn
from teikei.domain.matter import Matter
from teikei.domain.papers import PAPER_TITLES, PaperKind
from teikei.domain.variables import written_in
from tests.domain import cast
from tests.support.story_domain import World

JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]+")
KEPT = {"東京地方裁判所", "代表取締役"}
"""Of a closed list, which the papers translate."""


def typed(value: Any) -> Any:
    """What people say, as people who write English say it."""
    if isinstance(value, str):
        if value in KEPT or not JAPANESE.search(value):
            return value
        return JAPANESE.sub("words typed in English", value)
    if isinstance(value, tuple):
        return tuple(typed(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: typed(getattr(value, f.name)) for f in fields(value) if f.init})
    return value


class EnglishWorld(World):
    """Renders every paper that is owed, in the language of its matter."""

    def open(self, act: Opening, by: str, directory: tuple[Company, ...]) -> str:
        # The Japanese names of companies and alliance stay: a register has them, an English paper has not.
        told = tuple(
            replace(c, address=typed(c.address), representative_name=typed(c.representative_name))
            for c in directory
        )
        return super().open(replace(typed(act), name_ja=act.name_ja), by, told)

    def say(self, matter: str, act: Act, by: str, person: str = "担当者") -> Outcome[Any]:
        return super().say(matter, typed(act), by, person)

    def owed(self, state: Matter) -> PaperReady | None:
        known, ready = len(self.written), super().owed(state)
        for kind, values in self.written[known:]:
            text = render(kind, values, language=written_in(state)).text
            TEXTS.append((written_in(state), kind, text))
        return ready


TEXTS: list[tuple[str, str, str]] = []


def lived(papers_in: PapersIn, **more: Any) -> list[tuple[str, str, str]]:
    """From the opening to minutes, a statement and a termination: (language, kind, text) of each paper."""
    TEXTS.clear()
    world = EnglishWorld()
    world.open(cast.opening(2, papers_in=papers_in, **more), cast.company(0), cast.directory(2))
    for stage in cast.STAGES[:5]:
        cast._past(world, stage, 2, "co_development", {})
    cast.review(world)
    world.advance(world.now.replace(year=world.now.year + 1, month=12))
    cast.settle_period(world)
    cast.begin_exit(world)
    matters = {type(s): s for s in world.states.values()}
    for kind in (Alliance, Agreement, Allocation):
        assert written_in(matters[kind]) == papers_in
    return list(TEXTS)


def test_a_life_in_english_has_no_japanese_in_its_papers() -> None:
    papers = lived("en")
    assert {kind for _, kind, _ in papers} >= {"nda", "co_development", "minutes", "statement", "termination"}
    for language, kind, text in papers:
        assert language == "en"
        assert JAPANESE.findall(text) == [], kind
        assert "Sea Breeze" in text, kind


def test_of_two_languages_the_governing_one_is_named() -> None:
    said = {}
    for governing in get_args(languages.Governing):
        contracts = [text for _, kind, text in lived("ja+en", governing_language=governing) if kind == "nda"]
        said[governing] = contracts[0]
        assert "海風計画" in contracts[0]
        assert "Sea Breeze" in contracts[0]
    assert said["ja"] != said["en"]


def test_an_alliance_is_japanese_unless_it_says_otherwise() -> None:
    assert cast.opened().alliance.papers_in == "ja"
    assert {
        state.papers_in for state in cast.at("operation").states.values() if isinstance(state, Agreement)
    } == {"ja"}


def test_a_language_that_papers_of_the_life_lack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IN_ENGLISH", IN_ENGLISH - {"minutes", "co_sales", "loi"})
    for papers_in in ("en", "ja+en"):
        with pytest.raises(Invalid) as caught:
            cast.opened(form="co_sales", papers_in=papers_in)
        assert (caught.value.code, caught.value.pointer) == ("papers.language_missing", "/papers_in")
        assert caught.value.params == {"language": papers_in, "kinds": "co_sales, minutes"}
    assert cast.opened(form="co_sales").alliance.papers_in == "ja"


@pytest.mark.parametrize("kind", list(PAPER_TITLES))
def test_the_rule_knows_what_the_manifests_say(kind: PaperKind) -> None:
    try:
        default_library().manifest(kind, "en")
    except Invalid:
        assert kind not in IN_ENGLISH
    else:
        assert kind in IN_ENGLISH
