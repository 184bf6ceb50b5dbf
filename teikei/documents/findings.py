"""One remark of lint or of the proofreader: never a verdict on what the law says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`place` is a clause id or a paper kind; `error` stops a build, `warning` is for a person to judge."""

    level: Literal["error", "warning"]
    rule: str
    place: str
    detail: str
