"""Operation: reviews with their agenda and minutes, action items, and the yearly allocation periods.

Reviews follow the cadence of the agreement, counted from the first day of its
term; a late one does not move the next.  An allocation period opens on the day
after its last day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from teikei.domain import elapsed
from teikei.domain.act import Act, Actor, ClosedItem, Invitation, Mail, Outcome, Paper, rule
from teikei.domain.alliance.announcing import discussed, event_lines
from teikei.domain.alliance.closing import progressed
from teikei.domain.alliance.owing import agenda_lines, reviewed
from teikei.domain.alliance.state import (
    OPERATION,
    ActionItem,
    AgendaLine,
    Alliance,
    Attendance,
    Resolution,
    ReviewHeld,
    action_item,
)
from teikei.domain.alliance.survey import rounded
from teikei.domain.allocation.state import new_allocation
from teikei.domain.clock import FellDue, PaperReady, only_teikei
from teikei.domain.days import add_months, last_day
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.fields import Count, Day, Id, Line, Note, at_most
from teikei.domain.ids import kind_of
from teikei.domain.matter import Due, Effect, Party, Step, Wait, on
from teikei.domain.messages import AgreementMoved, PeriodSettled
from teikei.domain.terms import STRICT, Terms

REVIEW_MINUTES = 90
REVIEW_OPENS = timedelta(hours=1)
"""After the opening of the business day: 10:00."""


def begin_operation(state: Alliance, told: AgreementMoved, now: datetime) -> Outcome[Alliance]:
    """The main agreement binds: reviews and periods are planned by the story (`PlanReview`, due items)."""
    terms = told.terms
    assert terms is not None
    running = replace(
        state,
        stage=OPERATION,
        terms=terms,
        signed_on=told.signed_on,
        main_title=told.title,
        period_from=terms.term_from,
    )
    return Outcome(state=plan_period(running), entries=())


def plan_period(state: Alliance) -> Alliance:
    """The next period opens on the day after its last day, while the term lasts."""
    assert state.terms is not None
    assert state.period_from is not None
    last = last_day(state.period_from, terms_of_period(state).period_months)
    if last > state.terms.term_until:
        return state
    return state.with_due(Due(key="period/open", base=on(last), steps=(Step(n=1, unit="day"),)))


def parties_of_period(state: Alliance) -> tuple[Party, ...]:
    """The parties of the period that is not opened yet, with their present facts: who left while it ran is one."""
    here = {p.company: p for p in state.parties}
    return tuple(here.get(p.company, p) for p in state.period_parties) or state.parties


def terms_of_period(state: Alliance) -> Terms:
    """The terms of the period that is not opened yet: those under which it began."""
    terms = state.period_terms or state.terms
    assert terms is not None
    return terms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReview(Act):
    """The system plans the next review; its invitation goes out as a due item of its own."""

    kind: Literal["plan_review"] = "plan_review"

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        only_teikei(by)
        state.running(OPERATION)
        if review_planned(state):
            raise Conflict("review.planned_already")
        assert state.terms is not None
        number = next_review(state, state.review + 1, state.local_day(now))
        day = review_day(state, number)
        item = f"review-{number}"
        planned = replace(state, review=number).ask(item, state.companies(), on(day))
        invite = Due(key=f"{item}/invite", base=now, whole_day=False)
        entry = state.entry("review.planned", item, number=number, day=day.isoformat())
        return Outcome(state=planned.with_due(invite), entries=(entry,))


def review_planned(state: Alliance) -> bool:
    """A review is on the calendar, or none fits before the end of the term."""
    if state.terms is None or any(w.item.startswith("review-") for w in state.waits):
        return True
    return review_day(state, state.review + 1) > state.terms.term_until


def review_day(state: Alliance, number: int) -> date:
    """The day of a review by the cadence of the agreement, before the calendar slides it."""
    assert state.terms is not None
    since = state.reviews_from or state.terms.term_from
    return add_months(since, state.terms.review_months * (number - state.reviews_before))


def next_review(state: Alliance, number: int, today: date) -> int:
    """The first review from `number` on whose day has not passed (late signing, a long suspension), or the
    last one that fits the term: nobody is invited to a meeting of last year while another is ahead.
    """
    assert state.terms is not None
    while review_day(state, number) < today and review_day(state, number + 1) <= state.terms.term_until:
        number += 1
    return number


@rule(FellDue, Alliance.kind, "review/invite")
def invited(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """Invite every party to the business day on which the review falls; `commit` has found it by now.

    The uid stays the same over the review's life.  A review that moved is another mail, and a later
    sequence, or the outbox would take it for the first invitation and calendars would keep the old day.
    """
    wait = state.wait(due.item)
    if wait is None or wait.deadline is None:
        raise Conflict("review.not_open", number=state.review)
    day = state.local_day(wait.deadline)
    mails = invitations(state, wait, state.companies())
    entry = state.entry(
        "review.invited", due.item, number=state.review, day=day.isoformat(), because=wait.because
    )
    return Outcome(state=state, entries=(entry,), mails=mails)


def invitations(state: Alliance, wait: Wait, to: tuple[str, ...], again: str = "") -> tuple[Mail, ...]:
    """The calendar entry of a review that is called, for these companies; `again` makes the mail another one."""
    assert wait.deadline is not None
    day = state.local_day(wait.deadline)
    calendar = Invitation(
        uid=f"{state.id}-{wait.item}",
        starts=wait.deadline + REVIEW_OPENS,
        minutes=REVIEW_MINUTES,
        sequence=wait.moves
        + len(wait.steps)
        - 1,  # a question begins with one step and gains some with each move
    )
    intent = f"{wait.item}/invite@{day.isoformat()}" + (f"#{wait.moves}" if wait.moves else "") + again
    return tuple(
        replace(
            state.mail_to(
                c, "review_invitation", intent, what=wait.item, number=state.review, deadline=day.isoformat()
            ),
            invitation=calendar,
        )
        for c in to
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionIn:
    """An action item as the minutes name it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    owner: Id
    what: Line
    due: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReview(Act):
    """A review was held: who was there, what was said and resolved, who owes what by when."""

    kind: Literal["hold_review"] = "hold_review"
    number: Count
    held_on: Day
    place: Line
    chair: Line
    attendees: Annotated[tuple[Attendance, ...], at_most(10, 1)]
    points: Annotated[tuple[Note, ...], at_most(50)] = ()
    resolutions: Annotated[tuple[Resolution, ...], at_most(50)] = ()
    actions: Annotated[tuple[ActionIn, ...], at_most(50)] = ()

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running(OPERATION)
        self._check(state, now)
        item = f"review-{self.number}"
        actions = tuple(
            ActionItem(number=state.action_count + i, owner=a.owner, what=a.what, due=a.due)
            for i, a in enumerate(self.actions, start=1)
        )
        assert state.terms is not None
        following = review_day(state, self.number + 1)
        held = ReviewHeld(
            number=self.number,
            held_on=self.held_on,
            place=self.place,
            chair=self.chair,
            attendees=self.attendees,
            agenda=agenda(state),
            points=self.points,
            resolutions=self.resolutions,
            actions=actions,
            next_on=following if following <= state.terms.term_until else None,
            clock=state.spent,
        )
        after = replace(
            reviewed(state).closed_wait(item),
            resolved=(),
            review_skips=0,
            contested=(),
            health_gaps=(),
            spent=elapsed.reviewed(state.spent),
            minutes=(*state.minutes, held),
            actions=(*state.actions, *actions),
            action_count=state.action_count + len(actions),
            owes=(*state.owes, Effect(key=f"minutes/{self.number}", paper="minutes")),
        )
        for action in actions:
            after = after.ask(f"action-{action.number}", (action.owner,), on(action.due))
        present = [a.company for a in self.attendees if a.people]
        entry = state.entry(
            "review.held",
            item,
            number=self.number,
            held_on=self.held_on.isoformat(),
            present=present,
            actions=len(actions),
        )
        after, talked_over = discussed(after)
        return Outcome(state=after, entries=(entry,), closed=talked_over)

    def _check(self, state: Alliance, now: datetime) -> None:
        if state.wait(f"review-{self.number}") is None:
            raise Conflict("review.not_open", number=self.number)
        if self.held_on > state.local_day(now):
            raise Invalid("review.in_the_future", "/held_on")
        if state.terms and self.held_on < state.terms.term_from:
            raise Invalid("review.before_the_term", "/held_on", first=state.terms.term_from.isoformat())
        known = set(state.companies())
        if len({a.company for a in self.attendees}) != len(self.attendees):
            raise Invalid("parties.twice", "/attendees")
        for i, attendance in enumerate(self.attendees):
            if attendance.company not in known:
                raise Invalid("parties.unknown_company", f"/attendees/{i}/company")
        for i, resolution in enumerate(self.resolutions):
            stands = [v.company for v in resolution.votes]
            if not set(stands) <= known or len(set(stands)) != len(stands):
                raise Invalid("parties.unknown_company", f"/resolutions/{i}/votes")
        for i, action in enumerate(self.actions):
            if action.owner not in known:
                raise Invalid("parties.unknown_company", f"/actions/{i}/owner")
            if action.due < self.held_on:
                raise Invalid("review.action_due_before", f"/actions/{i}/due")


