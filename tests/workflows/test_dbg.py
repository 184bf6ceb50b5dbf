import asyncio, json
import pytest
from teikei.adapters.calendars import calendar
from teikei.adapters.sql import tables as t
from tests.support.live import at_work, database, ports
from tests.support.story_domain import START, World
from tests.workflows.test_turns import *
@pytest.mark.parametrize("events", [1000, 4])
async def test_x(server, tmp_path, monkeypatch, events):
    monkeypatch.setattr(options, "TURN_EVENTS", events)
    pure = World(calendar=calendar("JP"))
    whole_life(pure)
    live = ports(server, database(tmp_path))
    async with at_work(live):
        await asyncio.to_thread(whole_life, live)
    import collections
    out={}
    from sqlalchemy import select
    from teikei.adapters.sql.engine import reading
    with reading(live.engine) as db:
        rows=db.execute(select(t.table(t.EntryRow).c.seq,t.table(t.EntryRow).c.matter,t.table(t.EntryRow).c.at,t.table(t.ContentRow).c.payload).join_from(t.table(t.EntryRow),t.table(t.ContentRow),(t.table(t.EntryRow).c.seq==t.table(t.ContentRow).c.seq)).order_by(t.table(t.EntryRow).c.seq)).all()
    f=open(f"/tmp/live{events}.txt","w")
    for r in rows:
        p=json.loads(r.payload); f.write(f"{r.matter[:5]} {r.at} {p['code']}\n")
    f=open("/tmp/pure.txt","w")
    for l in pure.lines: f.write(f"{l.matter[:5]} {l.at} {l.entry.code}\n")
