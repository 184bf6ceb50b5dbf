"""The diagram of an alliance: its parties around it, and an arrow for what each brings in (seed.md: technology, market, risk).

Only numbers are computed here; the template draws them, and says the same in a list for whoever does not see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import Any

WIDE, HIGH = 262, 165
"""Half axes of the ellipse on which the parties stand; ten boxes do not touch."""
TALL = 240
"""In place of `HIGH` from six parties on."""
BOX, LINE = (150, 46), 54
"""Size of a party's box; how far from the middle an arrow ends."""
MANY = 6
ORDER = ("technology", "market", "risk", "money", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A party: the middle of its box, where its arrow begins and ends, where the words of the arrow stand."""

    party: Mapping[str, Any]
    kinds: tuple[str, ...]
    x: float
    y: float
    begin: tuple[float, float]
    end: tuple[float, float]
    words: tuple[float, float]


def nodes(parties: Sequence[Mapping[str, Any]], contributions: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Clockwise from the top, the middle of the diagram at 0, 0."""
    high = TALL if len(parties) >= MANY else HIGH
    found = []
    for i, party in enumerate(parties):
        angle = 2 * pi * i / len(parties) - (pi / 2 if len(parties) > 2 else pi)
        x, y = WIDE * cos(angle), high * sin(angle)
        given = {c["kind"] or "other" for c in contributions if c["company"] == party["company"]}
        begin, end = _at_box(x, y), _at_middle(x, y)
        words = ((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2 - 6)
        kinds = tuple(kind for kind in ORDER if kind in given)
        found.append(Node(party=party, kinds=kinds, x=x, y=y, begin=begin, end=end, words=words))
    return found


def _at_middle(x: float, y: float) -> tuple[float, float]:
    """Where the line to a party leaves the circle in the middle."""
    share = LINE / hypot(x, y)
    return round(x * share, 1), round(y * share, 1)


def _at_box(x: float, y: float) -> tuple[float, float]:
    """Where the line from the middle meets the party's box, four points before it."""
    inside = min(BOX[0] / 2 / max(abs(x), 0.1), BOX[1] / 2 / max(abs(y), 0.1))
    share = 1 - inside - 4 / hypot(x, y)
    return round(x * share, 1), round(y * share, 1)


def height(count: int) -> int:
    """Half the height of the picture for so many parties."""
    if count <= 2:
        return LINE + 20
    return (TALL if count >= MANY else HIGH) + BOX[1]
