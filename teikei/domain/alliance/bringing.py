"""An alliance that lived before this system is brought in: one opening act, for whatever stage it stands in.

What is over stays where it happened.  The signed file is the contract's
version, nothing of the past is drafted, asked or mailed, and clocks follow the
rule of any agreement, so a notice day that has passed is named and not
remembered as new (docs/decisions/0010-imports.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from teikei.domain.act import Act, Actor, Entry, Outcome, Paper
from teikei.domain.agreement.force import clocks
from teikei.domain.agreement.state import IN_FORCE, SIGNED, Agreement, Version, new_agreement
from teikei.domain.alliance.diligence import SCORING_DAYS
from teikei.domain.alliance.exits import begin_exit
from teikei.domain.alliance.intake import CALENDAR, OpenAlliance, PartyIn, Unborn, joined
from teikei.domain.alliance.operation import plan_period, review_day
from teikei.domain.alliance.state import (
    DILIGENCE,
    EXIT,
    INTAKE,
    NDA,
    NEGOTIATION,
    OPERATION,
    SIGNING,
    Alliance,
)  # fmt: skip
from teikei.domain.alliance.stating import MOST, ObligationIn, stated
from teikei.domain.calendar import Calendar
from teikei.domain.days import last_day
from teikei.domain.elsewhere import Contract, Earlier, Elsewhere, for_the_others
from teikei.domain.errors import Forbidden, Invalid
from teikei.domain.fields import Instant, Line, at_most
from teikei.domain.matter import Due, Reminders, Step, on
from teikei.domain.notices import backward
from teikei.domain.terms import Form, NdaTerms, Terms

Stage = Literal["nda", "due_diligence", "negotiation", "signing", "operation", "exit"]
ORDER = (INTAKE, NDA, DILIGENCE, NEGOTIATION, SIGNING, OPERATION, EXIT)
WITH_MAIN = frozenset({SIGNING, OPERATION, EXIT})
"""In these the contract is the main agreement, in the others the NDA."""
NOT_YET = frozenset({NDA, SIGNING})
"""In these the contract is signed and its first day is still to come; in the others it binds."""
OWING = frozenset({OPERATION, EXIT})
"""In these something is owed under the contract."""
DRAFT_DAYS = 40
NEAR = 10
"""Business days: a safe day for the refusal of renewal within these is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BringIn(Act):
    """A company brings in an alliance that lived before this system, in the stage in which it stands."""

    kind: Literal["bring_in"] = "bring_in"
    reference: Line
    name_ja: Line
    name_en: Line
    form: Form
    stage: Stage
    parties: Annotated[tuple[PartyIn, ...], at_most(10, 2)]
    contract: Contract
    """The main agreement from signing on, before that the NDA."""
    terms: Terms | None = None
    """Of the main agreement."""
    nda: Contract | None = None
    """An NDA that still binds beside the main agreement."""
    reminders: Reminders = field(default_factory=Reminders)
    sandbox_from: Instant | None = None
    obligations: Annotated[tuple[ObligationIn, ...], at_most(MOST)] = ()
    """Each with its next day that is still to come; those of other parties wait for their own answer."""

    def decide(self, state: Unborn, by: Actor, now: datetime, /) -> Outcome[Alliance]:
        if not by.person:
            raise Forbidden("recorded.no_person")
        parties = joined(self.parties, state, by)
        born = Alliance(
            id=state.id,
            alliance_id=state.id,
            title=self.name_ja,
            title_en=self.name_en,
            stage=self.stage,
            sandbox=self.sandbox_from is not None,
            parties=parties,
            reminders=self.reminders,
            form=self.form,
            opened_by=by.company,
            calendar=CALENDAR,
            nda_terms=NdaTerms(secrecy_years=0),  # what the signed file says of it, only the file says
            earlier=Earlier(
                by=by.company, person=by.person, at=now, reference=self.reference,
                stages=ORDER[: ORDER.index(self.stage)],
            ),
        )  # fmt: skip
        self._check(born, born.local_day(now))
        agreements = self._agreements(born, by, now)
        standing = _standing(replace(born, children=tuple(a.id for a in agreements)), agreements[0], now)
        told, mails = for_the_others(
            standing,
            self.kind,
            by,
            now,
            how=self.contract.file.name,
            evidence=self.contract.file.sha256,
        )
        owing, lines = _owing(told, self.obligations, by, now)
        flags = _flagged(told, self.terms, state.calendar, told.local_day(now))
        return Outcome(
            state=owing,
            entries=(self._entry(told, agreements), *lines, *flags),
            born=agreements,
            mails=mails,
            papers=tuple(_paper(a) for a in agreements),
            created=(told.id, *(a.id for a in agreements), *(o.item for o in owing.obligations)),
        )

    def _check(self, born: Alliance, today: date) -> None:
        """What the ordinary road asks of the same terms, and that what is said twice is said alike."""
        self.contract.check("/contract", today)
        begun, at = self.contract.effective_on <= today, "/contract/effective_on"
        if begun and self.stage in NOT_YET:
            raise Invalid("bringing.begun_already", at, earlier=f"{NDA}, {SIGNING}")
        if not begun and self.stage not in NOT_YET:
            raise Invalid("bringing.not_yet", at, earlier=f"{NDA}, {SIGNING}")
        if self.obligations and self.stage not in OWING:
            raise Invalid("bringing.owed_too_early", "/obligations", stages=f"{OPERATION}, {EXIT}")
        if (self.stage in WITH_MAIN) != (self.terms is not None):
            raise Invalid("bringing.terms_of_the_main", "/terms", stages=f"{SIGNING}, {OPERATION}, {EXIT}")
        if self.nda:
            if self.terms is None:
                raise Invalid("bringing.two_ndas", "/nda")
            self.nda.check("/nda", today)
        if self.terms is None:
            return
        self.terms.check(born.companies(), born.form, today, elsewhere=True)
        for name, day in (
            ("term_from", self.contract.effective_on),
            ("term_until", self.contract.term_until),
        ):
            if getattr(self.terms, name) != day:
                raise Invalid("bringing.other_days", f"/terms/{name}")
        if self.stage == EXIT and self.terms.renewal_years:
            raise Invalid("bringing.exit_renews", "/terms/renewal_years")

    def _agreements(self, born: Alliance, by: Actor, now: datetime) -> tuple[Agreement, ...]:
        main = _signed(born, "main" if self.terms else "nda", self.contract, self.terms, by, now)
        if self.nda is None:
            return (main,)
        beside = _signed(born, "nda", self.nda, None, by, now)
        return main, replace(beside, id=born.new_id("agreement", 1))

    def _entry(self, state: Alliance, agreements: tuple[Agreement, ...]) -> Entry:
        assert state.earlier is not None
        return Entry(
            code="alliance.brought_in",
            subjects=(*state.companies(), *(a.id for a in agreements)),
            values={
                "name": self.name_ja, "form": self.form, "stage": self.stage, "stages": list(state.earlier.stages),
                "title": self.contract.title, "sha256": self.contract.file.sha256, "reference": self.reference,
                "person": state.earlier.person, "signed_on": self.contract.signed_on.isoformat(),
                "term_until": self.contract.term_until.isoformat(),
            },
        )  # fmt: skip


