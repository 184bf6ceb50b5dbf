"""What the state knows is said in English in the sheets, and what people typed stands as they typed it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from teikei.documents import compose, default_library
from teikei.documents.english import style
from teikei.documents.localised import localised
from teikei.domain.alliance.state import AgendaLine, Alliance
from teikei.domain.elapsed import clock_lines
from teikei.domain.matter import Effect, Spent
from teikei.domain.papers import VARIABLES
from teikei.domain.person import FormerName
from teikei.domain.sheet_variables import party_line
from teikei.domain.texts import catalogue
from teikei.domain.variables import variables
from tests.documents.english_samples import english
from tests.domain.by_others import ByOthers, lived
from tests.domain.cast import company

JAPANESE = re.compile(r"[\u3040-\u9fff]")
TYPED: dict[str, str | int] = {
    "title": "Prototype",
    "what": "the report",
    "target": "100 cells",
    "topic": "culture_respect",
}
VALUES: dict[str, str | int] = TYPED | {
    "label": "甲", "low": "乙", "high": "丙", "by": "2027-03-31", "due": "2027-03-31", "day": "2027-03-31",
    "on": "2027-03-31", "event": "event_merger", "act": "cast_vote", "number": 2, "objections": 0,
    "lowest": 1, "highest": 5, "days": "甲 3.5 / 乙 12.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> ByOthers:
    """A whole life in which the second party sends paper."""
    lives = ByOthers()
    lived(lives, 2, (company(1),))
    return lives


@pytest.fixture(scope="module")
def held(world: ByOthers) -> Alliance:
    """The alliance while the minutes of its review are still to be written."""
    return next(s for _, s in world.history if isinstance(s, Alliance) and s.minutes)


def said(kind: str, values: Any) -> dict[str, Any]:
    return localised({f.name: getattr(values, f.name) for f in fields(VARIABLES[kind])}, "en")  # type: ignore[index]


def test_the_statement_says_votes_marks_and_basis_in_english(world: ByOthers) -> None:
    told: Any = dict(world.written)["statement"]
    of = said("statement", told)
    names = [p.name_en for p in told.parties]
    assert [(v.title, v.outcome) for v in of["votes"]] == [
        (names[0], "Yes"),
        (names[1], "Yes (entered by Party A)"),
    ]
    assert [line.source.endswith(" (entered by Party A)") for line in of["incomes"]] == [False, True]
    assert [r.name for r in of["results"]] == names
    dated = re.sub(r"\d+ [A-Z][a-z]+ \d{4}", "DAY", of["basis"])
    assert dated == "the provisions of the Joint Development Agreement dated DAY on the allocation of profit"


def test_the_termination_agreement_lists_in_english(world: ByOthers) -> None:
    told: Any = dict(world.written)["termination"]
    of = said("termination", told)
    assert of["base_title"] == "Joint Development Agreement"
    lines = (*of["checklist"], *of["survivors"])
    assert len(lines) == len(told.checklist) + len(told.survivors) > 2
    assert [fault for text in lines for fault in style(text, many=True)] == []


@pytest.mark.parametrize("code", [code for code in catalogue("en") if code.startswith("agenda.")])
def test_every_line_of_an_agenda_is_said_in_english(held: Alliance, code: str) -> None:
    review = replace(held.minutes[0], agenda=(AgendaLine(code=code, values=VALUES),))
    state = replace(held, minutes=(review,), owes=(Effect(key=f"minutes/{review.number}"),))
    kind, told = variables(state, f"minutes/{review.number}")
    (line,) = said(kind, told)["agenda"]
    assert list(style(line, many=True)) == []
    assert "2027-03-31" not in line


def test_minutes_keep_what_was_typed_and_translate_the_rest(held: Alliance) -> None:
    number = held.minutes[0].number
    kind, told = variables(replace(held, owes=(Effect(key=f"minutes/{number}"),)), f"minutes/{number}")
    of = said(kind, told)
    assert of["points"] == held.minutes[0].points
    assert [(d.title, d.outcome) for d in of["decisions"]] == [
        (r.title, r.outcome) for r in held.minutes[0].resolutions
    ]
    assert [a.name for a in of["attendees"]] == [p.name_en for p in held.parties]
    assert [a.label for a in of["attendees"]] == ["Party A", "Party B"]


def test_what_was_owed_and_a_former_name_are_said_in_english(held: Alliance) -> None:
    party = held.parties[0]
    rows = (Spent(company=party.company, stage="operation", kind="votes", seconds=86400, times=1),)
    lines = said("minutes", replace(english("minutes"), clock=clock_lines(party, rows)))["clock"]
    assert [line.what for line in lines] == ["votes on the decision", ""]
    former = FormerName(name_ja="旧社名", name_en="Old Name", until=date(2026, 1, 31))
    line: Any = party_line(replace(party, former=(former,)), base_date=date(2026, 1, 1))
    assert localised({"p": line}, "en")["p"].former_name == "Old Name"  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_condition_stands_in_every_language_alike(language: str) -> None:
    shares: dict[str, Any] = {"form": "資本業務提携", "form_en": "Capital and business alliance"}
    for more, there in (({}, False), (shares, True)):
        paper = compose(default_library(), "termination", english("termination", **more), language)
        assert ("end_shares" in {a.clause_id for a in paper.articles}) is there
