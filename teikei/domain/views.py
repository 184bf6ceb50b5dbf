"""One view per matter answers every read; need-to-know is applied here, once.

`view(state, company)` gives plain JSON values: dates and instants as ISO text,
ratios as `3/5`.  What another company keeps to itself is left out as if it
did not exist: a mark that is not shared, the reference of an internal approval,
its house.  A company that joined later reads no results of before.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from teikei.domain.act import TEIKEI
from teikei.domain.alliance.operation import agenda
from teikei.domain.alliance.state import Alliance
from teikei.domain.alliance.survey import HealthResult, open_check, trends
from teikei.domain.decision.state import Decision
from teikei.domain.elapsed import clock
from teikei.domain.matter import Matter, Recorded
from teikei.domain.stories import own_act

_INTERNAL = {"owes", "sandbox", "zone", "minutes", "spent", "period_parties", "joined"}


def plain(value: Any) -> Any:
    """Dataclasses, dates and fractions as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction) else value


def view(state: Matter, company: str) -> dict[str, Any]:
    """What one party sees of a matter."""
    shown = {k: v for k, v in plain(state).items() if k not in _INTERNAL}
    shown["kind"] = state.kind
    shown["waits"] = [{k: v for k, v in wait.items() if k != "counted"} for wait in shown["waits"]]
    shown["houses"] = [h for h in shown["houses"] if h["company"] == company]
    if "handovers" in shown:
        shown["handovers"] = [plan for plan in shown["handovers"] if plan["company"] == company]
    private = state.private_items(company)
    earliest = state.earliest(*private)
    shown["next_due"] = {"item": earliest.key, "at": plain(earliest.at)} if earliest else None
    shown["due"] = [
        {"item": d.key, "at": plain(d.at), "because": d.because}
        for d in sorted(state.due, key=lambda d: (d.at or d.base, d.key))
        if d.item not in private
    ]
    if isinstance(state, Alliance):
        if company != state.opened_by:
            shown["selection"] = None
        visible = [
            s
            for s in state.scores
            if company in (*s.knows(), TEIKEI.company) or s.by == s.about or s.by in state.shared
        ]
        shown["scores"] = plain(visible)
        since = state.joined_at(company)
        entered = (r for r in state.recorded if since is None or r.at >= since)
        shown["recorded"] = plain([r for r in entered if _may_know(state, r, company)])
        shown["agenda"] = plain(agenda(state)) if state.terms else []
        shown["clock"] = clock(state)
        shown["health"] = trends(_of_its_time(state, company))
        shown["health_check"] = open_check(state.health_check, company) if state.health_check else None
    if isinstance(state, Decision):
        shown["requests"] = [r for r in shown["requests"] if r["company"] == company]
        for internal in shown["internal"]:
            if internal["company"] != company:
                del internal["reference"]
        if state.voting.sealed and not state.over:
            for vote in shown["votes"]:
                if company not in (vote["company"], vote["recorded_by"]):
                    vote["choice"] = vote["reason"] = "sealed"
    return shown


def _of_its_time(state: Alliance, company: str) -> tuple[HealthResult, ...]:
    """Results of health checks that were closed since the company is a party."""
    since = state.joined_at(company)
    return tuple(r for r in state.health if since is None or r.closed_on > state.local_day(since))


def _may_know(state: Alliance, entered: Recorded, company: str) -> bool:
    """That a mark was entered is as private as the mark."""
    about_itself = entered.what.startswith(entered.company)
    private = entered.act == "score" and not about_itself and entered.company not in state.shared
    return not private or company in (entered.company, entered.by, TEIKEI.company)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The list columns of a matter: what one can filter and sort by without opening the state."""

    id: str
    kind: str
    alliance_id: str
    parent: str
    title: str
    title_en: str
    stage: str
    form: str
    over: bool
    suspended: bool
    attention: str
    sandbox: bool
    owes: int
    next_due: datetime | None


def row(state: Matter) -> Row:
    """The one function that fills the list columns. `owes` counts papers, and the act that the story owes."""
    earliest = state.earliest(*state.private_items())
    return Row(
        id=state.id,
        kind=state.kind,
        alliance_id=state.alliance_id,
        parent=state.parent,
        title=state.title,
        title_en=state.title_en,
        stage=state.stage,
        form=str(getattr(state, "form", "")),
        over=state.over,
        suspended=state.suspended is not None,
        attention=state.attention.reason if state.attention else "",
        sandbox=state.sandbox,
        owes=0 if state.over else len(state.owes) + (own_act(state) is not None),
        next_due=earliest.at if earliest else None,
    )
