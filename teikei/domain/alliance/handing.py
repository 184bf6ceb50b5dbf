"""担当者の交替 (`hand_over`): one act moves everything that a person holds in an alliance to the successor.

What moves is read by the company alone; the others see whom to speak with: its
contact, its escalation, who is in charge of an obligation.  Signatures, power to
sign, seats in a clean team and other facts never move by themselves, and are
named (docs/decisions/0020-handover-and-events.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

from teikei.domain.act import Act, Actor, Entry, Mail, Outcome, Tell, rule
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.duties import Obligation
from teikei.domain.alliance.operation import invitations
from teikei.domain.alliance.state import Alliance
from teikei.domain.clock import FellDue
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Day, Line, Note
from teikei.domain.handover import facts, house_after, party_after
from teikei.domain.matter import Due, Matter, Party, Person
from teikei.domain.messages import PartyChanged
from teikei.domain.succession import Place, Planned, Succession, TakenOver, kinds, listed

Holder = Alliance | Agreement
H = TypeVar("H", bound=Alliance | Agreement)

MOST_PLANNED = 20
"""Handovers of one company in one alliance whose day is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Act):
    """A company lets one of its people follow another in this alliance, today or on a day to come, which may be said again."""

    kind: Literal["hand_over"] = "hand_over"
    leaver: Line
    successor: Person
    on: Day
    reason: Note

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        state = _holder(state, self.kind)
        state.party(by.company)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        if self.successor.name == self.leaver:
            raise Invalid("handover.same_person", "/successor/name")
        today = state.local_day(now)
        if self.on < today:
            raise Invalid("handover.in_the_past", "/on", today=today.isoformat())
        who = Succession(company=by.company, leaver=self.leaver, successor=self.successor)
        before = planned(state, by.company, self.leaver)
        rest = without(state, before)
        taken: TakenOver[Any] = taken_over(rest, who) if isinstance(rest, Alliance) else kept_on(rest, who)
        if not taken.moved:
            raise Conflict("handover.nothing", leaver=self.leaver)
        if self.on == today:
            return handed(rest, taken, who, self.reason)
        return self._plan(state, who, taken, before)

    def _plan(
        self, state: Holder, who: Succession, taken: TakenOver[Any], before: Planned | None
    ) -> Outcome[Any]:
        mine = [p for p in state.handovers if p.company == who.company]
        if before is None and len(mine) >= MOST_PLANNED:
            raise Conflict("handover.too_many", most=MOST_PLANNED)
        plan = Planned(
            number=before.number if before else state.version,
            company=who.company,
            leaver=self.leaver,
            successor=self.successor,
            on=self.on,
            reason=self.reason,
        )
        rest: Any = without(state, before)
        # Before any mail of that day leaves, and before anything falls due on it.
        due = Due(key=f"{plan.item}/day", base=state.midnight(self.on), slide="none", whole_day=False)
        entry = state.entry(
            "handover.planned", plan.item, leaver=self.leaver, successor=self.successor.name,
            on=self.on.isoformat(), moved=kinds(taken.moved), places=listed(taken.moved), reason=self.reason,
        )  # fmt: skip
        private = replace(entry, private_to=(who.company,))
        return Outcome(
            state=replace(rest, handovers=(*rest.handovers, plan)).with_due(due), entries=(private,)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawHandover(Act):
    """A company takes back a handover whose day is still to come."""

    kind: Literal["withdraw_handover"] = "withdraw_handover"
    leaver: Line

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        state = _holder(state, self.kind)
        state.party(by.company)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        plan = planned(state, by.company, self.leaver)
        if plan is None:
            raise Conflict("handover.not_planned", leaver=self.leaver)
        entry = state.entry(
            "handover.withdrawn", plan.item, leaver=plan.leaver, successor=plan.successor.name
        )
        return Outcome(state=without(state, plan), entries=(replace(entry, private_to=(by.company,)),))


@rule(FellDue, Alliance.kind, "handover/day")
def handover_day(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The day has come. Where the house contradicts it by now, the rest moves and the house is named as left in place."""
    plan = next(p for p in state.handovers if p.item == due.item)
    rest = without(state, plan)
    try:
        taken = taken_over(rest, plan.succession)
    except Invalid:
        taken = taken_over(rest, plan.succession, house=False)
    return handed(rest, taken, plan.succession, plan.reason)


@rule(FellDue, Agreement.kind, "handover/day")
def kept_day(state: Agreement, due: Due, now: datetime) -> Outcome[Agreement]:
    """The day has come for what survives a closed alliance."""
    plan = next(p for p in state.handovers if p.item == due.item)
    rest = without(state, plan)
    return handed(rest, kept_on(rest, plan.succession), plan.succession, plan.reason)


def _holder(state: Matter, act: str) -> Holder:
    """Who hears of a handover first: the alliance, or what survives it, for which nobody else speaks."""
    if isinstance(state, Alliance) or (isinstance(state, Agreement) and state.role == "survival"):
        return state
    raise Conflict("act.not_here", matter=state.kind, item=act)


def planned(state: Holder, company: str, leaver: str) -> Planned | None:
    """The company's handover of this leaver that is still to come."""
    return next((p for p in state.handovers if (p.company, p.leaver) == (company, leaver)), None)


def without(state: H, plan: Planned | None) -> H:
    """The plan is gone, and its day with it."""
    if plan is None:
        return state
    rest = tuple(p for p in state.handovers if p.number != plan.number)
    return cast("H", replace(state, handovers=rest).without_due(f"{plan.item}/day"))


def taken_over(state: Alliance, who: Succession, *, house: bool = True) -> TakenOver[Alliance]:
    """The alliance after the successor took over; refused where the house would contradict itself."""
    old, new = who.leaver, who.successor
    party, moved = party_after(state.party(who.company), who)
    kept: tuple[Place, ...] = ()
    houses = state.houses
    if house:
        own, places = house_after(state.house(who.company), who)
        houses = tuple(own if h.company == who.company else h for h in state.houses)
        moved = (*moved, *places)
    else:
        kept = (Place(what="house"),)
    mine = [o for o in state.obligations if o.owner == who.company and o.person == old]
    moved = (*moved, *(Place(what="obligation", where=f"{o.number}") for o in mine))
    obligations = tuple(replace(o, person=new.name) if o in mine else o for o in state.obligations)
    after, plans = _followed(state, who)
    after = replace(
        after,
        parties=tuple(party if p.company == who.company else p for p in state.parties),
        houses=houses,
        obligations=obligations,
    )
    return TakenOver(state=after, moved=(*moved, *plans), stays=(*_stays(state, who), *kept))


def kept_on(state: Agreement, who: Succession) -> TakenOver[Agreement]:
    """What survives a closed alliance has nobody but its contacts, who are told when a duty ends."""
    party, moved = party_after(state.party(who.company), who)
    after, plans = _followed(state, who)
    after = replace(after, parties=tuple(party if p.company == who.company else p for p in state.parties))
    return TakenOver(state=after, moved=(*moved, *plans), stays=facts(state, who))


def _followed(state: H, who: Succession) -> tuple[H, tuple[Place, ...]]:
    """Who was to be followed by the leaver is followed by the successor; nobody follows themself."""
    moved: tuple[Place, ...] = ()
    for plan in state.handovers:
        if plan.company != who.company or plan.successor.name != who.leaver:
            continue
        moved = (*moved, Place(what="planned_handover", where=plan.item))
        if plan.leaver == who.successor.name:
            state = without(state, plan)
            continue
        other = replace(plan, successor=who.successor)
        state = replace(
            state, handovers=tuple(other if p.number == plan.number else p for p in state.handovers)
        )
    return state, moved


def _stays(state: Alliance, who: Succession) -> tuple[Place, ...]:
    """What is a fact, and what only the company or all parties can decide anew."""
    found: list[Place] = list(facts(state, who))
    if state.party(who.company).representative_name == who.leaver:
        found.append(Place(what="representative"))
    if "clean_team" in state.brief.needs:
        found.append(Place(what="clean_team"))
    for held in state.minutes:
        people = (p for a in held.attendees if a.company == who.company for p in a.people)
        if who.leaver in (held.chair, *people):
            found.append(Place(what="minutes", where=f"{held.number}"))
    check = state.health_check
    if check and any((a.company, a.respondent) == (who.company, who.leaver) for a in check.answers):
        found.append(Place(what="health_answer", where=f"{check.number}"))
    return tuple(found)


def handed(state: H, taken: TakenOver[H], who: Succession, reason: str) -> Outcome[H]:
    """The company reads what moved; the others, whom to speak with now; open matters hear it."""
    after = taken.state
    entry = state.entry(
        "handover.done", state.id, leaver=who.leaver, successor=who.successor.name, moved=kinds(taken.moved),
        stays=kinds(taken.stays), places=listed(taken.moved), left=listed(taken.stays), reason=reason,
    )  # fmt: skip
    party, house = after.party(who.company), after.house(who.company)
    news = PartyChanged(
        company=who.company,
        party=party if party != state.party(who.company) else None,
        house=house if house != state.house(who.company) else None,
        succession=who,
    )
    return Outcome(
        state=after,
        entries=(replace(entry, private_to=(who.company,)), *_public(state, after, party)),
        tells=tuple(Tell(to=child, act=news) for child in after.children),
        mails=_invited(state, after, party) if isinstance(after, Alliance) else (),
        follows=(who,),
    )


def _public(state: H, after: H, party: Party) -> tuple[Entry, ...]:
    """Named by the company alone: who handed over is its own business."""
    before = state.party(party.company)
    entries: list[Entry] = []
    if party.contact != before.contact:
        entries.append(state.entry("party.contact_changed", party.company, name=party.contact.name))
    if party.escalation != before.escalation:
        entries.append(state.entry("party.escalation_changed", party.company, name=party.escalation.name))
    for old, new in zip(_owed(state), _owed(after), strict=True):
        if old.person != new.person:
            changed = state.entry(
                "obligation.person_changed", old.item, number=old.number, what=old.what, name=new.person
            )
            entries.append(changed)
    return tuple(replace(e, unnamed=True) for e in entries)


def _owed(state: Holder) -> tuple[Obligation, ...]:
    return state.obligations if isinstance(state, Alliance) else ()


def _invited(state: Matter, after: Alliance, party: Party) -> tuple[Mail, ...]:
    """The new contact gets the invitation of a review that is called; the act makes it a mail of its own."""
    wait = next((w for w in after.waits if w.item.startswith("review-")), None)
    if wait is None or wait.deadline is None or after.due_item(f"{wait.item}/invite"):
        return ()
    if party.contact == state.party(party.company).contact:
        return ()
    return invitations(after, wait, (party.company,), f">{state.version}")
