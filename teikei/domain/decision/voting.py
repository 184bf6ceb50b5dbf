"""Internal approval, recusal, votes, comments, and the outcome that the rule of the decision gives them (`rules`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, ClosedItem, Entry, Outcome, Tell, rule
from teikei.domain.clock import Drop, FellDue
from teikei.domain.decision.rules import Choice, OutcomeName, Verdict, verdict
from teikei.domain.decision.state import CALLED, CLOSED, VOTING, Decision, Internal, Vote
from teikei.domain.errors import Conflict
from teikei.domain.fields import Line, Note
from teikei.domain.matter import Due
from teikei.domain.messages import DecisionClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Act):
    """A party says something about the decision; all parties read it."""

    kind: Literal["comment"] = "comment"
    text: Note

    def decide(self, state: Decision, by: Actor, now: datetime, /) -> Outcome[Decision]:
        state.party(by.company)
        state.running()
        number = state.comments + 1
        item = ClosedItem(
            kind="comment",
            id=str(number),
            data={"by": by.company, "person": by.person, "at": now.isoformat(), "text": self.text},
        )
        entry = state.entry("decision.commented", state.id, text=self.text, number=number)
        return Outcome(state=replace(state, comments=number), entries=(entry,), closed=(item,))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInternalApproval(Act):
    """A company says where its own approval (稟議) stands. Others see the status, never the reference."""

    kind: Literal["record_internal_approval"] = "record_internal_approval"
    status: Literal["submitted", "approved", "returned"]
    reference: Line

    def decide(self, state: Decision, by: Actor, now: datetime, /) -> Outcome[Decision]:
        state.party(by.company)
        state.running(CALLED, VOTING)
        may_vote(state, by)
        before = state.approved_inside(by.company)
        request = state.request(by.company)
        routed = state.house(by.company).route_for(state.subject, state.amount)
        if routed or (request and before and before.status == "submitted"):
            raise Conflict("house.approves_here")
        if before and before.status == self.status:
            raise Conflict("decision.internal_same")
        mine = Internal(company=by.company, status=self.status, reference=self.reference, since=now)
        entries = (
            state.entry("decision.internal", state.id, by.company, status=self.status),
            Entry(
                code="decision.internal_reference",
                subjects=(state.id,),
                values={"reference": self.reference},
                private_to=(by.company,),
            ),
        )
        return Outcome(state=state.with_internal(mine), entries=entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class CastVote(Act):
    """A company votes, once its own approval is recorded; a vote stands."""

    kind: Literal["vote"] = "vote"
    choice: Choice
    reason: Note = "-"

    def decide(self, state: Decision, by: Actor, now: datetime, /) -> Outcome[Decision]:
        state.party(by.company)
        state.running(CALLED, VOTING)
        may_vote(state, by)
        inside = state.approved_inside(by.company)
        if not by.recorded_by and (inside is None or inside.status == "submitted"):
            raise Conflict("decision.internal_first")
        if inside and inside.status == "returned" and self.choice == "yes":
            raise Conflict("decision.internal_returned")
        vote = Vote(company=by.company, choice=self.choice, reason=self.reason, recorded_by=by.recorded_by)
        voted = replace(state, votes=(*state.votes, vote)).answered("votes", by.company)
        entry = state.entry("decision.voted", state.id, by.company, choice=self.choice, reason=self.reason)
        if state.voting.sealed:
            entry = replace(entry, private_to=(by.company,))
        return _counted(voted, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recuse(Act):
    """A company takes no part in a decision in which it has an interest of its own; the reason is on the record."""

    kind: Literal["recuse"] = "recuse"
    reason: Note

    def decide(self, state: Decision, by: Actor, now: datetime, /) -> Outcome[Decision]:
        state.party(by.company)
        state.running(CALLED, VOTING)
        may_vote(state, by)
        if len(state.entitled()) == 1:
            raise Conflict("decision.nobody_left")
        recused = replace(state, recused=(*state.recused, by.company)).answered("votes", by.company)
        entry = state.entry("decision.recused", state.id, by.company, reason=self.reason)
        return _counted(recused, entry)


def may_vote(state: Decision, by: Actor) -> None:
    """Refuse a company that has voted or takes no part."""
    if any(v.company == by.company for v in state.votes):
        raise Conflict("decision.voted_already")
    if by.company in state.recused:
        raise Conflict("decision.recused_already")


def _counted(state: Decision, entry: Entry) -> Outcome[Decision]:
    """After a vote or a recusal: the decision closes as soon as nothing that is missing could change its outcome."""
    found = result(state, ended=False)
    if not found.outcome:
        return Outcome(state=state, entries=(entry,))
    done = close(state, found.outcome, because=found.because)
    return replace(done, entries=(entry, *done.entries))


def result(state: Decision, *, ended: bool) -> Verdict:
    """What the votes amount to under the rule of this decision."""
    votes = {v.company: v.choice for v in state.votes}
    return verdict(state.voting, state.entitled(), votes, ended=ended)


def close(state: Decision, outcome: OutcomeName, **values: str) -> Outcome[Decision]:
    """The decision is over; who opened it hears how, and by which rule."""
    order = {c: i for i, c in enumerate(state.companies())}
    votes = tuple(f"{v.company} {v.choice}" for v in sorted(state.votes, key=lambda v: order[v.company]))
    recused = tuple(f"{c} recused" for c in state.recused)
    over = replace(state.quiet(), stage=CLOSED, outcome=outcome, recorded=())
    entry = state.entry(
        f"decision.{outcome}", state.id, rule=state.voting.kind, votes=[*votes, *recused], **values
    )
    told = DecisionClosed(
        decision=state.id,
        subject=state.subject,
        outcome=outcome,
        votes=(*votes, *recused),
        because=values.get("because", ""),
        recorded=state.recorded if outcome != "voided" else (),
        sole=tuple(i.company for i in state.internal if i.sole),
    )
    return Outcome(state=over, entries=(entry,), tells=(Tell(to=state.parent, act=told),))


@rule(FellDue, Decision.kind, "votes/lapse")
def votes_lapsed(state: Decision, due: Due, now: datetime) -> Outcome[Decision]:
    """The time for votes is over: silence means what the rule says, and who stayed silent is named."""
    wait = state.wait("votes")
    found = result(state, ended=True)
    silent = " ".join(wait.awaits if wait else ())
    return close(state, found.outcome or "lapsed", because=found.because, silent=silent)


@rule(Drop, Decision.kind, "drop")
def voided(state: Decision, drop: Drop, now: datetime) -> Outcome[Decision]:
    """What it was about is gone (a new version, the end of the alliance)."""
    return close(state, "voided", reason=drop.reason)
