"""Ten years in one time-skipping run: what stories with real timers make of a decade is what the rules alone make of
it, entry by entry at the same instants, and as often as the terms say.

Between matters no order is promised, so what happens at one instant is compared without order, and ids, which follow
from that order, by what they name.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from teikei.adapters.temporal.plugin import TeikeiPlugin
from teikei.domain.act import Actor
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import FellDue
from teikei.domain.matter import Matter
from teikei.domain.record import payload
from tests.support.fetched import ClientMissingError
from tests.support.time_skipping import time_skipping_server
from tests.workflows.decade import OTHER_SHARES, counted, terms_from
from tests.workflows.skipped import Decade, Pure, lived

HALF_YEAR = timedelta(days=180)
NEAR = timedelta(minutes=5)
"""While nothing is skipped the server's clock runs on with ours: what is said at one instant takes its time."""


@pytest_asyncio.fixture(scope="module")
async def decade(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Decade]:
    """Ten years, lived once for all tests of this file."""
    try:
        script = time_skipping_server(print)
    except ClientMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    async with await WorkflowEnvironment.start_time_skipping(
        plugins=[TeikeiPlugin()], test_server_existing_path=str(script)
    ) as environment:
        yield await lived(environment, tmp_path_factory.mktemp("decade"))


# reading


def names(states: dict[str, Matter]) -> dict[str, str]:
    """What each matter is called, whatever its id: the how-manieth of its kind under what opened it."""
    found: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for state in states.values():
        what = getattr(state, "role", getattr(state, "subject", ""))
        name = f"{found.get(state.parent, '')}/{state.kind} {what}"
        counts[name] += 1
        found[state.id] = f"{name} {counts[name]}"
    return found


def said(body: dict[str, Any], known: dict[str, str]) -> str:
    """An entry without ids, hashes and times of day."""
    body = {**body, "by": body["by"]["company"]}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    for ident, name in known.items():
        text = text.replace(ident, name)
    return re.sub(r"(\d{4}-\d\d-\d\d)T[\d:.]+(Z|\+00:00)", r"\1", re.sub(r"\b[0-9a-f]{64}\b", "#", text))


def timeline(pairs: Iterable[tuple[datetime, str]]) -> dict[str, list[datetime]]:
    """When each thing happened."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for at, text in sorted(pairs):
        found[text].append(at)
    return found


def bodies(pure: Pure) -> Iterable[tuple[datetime, dict[str, Any]]]:
    for x in pure.lines:
        yield x.at, payload(x.entry, act=x.act, by=Actor(company=x.by), matter=x.matter, stage=x.stage)


# what comes of it


pytestmark = pytest.mark.slow


def test_the_record_is_what_the_rules_alone_write_at_the_same_instants(decade: Decade) -> None:
    real, rules = names(decade.states), names(decade.pure.states)
    live = timeline((at, said(body, real)) for at, body in decade.record)
    pure = timeline((at, said(body, rules)) for at, body in bodies(decade.pure))
    assert live.keys() == pure.keys()
    for text, instants in pure.items():
        assert len(live[text]) == len(instants), text
        assert all(timedelta() <= a - b < NEAR for a, b in zip(live[text], instants, strict=True)), text


def test_no_accident_and_nothing_left(decade: Decade) -> None:
    assert all(s.over and s.attention is None for s in decade.states.values())
    assert not any(body["code"].startswith("attention.") for _, body in decade.record)
    assert len(decade.states) == len(decade.pure.states)


def test_every_due_item_fell_once_and_none_before_its_instant(decade: Decade) -> None:
    assert set(Counter((f.matter, f.key, f.at) for f in decade.fell).values()) == {1}
    assert all(timedelta() <= f.now - f.at < NEAR for f in decade.fell)
    real, rules = names(decade.states), names(decade.pure.states)
    delivered = {(x.at, x.matter, x.act.item) for x in decade.pure.lines if isinstance(x.act, FellDue)}
    pure = Counter((rules[matter], item, at.date()) for at, matter, item in delivered)
    assert Counter((real[f.matter], f.key, f.at.date()) for f in decade.fell) == pure


def test_as_often_as_the_terms_say(decade: Decade) -> None:
    codes = Counter(body["code"] for _, body in decade.record)
    expected = counted(terms_from(decade.plan.first))
    assert codes["review.held"] == codes["review.minutes_written"] == expected.reviews
    assert codes["review.missed"] == 0
    assert codes["period.opened"] == codes["allocation.settled"] == expected.periods
    assert codes["agreement.renewed"] == expected.renewals
    assert codes["agreement.renewal_called"] == expected.asked
    assert codes["agreement.renewal_rejected"] == codes["agreement.renewal_refused"] == 1
    assert codes["health.closed"] == codes["alliance.amendment_in_force"] == codes["alliance.closed"] == 1


def test_the_third_year_still_splits_by_the_old_shares(decade: Decade) -> None:
    periods = [s for s in decade.states.values() if isinstance(s, Allocation)]
    for p in periods:
        new = p.period_from >= decade.plan.month(4, 0)
        assert [line.ratio for line in p.lines] == (list(OTHER_SHARES) if new else [OTHER_SHARES[1]] * 3)


def test_a_run_that_wakes_when_it_is_old_turns(decade: Decade) -> None:
    turned = 0
    for histories in decade.runs.values():
        for history in histories:
            at = [e.event_time.ToDatetime(tzinfo=UTC) for e in history.events]
            late = [x for x in at if x - at[0] > HALF_YEAR]
            assert all(at[-1] - x < NEAR for x in late)
            turned += bool(late)
    assert turned >= 2
