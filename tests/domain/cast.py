"""Companies, terms and moves of the tests of the domain: made up, and the same everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import Any

from teikei.domain.act import Act
from teikei.domain.agreement.force import Sign
from teikei.domain.agreement.state import Agreement
from teikei.domain.agreement.talks import Freeze
from teikei.domain.alliance.bringing import WITH_MAIN, BringIn
from teikei.domain.alliance.candidates import Selection, SelectionIn
from teikei.domain.alliance.diligence import GiveScore, ShareScores
from teikei.domain.alliance.exits import EACH_COMPANY, BeginExit, TickExitItem
from teikei.domain.alliance.intake import Answers, Company, OpenAlliance, PartyIn, StateIntake
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.operation import ActionIn, HoldReview
from teikei.domain.alliance.state import AXES, Attendance, Resolution
from teikei.domain.allocation.split import CloseInputs, ConfirmPayment, EnterAmount
from teikei.domain.decision.voting import CastVote, RecordInternalApproval
from teikei.domain.elsewhere import Contract, SignedFile
from teikei.domain.errors import Refused
from teikei.domain.ids import derive
from teikei.domain.matter import Person, Reminders
from teikei.domain.terms import (
    AsSigned,
    Benefit,
    BenefitKind,
    CapitalTerms,
    CoDevelopmentTerms,
    CoMarketingTerms,
    Contribution,
    CoSalesTerms,
    Form,
    Goal,
    Purpose,
    Risk,
    RiskKind,
    Share,
    Terms,
)
from tests.support.story_domain import World

FORMS: tuple[Form, ...] = ("co_development", "co_sales", "co_marketing", "capital_and_business")
EVIDENCE = sha256(b"evidence").hexdigest()
STAGES = ("intake", "nda", "due_diligence", "negotiation", "signing", "operation", "exit")
NO = dict.fromkeys(
    ("new_company", "permission_only", "merger", "under_a_year", "rivals", "land", "personal_data"), False
)
BENEFITS: tuple[BenefitKind, ...] = ("risk_sharing", "use_of_resources", "quick_entry", "innovation")
RISKS: tuple[RiskKind, ...] = ("slow_decisions", "leakage", "profit_disputes", "culture")


@cache
def company(i: int) -> str:
    return derive("cmp", "test", i)


def companies(n: int) -> tuple[str, ...]:
    return tuple(company(i) for i in range(n))


def directory(n: int) -> tuple[Company, ...]:
    return tuple(
        Company(
            id=company(i), name_ja=f"第{i}社", name_en=f"Company {i}", address=f"港区{i}番",
            representative_title="代表取締役", representative_name=f"代表{i}",
        )
        for i in range(n)
    )  # fmt: skip


def party(i: int) -> PartyIn:
    contact = Person(name=f"担当{i}", email=f"contact{i}@example.com")
    boss = Person(name=f"Boss {i}", email=f"boss{i}@example.com", language="en")
    return PartyIn(company=company(i), role=f"役割{i}", contact=contact, escalation=boss)


def opening(n: int = 2, form: Form = "co_development", **more: Any) -> OpenAlliance:
    return OpenAlliance(
        name_ja="海風計画", name_en="Sea Breeze", form=form, parties=tuple(party(i) for i in range(n)), **more
    )


def contract(**more: Any) -> Contract:
    """Three years from April 2024."""
    given: dict[str, Any] = {
        "title": "共同開発契約書", "file": SignedFile(name="契約.pdf", sha256=EVIDENCE, size=1000), "signed_on": date(2024, 3, 29),
        "effective_on": date(2024, 4, 1), "term_until": date(2027, 3, 31),
    }  # fmt: skip
    return Contract(**{**given, **more})


def bringing(n: int = 2, stage: Any = "operation", days: Contract | None = None, **more: Any) -> BringIn:
    """An alliance from before this system; `more` are terms of its main agreement."""
    signed = days or contract()
    given: dict[str, Any] = {
        "term_from": signed.effective_on,
        "term_until": signed.term_until,
        "special": AsSigned(form="as_signed"),
    }
    return BringIn(
        reference="A-1", name_ja="潮風計画", name_en="Salt Breeze", form="co_development", stage=stage,
        parties=tuple(party(i) for i in range(n)), contract=signed,
        terms=terms(n, **{**given, **more}) if stage in WITH_MAIN else None,
    )  # fmt: skip


def intake(n: int = 2, **yes: bool) -> StateIntake:
    return StateIntake(
        background="背景。",
        purposes=(Purpose(kind="new_business", measure="売上"), Purpose(kind="technology", measure="特許")),
        goals=(Goal(title="試作", target="一号機", by=date(2027, 3, 31)),),
        contributions=tuple(Contribution(company=c, what=f"拠出{i}") for i, c in enumerate(companies(n))),
        benefits=tuple(Benefit(kind=k, how="方法") for k in BENEFITS),
        risks=tuple(Risk(kind=k, measure="対策") for k in RISKS),
        exit_idea="合意による終了",
        answers=Answers(**{**NO, **yes}),
    )


def special(form: Form) -> Any:
    return {
        "co_development": CoDevelopmentTerms(theme="電池"),
        "co_sales": CoSalesTerms(products=("装置",), territory="日本"),
        "co_marketing": CoMarketingTerms(campaigns=("夏",), budget=1_000_000),
        "capital_and_business": CapitalTerms(
            issuer=company(1), share_class="普通株式", share_count=100, price=50_000,
            ratio_after=Fraction(1, 7), closing_date=date(2026, 12, 1),
        ),
    }[form]  # fmt: skip


def terms(n: int = 2, form: Form = "co_development", **more: Any) -> Terms:
    """Shares 1/n, so that a remainder is there to give away."""
    given: dict[str, Any] = {
        "term_from": date(2026, 7, 1),
        "term_until": date(2028, 6, 30),
        "shares": tuple(Share(company=c, ratio=Fraction(1, n)) for c in companies(n)),
        "allowed_costs": ("材料費",),
        "special": special(form),
    }
    return Terms(**{**given, **more})


def off(world: World, *who: str) -> World:
    """These companies do not log in, in whatever matter of this world."""
    for key, state in world.states.items():
        parties = tuple(replace(p, off_platform=p.company in who) for p in state.parties)
        world.states[key] = replace(state, parties=parties)
    return world


def selected(n: int = 2) -> SelectionIn:
    """The last party is the candidate of a selection of the first one."""
    return SelectionIn(id=derive("sel", "test"), name="候補先選び", candidate=company(n - 1))


def sought(world: World) -> World:
    """The last party of this alliance is a candidate of a selection."""
    given = selected(len(world.alliance.parties))
    selection = Selection(id=given.id, name=given.name, candidate=given.candidate)
    world.states[world.root] = replace(world.alliance, selection=selection)
    return world


# moves: what all parties do to bring a matter on


def opened(n: int = 2, form: Form = "co_development", **more: Any) -> World:
    world = World()
    world.open(opening(n, form, **more), company(0), directory(n))
    return world


def decide(world: World, choice: Any = "yes") -> None:
    """Every company runs its internal approval and votes the same, until the decision is over."""
    matter = world.decision().id
    for c in world.alliance.companies():
        world.say(matter, RecordInternalApproval(status="approved", reference=f"稟議 {c[-4:]}"), c)
    for c in world.alliance.companies():
        if not world.states[matter].over:
            world.say(matter, CastVote(choice=choice), c)


def freeze(world: World, role: str) -> None:
    agreement = world.agreement(role)
    assert agreement.version_now is not None
    world.say(agreement.id, Freeze(sha256=agreement.version_now.sha256), company(0))


def signature(world: World, agreement: Agreement) -> Sign:
    assert agreement.version_now is not None
    return Sign(
        sha256=agreement.version_now.sha256, signatory="署名者", title="代表取締役", signed_at=world.now,
        method="electronic", evidence_sha256=EVIDENCE,
    )  # fmt: skip


def sign(world: World, role: str, who: tuple[str, ...] | None = None) -> None:
    agreement = world.agreement(role)
    for c in world.alliance.companies() if who is None else who:
        world.say(agreement.id, signature(world, agreement), c)


def agree(world: World, role: str) -> None:
    freeze(world, role)
    decide(world)
    sign(world, role)


def marks(world: World, c: str, points: int = 3) -> None:
    for about in world.alliance.companies():
        for axis in AXES:
            world.say(world.root, GiveScore(about=about, axis=axis, points=points, evidence="根拠"), c)


def score(world: World) -> None:
    """All marks given and shared; the first company sees everyone low, so that there are gaps."""
    for i, c in enumerate(world.alliance.companies()):
        marks(world, c, 1 if i == 0 else 4)
        world.say(world.root, ShareScores(), c)


def review(world: World, **more: Any) -> None:
    """The review that is planned is held on its day or today, with one action item for each company."""
    number = world.alliance.review
    wait = world.alliance.wait(f"review-{number}")
    assert wait is not None
    assert wait.deadline is not None
    world.advance(max(wait.deadline, world.now))
    owners = world.alliance.companies()
    given: dict[str, Any] = {
        "number": number, "held_on": world.today(), "place": "本社", "chair": "議長",
        "attendees": tuple(Attendance(company=c, people=("出席者",)) for c in owners),
        "points": ("進捗",), "resolutions": (Resolution(title="方針", outcome="承認"),),
        "actions": tuple(ActionIn(owner=c, what="報告", due=world.today() + timedelta(days=30)) for c in owners),
    }  # fmt: skip
    world.say(world.root, HoldReview(**{**given, **more}), owners[0])


def settle_period(world: World, income: int = 1_000_001, *, pay: bool = True) -> None:
    """The newest period from figures to the last payment."""
    matter = world.period().id
    for c in world.alliance.companies():
        world.say(matter, EnterAmount(side="income", what="売上", minor=income, evidence_sha256=EVIDENCE), c)
        world.say(matter, EnterAmount(side="cost", what="材料費", minor=1000, evidence_sha256=EVIDENCE), c)
        world.say(matter, CloseInputs(), c)
    decide(world)
    wait = world.states[matter].wait("payment")
    for c in wait.awaits if wait and pay else ():
        world.say(matter, ConfirmPayment(evidence_sha256=EVIDENCE), c)


def begin_exit(world: World, end: date | None = None) -> None:
    world.say(world.root, BeginExit(end_date=end or world.today(), reason="目的達成"), company(1))


def tick(world: World, who: tuple[str, ...] | None = None) -> None:
    for c in who or world.alliance.companies():
        for item in EACH_COMPANY:
            world.say(world.root, TickExitItem(item=item, how="完了"), c)


def _past(world: World, stage: str, n: int, form: Form, more: dict[str, Any]) -> None:
    """What leads out of a stage."""
    if stage == "intake":
        world.say(world.root, intake(n), company(0))
    elif stage == "nda":
        agree(world, "nda")
    elif stage == "due_diligence":
        score(world)
        decide(world)
    elif stage == "negotiation":
        world.say(world.root, DraftAgreement(terms=terms(n, form, **more)), company(1))
        freeze(world, "main")
        decide(world)
    elif stage == "signing":
        sign(world, "main")
        world.until(lambda: world.alliance.stage == "operation")
    else:
        begin_exit(world)


def at(stage: str, n: int = 2, form: Form = "co_development", **more: Any) -> World:
    """An alliance that has just reached a stage; `more` are terms."""
    given = more if STAGES.index(stage) > STAGES.index("negotiation") else {}
    return _reached(stage, n, form, tuple(sorted(given.items()))).copy()


@cache
def _reached(stage: str, n: int, form: Form, more: tuple[tuple[str, Any], ...]) -> World:
    """Lived once for all tests; each goes on with a copy of its own."""
    if stage == STAGES[0]:
        return opened(n, form)
    before = STAGES[STAGES.index(stage) - 1]
    world = at(before, n, form, **dict(more))
    _past(world, before, n, form, dict(more))
    assert world.alliance.stage == stage
    return world


def drafted(n: int = 2, form: Form = "co_development", **more: Any) -> World:
    """Negotiation, with the main agreement on the table."""
    world = at("negotiation", n, form)
    world.say(world.root, DraftAgreement(terms=terms(n, form, **more)), company(1))
    return world


def refused(world: World, matter: str, act: Act, by: str) -> str:
    """The code with which an act is refused; nothing changes."""
    before = dict(world.states)
    try:
        world.say(matter, act, by)
    except Refused as refusal:
        assert world.states == before
        return refusal.code
    return ""


RARE = Reminders(before=(7, 7, 1), overdue=2, escalate=3, lapse=4)


ENDED_QUIET = {"alliance.closed", "alliance.abandoned"}


def nothing_left(world: World) -> None:
    """Over: every matter is over, nothing falls due any more, and no mail was meant after the end.

    What survives lives on for itself and waits for nothing but the end of its duties.
    """
    living = [s for s in world.states.values() if not s.over]
    assert all(isinstance(s, Agreement) and s.role == "survival" for s in living)
    assert all(d.item.startswith("survivor-") for s in living for d in s.due)
    assert not any(s.waits or s.owes or s.children for s in living)
    end = next(line.at for line in world.lines if line.entry.code in ENDED_QUIET)
    assert all(when <= end for when, _, _ in world.mails)
