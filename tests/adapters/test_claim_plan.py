"""A claim costs what it finds, not what waits: thousands of mails that wait for their hour are passed over by an index.

The work is counted by the databases themselves: steps of SQLite's machine, rows that PostgreSQL touched.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, text

from teikei.adapters.sql import tables as t
from teikei.adapters.sql.engine import reading, writing
from teikei.adapters.sql.waiting import CLAIMS
from tests.support.live import plant
from tests.workflows import people

NOW = datetime(2026, 5, 14, tzinfo=UTC)
OUT = t.table(t.OutboxRow)
HOME = people.alliance("waiting")
FACTS = {"now": NOW, "most": 64}
INDEXES = ("ix_outbox_status_not_before", "ix_outbox_digest_status")


def row(i: int, **more: Any) -> dict[str, Any]:
    given = {
        "id": f"out_{i:06}", "alliance_id": HOME.id, "matter": HOME.id, "position": i, "kind": "mail", "company": "c",
        "target": f"p{i % 100}@example.test", "payload": "{}" * 200, "status": "open", "attempts": 0, "detail": "", "at": NOW,
        "stored_at": NOW - timedelta(seconds=i), "not_before": NOW + timedelta(days=2), "digest": f"of {i % 100}",
    }  # fmt: skip
    return {**given, **more}


@pytest.fixture
def waiting(engine: Engine) -> Engine:
    """Three rows that may be tried now, and some of those that share a message or went out long ago."""
    plant(engine, HOME, NOW)
    ripe = [
        row(1, not_before=None, digest=None),
        row(2, not_before=NOW, digest=None),
        row(3, not_before=NOW, digest="d3"),
        row(4, not_before=NOW, digest="d3", stored_at=NOW),
        *(row(10 + i, status="sent", digest="d3") for i in range(50)),
    ]
    with writing(engine) as db:
        db.execute(insert(OUT), ripe)
    return engine


def more(engine: Engine, first: int, last: int) -> None:
    with writing(engine) as db:
        for at in range(first, last, 500):
            db.execute(insert(OUT), [row(i) for i in range(at, min(at + 500, last))])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))


def work(db: Connection) -> int:
    """How much a claim makes the database do."""
    if db.dialect.name == "postgresql":
        return _touched(planned(db, "EXPLAIN (ANALYZE, FORMAT JSON) ")[0]["Plan"])
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw: Any = db.connection.driver_connection
    raw.set_progress_handler(count, 1)
    found = db.execute(CLAIMS[OUT.name], FACTS).all()
    raw.set_progress_handler(None, 1)
    assert [r.id for r in found] == ["out_000003", "out_000002", "out_000001"]
    return steps


def _touched(node: dict[str, Any]) -> int:
    here = (
        node["Actual Rows"]
        + node.get("Rows Removed by Filter", 0)
        + node.get("Rows Removed by Index Recheck", 0)
    )
    times = node["Actual Loops"] if "Relation Name" in node or "Index Name" in node else 0
    return int(here * times) + sum(_touched(one) for one in node.get("Plans", ()))


def planned(db: Connection, how: str) -> Any:
    """What the database says of its plan for the claim."""
    said: list[tuple[str, Any]] = []

    def listen(_conn: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        said.append((statement, given))

    event.listen(db, "before_cursor_execute", listen)
    db.execute(CLAIMS[OUT.name], FACTS).all()
    event.remove(db, "before_cursor_execute", listen)
    rows = db.exec_driver_sql(how + said[0][0], said[0][1]).all()
    return rows[0][0] if "JSON" in how else "\n".join(str(r[-1]) for r in rows)


def test_the_index_is_used_and_ten_times_as_many_waiting_mails_cost_the_same(waiting: Engine) -> None:
    more(waiting, 1000, 1500)
    with reading(waiting) as db:
        few = work(db)
    more(waiting, 1500, 6000)
    with reading(waiting) as db:
        many = work(db)
        how = "EXPLAIN " if db.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        plan = planned(db, how)
    assert all(index in plan for index in INDEXES), plan
    assert "Seq Scan on outbox" not in plan
    assert "SCAN outbox" not in plan
    assert few > 0
    assert many <= few * 1.2, (few, many)
