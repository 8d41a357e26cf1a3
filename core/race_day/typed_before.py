"""Laps that were typed before their page came: whether a typed run is one of a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

# For how long a typed run is taken for the one of a page that comes later.
TYPED_WITHIN: Final = timedelta(minutes=60)
# How far a lap that was read off a clock lies from the page's.
_TOLERANCE_MS: Final = 150
# How many laps more or fewer have come before, on either side.
_MOST_SHIFTED: Final = 2
_FEWEST: Final = 2


def are_the_same(typed_ms: Sequence[int], page_ms: Sequence[int]) -> bool:
    """Tell whether most laps of a typed run match those of a page in order, to 0.15 s each.

    One or two laps may be missing or too many in front of those that match; fewer than two laps
    that match say nothing.
    """
    return matching(typed_ms, page_ms) * 2 > max(len(typed_ms), _FEWEST)


def matching(typed_ms: Sequence[int], page_ms: Sequence[int]) -> int:
    """Return how many laps match in order, at the place that fits best."""
    return max(
        sum(
            abs(typed_ms[at] - page_ms[at + shift]) <= _TOLERANCE_MS
            for at in range(max(0, -shift), min(len(typed_ms), len(page_ms) - shift))
        )
        for shift in range(-_MOST_SHIFTED, _MOST_SHIFTED + 1)
    )
