"""What travels: frozen payloads decode, unknown fields are passed over, nothing changes on the way, failures say nothing in plain."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from activities.failures import as_error, as_failure
from activities.record import Order, Say
from teikei.adapters.temporal.convert import (
    COMPRESS_FROM,
    ENCODING,
    Compression,
    WireConverter,
    data_converter,
)
from teikei.domain.act import Act
from teikei.domain.agreement.talks import Revise
from teikei.domain.errors import KINDS, Invalid, TeikeiError
from teikei.domain.terms import Share
from tests.adapters_temporal.golden import GOLDEN
from tests.adapters_temporal.samples import ACT_CLASSES, ACTOR, AT, random_acts, shapes

SHAPES = shapes()
WIRE = WireConverter()
FILES = sorted(GOLDEN.glob("*.json"))


def sent(value: Any) -> Payload:
    payload = WIRE.to_payload(value)
    assert payload is not None
    return payload


def payload_of(path: Path) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=path.read_bytes())


def within(frozen: Any, present: Any) -> bool:
    """Everything that was frozen is still there with its value; more may stand beside it."""
    if isinstance(frozen, dict):
        return isinstance(present, dict) and all(
            k in present and within(v, present[k]) for k, v in frozen.items()
        )
    if isinstance(frozen, list):
        return len(frozen) == len(present) and all(within(a, b) for a, b in zip(frozen, present, strict=True))
    return bool(frozen == present)


def test_every_shape_is_frozen() -> None:
    assert {p.stem for p in FILES} == set(SHAPES)
    kinds = {f"say_{cls.__dataclass_fields__['kind'].default}" for cls in ACT_CLASSES}  # type: ignore[attr-defined]
    assert kinds <= set(SHAPES)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_frozen_payload_decodes_and_loses_nothing(path: Path) -> None:
    hint, _ = SHAPES[path.stem]
    value = WIRE.from_payload(payload_of(path), hint)
    assert within(json.loads(path.read_bytes()), json.loads(sent(value).data))
    assert WIRE.from_payload(sent(value), hint) == value


@pytest.mark.parametrize("name", SHAPES)
def test_what_travels_arrives_as_it_was(name: str) -> None:
    hint, value = SHAPES[name]
    assert WIRE.from_payload(sent(value), hint) == value


def with_more(value: Any) -> Any:
    """The same JSON with a field of a later version in every object that has a schema of ours."""
    if isinstance(value, dict):
        return {
            **{k: v if k in {"values", "data"} else with_more(v) for k, v in value.items()},
            "of_a_later_version": [1],
        }
    return [with_more(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_fields_of_a_later_version_are_passed_over(path: Path) -> None:
    hint, _ = SHAPES[path.stem]
    plain = WIRE.from_payload(payload_of(path), hint)
    data = json.dumps(with_more(json.loads(path.read_bytes()))).encode()
    assert WIRE.from_payload(Payload(metadata={"encoding": b"json/plain"}, data=data), hint) == plain


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(act=random_acts())
def test_a_random_act_arrives_as_it_was(act: Act) -> None:
    say = Say(key="k", by=ACTOR, act=act, at=AT)  # type: ignore[arg-type]
    order = Order(key="k", by=ACTOR, matter="m", act=act, now=AT)  # type: ignore[arg-type]
    assert WIRE.from_payload(sent(say), Say) == say
    assert WIRE.from_payload(sent(order), Order) == order


def test_a_ratio_is_text_on_the_wire_and_exact_after_it() -> None:
    _, say = SHAPES["say_revise"]
    assert isinstance(say.act, Revise)
    shares = json.loads(sent(say).data)["act"]["terms"]["shares"]
    assert all(isinstance(s["ratio"], str) for s in shares)
    arrived = WIRE.from_payload(sent(say), Say)
    assert [s.ratio for s in arrived.act.terms.shares] == [s.ratio for s in say.act.terms.shares]
    assert all(isinstance(s.ratio, Fraction) for s in arrived.act.terms.shares)


def test_a_ratio_in_numbers_is_refused_even_inside() -> None:
    data = json.dumps({"company": "cmp_x", "ratio": 0.1}).encode()
    with pytest.raises(ValidationError):
        WIRE.from_payload(Payload(metadata={"encoding": b"json/plain"}, data=data), Share)


# the codec


async def test_the_codec_gives_back_what_it_got_and_makes_long_payloads_short() -> None:
    short = Payload(metadata={"encoding": b"json/plain"}, data=b'"a"')
    long_ = Payload(
        metadata={"encoding": b"json/plain", "more": b"x"}, data=b'"' + b"a" * COMPRESS_FROM + b'"'
    )
    coded = await Compression().encode([short, long_])
    assert coded[0] == short
    assert coded[1].metadata["encoding"] == ENCODING
    assert len(coded[1].data) < len(long_.data) / 4
    assert await Compression().decode(coded) == [short, long_]


async def test_the_codec_leaves_what_another_codec_made() -> None:
    foreign = Payload(metadata={"encoding": b"binary/encrypted"}, data=b"\x00" * 600)
    assert await Compression().decode([foreign]) == [foreign]


# failures

CANARY = "カナリア-canary-7f3a"


async def failure_of(converter: DataConverter, error: BaseException) -> Failure:
    failure = Failure()
    await converter.encode_failure(error, failure)
    return failure


def raised(error: BaseException) -> BaseException:
    """With a traceback and a cause, as errors come."""
    try:
        try:
            raise ValueError(CANARY)  # noqa: TRY301  (it has to be raised to have a traceback)
        except ValueError as cause:
            raise error from cause
    except BaseException as caught:  # noqa: BLE001
        return caught


@pytest.mark.parametrize(
    "error",
    [
        ApplicationError(CANARY, CANARY),
        as_failure(Invalid("field.wrong", "/x", name=CANARY)),
        RuntimeError(CANARY),
    ],
    ids=["application", "domain", "foreign"],
)
async def test_a_failure_says_nothing_in_plain(error: BaseException) -> None:
    failure = await failure_of(data_converter(), raised(error))
    for one in (failure, failure.cause):
        assert one.message == "Encoded failure"
        assert one.stack_trace == ""
        assert one.HasField("encoded_attributes")
    decoded = await data_converter().decode_failure(failure)
    assert CANARY in str(decoded) or CANARY in str(getattr(decoded, "details", ""))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_domain_error_crosses_as_what_it_was(kind: str) -> None:
    error: TeikeiError = KINDS[kind]("some.code", "/there", count=3, name=CANARY)
    back = as_error(
        await data_converter().decode_failure(await failure_of(data_converter(), raised(as_failure(error))))
    )
    assert back is not None
    assert type(back) is type(error)
    assert (back.code, back.pointer, back.params) == (error.code, error.pointer, error.params)
