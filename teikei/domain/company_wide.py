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
from teikei.domain.alliance.handing import HandOver, planned, taken_over, without
from teikei.domain.alliance.state import Alliance
from teikei.domain.errors import Invalid, Refused
from teikei.domain.handover import taken_in
from teikei.domain.matter import Matter
from teikei.domain.succession import Place, Succession
from teikei.domain.texts import say

CompanyWide = HandOver | AnnounceEvent
NOTHING = "handover.nothing"


def ahead(
    alliance: Alliance, others: Iterable[Matter], act: CompanyWide, by: Actor, now: datetime
) -> dict[str, Any] | None:
    """What the act would do in one alliance and its open matters; None where it is nothing to it.

    `problem` is the refusal that it would meet: {class, code, pointer, params, title_ja, title_en}.
    """
    problem: Refused | None = None
    try:
        judge(act, alliance, by, now)
    except Refused as refusal:
        problem = refusal
    if problem and problem.code == NOTHING:
        return None
    shown: dict[str, Any] = {
        "alliance": alliance.id,
        "title": alliance.title,
        "title_en": alliance.title_en,
        "stage": alliance.stage,
        "problem": told(problem) if problem else None,
    }
    opened = [state for state in others if not state.over]
    if isinstance(act, HandOver):
        return shown | _places(alliance, opened, act, by)
    return shown | {"agreements": [_touched(s) for s in opened if isinstance(s, Agreement)]}


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


def _places(alliance: Alliance, opened: list[Matter], act: HandOver, by: Actor) -> dict[str, Any]:
    who = Succession(company=by.company, leaver=act.leaver, successor=act.successor)
    rest = without(alliance, planned(alliance, by.company, act.leaver))
    try:
        taken = taken_over(rest, who)
    except Invalid:
        taken = taken_over(rest, who, house=False)
    moves = [_shown(alliance, place) for place in taken.moved]
    stays = [_shown(alliance, place) for place in taken.stays]
    for state in opened:
        heard = taken_in(state, who)
        moves += [_shown(state, place) for place in heard.moved]
        stays += [_shown(state, place) for place in heard.stays]
    return {"moves": moves, "stays": stays}


def _shown(state: Matter, place: Place) -> dict[str, str]:
    titles = {f"title_{one}": say(one, f"word.place_{place.what}") for one in ("ja", "en")}
    return {"matter": state.id, "what": place.what, "where": place.where, **titles}
