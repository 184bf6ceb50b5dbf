"""What one matter tells another, through the outbox: an act under the outbox id as its key.

What it means is a rule registered beside the chapter that hears it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from teikei.domain import elapsed
from teikei.domain.act import Act, Actor, Entry, Mail, Outcome, Tell, find_rule
from teikei.domain.amendments import AmendmentTerms
from teikei.domain.clock import only_teikei
from teikei.domain.decision.rules import OutcomeName
from teikei.domain.errors import Conflict
from teikei.domain.handover import taken_in
from teikei.domain.house import House
from teikei.domain.matter import Matter, Party, Recorded, Spent
from teikei.domain.succession import Succession, followers, kinds, listed
from teikei.domain.terms import Terms

S = TypeVar("S", bound=Matter)


def _heard(act: Any, state: Matter, by: Actor, now: datetime, name: str) -> Outcome[Any]:
    """News for a matter that is over changes nothing; a suspended one hears it all the same."""
    only_teikei(by)
    if state.finished:
        raise Conflict("matter.over", stage=state.stage)
    told = elapsed.heard(state.with_recorded(*getattr(act, "recorded", ())), getattr(act, "spent", ()))
    return find_rule(act, state.kind, name)(told, act, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionClosed(Act):
    """A decision ended: approved, rejected, in a tie, lapsed by silence, or voided."""

    kind: Literal["decision_closed"] = "decision_closed"
    decision: str
    subject: str
    outcome: OutcomeName
    votes: tuple[str, ...] = ()
    """`company choice`, in party order; the recused come last."""
    because: str = ""
    """What brought the outcome about (`rules.Verdict`)."""
    recorded: tuple[Recorded, ...] = ()
    """What was entered for off-platform parties; it can still be contested, now at the matter that hears this."""
    spent: tuple[Spent, ...] = ()
    """What companies took; `handed_on` fills it in."""
    sole: tuple[str, ...] = ()
    """Companies whose own approval one person gave who had proposed it too."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMoved(Act):
    """An agreement was approved, went back to the talks, binds, or ended."""

    kind: Literal["agreement_moved"] = "agreement_moved"
    agreement: str
    role: Literal["nda", "main", "termination", "amendment", "survival"]
    to: Literal["approved", "reopened", "in_force", "renewed", "ended"]
    reason: str = ""
    title: str = ""
    terms: Terms | None = None
    signed_on: date | None = None
    term_until: date | None = None
    amendment: AmendmentTerms | None = None
    joining: tuple[Party, ...] = ()
    """Of an amendment in force: the companies that join, with their facts."""
    recorded: tuple[Recorded, ...] = ()
    spent: tuple[Spent, ...] = ()
    elsewhere: bool = False
    """It was signed outside this system."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged(Act):
    """An amendment is in force: the main agreement has these terms from now on."""

    kind: Literal["terms_changed"] = "terms_changed"
    agreement: str
    terms: Terms
    parties: tuple[Party, ...] = ()
    """The parties from now on; empty: as before."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSettled(Act):
    """An allocation period is settled (or was dropped)."""

    kind: Literal["period_settled"] = "period_settled"
    allocation: str
    number: int
    pool: int
    recorded: tuple[Recorded, ...] = ()
    spent: tuple[Spent, ...] = ()

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "period")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndKnown(Act):
    """The alliance ends with a period that is open already: it is the last one.

    The day after both falls due on two matters, and no order is promised between them.
    """

    kind: Literal["end_known"] = "end_known"
    end_date: date

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "end")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContested(Act):
    """A party contests what was entered for it; where it could not be undone, the next review talks about it."""

    kind: Literal["record_contested"] = "record_contested"
    recorded: tuple[Recorded, ...]
    """The one act."""
    title: str
    undone: bool

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        return _heard(self, state, by, now, "contested")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyChanged(Act):
    """What a party changed of itself in the alliance: its facts, or how it approves inside. Every open matter hears it."""

    kind: Literal["party_changed"] = "party_changed"
    company: str
    party: Party | None = None
    house: House | None = None
    succession: Succession | None = None
    """Who follows whom, in what only the matter that hears it holds."""
    event: str = ""
    """A company event that touches agreements; facts only."""
    withdrawn: bool = False
    """The event will not happen after all."""

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        only_teikei(by)
        if state.finished:
            raise Conflict("matter.over", stage=state.stage)
        return changed(state, self)


def changed(state: Matter, news: PartyChanged) -> Outcome[Any]:
    """The party as it is now, here and in what this matter opened. Others read nothing of a house but its leaf.

    Whether the party logs in stays what it is here: who contests something acts for itself from then on.
    A matter from before a company joined knows nothing of it.
    """
    if news.company not in state.companies():
        return Outcome(state=state, entries=(state.entry("party.not_here", state.id),))
    entries: tuple[Entry, ...] = ()
    follows: tuple[Succession, ...] = ()
    mails: tuple[Mail, ...] = ()
    if news.party is not None:
        follows = followers(state.party(news.company), news.party)
        mine = replace(news.party, off_platform=state.party(news.company).off_platform)
        parties = tuple(mine if p.company == news.company else p for p in state.parties)
        state = replace(state, parties=parties)
        entries = (state.entry("party.changed", news.company),)
    if news.house is not None:
        houses = (*(h for h in state.houses if h.company != news.company), news.house)
        state = replace(state, houses=houses)
        heard = Entry(code="house.heard", subjects=(state.id,), private_to=(news.company,))
        entries = (*entries, heard)
    if news.succession is not None:
        taken = taken_in(state, news.succession)
        state = taken.state
        follows, mails = (news.succession,), taken.mails
        moved, left = listed(taken.moved), listed(taken.stays)
        followed = state.entry(
            "handover.heard",
            state.id,
            moved=kinds(taken.moved),
            stays=kinds(taken.stays),
            places=moved,
            left=left,
        )
        entries = (*entries, replace(followed, private_to=(news.company,)))
    if news.event:
        touched = (
            state.entry("event.touches_no_more", state.id, news.company, event=news.event, title=state.title)
            if news.withdrawn
            else state.entry(
                "event.touches",
                state.id,
                news.company,
                event=news.event,
                title=state.title,
                stage=state.stage,
            )
        )
        entries = (*entries, touched)
    tells = tuple(Tell(to=child, act=news) for child in state.children)
    return Outcome(state=state, entries=entries, tells=tells, mails=mails, follows=follows)


def handed_on(state: S, tells: tuple[Tell, ...]) -> tuple[S, tuple[Tell, ...]]:
    """What companies took goes with the first news to the matter that this one reports to; then it is that one's.

    `commit` calls this after `settle`: the answer that ends a matter is counted only there.
    """
    for i, tell in enumerate(tells):
        if tell.to == state.parent and isinstance(tell.act, (DecisionClosed, AgreementMoved, PeriodSettled)):
            news = replace(tell, act=replace(tell.act, spent=state.spent))
            return replace(state, spent=()), (*tells[:i], news, *tells[i + 1 :])
    return state, tells
