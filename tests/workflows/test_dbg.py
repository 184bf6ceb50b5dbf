from tests.workflows.test_accidents import *
from tests.workflows.histories import runs, kinds
async def test_x(server):
    ledger = Faulty(over="draft_nda", error=TROUBLE, times=5)
    async with working(server, ledger) as voice:
        s=await begun(voice, ledger, in_nda("heals"))
        for i in range(8):
            await asyncio.sleep(1)
            print(i, ledger.states[s.id].attention)
        for h in await runs(server, workflow_id(s.id)):
            for e in h.events: print(e.event_time.ToJsonString(), kinds([e]), str(e.marker_recorded_event_attributes.details)[:900] if "marker" in kinds([e])[0] else "", str(e.timer_started_event_attributes)[:100])
    assert 0
