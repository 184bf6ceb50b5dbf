"""Several candidates on a real database: none can tell whether there are others, and a repeat makes nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.ports import Subject
from activities.record import RenderJob
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.papers import PaperDesk
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.adapters.sql.selections import SqlSelections
from teikei.documents import read_text
from teikei.domain.act import Actor
from teikei.domain.alliance.diligence import ShareScores
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from teikei.domain.clock import PaperReady
from teikei.domain.errors import Conflict, Invalid, Unavailable, Unknown
from teikei.domain.matter import Matter
from teikei.domain.selections import OpenSelection, key_for
from tests.domain import cast
from tests.domain.cast import company
from tests.support.story import SqlWorld, counts, enlist, ledger, order, subject
from tests.support.story_domain import START

KEY = "batch"
OPENER, FIRST = subject(0), subject(1)
DROP = DropCandidate(reason="時期が合わないため", note="内緒の評価")
KINDS = ("alliance", "agreement", "decision", "allocation")
CHANCE = {"salt", "commit", "hash"}
"""What is drawn, and what is made of it."""


def sought(candidates: int) -> OpenSelection:
    return OpenSelection(
        name_ja="海風計画", name_en="Sea Breeze", form="co_development", own=(cast.party(0),),
        candidates=tuple(cast.party(i) for i in range(1, candidates + 1)), sandbox_from=START,
    )  # fmt: skip


@dataclass
class Site:
    """A database with a file store, the ports of reading over it, and papers written for real."""

    engine: Engine
    place: Path
    worlds: list[SqlWorld] = field(default_factory=list)

    def __post_init__(self) -> None:
        enlist(self.engine, cast.directory(11))
        self.files = FileStore(self.place)
        self.papers = PaperDesk(ledger(self.engine), self.files)
        queue = SqlQueue(self.engine)
        self.reads = SqlReads(self.engine, self.files, Mailer(queue, MailSettings()))
        self.selections = SqlSelections(self.engine, ledger(self.engine))

    def begin(self, candidates: int) -> dict[str, Any]:
        view = self.selections.open(OPENER, sought(candidates), KEY)
        self.worlds = [self.world(c["alliance"], i) for i, c in enumerate(view["candidates"])]
        return view

    def plainly(self) -> None:
        """The first candidate's alliance, opened without any selection."""
        [act] = sought(1).openings("sel_x")
        key = key_for(KEY, company(1))
        done = ledger(self.engine).commit(order("", replace(act, selection=None), OPENER.actor, key, START))
        self.worlds = [self.world(done.state.id, 0)]

    def world(self, root: str, i: int) -> SqlWorld:
        own = ledger(self.engine)
        return SqlWorld(
            engine=self.engine, ledger=own, queue=SqlQueue(self.engine), sandbox=True, root=root,
            states={root: own.load(root)}, count=i * 10_000, write=self.write,
        )  # fmt: skip

    def write(self, state: Matter, effect: str) -> PaperReady:
        done = self.papers.write(RenderJob(matter=state.id, effect=effect))
        return PaperReady(effect=effect, sha256=done.sha256, size=done.size, clauses=done.clauses)


@pytest.fixture
def sites(engine: Engine, tmp_path: Path) -> Iterator[list[Site]]:
    """One site on each database in turn, and two beside it on SQLite."""
    made = [Site(engine, tmp_path / "files-0")]
    for i in (1, 2):
        url = f"sqlite:///{tmp_path / f'beside-{i}.db'}"
        migrate(url)
        made.append(Site(open_engine(url), tmp_path / f"files-{i}"))
    yield made
    for one in made[1:]:
        one.engine.dispose()


def stated(world: SqlWorld) -> None:
    act = cast.intake(2)
    given = tuple(
        replace(c, company=w) for c, w in zip(act.contributions, world.alliance.companies(), strict=True)
    )
    world.say(world.root, replace(act, contributions=given), company(0))


def to_negotiation(world: SqlWorld) -> Iterator[None]:
    """The life of one candidate, in pieces between which others can do something."""
    stated(world)
    yield
    cast.agree(world, "nda")
    yield
    world.advance(world.now.replace(month=2, day=2))  # reminders go out meanwhile
    cast.score(world)
    yield
    cast.decide(world)
    yield


