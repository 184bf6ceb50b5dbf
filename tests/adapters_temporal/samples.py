"""One of everything that travels, and random acts out of their own schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from typing import Any, get_args

from hypothesis import reject
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from activities.record import (
    SCHEMA,
    STATES,
    AnyAct,
    Committed,
    Order,
    Receipt,
    Rendered,
    RenderJob,
    Say,
    Sent,
)
from teikei.domain.act import TEIKEI, Act, Actor
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.talks import ReviseAmendment
from teikei.domain.agreement.uploading import Signatory, UploadSigned
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.arranging import ArrangeHouse
from teikei.domain.alliance.handing import HandOver, WithdrawHandover
from teikei.domain.alliance.health import AnswerHealthCheck, CallHealthCheck
from teikei.domain.alliance.obligations import (
    AnswerObligation,
    FulfilObligation,
    HoldObligation,
    ReleaseObligation,
    TakeOnObligation,
    WaiveObligation,
)
from teikei.domain.alliance.operation import FinishAction
from teikei.domain.alliance.rescheduling import MoveReview, SkipReview
from teikei.domain.alliance.resolving import CallDecision
from teikei.domain.alliance.selecting import ChooseCandidate, DropCandidate
from teikei.domain.alliance.stating import ObligationIn
from teikei.domain.alliance.waiving import WaiveGate
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.amendments import (
    Change,
    ChangeParties,
    ChangePeriods,
    ChangeReviews,
    ChangeShares,
    ChangeTerm,
    ChangeText,
    ChangeVoting,
)
from teikei.domain.clock import ClearAttention, NoteAttention
from teikei.domain.contests import ConfirmRecorded, ContestRecorded
from teikei.domain.decision.approving import DecideInternalApproval, SubmitInternalApproval
from teikei.domain.decision.rules import VotingRule, Weight
from teikei.domain.decision.voting import CastVote, Comment, Recuse
from teikei.domain.house import House, Route, RouteStep, StandIn
from teikei.domain.matter import Person, Recorded
from teikei.domain.messages import EndKnown, PartyChanged, RecordContested, TermsChanged
from teikei.domain.parties import Joining
from teikei.domain.recording import RecordFor
from teikei.domain.succession import Succession
from teikei.domain.terms import SubjectRule
from tests.domain import cast
from tests.domain.cast import EVIDENCE, company
from tests.support.story_domain import World
from tests.workflows.lives import LIVES

AT = datetime(2026, 4, 1, 1, 2, 3, 456000, tzinfo=UTC)
ACT_CLASSES: tuple[type[Act], ...] = get_args(get_args(AnyAct)[0])
RECORDED = Recorded(
    id="rec_" + "a" * 26, matter="dec_" + "a" * 26, company=company(1), act="vote", by=company(0),
    person="担当0", how="書面", evidence_sha256=EVIDENCE, at=AT, status="contested", reason="異なる",
)  # fmt: skip
VOTING = (
    SubjectRule(
        subject="allocation",
        rule=VotingRule(
            kind="majority", threshold=Fraction(2, 3), base="entitled", quorum=Fraction(1, 2), tie="chair",
            weights=(Weight(company=company(0), votes=2), Weight(company=company(1), votes=1)),
            veto=(company(1),), chair=(company(0),), silence="abstains", sealed=True,
        ),
    ),
)  # fmt: skip
CHANGES: tuple[Change, ...] = (
    ChangeShares(shares=cast.terms().shares),
    ChangePeriods(period_months=6),
    ChangeReviews(review_months=6),
    ChangeVoting(voting=VOTING),
    ChangeTerm(term_until=date(2030, 6, 30)),
    ChangeText(article="第12条", before="30日", after="45日"),
)
PARTIES = ChangeParties(
    leave=(cast.company(1),),
    join=(
        Joining(
            company=cast.company(4),
            role="研究",
            contact=Person(name="後任", email="heir@example.com", language="en"),
            escalation=Person(name="部長", email="head@example.com"),
            takes_place_of=(cast.company(1),),
        ),
    ),
)
ROUTES = (
    Route(kinds=("approval",), from_amount=10**7, steps=(RouteStep(people=("課長", "部長"), need=2), RouteStep(people=("社長",), need=1))),
)  # fmt: skip
STAND_INS = (StandIn(person="部長", by="次長", first=date(2026, 4, 1), last=date(2026, 4, 9), reason="出張"),)
RARE: tuple[Act, ...] = (
    replace(
        cast.bringing(renewal_years=1),
        nda=cast.contract(title="秘密保持契約書"),
        obligations=(
            ObligationIn(
                owner=cast.company(0),
                person="担当",
                what="報告",
                basis="第11条",
                first=date(2026, 9, 30),
                every_months=3,
                evidence=True,
                owed_to=(cast.company(1),),
            ),
        ),
    ),
    UploadSigned(
        contract=cast.contract(),
        signatories=tuple(Signatory(company=c, signatory="代表", title="社長") for c in cast.companies(2)),
    ),
    WaiveGate(reason="包括契約がある"),
    ChooseCandidate(note="評価が高い\n二行目"),
    DropCandidate(reason="計画が合わない", note="次回の候補"),
    Comment(text="意見\n二行目"),
    ClearAttention(how="retry", note="直しました"),
    NoteAttention(reason="paper.broken"),
    RefuseRenewal(arrived_on=date(2028, 1, 5), evidence_sha256=EVIDENCE, reason="見直し"),
    RecordNoticeSent(to=(company(1),), how="内容証明郵便", sent_on=date(2027, 11, 24)),
    FinishAction(number=1, result="済み"),
    CallHealthCheck(days=15),
    AnswerHealthCheck(number=1, sheets=((5,) * 12, (4,) * 11 + (0,), (1,) * 12)),
    TakeOnObligation(
        owner=company(0),
        person="担当0",
        what="報告",
        basis="第11条",
        first=date(2027, 1, 31),
        every_months=1,
        evidence=True,
        owed_to=(company(1),),
    ),
    AnswerObligation(number=1, answer="decline", reason="範囲が広い"),
    FulfilObligation(number=1, day=date(2027, 1, 31), how="提出", evidence_sha256=EVIDENCE),
    HoldObligation(number=1, reason="様式の見直し"),
    ReleaseObligation(number=1, reason="様式が決まった"),
    WaiveObligation(number=1, reason="不要になった"),
    CallDecision(subject="reserved", title="研究所", motion="一棟増やす。"),
    Recuse(reason="利害関係"),
    DraftAmendment(changes=CHANGES, effective_on=date(2027, 4, 1)),
    ReviseAmendment(changes=CHANGES[:1], effective_on=date(2027, 4, 1), reason="協議"),
    EndKnown(end_date=date(2028, 5, 31)),
    TermsChanged(agreement="agr_x", terms=replace(cast.terms(), voting=VOTING)),
    MoveReview(number=2, to=date(2027, 1, 20), reason="出張"),
    SkipReview(number=2, reason="議題なし"),
    RecordFor(
        company=company(1), how="書面", evidence_sha256=EVIDENCE, act=CastVote(choice="yes", reason="書面")
    ),
    ConfirmRecorded(recorded=RECORDED.id),
    ContestRecorded(recorded=RECORDED.id, reason="異なる"),
    RecordContested(recorded=(RECORDED,), title="海風計画", undone=False),
    ArrangeHouse(
        routes=ROUTES,
        stand_ins=STAND_INS,
        people=(Person(name="課長", email="head@example.com", language="en"),),
    ),
    HandOver(
        leaver="担当0",
        successor=Person(name="後任", email="heir@example.com", language="en"),
        on=date(2027, 4, 1),
        reason="異動",
    ),
    WithdrawHandover(leaver="担当0"),
    AnnounceEvent(event="name", on=date(2027, 4, 1), what="商号変更", name_ja="新社名", name_en="New Name"),
    AnswerEvent(number=1, answer="object", reason="確認中"),
    WithdrawEvent(event="address", on=date(2027, 4, 1), reason="移転の中止"),
    SubmitInternalApproval(reference="稟議 2026-15"),
    DecideInternalApproval(choice="return", comment="条件を\n見直す"),
    PartyChanged(
        company=company(0),
        party=cast.opened().alliance.parties[0],
        house=House(company=company(0), routes=ROUTES, stand_ins=STAND_INS, sole=True),
        succession=Succession(
            company=company(0), leaver="担当0", successor=Person(name="後任", email="heir@example.com")
        ),
        event="merger",
    ),
)
"""Acts that the lives do not tell."""


@cache
def lived() -> tuple[World, ...]:
    """The lives, told by the rules alone."""
    worlds = []
    for life in LIVES.values():
        worlds.append(World())
        life(worlds[-1])
    return tuple(worlds)


def acts() -> dict[str, Act]:
    """One act of each kind, by kind."""
    told = [line.act for world in lived() for line in world.lines]
    return {act.kind: act for act in (*reversed(told), *RARE)}  # type: ignore[attr-defined]


def states() -> dict[str, Any]:
    """One state of each kind, the one with the longest text."""
    moments = (*lived(), *(cast.at(stage) for stage in cast.STAGES))
    every = [state for world in moments for state in world.states.values()]
    return {
        kind: max((s for s in every if s.kind == kind), key=lambda s: len(TypeAdapter(type(s)).dump_json(s)))
        for kind in STATES
    }


ACTOR = Actor(company=company(0), person="担当0", key_id="key_x")
RECEIPT = Receipt(matter="dec_x", kind="decision", version=2, at=AT, first=3, last=4, created=("dec_y",))


def shapes() -> dict[str, tuple[Any, Any]]:
    """(type hint, value) of every shape of message, by name."""
    given: dict[str, tuple[Any, Any]] = {
        "receipt": (Receipt, RECEIPT),
        "render_job": (RenderJob, RenderJob(matter="agr_x", effect="version/1")),
        "rendered": (Rendered, Rendered(sha256=EVIDENCE, size=10, clauses=EVIDENCE)),
        "unwanted": (Rendered, Rendered(owed=False)),
        "sent": (Sent, Sent(status="kept", detail="no way out")),
        "order": (
            Order,
            Order(key="k", by=TEIKEI, matter="dec_x", act=Comment(text="意見"), now=AT, at=AT, signature="s"),
        ),
    }
    for kind, act in acts().items():
        given[f"say_{kind}"] = (Say, Say(key=f"key of {kind}", by=ACTOR, act=act, at=AT, signature="署名"))  # type: ignore[arg-type]
    for name, act in (
        ("draft_amendment", DraftAmendment(changes=(PARTIES, *CHANGES[:1]), effective_on=date(2027, 4, 1))),
        (
            "terms_changed",
            TermsChanged(agreement="agr_x", terms=cast.terms(), parties=(PARTIES.join[0].party("丙", None),)),
        ),
    ):  # shapes that have grown since they were frozen
        given[f"say_{name}_of_parties"] = (Say, Say(key=f"key of {name}", by=ACTOR, act=act, at=AT))
    for kind, state in states().items():
        given[f"state_{kind}"] = (type(state), state)
        given[f"committed_{kind}"] = (Committed[type(state)], Committed(state=state, receipt=RECEIPT))  # type: ignore[misc]
    assert SCHEMA == 1
    return given


# random acts


def random_acts() -> st.SearchStrategy[Act]:
    """Any act with anything in it that its own schema allows."""
    return st.sampled_from(ACT_CLASSES).flatmap(_random)


def _random(kind: type[Act]) -> st.SearchStrategy[Act]:
    known: TypeAdapter[Any] = TypeAdapter(kind)
    schema = known.json_schema()

    def valid(value: Any) -> Act:
        try:
            act: Act = known.validate_python(value)
        except ValidationError:
            reject()  # the schema cannot say that text of blanks is empty once trimmed
        return act

    return _value(schema, schema.get("$defs", {})).map(valid)


def _value(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return st.deferred(lambda: _value(defs[schema["$ref"].rsplit("/", 1)[1]], defs))
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return st.one_of([_value(s, defs) for s in schema[union]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return _plain(schema, defs)


def _plain(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        wanted = {name: _value(inner, defs) for name, inner in schema["properties"].items()}
        needed = set(schema.get("required", ()))
        return st.fixed_dictionaries(
            {n: s for n, s in wanted.items() if n in needed},
            optional={n: s for n, s in wanted.items() if n not in needed},
        )
    if kind == "object":
        return st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=2)
    if kind == "array":
        if "prefixItems" in schema:
            return st.tuples(*(_value(s, defs) for s in schema["prefixItems"]))
        most = min(schema.get("maxItems", 3), schema.get("minItems", 0) + 2)
        return st.lists(
            _value(schema.get("items", {}), defs), min_size=schema.get("minItems", 0), max_size=most
        )
    if kind == "integer":
        return st.integers(schema.get("minimum", -(10**15)), schema.get("maximum", 10**15))
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    return _text(schema)


def _text(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    how = schema.get("format")
    if how == "date-time":
        return st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    if how == "date":
        return st.dates(date(2000, 1, 1), date(2090, 1, 1))
    if how == "fraction":
        return st.fractions(0, 1, max_denominator=999).map(str)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(
            lambda text: schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**6)
        )
    return st.text(
        min_size=schema.get("minLength", 0),
        max_size=min(schema.get("maxLength", 40), schema.get("minLength", 0) + 40),
    )


__all__ = ["ACT_CLASSES", "acts", "random_acts", "shapes", "states"]
