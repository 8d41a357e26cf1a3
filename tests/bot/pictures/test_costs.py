"""Every mistake's cost is told, and none over another."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.costs import costs_at

LEFT, RIGHT = 130.0, 372.0

mistakes = st.lists(
    st.tuples(st.floats(LEFT, RIGHT), st.integers(1, 90_000)), min_size=1, max_size=60
).map(sorted)


@given(mistakes)
def test_all_is_told_inside_and_apart(driven: list[tuple[float, int]]) -> None:
    costs = costs_at(driven, LEFT, RIGHT)
    assert [mark for cost in costs for mark in cost.marks] == [mark for mark, _ in driven]
    assert sum(cost.lost_ms for cost in costs) == sum(lost for _, lost in driven)
    for one, other in pairwise(costs):
        assert one.x + one.half <= other.x - other.half + 1e-9
    assert costs[0].x - costs[0].half >= LEFT - 1e-9
    assert costs[-1].x + costs[-1].half <= RIGHT + 1e-9


def test_those_far_apart_stand_alone_below_their_mistake() -> None:
    one, other = costs_at([(200, 3_400), (300, 1_050)], LEFT, RIGHT)
    assert (one.text, one.x, other.text, other.x) == ("+3.4", 200, "+1.0", 300)


def test_those_side_by_side_share_a_text() -> None:
    (cost,) = costs_at([(200, 3_400), (206, 1_100)], LEFT, RIGHT)
    assert (cost.text, cost.marks, cost.x) == ("+4.5", (200, 206), 203)
