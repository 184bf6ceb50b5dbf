"""The English papers: plain contract English that says what the Japanese says, for 2 to 10 parties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from teikei.documents import DocumentError, compose, default_library, lint, render
from teikei.documents.blocks import Article, Closing, Heading, Paper, Preamble, SignatureBlock, Table
from teikei.documents.english import style
from teikei.documents.localised import COURTS, localised
from teikei.documents.specimen import choices
from teikei.domain.agreement.state import Agreement
from teikei.domain.matter import Effect
from teikei.domain.paper_lines import VotingLine
from teikei.domain.papers import VARIABLES, PaperKind
from teikei.domain.variables import variables
from tests.documents.english_samples import english, every_switch
from tests.documents.samples import COUNTS, voting_line
from tests.domain.cast import at

TEMPLATES = Path(__file__).parents[2] / "templates"
KINDS: tuple[PaperKind, ...] = tuple(
    kind
    for kind in VARIABLES
    if "en" in (TEMPLATES / "papers" / f"{kind}.yaml").read_text().split("languages:")[1][:20]
)
UNTRIED = frozenset({"form", "governing_language", "parties", "rounding"})
"""Variables with tests of their own, and one that has one value only."""
MORE: dict[str, tuple[object, ...]] = {"currency": ("USD",), "issuer": ("乙",), "sender": ("乙",)}
NOT_NAMED = frozenset({"minutes", "comparison", "notice", "return_letter", "summary"})
"""Papers that do not introduce each party in a sentence."""
VOTING: tuple[VotingLine, ...] = (
    voting_line(
        "allocation", kind="majority", weights=(3, 2), quorum=Fraction(2, 3), tie="chair", chair="甲"
    ),
    voting_line("resolution", kind="majority", threshold=Fraction(2, 3), base="entitled", silence="approves"),
    voting_line("reserved", kind="n_of_m", needed=2, veto=("甲", "乙"), silence="abstains", sealed=True),
)


def texts(paper: Paper) -> Iterator[str]:
    """Every text of a paper but its signature block."""
    yield paper.title
    for block in paper.blocks:
        if not isinstance(block, Article | Heading | Preamble | Closing):
            continue
        for part in block.body:
            if isinstance(part, Table):
                yield from (cell for row in (part.header, *part.rows) for cell in row)
            else:
                yield part.text
                yield from (item.text for item in part.items)


def text_of(values: Any, kind: PaperKind = "co_development", language: str = "en") -> str:
    return "\n".join(texts(compose(default_library(), kind, values, language)))


def read(values: Any, kind: PaperKind, language: str) -> str:
    """The text, or the refusal: a line without its labels is refused in either language."""
    try:
        return text_of(values, kind, language)
    except DocumentError as error:
        return error.code


def test_there_are_english_papers() -> None:
    assert "co_development" in KINDS


def test_every_english_clause_says_what_the_japanese_says() -> None:
    assert lint(default_library(), language="en") == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("switched", [False, True])
def test_it_reads_as_english_for_any_number(kind: PaperKind, count: int, *, switched: bool) -> None:
    values = english(kind, count)
    if switched:
        values = replace(values, **every_switch(values))
        if hasattr(values, "voting"):
            values = replace(values, voting=VOTING)
    paper = compose(default_library(), kind, values, "en")
    found = [(*fault, text[:80]) for text in texts(paper) for fault in style(text, many=count > 2)]
    assert found == []
    written = "\n".join(texts(paper))
    assert not re.search(r"\{\{|\{%|\}\}|%\}|None|specimen", written)
    for party, letter in zip(values.parties, "ABCDEFGHIJ", strict=False):
        said = f" (“Party {letter}”)" if kind not in NOT_NAMED else ""
        assert f"{party.name_en}{said}" in written
    beside = compose(default_library(), kind, values, "ja+en").second
    assert beside is not None
    assert [a.clause_id for a in beside.articles if a.clause_id != "language"] == [
        a.clause_id for a in paper.articles
    ]


@pytest.mark.parametrize("count", [2, 10])
@pytest.mark.parametrize("medium", ["paper", "electronic"])
def test_each_party_signs_in_english(count: int, medium: Any) -> None:
    values = english("co_development", count, medium=medium)
    block = compose(default_library(), "co_development", values, "en").blocks[-1]
    assert isinstance(block, SignatureBlock)
    assert [party.label for party in block.parties] == [f"Party {letter}" for letter in "ABCDEFGHIJ"[:count]]
    for signed, party in zip(block.parties, values.parties, strict=True):
        lines = dict(signed.lines)
        assert (lines["Company:"], lines["Title:"]) == (party.name_en, "Representative Director")
        assert ("By:" in lines, "Date:" in lines) == (medium == "paper", medium == "paper")
        assert not signed.seal
    assert "Date of this Agreement: ____" in render("co_development", values, language="en").text


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_the_japanese_changes_the_english(kind: PaperKind) -> None:
    """Each variable and each option: the same change is seen in both languages or in neither."""
    base = replace(english(kind), voting=VOTING) if hasattr(english(kind), "voting") else english(kind)
    known = choices(VARIABLES[kind])
    ours, theirs = text_of(base, kind), text_of(base, kind, "ja")
    changed = set()
    clauses = (default_library().clause(one) for one in default_library().manifest(kind).clause_ids)
    used = {name for clause in clauses for name in clause.names} - UNTRIED
    tried = [f.name for f in fields(VARIABLES[kind]) if f.name in used]
    for name in tried:
        for value in known[name] + MORE.get(name, ()):
            values = replace(base, **{name: value})
            said = (read(values, kind, "en") != ours, read(values, kind, "ja") != theirs)
            assert said[0] == said[1], (name, value)
            changed |= {name} if said[0] else set()
    assert changed == set(tried)


def test_which_text_prevails_is_said_where_there_are_two() -> None:
    said = set()
    for governing in ("ja", "en", "both"):
        values = english("co_development", governing_language=governing)
        assert "prevails" not in _language(compose(default_library(), "co_development", values, "en"))
        said.add(_language(compose(default_library(), "co_development", values, "ja+en")))
    assert len(said) == 3


def _language(paper: Paper) -> str:
    blocks = (paper.second or paper).blocks
    return " ".join(str(b) for b in blocks if isinstance(b, Article) and b.clause_id == "language")


def test_what_the_state_knows_in_japanese_is_said_in_english() -> None:
    world = at("operation")
    state = next(s for s in world.states.values() if isinstance(s, Agreement) and s.terms is not None)
    kind, values = variables(replace(state, owes=(Effect(key="version/1"),)), "version/1")
    said: Any = localised({f.name: getattr(values, f.name) for f in fields(VARIABLES[kind])}, "en")  # type: ignore[index]
    assert [(p.label, p.name) for p in said["parties"]] == [
        (f"Party {letter}", p.name_en) for letter, p in zip("ABC", state.parties, strict=False)
    ]
    computed = [said["form"], said["court"], *(p.name for p in said["purposes"])]
    assert not re.search(r"[\u3040-\u9fff]", " ".join(computed))


@pytest.mark.parametrize(
    ("owner", "said"),
    [("各当事者", "A Party that has obtained a Lead directly"), ("乙", "Party B obtains the Leads")],
)
def test_who_obtains_leads_is_said_in_english(owner: str, said: str) -> None:
    assert said in text_of(english("co_marketing", lead_owner=owner), "co_marketing")


def test_labels_names_courts_and_offices_are_said_in_english() -> None:
    values = english("co_development", court="東京地方裁判所", voting=VOTING)
    said = localised({f.name: getattr(values, f.name) for f in fields(values)}, "en")
    assert len(COURTS) == 50
    assert (said["court"], said["form"]) == ("Tokyo District Court", "Joint development")
    voting: Any = said["voting"]
    assert (voting[0].chair, voting[2].veto) == ("Party A", ("Party A", "Party B"))
    assert [line.label for line in voting[0].weights] == ["Party A", "Party B"]
    assert localised({"role": "甲", "background": "東京地方裁判所"}, "en") == {
        "role": "甲",
        "background": "東京地方裁判所",
    }
