"""docs/record.md tells the truth: its example is computed again, its program is run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from teikei.domain.act import Actor, Entry
from teikei.domain.alliance.standing import Resume
from teikei.domain.decision.voting import CastVote
from teikei.domain.record import MOST_INTEGER, SALT_BYTES, Leaf, V, canonical, payload, seal

TEXT = (Path(__file__).parents[2] / "docs" / "record.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"```(\w+)\n(.*?)\n```", TEXT, re.DOTALL))
ALLIANCE = "aln_y5wn32m4oj7tfxq4kchhesy32m"
AT = datetime(2026, 4, 1, tzinfo=UTC)


def example() -> bytes:
    told = json.loads(BLOCKS["payload"])
    by = told["by"]
    return canonical(
        payload(
            Entry(code=told["code"], subjects=tuple(told["subjects"]), values=told["values"]),
            act=CastVote(choice="yes", reason=told["values"]["reason"]),
            by=Actor(company=by["company"], person=by["person"], key_id=by["key"]),
            matter=told["matter"],
            stage=told["stage"],
        )
    )


def test_the_example_is_what_the_code_makes() -> None:
    assert set(BLOCKS) == {"payload", "salt", "commit", "leaf", "hash", "python"}
    salt = bytes.fromhex(BLOCKS["salt"])
    assert len(salt) == SALT_BYTES
    assert example().decode() == BLOCKS["payload"]
    leaf = seal(example(), salt=salt, alliance=ALLIANCE, seq=41, at=AT)
    assert (leaf.commit, leaf.bytes.decode(), leaf.hash) == (BLOCKS["commit"], BLOCKS["leaf"], BLOCKS["hash"])


def test_the_example_follows_from_the_words_alone() -> None:
    salted = bytes.fromhex(BLOCKS["salt"]) + BLOCKS["payload"].encode()
    assert hashlib.sha256(salted).hexdigest() == BLOCKS["commit"] == json.loads(BLOCKS["leaf"])["commit"]
    assert hashlib.sha256(b"\x00" + BLOCKS["leaf"].encode()).hexdigest() == BLOCKS["hash"]


def test_the_members_that_the_page_lists_are_the_members_there_are() -> None:
    listed = set(re.findall(r"^   \| `(\w+)` \|", TEXT, re.MULTILINE))
    assert listed == set(json.loads(BLOCKS["payload"]))
    assert f"`{{{', '.join(Leaf.__dataclass_fields__)}}}`" in TEXT
    assert f"`v` is {V}." in TEXT
    assert MOST_INTEGER == 2**53 - 1


def a_record(count: int) -> list[str]:
    """Lines as the API gives them; every third is private to others, so it has no content."""
    lines = []
    for seq in range(1, count + 1):
        values: dict[str, Any] = {"number": seq, "big": 10**17, "名".encode().hex(): '髙﨑𠮷 \u2028\n"\\'}
        body = canonical(
            payload(
                Entry(code="x.y", values=values),
                act=Resume(),
                by=Actor(company="cmp_a"),
                matter="m",
                stage="s",
            )
        )
        leaf = seal(body, salt=bytes([seq]) * SALT_BYTES, alliance=ALLIANCE, seq=seq, at=AT)
        shown: dict[str, Any] = {"leaf": json.loads(leaf.bytes), "hash": leaf.hash}
        if seq % 3:
            shown |= {"salt": (bytes([seq]) * SALT_BYTES).hex(), "payload": json.loads(body)}
        lines.append(json.dumps(shown))
    return lines


def program() -> Callable[[Iterable[str]], None]:
    space: dict[str, Any] = {"__name__": "page"}
    exec(compile(BLOCKS["python"], "docs/record.md", "exec"), space)  # noqa: S102  (the page is ours)
    check: Callable[[Iterable[str]], None] = space["check"]
    return check


def test_the_program_accepts_a_record() -> None:
    program()(a_record(10))


def _changed(line: str, *path: str, to: Any) -> str:
    entry = json.loads(line)
    inner = entry
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(entry)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("leaf", "at"), "2026-04-02T00:00:00.000000Z"),
        (("leaf", "commit"), "0" * 64),
        (("leaf", "seq"), 9),
        (("leaf", "v"), 2),
        (("leaf", "more"), 1),
        (("hash",), "0" * 64),
        (("salt",), "00" * 32),
        (("payload", "by", "company"), "cmp_b"),
        (("payload", "values", "number"), 6),
    ],
)
def test_the_program_finds_each_change(path: tuple[str, ...], to: Any) -> None:
    lines = a_record(8)
    lines[4] = _changed(lines[4], *path, to=to)
    with pytest.raises(SystemExit):
        program()(lines)


def test_the_program_finds_a_missing_and_a_doubled_line() -> None:
    lines = a_record(8)
    for wrong in ([*lines[:3], *lines[4:]], [*lines[:4], *lines[3:]], lines[1:]):
        with pytest.raises(SystemExit):
            program()(wrong)


def test_erased_content_leaves_the_record_whole() -> None:
    lines = a_record(5)
    entry = json.loads(lines[1])
    del entry["salt"], entry["payload"]
    program()([lines[0], json.dumps(entry), *lines[2:]])
