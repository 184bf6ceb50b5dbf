"""加入・脱退: an amendment of the parties is in force. Who leaves is asked for nothing any more, who joins comes along.

What is open in a matter of its own (a decision, a period) keeps the parties under
which it was born, and so does a period that has begun.  What a leaving party owed
goes to its successor where it is not due yet; everything else ends here, and the
record names it (docs/decisions/0021-change-of-parties.md).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from teikei.domain.act import ClosedItem, Entry, Mail, Outcome
from teikei.domain.alliance.duties import Obligation, closed_obligation
from teikei.domain.alliance.health import without_parties
from teikei.domain.alliance.operation import invitations
from teikei.domain.alliance.owing import asked, placed, without
from teikei.domain.alliance.state import Alliance, action_item
from teikei.domain.alliance.surviving import living_on_with
from teikei.domain.amendments import ChangeParties
from teikei.domain.company_events import closed_event
from teikei.domain.messages import AgreementMoved
from teikei.domain.parties import Gone, Joined, unasked

PARTY_LEFT = "party_left"
"""As what an obligation or an action item of a leaving party ends."""
TAKEN_OVER = "obligation.move_taken_over"
How = Literal["owner_left", "nobody_left", "taken_over"]


def parties_changed(state: Alliance, told: AgreementMoved, now: datetime) -> Outcome[Alliance]:
    """The alliance with its parties from now on; no entries where the amendment does not change them."""
    change = told.amendment.parties if told.amendment else None
    if change is None:
        return Outcome(state=state, entries=())
    leave = frozenset(change.leave)
    survivals = living_on_with(state, change.leave, state.local_day(now) - timedelta(days=1))
    moved = _stood(state, change, told, now)
    checked = without_parties(moved, leave, now)
    rest, entries, closed = _left_undone(checked.state, change, now)
    rest, mails = _to_the_review(unasked(rest, leave), told)
    # What ends here is of before: who joins does not read it.
    ours = state.companies() if told.joining else ()
    over = (replace(e, private_to=ours) for e in (*checked.entries, *entries) if e.code != TAKEN_OVER)
    taken = (e for e in entries if e.code == TAKEN_OVER)
    return Outcome(
        state=rest,
        entries=(*_said(state, rest, change), *over, *taken),
        born=survivals,
        created=tuple(s.id for s in survivals),
        closed=tuple(replace(c, private_to=ours) for c in (*checked.closed, *closed)),
        mails=mails,
    )


def _stood(state: Alliance, change: ChangeParties, told: AgreementMoved, now: datetime) -> Alliance:
    """Who is a party from now on; a period that has begun, and minutes that are being written, keep theirs."""
    today = state.local_day(now)
    assert state.period_from is not None
    begun = (state.period_parties or state.parties) if state.period_from < today else ()
    parties = (*(p for p in state.parties if p.company not in change.leave), *told.joining)
    kept = {p.company for p in (*parties, *begun)}
    gone = (
        Gone(company=p.company, label=p.label, since=today, successor=change.successor_of(p.company))
        for p in state.parties
        if p.company in change.leave
    )
    return replace(
        state.closed_wait("abandonment"),
        abandoning=(),
        parties=parties,
        period_parties=begun,
        houses=tuple(h for h in state.houses if h.company in kept),
        joined=(*state.joined, *(Joined(company=p.company, at=now) for p in told.joining)),
        gone=(*state.gone, *gone),
        minutes=tuple(replace(m, parties=m.parties or state.parties) for m in state.minutes),
        gaps=tuple(g for g in state.gaps if g.about not in change.leave),
    )


def _said(before: Alliance, after: Alliance, change: ChangeParties) -> tuple[Entry, ...]:
    """One line for each company that leaves or joins, with its label."""
    left = (
        before.entry(
            "party.left", c, label=before.labels[c], successor=after.labels.get(change.successor_of(c), "-")
        )
        for c in change.leave
    )
    came = (before.entry("party.joined", j.company, label=after.labels[j.company]) for j in change.join)
    return (*left, *came)


def _left_undone(
    state: Alliance, change: ChangeParties, now: datetime
) -> tuple[Alliance, tuple[Entry, ...], tuple[ClosedItem, ...]]:
    """What leaving parties had announced, planned or owed."""
    entries: list[Entry] = []
    closed: list[ClosedItem] = []
    for event in [e for e in state.events if e.company in change.leave]:
        closed.append(closed_event(event))
        state = state.closed_wait(event.item).without_due(f"{event.item}/day")
    for plan in [p for p in state.handovers if p.company in change.leave]:
        state = state.without_due(f"{plan.item}/day")
    state = replace(
        state,
        events=tuple(e for e in state.events if e.company not in change.leave),
        handovers=tuple(p for p in state.handovers if p.company not in change.leave),
    )
    for action in [a for a in state.actions if a.owner in change.leave]:
        closed.append(action_item(action, PARTY_LEFT))
        item = f"action-{action.number}"
        entries.append(state.entry("action.owner_left", item, number=action.number, what=action.what))
        state = replace(state.closed_wait(item), actions=tuple(a for a in state.actions if a != action))
    for found in state.obligations:
        state, said, over = _duty(state, found, change, now)
        entries += said
        closed += over
    return state, tuple(entries), tuple(closed)


def _duty(
    state: Alliance, found: Obligation, change: ChangeParties, now: datetime
) -> tuple[Alliance, tuple[Entry, ...], tuple[ClosedItem, ...]]:
    """One obligation: owed by a leaving party it ends or goes to the successor, owed to one it is owed to the others."""
    if found.over:
        return (without(state, found) if found.owner in change.leave else state), (), ()
    if found.owner in change.leave:
        return _of_leaver(state, found, change, now)
    owed_to = _others(found, change)
    if owed_to == found.owed_to:
        return state, (), ()
    kept = replace(found, owed_to=owed_to, waived=tuple(c for c in found.waived if c in owed_to))
    if owed_to and set(kept.waived) < set(owed_to):
        return placed(state, kept), (), ()
    return _over(state, found, "nobody_left")


def _of_leaver(
    state: Alliance, found: Obligation, change: ChangeParties, now: datetime
) -> tuple[Alliance, tuple[Entry, ...], tuple[ClosedItem, ...]]:
    new = change.successor_of(found.owner)
    today = state.local_day(now)
    if not new or found.status != "open" or not _ahead(found, today):
        return _over(state, found, "owner_left")
    closed: tuple[ClosedItem, ...] = ()
    while found.day < today:
        closed = (*closed, closed_obligation(found, state.version, result=PARTY_LEFT))
        found = replace(found, occurrence=found.occurrence + 1)
    contact = state.party(new).contact.name
    owed_to = _others(found, change)
    moved = replace(
        found, owner=new, person=contact, owed_to=owed_to or _rest(state, new), waived=(), missed=(), held=""
    )
    entry = _told(state, moved, "taken_over")
    return asked(state.closed_wait(found.item), moved, now), (entry,), closed


def _ahead(found: Obligation, today: date) -> bool:
    """Has it an occurrence whose day is still to come?"""
    return bool(found.every_months) or found.day >= today


def _others(found: Obligation, change: ChangeParties) -> tuple[str, ...]:
    """To whom it is owed from now on; a successor takes its predecessor's place here too."""
    places = {c: change.successor_of(c) for c in change.leave}
    new = (places.get(c, c) for c in found.owed_to)
    return tuple(dict.fromkeys(c for c in new if c and c != found.owner))