def readings(site: Site, who: Subject, home: str, others: list[str]) -> dict[str, Any]:
    """Everything that a company can read, over every read of the port, as bytes but for what is drawn by chance."""
    reads = site.reads
    found: dict[str, Any] = {}
    page: dict[str, Any] = {"after": "", "limit": 100}
    found["alliances"] = [
        reads.alliances(who, stage=stage, form="", q=q, **page)
        for stage in ("", "intake", "nda", "due_diligence", "negotiation", "abandoned")
        for q in ("", "海風", "第1社", "第2社", "候補", "sel_")
    ]
    found["register"] = reads.register(who, stage="", form="", q="", language="ja")
    for kind in KINDS:
        rows = reads.matters(who, kind, alliance="", stage="", **page).data
        found[kind] = [rows, [reads.matter(who, kind, r["id"]) for r in rows]]
        for r in rows:
            for item in ("score", "comment", "action", "review"):
                found[f"{r['id']} {item}"] = reads.items(who, r["id"], item, **page)
    found["timeline"] = reads.timeline(who, home, **page)
    found["record"] = [_without_chance(line) for line in reads.record(who, home)]
    papers = reads.papers(who, home, **page)
    found["papers"] = [papers, [reads.file(who, p["sha256"]) for p in papers.data]]
    mails = reads.outbox(who, home, status="", **page)
    found["mails"] = [mails, [reads.mail(who, m["id"]) for m in mails.data]]
    found["clock"] = reads.clock(who, home)
    found["selections"] = reads.selections(who, **page)
    for one in others:
        for read in (reads.timeline, reads.papers):
            with pytest.raises(Unknown):
                read(who, one, **page)
        with pytest.raises(Unknown):
            reads.matter(who, "alliance", one)
    return {name: repr(value) for name, value in found.items()}


def _without_chance(line: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in line.items() if k not in CHANCE}
    return {**kept, "leaf": {k: v for k, v in line["leaf"].items() if k not in CHANCE}}


def test_a_candidate_reads_the_same_whether_it_is_alone_or_one_of_ten(sites: list[Site]) -> None:
    ten, alone, plain = sites
    ten.begin(10)
    alone.begin(1)
    plain.plainly()
    assert len({w.root for w in ten.worlds}) == 10
    home, others = ten.worlds[0].root, [w.root for w in ten.worlds[1:]]
    lives = [to_negotiation(site.worlds[0]) for site in sites]
    for piece, rival in zip(range(4), ten.worlds[1:], strict=False):
        for life in lives:
            next(life)
        for _ in zip(range(piece + 1), to_negotiation(rival), strict=False):
            pass
        seen = [readings(site, FIRST, home, others) for site in sites]
        assert seen[0] == seen[1] == seen[2]
    ten.worlds[1].say(ten.worlds[1].root, DROP, company(0))
    ten.worlds[2].say(ten.worlds[2].root, ChooseCandidate(note="内緒の評価"), company(0))
    assert readings(ten, FIRST, home, others) == readings(plain, FIRST, home, others)
    for site in (ten, alone):
        site.worlds[0].say(home, ChooseCandidate(note="内緒の評価"), company(0))
        site.worlds[0].say(home, DROP, company(0))
    seen = [readings(site, FIRST, home, others) for site in (ten, alone)]
    assert seen[0] == seen[1]
    for secret in ("内緒", "sel_"):
        assert secret not in json.dumps(seen[0], ensure_ascii=False)
    mine = ten.reads.outbox(FIRST, home, status="", after="", limit=100).data
    assert [m["template"] for m in mine].count("return_letter") == 1
    assert mine[-1]["template"] == "return_letter"


def test_the_letter_stands_among_the_papers_and_says_what_the_nda_says(sites: list[Site]) -> None:
    site = sites[0]
    home = site.begin(2)["candidates"][0]["alliance"]
    for _ in zip(range(2), to_negotiation(site.worlds[0]), strict=False):
        pass
    site.worlds[0].say(home, DROP, company(0))
    paper = site.reads.papers(FIRST, home, after="", limit=100).data[-1]
    assert (paper["kind"], paper["name"], paper["matter"]) == ("return_letter", "return-letter.docx", home)
    text = read_text(site.reads.file(FIRST, paper["sha256"])[1])
    for fact in (
        "拝啓",
        "敬具",
        "2026年1月5日付けで締結した秘密保持契約書",
        "30日以内",
        "証明書",
        DROP.reason,
    ):
        assert fact in text
    with pytest.raises(Unknown):
        site.reads.file(subject(2), paper["sha256"])
    mail = site.reads.outbox(FIRST, home, status="", after="", limit=100).data[-1]["id"]
    body = site.reads.mail(FIRST, mail).decode()
    assert f"/v1/papers/{paper['sha256']}" in body
    assert "return-letter.docx" in body


def test_a_repeat_of_the_batch_makes_nothing_twice(sites: list[Site]) -> None:
    site = sites[0]
    first, rows = site.begin(10), counts(site.engine)
    assert site.begin(10) == first
    assert counts(site.engine) == rows
    assert (rows["candidates"], rows["selections"], rows["alliances"]) == (10, 1, 10)
    for other in (sought(9), replace(sought(10), name_en="Other")):
        with pytest.raises(Conflict, match=r"key\.other_body"):
            site.selections.open(OPENER, other, KEY)
    assert counts(site.engine) == rows


