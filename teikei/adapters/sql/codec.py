"""Between the shapes of the domain and their JSON in SQL. Adapters are built once per class.

Reading is tolerant (`extra="ignore"`), so that an older process survives what a
newer one wrote.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from activities.record import STATES, AnyAct, Receipt
from teikei.domain.act import Act, Actor, Mail
from teikei.domain.errors import KINDS, Refused
from teikei.domain.matter import Matter
from teikei.domain.record import canonical

_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def adapter(shape: Any) -> TypeAdapter[Any]:
    """The adapter of a class; made once, for that takes milliseconds."""
    found = _ADAPTERS.get(shape)
    if found is None:
        found = _ADAPTERS[shape] = TypeAdapter(shape)
    return found


ACT: TypeAdapter[Any] = TypeAdapter(AnyAct)


def dump(value: Any) -> str:
    """JSON text of a dataclass."""
    return adapter(type(value)).dump_json(value).decode()


def load_state(kind: str, text: str) -> Matter:
    """The state of a matter of this kind."""
    state: Matter = adapter(STATES[kind]).validate_json(text, extra="ignore")
    return state


def load_act(text: str) -> Act:
    """An act by its tag."""
    act: Act = ACT.validate_json(text, extra="ignore")
    return act


def load_receipt(text: str) -> Receipt:
    """A stored answer."""
    receipt: Receipt = adapter(Receipt).validate_json(text, extra="ignore")
    return receipt


def load_mail(text: str) -> Mail:
    """What an outbox row of kind mail means."""
    mail: Mail = adapter(Mail).validate_json(text, extra="ignore")
    return mail


def load_actor(text: str) -> Actor:
    """Who stands behind an order."""
    actor: Actor = adapter(Actor).validate_json(text, extra="ignore")
    return actor


def load_refusal(text: str) -> Refused:
    """A refusal that was told, as it was."""
    told = json.loads(text)
    kind = KINDS.get(told["class"], Refused)
    error = kind(told["code"], told["pointer"], **told["params"])
    return error if isinstance(error, Refused) else Refused(told["code"])


def json_text(value: Any) -> str:
    """JSON text of plain values."""
    return to_json(value).decode()


def body_hash(act: Act) -> str:
    """SHA-256 (hex) of the canonical JSON of an act: the same key with another body is refused."""
    return hashlib.sha256(canonical(adapter(type(act)).dump_python(act, mode="json"))).hexdigest()


def readers(private_to: tuple[str, ...]) -> str:
    """The column of companies that may read something: each between blanks; empty means every party."""
    return f" {' '.join(private_to)} " if private_to else ""