def agenda(state: Alliance) -> tuple[AgendaLine, ...]:
    """What the next review talks about, built from the state: goals, gaps, open items, the open period."""
    labels = state.labels
    lines = [
        AgendaLine(code="agenda.goal", values={"title": g.title, "target": g.target, "by": g.by.isoformat()})
        for g in state.brief.goals
    ]
    lines += [
        AgendaLine(
            code=f"agenda.gap_{g.axis}",
            values={"label": labels[g.about], "lowest": g.lowest, "highest": g.highest},
        )
        for g in state.gaps
    ]
    lines += [
        AgendaLine(
            code="agenda.action", values={"label": labels[a.owner], "what": a.what, "due": a.due.isoformat()}
        )
        for a in state.actions
    ]
    lines += [
        AgendaLine(code=f"agenda.{m.outcome or 'motion'}", values={"title": m.title})
        for m in (*state.resolved, *state.motions)
    ]
    lines += [
        AgendaLine(
            code="agenda.contested", values={"label": labels[c.company], "act": c.act, "title": c.title}
        )
        for c in state.contested
    ]
    lines += agenda_lines(state)
    lines += [
        AgendaLine(
            code="agenda.health",
            values={
                "number": g.number, "topic": g.topic, "low": labels[g.low], "lowest": rounded(g.lowest),
                "high": labels[g.high], "highest": rounded(g.highest),
            },
        )
        for g in state.health_gaps
    ]  # fmt: skip
    lines += event_lines(state)
    if state.open_period:
        lines.append(AgendaLine(code="agenda.period", values={"number": state.period}))
    if took := elapsed.since_review(state):
        lines.append(AgendaLine(code="agenda.clock", values={"days": took}))
    return (*lines, AgendaLine(code="agenda.communication"))


