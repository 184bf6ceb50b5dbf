"""Accounts on both databases: what a secret opens, how often, how long, and what is never stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select

from teikei.adapters.sql import tables as t
from teikei.adapters.sql.accounts import MOST_FAILURES, SqlAccounts
from teikei.adapters.sql.directory import SqlDirectory
from teikei.adapters.sql.engine import reading
from teikei.domain.errors import Busy, Conflict, Forbidden, Invalid, Unknown

PASSWORD = "正しい馬と電池とホチキス"
FACTS = {
    "name_ja": "甲社", "name_en": "Kou", "address": "東京都", "representative_title": "代表取締役", "representative_name": "甲野",
}  # fmt: skip


@pytest.fixture
def accounts(engine: Engine) -> SqlAccounts:
    return SqlAccounts(engine)


@pytest.fixture
def company(engine: Engine) -> str:
    return str(SqlDirectory(engine).add_company(FACTS, "accounts")["id"])


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(datetime(2026, 11, 24, 1, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def opened(accounts: SqlAccounts, company: str, mail: str = "Kono@Kou.example") -> str:
    made = accounts.add(company, "甲野 一郎", mail, mail)
    return accounts.enter(accounts.link(made["id"]), PASSWORD)


def test_a_person_signs_in_however_the_address_is_written(accounts: SqlAccounts, company: str) -> None:
    opened(accounts, company)
    for mail in ("kono@kou.example", " KONO@KOU.EXAMPLE "):
        who = accounts.signed_in(accounts.sign_in(mail, PASSWORD))
        assert who
        assert (who.company, who.person, who.operator) == (company, "甲野 一郎", False)
    half_width = accounts.sign_in("kono@kou.example", PASSWORD.replace("ホチキス", "ﾎﾁｷｽ"))
    assert accounts.signed_in(half_width)


def test_a_link_opens_once_within_a_day_and_a_new_password_ends_every_session(
    accounts: SqlAccounts, company: str, clock: Any
) -> None:
    made = accounts.add(company, "甲野", "a@kou.example", "a")
    first, second, late = (accounts.link(made["id"]) for _ in range(3))
    session = accounts.enter(first, PASSWORD)
    assert accounts.signed_in(session)
    with pytest.raises(Unknown):
        accounts.enter(first, PASSWORD)
    assert accounts.invited(first) is None
    other = accounts.enter(second, PASSWORD + "!")
    assert (accounts.signed_in(session), bool(accounts.signed_in(other))) == (None, True)
    with pytest.raises(Forbidden):
        accounts.sign_in("a@kou.example", PASSWORD)
    clock.shift(timedelta(days=1))
    assert accounts.invited(late) is None
    with pytest.raises(Unknown):
        accounts.enter(late, PASSWORD)


def test_a_session_ends_by_itself_after_twelve_hours_and_at_once_by_its_person(
    accounts: SqlAccounts, company: str, clock: Any
) -> None:
    session, other = opened(accounts, company), accounts.sign_in("kono@kou.example", PASSWORD)
    accounts.sign_out(other)
    accounts.sign_out("nobody's")
    clock.shift(timedelta(hours=12) - timedelta(seconds=1))
    assert (bool(accounts.signed_in(session)), accounts.signed_in(other)) == (True, None)
    clock.shift(timedelta(seconds=1))
    assert accounts.signed_in(session) is None


def test_ten_wrong_passwords_in_a_row_and_the_account_rests(
    accounts: SqlAccounts, company: str, clock: Any
) -> None:
    opened(accounts, company)
    for _ in range(MOST_FAILURES):
        with pytest.raises(Forbidden):
            accounts.sign_in("kono@kou.example", "wrong, but long enough")
    with pytest.raises(Busy):
        accounts.sign_in("kono@kou.example", PASSWORD)
    clock.shift(timedelta(minutes=15))
    assert accounts.signed_in(accounts.sign_in("kono@kou.example", PASSWORD))
    for _ in range(MOST_FAILURES - 1):
        with pytest.raises(Forbidden):
            accounts.sign_in("kono@kou.example", "")
    assert accounts.sign_in("kono@kou.example", PASSWORD), "a right one in between begins anew"


def test_nobody_s_address_and_an_account_without_password_are_refused_alike(
    accounts: SqlAccounts, company: str
) -> None:
    accounts.add(company, "未設定", "new@kou.example", "new")
    for mail in ("nobody@kou.example", "new@kou.example"):
        with pytest.raises(Forbidden) as refused:
            accounts.sign_in(mail, "")
        assert refused.value.code == "auth.refused"


@pytest.mark.parametrize("password", ["", "十一文字しかないもの一", "x" * 201])
def test_a_password_has_twelve_to_two_hundred_characters(
    accounts: SqlAccounts, company: str, password: str
) -> None:
    link = accounts.link(accounts.add(company, "甲野", "b@kou.example", "b")["id"])
    with pytest.raises(Invalid) as refused:
        accounts.enter(link, password)
    assert refused.value.pointer == "/password"
    assert accounts.enter(link, PASSWORD), "the link was not used up"


def test_an_address_has_one_account_and_the_same_key_gives_the_same_one(
    accounts: SqlAccounts, company: str
) -> None:
    first = accounts.add(company, "甲野", "c@kou.example", "one")
    assert accounts.add(company, "甲野", "c@kou.example", "one") == first
    with pytest.raises(Conflict):
        accounts.add(company, "別人", "C@kou.example", "two")
    with pytest.raises(Unknown):
        accounts.add("cmp_" + "z" * 26, "誰か", "d@kou.example", "three")
    assert [one["mail"] for one in accounts.listed(company)] == ["c@kou.example"]


def test_no_secret_is_stored(engine: Engine, accounts: SqlAccounts, company: str) -> None:
    made = accounts.add(company, "甲野", "e@kou.example", "e")
    link = accounts.link(made["id"])
    secrets = (PASSWORD, link, accounts.enter(link, PASSWORD), accounts.link(made["id"]))
    with reading(engine) as db:
        stored = [
            str(row)
            for m in (t.AccountRow, t.LinkRow, t.SessionRow)
            for row in db.execute(select(t.table(m)))
        ]
    assert len(stored) == 4
    assert not [s for s in secrets for row in stored if s in row]
    assert any("$argon2id$" in row for row in stored)
