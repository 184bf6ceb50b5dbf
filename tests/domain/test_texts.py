"""The catalogue says everything that a person reads, in both languages, and nothing that no code says."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from api import faults, problems
from teikei.documents.errors import CODES as DOCUMENT_CODES
from teikei.domain import errors
from teikei.domain.agreement import state as agreement
from teikei.domain.agreement.force import Sign
from teikei.domain.alliance import exits, intake
from teikei.domain.alliance import state as alliance
from teikei.domain.alliance.announcing import AnswerEvent
from teikei.domain.alliance.moving import How
from teikei.domain.alliance.obligations import AnswerObligation
from teikei.domain.alliance.survey import HEALTH_AXES, STATEMENTS
from teikei.domain.allocation import state as allocation
from teikei.domain.allocation.split import EnterAmount
from teikei.domain.amendments import Change
from teikei.domain.clock import ClearAttention
from teikei.domain.company_events import FactEvent, Structural
from teikei.domain.decision import rules
from teikei.domain.decision import state as decision
from teikei.domain.decision.rules import OutcomeName
from teikei.domain.elapsed import OTHER
from teikei.domain.messages import AgreementMoved
from teikei.domain.papers import PaperKind
from teikei.domain.succession import Moving, Staying
from teikei.domain.terms import BenefitKind, Form, PurposeKind, RiskKind
from teikei.domain.texts import catalogue, named, say, word

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ja", "en")
JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
MOVES: tuple[str, ...] = get_args(get_type_hints(AgreementMoved)["to"])
OUTCOMES: tuple[str, ...] = get_args(OutcomeName)
OF_ALL = tuple(o for o in OUTCOMES if o != "deadlocked")
"""Where all have to agree there is no tie."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "alliance.nda_*": MOVES,
    "alliance.main_*": MOVES,
    "alliance.amendment_*": MOVES,
    "exit.termination_*": MOVES,
    "agreement.approval_*": OF_ALL,
    "agreement.renewal_*": OF_ALL,
    "decision.*": OUTCOMES,
    "due.*": ("remind", "overdue", "escalate"),
    "attention.*": get_args(get_type_hints(ClearAttention)["how"]),
    "agenda.gap_*": alliance.AXES,
    "agenda.obligation_*": ("missed", "overdue", "held"),
    "obligation.*": ("taken_on", "proposed"),
    "obligation.move_*": get_args(How),
    "obligation.answer_*": get_args(get_type_hints(AnswerObligation)["answer"]),
    "event.answer_*": get_args(get_type_hints(AnswerEvent)["answer"]),
    "agenda.*": (*OUTCOMES, "motion"),
}
"""Every code that is put together at run time, with each value that can stand in it."""
PASSED_ON = {
    "decision.lapsed": {"silent"},
    "decision.voided": {"reason"},
    "alliance.abandoned": {"note", "company"},
}
"""Values that reach an entry through `**values`."""
AT_A_TAG = {"file", "part", "paragraph", "text", "tag"}
"""What `teikei.documents.tags.refuse` adds to every error of a template."""
RAISED = {*errors.KINDS, "DocumentError", "NotSignedIn", "BadParameter"}


