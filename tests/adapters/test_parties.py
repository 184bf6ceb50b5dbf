"""Who joins reads nothing of before, who left nothing of after, on a real database: against an oracle that asks no seat."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from activities.ports import Subject
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.reads import SqlReads
from teikei.domain.agreement.talks import ReviseAmendment
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.obligations import TakeOnObligation
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.amendments import ChangeParties
from teikei.domain.errors import Invalid, Unknown
from teikei.domain.record import canonical
from tests.domain import cast
from tests.domain.moving import CHANGE, DAY, A, B, C, D, E, drafted, in_force, joining, shares, signed, voted
from tests.support.story import SqlWorld, at, counts, enlist, subject

BEFORE, AFTER = "加入より前の秘密", "脱退より後の秘密"
WHO = {c: subject(i) for i, c in enumerate((A, B, C, D, E))}


def three(engine: Engine) -> SqlWorld:
    """Three parties in operation, and two more companies in the directory."""
    world = at(engine, "operation", 3)
    enlist(engine, cast.directory(5))
    return world


@pytest.fixture
def reads(engine: Engine, tmp_path: Path) -> SqlReads:
    return SqlReads(engine, FileStore(tmp_path / "files"), Mailer(SqlQueue(engine), MailSettings()))


def lines(reads: SqlReads, who: Subject, world: SqlWorld) -> list[dict[str, Any]]:
    return list(reads.record(who, world.root))


def shown(reads: SqlReads, who: Subject, world: SqlWorld) -> dict[int, str]:
    """Matter by number of every entry whose content a company reads."""
    return {x["leaf"]["seq"]: x["payload"]["matter"] for x in lines(reads, who, world) if "payload" in x}


def stored(engine: Engine, world: SqlWorld) -> Iterator[tuple[int, str, str, str, bool]]:
    """(number, matter, code, key of its act, is it private) of every entry, past all doors."""
    contents, entries = t.table(t.ContentRow), t.table(t.EntryRow)
    same = (entries.c.alliance_id == contents.c.alliance_id) & (entries.c.seq == contents.c.seq)
    query = select(contents, entries.c.key, entries.c.matter).join(entries, same)
    with reading(engine) as db:
        for row in db.execute(query.where(contents.c.alliance_id == world.root).order_by(contents.c.seq)):
            yield row.seq, row.matter, json.loads(row.payload)["code"], row.key, bool(row.private_to)


def whole(reads: SqlReads, who: Subject, world: SqlWorld) -> str:
    """Everything that a company reads of an alliance, as one text."""
    parts: list[Any] = [lines(reads, who, world)]
    for state in world.states.values():
        try:
            parts.append(reads.matter(who, state.kind, state.id))
            parts.append(reads.items(who, state.id, "obligation", after="", limit=100).data)
        except Unknown:
            continue
    parts.append(reads.timeline(who, world.root, after="", limit=1000).data)
    parts.append(reads.papers(who, world.root, after="", limit=1000).data)
    return json.dumps(parts, ensure_ascii=False)


def duty(world: SqlWorld, what: str, by: str) -> None:
    act = TakeOnObligation(
        owner=by, person="担当", what=what, basis="第5条", first=world.today() + timedelta(days=5)
    )
    world.say(world.root, act, by)


def lived(engine: Engine) -> SqlWorld:
    """Three parties; C leaves and D joins in one paper within the first period, which is settled afterwards."""
    world = three(engine)
    duty(world, BEFORE, C)
    in_force(world, *CHANGE)
    duty(world, AFTER, A)
    world.say(world.root, CallDecision(title=AFTER, motion=AFTER), D)
    voted(world)
    world.until(lambda: world.alliance.period == 1)
    period = world.period()
    for c in period.companies():
        world.say(period.id, EnterAmount(side="income", what="売上", minor=101, evidence_sha256="0" * 64), c)
        world.say(period.id, CloseInputs(), c)
    voted(world)
    for c in period.companies():
        world.say(period.id, ConfirmPayment(evidence_sha256="0" * 64), c)
    assert world.states[period.id].over
    return world


def test_a_company_that_talks_about_joining_reads_the_amendment_and_nothing_else(
    engine: Engine, reads: SqlReads
) -> None:
    world = three(engine)
    paper = drafted(world, *CHANGE)
    signed(world)
    own = {s.id for s in world.states.values() if D in s.companies()}
    assert own == {paper.id} | {s.id for s in world.states.values() if s.parent == paper.id}
    assert set(shown(reads, WHO[D], world).values()) == own
    assert reads.matter(WHO[D], "agreement", paper.id)["parties"][3]["name_ja"] == "第3社"
    assert [p["matter"] for p in reads.papers(WHO[D], world.root, after="", limit=99).data] == [paper.id]
    for other in set(world.states) - own:
        with pytest.raises(Unknown):
            reads.matter(WHO[D], world.states[other].kind, other)
    assert not reads.alliances(WHO[D], stage="", form="", q="", after="", limit=9).data
    with pytest.raises(Unknown):
        reads.record(WHO[E], world.root)


def test_each_reads_what_was_written_while_it_was_a_party(engine: Engine, reads: SqlReads) -> None:
    world = lived(engine)
    entries = list(stored(engine, world))
    [key] = [key for _, _, code, key, _ in entries if code == "party.left"]
    moving = [seq for seq, _, _, k, _ in entries if k == key]
    free = [(seq, m) for seq, m, _, _, private in entries if not private]
    _contents(world, reads, free, min(moving), max(moving))
    _leaves(world, reads, min(moving), max(moving))
    _matters(world, reads)


def _contents(
    world: SqlWorld, reads: SqlReads, entries: list[tuple[int, str]], first: int, last: int
) -> None:
    """Exactly the entries of matters of which each is or was a party, while it was; `first` to `last` moved them."""
    amending = world.agreement("amendment").id
    paper = {amending} | {s.id for s in world.states.values() if s.parent == amending}

    def member(company: str, matter: str) -> bool:
        return company in world.states[matter].companies()

    free = {seq for seq, _ in entries}
    seen = {c: set(shown(reads, WHO[c], world)) & free for c in (A, B, C, D)}
    assert seen[A] == seen[B] == free
    assert seen[C] == {seq for seq, m in entries if seq <= last or member(C, m)}
    assert seen[D] == {seq for seq, m in entries if m in paper or (seq >= first and member(D, m))}
    late = {m for seq, m in shown(reads, WHO[C], world).items() if seq > last}
    assert world.period().id in late
    assert not late & {world.root, world.alliance.main}
    texts = {c: whole(reads, WHO[c], world) for c in (A, C, D)}
    assert [BEFORE in texts[c] for c in (A, C, D)] == [True, True, False]
    assert [AFTER in texts[c] for c in (A, C, D)] == [True, False, True]


def _leaves(world: SqlWorld, reads: SqlReads, first: int, last: int) -> None:
    """The record of each verifies, and has no gap while it is a party."""
    numbers: dict[str, list[int]] = {}
    for c in (A, C, D):
        for one in lines(reads, WHO[c], world):
            numbers.setdefault(c, []).append(one["leaf"]["seq"])
            assert one["hash"] == hashlib.sha256(b"\x00" + canonical(one["leaf"])).hexdigest()
            if "payload" in one:
                body = bytes.fromhex(one["salt"]) + canonical(one["payload"])
                assert one["leaf"]["commit"] == hashlib.sha256(body).hexdigest()
    head = numbers[A][-1]
    assert numbers[A] == list(range(1, head + 1))
    assert numbers[C][:last] == list(range(1, last + 1))
    assert numbers[D][-(head - first + 1) :] == list(range(first, head + 1))


def _matters(world: SqlWorld, reads: SqlReads) -> None:
    """Who left goes on with its period and with what survives; who joined has neither."""
    survival, period = world.agreement("survival").id, world.period()
    assert reads.matter(WHO[C], "agreement", survival)["survivors"]
    assert reads.matter(WHO[C], "allocation", period.id)["lines"]
    hidden = {
        C: [("alliance", world.root), ("agreement", world.alliance.main)],
        D: [("agreement", survival), ("allocation", period.id), ("agreement", world.alliance.nda)],
    }
    for who, matters in hidden.items():
        for kind, matter in matters:
            with pytest.raises(Unknown):
                reads.matter(WHO[who], kind, matter)
    assert reads.matter(WHO[D], "alliance", world.root)["gone"][0]["label"] == "丙"
    names = {p["name"] for p in reads.papers(WHO[C], world.root, after="", limit=99).data}
    assert "co_development-v1.docx" in names


def test_a_company_that_another_version_leaves_out_reads_it_no_more(engine: Engine, reads: SqlReads) -> None:
    world = three(engine)
    paper = drafted(world, *CHANGE)
    changes = (ChangeParties(leave=(C,), join=(joining(E),)), shares(A, B, E))
    world.say(paper.id, ReviseAmendment(changes=changes, effective_on=DAY, reason=AFTER), A)
    with pytest.raises(Unknown):
        reads.matter(WHO[D], "agreement", paper.id)
    assert AFTER not in whole(reads, WHO[D], world)
    assert AFTER in whole(reads, WHO[E], world)


def test_who_is_not_in_the_directory_joins_nothing(engine: Engine) -> None:
    world = three(engine)
    before = counts(engine)
    act = DraftAmendment(
        changes=(ChangeParties(join=(joining(cast.company(9)),)), shares(A, B, C, cast.company(9))),
        effective_on=DAY,
    )
    with pytest.raises(Invalid, match=r"parties\.unknown_company"):
        world.say(world.root, act, A)
    assert counts(engine) == before