def test_a_batch_that_was_cut_off_is_completed_by_its_repeat(sites: list[Site]) -> None:
    site = sites[0]
    own = site.selections._ledger
    done: list[Any] = []

    class CutOff:
        def load(self, matter: str) -> Matter:
            return own.load(matter)

        def commit(self, one: Any) -> Any:
            if len(done) == 3:
                raise Unavailable("sql.unavailable")
            done.append(one)
            return own.commit(one)

    with pytest.raises(Unavailable):
        SqlSelections(site.engine, CutOff()).open(OPENER, sought(5), KEY)
    [head] = site.reads.selections(OPENER, after="", limit=9).data
    cut = site.reads.selection(OPENER, head["id"])["candidates"]
    assert [c["stage"] for c in cut] == ["intake"] * 3 + [""] * 2
    whole = site.begin(5)["candidates"]
    assert [c["alliance"] for c in whole] == [c["alliance"] for c in cut]
    assert [c["stage"] for c in whole] == ["intake"] * 5


def test_a_batch_with_a_company_that_nobody_knows_makes_nothing(sites: list[Site]) -> None:
    site, rows = sites[0], counts(sites[0].engine)
    body = replace(sought(2), candidates=(cast.party(1), cast.party(50)))
    with pytest.raises(Invalid) as refusal:
        site.selections.open(OPENER, body, KEY)
    assert refusal.value.pointer == "/candidates/1/company"
    assert counts(site.engine) == rows


def test_the_opener_compares_what_it_may_read_and_nobody_else_reads_the_selection(sites: list[Site]) -> None:
    site = sites[0]
    view = site.begin(3)
    one, two, three = site.worlds
    for _ in zip(range(3), to_negotiation(one), strict=False):
        pass
    stated(two)
    cast.agree(two, "nda")
    cast.marks(two, company(2), 5)  # given, and not shared
    one_, two_, three_ = (w.root for w in (one, two, three))
    one.say(one_, ChooseCandidate(note="本命"), company(0))
    two.say(two_, DROP, company(0))
    seen = site.reads.selection(OPENER, view["id"])
    lines = {c["alliance"]: c for c in seen["candidates"]}
    assert [c["candidate"] for c in seen["candidates"]] == [company(1), company(2), company(3)]
    assert [lines[w]["stage"] for w in (one_, two_, three_)] == ["due_diligence", "abandoned", "intake"]
    assert lines[one_]["chosen"]
    assert lines[one_]["note"] == "本命"
    assert lines[two_]["dropped"] == {"on": "2026-01-05", "reason": DROP.reason}
    assert lines[three_]["next_due"]["item"].startswith("intake/")
    assert {g["about"] for g in lines[one_]["gaps"]} == {company(0), company(1)}
    marks = {(r["by"], r["about"], r["axis"]): r["points"] for r in seen["comparison"]}
    assert len(marks) == 2 * 2 * 3
    assert marks["candidate", "candidate", "culture"] == {one_: 4}
    assert marks[company(0), "candidate", "technology"] == {one_: 1}
    cast.decide(one)
    after = site.reads.selection(OPENER, view["id"])
    assert (
        after["comparison"] == seen["comparison"]
    )  # the marks have left the state, and stand among the items
    for who in (FIRST, subject(3), Subject(company="operator", person="", key_id="", operator=True)):
        assert site.reads.selections(who, after="", limit=9).data == []
        with pytest.raises(Unknown):
            site.reads.selection(who, view["id"])


def test_marks_of_several_candidates_stand_side_by_side(sites: list[Site]) -> None:
    site = sites[0]
    view = site.begin(2)
    for points, world in enumerate(site.worlds, start=2):
        for _ in zip(range(2), to_negotiation(world), strict=False):
            pass
        for who in world.alliance.companies():
            cast.marks(world, who, points)
        world.say(world.root, ShareScores(), company(0))
    rows = site.reads.selection(OPENER, view["id"])["comparison"]
    a, b = (w.root for w in site.worlds)
    assert {(r["by"], r["about"]) for r in rows} == {(company(0), company(0)), (company(0), "candidate")}
    assert all(r["points"] == {a: 2, b: 3} for r in rows)


def test_another_company_with_the_same_key_has_a_selection_of_its_own(sites: list[Site]) -> None:
    site = sites[0]
    site.begin(2)
    other = replace(sought(1), own=(cast.party(5),))
    view = site.selections.open(subject(5), other, f"{KEY} of another")
    assert view["candidates"][0]["alliance"] not in {w.root for w in site.worlds}
    assert [s["id"] for s in site.reads.selections(subject(5), after="", limit=9).data] == [view["id"]]
    assert Actor(company=company(5)).company not in json.dumps(
        site.reads.selections(OPENER, after="", limit=9).data
    )
