"""What a party says of that which was entered for it: confirmed, or contested.

A contest undoes what still can be undone before the next irreversible step,
and the question is open again.  What binds, what was locked or what nobody
can take back stays as it is and becomes a point of the next agenda.  Who
contests acts for itself from then on: nobody enters anything for it any more,
here, in the alliance, and in what they open later.  `UNDO` is the whole list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from teikei.domain.act import Act, Actor, Outcome, Tell, rule
from teikei.domain.agreement.renewal import unrefused
from teikei.domain.agreement.state import IN_FORCE, ROUNDS, ROUNDS_DAYS, SIGNED, SIGNING, Agreement
from teikei.domain.agreement.talks import SIGNING_DAYS
from teikei.domain.agreement.uploading import drafted_here
from teikei.domain.alliance.announcing import unanswered
from teikei.domain.alliance.diligence import SCORING_DAYS, gate_closed
from teikei.domain.alliance.health import withdrawn
from teikei.domain.alliance.owing import no_longer_held, not_waived, put_again, reopened
from teikei.domain.alliance.state import DILIGENCE, EXIT, NDA, NEGOTIATION, Alliance, OpenContest
from teikei.domain.allocation.state import INPUTS, Allocation
from teikei.domain.clock import Drop
from teikei.domain.decision.state import Decision
from teikei.domain.errors import Conflict, Forbidden, Invalid
from teikei.domain.fields import Id, Note
from teikei.domain.matter import Matter, Recorded, Step
from teikei.domain.messages import RecordContested

MOST_OPEN = 50
"""Contests that wait for the next agenda; older ones stand in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRecorded(Act):
    """A party confirms what was entered for it; it stays what it is, an entry of another party."""

    kind: Literal["confirm_recorded"] = "confirm_recorded"
    recorded: Id

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        mine = _mine(state, self.recorded, by)
        entry = state.entry("recorded.confirmed", mine.id, act=mine.act, recorder=mine.by)
        return Outcome(state=state.with_recorded(replace(mine, status="confirmed")), entries=(entry,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestRecorded(Act):
    """A party contests what was entered for it: it is undone where that can be, else the next review talks about it."""

    kind: Literal["contest_recorded"] = "contest_recorded"
    recorded: Id
    reason: Note

    def decide(self, state: Matter, by: Actor, now: datetime, /) -> Outcome[Any]:
        mine = replace(_mine(state, self.recorded, by), status="contested", reason=self.reason)
        contested = acting_itself(state.with_recorded(mine), mine.company)
        undo = UNDO.get((state.kind, mine.act))
        undone = undo(contested, mine, now) if undo else None
        entry = state.entry("recorded.contested", mine.id, act=mine.act, recorder=mine.by, reason=self.reason)
        news = RecordContested(recorded=(mine,), title=state.title, undone=undone is not None)
        if isinstance(state, Alliance):
            heard = contest_heard(undone.state if undone else contested, news, now)
            tells = undone.tells if undone else ()
            return replace(heard, entries=(entry, *heard.entries), tells=tells)
        done = undone or Outcome(state=contested, entries=())
        told = Tell(to=state.alliance_id, act=news)
        return replace(done, entries=(entry, *done.entries), tells=(*done.tells, told))


def _mine(state: Matter, recorded: str, by: Actor) -> Recorded:
    """The recorded act, of the company that asks, and open."""
    state.party(by.company)
    state.running()
    found = next((r for r in state.recorded if r.id == recorded), None)
    if found is None:
        raise Invalid("recorded.unknown", "/recorded")
    if found.company != by.company:
        raise Forbidden("recorded.not_yours")
    if found.status != "open":
        raise Conflict("recorded.answered_already")
    return found


def acting_itself(state: Any, company: str) -> Any:
    """The company is off the platform no more, here and in what this matter opens from now on."""
    parties = tuple(replace(p, off_platform=False) if p.company == company else p for p in state.parties)
    return replace(state, parties=parties)


@rule(RecordContested, Alliance.kind, "contested")
def contest_heard(state: Alliance, told: RecordContested, now: datetime) -> Outcome[Alliance]:
    """The alliance knows of every contest; what could not be undone waits for the next review."""
    [mine] = told.recorded
    heard: Alliance = acting_itself(state, mine.company)
    if told.undone:
        return Outcome(state=heard, entries=(state.entry("recorded.undone", mine.id, act=mine.act),))
    point = OpenContest(company=mine.company, act=mine.act, title=told.title)
    noted = replace(heard, contested=(*heard.contested, point)[-MOST_OPEN:])
    return Outcome(state=noted, entries=(state.entry("recorded.noted", mine.id, act=mine.act),))


# what can be undone: None where nothing can


Undone = Outcome[Any] | None


def _undone(state: Matter, *tells: Tell) -> Outcome[Any]:
    return Outcome(state=state, entries=(), tells=tells)


def _vote(state: Decision, mine: Recorded, now: datetime) -> Undone:
    """The decision is open: the company votes itself."""
    votes = tuple(v for v in state.votes if v.company != mine.company)
    return _undone(replace(state, votes=votes).asked_again("votes", mine.company))


def _recusal(state: Decision, mine: Recorded, now: datetime) -> Undone:
    recused = tuple(c for c in state.recused if c != mine.company)
    return _undone(replace(state, recused=recused).asked_again("votes", mine.company))


def _approval(state: Agreement, mine: Recorded, now: datetime) -> Undone:
    """The vote approved the bytes that are being signed: back to the talks. Once all have signed it stands.

    A no to renewal had a notice drafted: it is gone, unless it is on its way.
    """
    refusal = next((r for r in state.refusals if (r.decision, r.by) == (mine.matter, mine.company)), None)
    if refusal:
        return None if refusal.sent or refusal.arrived else _undone(unrefused(state, refusal))
    if mine.matter != state.approved_by or state.stage not in {SIGNING, SIGNED, IN_FORCE}:
        return _undone(state)  # nothing rests on it
    if state.stage != SIGNING:
        return None
    step = Step(n=ROUNDS_DAYS[state.role], unit="business_day")
    talks = replace(state.closed_wait("signatures"), stage=ROUNDS, signatures=(), approved_by="").ask(
        "rounds", state.companies(), now, step
    )
    return _undone(talks, state.moved("reopened", "contested"))


def _signature(state: Agreement, mine: Recorded, now: datetime) -> Undone:
    """It binds nobody yet: the signature is gone, and the company is asked for its own."""
    if state.stage == IN_FORCE:
        return None
    entered = next((s for s in state.signatures if s.company == mine.company and s.recorded_by), None)
    if entered is None:
        return _undone(state)  # an earlier signing; nothing rests on it
    left = replace(
        state,
        signatures=tuple(s for s in state.signatures if s is not entered),
        stage=SIGNING,
        signed_on=None,
        effective_on=None,
        term_since=None,
        term_until=None,
    ).without_due("effective/day")
    if state.stage == SIGNING:
        return _undone(left.asked_again("signatures", mine.company))
    return _undone(left.ask("signatures", (mine.company,), now, Step(n=SIGNING_DAYS, unit="business_day")))


def _upload(state: Agreement, mine: Recorded, now: datetime) -> Undone:
    """The NDA was not signed elsewhere: it is drafted here, and due diligence waits for it."""
    if state.elsewhere is None or state.elsewhere.how != "uploaded":
        return _undone(state)  # another party contested it before
    return _undone(drafted_here(state), state.moved("reopened", "contested"))


def _waiver(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """Due diligence still runs: the alliance stands before its NDA again, which is then drafted."""
    if state.stage == NDA or not state.waived:
        return _undone(state)  # another party contested it before
    if state.stage != DILIGENCE:
        return None
    closed = gate_closed(state)
    return _undone(replace(closed.state, waived=state.waived[:-1]), *closed.tells)


def _marks(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """Due diligence still runs: the company gives its marks itself, and a decision on the old ones is dropped."""
    if state.stage != DILIGENCE or not any(s.by == mine.company for s in state.scores):
        return None
    mark = (mine.company, mine.what)
    scores = tuple(s for s in state.scores if not s.recorded_by or (s.by, f"{s.about} {s.axis}") != mark)
    shared = tuple(c for c in state.shared if c != mine.company)
    drops = tuple(Tell(to=d, act=Drop(reason="contested")) for d in (state.go_no_go,) if d)
    back = replace(state, scores=scores, shared=shared, diligence_over=False, gaps=(), go_no_go="")
    if back.wait("scores"):
        return _undone(back.asked_again("scores", mine.company), *drops)
    step = Step(n=SCORING_DAYS, unit="business_day")
    return _undone(back.ask("scores", (mine.company,), now, step), *drops)


def _go_no_go(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """Nothing is drafted yet: all decide again whether to negotiate."""
    if mine.matter != state.go_no_go or state.stage != NEGOTIATION or state.main:
        return None
    return _undone(replace(state.closed_wait("draft"), stage=DILIGENCE, go_no_go=""))


def _exit_item(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """The alliance still leaves: the item is open again."""
    if state.stage != EXIT or state.exit is None:
        return None
    checklist = tuple(
        replace(i, done=False) if (i.code, i.company) == (mine.what, mine.company) else i
        for i in state.exit.checklist
    )
    back = replace(state, exit=replace(state.exit, checklist=checklist))
    if back.wait("exit") or state.exit.lapsed:
        return _undone(back.asked_again("exit", mine.company))
    days = state.terms.return_days if state.terms else 30
    return _undone(back.ask("exit", (mine.company,), now, Step(n=max(1, days), unit="day")))


def _taking_on(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """Nothing of it is fulfilled or missed yet: the company is asked itself whether it takes the obligation on."""
    again = put_again(state, mine, now)
    return _undone(again) if again else None


def _fulfilment(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """No later occurrence was passed and no review has talked about it: it is owed again."""
    again = reopened(state, mine, now)
    return _undone(again) if again else None


def _hold(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """Nobody has released it since: its owner is asked again."""
    again = no_longer_held(state, mine, now)
    return _undone(again) if again else None


def _waived(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """No review has talked about it: it is owed again."""
    again = not_waived(state, mine, now)
    return _undone(again) if again else None


def _health_answer(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """The check is open: the company answers itself."""
    again = withdrawn(state, mine.company, mine.what)
    return _undone(again) if again else None


def _event_answer(state: Alliance, mine: Recorded, now: datetime) -> Undone:
    """Others still have to answer: the company answers itself."""
    again = unanswered(state, mine.company, mine.what)
    return _undone(again) if again else None


def _amount(state: Allocation, mine: Recorded, now: datetime) -> Undone:
    """The inputs are open: the amount is gone. After that the split has the vote of all, the company's own too."""
    if state.stage != INPUTS:
        return None
    sum_ = (mine.company, mine.what)
    amounts = tuple(
        a for a in state.amounts if not a.recorded_by or (a.company, f"{a.side} {a.what}") != sum_
    )
    closed = tuple(c for c in state.closed if c != mine.company)
    return _undone(replace(state, amounts=amounts, closed=closed).asked_again("inputs", mine.company))


def _payment(state: Allocation, mine: Recorded, now: datetime) -> Undone:
    """Others still have to confirm: the company owes its own confirmation."""
    return _undone(state.asked_again("payment", mine.company)) if state.wait("payment") else None


UNDO: dict[tuple[str, str], Callable[[Any, Recorded, datetime], Undone]] = {
    ("decision", "vote"): _vote,
    ("decision", "recuse"): _recusal,
    ("agreement", "vote"): _approval,
    ("agreement", "recuse"): _approval,
    ("agreement", "sign"): _signature,
    ("agreement", "upload_signed"): _upload,
    ("alliance", "waive_gate"): _waiver,
    ("alliance", "score"): _marks,
    ("alliance", "share_scores"): _marks,
    ("alliance", "vote"): _go_no_go,
    ("alliance", "recuse"): _go_no_go,
    ("alliance", "tick_exit_item"): _exit_item,
    ("alliance", "answer_obligation"): _taking_on,
    ("alliance", "fulfil_obligation"): _fulfilment,
    ("alliance", "hold_obligation"): _hold,
    ("alliance", "waive_obligation"): _waived,
    ("alliance", "answer_health_check"): _health_answer,
    ("alliance", "answer_event"): _event_answer,
    ("allocation", "enter_amount"): _amount,
    ("allocation", "close_inputs"): _amount,
    ("allocation", "confirm_payment"): _payment,
}
"""By the kind of the matter where it is contested, and of the act. Any other: the next agenda."""