Opening = OpenAlliance | BringIn
"""The acts that are said to no matter: each makes an alliance."""


def _signed(
    born: Alliance,
    role: Literal["nda", "main"],
    given: Contract,
    terms: Terms | None,
    by: Actor,
    now: datetime,
) -> Agreement:
    """The agreement as it stands: its file is its version; it binds, or waits for its first day."""
    state = new_agreement(born, role, terms or NdaTerms(), now)
    binds = given.effective_on <= born.local_day(now)
    signed = replace(
        state,
        title=f"{born.title} {given.title}",
        title_en=f"{born.title_en}: {given.title}",
        stage=IN_FORCE if binds else SIGNED,
        drafted_on=given.signed_on,
        nda_terms=None,
        owes=(),
        version_now=Version(number=1, sha256=given.file.sha256, size=given.file.size, clauses=""),
        signed_on=given.signed_on,
        effective_on=given.effective_on,
        term_since=given.effective_on,
        term_until=given.term_until,
        elsewhere=Elsewhere(
            how="brought_in", by=by.company, person=by.person, at=now, file=given.file, title=given.title
        ),
    )
    if binds:
        return clocks(signed)
    return signed.with_due(Due(key="effective/day", base=on(given.effective_on), slide="none"))


def _paper(state: Agreement) -> Paper:
    assert state.elsewhere is not None
    file = state.elsewhere.file
    return Paper(sha256=file.sha256, kind=state.paper, name=file.name, size=file.size, matter=state.id)


