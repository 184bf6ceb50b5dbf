"""One transaction decides and remembers: keys, fence, refusals, births, news, mails, the sandbox clock."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from sqlalchemy import Engine, insert, select, text, update

from teikei.adapters.sql import codec
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.columns import Base
from teikei.adapters.sql.commit import body_hash
from teikei.adapters.sql.engine import open_engine, reading, writing
from teikei.domain.act import Actor
from teikei.domain.agreement.force import Sign
from teikei.domain.clock import FellDue
from teikei.domain.decision.voting import CastVote, Comment
from teikei.domain.errors import Conflict, Forbidden, Invalid, Refused, Stale, Unavailable, Unknown
from teikei.domain.ids import derive
from tests.domain import cast
from tests.support.story import at, counts, ledger, opened, order, voting
from tests.support.story_domain import START

FIRST = Actor(company=cast.company(0), person="甲の人", key_id="key_1")
HELLO = Comment(text="意見です。")


def rows(engine: Engine, model: type[Base], **where: Any) -> list[Any]:
    table = t.table(model)
    with reading(engine) as db:
        return list(db.execute(select(table).where(*(table.c[k] == v for k, v in where.items()))))


def test_a_repeat_gets_the_stored_answer_and_the_present_state(engine: Engine) -> None:
    world, decision = voting(engine)
    said = order(decision, HELLO, FIRST, "k" * 64, world.now)
    first = world.ledger.commit(said)
    world.ledger.commit(order(decision, HELLO, FIRST, "l" * 64, world.now))
    before = counts(engine)
    again = world.ledger.commit(replace(said, now=world.now + timedelta(days=1)))
    assert again.receipt == first.receipt
    assert again.state.version == first.state.version + 1
    assert again.state == world.ledger.load(decision)
    assert counts(engine) == before


def test_a_known_key_with_another_body_or_matter_is_refused(engine: Engine) -> None:
    world, decision = voting(engine)
    world.ledger.commit(order(decision, HELLO, FIRST, "k" * 64, world.now))
    before = counts(engine)
    for other in (
        order(decision, Comment(text="別"), FIRST, "k" * 64, world.now),
        order(world.root, HELLO, FIRST, "k" * 64, world.now),
    ):
        with pytest.raises(Conflict, match=r"key\.other_body"):
            world.ledger.commit(other)
    assert counts(engine) == before


def test_an_opening_is_repeatable_and_its_key_has_one_body(engine: Engine) -> None:
    world = opened(engine, 3)
    act, key = cast.opening(3), world.given[0]
    before = counts(engine)
    again = world.ledger.commit(order("", act, Actor(company=cast.company(0)), key, world.now))
    assert (again.receipt.version, again.receipt.first, again.receipt.last) == (1, 1, 1)
    assert again.state.id == derive("aln", cast.company(0), key)
    with pytest.raises(Conflict, match=r"key\.other_body"):
        world.ledger.commit(
            order("", replace(act, name_ja="別"), Actor(company=cast.company(0)), key, world.now)
        )
    assert counts(engine) == before
    assert {m.company_id: m.label for m in rows(engine, t.MembershipRow)} == dict(
        zip(cast.companies(3), "甲乙丙", strict=True)
    )


def test_an_opening_needs_companies_of_the_directory(engine: Engine) -> None:
    with pytest.raises(Invalid, match=r"parties\.unknown_company"):
        ledger(engine).commit(order("", cast.opening(2), FIRST, "k", START))
    assert not any(n for name, n in counts(engine).items())


@pytest.mark.parametrize(
    ("act", "by", "refusal", "code"),
    [
        (HELLO, cast.company(7), Forbidden, "party.not_one"),
        (CastVote(choice="yes"), cast.company(0), Conflict, "decision.internal_first"),
        (FellDue(item="votes/lapse"), cast.company(0), Forbidden, "act.system_only"),
        (cast.intake(2), cast.company(0), Conflict, "act.not_here"),
    ],
)
def test_a_refusal_writes_nothing(
    engine: Engine, act: Any, by: str, refusal: type[Refused], code: str
) -> None:
    world, decision = voting(engine)
    before, state = counts(engine), world.queue.state_json(decision)
    with pytest.raises(refusal, match=code):
        world.ledger.commit(order(decision, act, Actor(company=by), "k" * 64, world.now))
    assert counts(engine) == before
    assert world.queue.state_json(decision) == state


def test_an_unknown_matter_is_unknown(engine: Engine) -> None:
    world = opened(engine)
    missing = derive("dec", "nowhere")
    with pytest.raises(Unknown, match=r"matter\.unknown"):
        world.ledger.commit(order(missing, HELLO, FIRST, "k", world.now))
    with pytest.raises(Unknown, match=r"matter\.unknown"):
        world.ledger.load(missing)


def test_the_fence_stops_a_second_act_on_one_version(engine: Engine) -> None:
    world, decision = voting(engine)
    done = world.ledger.commit(order(decision, HELLO, FIRST, "k" * 64, world.now))
    answers = t.table(t.AnswerRow)
    with writing(engine) as db:  # someone has written the next version's answer already
        stored = dict(db.execute(select(answers).where(answers.c.key == "k" * 64)).one()._mapping)
        db.execute(insert(answers).values({**stored, "key": "zombie", "version": done.state.version + 1}))
    before = counts(engine)
    with pytest.raises(Unavailable, match=r"sql\.unavailable"):
        world.ledger.commit(order(decision, HELLO, FIRST, "m" * 64, world.now))
    assert counts(engine) == before
    assert world.ledger.load(decision) == done.state


def test_sixteen_writers_on_one_alliance_lose_nothing(engine: Engine) -> None:
    world, decision = voting(engine)
    start = world.ledger.load(decision).version
    nda = world.agreement("nda").id

    def one(i: int) -> tuple[int, int]:
        for _ in range(20):
            try:
                done = world.ledger.commit(
                    order(decision, Comment(text=f"意見{i}"), FIRST, f"key-{i // 2}", world.now)
                )
            except Conflict:
                return 0, 0  # the other body under this key came first
            except Unavailable:
                continue
            return done.receipt.first, done.receipt.version
        raise AssertionError("never answered")

    with ThreadPoolExecutor(16) as pool:
        answers = [a for a in pool.map(one, range(64)) if a[1]]
    state = world.ledger.load(decision)
    entries = [r for r in rows(engine, t.EntryRow, matter=decision) if r.key.startswith("key-")]
    assert state.version - start == len(entries) == len({r.key for r in entries}) == len(set(answers)) == 32
    seqs = sorted(r.seq for r in rows(engine, t.EntryRow))
    assert seqs == list(range(1, len(seqs) + 1))
    assert rows(engine, t.AllianceRow)[0].head == seqs[-1]
    assert getattr(state, "comments", 0) == 32
    assert world.ledger.load(nda).version == world.agreement("nda").version


def test_the_same_key_at_the_same_time_is_one_act(engine: Engine) -> None:
    world, decision = voting(engine)
    said = order(decision, HELLO, FIRST, "k" * 64, world.now)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: world.ledger.commit(said).receipt, range(16)))
    assert len({r.first for r in receipts}) == 1
    assert len(rows(engine, t.EntryRow, key="k" * 64)) == 1


def test_an_opening_by_many_at_once_is_one_alliance(engine: Engine) -> None:
    opened(engine, 2)
    act = cast.opening(2)

    def one(_: int) -> str:
        for _ in range(20):
            try:
                return str(ledger(engine).commit(order("", act, FIRST, "o" * 64, START)).receipt.matter)
            except Unavailable:
                continue
        raise AssertionError("never answered")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    assert counts(engine)["alliances"] == 2


def test_what_is_born_is_stored_settled_and_started(engine: Engine) -> None:
    world = at(engine, "nda", 3)
    nda = world.ledger.load(world.agreement("nda").id)
    starts = rows(engine, t.OutboxRow, kind="start")
    assert [r.target for r in sorted(starts, key=lambda r: r.position)] == [world.root, nda.id]
    cast.freeze(world, "nda")
    decision = world.ledger.load(world.decision().id)
    assert decision.version == 1
    assert all(d.at and d.because for d in decision.due)
    due = rows(engine, t.DueRow, matter=decision.id)
    assert {(d.key, d.at) for d in due} == {(d.key, d.at) for d in decision.due}
    assert {d.at.utcoffset() for d in due} == {timedelta(0)}


def test_due_rows_follow_the_state(engine: Engine) -> None:
    world = at(engine, "operation")
    for state in world.states.values():
        stored = {(d.key, d.at) for d in rows(engine, t.DueRow, matter=state.id)}
        assert stored == {(d.key, d.at) for d in state.due}, state.kind
        listed = rows(engine, t.MatterRow, id=state.id)[0]
        earliest = state.earliest()
        assert (listed.version, listed.stage, listed.over) == (state.version, state.stage, state.over)
        assert listed.next_due == (earliest.at if earliest else None)
        assert listed.state == codec.dump(state) == world.queue.state_json(state.id)


def test_a_whole_life_leaves_sql_and_states_equal(engine: Engine) -> None:
    world = at(engine, "operation", 3)
    cast.review(world)
    world.until(lambda: bool(world.alliance.open_period))
    cast.settle_period(world)
    cast.begin_exit(world)
    cast.agree(world, "termination")
    cast.tick(world)
    world.until(lambda: bool(world.alliance.over) or bool(world.alliance.open_period))
    if not world.alliance.over:
        cast.settle_period(world)
    assert world.alliance.stage == "closed"
    for matter, state in world.states.items():
        assert world.ledger.load(matter) == state
    assert {i.kind for i in rows(engine, t.ItemRow)} >= {"score", "review"}
    papers = {(f.kind, f.name) for f in rows(engine, t.FileRow)}
    assert {k for k, _ in papers} == {"nda", "co_development", "minutes", "statement", "termination"}
    assert len(rows(engine, t.AnswerRow)) == len(world.given)
    left = [r for r in rows(engine, t.OutboxRow) if r.status not in {"done", "kept", "refused"}]
    assert {(r.kind, r.status) for r in left} <= {("mail", "open")}, (
        "reminders in real time wait for their hour"
    )


def test_a_mail_is_meant_once_per_item_offset_and_recipient(engine: Engine) -> None:
    world, decision = voting(engine, sandbox=True)
    world.advance(world.now + timedelta(days=60))
    assert world.states[decision].over
    mails = rows(engine, t.OutboxRow, kind="mail", matter=decision)
    meant = [(codec.load_mail(m.payload).item, m.company) for m in mails]
    assert {item.split("@")[0] for item, _ in meant} >= {"votes/remind-3", "votes/overdue", "votes/escalate"}
    assert len(set(meant)) == len(meant)
    assert len({m.intent for m in mails}) == len(mails)
    keys = {e.key for e in rows(engine, t.EntryRow)}
    assert {m.id for m in mails} <= {derive("out", world.root, key, i) for key in keys for i in range(4)}


def test_a_mail_that_was_meant_before_is_not_written_again(engine: Engine) -> None:
    """The intent is looked for first; nothing relies on a conflict clause."""
    world, decision = voting(engine, sandbox=True)
    due = world.states[decision].earliest()
    assert due is not None
    assert due.at is not None
    world.now = due.at
    world.queue.set_clock(world.root, due.at)
    fell = order(decision, FellDue(item=due.key), Actor(company="teikei"), "f" * 64, world.now)
    world.ledger.commit(fell)
    mails = rows(engine, t.OutboxRow, kind="mail", matter=decision)
    assert mails
    matters = t.table(t.MatterRow)
    answers = t.table(t.AnswerRow)
    with writing(engine) as db:  # as if a backup of the state had been put back under the mails
        db.execute(answers.delete().where(answers.c.key == "f" * 64))
        back = replace(world.states[decision])
        db.execute(
            update(matters)
            .where(matters.c.id == decision)
            .values(state=codec.dump(back), version=back.version)
        )
    world.ledger.commit(replace(fell, key="g" * 64))
    assert rows(engine, t.OutboxRow, kind="mail", matter=decision) == mails


def test_a_question_asked_again_is_reminded_of_again(engine: Engine) -> None:
    world = at(engine, "nda", sandbox=True)
    nda = world.agreement("nda").id
    overdue = world.states[nda].due_item("rounds/overdue")
    assert overdue is not None
    assert overdue.at is not None
    world.advance(overdue.at)
    cast.freeze(world, "nda")
    cast.decide(world, "no")
    world.until(lambda: world.states[nda].over)
    mails = [codec.load_mail(m.payload) for m in rows(engine, t.OutboxRow, kind="mail", matter=nda)]
    twice = [m for m in mails if m.item.startswith("rounds/overdue")]
    assert len(twice) == 4
    assert len({(m.item, m.company) for m in twice}) == 4


def test_a_sandbox_lives_by_its_clock(engine: Engine) -> None:
    world, decision = voting(engine, sandbox=True)
    clock = world.queue.clock(world.root)
    assert clock == world.now
    far = clock + timedelta(days=400)
    done = world.ledger.commit(order(decision, HELLO, FIRST, "k" * 64, far))
    assert done.receipt.at == clock
    world.queue.set_clock(world.root, clock + timedelta(hours=1))
    before = counts(engine)
    with pytest.raises(Stale, match=r"clock\.moved"):
        world.ledger.commit(order(decision, HELLO, FIRST, "l" * 64, far, clock))
    assert counts(engine) == before
    stamped = order(decision, HELLO, FIRST, "l" * 64, far, clock + timedelta(hours=1))
    assert world.ledger.commit(stamped).receipt.at == clock + timedelta(hours=1)


def test_without_a_sandbox_the_workflow_clock_counts(engine: Engine) -> None:
    world, decision = voting(engine)
    at_noon = world.now + timedelta(days=1)
    done = world.ledger.commit(order(decision, HELLO, FIRST, "k" * 64, at_noon, at_noon + timedelta(days=9)))
    assert done.receipt.at == at_noon


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    missing = open_engine("postgresql+psycopg://nobody:x@127.0.0.1:9/none")
    with pytest.raises(Unavailable, match=r"sql\.unavailable"):
        ledger(missing).load("dec_x")
    missing.dispose()


def test_a_locked_database_is_unavailable_and_heals(
    url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teikei.adapters.sql.engine.PATIENCE", 1)
    world, decision = voting(engine)
    impatient, other = open_engine(url), open_engine(url)
    said = order(decision, HELLO, FIRST, "k" * 64, world.now)
    begin = other.execution_options(begin="IMMEDIATE") if other.dialect.name == "sqlite" else other
    with begin.begin() as db:
        alliances = t.table(t.AllianceRow)
        db.execute(select(alliances).with_for_update())
        with pytest.raises(Unavailable, match=r"sql\.unavailable"):
            ledger(impatient).commit(said)
    assert ledger(impatient).commit(said).receipt.first
    impatient.dispose()
    other.dispose()


def test_sqlite_is_durable_and_strict(tmp_path: Any) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with reading(engine) as db:
        found = [
            db.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]
    engine.dispose()


def test_the_body_hash_is_of_canonical_json() -> None:
    act = Sign(
        sha256="a" * 64,
        signatory="山田",
        title="代表",
        signed_at=START,
        method="seal",
        evidence_sha256="b" * 64,
    )
    plain = codec.adapter(Sign).dump_python(act, mode="json")
    assert body_hash(act) == hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
    assert body_hash(act) != body_hash(replace(act, title="社長"))


def test_what_a_newer_process_wrote_is_still_read(engine: Engine) -> None:
    world, decision = voting(engine)
    stored = world.queue.state_json(decision)
    matters = t.table(t.MatterRow)
    with writing(engine) as db:
        newer = f'{{"field_of_tomorrow":1,{stored[1:]}'
        db.execute(update(matters).where(matters.c.id == decision).values(state=newer))
    assert world.ledger.load(decision) == world.states[decision]