def trees(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def calls(*rooms: str) -> Iterator[tuple[str, ast.Call]]:
    for path, tree in trees(*rooms):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literals(node: ast.expr) -> list[str]:
    """The codes that an expression can be: a literal, or a family with each of its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        family = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
        return [family.replace("*", value) for value in FAMILIES[family]]
    return []


def entries() -> dict[str, list[set[str]]]:
    """Every entry code of the domain, with the names of its values at each place."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    for _, node in calls("teikei/domain"):
        names = {k.arg for k in node.keywords if k.arg}
        if called(node) == "entry" and node.args:
            code = node.args[0]
        elif called(node) == "Entry" and "code" in names:
            by_name = {k.arg: k.value for k in node.keywords}
            code, values = by_name["code"], by_name.get("values")
            if isinstance(values, ast.Dict):
                names = {str(k.value) for k in values.keys if isinstance(k, ast.Constant)}
        else:
            continue
        for one in literals(code):
            found[one].append(names | PASSED_ON.get(one, set()))
    return found


def raised() -> dict[str, list[set[str]]]:
    """Every error code that is raised with a literal, with the names of its parameters at each place."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    for _, node in calls("teikei", "activities", "workflows", "api"):
        if called(node) in RAISED and node.args:
            for code in literals(node.args[0]):
                found[code].append({k.arg for k in node.keywords if k.arg})
        elif called(node) == "refuse" and node.args:
            for code in literals(node.args[0]):
                found[code].append(AT_A_TAG | {k.arg for k in node.keywords if k.arg})
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


ENTRIES, ERRORS = entries(), raised()
TABLES = {*problems.CODES, *faults.CODES.values(), *faults.HINTS.values(), faults.DEFAULT, *DOCUMENT_CODES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_said_in_its_language(language: str) -> None:
    for code, text in catalogue(language).items():
        assert isinstance(text, str)
        assert text.strip() == text, code
        assert text, code
        assert bool(JAPANESE.search(text)) is (language == "ja"), f"{code}: {text}"


def test_both_languages_hold_the_same_codes_with_the_same_values() -> None:
    ja, en = catalogue("ja"), catalogue("en")
    assert set(ja) == set(en)
    assert {c: placeholders(t) for c, t in ja.items()} == {c: placeholders(t) for c, t in en.items()}


def test_the_scan_sees_the_code() -> None:
    assert len(ENTRIES) > 60
    assert len(ERRORS) > 70
    assert "alliance.main_in_force" in ENTRIES
    assert ERRORS["matter.wrong_stage"] == [{"stage", "wanted"}]


def test_every_entry_has_a_title_and_every_title_an_entry() -> None:
    titles = {code.removeprefix("timeline.") for code in catalogue("ja") if code.startswith("timeline.")}
    assert titles == set(ENTRIES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_uses_only_values_that_its_entry_has(language: str) -> None:
    for code, places in ENTRIES.items():
        for values in places:
            assert placeholders(catalogue(language)[f"timeline.{code}"]) <= values, code


@pytest.mark.parametrize("code", sorted(set(ERRORS) | TABLES))
def test_every_error_says_what_is_wrong_and_what_to_do(code: str) -> None:
    for language in LANGUAGES:
        for part in ("title", "remedy"):
            assert f"errors.{code}.{part}" in catalogue(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_uses_only_parameters_that_it_has(language: str) -> None:
    given = {"field.too_long": {"most"}, "field.too_many": {"most"}, "field.too_large": {"most"}}
    given |= {
        "field.too_short": {"least"},
        "field.too_few": {"least"},
        "field.too_small": {"least"},
        "field.not_one_of": {"expected"},
    }
    for code, text in catalogue(language).items():
        if code.startswith("errors."):
            name = code.removeprefix("errors.").rpartition(".")[0]
            for values in ERRORS.get(name, []) or [given.get(name, set())]:
                assert placeholders(text) <= values, code


def test_no_text_is_kept_for_an_error_that_nobody_raises() -> None:
    told = {c.removeprefix("errors.").rpartition(".")[0] for c in catalogue("ja") if c.startswith("errors.")}
    assert told == set(ERRORS) | TABLES


def test_no_error_gives_a_verdict_of_law() -> None:
    for code, text in catalogue("ja").items():
        if code.startswith("errors."):
            assert not re.search("適法|違法|有効|無効", text), code
    for code, text in catalogue("en").items():
        if code.startswith("errors."):
            assert not re.search(r"\b(un)?lawful|\b(il)?legal\b|\b(in)?valid|\bvoid|enforceable", text), code


def family(*parts: Any) -> list[str]:
    return [one for part in parts for one in (get_args(part) or part)]


STAGES = [
    alliance.INTAKE, alliance.NDA, alliance.DILIGENCE, alliance.NEGOTIATION, alliance.SIGNING, alliance.OPERATION,
    alliance.EXIT, alliance.CLOSED, alliance.ABANDONED,
    agreement.DRAFTING, agreement.ROUNDS, agreement.APPROVAL, agreement.SIGNING, agreement.SIGNED, agreement.IN_FORCE, agreement.ENDED,
    decision.CALLED, decision.VOTING, decision.CLOSED,
    allocation.INPUTS, allocation.PREVIEW, allocation.DECISION, allocation.LOCKED, allocation.SETTLED,
]  # fmt: skip


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("form", family(Form)),
        ("purpose", family(PurposeKind)),
        ("benefit", family(BenefitKind)),
        ("risk", family(RiskKind)),
        ("choice", family(rules.Choice)),
        ("exit_item", [*exits.EACH_COMPANY, *exits.SYSTEM]),
        ("survivor", ["confidentiality", "damages", "results", "dispute"]),
        ("word", STAGES),
        ("word", ["alliance", "agreement", "decision", "allocation"]),
        ("word", family(Form, PurposeKind, PaperKind, agreement.Role, rules.Subject, alliance.AXES)),
        (
            "word",
            family(
                rules.Choice,
                OUTCOMES,
                get_type_hints(decision.Internal)["status"],
                get_type_hints(Sign)["method"],
            ),
        ),
        ("word", [*family(get_type_hints(EnterAmount)["side"]), "true", "false", "remind-0"]),
        (
            "word",
            family(
                get_type_hints(rules.VotingRule)["kind"],
                [b for b in get_args(get_type_hints(rules.Verdict)["because"]) if b],
            ),
        ),
        (
            "word",
            [f"change_{what}" for c in get_args(Change) for what in get_args(get_type_hints(c)["what"])],
        ),
        ("word", [*exits.EACH_COMPANY, *exits.SYSTEM]),
        ("word", [f"event_{kind}" for kind in family(FactEvent, Structural)]),
        ("word", [f"place_{place}" for place in (*family(Moving, Staying), "nothing")]),
        ("word", [*HEALTH_AXES, *STATEMENTS, "named", "anonymous", OTHER]),
        ("word", [one for route in intake.ROUTES for one in (route.way, route.need) if one]),
    ],
)
def test_the_words_of_the_field_are_all_known(prefix: str, values: list[str]) -> None:
    assert values
    for language in LANGUAGES:
        assert [v for v in values if f"{prefix}.{v}" not in catalogue(language)] == []


def test_every_reason_that_the_rules_give_is_known() -> None:
    reasons = {f"go_no_go_{outcome}" for outcome in OF_ALL if outcome != "approved"}
    for _, node in calls("teikei/domain"):
        if (
            called(node) in {"abandon", "ended", "moved"}
            and len(node.args) == 2
            and isinstance(node.args[1], ast.Constant)
        ):
            reasons.add(str(node.args[1].value))
        if called(node) == "Drop":
            reasons |= {
                str(k.value.value)
                for k in node.keywords
                if k.arg == "reason" and isinstance(k.value, ast.Constant)
            }
    assert len(reasons) >= 9
    assert {r for r in reasons if f"word.{r}" not in catalogue("ja")} == set()


def test_every_item_with_a_deadline_has_a_name_and_a_consequence() -> None:
    items: set[str] = set()
    for _, node in calls("teikei/domain"):
        if called(node) == "ask":
            first = node.args[0]
            if isinstance(first, ast.Constant):
                items.add(str(first.value))
            elif isinstance(first, ast.JoinedStr):
                items.add(str(getattr(first.values[0], "value", "")).rstrip("-"))
    items |= {"review", "suspension", "approval"}
    assert len(items) == 18
    for language in LANGUAGES:
        for item in items:
            assert {f"item.{item}", f"silence.{item}"} <= set(catalogue(language)), item
        assert {c.rpartition(".")[2] for c in catalogue(language) if c.startswith("silence.")} == items


def test_every_agenda_line_has_a_text() -> None:
    codes = {
        code
        for _, node in calls("teikei/domain")
        if called(node) == "AgendaLine"
        for keyword in node.keywords
        if keyword.arg == "code"
        for code in literals(keyword.value)
    }
    assert len(codes) == 14 + len(OUTCOMES) + 1
    assert codes == {c for c in catalogue("ja") if c.startswith("agenda.")}


def test_a_code_that_nobody_knows_and_a_value_that_is_missing_stay_visible() -> None:
    assert say("ja", "nothing.here") == "nothing.here"
    assert say("en", "timeline.review.missed") == "Review 〈number〉 not held"


def test_values_are_said_in_the_language_of_the_reader() -> None:
    values = {"item": "review-2", "offset": "remind-14", "companies": ["東都株式会社", "West Inc."]}
    assert (
        say("ja", "timeline.due.remind", **values)
        == "期限の事前通知：第2回定例レビュー（14日前、対象：東都株式会社、West Inc.）"
    )
    assert (
        say("en", "timeline.due.remind", **values)
        == "Reminder: review 2 (14 days before; to 東都株式会社, West Inc.)"
    )
    assert (
        say("ja", "errors.matter.wrong_stage.remedy", wanted="rounds, approval")
        == "次の段階で行ってください：協議、契約書の承認"
    )
    assert word("en", "inputs", "item") != word("en", "inputs")
    assert word("ja", "review-x") == "review-x"


def test_what_people_wrote_stays_even_where_it_spells_a_code() -> None:
    said = say("ja", "timeline.alliance.opened", alliance="merger", form="co_sales", parties=2)
    assert said == "提携「merger」の開始（共同販売、当事者2社）"
    assert (
        say("en", "timeline.allocation.amount_entered", side="income", what="{side} yes")
        == "Income entered ({side} yes)"
    )


def test_ids_become_names_in_lists_and_inside_text() -> None:
    names = {"cmp_a": "東都", "cmp_b": "西海"}
    values = {
        "companies": ["cmp_a", "cmp_x"],
        "votes": ["cmp_b yes"],
        "silent": "cmp_a cmp_b",
        "number": 3,
        "name": "two  blanks",
    }
    assert named(values, names) == {
        "companies": ["東都", "cmp_x"], "votes": ["西海 yes"], "silent": "東都 西海", "number": 3, "name": "two  blanks",
    }  # fmt: skip
