"""The record in SQL: append-only, gapless, and recomputed by code that is not ours."""

from __future__ import annotations

import hashlib
from itertools import groupby

import pytest
import rfc8785
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from tests.support.story import at, counts

WORDS = ("UPDATE entries SET at = 'x'", "DELETE FROM entries", "UPDATE contents SET private_to = ''")


@pytest.mark.parametrize("statement", [*WORDS, "TRUNCATE entries CASCADE"])
def test_entries_are_append_only(engine: Engine, statement: str) -> None:
    if statement.startswith("TRUNCATE") and engine.dialect.name == "sqlite":
        statement = "DELETE FROM entries WHERE seq > 0"  # SQLite truncates by this
    at(engine, "nda")
    before = counts(engine)
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as db:
        db.execute(text(statement))
    assert counts(engine) == before


def test_content_may_be_erased_while_the_leaf_stays(engine: Engine) -> None:
    at(engine, "nda")
    with writing(engine) as db:
        db.execute(text("DELETE FROM contents WHERE seq = 1"))
    assert counts(engine)["entries"] == counts(engine)["contents"] + 1


def test_every_leaf_is_recomputed_by_another_library(engine: Engine) -> None:
    world = at(engine, "negotiation", 3)
    entries, contents = t.table(t.EntryRow), t.table(t.ContentRow)
    query = select(entries, contents.c.salt, contents.c.payload).join(
        contents, (contents.c.alliance_id == entries.c.alliance_id) & (contents.c.seq == entries.c.seq)
    )
    with reading(engine) as db:
        rows = list(db.execute(query.order_by(entries.c.seq)))
    assert [r.seq for r in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert len(row.salt) == 32
        commit = hashlib.sha256(bytes(row.salt) + bytes(row.payload)).hexdigest()
        leaf = {"v": 1, "alliance": world.root, "seq": row.seq, "at": row.at, "commit": commit}
        assert row.commit_hash == commit
        assert row.leaf_hash == hashlib.sha256(b"\x00" + rfc8785.dumps(leaf)).hexdigest()
    assert len({bytes(r.salt) for r in rows}) == len(rows)


def test_each_key_has_one_gapless_range(engine: Engine) -> None:
    world = at(engine, "operation")
    entries, answers = t.table(t.EntryRow), t.table(t.AnswerRow)
    with reading(engine) as db:
        said = [(r.key, r.seq) for r in db.execute(select(entries).order_by(entries.c.seq))]
        ranges = {r.key: (r.first, r.last) for r in db.execute(select(answers))}
    grouped = [(key, [seq for _, seq in group]) for key, group in groupby(said, key=lambda e: e[0])]
    assert len(grouped) == len({key for key, _ in grouped}) == len(world.given), "one range for each key"
    for key, seqs in grouped:
        assert seqs == list(range(ranges[key][0], ranges[key][1] + 1))
    assert set(ranges) == set(world.given)
