"""`activities.ports.Accounts` in memory: no hashing, so that tests of pages are quick; and the inbox over worlds."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from activities.ports import Subject
from teikei.domain.errors import Conflict, Forbidden, Invalid, Unknown
from teikei.domain.ids import derive
from teikei.domain.questions import questions
from teikei.domain.views import plain


def asked(worlds: Iterable[Any], subject: Subject) -> list[dict[str, Any]]:
    """What the subject's company is asked in these worlds."""
    found = []
    for world in worlds:
        for state in world.states.values():
            if subject.company in state.companies():
                open_ones = questions(state, subject.company, subject.person, world.now)
                found += [{**plain(one), "now": plain(world.now)} for one in open_ones]
    return sorted(found, key=lambda one: (not one["mine"], one["deadline"] or "9999", one["title"]))


class FakeAccounts:
    """Everything in dictionaries; links and sessions never grow old."""

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.passwords: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.sessions: dict[str, str] = {}

    def add(self, company: str, person: str, mail: str, key: str) -> dict[str, Any]:
        made = derive("acc", company, key)
        if made not in self.accounts and any(one["mail"] == mail for one in self.accounts.values()):
            raise Conflict("account.mail_taken")
        known = {"id": made, "company": company, "person": person, "mail": mail}
        return {**self.accounts.setdefault(made, known), "chosen": made in self.passwords}

    def listed(self, company: str) -> list[dict[str, Any]]:
        return [one for one in self.accounts.values() if one["company"] == company]

    def link(self, account: str) -> str:
        secret = secrets.token_urlsafe(32)
        self.links[secret] = account
        return secret

    def invited(self, secret: str) -> dict[str, Any] | None:
        return self.accounts.get(self.links.get(secret, ""))

    def enter(self, secret: str, password: str) -> str:
        if not 12 <= len(password) <= 200:
            raise Invalid("auth.password_length", "/password", shortest=12, longest=200)
        account = self.links.pop(secret, None)
        if account is None:
            raise Unknown("thing.unknown")
        self.passwords[account] = password
        self.sessions = {k: v for k, v in self.sessions.items() if v != account}
        return self._begun(account)

    def sign_in(self, mail: str, password: str) -> str:
        found = next((one for one in self.accounts.values() if one["mail"] == mail), None)
        if found is None or self.passwords.get(found["id"]) != password:
            raise Forbidden("auth.refused")
        return self._begun(found["id"])

    def signed_in(self, secret: str) -> Subject | None:
        found = self.accounts.get(self.sessions.get(secret, ""))
        if found is None:
            return None
        company = found["company"]
        return Subject(
            company=company or "operator", person=found["person"], key_id=found["id"], operator=not company
        )

    def sign_out(self, secret: str) -> None:
        self.sessions.pop(secret, None)

    def _begun(self, account: str) -> str:
        secret = secrets.token_urlsafe(32)
        self.sessions[secret] = account
        return secret
