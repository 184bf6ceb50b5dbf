"""Company events: facts as of their day in every matter and paper, and what the others are asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from teikei.domain.act import Actor
from teikei.domain.agreement.talks import Revise
from teikei.domain.alliance.amending import DraftAmendment
from teikei.domain.alliance.announcing import AnnounceEvent, AnswerEvent
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.operation import agenda
from teikei.domain.alliance.standing import Abandon
from teikei.domain.alliance.withdrawing import WithdrawEvent
from teikei.domain.amendments import ChangeReviews
from teikei.domain.company_events import name_on
from teikei.domain.company_wide import ahead
from teikei.domain.contests import ContestRecorded
from teikei.domain.errors import Refused
from teikei.domain.matter import FormerName
from teikei.domain.papers import AmendmentVariables, TerminationVariables
from teikei.domain.recording import RecordFor
from teikei.domain.views import view
from tests.domain.cast import EVIDENCE, agree, at, begin_exit, company, drafted, off, review, terms
from tests.support.story_domain import World

A, B, C = (company(i) for i in range(3))


def announce(world: World, event: Any = "name", days: int = 0, **facts: str) -> AnnounceEvent:
    given: Any = facts or ({"name_ja": "新社名", "name_en": "New Name"} if event == "name" else {})
    return AnnounceEvent(event=event, on=world.today() + timedelta(days=days), what="決議", **given)


def named(world: World, who: str = A) -> set[str]:
    """What open matters call a company."""
    return {s.party(who).name_ja for s in world.states.values() if not s.over}


def code(world: World, act: Any, who: str) -> str:
    before = dict(world.states)
    try:
        world.say(world.root, act, who)
    except Refused as refusal:
        assert world.states == before
        return f"{refusal.code} {refusal.pointer}".strip()
    return ""


def amended(world: World) -> AmendmentVariables:
    act = DraftAmendment(changes=(ChangeReviews(review_months=5),), effective_on=world.today())
    world.say(world.root, act, B)
    kind, said = world.written[-1]
    assert kind == "amendment"
    assert isinstance(said, AmendmentVariables)
    return said


def test_a_new_name_stands_in_every_open_matter_from_its_day_on() -> None:
    world = drafted(3)
    world.say(world.root, announce(world, days=12), A)
    assert named(world) == {"第0社"}
    world.advance(world.now + timedelta(days=11))
    assert named(world) == {"第0社"}
    world.advance(world.now + timedelta(days=2))
    assert named(world) == {"新社名"}
    assert named(world, B) == {"第1社"}
    [party] = [p for p in view(world.alliance, C)["parties"] if p["company"] == A]
    day = world.today() - timedelta(days=2)
    assert party["former"] == [{"name_ja": "第0社", "name_en": "Company 0", "until": day.isoformat()}]
    assert world.alliance.events == ()
    assert [i.kind for i in world.closed][-1] == "event"


def test_a_paper_of_before_keeps_its_names_and_one_written_after_has_the_new() -> None:
    world = drafted()
    kind, before = world.written[-1]
    assert [p.name for p in before.parties] == ["第0社", "第1社"]  # type: ignore[attr-defined]
    world.say(world.root, announce(world), A)
    assert [p.name for p in before.parties] == ["第0社", "第1社"]  # type: ignore[attr-defined]
    world.say(world.agreement("main").id, Revise(terms=terms(), reason="商号変更"), B)
    again, after = world.written[-1]
    assert again == kind
    assert [(p.name, p.former_name) for p in after.parties] == [("新社名", ""), ("第1社", "")]  # type: ignore[attr-defined]


def test_an_amendment_says_under_which_name_the_agreement_was_signed() -> None:
    world = at("operation")
    assert {p.former_name for p in amended(world).parties} == {""}
    world.say(world.root, announce(world), A)
    world.advance(world.now + timedelta(days=1))
    world.say(world.root, announce(world, days=-1, name_ja="二つ目の社名"), A)
    begin_exit(world, world.today())
    said = world.written[-1][1]
    assert isinstance(said, TerminationVariables)
    assert [(p.name, p.former_name) for p in said.parties] == [("二つ目の社名", "第0社"), ("第1社", "")]


def test_an_agreement_signed_after_the_change_knows_no_former_name() -> None:
    world = at("negotiation")
    world.say(world.root, announce(world, days=-1), A)
    world.say(world.root, DraftAgreement(terms=terms()), B)
    agree(world, "main")
    world.until(lambda: world.alliance.stage == "operation")
    assert [(p.name, p.former_name) for p in amended(world).parties] == [("新社名", ""), ("第1社", "")]


def test_names_by_day() -> None:
    world = at("intake")
    party = world.alliance.party(A)
    former = (
        FormerName(name_ja="初代", name_en="", until=date(2020, 3, 31)),
        FormerName(name_ja="二代", name_en="", until=date(2023, 3, 31)),
    )
    party = replace(party, former=former)
    days = {
        date(2019, 1, 1): "初代",
        date(2020, 3, 31): "初代",
        date(2020, 4, 1): "二代",
        date(2023, 4, 1): "",
    }
    assert {day: name_on(party, day) for day in days} == days


def test_address_and_representative_leave_the_name_alone() -> None:
    world = at("operation")
    world.say(world.root, announce(world, "address", address="大阪市1番"), A)
    world.say(world.root, announce(world, "representative", representative_name="新代表"), A)
    party = world.alliance.party(A)
    assert (party.address, party.representative_title, party.representative_name) == ("大阪市1番", "代表取締役", "新代表")  # fmt: skip
    assert party.former == ()
    assert {s.party(A).representative_name for s in world.states.values() if not s.over} == {"新代表"}


def test_a_merger_is_put_to_the_others_and_names_every_agreement() -> None:
    world = at("operation", 3)
    amended(world)
    opened = {s.id for s in world.states.values() if s.kind == "agreement" and not s.over}
    others = [s for s in world.states.values() if s.id != world.root]
    act = announce(world, "merger")
    shown = ahead(world.alliance, others, act, Actor(company=A), world.now)
    since = len(world.lines)
    world.say(world.root, act, A)
    touched = {x.matter: x.entry.values for x in world.lines[since:] if x.entry.code == "event.touches"}
    assert set(touched) == opened == set(world.values("event.announced")["agreements"])
    assert len(opened) == 3
    assert shown is not None
    assert {(a["id"], a["stage"]) for a in shown["agreements"]} == {
        (m, v["stage"]) for m, v in touched.items()
    }
    wait = world.alliance.wait("event-1")
    assert wait is not None
    assert wait.awaits == (B, C)
    assert named(world) == {"第0社"}, "facts of a party change only by an event of their own"
    world.say(world.root, AnswerEvent(number=1, answer="acknowledge"), B)
    assert code(world, AnswerEvent(number=1, answer="acknowledge"), B) == "event.not_asked"
    assert code(world, AnswerEvent(number=1, answer="object"), C) == "event.reason_missing /reason"
    assert code(world, AnswerEvent(number=1, answer="acknowledge"), A) == "event.not_asked"
    world.say(world.root, AnswerEvent(number=1, answer="object", reason="承諾の要否を確認中"), C)
    assert world.alliance.wait("event-1") is None
    [line] = [x for x in agenda(world.alliance) if x.code == "agenda.event"]
    assert (line.values["label"], line.values["objections"]) == ("甲", 1)
    review(world)
    assert world.alliance.events == ()
    [item] = [i for i in world.closed if i.kind == "event"]
    assert [a["answer"] for a in item.data["answers"]] == ["acknowledge", "object"]


def test_silence_is_noted_and_the_next_review_talks_about_it() -> None:
    world = at("operation")
    world.say(world.root, announce(world, "change_of_control"), B)
    world.until(lambda: "event.noted" in world.codes())
    assert world.values("event.noted")["companies"] == [A]
    assert world.alliance.events[0].silent == (A,)
    assert "event.answer_acknowledge" not in world.codes()
    assert [x.code for x in agenda(world.alliance)].count("agenda.event") == 1


def test_what_is_still_asked_stays_for_the_next_review() -> None:
    world = at("operation")
    world.until(lambda: "review.invited" in world.codes())
    wait = world.alliance.wait(f"review-{world.alliance.review}")
    assert wait is not None
    assert wait.deadline is not None
    world.advance(wait.deadline)
    world.say(world.root, announce(world, "split"), A)
    review(world)
    assert [e.number for e in world.alliance.events] == [1]


def test_an_alliance_that_ends_leaves_its_events_as_items() -> None:
    world = at("negotiation")
    world.say(world.root, announce(world, "merger"), A)
    world.say(world.root, announce(world, days=30), A)
    world.say(world.root, Abandon(reason="中止"), A)
    assert [i.data["event"] for i in world.closed if i.kind == "event"] == ["merger", "name"]


@pytest.mark.parametrize(
    ("event", "facts", "expected"),
    [
        ("name", {"address": "大阪市1番"}, "event.other_facts /address"),
        ("merger", {"name_ja": "新社名"}, "event.other_facts /name_ja"),
        ("address", {}, "event.facts_missing /address"),
        ("name", {"name_ja": "第0社"}, "event.nothing_new"),
    ],
)
def test_refusals(event: Any, facts: Any, expected: str) -> None:
    world = at("operation")
    act = AnnounceEvent(event=event, on=world.today(), what="決議", **facts)
    assert code(world, act, A) == expected


def test_what_a_party_off_the_platform_answered_is_entered_and_can_be_contested() -> None:
    world = off(at("operation", 3), B)
    world.say(world.root, announce(world, "merger"), A)
    said = AnswerEvent(number=1, answer="object", reason="書面")
    act = RecordFor(company=B, how="書面", evidence_sha256=EVIDENCE, act=said)
    [entered] = world.say(world.root, act, A).created
    assert [(a.company, a.recorded_by) for a in world.alliance.events[0].answers] == [(B, A)]
    world.say(world.root, ContestRecorded(recorded=entered, reason="異なる"), B)
    assert world.alliance.events[0].answers == ()
    wait = world.alliance.wait("event-1")
    assert wait is not None
    assert wait.awaits == (B, C)


def test_a_stranger_announces_and_answers_nothing() -> None:
    world = at("operation")
    assert code(world, announce(world), company(9)) == "party.not_one"
    assert code(world, AnswerEvent(number=1, answer="acknowledge"), company(9)) == "party.not_one"


# withdrawn before its day


def withdraw(act: AnnounceEvent, **more: Any) -> WithdrawEvent:
    return WithdrawEvent(**{"event": act.event, "on": act.on, "reason": "計画の中止", **more})


def test_new_facts_that_are_withdrawn_never_come() -> None:
    world = drafted(3)
    act = announce(world, days=12)
    world.say(world.root, act, A)
    world.advance(world.now + timedelta(days=11))
    world.say(world.root, withdraw(act), A)
    assert world.values("event.withdrawn")["reason"] == "計画の中止"
    world.advance(world.now + timedelta(days=3))
    assert named(world) == {"第0社"}
    assert (world.alliance.events, world.alliance.party(A).former) == ((), ())
    [kept] = [i.data for i in world.closed if i.kind == "event"]
    assert (kept["withdrawn"], kept["facts"]) == ("計画の中止", {"name_ja": "新社名", "name_en": "New Name"})


def test_what_the_others_were_asked_is_asked_no_more_and_the_agreements_hear_it() -> None:
    world = at("operation", 3)
    act = announce(world, "merger", 60)
    world.say(world.root, act, A)
    world.say(world.root, AnswerEvent(number=1, answer="object", reason="確認中"), B)
    touched = [x.matter for x in world.lines if x.entry.code == "event.touches"]
    assert len(touched) >= 1
    world.say(world.root, withdraw(act), A)
    assert [x.matter for x in world.lines if x.entry.code == "event.touches_no_more"] == touched
    assert world.alliance.wait("event-1") is None
    assert [d for d in world.alliance.due if d.item == "event-1"] == []
    assert not [line for line in agenda(world.alliance) if line.code == "agenda.event"]
    assert code(world, AnswerEvent(number=1, answer="acknowledge"), C) == "event.not_asked"
    world.say(world.root, announce(world, "merger", 60), A)
    assert [e.number for e in world.alliance.events] == [2], "numbers are not used again"


def test_only_the_own_event_and_only_before_its_day() -> None:
    world = at("operation")
    act, merger = announce(world, days=5), announce(world, "merger", 3)
    assert code(world, withdraw(act), A) == "event.not_announced"
    world.say(world.root, act, A)
    world.say(world.root, merger, A)
    assert code(world, withdraw(act), B) == "event.not_announced"
    assert code(world, withdraw(act, on=act.on + timedelta(days=1)), A) == "event.not_announced"
    assert code(world, withdraw(act, event="address"), A) == "event.not_announced"
    assert code(world, withdraw(act), company(9)) == "party.not_one"
    world.advance(world.now + timedelta(days=3))
    assert code(world, withdraw(merger), A) == "event.day_has_come"
    world.say(world.root, withdraw(act), A)
    assert code(world, withdraw(act), A) == "event.not_announced"


def test_the_look_names_what_the_event_touched() -> None:
    world = drafted()
    act = announce(world, "merger", 30)
    by = Actor(company=A)
    assert ahead(world.alliance, world.states.values(), withdraw(act), by, world.now) is None
    world.say(world.root, act, A)
    found = ahead(world.alliance, world.states.values(), withdraw(act), by, world.now)
    assert found is not None
    assert found["problem"] is None
    assert {a["id"] for a in found["agreements"]} == set(world.alliance.events[0].agreements) - {
        s.id for s in world.states.values() if s.over
    }
    assert found["agreements"]
