"""Bytes that are frozen: RFC 8785 against an independent library, one leaf, the derived ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from teikei.domain.act import Actor, Entry
from teikei.domain.alliance.standing import Suspend
from teikei.domain.ids import LENGTH, PREFIXES, derive, kind_of
from teikei.domain.record import V, canonical, instant, payload, seal

AT = datetime(2026, 4, 1, 0, 0, 0, 123, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=12)
VALUES = st.dictionaries(NAMES, TEXT | SAFE | st.lists(TEXT, max_size=4), max_size=6)


@given(VALUES, st.lists(TEXT, max_size=3), TEXT)
def test_a_payload_is_canonical_json(
    values: dict[str, str | int | list[str]], subjects: list[str], person: str
) -> None:
    entry = Entry(code="decision.voted", subjects=tuple(subjects), values=values)
    made = payload(
        entry,
        act=Suspend(reason="x"),
        by=Actor(company="cmp", person=person, key_id="k"),
        matter="m",
        stage="s",
    )
    assert canonical(made) == rfc8785.dumps(made)
    assert made["act"] == "suspend"
    assert made["by"] == {"company": "cmp", "person": person, "key": "k"}


@given(
    st.dictionaries(
        NAMES, st.recursive(TEXT | SAFE, lambda inner: st.lists(inner, max_size=3), max_leaves=8), max_size=8
    )
)
def test_any_object_with_ascii_keys_is_canonical(value: dict[str, object]) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_the_leaf_is_frozen() -> None:
    """A change of any of these bytes is a new `v`, never a new expectation here."""
    entry = Entry(
        code="alliance.opened",
        subjects=("cmp_a", "cmp_b"),
        values={"name": "海風", "parties": 2, "list": ["x", "\n"]},
    )
    made = canonical(
        payload(
            entry,
            act=Suspend(reason="x"),
            by=Actor(company="cmp_a", person="p", key_id="k"),
            matter="aln_1",
            stage="intake",
        )
    )
    assert (
        made
        == (
            '{"act":"suspend","by":{"company":"cmp_a","key":"k","person":"p"},"code":"alliance.opened","matter":"aln_1",'
            '"stage":"intake","subjects":["cmp_a","cmp_b"],"values":{"list":["x","\\n"],"name":"海風","parties":2}}'
        ).encode()
    )
    leaf = seal(made, salt=bytes(range(32)), alliance="aln_1", seq=7, at=AT)
    assert V == 1
    assert leaf.bytes == (
        b'{"alliance":"aln_1","at":"2026-04-01T00:00:00.000123Z","commit":"COMMIT","seq":7,"v":1}'
    ).replace(b"COMMIT", leaf.commit.encode())
    assert leaf.commit == "5fc65878ef3331a0678ad238fe11784740614e109d8ba1cb80d72bb9eb6dbde6"
    assert leaf.hash == "5139384da9c988e00fa07c3200cde81be998d1e888a10aab5e4a2eaec1c409b0"


def test_an_instant_has_one_spelling() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert instant(AT) == instant(AT.astimezone(tokyo)) == "2026-04-01T00:00:00.000123Z"
    assert instant(datetime(2026, 4, 1, 9, tzinfo=tokyo)) == "2026-04-01T00:00:00.000000Z"


def test_ids_are_frozen() -> None:
    assert derive("aln", "cmp_a", "key-1") == "aln_y5wn32m4oj7tfxq4kchhesy32m"
    assert derive("dec", "aln_1", 3, 0) == "dec_per62l7z7oczjtcfz63jwytwys"
    assert derive("dec", "aln_1", 30) != derive("dec", "aln_1", 3, 0) != derive("dec", "aln_13", 0)
    assert [kind_of(f"{p}_x") for p in PREFIXES.values()] == list(PREFIXES)
    assert kind_of("cmp_x") == kind_of("") == ""


@given(st.lists(st.text(max_size=8) | st.integers(), min_size=1, max_size=4))
def test_ids_have_one_form_and_repeat(parts: list[str | int]) -> None:
    made = derive("agr", *parts)
    assert made == derive("agr", *parts)
    head, tail = made.split("_")
    assert (head, len(tail)) == ("agr", LENGTH)
    assert set(tail) <= set("abcdefghijklmnopqrstuvwxyz234567")
