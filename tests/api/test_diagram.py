"""The diagram of an alliance: no box covers another or an arrow's end, for two to ten parties."""

from __future__ import annotations

from itertools import combinations

import pytest

from api.pages.diagram import BOX, height, nodes

WIDTH = 345
"""Half the width of the picture in the template."""


@pytest.mark.parametrize("count", range(2, 11))
def test_every_box_stands_free_inside_the_picture(count: int) -> None:
    parties = [{"company": f"c{i}"} for i in range(count)]
    given = [
        {"company": "c0", "kind": "risk"},
        {"company": "c0", "kind": ""},
        {"company": "c1", "kind": "market"},
    ]
    found = nodes(parties, given)
    assert [one.kinds for one in found[:2]] == [("risk", "other"), ("market",)]
    for one, other in combinations(found, 2):
        assert abs(one.x - other.x) >= BOX[0] or abs(one.y - other.y) >= BOX[1]
    for one in found:
        assert abs(one.x) + BOX[0] / 2 <= WIDTH
        assert abs(one.y) + BOX[1] / 2 <= height(count)
        begins, ends = (abs(x) ** 2 + abs(y) ** 2 for x, y in (one.begin, one.end))
        assert ends < begins < one.x**2 + one.y**2, "the arrow leads inwards and begins outside its box"