def _standing(state: Alliance, contract: Agreement, now: datetime) -> Alliance:
    """The alliance as its stage asks: what is open there is open from now on."""
    if contract.role == "nda":
        state = replace(state, nda=contract.id)
        if state.stage == DILIGENCE:
            return state.ask("scores", state.companies(), now, Step(n=SCORING_DAYS, unit="business_day"))
        if state.stage == NEGOTIATION:
            return state.ask("draft", state.companies(), now, Step(n=DRAFT_DAYS, unit="business_day"))
        return state
    state = replace(state, main=contract.id, nda=next((c for c in state.children if c != contract.id), ""))
    if state.stage == SIGNING:
        return state
    running = _running(state, contract, state.local_day(now))
    if state.stage == OPERATION:
        return plan_period(running)
    assert contract.term_until is not None
    leaving = begin_exit(running, "before_this_system", contract.term_until, now, agreed=False).state
    assert leaving.exit is not None
    # The main agreement binds until its last day; no paper of ours ends it.
    return replace(leaving, exit=replace(leaving.exit, terminated=False, termination="-"))


def _running(state: Alliance, contract: Agreement, today: date) -> Alliance:
    """Periods begin with the one that holds today, reviews with the next by the cadence; their numbers are the contract's."""
    terms = contract.terms
    assert terms is not None
    first, periods, reviews = terms.term_from, 0, 0
    while (last := last_day(first, terms.period_months)) < today:
        first, periods = last + timedelta(days=1), periods + 1
    running = replace(
        state,
        terms=terms,
        signed_on=contract.signed_on,
        main_title=contract.titles[0],
        period=periods,
        period_from=first,
    )
    while review_day(running, reviews + 1) < today:
        reviews += 1
    return replace(running, review=reviews)


def _owing(
    state: Alliance, given: tuple[ObligationIn, ...], by: Actor, now: datetime
) -> tuple[Alliance, tuple[Entry, ...]]:
    """Obligations come in as they are stated in operation: the importer's own bind, others wait for their owner's answer."""
    entries = []
    for i, one in enumerate(given):
        state, entry, _ = stated(state, one, by, now, f"/obligations/{i}")
        entries.append(entry)
    return state, tuple(entries)


def _flagged(
    state: Alliance, terms: Terms | None, calendar: Calendar | None, today: date
) -> tuple[Entry, ...]:
    """The notice day that has passed, or that is near: it is named here, because its mail would come too late."""
    days = notice_days(terms, calendar, today) if terms else None
    if days is None:
        return ()
    passed, legal, safe = days
    if passed:
        return (state.entry("alliance.notice_passed", legal_last_day=legal.isoformat()),)
    return (state.entry("alliance.notice_near", legal_last_day=legal.isoformat(), safe_day=safe.isoformat()),)


def notice_days(terms: Terms, calendar: Calendar | None, today: date) -> tuple[bool, date, date] | None:
    """(passed, legal last day, safe day) of a refusal of renewal that needs attention now; None: there is time, or no renewal."""
    if terms.renewal_years == 0 or calendar is None:
        return None
    days = backward(terms.term_until, terms.notice_months, calendar)
    near = calendar.step(today, Step(n=NEAR, unit="business_day"))
    if days.safe_day > near:
        return None
    return days.legal_last_day < today, days.legal_last_day, days.safe_day
