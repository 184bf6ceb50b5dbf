"""What the markers refuse, seen through real acts: strict where a person speaks, tolerant on the wire."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from activities.record import AnyAct, PublicAct, SystemAct
from teikei.domain.act import Act
from teikei.domain.agreement.force import Sign
from teikei.domain.alliance.diligence import GiveScore
from teikei.domain.alliance.intake import OpenAlliance, StateIntake
from teikei.domain.alliance.negotiation import DraftAgreement
from teikei.domain.alliance.operation import HoldReview
from teikei.domain.allocation.split import EnterAmount
from teikei.domain.decision.voting import Comment
from teikei.domain.fields import Day, Instant, Line, Note, Ratio
from tests.domain.cast import EVIDENCE, company, intake, opening, terms
from tests.support.story_domain import wire

ACTS: dict[type[Act], Act] = {
    OpenAlliance: opening(2, sandbox_from=datetime(2026, 4, 1, tzinfo=UTC)),
    StateIntake: intake(),
    DraftAgreement: DraftAgreement(terms=terms()),
    GiveScore: GiveScore(about=company(0), axis="culture", points=3, evidence="根拠"),
    EnterAmount: EnterAmount(side="income", what="売上", minor=5, evidence_sha256=EVIDENCE),
    Comment: Comment(text="意見"),
    Sign: Sign(
        sha256=EVIDENCE,
        signatory="署名者",
        title="社長",
        signed_at=datetime(2026, 4, 1, tzinfo=UTC),
        method="seal",
        evidence_sha256=EVIDENCE,
    ),
}


def changed(act: type[Act], pointer: str, value: Any) -> Any:
    """The JSON of a good act with one value in it exchanged."""
    body: Any = deepcopy(json.loads(wire(act).dump_json(ACTS[act])))
    *path, last = [int(p) if p.isdigit() else p for p in pointer.split("/")[1:]]
    there = body
    for step in path:
        there = there[step]
    there[last] = value
    return body


REFUSED: list[tuple[type[Act], str, list[Any]]] = [
    (
        DraftAgreement,
        "/terms/shares/0/ratio",
        [
            0.5,
            1,
            True,
            None,
            "0.5",
            "1/0",
            "-1/2",
            " 1/2",
            "1/2\n",
            "１/2",
            "1/2/3",
            "",
            "1" * 10,
            "1e3",
            "01/0",
        ],
    ),
    (DraftAgreement, "/terms/shares/0/company", ["x", "cmp_" + "A" * 26, company(0) + "a", "", 1]),
    (DraftAgreement, "/terms/shares", [[], "x", [{"company": company(0), "ratio": "1"}]]),
    (
        DraftAgreement,
        "/terms/term_from",
        [
            20260401,
            1.5e9,
            "2026-13-01",
            "2026-02-30",
            "20260401",
            "2026-4-1",
            "2026-04-01T00:00:00Z",
            True,
            "9999-12-31",
            "0001-01-01",
            "２０２６-04-01",
        ],
    ),
    (DraftAgreement, "/terms/currency", ["jpy", "JPYX", "", 1, "円円円"]),
    (DraftAgreement, "/terms/payment_days", [True, "7", 7.0, -1, 10_001, 10**30, None]),
    (DraftAgreement, "/terms/allowed_costs", [["x"] * 31, [""], ["a\nb"]]),
    (DraftAgreement, "/terms/ladder_days", [[1], [1, 2, 3], [1.0, 2]]),
    (DraftAgreement, "/terms/data", ["true", 1, 0, None]),
    (DraftAgreement, "/terms/tie_order", ["alphabet", 1]),
    (DraftAgreement, "/terms/special", [{"form": "merger"}, {}, None]),
    (GiveScore, "/points", [0, 6, 9, "3", 3.0, True, -1, 10**30]),
    (GiveScore, "/axis", ["money", 1]),
    (GiveScore, "/evidence", ["", " ", "x" * 4001, "a\x00b", "a\x1bb", "\x7f", "a\u2028b", "\ufffe", 5]),
    (EnterAmount, "/minor", [-1, 10**15 + 1, 10**30, 5.0, "5", True, None]),
    (EnterAmount, "/what", ["x" * 201, "a\nb", "a\tb", "a\rb", "a\x85b", "a\u2029a", ""]),
    (EnterAmount, "/evidence_sha256", ["0" * 63, "0" * 65, "G" * 64, "A" * 64, EVIDENCE + "\n", 7]),
    (
        Sign,
        "/signed_at",
        [
            "2026-04-01T09:00:00",
            1775001600,
            1.5,
            "2026-04-01",
            "now",
            True,
            "0001-01-01T00:00:00+09:00",
            "9999-12-31T23:59:59Z",
        ],
    ),
    (Sign, "/method", ["blood"]),
    (OpenAlliance, "/parties", [[], "x"]),
    (
        OpenAlliance,
        "/parties/0/contact/email",
        ["x", "a b@c.de", "a@b@c", "a\n@b.de", "a@b.de\nBcc: x@y.z", "x" * 250 + "@b.de", "<a@b.de>"],
    ),
    (OpenAlliance, "/parties/0/contact/language", ["fr", ""]),
    (OpenAlliance, "/name_ja", ["海\r\nBcc: a@b.de", "x" * 201, "", " \t "]),
    (OpenAlliance, "/reminders/before", [[1] * 6, [-1], [1.5], ["3"]]),
    (OpenAlliance, "/reminders/lapse", [-1, 10_001, True]),
    (OpenAlliance, "/sandbox_from", ["2026-04-01T00:00:00", 0]),
    (StateIntake, "/answers/merger", ["no", 0, None]),
    (StateIntake, "/purposes", [[]]),
    (StateIntake, "/goals/0/by", [1, "2026-2-1"]),
]


@pytest.mark.parametrize(
    ("act", "pointer", "values"),
    REFUSED,
    ids=lambda v: v if isinstance(v, str) else getattr(v, "__name__", ""),
)
def test_what_a_field_refuses(act: type[Act], pointer: str, values: list[Any]) -> None:
    path = tuple(int(p) if p.isdigit() else p for p in pointer.split("/")[1:])
    for value in values:
        body = changed(act, pointer, value)
        with pytest.raises(ValidationError) as at_the_door:
            wire(act).validate_python(body)
        with pytest.raises(ValidationError) as on_the_wire:
            wire(act).validate_json(json.dumps(body), extra="ignore")
        for caught in (at_the_door, on_the_wire):
            places = [error["loc"][: len(path)] for error in caught.value.errors()]
            assert path in places, "the error names the field"


@pytest.mark.parametrize("act", ACTS, ids=lambda a: a.__name__)
def test_unknown_fields_are_refused_at_the_door_and_ignored_on_the_wire(act: type[Act]) -> None:
    body = json.loads(wire(act).dump_json(ACTS[act]))
    assert wire(act).validate_python(body) == ACTS[act]
    for foreign in ("by", "key", "now", "state", "schema"):
        body[foreign] = "x"
        with pytest.raises(ValidationError, match="Unexpected"):
            wire(act).validate_python(body)
        assert wire(act).validate_json(json.dumps(body), extra="ignore") == ACTS[act]
        del body[foreign]


def test_unknown_fields_are_refused_in_nested_facts_too() -> None:
    for act, pointer in (
        (OpenAlliance, "/parties/0/x"), (OpenAlliance, "/parties/0/contact/x"), (OpenAlliance, "/reminders/x"),
        (StateIntake, "/answers/x"), (StateIntake, "/goals/0/x"), (StateIntake, "/risks/3/x"), (StateIntake, "/benefits/0/x"),
        (StateIntake, "/purposes/0/x"), (StateIntake, "/contributions/0/x"),
        (DraftAgreement, "/terms/x"), (DraftAgreement, "/terms/shares/0/x"), (DraftAgreement, "/terms/special/x"),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            wire(act).validate_python(changed(act, pointer, 1))
        assert wire(act).validate_json(json.dumps(changed(act, pointer, 1)), extra="ignore") == ACTS[act]
    held = {
        "number": 1,
        "held_on": "2026-04-01",
        "place": "x",
        "chair": "y",
        "attendees": [{"company": company(0), "who": []}],
    }
    with pytest.raises(ValidationError):
        wire(HoldReview).validate_python(held)


def test_the_tag_decides_and_an_unknown_body_is_no_act() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(AnyAct)
    bodies: list[Any] = [{"kind": "unheard_of"}, {}, {"kind": "vote"}, {"kind": "comment", "text": 5}, []]
    for body in bodies:
        with pytest.raises(ValidationError):
            adapter.validate_python(body)
    assert adapter.validate_python({"kind": "comment", "text": " 意見 "}) == Comment(text="意見")


def test_every_act_has_a_kind_of_its_own_and_no_field_that_others_decide() -> None:
    public, system = set(get_args(PublicAct)), set(get_args(SystemAct))
    assert not public & system
    kinds = [a.__dataclass_fields__["kind"].default for a in public | system]
    assert len(set(kinds)) == len(kinds) > 45
    for act in public:
        assert not {"by", "key", "now", "state"} & set(act.__dataclass_fields__)
        assert act.__pydantic_config__ == {"extra": "forbid"}
        assert act.__doc__


def test_every_number_of_a_public_act_is_bounded_and_every_text_too() -> None:
    for act in get_args(PublicAct):
        schema = TypeAdapter(act).json_schema()
        for where, node in _nodes(schema):
            if node.get("type") == "integer":
                assert {"minimum", "maximum"} <= set(node), (act.__name__, where)
            if node.get("type") == "array":
                assert "maxItems" in node, (act.__name__, where)
            if node.get("type") == "string":
                assert {"maxLength", "pattern", "enum", "const", "format"} & set(node), (act.__name__, where)
            if node.get("type") == "object":
                assert node.get("additionalProperties") is False, (act.__name__, where)


def _nodes(node: Any, where: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            found.append((where, node))
        for key, inner in node.items():
            found += _nodes(inner, f"{where}/{key}")
    elif isinstance(node, list):
        for i, inner in enumerate(node):
            found += _nodes(inner, f"{where}/{i}")
    return found


@given(st.fractions(min_value=0, max_value=1, max_denominator=10**6))
def test_a_ratio_goes_out_and_comes_in_as_text(ratio: Fraction) -> None:
    adapter: TypeAdapter[Fraction] = TypeAdapter(Ratio)
    text = json.loads(adapter.dump_json(ratio))
    assert isinstance(text, str)
    assert adapter.validate_python(text) == adapter.validate_python(ratio) == ratio


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.text(max_size=30))
def test_days_and_texts(day: date, text: str) -> None:
    days: TypeAdapter[date] = TypeAdapter(Day)
    assert days.validate_json(days.dump_json(day)) == day
    lines: TypeAdapter[str] = TypeAdapter(Line)
    notes: TypeAdapter[str] = TypeAdapter(Note)
    try:
        line = lines.validate_python(text)
    except ValidationError:
        assert (
            not text.strip()
            or not text.isprintable()
            or len(text.splitlines()) > 1
            or any(0xD800 <= ord(c) <= 0xDFFF for c in text)
        )
    else:
        assert len(line.splitlines()) == 1, "a mail header would break"
        assert notes.validate_python(text) == line == line.strip()


def test_an_instant_keeps_its_moment() -> None:
    adapter: TypeAdapter[datetime] = TypeAdapter(Instant)
    assert adapter.validate_python("2026-04-01T09:00:00+09:00") == datetime(2026, 4, 1, tzinfo=UTC)
    assert adapter.validate_python(datetime(2026, 4, 1, tzinfo=UTC)) == datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(ValidationError):
        adapter.validate_python(datetime(2026, 4, 1))  # noqa: DTZ001  (naive on purpose)