def _rest(state: Alliance, owner: str) -> tuple[str, ...]:
    return tuple(c for c in state.companies() if c != owner)


def _told(state: Alliance, found: Obligation, how: How) -> Entry:
    return state.entry(
        f"obligation.move_{how}", found.item, found.owner,
        number=found.number, what=found.what, label=state.labels[found.owner], day=found.day.isoformat(),
    )  # fmt: skip


def _over(
    state: Alliance, found: Obligation, how: How
) -> tuple[Alliance, tuple[Entry, ...], tuple[ClosedItem, ...]]:
    """It is asked for no more; what was due until now is still owed by law, and the record says so."""
    rest = without(state.closed_wait(found.item).closed_wait(found.proposal), found)
    return rest, (_told(state, found, how),), (closed_obligation(found, state.version, result=PARTY_LEFT),)


def _to_the_review(state: Alliance, told: AgreementMoved) -> tuple[Alliance, tuple[Mail, ...]]:
    """A review that is called awaits who joins too; where the others are invited already, the new ones are now."""
    wait = next((w for w in state.waits if w.item.startswith("review-")), None)
    if wait is None:
        return state, ()
    here = replace(wait, awaits=state.companies())
    state = replace(state, waits=tuple(here if w.item == wait.item else w for w in state.waits))
    if wait.deadline is None or state.due_item(f"{wait.item}/invite"):
        return state, ()
    return state, invitations(state, here, tuple(p.company for p in told.joining))
