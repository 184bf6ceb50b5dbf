"""What travels: acts under their tag, orders, receipts, and the states of the matters.

The only union of acts with a tag stands here, because the tag needs pydantic.
Public acts reach HTTP; system acts come from stories, the dispatcher and the
clock.  Fields may be added with defaults, never renamed or given a new meaning:
these shapes are in recorded histories.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar, cast

from pydantic import Field

from teikei.domain.act import Act, Actor
from teikei.domain.agreement.force import RefuseRenewal, Sign
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.state import Agreement
from teikei.domain.agreement.talks import Freeze, Revise, ReviseAmendment
from teikei.domain.agreement.uploading import UploadSigned
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.bringing import BringIn
from teikei.domain.alliance.diligence import CallGoNoGo, DraftNda, GiveScore, ShareScores
from teikei.domain.alliance.exits import BeginExit, DraftTermination, OpenFinalPeriod, TickExitItem
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.intake import OpenAlliance, StateIntake
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    ReleaseObligation,
    TakeOnObligation,
    WaiveObligation,
)
from teikei.domain.alliance.operation import FinishAction, HoldReview, PlanReview
from teikei.domain.alliance.rescheduling import MoveReview, SkipReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from teikei.domain.alliance.standing import Abandon, Resume, Suspend
from teikei.domain.alliance.state import Alliance
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount, SubmitSplit
from teikei.domain.allocation.state import Allocation
from teikei.domain.clock import ClearAttention, Drop, FellDue, Hold, NoteAttention, PaperReady, Release
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.decision.state import Decision
from teikei.domain.decision.voting import CastVote, Comment, RecordInternalApproval, Recuse
from teikei.domain.matter import Matter
from teikei.domain.messages import (
    AgreementMoved,
    DecisionClosed,
    EndKnown,
    PartyChanged,
    PeriodSettled,
    RecordContested,
    TermsChanged,
)
from teikei.domain.recording import RecordFor

SCHEMA = 1
"""Of `Say` and `Order`; a consumer ignores fields that it does not know."""

S = TypeVar("S", bound=Matter)

PublicAct = (
    OpenAlliance
    | BringIn
    | StateIntake
    | ChooseCandidate
    | DropCandidate
    | WaiveGate
    | GiveScore
    | ShareScores
    | DraftAgreement
    | DraftAmendment
    | HoldReview
    | MoveReview
    | SkipReview
    | FinishAction
    | CallHealthCheck
    | AnswerHealthCheck
    | TakeOnObligation
    | AnswerObligation
    | FulfilObligation
    | HoldObligation
    | ReleaseObligation
    | WaiveObligation
    | BeginExit
    | TickExitItem
    | Suspend
    | Resume
    | Abandon
    | ArrangeHouse
    | HandOver
    | WithdrawHandover
    | AnnounceEvent
    | AnswerEvent
    | WithdrawEvent
    | Revise
    | ReviseAmendment
    | Freeze
    | Sign
    | RecordNoticeSent
    | RefuseRenewal
    | UploadSigned
    | Comment
    | RecordInternalApproval
    | SubmitInternalApproval
    | DecideInternalApproval
    | Recuse
    | CastVote
    | CallDecision
    | EnterAmount
    | CloseInputs
    | ConfirmPayment
    | RecordFor
    | ConfirmRecorded
    | ContestRecorded
)
SystemAct = (
    DraftNda
    | CallGoNoGo
    | PlanReview
    | DraftTermination
    | OpenFinalPeriod
    | SubmitSplit
    | FellDue
    | PaperReady
    | Hold
    | Release
    | Drop
    | NoteAttention
    | ClearAttention
    | AgreementMoved
    | DecisionClosed
    | TermsChanged
    | PeriodSettled
    | EndKnown
    | RecordContested
    | PartyChanged
)
AnyAct = Annotated[PublicAct | SystemAct, Field(discriminator="kind")]

STATES: dict[str, type[Matter]] = {c.kind: c for c in (Alliance, Agreement, Decision, Allocation)}
"""The state class of each kind of matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """The one update of every matter. `at` is set in a sandbox only: the clock row as the sender saw it."""

    v: int = SCHEMA
    key: str
    by: Actor
    act: AnyAct
    at: datetime | None = None
    signature: str = ""


def saying(key: str, by: Actor, act: Act, at: datetime | None = None) -> Say:
    """A `Say` of any act of the union; the type checker knows acts only by their base here."""
    return Say(key=key, by=by, act=cast("PublicAct", act), at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An act on its way into `commit`. `now` is the workflow's clock; in a sandbox the clock row counts instead."""

    v: int = SCHEMA
    key: str
    by: Actor
    matter: str
    act: AnyAct
    now: datetime
    at: datetime | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The stored answer to an act: where it stands in the record, and what it made."""

    matter: str
    kind: str
    version: int
    at: datetime
    first: int
    last: int
    created: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(Generic[S]):
    """What `commit` returns: the stored state, which the workflow adopts, and the receipt."""

    state: S
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """A paper that a matter owes."""

    matter: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A paper that is written and stored. `owed` is false when the matter no longer wants it."""

    sha256: str = ""
    size: int = 0
    clauses: str = ""
    owed: bool = True
    stale: tuple[str, ...] = ()
    """Clauses of it whose English was written for an older Japanese text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a delivery went: sent, or kept for reading and re-sending where no way out is configured."""

    status: str
    detail: str = ""
