"""Problems: one table per kind, both languages, no content in an accident, nothing of ours without a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_core import core_schema
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from api import faults, problems
from api.language import pick
from teikei.domain.errors import KINDS
from teikei.domain.texts import catalogue
from tests.api.memory_house import MemoryHouse
from tests.api.scene import Site

ROOT = Path(__file__).resolve().parents[2]
RAISED = re.compile(
    r"""\b(?:Refused|Invalid|Forbidden|Unknown|Conflict|Unavailable|Busy|Rollover|Stale|NotSignedIn|BadParameter)\(\s*"([a-z_.]+)\""""
)


def codes() -> set[str]:
    """Every code that can reach a caller: our tables, and every code raised in the rooms."""
    found = {
        code
        for room in ("teikei/domain", "teikei/adapters", "activities", "workflows", "api")
        for path in (ROOT / room).rglob("*.py")
        for code in RAISED.findall(path.read_text(encoding="utf-8"))
    }
    return found | problems.CODES | set(faults.CODES.values()) | set(faults.HINTS.values()) | {faults.DEFAULT}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_code_has_a_title_and_a_remedy(language: str) -> None:
    texts = catalogue(language)
    assert len(codes()) > 90
    assert [
        c for c in sorted(codes()) for part in ("title", "remedy") if f"errors.{c}.{part}" not in texts
    ] == []


def test_every_class_of_the_tree_has_a_status() -> None:
    assert {name: problems.status_of(kind("x.y")) for name, kind in KINDS.items()} == {
        "Refused": 409, "Invalid": 422, "Forbidden": 403, "Unknown": 404, "Conflict": 409,
        "Trouble": 503, "Unavailable": 503, "Busy": 429, "Rollover": 503, "Stale": 503, "Broken": 500,
    }  # fmt: skip


def test_the_table_knows_only_error_types_that_exist() -> None:
    from typing import get_args

    assert set(faults.CODES) <= {*get_args(core_schema.ErrorType), "value_error"}


def test_the_hints_are_those_of_the_fields() -> None:
    source = (ROOT / "teikei/domain/fields.py").read_text(encoding="utf-8")
    for start in faults.HINTS:
        assert f'"{start}' in source


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"), ("ja", "ja"), ("ja-JP", "ja"), ("en-GB, ja;q=0.5", "en"), ("fr, ja;q=0.4, en;q=0.3", "ja"),
        ("de", "en"), ("jav", "en"), ("ja;q=0", "en"), ("ja;q=x", "en"), ("en;q=0.1, JA;q=1.0", "ja"), ("," * 900, "en"),
        ("ja;q=0.²", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_most_wanted_one_that_we_speak(accept: str, language: str) -> None:
    assert pick(accept) == language


async def test_a_problem_speaks_the_asked_language_and_always_titles_in_both(memory: Site) -> None:
    ja, en = [await memory.ask("GET", "/v1/alliances", "", Accept_Language=one) for one in ("ja-JP", "en")]
    assert ja.json()["title"] == ja.json()["title_ja"] == en.json()["title_ja"]
    assert en.json()["title"] == en.json()["title_en"] == ja.json()["title_en"]
    assert ja.json()["detail"] != en.json()["detail"]
    assert ja.json()["code"] == en.json()["code"] == "auth.missing"
    assert ja.json()["type"] == "urn:teikei:problem:auth.missing"
    assert (ja.headers["content-language"], en.headers["content-language"]) == ("ja", "en")
    assert set(ja.json()) == {"type", "title", "title_ja", "title_en", "status", "detail", "code", "errors"}


async def test_an_unknown_route_and_a_wrong_method_have_codes(memory: Site) -> None:
    nowhere = await memory.ask("GET", "/v1/nowhere", memory.companies[0])
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "route.unknown")
    slash = await memory.ask("GET", "/v1/alliances/", memory.companies[0])
    assert (slash.status_code, slash.json()["code"]) == (404, "route.unknown")
    method = await memory.ask("DELETE", "/v1/alliances", memory.companies[0])
    assert (method.status_code, method.json()["code"]) == (405, "route.method")
    assert method.headers["allow"] == "GET, POST"


async def test_an_accident_tells_nothing_and_is_logged_under_its_trace(memory: Site) -> None:
    house = memory.house
    assert isinstance(house, MemoryHouse)
    house.store.accident = RuntimeError("the password is hunter2")
    with capture_logs(processors=[merge_contextvars]) as logs:
        answer = await memory.ask("GET", "/v1/alliances", memory.companies[0])
    assert (answer.status_code, answer.json()["code"]) == (500, "server.error")
    assert "hunter2" not in answer.text
    assert [(entry["event"], entry["path"]) for entry in logs] == [("api.unhandled", "/v1/alliances")]
    assert (logs[0]["log_level"], bool(logs[0]["exc_info"])) == ("error", True)
    assert logs[0]["trace_id"] == answer.headers["x-trace-id"]


async def test_every_answer_has_a_trace_and_headers_of_caution(memory: Site) -> None:
    answers = [
        await memory.ask("GET", p, memory.companies[0])
        for p in ("/v1/alliances", "/v1/nowhere", "/livez", "/docs")
    ]
    assert len({a.headers["x-trace-id"] for a in answers}) == 4
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "x-trace-id" not in answer.text


def test_pointers_are_escaped_and_cut() -> None:
    assert faults.pointer(("a/b", "c~d", 3)) == "/a~1b/c~0d/3"
    assert len(faults.pointer(("x" * 5000,))) == 101


async def test_never_more_than_a_handful_of_faults(memory: Site) -> None:
    body = {f"field{i}": i for i in range(2000)}
    answer = await memory.ask("POST", "/v1/alliances", memory.companies[0], body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == faults.MOST
