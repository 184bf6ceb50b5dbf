"""A Japanese clause was changed and its English was not: such a paper is talked over, and not frozen."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest

from activities.ports import Ledger
from activities.record import Rendered, RenderJob
from teikei.adapters import papers
from teikei.adapters.files import FileStore
from teikei.adapters.papers import PaperDesk
from teikei.documents import DocumentError, Library
from teikei.documents.pairs import _standing
from teikei.domain.agreement.state import APPROVAL, ROUNDS
from teikei.domain.agreement.talks import Freeze, Revise
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Conflict
from teikei.domain.languages import Governing, PapersIn
from teikei.domain.matter import Matter
from tests.domain import cast as people
from tests.support.story_domain import World

CHANGED = {"main": "force_majeure", "nda": "purpose_nda"}


@dataclass(slots=True, kw_only=True)
class Writing(World):
    """A world whose agreements are written by the real desk."""

    folder: Path
    library: Library

    def load(self, matter: str) -> Matter:
        return self.states[matter]

    def written_now(self, matter: str, effect: str) -> Rendered:
        desk = PaperDesk(cast("Ledger", self), FileStore(self.folder / "files"), library=self.library)
        return desk.write(RenderJob(matter=matter, effect=effect))

    def owed(self, state: Matter) -> PaperReady | None:
        ready = super(Writing, self).owed(state)
        if ready is None or state.kind != "agreement":
            return ready
        made = self.written_now(state.id, ready.effect)
        return replace(ready, sha256=made.sha256, size=made.size, stale=made.stale)

    def draft(self, **languages: Any) -> None:
        """The main agreement is on the table."""
        self.open(people.opening(**languages), people.company(0), people.directory(2))
        for stage in people.STAGES[:3]:
            people._past(self, stage, 2, "co_development", {})
        self.say(self.root, DraftAgreement(terms=people.terms()), people.company(0))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The library of this installation with every pair fresh, whoever is at work on it."""
    root = tmp_path_factory.mktemp("fresh")
    shutil.copytree(Path(str(files("templates"))), root, dirs_exist_ok=True)
    known = Library(root)
    for clause in {one for kind in ("nda", "co_development") for one in known.manifest(kind).clause_ids}:
        file, of = root / "clauses" / clause / "en.md.j2", f'of: "{known.clause(clause).digest}"'
        text = re.sub(r"^of: .*$", of, file.read_text("utf-8"), count=1, flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")
    return Library(root)


@pytest.fixture(scope="module")
def stale(fresh: Library, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The same with one more sentence in the Japanese of some clauses."""
    root = tmp_path_factory.mktemp("stale")
    shutil.copytree(Path(str(fresh._root)), root, dirs_exist_ok=True)
    for clause in CHANGED.values():
        file = root / "clauses" / clause / "ja.md.j2"
        file.write_text(file.read_text("utf-8").rstrip("\n") + "なお、本項を確認する。\n", encoding="utf-8")
    return Library(root)


@pytest.mark.parametrize(
    ("papers_in", "governing", "frozen"),
    [
        ("ja+en", "ja", False),
        ("en", "ja", False),
        ("en", "en", True),
        ("ja", "ja", True),
    ],
)
def test_a_stale_pair_is_not_frozen_until_it_is_mended_unless_one_language_is_all(
    tmp_path: Path, fresh: Library, stale: Library, papers_in: PapersIn, governing: Governing, *, frozen: bool
) -> None:
    world = Writing(folder=tmp_path, library=fresh)
    world.draft(papers_in=papers_in, governing_language=governing)
    world.library = stale
    main = world.agreement("main")
    world.say(main.id, Revise(terms=people.terms(), reason="x"), people.company(0))
    main = world.agreement("main")
    assert main.version_now is not None
    assert main.version_now.stale == (() if papers_in == "ja" else (CHANGED["main"],))
    if not frozen:
        with pytest.raises(Conflict) as told:
            world.say(main.id, Freeze(sha256=main.version_now.sha256), people.company(1))
        assert (told.value.code, told.value.params) == ("agreement.pair_stale", {"clauses": CHANGED["main"]})
        assert world.agreement("main").stage == ROUNDS
        world.library = fresh
        world.say(main.id, Revise(terms=people.terms(), reason="y"), people.company(0))
    people.freeze(world, "main")
    assert world.agreement("main").stage == APPROVAL


def test_what_nobody_can_revise_is_not_written_from_a_stale_pair(
    tmp_path: Path, fresh: Library, stale: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew: list[bool] = []
    monkeypatch.setattr(papers, "read_anew", lambda: anew.append(True))
    world = Writing(folder=tmp_path, library=stale)
    world.open(people.opening(papers_in="ja+en"), people.company(0), people.directory(2))
    with pytest.raises(DocumentError) as told:
        world.say(world.root, people.intake(), people.company(0))
    assert (told.value.code, told.value.pointer) == ("document.pair_stale", CHANGED["nda"])
    assert anew, "the next try reads the files again"
    nda = world.agreement("nda")
    assert [effect.key for effect in nda.owes] == ["version/1"], "it stays owed until the clause is mended"
    world.library = fresh
    assert world.written_now(nda.id, "version/1").stale == ()


def test_lint_and_the_desk_mean_the_same(stale: Library) -> None:
    found = {
        clause
        for clause in stale.manifest("nda", "en").clause_ids
        for one in _standing(stale.clause(clause), stale.clause(clause, "en"))
        if one.rule == "pair_stale"
    }
    assert found == {CHANGED["nda"]}
