"""Renewal as a decision: asked before the safe day, notices drafted for those that say no, arrival party by party.

The days of the table were counted by hand on a wall calendar of Japan.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.adapters.letters import wording
from teikei.domain.agreement.force import RefuseRenewal
from teikei.domain.agreement.renewal import RecordNoticeSent
from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.standing import Resume, Suspend
from teikei.domain.amendments import ChangeTerm
from teikei.domain.contests import ContestRecorded
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.notices import backward, explained_safe_day, notice_steps
from teikei.domain.papers import NoticeVariables
from teikei.domain.reasons import packed, unpacked
from teikei.domain.recording import RecordFor
from tests.domain.cast import EVIDENCE, agree, at, begin_exit, company, decide, off, refused
from tests.domain.days import JP, deadline
from tests.domain.test_amending import in_force
from tests.support.story_domain import World, japan

A, B, C = (company(i) for i in range(3))


@cache
def _asked(n: int) -> World:
    """The decision on renewal is open."""
    world = at("operation", n, renewal_years=1)
    world.until(lambda: world.agreement("main").renewal_decision != "")
    return world


def asked(n: int = 2) -> World:
    return _asked(n).copy()


def main(world: World) -> Agreement:
    return world.agreement("main")


def local(world: World, key: str) -> date:
    due = main(world).due_item(key)
    assert due is not None
    assert due.at is not None
    return japan().local_day(due.at)


def vote(world: World, choice: Any, by: str) -> None:
    matter = world.decision().id
    world.say(matter, RecordInternalApproval(status="approved", reference="稟議"), by)
    world.say(matter, CastVote(choice=choice), by)


def refuse(world: World, by: str = A, *to: str) -> None:
    act = RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="方針", to=to)
    world.say(main(world).id, act, by)


# the day on which all are asked


@pytest.mark.parametrize(
    ("until", "months", "days", "legal", "safe", "opens"),
    [
        # 30 December is a Saturday: Friday 29th, five business days; then sixteen
        ("2029-03-31", 3, 10, "2028-12-30", "2028-12-22", "2028-11-30"),
        # 30 December is a Sunday: Friday 28th, five business days
        ("2030-03-31", 3, 10, "2029-12-30", "2029-12-21", "2029-11-29"),
        # Golden Week: 4 May and 3 May are holidays, so is Monday 30 April (for Sunday 29th): 2 May, five business days
        ("2029-08-05", 3, 10, "2029-05-04", "2029-04-24", "2029-04-02"),
        # leap year: no 30 February, so the 29th, and the day before; 23 and 11 February are holidays
        ("2028-08-30", 6, 5, "2028-02-28", "2028-02-18", "2028-02-02"),
    ],
)
def test_all_are_asked_early_enough(
    until: str, months: int, days: int, legal: str, safe: str, opens: str
) -> None:
    world = at(
        "operation",
        term_until=date.fromisoformat(until),
        renewal_years=1,
        notice_months=months,
        decision_days=days,
    )
    assert local(world, "notice/safe") == date.fromisoformat(safe)
    assert local(world, "renewal/decide") == date.fromisoformat(opens)
    world.until(lambda: "agreement.renewal_called" in world.codes())
    assert world.today() == date.fromisoformat(opens)
    assert world.values("agreement.renewal_called")["legal_last_day"] == legal
    voted = deadline(world.decision(), "votes")
    lapse = world.decision().due_item("votes/lapse")
    assert lapse is not None
    assert lapse.at is not None
    left = [japan().local_day(lapse.at) + timedelta(days=i) for i in range(40)]
    between = [d for d in left if d < date.fromisoformat(safe) and japan().is_business_day(d)]
    assert voted < japan().local_day(lapse.at) < date.fromisoformat(safe)
    assert len(between) >= 5, "five business days to draft and send, even when the decision lapses"


def test_silence_leaves_the_contract_as_it_is_and_the_mails_still_go_out() -> None:
    world = asked()
    world.until(lambda: "agreement.renewal_lapsed" in world.codes())
    assert main(world).refusals == ()
    until = main(world).term_until
    world.until(lambda: main(world).term_until != until)
    assert len([m for _, _, m in world.mails if m.template == "notice"]) == 6
    assert "agreement.renewed" in world.codes()


def test_all_renew() -> None:
    world = asked()
    decide(world)
    assert world.codes()[-1] == "agreement.renewal_approved"
    assert (main(world).refusals, main(world).renewal_decision) == ((), "")


def test_each_term_has_its_own_decision() -> None:
    world = asked()
    decide(world)
    first = main(world).term_until
    world.until(lambda: world.codes().count("agreement.renewal_called") == 2)
    assert main(world).term_until == date(2029, 6, 30)
    assert first == date(2028, 6, 30)


# who says no


def test_a_no_has_a_notice_to_all_others_drafted() -> None:
    world = asked(3)
    vote(world, "yes", A)
    vote(world, "no", B)
    assert "agreement.renewal_rejected" in world.codes()
    [refusal] = main(world).refusals
    assert (refusal.by, refusal.number, bool(refusal.sha256)) == (B, 1, True)
    paper = world.papers[-1]
    assert (paper.kind, paper.sha256) == ("notice", refusal.sha256)
    kind, said = world.written[-1]
    assert kind == "notice"
    assert isinstance(said, NoticeVariables)
    assert (said.sender, [p.label for p in said.parties]) == ("乙", ["甲", "乙", "丙"])
    assert (said.term_since, said.term_until) == (date(2026, 7, 1), date(2028, 6, 30))
    assert (said.legal_last_day, said.notice_months) == (date(2028, 3, 29), 3)
    [mail] = [m for _, _, m in world.mails if m.template == "notice_drafted"]
    assert (mail.company, mail.values["safe_day"]) == (B, "2028-03-22")
    assert not main(world).renewal_refused, "it works on arrival"


def test_a_refusal_works_when_the_last_one_has_it() -> None:
    world = asked(3)
    vote(world, "no", B)
    sent = RecordNoticeSent(to=(A, C), how="内容証明郵便", sent_on=world.today())
    world.say(main(world).id, sent, B)
    assert main(world).refusals[0].sent[0].to == (A, C)
    refuse(world, B, A)
    assert not main(world).renewal_refused
    again = RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="x", to=(A,))
    assert refused(world, main(world).id, again, B) == "agreement.arrived_already"
    world.advance(world.now + timedelta(days=2))
    refuse(world, B, C)
    assert main(world).renewal_refused
    assert world.values("agreement.renewal_refused")["arrived_on"] == world.today().isoformat()
    assert [d.key for d in main(world).due] == ["term/end"]
    world.until(lambda: world.alliance.stage == "exit")
    assert main(world).reason == "expired"
    assert "agreement.renewed" not in world.codes()


def test_what_did_not_arrive_at_all_in_time_refuses_nothing() -> None:
    world = asked(3)
    refuse(world, A, B)
    world.advance(datetime(2028, 3, 31, 3, tzinfo=UTC))
    late = RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="x", to=(C,))
    assert refused(world, main(world).id, late, A) == "agreement.notice_too_late"
    world.until(lambda: "agreement.renewed" in world.codes())
    assert main(world).refusals == ()


@pytest.mark.parametrize(
    ("to", "code"), [((A,), "parties.unknown_company"), ((B, B), "parties.unknown_company")]
)
def test_a_notice_goes_to_other_parties_each_once(to: tuple[str, ...], code: str) -> None:
    world = asked()
    for act in (
        RecordNoticeSent(to=to, how="書留", sent_on=world.today()),
        RefuseRenewal(arrived_on=world.today(), evidence_sha256=EVIDENCE, reason="x", to=to),
    ):
        assert refused(world, main(world).id, act, A) == code


def test_a_refusal_ends_the_open_decision() -> None:
    world = asked()
    matter = world.decision().id
    refuse(world)
    assert world.states[matter].over
    assert main(world).children == ()
    assert main(world).renewal_decision == ""


def test_a_longer_term_drops_the_decision_and_asks_again_for_the_new_one() -> None:
    world = at("operation", renewal_years=1)
    world.advance(datetime(2028, 1, 4, 3, tzinfo=UTC))
    in_force_on = date(2028, 2, 29)
    in_force(world, ChangeTerm(term_until=date(2028, 12, 31)), on=in_force_on)
    assert local(world, "notice/safe") == date(2028, 9, 21)
    world.until(lambda: main(world).renewal_decision != "")
    assert world.today() < date(2028, 9, 1)
    assert main(world).term_until == date(2028, 12, 31)


def test_after_a_suspension_beyond_the_last_day_nobody_is_asked() -> None:
    world = at("operation", renewal_years=1)
    world.say(world.root, Suspend(reason="監査", until=date(2028, 4, 20)), A)
    world.advance(datetime(2028, 4, 10, 3, tzinfo=UTC))
    world.say(world.root, Resume(), A)
    world.advance(world.now)
    assert "agreement.renewal_not_asked" in world.codes()
    assert main(world).children == ()


def test_a_recorded_no_that_is_contested_withdraws_the_notice_until_it_is_sent() -> None:
    for sent in (False, True):
        world = off(asked(), B)
        act = CastVote(choice="no", reason="書面")
        world.say(world.decision().id, RecordFor(company=B, how="郵便", evidence_sha256=EVIDENCE, act=act), A)
        assert len(main(world).refusals) == 1
        if sent:
            world.say(main(world).id, RecordNoticeSent(to=(A,), how="書留", sent_on=world.today()), B)
        world.say(main(world).id, ContestRecorded(recorded=main(world).recorded[-1].id, reason="違う"), B)
        assert len(main(world).refusals) == sent
        assert ("recorded.noted" in world.codes()) == sent


# the agreed end


def test_an_agreed_end_on_the_last_day_of_a_renewing_term_renews_nothing() -> None:
    world = at("operation", renewal_years=1)
    begin_exit(world, date(2028, 6, 30))
    agree(world, "termination")
    assert [d.key for d in main(world).due] == ["term/end"], "nobody is asked or told about renewal"
    world.until(lambda: main(world).over)
    assert "agreement.renewed" not in world.codes()
    assert "alliance.main_renewed" not in world.codes()
    assert main(world).term_until == date(2028, 6, 30)
    assert not [m for _, _, m in world.mails if m.template == "notice"]


def test_while_an_end_is_only_talked_about_renewal_goes_its_way() -> None:
    world = asked()
    begin_exit(world, date(2028, 6, 30))
    assert world.decision().subject == "renewal"
    assert main(world).renewal_decision


# the mails


def test_the_mail_says_the_safe_day_and_why_in_both_languages() -> None:
    world = at("operation", renewal_years=1)
    world.until(lambda: any(m.template == "notice" for _, _, m in world.mails))
    mail = next(m for _, _, m in world.mails if m.template == "notice")
    said = backward(date(2028, 6, 30), 3, JP)
    assert mail.values["safe_day"] == said.safe_day.isoformat() == "2028-03-22"
    _, ja = wording(mail)
    assert "通知を発送する安全日：2028年3月22日（水）" in ja
    assert "到達までに5営業日を見込み、2028年3月22日（水）を発送の安全日とする。" in ja
    assert "2028年3月29日" in ja


@settings(max_examples=300)
@given(last=st.dates(date(2021, 1, 1), date(2060, 12, 31)), months=st.integers(1, 14))
def test_the_words_of_the_due_item_are_those_of_the_rule(last: date, months: int) -> None:
    why = JP.trace(last, notice_steps(months), "earlier")
    said = explained_safe_day(why, months)
    assert said == backward(last, months, JP).explanation
    assert unpacked(packed(said)) == said