@rule(FellDue, Alliance.kind, "review/lapse")
def review_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The review was not held: the record says so, and the next one is planned."""
    return Outcome(
        state=state.closed_wait(due.item),
        entries=(state.entry("review.missed", due.item, number=state.review),),
    )


@rule(PaperReady, Alliance.kind, "minutes")
def minutes_written(state: Alliance, ready: PaperReady, now: datetime) -> Outcome[Alliance]:
    """The minutes are written; the review leaves the state."""
    number = int(ready.effect.split("/")[1])
    held = next(m for m in state.minutes if m.number == number)
    data: dict[str, Any] = {
        "number": number,
        "held_on": held.held_on.isoformat(),
        "place": held.place,
        "chair": held.chair,
        "sha256": ready.sha256,
    }
    entry = state.entry("review.minutes_written", f"review-{number}", number=number, sha256=ready.sha256)
    done = progressed(replace(state, minutes=tuple(m for m in state.minutes if m.number != number)), entry)
    return replace(
        done,
        closed=(ClosedItem(kind="review", id=str(number), data=data), *done.closed),
        papers=(Paper(sha256=ready.sha256, kind="minutes", name=f"minutes-{number}.docx", size=ready.size),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishAction(Act):
    """The owner of an action item says that it is done, and how."""

    kind: Literal["finish_action"] = "finish_action"
    number: Count
    result: Note

    def decide(self, state: Alliance, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        state.party(by.company)
        state.running()
        action = next((a for a in state.actions if a.number == self.number), None)
        if action is None or action.owner != by.company:
            raise Conflict("action.not_yours_or_over", number=self.number)
        rest = replace(
            state.closed_wait(f"action-{self.number}"), actions=tuple(a for a in state.actions if a != action)
        )
        entry = state.entry(
            "action.finished",
            f"action-{self.number}",
            number=self.number,
            what=action.what,
            result=self.result,
        )
        return Outcome(state=rest, entries=(entry,), closed=(action_item(action, self.result),))


@rule(FellDue, Alliance.kind, "action/lapse")
def action_lapsed(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """An action item that nobody finished stays open and goes on the next agenda; it is not mailed about any more."""
    return Outcome(state=state.closed_wait(due.item), entries=(state.entry("action.lapsed", due.item),))


@rule(FellDue, Alliance.kind, "period/open")
def period_opens(state: Alliance, due: Due, now: datetime) -> Outcome[Alliance]:
    """The period is over: its figures are asked for, and the next one is planned."""
    assert state.period_from is not None
    last = last_day(state.period_from, terms_of_period(state).period_months)
    opened = open_period(state, last, final=False)
    return replace(opened, state=plan_period(opened.state))


def open_period(state: Alliance, last: date, *, final: bool) -> Outcome[Alliance]:
    """Open the period that runs from the first day not yet covered to `last`."""
    assert state.period_from is not None
    number = state.period + 1
    day = state.signed_on
    signed = f"{day.year}年{day.month}月{day.day}日付け" if day else ""
    basis = f"{signed}{state.main_title}の利益配分に関する定め"
    period = new_allocation(
        replace(state, parties=parties_of_period(state)),
        terms_of_period(state),
        number=number,
        first=state.period_from,
        last=last,
        basis=basis,
        final=final,
    )
    opened = replace(
        state,
        period=number,
        period_terms=None,
        period_parties=(),
        houses=tuple(h for h in state.houses if h.company in state.companies()),
        period_from=last + timedelta(days=1),
        open_period=period.id,
        children=(*state.children, period.id),
    )
    entry = state.entry(
        "period.opened", period.id, number=number, first=period.period_from.isoformat(), last=last.isoformat()
    )
    return Outcome(state=opened, entries=(entry,), born=(period,), created=(period.id,))


@rule(PeriodSettled, Alliance.kind, "period")
def period_settled(state: Alliance, told: PeriodSettled, now: datetime) -> Outcome[Alliance]:
    """A period is settled; in exit the final one lets the alliance close."""
    rest = state.without_child(told.allocation)
    if rest.open_period == told.allocation:
        rest = replace(rest, open_period="")
    if rest.exit and rest.exit.final_period == told.allocation:
        rest = replace(rest, exit=rest.exit.ticked("final_allocation", ""))
    elif rest.exit and not {c for c in rest.children if kind_of(c) == "allocation"} - {
        rest.exit.final_period
    }:
        rest = replace(rest, exit=rest.exit.ticked("open_period", ""))
    entry = state.entry("period.settled", told.allocation, number=told.number, pool=told.pool)
    return progressed(rest, entry)
