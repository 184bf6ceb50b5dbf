"""The approval route inside one company (稟議): submitted, approved step by step or returned, submitted again.

Who approved what, and why, is private to the company; the others read where it
stands and since when, and that one person did it alone where that was so.
The simulation and the acts are the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from teikei.domain.act import Act, Actor, Entry, Mail, Outcome
from teikei.domain.decision.state import CALLED, VOTING, Decision, Internal
from teikei.domain.decision.voting import may_vote
from teikei.domain.errors import Conflict, Forbidden, Refused
from teikei.domain.fields import Line, Note
from teikei.domain.house import Ahead, Approval, Request, ahead, seat_for


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitInternalApproval(Act):
    """A person puts the decision before the own company's approval route; after a return it is the rework."""

    kind: Literal["submit_internal_approval"] = "submit_internal_approval"
    reference: Line

    def decide(self, state: Decision, by: Actor, now: datetime, /) -> Outcome[Decision]:
        _submittable(state, by)
        request = replace(_planned(state, by), reference=self.reference)
        found = ahead(request, state.house(by.company), state.local_day(now))
        if found.blocked:
            raise Conflict("house.blocked", step=found.blocked)
        mine = Internal(company=by.company, status="submitted", reference=self.reference, since=now)
        private = Entry(
            code="house.submitted",
            subjects=(state.id,),
            values={
                "proposer": request.proposer,
                "reference": request.reference,
                "round": request.round,
                "steps": len(request.route.steps),
                "from_amount": request.route.from_amount,
            },
            private_to=(by.company,),
        )
        after = _with(state, request, mine)
        mails = after.asking(request, "approval_asked", "approval")
        return Outcome(state=after, entries=(_status(state, mine), private), mails=mails)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideInternalApproval(Act):
    """A person on the open step of the own company's route approves or returns, for themself or for whom they stand in."""

    kind: Literal["decide_internal_approval"] = "decide_internal_approval"
    choice: Literal["approve", "return"]
    comment: Note = "-"

    def decide(self, state: Decision, by: Actor, now: datetime, /) -> Outcome[Decision]:
        state.party(by.company)
        state.running(CALLED, VOTING)
        may_vote(state, by)
        request = state.round_of(by.company)
        if request is None:
            raise Conflict("house.nothing_submitted")
        _named(by)
        seat = seat_for(request, state.house(by.company), by.person, state.local_day(now))
        private = self._entry(state, request, seat, by)
        given = (*request.given, Approval(step=request.step, seat=seat, person=by.person))
        done = replace(request, given=given) if self.choice == "approve" else request
        if self.choice == "approve" and done.step:
            after = _with(state, done)
            mails = after.asking(done, "approval_asked", "approval") if done.step != request.step else ()
            return Outcome(state=after, entries=(private,), mails=mails)
        mine = Internal(
            company=by.company,
            status="approved" if self.choice == "approve" else "returned",
            reference=request.reference,
            since=now,
            sole=self.choice == "approve" and any(a.person == done.proposer for a in given),
        )
        told = (self._told(state, request, by),) if by.person != request.proposer else ()
        return Outcome(state=_with(state, done, mine), entries=(_status(state, mine), private), mails=told)

    def _told(self, state: Decision, request: Request, by: Actor) -> Mail:
        """Who proposed hears how it ended, and what was said."""
        return state.mail_to(
            by.company,
            f"approval_{'approved' if self.choice == 'approve' else 'returned'}",
            f"approval-end/{request.round}",
            to=state.reader(by.company, request.proposer),
            what="approval",
            proposer=request.proposer,
            reference=request.reference,
            approver=by.person,
            comment=self.comment,
        )

    def _entry(self, state: Decision, request: Request, seat: str, by: Actor) -> Entry:
        """Both names stand in the record of the company: whose seat it is, and who acted."""
        me, said, step, number = by.person, self.comment, request.step, request.round
        if self.choice == "approve":
            entry = state.entry(
                "house.approved_step", state.id, approver=me, seat=seat, step=step, round=number, comment=said
            )
        else:
            entry = state.entry(
                "house.returned_step", state.id, approver=me, seat=seat, step=step, round=number, comment=said
            )
        return replace(entry, private_to=(by.company,))


def _submittable(state: Decision, by: Actor) -> None:
    state.party(by.company)
    state.running(CALLED, VOTING)
    may_vote(state, by)
    if state.house(by.company).route_for(state.subject, state.amount) is None:
        raise Conflict("house.no_route")
    if state.round_of(by.company):
        raise Conflict("house.submitted_already")
    stands = state.approved_inside(by.company)
    if stands and stands.status == "approved":
        raise Conflict("house.approved_already")
    _named(by)


def _named(by: Actor) -> None:
    if not by.person:
        raise Forbidden("house.no_person")


def _planned(state: Decision, by: Actor) -> Request:
    """The request as it would be submitted: the route of this day goes with it."""
    house = state.house(by.company)
    route = house.route_for(state.subject, state.amount)
    assert route is not None
    before = state.request(by.company)
    return Request(
        company=by.company,
        proposer=by.person,
        reference="",
        route=route,
        sole=house.sole,
        round=before.round + 1 if before else 1,
    )


def _with(state: Decision, request: Request, stands: Internal | None = None) -> Decision:
    others = tuple(r for r in state.requests if r.company != request.company)
    kept = replace(state, requests=(*others, request))
    return kept.with_internal(stands) if stands else kept


def _status(state: Decision, stands: Internal) -> Entry:
    """What all parties read: the company and its status, never the person."""
    entry = (
        state.entry("decision.internal_sole", state.id, stands.company, status=stands.status)
        if stands.sole
        else state.entry("decision.internal", state.id, stands.company, status=stands.status)
    )
    return replace(entry, unnamed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRoute:
    """What lies before a company: the round that runs, or the one that this person would submit now."""

    proposer: str = ""
    round: int = 0
    running: bool = False
    ahead: Ahead = field(default_factory=Ahead)
    problem: str = ""
    """Code of the refusal that a submission by this person would meet now; empty: it would be accepted."""


def approval_route(state: Decision, by: Actor, now: datetime) -> ApprovalRoute:
    """Simulate before submitting; changes nothing."""
    problem = ""
    try:
        SubmitInternalApproval(reference="-").decide(state, by, now)
    except Refused as refusal:
        problem = refusal.code
    request = state.round_of(by.company)
    house = state.house(by.company)
    shown = request or (_planned(state, by) if house.route_for(state.subject, state.amount) else None)
    if shown is None:
        return ApprovalRoute(problem=problem)
    return ApprovalRoute(
        proposer=shown.proposer,
        round=shown.round,
        running=request is not None,
        ahead=ahead(shown, house, state.local_day(now)),
        problem=problem,
    )
