"""One act of a company for all its alliances: what it would do in each, before anything is written.

The acts' own rules answer: the refusal is theirs, and what moves is what `taken_over`
and `taken_in` say, which the acts call as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from teikei.domain.act import Actor, judge
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.announcing import AnnounceEvent
from teikei.domain.alliance.handing import HandOver, kept_on, planned, taken_over, without
from teikei.domain.alliance.state import Alliance
from teikei.domain.alliance.withdrawing import WithdrawEvent, announced
from teikei.domain.errors import Invalid, Refused
from teikei.domain.handover import taken_in
from teikei.domain.matter import Matter
from teikei.domain.succession import Place, Succession, TakenOver
from teikei.domain.texts import say

CompanyWide = HandOver | AnnounceEvent | WithdrawEvent
NOTHING = frozenset({"handover.nothing", "event.not_announced"})


def ahead(
    alliance: Alliance | Agreement, others: Iterable[Matter], act: CompanyWide, by: Actor, now: datetime
) -> dict[str, Any] | None:
    """What the act would do in one alliance and its open matters, or in what survives a closed one; None where it is
    nothing to it. `matter` is what hears of it.

    `problem` is the refusal that it would meet: {class, code, pointer, params, title_ja, title_en}.
    """
    problem: Refused | None = None
    try:
        judge(act, alliance, by, now)
    except Refused as refusal:
        problem = refusal
    if problem and problem.code in NOTHING:
        return None
    shown: dict[str, Any] = {
        "alliance": alliance.alliance_id,
        "matter": alliance.id,
        "title": alliance.title,
        "title_en": alliance.title_en,
        "stage": alliance.stage,
        "problem": told(problem) if problem else None,
    }
    opened = [state for state in others if not state.over]
    if isinstance(act, HandOver):
        return shown | _places(alliance, opened, act, by)
    assert isinstance(alliance, Alliance)
    agreements = [s for s in opened if isinstance(s, Agreement)]
    if isinstance(act, WithdrawEvent):
        named = {a for e in announced(alliance, act, by.company) for a in e.agreements}
        agreements = [s for s in agreements if s.id in named]
    return shown | {"agreements": [_touched(s) for s in agreements]}


def told(problem: Refused) -> dict[str, Any]:
    """A refusal as JSON, with its title in both languages."""
    titles = {
        f"title_{one}": say(one, f"errors.{problem.code}.title", **problem.params) for one in ("ja", "en")
    }
    return {
        "class": type(problem).__name__,
        "code": problem.code,
        "pointer": problem.pointer,
        "params": problem.params,
        **titles,
    }


def _touched(state: Agreement) -> dict[str, str]:
    ja, en = state.titles
    return {"id": state.id, "title": ja, "title_en": en, "stage": state.stage}


def targets(states: Iterable[Matter], act: CompanyWide) -> tuple[Alliance | Agreement, ...]:
    """Which open matters of one alliance hear of it: the alliance, and for a handover whatever lives on for itself."""
    kept = isinstance(act, HandOver)
    return tuple(
        s
        for s in states
        if isinstance(s, Alliance) or (kept and isinstance(s, Agreement) and s.role == "survival")
    )


def _places(alliance: Alliance | Agreement, opened: list[Matter], act: HandOver, by: Actor) -> dict[str, Any]:
    who = Succession(company=by.company, leaver=act.leaver, successor=act.successor)
    taken = _taken(alliance, who)
    moves = [_shown(alliance, place) for place in taken.moved]
    stays = [_shown(alliance, place) for place in taken.stays]
    for state in opened:
        heard = taken_in(state, who)
        moves += [_shown(state, place) for place in heard.moved]
        stays += [_shown(state, place) for place in heard.stays]
    return {"moves": moves, "stays": stays}


def _taken(alliance: Alliance | Agreement, who: Succession) -> TakenOver[Any]:
    rest = without(alliance, planned(alliance, who.company, who.leaver))
    if isinstance(rest, Agreement):
        return kept_on(rest, who)
    try:
        return taken_over(rest, who)
    except Invalid:
        return taken_over(rest, who, house=False)


def _shown(state: Matter, place: Place) -> dict[str, str]:
    titles = {f"title_{one}": say(one, f"word.place_{place.what}") for one in ("ja", "en")}
    return {"matter": state.id, "what": place.what, "where": place.where, **titles}
